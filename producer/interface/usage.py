"""A usage spec: KDL 2 that the program `usage` turns into completions, manual pages and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from producer.interface.grammar import Kind, Node, Offer, Values, grammar_of, values_of
from shared.models.cli_tool import Argument, CliTool, Takes
from shared.utils.text import one_line

_NAME = re.compile(r"-[A-Za-z0-9#@%:+~^?]|--[A-Za-z0-9][A-Za-z0-9_.:@%+~^-]*")
_NO_PLACEHOLDER = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_PLACEHOLDER = 40


def write_usage(tool: CliTool) -> str:
    """Write the whole tree of commands as one file."""
    grammar = grammar_of(tool)
    lines = [
        "// Written by `testronaut analyze` from what the tool says of itself.",
        f"name {quoted(grammar.program)}",
        f"bin {quoted(grammar.program)}",
        *([f"version {quoted(one_line(tool.version))}"] if tool.version else []),
        *([f"about {quoted(grammar.root.help)}"] if grammar.root.help else []),
        *_content(grammar.root),
    ]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """Quote a text of one line, so that nothing in it is read."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _content(node: Node) -> Iterator[str]:
    known: set[str] = set()
    names = {name for offer in node.offers for name in offer.names}
    negations = _negations(node.offers)
    for offer in node.offers:
        spelled = [name for name in offer.names if _NAME.fullmatch(name) and name not in known]
        if spelled and spelled[0] not in negations.values():
            known.update(spelled)
            yield from _flag(offer, spelled, names, negations.get(offer.option.name))
    for argument in node.command.arguments:
        yield from _argument(argument, values_of(argument.value_type, argument.choices))
    for child in node.children:
        yield from _block(f"cmd {quoted(child.words[0])}{_property('help', child.help)}", _command(child))


def _command(node: Node) -> list[str]:
    aliases = " ".join(quoted(alias) for alias in node.words[1:])
    return [*([f"alias {aliases}"] if aliases else []), *_content(node)]


def _negations(offers: Sequence[Offer]) -> dict[str, str]:
    """Give the spelling that switches an option off, where it is an option with nothing else to say."""
    flags = {offer.option.name for offer in offers if offer.takes is Takes.NONE}
    return {
        offer.option.negates: offer.names[0]
        for offer in offers
        if offer.option.negates in flags and offer.takes is Takes.NONE and offer.option.names == offer.names[:1]
        if offer.option.negates is not None and _NAME.fullmatch(offer.names[0])
    }


def _flag(offer: Offer, names: Sequence[str], siblings: set[str], negation: str | None) -> Iterator[str]:
    option = offer.option
    facts = [
        _property("help", offer.help),
        _property("env", option.env_var if option.env_var and option.env_var.isidentifier() else None),
        _property("default", one_line(option.default) if option.default and offer.takes is not Takes.NONE else None),
        _property("negate", negation),
        _property("deprecated", "deprecated" if option.deprecated else None),
        " required=#true" if option.required else "",
        " var=#true" if option.repeatable and offer.takes is not Takes.NONE else "",
        " count=#true" if option.repeatable and offer.takes is Takes.NONE else "",
        " value_optional=#true" if offer.takes is Takes.OPTIONAL else "",
        " global=#true" if option.inherited else "",
        " hide=#true" if option.hidden else "",
    ]
    value = _value(option.value_name, offer.values)
    shown = {Takes.NONE: "", Takes.REQUIRED: f" <{value}>", Takes.OPTIONAL: f" [{value}]"}[offer.takes]
    inner = [
        *_choices(offer.values),
        *_named("conflicts", option.conflicts, siblings),
        *_named("requires", option.requires, siblings),
    ]
    yield from _block(f"flag {quoted(' '.join(names) + shown)}{''.join(facts)}", inner)


def _named(node: str, others: Sequence[str], siblings: set[str]) -> Iterator[str]:
    known = [quoted(name) for name in others if name in siblings and _NAME.fullmatch(name)]
    if known:
        yield f"{node} {' '.join(known)}"


def _argument(argument: Argument, values: Values) -> Iterator[str]:
    name = _value(argument.name, values)
    shown = (f"<{name}>" if argument.required else f"[{name}]") + ("..." if argument.variadic else "")
    yield from _block(f"arg {quoted(shown)}", [*_choices(values)])


def _value(name: str | None, values: Values) -> str:
    """Name a value; `usage` offers directories where it is called so."""
    if values.kind is Kind.DIRECTORIES:
        return "dir"
    return _NO_PLACEHOLDER.sub("-", name or "")[:_LONGEST_PLACEHOLDER].strip("-") or "value"


def _choices(values: Values) -> Iterator[str]:
    if values.choices:
        yield f"choices {' '.join(quoted(choice) for choice in values.choices)}"


def _property(name: str, text: str | None) -> str:
    return f" {name}={quoted(text)}" if text else ""


def _block(head: str, inner: Sequence[str]) -> Iterator[str]:
    if not inner:
        yield head
        return
    yield f"{head} {{"
    yield from (f"    {line}" for line in inner)
    yield "}"
