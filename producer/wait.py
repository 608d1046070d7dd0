"""Waits for jobs that others work on, and says what came of a job."""

from __future__ import annotations

import time
from pathlib import Path

from rich.text import Text

from producer import screen
from producer.bootstrap import Services
from producer.console import ProgressView, say, tell
from producer.deliver import Delivery, keep
from producer.follow import follow
from producer.here import report_of
from producer.outcome import exit_code
from shared.models.job import JobId
from shared.models.test_report import TestReport
from worker import embedded


def wait_for(app: Services, job_id: JobId, fail_on: str | None) -> int:
    """Follow a job to its end, say what came of it, and give the exit code that `run` would."""
    view = ProgressView(is_quiet=app.is_quiet)
    with view.shown():
        for progress in follow(job_id, app.store, time.sleep):
            view.show(progress)
    report = report_of(app, job_id)
    conclude(app, report, Delivery(formats=("text",), folder=None), keep(report, embedded.write))
    return exit_code(report, fail_on or app.settings.report.fail_on)


def conclude(app: Services, report: TestReport, delivery: Delivery, page: Path | None) -> None:
    """Say what came of a job, and what to type next."""
    if report.fault:
        fault = report.fault
        for line in screen.fault_lines(fault.code, fault.message, fault.hint):
            tell(line.plain)
    if delivery.is_text:
        say([screen.head(report), Text(""), *screen.summary(report)])
    folder = delivery.folder or (page and page.parent)
    if page and not app.is_quiet:
        tell(f"  Report:  {page}" if delivery.folder is None else f"  Reports: {folder}")
    if report.findings and not app.is_quiet:
        first = report.findings[0].id
        tell(f"  Next:    testronaut show {first} · testronaut replay {first}")
