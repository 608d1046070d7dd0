"""Judges the results of a job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Observed, Verifier
from shared.models.finding import Finding, Verdict
from shared.models.test_result import TestResult
from shared.models.work import WorkItem
from shared.store.session import Transaction
from worker.stages.base import Stage


class Verify(Stage[Observed, Finding | Verdict]):
    """Turn results into findings and verdicts, and store them."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier

    def load(self, tx: Transaction, item: WorkItem) -> Observed:
        results, repeated = _by_case(tx.results.planned(item.job_id))
        return Observed(
            spec=tx.jobs.get(item.job_id).spec,
            tool=tx.tools.get(item.job_id),
            cases=tx.plans.cases(item.job_id),
            results=results,
            repeated=repeated,
        )

    def compute(self, observed: Observed, sandbox: Sandbox) -> Iterator[Finding | Verdict]:
        return self.verifier.verify(observed, sandbox)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[Finding | Verdict]) -> None:
        tx.findings.put(item.job_id, found)


def _by_case(results: Sequence[TestResult]) -> tuple[dict[str, TestResult], dict[str, list[TestResult]]]:
    first: dict[str, TestResult] = {}
    repeated: defaultdict[str, list[TestResult]] = defaultdict(list)
    for result in results:
        if result.repetition == 0:
            first[result.call_digest] = result
        else:
            repeated[result.call_digest].append(result)
    return first, dict(repeated)
