"""What a job's end means for whoever asked: the exit code, and why."""

from __future__ import annotations

from producer.codes import EXIT_CLEAN, EXIT_CUT, EXIT_FINDINGS, EXIT_OURS
from shared.models.finding import Severity
from shared.models.job import JobState
from shared.models.test_report import Reach, TestReport

NEVER = "never"


def exit_code(report: TestReport, fail_on: str) -> int:
    """Give the exit code of a job that has ended; our own failure weighs more than what was found until then."""
    if report.state is JobState.FAILED:
        return report.fault.exit_code if report.fault else EXIT_OURS
    if report.state is not JobState.SUCCEEDED:
        return EXIT_OURS
    if fails(report, fail_on):
        return EXIT_FINDINGS
    return EXIT_CUT if was_cut_short(report) and not report.findings else EXIT_CLEAN


def fails(report: TestReport, fail_on: str) -> bool:
    """Tell whether there is a finding at or above a severity; a note never counts."""
    if fail_on == NEVER:
        return False
    worst = Severity(fail_on).rank
    return any(reported.finding.severity.rank <= worst for reported in report.findings)


def was_cut_short(report: TestReport) -> bool:
    """Tell whether time ran out before every planned command and option was tried once."""
    is_cut = report.executed < report.planned
    parts = (part for part in report.coverage.parts if part.label.startswith(("command:", "option:")))
    return is_cut and any(part.reach is Reach.UNTRIED and part.cases for part in parts)
