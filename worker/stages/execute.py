"""Makes the calls of one shard of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.interfaces.executor import Run, Sandbox
from shared.models.test_result import TestResult
from shared.models.work import WorkItem
from shared.store.session import Transaction
from worker.stages.base import Stage


class Execute(Stage[Sequence[Run], TestResult]):
    """Make each planned call as often as planned."""

    has_shards = True

    def load(self, tx: Transaction, item: WorkItem) -> Sequence[Run]:
        cases = tx.plans.cases(item.job_id, item.shard)
        return [Run(case.call, repetition) for case in cases for repetition in range(case.repetitions)]

    def compute(self, runs: Sequence[Run], sandbox: Sandbox) -> Iterator[TestResult]:
        return sandbox.map(runs)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestResult]) -> None:
        """Save nothing: whatever a stage asks of its sandbox, the turn keeps."""
