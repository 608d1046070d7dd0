"""Reads what a tool says when it refuses a call: which word it did not understand, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from worker.knowledge.wordings import WORDINGS, RefusalKind

__all__ = ["PLAIN_QUOTES", "Refusal", "RefusalKind", "is_unknown", "read_refusals", "refuses_word"]


class Refusal(NamedTuple):
    """One line in which a tool refuses a call.

    `subject` is the word that it names, an option with its dashes. `choices` are the words that it would have taken.
    """

    kind: RefusalKind
    subject: str | None
    choices: tuple[str, ...]
    line: str


# A refusal stands at an end of what a tool prints, before or after a usage text; in the middle stands data.
_LINES_AT_AN_END = 100
_LONGEST_LINE = 1000
_LINES_OF_CHOICES = 12
# Every check reads what every call of a job printed; most calls of a tool are refused in the same few ways.
_TEXTS_AT_HAND = 1024
_WORDS_OF_REFUSALS = re.compile(
    r"invalid|unknown|unrecogni|option|flag|switch|argument|operand|param|arg\b|command|choice|choose|one of|value"
    r"|no such|not found|does not exist|predicate|applet|usage|must specify|mutually|requires|input|topic"
)
_POSSIBLE_VALUES = re.compile(
    r"\[?\s*(?:possible|valid|allowed|accepted) (?:values|arguments)(?: are)?:\s*(.*?)\]?\s*$", re.IGNORECASE
)
_LISTED = re.compile(r"\s*[-*] (.+)$")
_QUOTE_MARKS = "'\"`"
PLAIN_QUOTES = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xB4: "'"})
_CHOICES = frozenset({RefusalKind.INVALID_CHOICE, RefusalKind.INVALID_VALUE})
_BLAMES_A_WORD = frozenset(
    {
        RefusalKind.UNKNOWN_OPTION,
        RefusalKind.UNKNOWN_COMMAND,
        RefusalKind.INVALID_CHOICE,
        RefusalKind.EXTRA_ARGUMENT,
        RefusalKind.NO_SUCH_FILE,
    }
)


@lru_cache(_TEXTS_AT_HAND)
def read_refusals(text: str) -> tuple[Refusal, ...]:
    """Find the refusals in what a tool printed, in their order; ordinary output holds none."""
    lines = text.splitlines()
    return tuple(chain.from_iterable(_read_line(lines, number) for number in _ends(lines)))


def is_unknown(text: str, option: str) -> bool:
    """Tell whether a text calls this very option unknown, whatever dashes and value it was given."""
    name = option.partition("=")[0].lstrip("-")
    subjects = (one.subject for one in read_refusals(text) if one.kind is RefusalKind.UNKNOWN_OPTION)
    return any(subject.partition("=")[0].lstrip("-") == name for subject in subjects if subject)


def refuses_word(text: str, word: str) -> bool:
    """Tell whether a text says that this word is unknown, superfluous, not among the choices or no file."""
    return any(one.subject == word for one in read_refusals(text) if one.kind in _BLAMES_A_WORD)


def _ends(lines: Sequence[str]) -> Iterator[int]:
    count = len(lines)
    first = min(count, _LINES_AT_AN_END)
    return chain(range(first), range(max(first, count - _LINES_AT_AN_END), count))


def _read_line(lines: Sequence[str], number: int) -> Iterator[Refusal]:
    line = lines[number][:_LONGEST_LINE].strip(" │|")
    if not _WORDS_OF_REFUSALS.search(line.lower()):
        return
    kind, found = _first_that_fits(line.translate(PLAIN_QUOTES))
    if kind is None or found is None:
        return
    groups = {name: value for name, value in found.groupdict().items() if value is not None}
    choices = _words_of(groups.get("choices", "")) or _choices_below(kind, lines, number)
    if kind is RefusalKind.INVALID_VALUE and choices:
        kind = RefusalKind.INVALID_CHOICE
    for said, subject in _subjects(kind, groups):
        yield Refusal(said, subject, choices, line)


def _first_that_fits(line: str) -> tuple[RefusalKind | None, re.Match[str] | None]:
    lowered = line.lower()
    for kind, wordings in WORDINGS.items():
        for wording in wordings:
            found = wording.match(line, lowered)
            if found:
                return kind, found
    return None, None


def _subjects(kind: RefusalKind, groups: dict[str, str]) -> Iterator[tuple[RefusalKind, str | None]]:
    """Give each word that is named, with what is held against it."""
    placeholder = next((name for name in groups if name in _NAMED), None)
    return _NAMED[placeholder](kind, groups[placeholder]) if placeholder else iter([(kind, None)])


def _either(_: RefusalKind, text: str) -> Iterator[tuple[RefusalKind, str]]:
    for word in _words_of(text):
        yield RefusalKind.UNKNOWN_OPTION, _with_dashes(word)
        if not word.startswith("-"):
            yield RefusalKind.EXTRA_ARGUMENT, word


_NAMED: dict[str, Callable[[RefusalKind, str], Iterator[tuple[RefusalKind, str | None]]]] = {
    "either": _either,
    "words": lambda kind, text: ((_told_apart(kind, word), _longest(word)) for word in _words_of(text, blanks=True)),
    "bares": lambda kind, text: ((kind, _with_dashes(word)) for word in _words_of(text)),
    "spellings": lambda kind, text: iter([(kind, _longest(text))]),
    "letter": lambda kind, text: iter([(kind, f"-{text}")]),
    "bare": lambda kind, text: iter([(kind, _with_dashes(text.rstrip(".")))]),
    "subject": lambda kind, text: iter([(kind, text.rstrip(".:") or text)]),
}


def _told_apart(kind: RefusalKind, word: str) -> RefusalKind:
    """Tell words from options where a message names both alike."""
    is_extra = kind is RefusalKind.UNKNOWN_OPTION and not word.startswith("-")
    return RefusalKind.EXTRA_ARGUMENT if is_extra else kind


def _longest(spellings: str) -> str:
    words = [word for word in re.split(rf"[\s,/|{_QUOTE_MARKS}]+", spellings) if word.startswith("-")]
    return max(words, key=len, default=spellings)


def _with_dashes(name: str) -> str:
    if name.startswith("-"):
        return name
    return f"-{name}" if len(name) == 1 else f"--{name}"


def _words_of(text: str, *, blanks: bool = False) -> tuple[str, ...]:
    parts = re.split(r"[\s,|]+" if blanks else r"\s*[,|]\s*|\s+or\s+|'\s+'", text)
    words = (part.strip(_QUOTE_MARKS + " .)]").removeprefix("or ").strip(_QUOTE_MARKS + " ") for part in parts)
    return tuple(dict.fromkeys(word for word in words if word))


def _choices_below(kind: RefusalKind, lines: Sequence[str], number: int) -> tuple[str, ...]:
    """Read the accepted words where they stand on the lines below a refusal."""
    if kind not in _CHOICES:
        return ()
    below = lines[number + 1 : number + 1 + _LINES_OF_CHOICES]
    for offset, line in enumerate(below):
        found = _POSSIBLE_VALUES.search(line)
        if found and found[1]:
            return _words_of(found[1])
        if found:
            return _words_of(",".join(_listed(below[offset + 1 :])))
    return ()


def _listed(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        found = _LISTED.match(line)
        if not found:
            return
        yield found[1]
