"""Reads a fish completion: its `complete` lines, and for which commands their conditions hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.models.cli_tool import Takes
from worker.analysis.completions.fish_words import FishWord, list_of, statements_of
from worker.analysis.completions.said import SHIPPED, WRITTEN, Notes, Path, Readings, Value, choices_of, is_command_name

_LETTERS = {
    "s": "short",
    "l": "long",
    "o": "old",
    "c": "command",
    "a": "words",
    "d": "description",
    "n": "condition",
    "w": "wraps",
    "p": "command",
}
_LONG = {
    "short-option": "short",
    "long-option": "long",
    "old-option": "old",
    "command": "command",
    "path": "command",
    "arguments": "words",
    "description": "description",
    "condition": "condition",
    "wraps": "wraps",
}
_FLAGS = {"require-parameter": "r", "exclusive": "x", "no-files": "f", "force-files": "F", "keep-order": "k"}
_AT_ROOT = re.compile(r"__fish_use_subcommand|__fish_\w*_?needs_(?:sub)?command|__fish_is_first_(?:token|arg)")
_SEEN = re.compile(r"__fish_\w*(?:seen|using)_(?:sub)?command(?:_from)?")
_NO_MATTER = re.compile(r"__fish_contains_opt|__fish_no_arguments|__fish_not_contain_opt")
_COMPLETERS = {
    "__fish_complete_directories": "DIR",
    "__fish_complete_suffix": "FILE",
    "__fish_complete_path": "FILE",
    "__fish_complete_users": "USER",
    "__fish_complete_groups": "GROUP",
    "__fish_complete_pids": "PID",
    "__fish_print_hostnames": "HOST",
}
_COMPLETER = re.compile(r"\(\s*(__fish_\w+)")
_HANGS_ON_THE_SYSTEM = frozenset({"function", "switch", "if", "while"})
_MOST_PATHS = 60
_MOST_VARIABLES = 500
_MOST_OFFERED = 100_000


@dataclass
class _Line:
    """One `complete` line: what its options were given."""

    given: dict[str, list[FishWord]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    line: int = 0

    def texts(self, key: str) -> list[str]:
        return [word.text for word in self.given.get(key, ()) if word.is_known]

    @property
    def names(self) -> list[str]:
        shorts = [f"-{letter}" for letter in self.texts("short") if len(letter) == 1]
        return [*shorts, *(f"-{name}" for name in self.texts("old")), *(f"--{name}" for name in self.texts("long"))]

    @property
    def is_for_option(self) -> bool:
        return any(self.given.get(key) for key in ("short", "long", "old"))


@dataclass(frozen=True)
class _Where:
    """For which commands a condition holds; `but` are words that must not have been typed yet."""

    paths: tuple[Path, ...] = ((),)
    but: frozenset[str] = frozenset()
    needs_command: bool = False
    is_vague: bool = False


def read_fish(text: str, program: str, confidence: float = SHIPPED) -> Readings:
    """Give what a fish completion says of a program, by the path of its commands.

    A line whose condition is not understood is left out, and so is what stands in a function or behind an `if`.
    """
    notes = Notes(confidence)
    spent = 0
    for line, variables in _lines(text):
        if program in line.texts("command"):
            offered = _offered(line, variables)
            spent += 1 + sum(len(one) for one in offered if one is not None)
            _note(line, variables, offered, notes)
        if spent > _MOST_OFFERED:
            break
    return notes.readings()


Variables = Mapping[str, tuple[str, ...]]


def _lines(text: str) -> Iterator[tuple[_Line, Variables]]:
    """Give the `complete` lines of a file with the variables that are set by then."""
    variables: dict[str, tuple[str, ...]] = {}
    blocks: list[str] = []
    for words in statements_of(text):
        name = words[0].text if words[0].is_known else ""
        if name in {"function", "if", "for", "while", "switch", "begin"}:
            blocks.append(name)
            if name == "for":
                _loop(words, variables)
        elif name == "end" and blocks:
            blocks.pop()
        elif _HANGS_ON_THE_SYSTEM.intersection(blocks):
            continue
        elif name == "set":
            _set(words, variables)
        elif name == "complete":
            yield _parse(words), variables


def _loop(words: Sequence[FishWord], variables: dict[str, tuple[str, ...]]) -> None:
    """Read `for x in a b`: the variable is all of its values."""
    if len(words) > 3 and words[2].text == "in" and len(variables) < _MOST_VARIABLES:  # noqa: PLR2004
        variables[words[1].text] = _values(words[3:], variables)


def _set(words: Sequence[FishWord], variables: dict[str, tuple[str, ...]]) -> None:
    flags = [word.text for word in words[1:] if word.text.startswith("-") and not word.is_quoted]
    rest = [word for word in words[1:] if word.text not in flags]
    if rest and len(variables) < _MOST_VARIABLES and not any("e" in flag for flag in flags):
        before = variables.get(rest[0].text, ()) if any("a" in flag for flag in flags) else ()
        variables[rest[0].text] = (*before, *_values(rest[1:], variables))[:1000]


def _values(words: Sequence[FishWord], variables: Variables) -> tuple[str, ...]:
    found: list[str] = []
    for word in words[:1000]:
        found += variables.get(word.variable, ()) if word.variable else ([word.text] if word.is_known else [])
    return tuple(found)


def _parse(words: Sequence[FishWord]) -> _Line:
    """Sort the words of a `complete` line."""
    line = _Line(line=words[0].line)
    place = 1
    while place < len(words):
        text = words[place].text
        following = words[place + 1] if place + 1 < len(words) else None
        if text.startswith("--") and not words[place].is_quoted:
            place += _take_long(line, words[place], following)
        elif text.startswith("-") and len(text) > 1 and not words[place].is_quoted:
            place += _take_letters(line, words[place], following)
        else:
            line.given.setdefault("command", []).append(words[place])
            place += 1
    return line


def _take_long(line: _Line, word: FishWord, following: FishWord | None) -> int:
    name, equals, value = word.text[2:].partition("=")
    key = _LONG.get(name)
    if key is None:
        line.flags.add(_FLAGS.get(name, ""))
        return 1
    given = FishWord(value, word.line, word.raw, word.is_known) if equals else following
    if given:
        line.given.setdefault(key, []).append(given)
    return 1 if equals else 2


def _take_letters(line: _Line, word: FishWord, following: FishWord | None) -> int:
    for place, letter in enumerate(word.text[1:], 2):
        key = _LETTERS.get(letter)
        if key is None:
            line.flags.add(letter)
            continue
        rest = word.text[place:]
        given = FishWord(rest, word.line, word.raw, word.is_known) if rest else following
        if given:
            line.given.setdefault(key, []).append(given)
        return 1 if rest else 2
    return 1


# The words that each `-a` of a line offers, with descriptions; None where they are not known.
Offered = Sequence[Sequence[tuple[str, str]] | None]


def _offered(line: _Line, variables: Variables) -> Offered:
    return [list_of(word, variables) for word in line.given.get("words", ())]


def _note(line: _Line, variables: Variables, offered: Offered, notes: Notes) -> None:
    where = _where(line.given.get("condition", ()), variables)
    if where is None:
        return
    description = " ".join(line.texts("description"))
    for path in where.paths[:_MOST_PATHS]:
        if line.is_for_option:
            is_vague = notes.confidence < WRITTEN  # people leave `-r` out, programs do not
            value = _value(line, offered)
            notes.add_option(path, line.names, value, description=description, line=line.line, is_vague=is_vague)
        elif not where.is_vague:
            _note_commands(line, offered, notes, path, where)


def _note_commands(line: _Line, offered: Offered, notes: Notes, path: Path, where: _Where) -> None:
    """Note words as commands where the condition asks for one, or speaks of these words as seen or not."""
    description = " ".join(line.texts("description"))
    for words in offered:
        for name, summary in words or ():
            is_command = (where.needs_command and not path) or name in where.but
            if is_command and is_command_name(name):
                notes.add_command(path, name, summary or description)


def _value(line: _Line, offered: Offered) -> Value:
    """Tell what is said of an option's value. Without `-r` or `-x`, words are only offered behind `=`."""
    choices = None
    if offered and None not in offered and "F" not in line.flags:
        choices = choices_of(name for words in offered for name, _ in words or ())
    if not line.flags.intersection("rx"):
        return Value(Takes.OPTIONAL, choices=choices) if choices and "f" in line.flags else Value()
    completers = (_COMPLETER.search(word.raw) for word in line.given.get("words", ()))
    name = next((_COMPLETERS[found[1]] for found in completers if found and found[1] in _COMPLETERS), None)
    return Value(Takes.REQUIRED, name or ("FILE" if "F" in line.flags else None), choices)


