"""The tables that a completion script looks things up in: one row a command and a kind of question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from producer.interface.grammar import Grammar, Node, Offer, Values
from shared.models.cli_tool import Option, Takes
from shared.utils.text import one_line

_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True)
class Word:
    """A word that may be typed, and what it does."""

    text: str
    help: str = ""


@dataclass(frozen=True)
class Value:
    """What follows options: `takes` is none, attached (only behind `=`), maybe (also as a word) or required."""

    names: tuple[str, ...]
    takes: str
    values: Values


@dataclass(frozen=True)
class Scope:
    """Options under the name of the command that has them: its number, with an `i` for those it hands down."""

    name: str
    options: tuple[Word, ...]
    values: tuple[Value, ...]


def scopes_of(grammar: Grammar) -> Iterator[Scope]:
    """Give the options of every command, and those that it hands down."""
    for node in grammar.root.walk():
        for name, offers in ((str(node.number), node.offers), (f"{node.number}i", node.inherited)):
            if offers:
                yield Scope(name, tuple(_written(offers)), tuple(_valued(offers)))


def commands_of(node: Node) -> Iterator[Word]:
    """Give the words that lead from a command to those below."""
    for child in node.children:
        for word in child.words:
            yield Word(word, child.help)


def function_name(program: str) -> str:
    """Name the functions of a script, so that those of two tools never meet."""
    return f"_testronaut_{_NO_NAME.sub(lambda found: f'_{ord(found[0]):x}_', program)}"


def walker(shell: str, grammar: Grammar, program: str) -> str:
    """Give the part of a script that is the same for all tools, with the program already quoted for its shell."""
    text = files("producer.interface").joinpath(f"walk.{shell}").read_text(encoding="utf-8")
    return text.replace("@NAME@", function_name(grammar.program)).replace("@PROGRAM@", program)


def heading(grammar: Grammar, version: str | None) -> str:
    """Say in a comment what a file is, and how it came to be."""
    known = f" ({one_line(version, 60)})" if version else ""
    return f"# Completions for {grammar.program}{known}, written by `testronaut analyze` from what the tool says."


def _written(offers: Sequence[Offer]) -> Iterator[Word]:
    for offer in offers:
        if offer.is_offered:
            for name in offer.names:
                yield from (Word(form, offer.help) for form in forms_of(offer.option, name))


def forms_of(option: Option, name: str) -> Iterator[str]:
    """Give the ways to type an option: `--size=` where its value follows at once, both where it may be left out."""
    is_word = not name.startswith(("-", "+"))
    is_joined = option.joined == "=" and (is_word or len(name) > 2)  # noqa: PLR2004 - `-n=3` is rarely meant
    if not is_joined or (option.takes_value is not Takes.REQUIRED and not is_word):
        yield name
    if is_joined and option.takes_value is not Takes.NONE:
        yield f"{name}="


def _valued(offers: Sequence[Offer]) -> Iterator[Value]:
    """Put together what is followed by the same; a flag is named only where it may look like `-x` with a value."""
    grouped: dict[tuple[str, Values], list[str]] = {}
    for offer in offers:
        takes = _takes(offer.option)
        names = [name for name in offer.names if takes != "none" or _is_long_with_one_dash(name)]
        if names:
            grouped.setdefault((takes, offer.values), []).extend(names)
    for (takes, values), names in grouped.items():
        yield Value(tuple(names), takes, values if takes != "none" else Values())


def _takes(option: Option) -> str:
    if option.takes_value is Takes.OPTIONAL:
        return "maybe" if option.joined is None else "attached"
    return option.takes_value.value


def _is_long_with_one_dash(name: str) -> bool:
    return len(name) > 2 and name[0] == "-" != name[1]  # noqa: PLR2004
