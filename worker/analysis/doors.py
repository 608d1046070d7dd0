"""The ways to a command's help, and whether what is behind one of them is help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from shared.models.call import Call
from shared.models.cli_tool import Source
from worker.analysis.asking import Answer
from worker.analysis.claims import Reading
from worker.analysis.dialects.reading import read_help
from worker.knowledge.refusals import read_refusals

# So wide that nothing is cut or wrapped by a tool that asks how wide its reader is.
_WIDE = {"COLUMNS": b"400", "MANWIDTH": b"400"}
_MANUAL = re.compile(
    r"^\s*[A-Z][A-Z0-9._-]*\(\d?[a-z]*\)\s.*[A-Z][A-Z0-9._-]*\(\d?[a-z]*\)\s*$"
    r"|^NAME$(?=[\s\S]{0,400}^(?:SYNOPSIS|DESCRIPTION)$)",
    re.MULTILINE,
)
_HEAD_OF_A_PAGE = 2000


class Door(Enum):
    """How a tool may be asked for help about a command, in the order in which they are tried."""

    LONG = "--help"
    SHORT = "-h"
    WORD = "help"
    WORD_BEHIND = "... help"
    SINGLE = "-help"

    def argv(self, path: Sequence[str]) -> tuple[bytes, ...]:
        """Give the words that ask, without the tool's own; `path` are the words of the command."""
        words = {
            Door.LONG: (*path, "--help"),
            Door.SHORT: (*path, "-h"),
            Door.SINGLE: (*path, "-help"),
            Door.WORD: ("help", *path),
            Door.WORD_BEHIND: (*path, "help"),
        }[self]
        return tuple(word.encode() for word in words)


def reading_call(argv: Sequence[bytes]) -> Call:
    """Give a call that is made for the text it shows."""
    return Call(argv=tuple(argv), env=_WIDE)


@dataclass(frozen=True)
class Page:
    """A text about a command, and what it claims; `door` is None where no door leads to it."""

    door: Door | None
    argv: tuple[bytes, ...]
    text: str
    reading: Reading
    is_refusal: bool = False

    @cached_property
    def is_manual(self) -> bool:
        """Tell a manual page from help."""
        return _MANUAL.search(self.text[:_HEAD_OF_A_PAGE]) is not None

    @property
    def has_lists(self) -> bool:
        """Tell whether the text lists options or commands."""
        has_entries = any(claim.source is not Source.USAGE for claim in self.reading.options)
        return has_entries or bool(self.reading.commands)

    @property
    def is_rich(self) -> bool:
        """Tell help that lists something; a usage line alone, or a manual, may have more behind another door."""
        return self.has_lists and not self.is_manual

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Say how good a page is, to choose between two about one command."""
        return (not self.is_refusal, not self.is_manual, self.reading.weight)


def read_page(answer: Answer | None, door: Door | None, words: Sequence[str]) -> Page | None:
    """Read the help that an answer holds, on whichever stream; None where there is none.

    The exit code says nothing: many tools show their help with another code than 0. A text with neither a usage line
    nor a list, or one that only repeats the words of the call, is no help.
    """
    if answer is None or answer.is_ours:
        return None
    pages = [_page(answer, text, door, words) for text in answer.texts]
    found = [page for page in pages if _is_help(page)]
    return max(found, key=lambda page: page.rank, default=None)


def better(one: Page | None, other: Page | None) -> Page | None:
    """Choose between two texts about one command, the first where they are alike."""
    if one is None or other is None:
        return one or other
    return other if other.rank > one.rank else one


def _page(answer: Answer, text: str, door: Door | None, words: Sequence[str]) -> Page:
    refusals = read_refusals("\n".join(answer.texts))
    is_refusal = bool(refusals) and not answer.worked
    return Page(door, answer.call.argv, text, read_help(text, words), is_refusal)


def _is_help(page: Page) -> bool:
    reading = page.reading
    entries = [claim for claim in reading.options if claim.source is Source.HELP]
    names = {name.encode() for claim in entries for name in claim.names}
    is_list = len(names.difference(page.argv)) > 1 or any(claim.description for claim in entries)
    return bool(reading.usage) or is_list or any(claim.sure for claim in reading.commands)
