"""Completions for bash 3.2 and newer, with or without the package bash-completion.

Words of the tool stand in single quotes throughout: the shell reads nothing in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from producer.interface.grammar import Node, Values, grammar_of
from producer.interface.tables import Scope, commands_of, function_name, heading, scopes_of, walker
from shared.models.cli_tool import CliTool


def write_bash(tool: CliTool) -> str:
    """Write a script to be sourced: tables of what follows what, then the functions that walk over them."""
    grammar = grammar_of(tool)
    name = function_name(grammar.program)
    nodes, scopes = [*grammar.root.walk()], [*scopes_of(grammar)]
    lines = [
        heading(grammar, tool.version),
        "",
        *_table(f"{name}_commands", "found=()", (_commands(node) for node in nodes if node.children)),
        *_table(f"{name}_enter", "next=", (_enter(node) for node in nodes if node.children), "[[ -n $next ]]"),
        *_table(f"{name}_options", "found=()", (_options(scope) for scope in scopes if scope.options)),
        *_table(f"{name}_value", "takes=", (_values(scope) for scope in scopes if scope.values), "[[ -n $takes ]]"),
        *_table(f"{name}_argument", "found=()", (_argument(node) for node in nodes if node.places or node.rest), ""),
        walker("bash", grammar, quoted(grammar.program)),
    ]
    return "\n".join(lines)


def quoted(word: str) -> str:
    """Quote a word, so that nothing in it is read."""
    return "'" + word.replace("'", "'\\''") + "'"


def _table(function: str, before: str, rows: Iterable[Iterable[str]], after: str = "") -> Iterator[str]:
    """Write a function that looks up a row by its first word."""
    yield f"{function}() {{"
    yield f"    {before}"
    yield "    case $1 in"
    for row in rows:
        yield from (f"        {line}" for line in row)
    yield "        *) return 1 ;;" if not after else "        *) ;;"
    yield "    esac"
    if after:
        yield f"    {after}"
    yield "}"
    yield ""


def _all(words: Iterable[str]) -> str:
    return f"found=({' '.join(quoted(word) for word in words)})"


def _any(words: Iterable[str]) -> str:
    return "|".join(quoted(word) for word in words)


def _commands(node: Node) -> Iterator[str]:
    yield f"{node.number}) {_all(word.text for word in commands_of(node))} ;;"


def _enter(node: Node) -> Iterator[str]:
    yield f"{node.number}) case $2 in"
    yield from (f"    {_any(child.words)}) next={child.number} ;;" for child in node.children)
    yield "esac ;;"


def _options(scope: Scope) -> Iterator[str]:
    yield f"{scope.name}) {_all(word.text for word in scope.options)} ;;"


def _values(scope: Scope) -> Iterator[str]:
    yield f"{scope.name}) case $2 in"
    for value in scope.values:
        yield f"    {_any(value.names)}) takes={value.takes} {_found(value.values)} ;;"
    yield "esac ;;"


def _argument(node: Node) -> Iterator[str]:
    yield f"{node.number}) case $2 in"
    yield from (f"    {number}) {_found(values)} ;;" for number, values in enumerate(node.places))
    yield f"    *) {_found(node.rest) if node.rest else 'return 1'} ;;"
    yield "esac ;;"


def _found(values: Values) -> str:
    return f"kind={values.kind} {_all(values.choices)}"
