"""What the page draws: verdicts as shares, times of calls by size, stages and their attempts on a time line.

Places and widths are percent of what they lie on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from shared.models.finding import VerdictWord
from shared.models.job import StageName
from shared.models.test_report import CaseReport, StageTime, TestReport
from shared.models.work import Attempt, Ending
from shared.utils.text import count, duration
from worker.reporting.words import bounded, ending

_MOST_SLOW = 8
_MOST_TICKS = 7
_STEPS = (1, 2, 5)
_MOST_LINE = 200
_ROOM_FOR_WORDS = 14.0
_THINNEST = 0.4


class Share(NamedTuple):
    """How many cases have one verdict."""

    word: str
    number: int
    percent: float


class Bin(NamedTuple):
    """How many calls took between two times."""

    label: str
    number: int
    percent: float


class Slow(NamedTuple):
    """A call that took long."""

    line: str
    took: str
    ended: str
    percent: float


class Bar(NamedTuple):
    """One attempt on the time line; `state` is `done`, `odd` or `open`."""

    left: float
    width: float
    label: str
    hint: str
    state: str


class Lane(NamedTuple):
    """A stage on the time line; attempts that overlap lie in rows of their own."""

    stage: str
    facts: str
    rows: Sequence[Sequence[Bar]]


class Tick(NamedTuple):
    """A mark of the time's axis."""

    place: float
    label: str


class TimeLine(NamedTuple):
    """Stages from the first start to the last end; `odd` tells of attempts that did not end well."""

    lanes: Sequence[Lane]
    ticks: Sequence[Tick]
    odd: Sequence[str]


def shares(report: TestReport) -> Sequence[Share]:
    """Give the verdicts that occur, in their order."""
    whole = sum(report.totals.values()) or 1
    counts = ((word, report.totals.get(word, 0)) for word in VerdictWord)
    return [Share(word.value, number, _percent(number, whole)) for word, number in counts if number]


def bins(report: TestReport) -> Sequence[Bin]:
    """Sort the calls by how long they took, in steps of 1, 2 and 5; gaps between the shortest and longest stay."""
    times = [case.duration_ms for case in report.cases if case.duration_ms > 0]
    if not times:
        return []
    edges = _edges(min(times), max(times))
    counts = [sum(low <= time < high for time in times) for low, high in pairwise(edges)]
    most = max(counts)
    return [
        Bin(f"{_short(low)} to {_short(high)}", number, _percent(number, most))
        for (low, high), number in zip(pairwise(edges), counts, strict=True)
    ]


def slowest(report: TestReport) -> Sequence[Slow]:
    """Name the calls that took longest."""
    made = sorted((case for case in report.cases if case.duration_ms > 0), key=_by_time)[:_MOST_SLOW]
    return [
        Slow(
            bounded(case.line, _MOST_LINE),
            duration(case.duration_ms / 1000),
            ending(case.status, case.exit_code, case.signal),
            _percent(case.duration_ms, made[0].duration_ms),
        )
        for case in made
    ]


def time_line(report: TestReport) -> TimeLine:
    """Lay the stages and their attempts on one line of time; one that runs still reaches to its end."""
    end = _end(report)
    if not report.attempts or end is None:
        return TimeLine([], [], [])
    start = min(attempt.started_at for attempt in report.attempts)
    scale = _Scale(start, max((end - start).total_seconds(), 0.001), end)
    lanes = [_lane(stage, report, scale) for stage in report.stages]
    return TimeLine(lanes, list(_ticks(scale.seconds)), list(_odd(report)))


def elapsed_s(report: TestReport) -> float:
    """Give how long a job took, or has taken until what is known last; waiting in a queue does not count."""
    end = report.ended_at or _end(report)
    return (end - report.started_at).total_seconds() if end and report.started_at else 0.0


class _Scale(NamedTuple):
    start: datetime
    seconds: float
    end: datetime

    def place(self, moment: datetime) -> float:
        return _percent((moment - self.start).total_seconds(), self.seconds)


def _end(report: TestReport) -> datetime | None:
    known = [stage.ended_at or stage.started_at for stage in report.stages]
    known += [attempt.ended_at or attempt.started_at for attempt in report.attempts]
    return max(known, default=None)


