"""How long a call may take here, and when its lateness may be the fault of those beside it.

A tool that takes seconds to begin, and a machine that is busy, make every call late; neither is a hang.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Lock, get_ident

from shared.interfaces.executor import Guard
from shared.models.call import Limits
from shared.models.test_result import Status, TestResult, WaitsFor

# A call is late when it takes so many times as long as the quick ones of its tool, but never before its limit.
LATE_TIMES = 20
MOST_TIMES = 6
MOST_REPEATED_IN_VAIN = 2
_MOST_TIMED = 32
_QUICK_SHARE = 4
_GUARD_S = 0.05
_NO_MATTER_OF_TIME = frozenset({WaitsFor.INPUT, WaitsFor.PROCESSOR})


def patience_s(limits: Limits, quick_s: float | None) -> float:
    """Give the time on the clock that a call may take, from how long quick calls of its tool took; None: nobody knows.

    Never less than its limit, and at most six times as much.
    """
    return min(max(limits.wall_s, LATE_TIMES * (quick_s or 0.0)), MOST_TIMES * limits.wall_s)


class Pace:
    """What the calls of one process have taken, by tool."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: defaultdict[Hashable, list[float]] = defaultdict(list)
        self._in_vain: Counter[Hashable] = Counter()

    def allowed(self, tool: Hashable, limits: Limits) -> Limits:
        """Give the limits of a call, with as much time as such a tool needs here."""
        seconds = patience_s(limits, self._quick_s(tool))
        return limits if seconds == limits.wall_s else limits.model_copy(update={"wall_s": seconds})

    def note(self, tool: Hashable, result: TestResult) -> None:
        """Remember how long a call took that ended by itself."""
        times = self._times[tool]
        if len(times) < _MOST_TIMED and result.status.has_exit_code:
            with self._lock:
                insort(times, result.duration_ms / 1000)

    def is_worth_repeating(self, tool: Hashable, result: TestResult) -> bool:
        """Tell whether a call that had others beside it was late for that reason, perhaps.

        Where two calls of a tool were as late alone, it is the tool.
        """
        return _may_be_slowed(result) and self._in_vain[tool] < MOST_REPEATED_IN_VAIN

    def note_repeated(self, tool: Hashable, result: TestResult) -> None:
        """Remember whether it was worth while."""
        self._in_vain[tool] = self._in_vain[tool] + 1 if _may_be_slowed(result) else 0

    def _quick_s(self, tool: Hashable) -> float | None:
        times = self._times[tool]
        return times[len(times) // _QUICK_SHARE] if times else None


def _may_be_slowed(result: TestResult) -> bool:
    """Tell a call that was late, and neither computed nor waited for somebody who never comes."""
    return result.status is Status.TIMEOUT_WALL and not result.detail and result.waits_for not in _NO_MATTER_OF_TIME


@dataclass
class Gate:
    """Lets calls run side by side, or one alone; who waits to be alone comes before those who come later."""

    _changed: Condition = field(default_factory=Condition)
    _inside: int = 0
    _entered: int = 0
    _loners: int = 0
    _owner: int | None = None

    def enter(self, guard: Guard) -> int:
        """Wait until nobody else has to be alone, and give a ticket for leaving.

        Raises:
            Stop: the attempt must end.

        """
        with self._changed:
            while self._loners and self._owner != get_ident():
                self._wait(guard)
            self._inside += 1
            self._entered += 1
            return self._entered if self._inside == 1 else 0

    def leave(self, ticket: int) -> bool:
        """Go, and tell whether nobody else was there in all that time."""
        with self._changed:
            self._inside -= 1
            if not self._inside:
                self._changed.notify_all()
            return ticket == self._entered

    @contextmanager
    def alone(self, guard: Guard) -> Iterator[None]:
        """Let nobody in but this thread, as soon as all others have left.

        Raises:
            Stop: the attempt must end.

        """
        with self._changed:
            self._loners += 1
        try:
            with self._changed:
                while self._inside or self._owner is not None:
                    self._wait(guard)
                self._owner = get_ident()
            try:
                yield
            finally:
                with self._changed:
                    self._owner = None
        finally:
            with self._changed:
                self._loners -= 1
                self._changed.notify_all()

    def _wait(self, guard: Guard) -> None:
        self._changed.wait(_GUARD_S)
        guard.check()
