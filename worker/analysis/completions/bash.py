"""Reads a bash completion: lists of words that `compgen` is given, and branches on the word before the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from shared.models.cli_tool import Takes
from worker.analysis.completions.said import (
    NO_VALUE,
    SHIPPED,
    Notes,
    Path,
    Readings,
    Value,
    choices_of,
    is_command_name,
    is_option_name,
)
from worker.analysis.completions.script import (
    Assign,
    Block,
    Branch,
    Case,
    Function,
    If,
    Node,
    Simple,
    parse_script,
    walk,
)
from worker.analysis.completions.shell import UNKNOWN, Token, tokens_of

_ON_WORD_BEFORE = re.compile(r"[\"']?\$\{?(?:prev|3|pprev)\}?[\"']?")
_ON_WORD = re.compile(r"[\"']?\$\{?(?:cur|2)\}?[\"']?")
_ON_COMMAND = re.compile(r"[\"']?\$\{?(?:cmd|command)\}?[\"']?")
_STEP = re.compile(r"([\w.+-]+),([A-Za-z0-9][\w.:+-]*)")
_FLAGS_OF_COMPGEN = frozenset({"-P", "-S", "-X", "-C", "-F", "-o"})
_COMPGEN_ACTIONS: Mapping[str, str] = {"-f": "FILE", "-d": "DIR", "-u": "USER", "-g": "GROUP"}
_NAMED_ACTIONS: Mapping[str, str] = {"file": "FILE", "directory": "DIR", "user": "USER", "group": "GROUP"}
_FILEDIR = re.compile(r"_filedir|_comp_compgen_filedir")
_MOST_STEPS = 5_000
_MOST_NODES = 100_000
_MOST_WORDS = 5_000
_NOTHING = (NO_VALUE, 0)


def read_bash(text: str, program: str, confidence: float = SHIPPED) -> Readings:
    """Give what a bash completion says of a program, by the path of its commands.

    Two layouts are read: branches by a name of the whole command (`tool__add)`), each with its list of words, and one
    list for a tool without commands. Whatever depends on more than the words before and at the cursor is left out.
    """
    nodes = parse_script(text)
    notes = Notes(confidence)
    paths = _paths(nodes, program)
    if paths:
        for branch in _command_branches(nodes):
            for label in branch.labels:
                if label.text in paths:
                    _note_command(branch.body, paths[label.text], paths, notes)
    else:
        _note_alone(nodes, notes)
    return notes.readings()


def _paths(nodes: Sequence[Node], program: str) -> dict[str, Path]:
    """Read which name stands for which command: `tool,add) cmd="tool__add"`, or `add) cmd+="__add"`."""
    steps: list[tuple[str, str, str]] = []
    suffixes: dict[str, str] = {}
    starts: set[str] = set()
    for node in _some(nodes):
        if not isinstance(node, Case):
            continue
        for branch in node.branches:
            for assign in branch.body:
                if isinstance(assign, Assign) and assign.name == "cmd" and len(assign.words) == 1:
                    _note_step(branch.labels, assign, program, steps, suffixes, starts)
    found: dict[str, Path] = dict.fromkeys(starts, ())
    return _by_steps(steps, found) if steps or not suffixes else _by_suffixes(nodes, suffixes, found)


def _note_step(  # noqa: PLR0913, PLR0917 - what is collected
    labels: Sequence[Token],
    assign: Assign,
    program: str,
    steps: list[tuple[str, str, str]],
    suffixes: dict[str, str],
    starts: set[str],
) -> None:
    name = assign.words[0].text
    for label in labels:
        step = _STEP.fullmatch(label.text)
        if label.text in {f",{UNKNOWN}", f",{program}", program, UNKNOWN} and not assign.appends:
            starts.add(name)
        elif step and not assign.appends and len(steps) < _MOST_STEPS:
            steps.append((step[1], step[2], name))
        elif assign.appends and is_command_name(label.text) and len(suffixes) < _MOST_STEPS:
            suffixes[name] = label.text


def _by_steps(steps: Sequence[tuple[str, str, str]], found: dict[str, Path]) -> dict[str, Path]:
    """Follow the steps from the tool downwards; a name that two words lead to is of the first."""
    below: dict[str, list[tuple[str, str]]] = {}
    for parent, word, name in steps:
        below.setdefault(parent, []).append((word, name))
    waiting = list(found)
    while waiting:
        parent = waiting.pop()
        for word, name in below.get(parent, ()):
            if name not in found:
                found[name] = (*found[parent], word)
                waiting.append(name)
    return found


def _by_suffixes(nodes: Sequence[Node], suffixes: Mapping[str, str], found: dict[str, Path]) -> dict[str, Path]:
    """Take the labels of branches apart at the endings that are known: `tool__add`."""
    labels = {label.text for branch in _command_branches(nodes) for label in branch.labels}
    for label in sorted(labels, key=len)[:_MOST_STEPS]:
        parts = label.split("__")
        for cut in range(len(parts) - 1, 0, -1):
            parent, ending = "__".join(parts[:cut]), "__" + "__".join(parts[cut:])
            if parent in found and ending in suffixes:
                found[label] = (*found[parent], suffixes[ending])
                break
    return found


def _command_branches(nodes: Sequence[Node]) -> Iterator[Branch]:
    for node in _some(nodes):
        if isinstance(node, Case) and _ON_COMMAND.fullmatch(node.subject):
            yield from node.branches


def _some(nodes: Sequence[Node]) -> Iterator[Node]:
    for number, node in enumerate(walk(nodes)):
        if number > _MOST_NODES:
            return
        yield node


def _note_command(body: Sequence[Node], path: Path, paths: Mapping[str, Path], notes: Notes) -> None:
    """Note the list of a command; which of its options take a value, the branches by the word before say."""
    words, line = _list_named("opts", body)
    below = {other[-1] for other in paths.values() if other and other[:-1] == path} if words else set()
    values = dict(_values_in(body, {}))
    for word in words:
        if is_option_name(word) and not word.startswith("+"):
            notes.add_option(path, [word], values.get(word, _NOTHING)[0], line=line)
        elif word in below:
            notes.add_command(path, word)


def _list_named(name: str, body: Sequence[Node]) -> tuple[list[str], int | None]:
    for node in body:
        if isinstance(node, Assign) and node.name == name and not node.appends and node.words:
            return node.words[0].text.split()[:_MOST_WORDS], node.words[0].line
    return [], None


def _note_alone(nodes: Sequence[Node], notes: Notes) -> None:
    """Note the lists of a tool without commands: only where one function has branches by the words at the cursor."""
    bodies = [node.body for node in nodes if isinstance(node, Function)]
    if len(bodies) != 1 or not _is_plain(bodies[0]):
        return
    variables = _variables(bodies[0])
    values = dict(_values_in(bodies[0], variables))
    names: dict[str, int | None] = {}
    for node in _outside_of_values(bodies[0]):
        for word, line in _offered(node, variables):
            if is_option_name(word) and not word.startswith("+"):
                names.setdefault(word, line)
    for name in [*names, *(name for name in values if name not in names)]:
        value, line = values.get(name, _NOTHING)
        notes.add_option((), [name], value, line=names.get(name, line), is_vague=True)


def _is_plain(body: Sequence[Node]) -> bool:
    """Tell whether nothing hangs on a command that was typed before."""
    cases = [node for node in _some(body) if isinstance(node, Case)]
    return all(_ON_WORD_BEFORE.fullmatch(case.subject) or _ON_WORD.fullmatch(case.subject) for case in cases)


def _variables(body: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """Read lists of words that are set once; one that is set again may be anything."""
    found: dict[str, tuple[str, ...]] = {}
    spoiled: set[str] = set()
    for node in _some(body):
        if isinstance(node, Assign):
            words = [word for token in node.words for word in token.text.split()][:_MOST_WORDS]
            if node.name in found or node.is_conditional or node.appends:
                spoiled.add(node.name)
            found[node.name] = tuple(word for word in words if UNKNOWN not in word)
    return {name: words for name, words in found.items() if name not in spoiled and name not in {"COMPREPLY", "cur"}}


def _outside_of_values(body: Sequence[Node]) -> Iterator[Node]:
    """Give the nodes that are not in a branch by the word before the cursor."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Block):
            waiting += reversed(node.body)
        elif isinstance(node, If) or (isinstance(node, Case) and not _ON_WORD_BEFORE.fullmatch(node.subject)):
            waiting += [inner for branch in node.branches for inner in branch.body]


