"""What the steward asks and mends: leadership, expired leases, jobs that stand still, work that nobody was told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select

from shared.models.job import JobId, JobRow, JobState, Mode, StageName
from shared.models.work import Ending, ItemState, LeadershipRow, WorkItemRow
from shared.store.rows import Rows
from shared.store.work import Work

LIMIT = 500


class Upkeep(Rows):
    """Every statement may be repeated, and two stewards at once do no harm."""

    def lead(self, owner: str, term_s: float) -> bool:
        """Take or renew the leadership; False while another holds it."""
        vacant = {"name": "steward", "owner": owner, "lease_until": self.now}
        self.insert_new(LeadershipRow, [vacant])
        query = select(LeadershipRow).where(LeadershipRow.name == "steward").with_for_update()
        row = self.session.exec(query).one()
        if row.owner != owner and row.lease_until > self.now:
            return False
        row.owner, row.lease_until = owner, self.now + timedelta(seconds=term_s)
        return True

    def give_back_expired(self) -> int:
        """End the attempts whose leases ran out; give their number."""
        return self._give_back(col(WorkItemRow.lease_until) < self.now)

    def take_over(self, job_id: JobId) -> int:
        """End all attempts at a job at once; a live owner loses them, which costs time and no more."""
        return self._give_back(col(WorkItemRow.job_id) == job_id)

    def jobs_to_advance(self, only: JobId | None = None) -> Sequence[JobId]:
        """Name running jobs that stand still, are cancelled, or are late."""
        is_open = col(WorkItemRow.state).in_([ItemState.READY, ItemState.LEASED])
        has_open_items = select(WorkItemRow.id).where(WorkItemRow.job_id == JobRow.id, is_open).exists()
        is_due = or_(~has_open_items, col(JobRow.cancel_requested_at).is_not(None), col(JobRow.deadline_at) < self.now)
        is_ours = JobRow.mode == Mode.QUEUE if only is None else JobRow.id == only
        query = select(col(JobRow.id)).where(JobRow.state == JobState.RUNNING, is_ours, is_due)
        return self.session.exec(query.limit(LIMIT)).all()

    def ready(self, grace_s: float, only: JobId | None = None) -> Counter[StageName]:
        """Count the items, by stage, that have been ready for some time."""
        return self._count(
            (col(WorkItemRow.state) == ItemState.READY)
            & (col(WorkItemRow.run_after) <= self.now - timedelta(seconds=grace_s)),
            only,
        )

    def leased(self) -> Counter[StageName]:
        """Count the items, by stage, that somebody holds."""
        return self._count(col(WorkItemRow.state) == ItemState.LEASED)

    def running(self) -> int:
        """Count the jobs that have not ended."""
        query = select(func.count()).select_from(JobRow).where(JobRow.state == JobState.RUNNING)
        return self.session.exec(query).one()

    def _count(self, condition: ColumnElement[bool], only: JobId | None = None) -> Counter[StageName]:
        is_ours = WorkItemRow.mode == Mode.QUEUE if only is None else WorkItemRow.job_id == only
        query = select(col(WorkItemRow.stage), func.count()).where(condition, is_ours)
        return Counter(dict(self.session.exec(query.group_by(col(WorkItemRow.stage))).all()))

    def _give_back(self, condition: ColumnElement[bool]) -> int:
        query = select(WorkItemRow).where(WorkItemRow.state == ItemState.LEASED, condition)
        rows = self.session.exec(query.limit(LIMIT).with_for_update(skip_locked=True)).all()
        work = Work(self.session, self.now)
        for row in rows:
            work.end_row(row, Ending.LOST)
        return len(rows)
