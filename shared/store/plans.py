"""Test plans, cut into shards."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from shared.models.base import digest_of
from shared.models.job import JobId, Profile
from shared.models.test_plan import TestCase, TestCaseRow, TestPlan, TestPlanRow
from shared.store.rows import Rows
from shared.utils.errors import TestronautError


class NoPlanError(TestronautError):
    """The job has not planned yet."""

    code = "job.no_plan"
    hint = "Wait until its plan is made: testronaut watch"


class Plans(Rows):
    """One plan per job; it is written once and never changes."""

    def put(self, job_id: JobId, plan: TestPlan, shards: Sequence[int]) -> None:
        """Store a plan, with the shard of each case; shards are what the execution fans out to."""
        head = {
            "job_id": job_id,
            "tool": plan.tool,
            "seed": plan.seed,
            "profile": plan.profile.value,
            "shards": len(set(shards)),
            "digest": digest_of([case.model_dump(mode="json", exclude_defaults=True) for case in plan.cases]),
        }
        rows = [
            {"job_id": job_id, "number": number, "shard": shard, "key": case.key, "body": case}
            for number, (shard, case) in enumerate(zip(shards, plan.cases, strict=True))
        ]
        self.insert_new(TestPlanRow, [head])
        self.insert_new(TestCaseRow, rows)

    def get(self, job_id: JobId) -> TestPlan:
        """Give a job's plan.

        Raises:
            NoPlanError: there is none yet.

        """
        row = self.session.get(TestPlanRow, job_id)
        if row is None:
            raise NoPlanError(f"job {job_id} has no plan yet")
        return TestPlan(tool=row.tool, seed=row.seed, profile=Profile(row.profile), cases=tuple(self.cases(job_id)))

    def digest(self, job_id: JobId) -> str | None:
        """Give the digest of a job's plan, None while there is none."""
        return self.session.exec(select(col(TestPlanRow.digest)).where(TestPlanRow.job_id == job_id)).first()

    def cases(self, job_id: JobId, shard: int | None = None) -> Sequence[TestCase]:
        """Give the cases of a job, or of one of its shards, in the plan's order."""
        query = select(col(TestCaseRow.body)).where(TestCaseRow.job_id == job_id)
        query = query if shard is None else query.where(TestCaseRow.shard == shard)
        return self.session.exec(query.order_by(col(TestCaseRow.number))).all()

    def count(self, job_id: JobId) -> int:
        """Count the cases of a job."""
        query = select(func.count()).select_from(TestCaseRow).where(TestCaseRow.job_id == job_id)
        return self.session.exec(query).one()
