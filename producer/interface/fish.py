r"""Completions for fish 3.1 and newer.

Words of the tool stand in single quotes, in which fish reads nothing but `\\` and `\'`; in a `case` they are patterns
besides, so that `*` and `?` are escaped there once more. A backslash before one of these cannot be written in a
pattern: such a word is offered, and not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from producer.interface.grammar import Node, Values, grammar_of
from producer.interface.tables import Scope, Word, commands_of, function_name, heading, scopes_of, walker
from shared.models.cli_tool import CliTool

_ANY = "'*'"
_PATTERN = re.compile(r"[*?]")


def write_fish(tool: CliTool) -> str:
    """Write a script to be sourced: tables of what follows what, then the functions that walk over them."""
    grammar = grammar_of(tool)
    name = function_name(grammar.program)
    nodes, scopes = [*grammar.root.walk()], [*scopes_of(grammar)]
    lines = [
        heading(grammar, tool.version),
        "",
        *_table(f"{name}_commands", (_commands(node) for node in nodes if node.children)),
        *_table(f"{name}_enter", (_enter(node) for node in nodes if node.children)),
        *_table(f"{name}_options", (_options(scope) for scope in scopes if scope.options)),
        *_table(f"{name}_value", (_values(scope) for scope in scopes if scope.values)),
        *_table(f"{name}_argument", (_argument(node) for node in nodes if node.places or node.rest)),
        walker("fish", grammar, quoted(grammar.program)),
    ]
    return "\n".join(lines)


def quoted(word: str) -> str:
    """Quote a word, so that nothing in it is read."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pattern(word: str) -> str:
    """Quote a word as a pattern that matches nothing else."""
    return quoted(_PATTERN.sub(lambda found: "\\" + found[0], word))


def _table(function: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Write a function that prints a row, found by its first word; it fails where there is none."""
    yield f"function {function}"
    yield "    switch $argv[1]"
    for row in rows:
        yield from (f"        {line}" for line in row)
    yield f"        case {_ANY}"
    yield "            return 1"
    yield "    end"
    yield "end"
    yield ""


def _print(words: Iterable[str]) -> str:
    return " ".join(["printf '%s\\n'", *(quoted(word) for word in words)])


def _told(words: Iterable[Word]) -> str:
    return _print(f"{word.text}\t{word.help}" if word.help else word.text for word in words)


def _commands(node: Node) -> Iterator[str]:
    yield f"case {node.number}"
    yield f"    {_told(commands_of(node))}"


def _enter(node: Node) -> Iterator[str]:
    yield from _choice(node.number, ((child.words, f"echo {child.number}") for child in node.children))


def _options(scope: Scope) -> Iterator[str]:
    yield f"case {scope.name}"
    yield f"    {_told(scope.options)}"


def _values(scope: Scope) -> Iterator[str]:
    yield from _choice(scope.name, ((value.names, _found(value.values, value.takes)) for value in scope.values))


def _argument(node: Node) -> Iterator[str]:
    rows = (((str(number),), _found(values)) for number, values in enumerate(node.places))
    yield from _choice(node.number, rows, _found(node.rest) if node.rest else "return 1")


def _choice(name: int | str, rows: Iterable[tuple[tuple[str, ...], str]], otherwise: str = "return 1") -> Iterator[str]:
    """Write the second choice of a table, by the second word."""
    yield f"case {name}"
    yield "    switch $argv[2]"
    for words, action in rows:
        yield f"        case {' '.join(pattern(word) for word in words)}"
        yield f"            {action}"
    yield f"        case {_ANY}"
    yield f"            {otherwise}"
    yield "    end"


def _found(values: Values, *before: str) -> str:
    return _print([*before, values.kind, *values.choices])
