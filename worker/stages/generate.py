"""Plans the test cases of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.interfaces.executor import Sandbox
from shared.interfaces.generator import Generator
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.models.test_plan import TestPlan
from shared.models.work import WorkItem
from shared.store.session import Transaction
from worker.stages.base import Stage

# What is left to one hand when the others have nothing more to do is a part of so many of its own share.
_SHARDS_A_HAND = 4
_MOST_OF_A_SHARD = 100


class Learned(NamedTuple):
    """What was learned, what was asked, and the plan that was given with it."""

    tool: CliTool
    spec: JobSpec
    plan: TestPlan | None


@dataclass(frozen=True)
class Cut:
    """How plans are cut into shards: of so many cases, or, where so many hands and no others work on a job, of more.

    A shard costs three transactions and a look at the tool, so hands that nobody joins take larger ones, all of them
    from the same stretch of the plan.
    """

    shard_size: int
    hands: int | None = None

    def shards(self, plan: TestPlan) -> Sequence[int]:
        """Give the shard of each case."""
        if self.hands is None:
            return plan.shards(self.shard_size)
        fair = min(-(-len(plan.cases) // (self.hands * _SHARDS_A_HAND)), _MOST_OF_A_SHARD)
        return plan.shards(max(self.shard_size, fair), self.hands)


class Generate(Stage[Learned, TestPlan]):
    """Plan, or take over the plan that was given; cut it into shards and store it."""

    def __init__(self, generator: Generator, cut: Cut) -> None:
        self.generator = generator
        self.cut = cut

    def load(self, tx: Transaction, item: WorkItem) -> Learned:
        spec = tx.jobs.get(item.job_id).spec
        plan = TestPlan.model_validate_json(tx.blobs.get(spec.plan.blob)) if spec.plan else None
        return Learned(tx.tools.get(item.job_id), spec, plan)

    def compute(self, learned: Learned, sandbox: Sandbox) -> Iterator[TestPlan]:
        yield learned.plan or self.generator.generate(learned.tool, learned.spec)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestPlan]) -> None:
        for plan in found:
            tx.plans.put(item.job_id, plan, self.cut.shards(plan))
