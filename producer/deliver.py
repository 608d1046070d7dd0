"""Brings a report to where the user wants it: the store's folder, a folder named, standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from producer.bootstrap import REPORTS_FOLDER
from producer.screen import short
from shared.models.test_report import TestReport
from shared.utils.errors import UsageError

TEXT = "text"
ALWAYS = ("html", "json")

Write = Callable[[TestReport, str], tuple[str, bytes]]


class OutputError(UsageError):
    """What was asked for cannot be brought to where it should go."""

    code = "output.unusable"


class Delivery(NamedTuple):
    """Where a report goes: formats, the folder for their files, and whether people read standard output."""

    formats: tuple[str, ...]
    folder: Path | None

    @property
    def is_text(self) -> bool:
        """Tell whether standard output is for people."""
        return self.folder is not None or set(self.formats) <= {TEXT}


def plan_delivery(formats: Sequence[str], known: Sequence[str], folder: Path | None) -> Delivery:
    """Check before any work is done that the report can be brought to where it should go.

    Raises:
        OutputError: an unknown format, two documents for one standard output, or a folder that cannot be made.

    """
    for name in formats:
        if name != TEXT and name not in known:
            raise OutputError(f"no format is called {name!r}", f"Known: {', '.join([TEXT, *known])}")
    machine = [name for name in dict.fromkeys(formats) if name != TEXT]
    if folder is None and len(machine) > 1:
        raise OutputError(f"{' and '.join(machine)} cannot both go to standard output", "Name a folder: -o DIR")
    if folder is not None:
        _make(folder)
    return Delivery(tuple(dict.fromkeys(formats)), folder)


def deliver(report: TestReport, delivery: Delivery, write: Write) -> Path | None:
    """Write what was asked for, and keep page and JSON where the store is; give the place of the page.

    A folder that cannot be written to stops nobody from reading the result: it is the caller's to say so.
    """
    for name in delivery.formats:
        if name != TEXT:
            filename, content = write(report, name)
            if delivery.folder is None:
                sys.stdout.buffer.write(content)
                sys.stdout.buffer.flush()
            else:
                _put(delivery.folder, filename, content)
    return keep(report, write)


def keep(report: TestReport, write: Write) -> Path | None:
    """Keep page and JSON of a job beside the store; give the place of the page, None where nothing can be kept."""
    folder = REPORTS_FOLDER / short(report.job_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page, _ = [_put(folder, *write(report, name)) for name in ALWAYS]
    except OSError:
        return None
    return page


def require_writable(path: Path) -> None:
    """Check before any work is done that a file can be written; what stands in it stays.

    Raises:
        OutputError: it cannot.

    """
    is_new = not path.exists()
    with _told_where(path):
        path.open("ab").close()
        if is_new:
            path.unlink()


def write_file(path: Path, content: bytes) -> None:
    """Write a file that was asked for by its name.

    Raises:
        OutputError: it cannot be written.

    """
    with _told_where(path):
        path.write_bytes(content)


@contextmanager
def _told_where(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written to: {error.strerror}", "Name another file with -o.") from error


def _put(folder: Path, filename: str, content: bytes) -> Path:
    path = folder / filename
    path.write_bytes(content)
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".testronaut-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written to: {error.strerror}", "Name another folder with -o.") from error
