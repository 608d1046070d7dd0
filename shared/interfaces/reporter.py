"""Writes a report in one format."""

from __future__ import annotations

from typing import Protocol

from shared.models.test_report import TestReport


class Writer(Protocol):
    """A pure function from a report to one document."""

    @property
    def name(self) -> str:
        """Give the name that `--format` takes."""
        ...

    @property
    def filename(self) -> str:
        """Give the name of its file in a folder of reports."""
        ...

    def write(self, report: TestReport) -> bytes:
        """Write the document; what the tool printed is data in it, whatever it looks like."""
        ...
