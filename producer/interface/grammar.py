"""What may be typed where, as every file of completions needs it: a tree of commands without hostile words.

The words are the tool's own and go into files that a shell reads: one that holds anything invisible is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile

from shared.models.cli_tool import CliTool, Command, Option, Takes, ValueType
from shared.utils.text import decode, one_line, visible

_LONGEST_WORD = 200
_LONGEST_HELP = 120


class Kind(StrEnum):
    """What stands in for a word besides the choices that are known."""

    NOTHING = "nothing"
    FILES = "files"
    DIRECTORIES = "directories"


_KINDS = {
    None: Kind.FILES,  # as a shell does that knows nothing of the tool
    ValueType.FILE: Kind.FILES,
    ValueType.OUTPUT: Kind.FILES,
    ValueType.DIRECTORY: Kind.DIRECTORIES,
}


@dataclass(frozen=True)
class Values:
    """What may stand where a value or an argument does."""

    kind: Kind = Kind.NOTHING
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """An option as completions know it: spellings without those that cannot be written into a file."""

    option: Option
    names: tuple[str, ...]
    values: Values

    @property
    def takes(self) -> Takes:
        """Tell whether it takes a value."""
        return self.option.takes_value

    @property
    def is_offered(self) -> bool:
        """Tell whether it is worth a place in a list; what is not is still understood."""
        return not self.option.deprecated and not self.option.hidden

    @property
    def help(self) -> str:
        """Say in one line what it does."""
        return summary_of(self.option.description)


@dataclass(frozen=True)
class Node:
    """A command: the words that call it, and what may follow; `number` is unique in its tree, 0 its root."""

    number: int
    words: tuple[str, ...]
    command: Command
    children: tuple[Node, ...] = ()

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Give the options that can be written into a file."""
        return tuple(
            Offer(option, names, values_of(option.value_type, option.choices))
            for option in self.command.options
            if (names := words_of(option.names))
        )

    @property
    def inherited(self) -> tuple[Offer, ...]:
        """Give the options that the commands below take as well."""
        return tuple(offer for offer in self.offers if offer.option.inherited)

    @property
    def places(self) -> tuple[Values, ...]:
        """Give what may stand in the place of each argument before those that may be any number of words."""
        single = takewhile(lambda argument: not argument.variadic, self.command.arguments)
        return tuple(values_of(argument.value_type, argument.choices) for argument in single)

    @property
    def rest(self) -> Values | None:
        """Give what may stand after that; a command of which no argument is known may still take files."""
        arguments = self.command.arguments
        if not arguments:
            return None if self.children else Values(Kind.FILES)
        several = [values_of(one.value_type, one.choices) for one in arguments[len(self.places) :]]
        return either_of(several) if several else None

    @property
    def help(self) -> str:
        """Say in one line what it does."""
        return summary_of(self.command.summary)

    def walk(self) -> Iterator[Node]:
        """Give the command and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


@dataclass(frozen=True)
class Grammar:
    """The program that is typed, and its tree of commands."""

    program: str
    root: Node


def grammar_of(tool: CliTool) -> Grammar:
    """Turn what was learned into what may be typed.

    Where the tool is a program with words of its own (`frob store`), these are commands that hold nothing else.
    """
    program, *words = [visible(decode(word)) for word in tool.argv]
    below: dict[str, list[Command]] = {}
    for path, command in sorted(tool.commands.items()):
        if path:
            below.setdefault(path.rpartition(" ")[0], []).append(command)
    numbers = iter(range(len(tool.commands) + len(words)))
    return Grammar(program.rpartition("/")[2] or program, _outer(words, tool.root, below, numbers))


def _outer(
    words: Sequence[str], root: Command, below: dict[str, list[Command]], numbers: Iterator[int], name: str = ""
) -> Node:
    number = next(numbers)
    if not words:
        return Node(number, (name,), root, _children("", below, numbers))
    return Node(number, (name,), Command(), (_outer(words[1:], root, below, numbers, words[0]),))


def _children(path: str, below: dict[str, list[Command]], numbers: Iterator[int]) -> tuple[Node, ...]:
    """Give the commands below one; each word leads to one of them, to the command of that name before others."""
    found: list[Node] = []
    taken = {command.path.split()[-1] for command in below.get(path, ())}
    for command in below.get(path, ()):
        aliases = [alias for alias in command.aliases if alias not in taken]
        words = words_of((command.path.split()[-1], *aliases))
        taken.update(aliases)
        if words:
            found.append(Node(next(numbers), words, command, _children(command.path, below, numbers)))
    return tuple(found)


def values_of(kind: ValueType | None, choices: Iterable[str] | None) -> Values:
    """Say what may be typed as a value; where choices are known, nothing else."""
    known = words_of(choices or ())
    return Values(Kind.NOTHING if known else _KINDS.get(kind, Kind.NOTHING), known)


def either_of(several: Sequence[Values]) -> Values:
    """Say what may be typed where nobody knows which of several places it is."""
    kinds = {values.kind for values in several}
    kind = next((kind for kind in (Kind.FILES, Kind.DIRECTORIES) if kind in kinds), Kind.NOTHING)
    return Values(kind, tuple(dict.fromkeys(choice for values in several for choice in values.choices)))


def words_of(words: Iterable[str]) -> tuple[str, ...]:
    """Leave out what nobody could type, or read: control characters, words without end."""
    return tuple(dict.fromkeys(word for word in words if word.isprintable() and 0 < len(word) <= _LONGEST_WORD))


def summary_of(text: str) -> str:
    """Cut a description to one line without power over whatever shows it."""
    return one_line(text, _LONGEST_HELP)
