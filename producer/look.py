"""Finds what people name: jobs by the beginning of their id, findings by their place or fingerprint."""

from __future__ import annotations

import re

from producer import screen
from producer.bootstrap import Services
from shared.models.job import JobId
from shared.models.test_report import ReportedFinding, TestReport
from shared.store.findings import UnknownFindingError
from shared.utils.logging import bind
from shared.utils.text import visible
from shared.utils.validation import parse_id

_PLACE = re.compile(r"F[1-9]\d*", re.IGNORECASE)
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def find_job(app: Services, text: str | None) -> JobId:
    """Find a job; the newest where none is named.

    Raises:
        InvalidValueError, UnknownJobError, AmbiguousJobError: the text names none, or more than one.

    """
    prefix = parse_id(text) if text is not None else None
    job_id = app.store.read(lambda tx: tx.jobs.find(prefix))
    bind(job_id=str(job_id))
    return job_id


def is_finding(text: str) -> bool:
    """Tell the name of a finding from that of a job."""
    return bool(_PLACE.fullmatch(text) or _FINGERPRINT.fullmatch(text))


def find_finding(report: TestReport, text: str) -> ReportedFinding:
    """Find a finding of a report.

    Raises:
        UnknownFindingError: it has none of this name.

    """
    wanted = text.upper() if _PLACE.fullmatch(text) else text
    for reported in report.findings:
        if wanted in {reported.id, reported.finding.fingerprint}:
            return reported
    known = f"it has F1 to F{len(report.findings)}" if report.findings else "it has none"
    raise UnknownFindingError(f"job {screen.short(report.job_id)} has no finding {visible(text)!r}: {known}")
