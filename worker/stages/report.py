"""Writes down what a job found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from shared.interfaces.executor import Capabilities, Sandbox
from shared.interfaces.reporter import Assembler, Gathered
from shared.models.job import JobId, SandboxPolicy
from shared.models.test_report import SandboxReport, TestReport
from shared.models.work import WorkItem
from shared.store.session import Transaction
from shared.utils.bug_report import versions
from worker.stages.base import Stage

Probe = Callable[[SandboxPolicy], Capabilities]


class Report(Stage[Gathered, TestReport]):
    """Gather, assemble and store."""

    def __init__(self, assemble: Assembler, probe: Probe) -> None:
        self.assemble = assemble
        self.probe = probe

    def load(self, tx: Transaction, item: WorkItem) -> Gathered:
        return gather(tx, item.job_id, tx.jobs.now)

    def compute(self, gathered: Gathered, sandbox: Sandbox) -> Iterator[TestReport]:
        yield self.assemble(with_gaps(gathered, self.probe))

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestReport]) -> None:
        for report in found:
            tx.reports.put(item.job_id, report)


def gather(tx: Transaction, job_id: JobId, now: datetime) -> Gathered:
    """Read all that a report says of a job, at whatever point it stands."""
    job, results, findings = tx.jobs.get(job_id), tx.results.planned(job_id), tx.findings.of(job_id)
    policy, levels = job.spec.policy, sorted({result.level for result in results if result.level})
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
        sandbox=SandboxReport(level=", ".join(levels), isolation=policy.isolation, network=policy.network),
    )


def with_gaps(gathered: Gathered, probe: Probe) -> Gathered:
    """Add what the sandbox does not hold, where this process finds the same level as the calls had."""
    if not gathered.sandbox.level:
        return gathered
    capabilities = probe(gathered.job.spec.policy)
    missing = capabilities.missing if capabilities.level == gathered.sandbox.level else ()
    return gathered._replace(sandbox=gathered.sandbox.model_copy(update={"missing": missing}))
