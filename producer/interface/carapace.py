"""A carapace-spec file: YAML that carapace completes from in any shell it knows.

Its values can run commands (`$(...)`) and read variables (`${...}`), and its flags are a small language of their own:
words of the tool that mean something there are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from producer.interface.grammar import Kind, Node, Offer, Values, grammar_of
from shared.models.cli_tool import CliTool, Takes

Yaml: TypeAlias = "str | Sequence[Yaml] | Mapping[str, Yaml]"

_SHORT = re.compile(r"-[A-Za-z0-9#@%:+.~^][A-Za-z0-9_.:#@%+~^-]*")
_LONG = re.compile(r"--[A-Za-z0-9][A-Za-z0-9_.:#@%+~^-]*")
_MACROS = {Kind.NOTHING: (), Kind.FILES: ("$files",), Kind.DIRECTORIES: ("$directories",)}
_TAKES = {Takes.NONE: "", Takes.OPTIONAL: "?", Takes.REQUIRED: "="}
_MEANING = re.compile(r"\$| \|\|\| |\t")


def write_carapace(tool: CliTool) -> str:
    """Write the whole tree of commands as one file."""
    grammar = grammar_of(tool)
    content = {"name": grammar.program} | _command(grammar.root)  # which has no word of its own
    return "\n".join(["# Written by `testronaut analyze` from what the tool says of itself.", *_yaml(content), ""])


def _command(node: Node) -> dict[str, Yaml]:
    kept = _distinct([flag for offer in node.offers for flag in _flags(offer)])
    below = {name.lstrip("-") for child in node.children for one in child.walk() for name in _names(one)}
    handed_down = [flag for flag in kept if flag.offer.option.inherited and below.isdisjoint(flag.bare)]
    own = [flag for flag in kept if flag not in handed_down]
    parts: dict[str, Yaml] = {
        "name": node.words[0],
        "aliases": node.words[1:],
        "description": node.help,
        "flags": {flag.key: flag.offer.help for flag in own},
        "persistentflags": {flag.key: flag.offer.help for flag in handed_down},
        "exclusiveflags": [*_exclusive(kept)],
        "completion": _filled(_completion(node, kept)),
        "commands": [_command(child) for child in node.children],
    }
    return _filled(parts)


class _Flag:
    """A short and a long spelling at most, as the format has it; an option with more is several flags."""

    def __init__(self, names: Sequence[str], offer: Offer) -> None:
        self.names = tuple(names)
        self.offer = offer

    @property
    def key(self) -> str:
        """Write spellings and what marks them: `=` a value, `?` it may be left out, `*` repeatable, `!` required."""
        option = self.offer.option
        marks = [
            _TAKES[option.takes_value],
            "*" if option.repeatable else "",
            "!" if option.required else "",
            "" if self.offer.is_offered else "&",
        ]
        return ", ".join(self.names) + "".join(marks)

    @property
    def bare(self) -> set[str]:
        """Give its names without dashes, of which a command may have each but once."""
        return {name.lstrip("-") for name in self.names}

    @property
    def name(self) -> str:
        """Give what other parts of the file call it."""
        return self.names[-1].lstrip("-")


def _flags(offer: Offer) -> Iterator[_Flag]:
    shorts = [name for name in offer.names if _SHORT.fullmatch(name)]
    longs = [name for name in offer.names if _LONG.fullmatch(name)]
    if shorts and longs:
        yield _Flag((shorts[0], longs[0]), offer)
    rest = [*shorts[1:], *longs[1:]] if shorts and longs else [*shorts, *longs]
    for name in rest:
        yield _Flag((name,), offer)


def _names(node: Node) -> Iterator[str]:
    return (name for offer in node.offers for name in offer.names)


def _distinct(flags: Sequence[_Flag]) -> list[_Flag]:
    taken: set[str] = set()
    kept: list[_Flag] = []
    for flag in flags:
        if taken.isdisjoint(flag.bare):
            kept.append(flag)
            taken |= flag.bare
    return kept


def _exclusive(flags: Sequence[_Flag]) -> Iterator[list[Yaml]]:
    by_name = {name: flag for flag in flags for name in flag.names}
    seen: set[frozenset[str]] = set()
    for flag in flags:
        for other in (by_name[name] for name in flag.offer.option.conflicts if name in by_name):
            pair = frozenset((flag.name, other.name))
            if len(pair) > 1 and pair not in seen:
                seen.add(pair)
                yield [flag.name, other.name]


def _completion(node: Node, flags: Iterable[_Flag]) -> dict[str, Yaml]:
    places = [_values(values) for values in node.places]
    return {
        "flag": {flag.name: known for flag in flags if (known := _values(flag.offer.values)) and _has_value(flag)},
        "positional": places if any(places) else [],
        "positionalany": _values(node.rest) if node.rest else [],
    }


def _has_value(flag: _Flag) -> bool:
    return flag.offer.takes is not Takes.NONE


def _values(values: Values) -> list[Yaml]:
    return [*(choice for choice in values.choices if not _MEANING.search(choice)), *_MACROS[values.kind]]


def _filled(parts: dict[str, Yaml]) -> dict[str, Yaml]:
    return {name: part for name, part in parts.items() if part}


def _yaml(content: Yaml, indent: str = "") -> Iterator[str]:
    """Write YAML with every scalar in JSON's quotes, which YAML 1.2 reads as JSON does."""
    match content:
        case str():
            yield indent + _scalar(content)
        case Mapping():
            for key, value in content.items():
                yield from _entry(f"{indent}{key if key.isalpha() else _scalar(key)}:", value, indent)
        case _:
            for value in content:
                first, *rest = _yaml(value, f"{indent}  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest


def _entry(key: str, value: Yaml, indent: str) -> Iterator[str]:
    if isinstance(value, str):
        yield f"{key} {_scalar(value)}"
    elif not isinstance(value, Mapping) and not any(isinstance(one, Mapping) for one in value):
        yield f"{key} {json.dumps(value, ensure_ascii=False)}"
    else:
        yield key
        yield from _yaml(value, f"{indent}  ")


def _scalar(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