def _where(conditions: Sequence[FishWord], variables: Variables) -> _Where | None:
    """Tell for which commands conditions hold; None where that is not understood."""
    where = _Where()
    for condition in conditions:
        for test in statements_of(condition.text if condition.is_quoted or condition.is_known else ""):
            found = _narrowed(where, test, variables)
            if found is None:
                return None
            where = found
    return where


def _narrowed(where: _Where, test: Sequence[FishWord], variables: Variables) -> _Where | None:
    words = list(test)
    while words and words[0].text in {"and", "&&"}:
        words.pop(0)
    is_not = bool(words) and words[0].text in {"not", "!"}
    words = words[1:] if is_not else words
    if not words:
        return where
    name, rest = words[0].text, [value for value in _values(words[1:], variables) if not value.startswith("-")]
    if _AT_ROOT.fullmatch(name) and not is_not and not where.paths[0]:
        return _Where(where.paths, where.but, needs_command=True, is_vague=where.is_vague)
    if _SEEN.fullmatch(name) and rest:
        return _seen(where, rest, is_not=is_not)
    if _NO_MATTER.fullmatch(name):
        return _Where(where.paths, where.but, where.needs_command, is_vague=True)
    return None


def _seen(where: _Where, words: Sequence[str], *, is_not: bool) -> _Where | None:
    if is_not:
        needs_command = where.needs_command or where.paths == ((),)
        return _Where(where.paths, where.but | frozenset(words), needs_command, is_vague=where.is_vague)
    if where.needs_command:
        return None
    commands = [word for word in words if is_command_name(word)]
    paths = tuple((*path, word) for path in where.paths for word in commands)[:_MOST_PATHS]
    return _Where(paths, where.but, is_vague=where.is_vague) if paths else None
