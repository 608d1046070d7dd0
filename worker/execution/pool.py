"""Keeps warm sandboxes for the next calls of their kind, for one process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from worker.execution.connection import Connection
from worker.execution.pace import Gate, Pace

MOST_CALLS = 500
MOST_IDLE = 12


@dataclass(frozen=True)
class Site:
    """Where a call finds what is its own."""

    folder: str
    home: str
    temporary: str


@dataclass(eq=False)
class Place:
    """A runner that takes orders, and what has to be let go with it; used by one thread at a time.

    `env` is the environment that it knows already, `told` what it takes for granted where an order does not say it.
    """

    kind: Hashable
    site: Site
    env: Mapping[str, bytes]
    runner: Connection
    held: ExitStack
    told: Mapping[str, Any] = field(default_factory=dict)
    has_layers: bool = False
    calls: int = 0
    is_good: bool = True

    def news(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out of an order what the runner takes for granted: most calls differ in their words alone."""
        return {name: said for name, said in order.items() if name not in self.told or self.told[name] != said}

    def close(self) -> None:
        """End it, with all that runs in it."""
        self.held.close()


@dataclass
class Pool:
    """Idle places by their kind, the longest idle first; `most_calls` 1 keeps none."""

    most_calls: int = MOST_CALLS
    most_idle: int = MOST_IDLE
    pace: Pace = field(default_factory=Pace)
    gate: Gate = field(default_factory=Gate)
    _idle: list[Place] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _starter: ThreadPoolExecutor | None = None
    _is_closed: bool = False

    @contextmanager
    def place(self, kind: Hashable, start: Callable[[], Place], *, is_lasting: bool = True) -> Iterator[Place]:
        """Lend a place of a kind, started where none is idle; one that failed, or that was left by a stop, is ended.

        One that is not lasting is new, and ends with its use.
        """
        place = (self._taken(kind) if is_lasting else None) or start()
        place.is_good = is_lasting
        try:
            yield place
        except BaseException:
            place.is_good = False
            raise
        finally:
            self._give_back(place)

    def begin(self, start_it: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        """Start a process in a thread of our own: the kernel ends it with the thread that started it."""
        with self._lock:
            if self._starter is None:
                self._starter = ThreadPoolExecutor(1, "starter")
            starting = self._starter.submit(start_it)
        return starting.result()

    def close(self) -> None:
        """End all idle places, those that come back later, and the thread that started them."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            starter, self._starter = self._starter, None
        for place in idle:
            place.runner.hang_up()
        for place in idle:
            place.close()
        if starter:
            starter.shutdown()

    def _taken(self, kind: Hashable) -> Place | None:
        while True:
            with self._lock:
                place = next((place for place in reversed(self._idle) if place.kind == kind), None)
                if place is None:
                    return None
                self._idle.remove(place)
            if place.runner.is_there:
                return place
            place.close()  # it died while nobody looked

    def _give_back(self, place: Place) -> None:
        ended = [place]
        if place.is_good and place.calls < self.most_calls:
            with self._lock:
                self._idle.append(place)
                ended = self._idle[: None if self._is_closed else -self.most_idle]
                del self._idle[: len(ended)]
        for one in ended:
            one.close()
