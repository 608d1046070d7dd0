"""Reads a zsh completion: what `_arguments`, `_describe` and `_values` are told, command by command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from worker.analysis.claims import ArgumentClaim
from worker.analysis.completions.optspec import (
    OptionSpec,
    WordSpec,
    described_words,
    parse_option,
    parse_word,
    split_at_colon,
    unescaped,
)
from worker.analysis.completions.said import SHIPPED, Notes, Path, Readings, is_command_name
from worker.analysis.completions.script import (
    Assign,
    Block,
    Case,
    Function,
    If,
    Node,
    Simple,
    functions_of,
    parse_script,
)
from worker.analysis.completions.shell import UNKNOWN, Token

_COMPDEF = re.compile(r"#compdef[ \t]+([^\n]*)")
_A_COMMAND = re.compile(r"\b(?:sub-?)?(?:command|cmd|action)s?\b", re.IGNORECASE)
_IS_COMMAND = re.compile(r"(?:words|line)\[\(?[12]\]|\$\{?\w*(?:cmd|command)\}?\"?$")
_OWN_FLAGS = re.compile(r"-[CRSWsnw0]+")
_OWN_WITH_VALUE = frozenset({"-A", "-O", "-M"})
_SERVICE = re.compile(r"\[\[ \$service ==? [\"']?([\w.-]+)[\"']? \]\]")
_BY_WORD = re.compile(r"CURRENT|\bstate\b|\bret\b|_arguments")
_REPEATED = re.compile(r"\[[^\]]{0,40}\]#")
_DEEPEST_CALL = 10
_MOST_STEPS = 100_000
_MOST_VARIABLES = 500
_MOST_WORDS = 3_000
_FIRST = 2


@dataclass(frozen=True)
class _Here:
    """Where the reader is: the command's path, and whether options here may be of a word further on.

    `is_same_word` where the word that led here was not passed yet: another case by it leads no deeper.
    """

    path: Path = ()
    is_further: bool = False
    is_same_word: bool = False
    depth: int = 0


def read_zsh(text: str, program: str, confidence: float = SHIPPED) -> Readings:
    """Give what a zsh completion says of a program, by the path of its commands; nothing where it is for others.

    Parts that depend on the system, on the tool's variant or on earlier options are left out.
    """
    first = _COMPDEF.match(text)
    if first and not _is_for(first[1].split(), program):
        return {}
    nodes = parse_script(text)
    reader = _Reader(program, functions_of(nodes), confidence)
    reader.run(nodes, {}, _Here())
    if not reader.called:
        reader.call(f"_{program}", {}, _Here())
    return reader.notes.readings()


def _is_for(names: Sequence[str], program: str) -> bool:
    words = [_REPEATED.sub("*", name.partition("=")[0]) for name in names]
    return any(name == program or ("-" not in name[:1] and fnmatchcase(program, name)) for name in words)


Variables = dict[str, tuple[Token, ...]]


class _Reader:
    """Follows a script from its beginning, without running it."""

    def __init__(self, program: str, functions: dict[str, tuple[Node, ...]], confidence: float) -> None:
        self.program = program
        self.functions = functions
        self.notes = Notes(confidence)
        self.called: set[tuple[str, Path, bool]] = set()
        self.steps = 0

    def run(self, nodes: Sequence[Node], variables: Variables, here: _Here) -> None:
        for node in nodes:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return
            match node:
                case Assign():
                    _assign(node, variables)
                case Simple():
                    self._run_simple(node, variables, here)
                    here = replace(here, is_same_word=here.is_same_word and not _passes_word(node))
                case Block():
                    self.run(node.body, variables, here)
                case Case():
                    self._run_case(node, variables, here)
                case If():
                    self._run_if(node, variables, here)
                case Function():
                    pass  # until it is called

    def call(self, name: str, variables: Variables, here: _Here) -> None:
        """Follow a call of a function of the script, once for each command."""
        key = (name, here.path, here.is_further or here.is_same_word)
        if name in self.functions and key not in self.called and here.depth < _DEEPEST_CALL:
            self.called.add(key)
            self.run(self.functions[name], variables, replace(here, depth=here.depth + 1))

    def _run_if(self, node: If, variables: Variables, here: _Here) -> None:
        """Follow branches that hang on the program's name or the word's place; others hang on the system."""
        first = node.branches[0].condition if node.branches else ""
        for branch in node.branches[:1]:
            self.run(branch.tests, dict(variables), here)
        service = _SERVICE.fullmatch(first[:200])
        if service and service[1] == self.program:
            self.run(node.branches[0].body, variables, here)
        elif _BY_WORD.search(first):
            for branch in node.branches:
                self.run(branch.body, dict(variables), replace(here, is_further=True))

    def _run_case(self, node: Case, variables: Variables, here: _Here) -> None:
        if "state" in node.subject:
            for branch in node.branches:
                self.run(branch.body, dict(variables), replace(here, is_further=True))
        elif _IS_COMMAND.search(node.subject):
            for branch in node.branches:
                for label in branch.labels:
                    if label.is_known and is_command_name(label.text):
                        self._enter(branch.body, label.text, variables, here)

    def _enter(self, body: Sequence[Node], word: str, variables: Variables, here: _Here) -> None:
        if not here.is_same_word:
            path = (*here.path, word)
            self.run(body, dict(variables), _Here(path, is_same_word=True, depth=here.depth))
        elif here.path[-1:] == (word,):
            self.run(body, dict(variables), here)

    def _run_simple(self, node: Simple, variables: Variables, here: _Here) -> None:
        words = list(_expanded(node.words, variables))
        self.steps += len(words)
        if not words:
            return
        name = words[0].text
        if name == "_arguments":
            if not here.is_further and not node.is_conditional:
                self._read_arguments(words[1:], variables, here)
        elif name == "_describe":
            self._read_describe(words[1:], variables, here)
        elif name == "_values":
            self._read_values(words[1:], here)
        elif name in self.functions:
            self.call(name, variables, here)
        else:
            self._call_by_name(words, variables, here)

    def _call_by_name(self, words: Sequence[Token], variables: Variables, here: _Here) -> None:
        """Follow `_call_function ret _tool_$words[1]`: one function for each command."""
        by_name = [word.text for word in words[:3] if word.text.endswith(UNKNOWN) and "words[1]" in word.raw]
        prefix = by_name[0].rstrip(UNKNOWN) if by_name else ""
        if not prefix.startswith("_") or UNKNOWN in prefix or len(prefix) <= _FIRST:
            return
        listed = self.notes.commands.get(here.path)
        self.steps += len(self.functions)
        for function in self.functions:
            command = function.removeprefix(prefix)
            is_listed = listed is None or command in listed
            if function.startswith(prefix) and is_command_name(command) and is_listed:
                self.call(function, dict(variables), _Here((*here.path, command), is_same_word=True, depth=here.depth))

    def _read_arguments(self, words: Sequence[Token], variables: Variables, here: _Here) -> None:
        options: list[tuple[OptionSpec, int]] = []
        places: list[WordSpec] = []
        for token in _specs(words):
            option = parse_option(token.text)
            if option:
                options.append((option, token.line))
            elif place := parse_word(token.text):
                places.append(place)
        for option, line in _paired(options):
            self.notes.add_option(
                here.path,
                option.names,
                option.value,
                description=option.description.replace(UNKNOWN, ""),
                line=line,
                repeatable=option.repeatable,
            )
        self._read_places(places, variables, here)

    def _read_places(self, places: Sequence[WordSpec], variables: Variables, here: _Here) -> None:
        """Note positional words; one that a function completes may be a command."""
        for place in places:
            function = place.action.split(" ", 1)[0]
            if function in self.functions:
                self.call(function, dict(variables), replace(here, is_further=True))
            elif _A_COMMAND.search(place.message) and place.place in {None, 1}:
                for name, summary in described_words(place.action):
                    self.notes.add_command(here.path, name, summary)
        if not any("->" in place.action or place.action.split(" ", 1)[0] in self.functions for place in places):
            for place in sorted(places, key=lambda one: (one.variadic, one.place or 0)):
                self._note_argument(place, here)

    def _note_argument(self, place: WordSpec, here: _Here) -> None:
        if place.name and not _A_COMMAND.search(place.message) and UNKNOWN not in place.message:
            claim = ArgumentClaim(place.name, place.required, place.variadic, choices=place.choices)
            self.notes.add_argument(here.path, claim)

    def _read_describe(self, words: Sequence[Token], variables: Variables, here: _Here) -> None:
        """Read `_describe -t commands 'a command' array`."""
        has_tag = len(words) > 1 and words[0].text == "-t"
        tag = words[1].text if has_tag else ""
        rest = [word for word in words[2 * has_tag :] if not word.text.startswith("-")]
        if len(rest) < _FIRST or any(word.text in {"-o", "-O"} for word in words):
            return
        if not _A_COMMAND.search(f"{tag} {rest[0].text}".replace("-", " ").replace("_", " ")):
            return
        for entry in variables.get(rest[1].text, ()):
            name, summary = split_at_colon(entry.text)
            if UNKNOWN not in name:
                self.notes.add_command(here.path, unescaped(name), unescaped(summary).replace(UNKNOWN, ""))

    def _read_values(self, words: Sequence[Token], here: _Here) -> None:
        """Read `_values 'command' 'one[what it does]' two`."""
        rest = [word for word in words if not word.text.startswith("-")]
        if rest and _A_COMMAND.search(rest[0].text) and not any(word.text == "-s" for word in words):
            for word in rest[1:]:
                name, _, summary = word.text.partition("[")
                self.notes.add_command(here.path, name, summary.rstrip("]"))


def _passes_word(node: Simple) -> bool:
    """Tell `_arguments ... '*:: :->state'`, behind which the next word is the first."""
    return node.words[0].text == "_arguments" and any("*::" in word.text for word in node.words)


def _assign(node: Assign, variables: Variables) -> None:
    if node.is_conditional:
        return
    before = variables.get(node.name, ()) if node.appends else ()
    if len(before) + len(node.words) <= _MOST_WORDS and (node.name in variables or len(variables) < _MOST_VARIABLES):
        words = tuple(_expanded(node.words, variables))
        variables[node.name] = (*before, *words)[:_MOST_WORDS]


def _expanded(words: Sequence[Token], variables: Variables) -> Iterator[Token]:
    """Give words with known variables in the place of their names; unknown ones are left out."""
    for word in words[:_MOST_WORDS]:
        name = word.variable
        if name is None:
            yield word
        elif name in variables:
            yield from variables[name]


def _specs(words: Sequence[Token]) -> Iterator[Token]:
    """Give the specifications among the words of `_arguments`: its own options and names of sets are left out."""
    place = 0
    while place < len(words) and _is_own_flag(words[place].text):
        place += 1 + (words[place].text in _OWN_WITH_VALUE)
    while place < len(words):
        text = words[place].text
        if text == "--":
            return
        if text in {"+", "-"}:
            place += 1
        elif text != ":":
            yield words[place]
        place += 1


def _is_own_flag(text: str) -> bool:
    return _OWN_FLAGS.fullmatch(text) is not None or text in _OWN_WITH_VALUE or not text.strip(UNKNOWN)


def _paired(options: Sequence[tuple[OptionSpec, int]]) -> Iterator[tuple[OptionSpec, int]]:
    """Join `-v[more]` and the `--verbose[more]` in the next line: a letter and a word with one description."""
    place = 0
    while place < len(options):
        option, line = options[place]
        following = options[place + 1][0] if place + 1 < len(options) else None
        if following and _is_short_form(option, following):
            option = replace(following, names=(*option.names, *following.names))
            place += 1
        yield option, line
        place += 1


def _is_short_form(one: OptionSpec, other: OptionSpec) -> bool:
    is_pair = len(one.names) == len(other.names) == 1 and len(one.names[0]) == _FIRST and other.names[0][:2] == "--"
    return is_pair and one.rest == other.rest and bool(one.description)