def _lane(stage: StageTime, report: TestReport, scale: _Scale) -> Lane:
    attempts = [_settled(attempt, stage) for attempt in report.attempts if attempt.stage is stage.stage]
    facts = [duration(stage.seconds) if stage.ended_at else "not ended"]
    facts += [count(stage.calls, "call")] if stage.calls else []
    packed = _packed(attempts, scale.end)
    rows = [[_bar(attempt, until, scale) for attempt, until in row] for row in packed]
    return Lane(stage.stage.value, ", ".join(facts), rows)


def _settled(attempt: Attempt, stage: StageTime) -> Attempt:
    """Let what makes this report be over, as its stage is."""
    is_this = attempt.ending is None and stage.ended_at is not None
    return attempt.model_copy(update={"ending": Ending.DONE, "ended_at": stage.ended_at}) if is_this else attempt


def _packed(attempts: Sequence[Attempt], until: datetime) -> Sequence[Sequence[tuple[Attempt, datetime]]]:
    """Put each attempt into the first row that is free when it starts: as many rows as were at work at once."""
    rows: list[list[tuple[Attempt, datetime]]] = []
    for attempt in sorted(attempts, key=lambda attempt: (attempt.started_at, attempt.shard, attempt.fence)):
        end = attempt.ended_at or max(until, attempt.started_at)
        free = next((row for row in rows if row[-1][1] <= attempt.started_at), None)
        if free is None:
            rows.append([(attempt, end)])
        else:
            free.append((attempt, end))
    return rows


def _bar(attempt: Attempt, until: datetime, scale: _Scale) -> Bar:
    left, right = scale.place(attempt.started_at), scale.place(until)
    width = max(right - left, _THINNEST)
    name = _name(attempt)
    took = duration((until - attempt.started_at).total_seconds())
    hint = f"{attempt.stage} {name}: {took}, {count(attempt.calls, 'call')}, {_owner(attempt)}, {_how(attempt)}"
    return Bar(min(left, 100 - _THINNEST), width, name if width > _ROOM_FOR_WORDS else "", hint, _state(attempt))


def _name(attempt: Attempt) -> str:
    shard = f"shard {attempt.shard}" if attempt.stage is StageName.EXECUTE else ""
    again = f"attempt {attempt.fence}" if attempt.fence > 1 else ""
    return ", ".join(part for part in (shard, again) if part)


def _owner(attempt: Attempt) -> str:
    return attempt.owner.rsplit(":", 1)[0]


def _how(attempt: Attempt) -> str:
    return attempt.ending.value if attempt.ending else "running"


def _state(attempt: Attempt) -> str:
    if attempt.ending is None:
        return "open"
    return "done" if attempt.ending is Ending.DONE else "odd"


def _odd(report: TestReport) -> Iterator[str]:
    for attempt in report.attempts:
        if attempt.ending not in {None, Ending.DONE}:
            name = f"{attempt.stage} {_name(attempt)}".strip()
            fault = f": {attempt.fault.message}" if attempt.fault else ""
            yield f"{name} {_how(attempt)}, {_owner(attempt)}{fault}"


def _ticks(seconds: float) -> Iterator[Tick]:
    step = _step(seconds)
    number = 0
    while number * step <= seconds:
        yield Tick(_percent(number * step, seconds), duration(number * step) if number else "0")
        number += 1


def _step(seconds: float) -> float:
    power = 1e-3
    while True:
        for step in _STEPS:
            if seconds / (step * power) <= _MOST_TICKS:
                return step * power
        power *= 10


def _edges(shortest: float, longest: float) -> Sequence[float]:
    edges = [0.0]
    power = 1.0
    while edges[-1] <= longest:
        edges += [step * power for step in _STEPS]
        power *= 10
    last = next(place for place, edge in enumerate(edges) if edge > longest)
    first = next(place for place, edge in enumerate(edges) if edge > shortest) - 1
    return edges[first : last + 1]


def _short(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.0f} s"  # noqa: PLR2004


def _by_time(case: CaseReport) -> tuple[float, str]:
    return -case.duration_ms, case.key


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
