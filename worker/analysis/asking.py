"""Asks the tool, within a budget: the only module of the analysis that makes any call."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from shared.interfaces.executor import Run, Sandbox
from shared.models.call import Call, Limits
from shared.models.job import Profile
from shared.models.test_result import Status, Stream, TestResult
from shared.utils.text import decode
from worker.analysis.allowance import MOST_SAID, Allowance
from worker.analysis.text import LONGEST_TEXT_BYTES, plain_text


class _Pace(NamedTuple):
    """How a tool is asked whose quickest answer took so long: what a call costs, and when it is given up."""

    quickest_ms: float
    cost: int
    patience_s: float


# A tool that starts in no time is asked everything, and none for more than some two minutes of one processor.
_PACES = (
    _Pace(100.0, 1, 2.0),
    _Pace(300.0, 3, 4.0),
    _Pace(1000.0, 10, 8.0),
    _Pace(3000.0, 30, 20.0),
    _Pace(math.inf, 100, 60.0),
)
_CALLS_A_SECOND = 10
_LIMITS = Limits()
_OVERDUE = frozenset({Status.TIMEOUT_WALL, Status.TIMEOUT_CPU})


@dataclass(frozen=True)
class Budget:
    """What may be spent, in quick calls: on reading, on finding calls that work, and on trying options."""

    reading: int
    trying: int
    options: int


BUDGETS: Mapping[Profile, Budget] = {
    Profile.QUICK: Budget(reading=300, trying=60, options=60),
    Profile.STANDARD: Budget(reading=1500, trying=600, options=600),
    Profile.DEEP: Budget(reading=6000, trying=2000, options=3000),
}


@dataclass(frozen=True)
class Answer:
    """What one call showed, as plain text; `captured` gives all that was kept of a stream."""

    call: Call
    result: TestResult
    captured: Callable[[Stream], bytes] = lambda stream: stream.content

    @cached_property
    def stdout(self) -> str:
        """Give what was printed on standard output."""
        return plain_text(self.captured(self.result.stdout))

    @cached_property
    def stderr(self) -> str:
        """Give what was printed on standard error."""
        return plain_text(self.captured(self.result.stderr))

    @property
    def length(self) -> int:
        """Say how much there is to read, in bytes; no text is read any further than it counts here."""
        shown = (self.result.stdout, self.result.stderr)
        return sum(min(stream.total_bytes, LONGEST_TEXT_BYTES) for stream in shown)

    @property
    def printed(self) -> str:
        """Give all that was printed on standard output as it is: what a program should read, not a person."""
        return decode(self.captured(self.result.stdout))

    @property
    def texts(self) -> tuple[str, ...]:
        """Give what was printed on either stream, empty ones left out."""
        return tuple(text for text in (self.stdout, self.stderr) if text.strip())

    @property
    def is_ours(self) -> bool:
        """Tell whether the call says nothing about the tool."""
        return self.result.status is Status.SANDBOX_ERROR

    @property
    def worked(self) -> bool:
        """Tell whether the tool says that all went well."""
        return self.result.status is Status.OK

    @property
    def is_overdue(self) -> bool:
        """Tell a call that did not end by itself."""
        return self.result.status in _OVERDUE


class Asker:
    """Makes calls until the budget is spent; a call that was made before costs nothing.

    The budget counts calls, not seconds: one tool, one interface, however busy the machine is. A call of a tool that is
    slow to start counts for several, and one that never ended for very many. While its help is read, what it says is
    counted too: the answer that is more than may be read is not given, and none is asked for after it. `overdue` counts
    the calls that did not end by themselves.
    """

    def __init__(self, sandbox: Sandbox, budget: int, limits: Limits = _LIMITS, most_said: int = MOST_SAID) -> None:
        self._sandbox = sandbox
        self._limits = limits
        self._known: dict[str, Answer] = {}
        self._quickest_ms: float | None = None
        self._reading: Allowance | None = Allowance(most_said)
        self.left = budget
        self.overdue = 0

    def allow(self, budget: int) -> None:
        """Begin another part of the work, with a budget of its own: what is left of the last one is gone.

        Long outputs are no help to be read any more, and are not counted.
        """
        self._reading = None
        self.left = budget

    @property
    def cost(self) -> int:
        """Say what one call costs, by the quickest answer so far."""
        return self._pace.cost

    @property
    def affordable(self) -> int:
        """Say how many calls can still be made."""
        return 0 if self._reading and self._reading.is_spent else max(0, self.left // self.cost)

    def ask(self, call: Call) -> Answer | None:
        """Make one call; None when the budget is spent."""
        return self.ask_all([call])[0]

    def ask_all(self, calls: Sequence[Call]) -> list[Answer | None]:
        """Make calls that do not need each other's answers; None for those that the budget does not reach."""
        digests = [call.digest() for call in calls]
        new = {digest: call for digest, call in zip(digests, calls, strict=True) if digest not in self._known}
        affordable = list(new.items())[: self.affordable]
        with closing(self._make([call for _, call in affordable])) as made:
            for (digest, _), answer in zip(affordable, made, strict=True):
                if self._reading and not self._reading.covers(answer.length):
                    break
                self._known[digest] = answer
                self._pay(answer)
        return [self._known.get(digest) for digest in digests]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Give all answers so far."""
        return tuple(self._known.values())

    def _make(self, calls: Sequence[Call]) -> Generator[Answer]:
        results = self._sandbox.map([Run(self._patient(call)) for call in calls])
        return (Answer(call, result, self._sandbox.captured) for call, result in zip(calls, results, strict=True))

    @property
    def _pace(self) -> _Pace:
        quickest = self._quickest_ms or 0.0
        return next(pace for pace in _PACES if quickest <= pace.quickest_ms)

    def _patient(self, call: Call) -> Call:
        """Wait for a tool that answers at once, in general, no longer than makes sense."""
        if call.limits is not None or (self._quickest_ms is None and not self.overdue):
            return call
        patience = min(self._pace.patience_s, self._limits.wall_s)
        limits = self._limits.model_copy(update={"wall_s": patience})
        return call.model_copy(update={"limits": limits})

    def _pay(self, answer: Answer) -> None:
        if answer.is_overdue:
            self.overdue += 1
            self.left -= round(self._pace.patience_s * _CALLS_A_SECOND)
            return
        took = answer.result.duration_ms
        self._quickest_ms = took if self._quickest_ms is None else min(took, self._quickest_ms)
        self.left -= self.cost
