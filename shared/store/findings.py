"""Findings by job and fingerprint, verdicts by job and case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from shared.models.finding import Finding, FindingRow, Verdict, VerdictRow
from shared.models.job import JobId, JobRow
from shared.store.rows import Rows, slices
from shared.utils.errors import UsageError


class UnknownFindingError(UsageError):
    """The job has no such finding."""

    code = "finding.unknown"
    hint = "List the job's findings with: testronaut show"


class Findings(Rows):
    """What the judging of a job gave."""

    def put(self, job_id: JobId, judged: Sequence[Finding | Verdict]) -> None:
        """Store findings and verdicts; a later form of one replaces the earlier."""
        findings = {one.fingerprint: _finding_row(job_id, one) for one in judged if isinstance(one, Finding)}
        verdicts = {one.key: _verdict_row(job_id, one) for one in judged if isinstance(one, Verdict)}
        self.insert_or_replace(FindingRow, [*findings.values()], ("job_id", "fingerprint"))
        self.insert_or_replace(VerdictRow, [*verdicts.values()], ("job_id", "case_key"))

    def of(self, job_id: JobId) -> Sequence[Finding]:
        """Give the findings of a job, the worst first, in an order that depends on them alone."""
        query = select(col(FindingRow.body)).where(FindingRow.job_id == job_id)
        found = self.session.exec(query).all()
        return sorted(
            found, key=lambda finding: (finding.severity.rank, finding.code, finding.title, finding.fingerprint)
        )

    def count(self, job_id: JobId) -> int:
        """Count the findings of a job."""
        return self.session.exec(select(func.count()).select_from(FindingRow).where(FindingRow.job_id == job_id)).one()

    def verdicts(self, job_id: JobId) -> Mapping[str, Verdict]:
        """Give the verdicts of a job by the case's key."""
        query = select(col(VerdictRow.body)).where(VerdictRow.job_id == job_id)
        return {verdict.key: verdict for verdict in self.session.exec(query)}

    def seen(self, fingerprints: Sequence[str]) -> Mapping[str, tuple[datetime, datetime]]:
        """Give when each was seen first and last, by the start of the jobs that found it."""
        found: dict[str, tuple[datetime, datetime]] = {}
        for part in slices(fingerprints):
            query = (
                select(col(FindingRow.fingerprint), func.min(col(JobRow.created_at)), func.max(col(JobRow.created_at)))
                .join(JobRow, col(JobRow.id) == col(FindingRow.job_id))
                .where(col(FindingRow.fingerprint).in_(part))
                .group_by(col(FindingRow.fingerprint))
            )
            found.update({fingerprint: (first, last) for fingerprint, first, last in self.session.exec(query)})
        return found


def _finding_row(job_id: JobId, finding: Finding) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "fingerprint": finding.fingerprint,
        "code": finding.code,
        "severity": finding.severity,
        "body": finding,
    }


def _verdict_row(job_id: JobId, verdict: Verdict) -> dict[str, Any]:
    return {"job_id": job_id, "case_key": verdict.key, "word": verdict.word, "body": verdict}
