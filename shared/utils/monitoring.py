"""What a process counts and times, for whoever looks at it from outside; nobody looks at one that works for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

# prometheus-client reads it when it is imported: with it, all processes below share their numbers through files.
SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Metrics(Protocol):
    """Counters and timers of one process; those of several are added up by whoever reads them."""

    def turn(self, stage: str) -> AbstractContextManager[list[str]]:
        """Time a turn; the block appends how it ended."""
        ...

    def note_call(self, status: str, seconds: float) -> None:
        """Count one call that was made."""
        ...

    def note_answer(self) -> None:
        """Count one call that did not have to be made."""
        ...

    def note_finding(self, code: str) -> None:
        """Count one finding."""
        ...


class NoMetrics:
    """Counts nothing."""

    @contextmanager
    def turn(self, stage: str) -> Iterator[list[str]]:
        """Let the block say how it ended."""
        yield []

    def note_call(self, status: str, seconds: float) -> None:
        """Count nothing."""

    def note_answer(self) -> None:
        """Count nothing."""

    def note_finding(self, code: str) -> None:
        """Count nothing."""
