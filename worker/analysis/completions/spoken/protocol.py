"""How a shell asks a tool for words, protocol by protocol: which calls to make for a command, and what answers say.

Nothing is called here: plans go out and answers come in. A call can do no harm to a tool that does not speak the
protocol: its words begin with dashes or two underscores, or `--help` stands first and all else is in the environment.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from shared.models.call import Call
from shared.models.cli_tool import Source
from worker.analysis.asking import Answer
from worker.analysis.claims import OptionClaim, Reading
from worker.analysis.completions.said import NO_VALUE, WRITTEN, Notes, Value, is_option_name
from worker.analysis.completions.scripts import Speech

_MOST_LINES = 5_000
_LONGEST_LINE = 2_000
_NOT_NAME = re.compile(r"[^A-Za-z0-9_]")
_UNESCAPED_COLON = re.compile(r"(?<!\\):")


@dataclass(frozen=True)
class Offer:
    """A word that the tool offers, and what it says of it; `value` where it tells whether the option takes one."""

    word: str
    description: str = ""
    value: Value = NO_VALUE


class Protocol(ABC):
    """One way of asking. `words` call the tool; a path is the words of a command behind them."""

    speech: ClassVar[Speech]
    # Whether the tool itself can be asked, or only its commands.
    answers_at_root: ClassVar[bool] = True
    # What is typed behind a command's words: nothing yet, then the beginning of an option.
    typed: ClassVar[tuple[tuple[str, ...], ...]] = (("",), ("-",))

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def calls(self, path: Sequence[str]) -> tuple[Call, ...]:
        """Give the calls that ask for the commands and for the options of a command."""
        return tuple(self.call((*path, *typed)) for typed in self.typed)

    @abstractmethod
    def call(self, typed: Sequence[str]) -> Call:
        """Give the call that asks for what may stand in the place of the last word, which may be empty."""

    @abstractmethod
    def offers(self, answer: Answer) -> list[Offer] | None:
        """Read the words that an answer offers; None where it is no answer of this protocol."""

    def read(self, answers: Sequence[Answer | None]) -> Reading | None:
        """Read the answers to `calls`; None where the tool does not speak the protocol.

        A word without a dash is a command that is sure where something is said of it, else it only may be one.
        """
        offered = [self.offers(answer) for answer in answers if answer is not None and not answer.is_ours]
        known = [offer for offers in offered if offers is not None for offer in offers]
        if not any(offers is not None for offers in offered):
            return None
        notes = Notes(WRITTEN)
        for claim in paired([offer for offer in known if offer.word.startswith(("-", "+"))]):
            notes.add_option((), claim.names, _value_of(claim), description=claim.description, is_vague=True)
        for offer in known:
            if not offer.word.startswith(("-", "+")):
                notes.add_command((), offer.word, offer.description, sure=bool(offer.description))
        return notes.readings().get((), Reading())

    def speaks(self, answers: Sequence[Answer | None]) -> bool:
        """Tell whether answers show that the tool speaks the protocol: one option at least is offered."""
        reading = self.read(answers)
        return reading is not None and bool(reading.options)


def _value_of(claim: OptionClaim) -> Value:
    return Value(claim.takes, claim.value_name, claim.choices)


def paired(offers: Sequence[Offer]) -> Iterator[OptionClaim]:
    """Make options of offers: a letter and a word that stand side by side and are described alike are one option."""
    place = 0
    while place < len(offers):
        offer = offers[place]
        following = offers[place + 1] if place + 1 < len(offers) else None
        names: tuple[str, ...] = (offer.word,)
        if following and _is_pair(offer, following):
            names = tuple(sorted((offer.word, following.word), key=len))
            place += 1
        if all(is_option_name(name) for name in names):
            yield OptionClaim(
                names,
                takes=offer.value.takes,
                description=offer.description,
                source=Source.COMPLETION,
                confidence=WRITTEN,
            )
        place += 1


def _is_pair(one: Offer, other: Offer) -> bool:
    lengths = sorted((len(one.word), len(other.word)))
    is_letter_and_word = lengths[0] == 2 < lengths[1] and max(one.word, other.word, key=len).startswith("--")  # noqa: PLR2004
    return is_letter_and_word and bool(one.description) and one.description == other.description


def printed(answer: Answer, most: int = _MOST_LINES) -> list[str]:
    """Give the lines on standard output as they are, tabs and all."""
    lines = answer.printed.split("\n", most)[:most]
    return [line.rstrip("\r")[:_LONGEST_LINE] for line in lines]


def variable_of(word: str) -> str:
    """Write a tool's name as the beginning of an environment variable."""
    return _NOT_NAME.sub("_", word.rpartition("/")[2]).upper()


def name_of(words: Sequence[str]) -> str:
    """Give the tool's own name, without its folders."""
    return words[0].rpartition("/")[2] if words else ""


def with_tabs(lines: Sequence[str]) -> list[Offer] | None:
    """Read `word<tab>description`, one a line; None where a line is something else."""
    found: list[Offer] = []
    for line in lines:
        word, _, description = line.partition("\t")
        if not word.strip():
            continue
        if len(word.split()) > 1:
            return None
        found.append(Offer(word.strip(), description.strip()))
    return found


def with_colons(lines: Sequence[str]) -> list[Offer] | None:
    """Read `word:description`, one a line, in which a backslash keeps a colon from parting; None where it is text."""
    found: list[Offer] = []
    for line in lines:
        word, *rest = _UNESCAPED_COLON.split(line.strip(), maxsplit=1)
        word = word.replace("\\:", ":")
        if not word:
            continue
        if len(word.split()) > 1:
            return None
        found.append(Offer(word, rest[0].strip().replace("\\:", ":") if rest else ""))
    return found


def environment(values: Mapping[str, str]) -> dict[str, bytes]:
    """Encode the environment of a call; a name that can be none is left out."""
    return {
        name: value.replace("\0", "").encode(errors="surrogateescape")
        for name, value in values.items()
        if not name[:1].isdigit()
    }


def encoded(words: Sequence[str]) -> tuple[bytes, ...]:
    """Encode the words of a call."""
    return tuple(word.replace("\0", "").encode(errors="surrogateescape") for word in words)
