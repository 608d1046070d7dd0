"""Plans the test cases of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.interfaces.executor import Sandbox
from shared.interfaces.generator import Generator
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.models.test_plan import TestPlan
from shared.models.work import WorkItem
from shared.store.session import Transaction
from worker.stages.base import Stage


class Learned(NamedTuple):
    """What was learned, what was asked, and the plan that was given with it."""

    tool: CliTool
    spec: JobSpec
    plan: TestPlan | None


class Generate(Stage[Learned, TestPlan]):
    """Plan, or take over the plan that was given; cut it into shards and store it."""

    def __init__(self, generator: Generator, shard_size: int) -> None:
        self.generator = generator
        self.shard_size = shard_size

    def load(self, tx: Transaction, item: WorkItem) -> Learned:
        spec = tx.jobs.get(item.job_id).spec
        plan = TestPlan.model_validate_json(tx.blobs.get(spec.plan.blob)) if spec.plan else None
        return Learned(tx.tools.get(item.job_id), spec, plan)

    def compute(self, learned: Learned, sandbox: Sandbox) -> Iterator[TestPlan]:
        yield learned.plan or self.generator.generate(learned.tool, learned.spec)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestPlan]) -> None:
        for plan in found:
            tx.plans.put(item.job_id, plan, self.shard_size)
