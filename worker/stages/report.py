"""Writes down what a job found out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.interfaces.executor import Sandbox
from shared.models.job import JobId
from shared.models.test_report import SandboxReport, TestReport
from shared.models.work import WorkItem
from shared.store.session import Transaction
from shared.utils.bug_report import versions
from worker.reporting.assemble import Gathered, assemble
from worker.stages.base import Stage


class Report(Stage[Gathered, TestReport]):
    """Gather, assemble and store."""

    def load(self, tx: Transaction, item: WorkItem) -> Gathered:
        return gather(tx, item.job_id, tx.jobs.now)

    def compute(self, gathered: Gathered, sandbox: Sandbox) -> Iterator[TestReport]:
        yield assemble(gathered)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestReport]) -> None:
        for report in found:
            tx.reports.put(item.job_id, report)


def gather(tx: Transaction, job_id: JobId, now: datetime) -> Gathered:
    """Read all that a report says of a job, at whatever point it stands."""
    job, results, findings = tx.jobs.get(job_id), tx.results.planned(job_id), tx.findings.of(job_id)
    levels = sorted({result.level for result in results if result.level})
    return Gathered(
        job=job,
        tool=tx.tools.find(job_id),
        cases=tx.plans.cases(job_id),
        results=results,
        verdicts=tx.findings.verdicts(job_id),
        findings=findings,
        seen=tx.findings.seen([finding.fingerprint for finding in findings]),
        attempts=tx.work.attempts(job_id),
        now=now,
        versions=versions(),
        sandbox=SandboxReport(level=", ".join(levels), network=job.spec.policy.network),
    )
