"""The two streams that people read, and how a job's progress is shown on the second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live

from producer import screen
from producer.follow import Progress, follow
from shared.models.job import JobId, StageName
from shared.store.session import Store
from shared.utils.errors import TestronautError


def out() -> Console:
    """Give the stream for results; lines are never broken, so that a command can be copied."""
    return Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True)


def err() -> Console:
    """Give the stream for everything else."""
    return Console(file=sys.stderr, highlight=False, markup=False, soft_wrap=True)


def say(lines: Iterable[RenderableType]) -> None:
    """Print results."""
    console = out()
    for line in lines:
        console.print(line)


def tell(*lines: str) -> None:
    """Print what is no result."""
    for line in lines:
        err().print(line)


class ProgressView:
    """Shows progress: drawn over on a terminal, one line a finished stage elsewhere, not at all when quiet."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._console = err()
        self._is_quiet = is_quiet
        self._live: Live | None = None
        self._told: set[StageName] = set()

    @contextmanager
    def shown(self) -> Iterator[ProgressView]:
        """Draw as long as the block runs."""
        if self._is_quiet or not self._console.is_terminal:
            yield self
            return
        with Live(console=self._console, refresh_per_second=8) as live:
            self._live = live
            yield self

    def show(self, progress: Progress) -> None:
        """Show how far a job is now."""
        if self._live:
            self._live.update(screen.progress_view(progress))
        elif not self._is_quiet:
            self._tell_finished(progress)

    def _tell_finished(self, progress: Progress) -> None:
        for stage in progress.stages:
            is_over = stage.is_done and stage.seconds is not None
            if is_over and stage.stage not in self._told:
                self._told.add(stage.stage)
                self._console.print(screen.stage_line(stage, progress))


@contextmanager
def watching(job_id: JobId, store: Store, *, is_quiet: bool) -> Iterator[None]:
    """Show a job's progress from a thread of its own while the block works on it; nobody looks when it is quiet."""
    if is_quiet:
        yield
        return
    over = threading.Event()
    view = ProgressView(is_quiet=False)

    def watch() -> None:
        try:
            for progress in follow(job_id, store, over.wait):
                view.show(progress)
                if over.is_set():
                    return
        except TestronautError:
            return  # whoever works on the job meets the same trouble, and says so

    with view.shown():
        thread = threading.Thread(target=watch, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
