"""Compares what two calls showed: the weakest way in which they differ, in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from shared.models.test_plan import Aspect
from shared.models.test_result import Stream, TestResult, WaitsFor
from shared.utils.text import count, decode, visible
from worker.verification.normalise import normalise

_MOST_LINES = 12


class Level(StrEnum):
    """How much two outputs differ."""

    ORDER = "order"
    CONTENT = "content"


class Difference(NamedTuple):
    """In what two results differ, how much, and what each of them has in its place."""

    aspect: Aspect
    level: Level
    expected: str
    got: str


def first_difference(one: TestResult, other: TestResult, aspects: Sequence[Aspect]) -> Difference | None:
    """Give the first aspect in which two results differ, None when they agree in all.

    An output counts as equal when it is so after taking out what may differ between two runs of one call.
    """
    return next((found for aspect in aspects if (found := _difference(one, other, aspect))), None)


def without_spellings(result: TestResult, spelled: Collection[bytes]) -> TestResult:
    """Let two forms of one option look alike where a tool repeats the words that it was given."""
    names = sorted({re.escape(word.partition(b"=")[0]) for word in spelled}, key=len, reverse=True)
    if not names:
        return result
    pattern = re.compile(rb"(?<![\w-])(?:" + b"|".join(names) + rb")(?:[= ]|(?![\w-]))")

    def told(stream: Stream) -> Stream:
        return Stream.of(pattern.sub(b"<option> ", stream.content)) if stream.is_whole else stream

    return result.model_copy(update={"stdout": told(result.stdout), "stderr": told(result.stderr)})


def ending(result: TestResult) -> str:
    """Say how a call ended."""
    if result.exit_code is not None:
        return f"exit {result.exit_code}"
    return f"signal {result.signal}" if result.signal is not None else result.status.value.replace("_", " ")


_DOING = {
    WaitsFor.PROCESSOR: "computing",
    WaitsFor.INPUT: "waiting for input",
    WaitsFor.LOCK: "waiting for a lock",
    WaitsFor.SLEEP: "sleeping",
    WaitsFor.CHILD: "waiting for its own processes",
    WaitsFor.NETWORK: "waiting for the network",
    WaitsFor.STOPPED: "stopped",
    WaitsFor.OTHER: "waiting",
}


def doing(result: TestResult) -> str:
    """Say what a call was at when a limit ended it; nothing where that was not seen."""
    return _DOING.get(result.waits_for, "")


def shape_of(stream: Stream) -> str:
    """Say how much a stream holds: `12 lines`, `empty`."""
    if not stream.total_bytes:
        return "empty"
    return count(stream.content.count(b"\n") or 1, "line") if stream.is_whole else count(stream.total_bytes, "byte")


def diff(one: str, other: str) -> str:
    """Show where two texts differ, as a unified difference without its head."""
    lines = list(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1))[2:]
    shown = [visible(line) for line in lines[:_MOST_LINES]]
    rest = len(lines) - len(shown)
    return "\n".join([*shown, *([f"({count(rest, 'more line')})"] if rest else [])])


def _difference(one: TestResult, other: TestResult, aspect: Aspect) -> Difference | None:
    match aspect:
        case Aspect.STATUS:
            is_same = (one.status, one.exit_code, one.signal) == (other.status, other.exit_code, other.signal)
            return None if is_same else Difference(aspect, Level.CONTENT, ending(one), ending(other))
        case Aspect.STDOUT:
            return _text_difference(aspect, _text(one, one.stdout), _text(other, other.stdout))
        case Aspect.STDERR:
            return _text_difference(aspect, _text(one, one.stderr), _text(other, other.stderr))
        case Aspect.FILES:
            return _text_difference(aspect, _files(one), _files(other))


def _text_difference(aspect: Aspect, one: str, other: str) -> Difference | None:
    if one == other:
        return None
    level = Level.ORDER if sorted(_tokens(one)) == sorted(_tokens(other)) else Level.CONTENT
    return Difference(aspect, level, one, other)


def _tokens(text: str) -> list[str]:
    return text.replace(",", " ").translate(_BRACKETS).split()


_BRACKETS = str.maketrans(dict.fromkeys("[](){}", " "))


def _text(result: TestResult, stream: Stream) -> str:
    # What was not captured still counts: by its hash where the ends are equal.
    missing = "" if stream.is_whole else f"\n<sha256 {stream.sha256}>"
    return normalise(decode(stream.content), result.surroundings) + missing


def _files(result: TestResult) -> str:
    changes = (f"{change.change} {decode(change.path)} {change.kind} {change.sha256 or ''}" for change in result.files)
    return "\n".join(sorted(changes))
