"""Test results: written once per call and repetition, whoever comes second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, func
from sqlmodel import col, select

from shared.models.job import JobId
from shared.models.test_plan import TestCaseRow
from shared.models.test_result import FIRST_CONFIRMATION, TestResult, TestResultRow
from shared.models.work import WorkItem
from shared.store.rows import Rows, slices

# Made once, for every stage asks it many times.
_TABLE = TestResultRow.metadata.tables["test_result"].c
_OF_CALLS = select(_TABLE.body).where(
    _TABLE.job_id == bindparam("job_id"), _TABLE.call_digest.in_(bindparam("calls", expanding=True))
)


class Results(Rows):
    """The results of the store."""

    def add(self, item: WorkItem, results: Sequence[TestResult], *, reused: bool = False) -> None:
        """Store results, seen now or reused; one that is there already stays as it is."""
        rows = [
            {
                "job_id": item.job_id,
                "call_digest": result.call_digest,
                "repetition": result.repetition,
                "item_id": item.id,
                "fence": item.fence,
                "status": result.status,
                "duration_ms": result.duration_ms,
                "reused": reused,
                "body": result,
            }
            for result in results
        ]
        self.insert_new(TestResultRow, rows)

    def find(self, job_id: JobId, call_digest: str, repetition: int) -> TestResult | None:
        """Give one result, None where there is none."""
        row = self.session.get(TestResultRow, (job_id, call_digest, repetition))
        return row.body if row else None

    def known(self, job_id: JobId, call_digests: Iterable[str]) -> Mapping[tuple[str, int], TestResult]:
        """Give all results of some calls, by call and repetition."""
        found: dict[tuple[str, int], TestResult] = {}
        for part in slices(call_digests):
            results = self.session.connection().execute(_OF_CALLS, {"job_id": job_id, "calls": part}).scalars()
            found.update({(result.call_digest, result.repetition): result for result in results})
        return found

    def planned(self, job_id: JobId) -> Sequence[TestResult]:
        """Give the results of a job's planned cases, all planned repetitions, in the plan's order."""
        query = (
            select(col(TestResultRow.body))
            .join(
                TestCaseRow,
                (col(TestCaseRow.job_id) == col(TestResultRow.job_id))
                & (col(TestCaseRow.key) == col(TestResultRow.call_digest)),
            )
            .where(TestResultRow.job_id == job_id, TestResultRow.repetition < FIRST_CONFIRMATION)
            .order_by(col(TestCaseRow.number), col(TestResultRow.repetition))
        )
        return self.session.exec(query).all()

    def count_planned(self, job_id: JobId) -> int:
        """Count the cases of a job that have a first result."""
        query = (
            select(func.count())
            .select_from(TestCaseRow)
            .join(
                TestResultRow,
                (col(TestCaseRow.job_id) == col(TestResultRow.job_id))
                & (col(TestCaseRow.key) == col(TestResultRow.call_digest)),
            )
            .where(TestCaseRow.job_id == job_id, TestResultRow.repetition == 0)
        )
        return self.session.exec(query).one()

    def count_all(self, job_id: JobId) -> int:
        """Count all calls of a job that have a result: planned, probes and confirmations."""
        query = select(func.count()).select_from(TestResultRow).where(TestResultRow.job_id == job_id)
        return self.session.exec(query).one()
