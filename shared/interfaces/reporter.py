"""Puts together what a job found out, and writes it down in one format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.models.cli_tool import CliTool
from shared.models.finding import Finding, Verdict
from shared.models.job import Job
from shared.models.test_plan import TestCase
from shared.models.test_report import SandboxReport, TestReport
from shared.models.test_result import TestResult
from shared.models.work import Attempt


class Gathered(NamedTuple):
    """All that a report is made of.

    `cases` stand in the plan's order, `results` are their planned repetitions, `verdicts` go by the case's key.
    `findings` are the worst first; `seen` says by fingerprint when each was seen first and last in any job.
    """

    job: Job
    tool: CliTool | None
    cases: Sequence[TestCase]
    results: Sequence[TestResult]
    verdicts: Mapping[str, Verdict]
    findings: Sequence[Finding]
    seen: Mapping[str, tuple[datetime, datetime]]
    attempts: Sequence[Attempt]
    now: datetime
    versions: dict[str, str]
    sandbox: SandboxReport


class Assembler(Protocol):
    """A pure function from all that the store holds of a job to its report."""

    def __call__(self, gathered: Gathered, *, is_partial: bool = False) -> TestReport:
        """Make the report of a job, at whatever point it stands; a partial one is of a job that may go on."""
        ...


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