def _values_in(
    body: Sequence[Node], variables: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, tuple[Value, int]]]:
    """Read `case "$prev" in --mode) COMPREPLY=(...)`: what is offered behind an option is its value."""
    for node in _some(body):
        if not isinstance(node, Case) or not _ON_WORD_BEFORE.fullmatch(node.subject):
            continue
        for branch in node.branches:
            value = _value_of(branch.body, {**variables, **_small(_variables(branch.body))})
            for label in branch.labels:
                if value and label.is_known and is_option_name(label.text):
                    yield label.text, (value, label.line)


def _small(variables: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return dict(list(variables.items())[:20])


def _value_of(body: Sequence[Node], variables: Mapping[str, tuple[str, ...]]) -> Value | None:
    """Tell what a branch offers; nothing where it offers nothing."""
    for node in _some(body):
        if isinstance(node, Simple) and node.words and _FILEDIR.fullmatch(node.words[0].text):
            is_folder = any(word.text == "-d" for word in node.words[1:])
            return Value(Takes.REQUIRED, "DIR" if is_folder else "FILE")
        call = _compgen_in(node)
        if call:
            offered = _words_of(call, variables)
            return Value(Takes.REQUIRED, _action_of(call), choices_of(offered or ()) if _is_whole(call) else None)
    return None


def _compgen_in(node: Node) -> list[Token]:
    """Give the words of `COMPREPLY=( $(compgen ...) )`."""
    tokens = node.words if isinstance(node, Assign) and node.name == "COMPREPLY" else ()
    raw = next((token.raw for token in tokens if "compgen" in token.raw[:200]), None)
    if raw is None:
        return []
    inner = raw.strip("\"'").removeprefix("$(").removesuffix(")")
    words = [token for token in tokens_of(inner) if not token.is_mark]
    return words if words and words[0].text == "compgen" else []


def _words_of(call: Sequence[Token], variables: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """Give the words behind `-W`, where all of them are known."""
    place = next((number for number, token in enumerate(call) if token.text == "-W"), None)
    if place is None or place + 1 >= len(call):
        return None
    given = call[place + 1]
    name = given.variable
    if name is not None:
        return variables.get(name)
    return tuple(given.text.split()[:_MOST_WORDS]) if given.is_known else None


def _is_whole(call: Sequence[Token]) -> bool:
    """Tell a value from a part of one, which has something before or behind it."""
    return not _FLAGS_OF_COMPGEN.intersection(token.text for token in call)


def _action_of(call: Sequence[Token]) -> str | None:
    texts = [token.text for token in call]
    for flag, name in _COMPGEN_ACTIONS.items():
        if flag in texts:
            return name
    place = texts.index("-A") if "-A" in texts else len(texts)
    return _NAMED_ACTIONS.get(texts[place + 1]) if place + 1 < len(texts) else None


def _offered(node: Node, variables: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, int | None]]:
    call = _compgen_in(node)
    line = node.words[0].line if call and isinstance(node, Assign) else None
    for word in _words_of(call, variables) or ():
        yield word, line
