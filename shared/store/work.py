"""Work items: claimed, renewed, ended by whoever holds their newest lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col, select

from shared import pipeline
from shared.interfaces.executor import Stop
from shared.models.job import Fault, JobId, JobRow, Mode, StageName
from shared.models.test_result import TestResultRow
from shared.models.work import Attempt, AttemptRow, Ending, ItemId, ItemState, WorkItem, WorkItemRow
from shared.store.jobs import Jobs
from shared.store.rows import Rows

CONDEMNED_AFTER = 2
LOST = Fault(
    code="work.lost",
    message=f"{pipeline.MAX_LOSSES} workers in a row took this work and never came back",
    hint="Look at the workers' logs and memory, then: testronaut show",
)


class LostLease(Stop):
    """Somebody else holds the item now, or it has ended: nothing more may be written."""

    ending = Ending.LOST


class Pulse(NamedTuple):
    """What a heartbeat learns."""

    is_held: bool
    is_cancelled: bool = False
    is_late: bool = False


class Work(Rows):
    """The work items of the store."""

    def claim(self, stage: StageName, owner: str, lease_s: float, only: JobId | None = None) -> WorkItem | None:
        """Lease the next ready item of a stage, of all jobs of the queue or of one job; None when there is none.

        When the answer to the commit is lost, so is the lease: the steward gives it back.
        """
        row = self._next_ready(stage, only)
        if row is None:
            return None
        self._note_suspect(row)
        row.state, row.fence = ItemState.LEASED, row.fence + 1
        row.lease_until = self.now + timedelta(seconds=lease_s)
        self.session.add(AttemptRow(item_id=_id(row), fence=row.fence, owner=owner, started_at=self.now))
        return _item(row)

    def prove(self, item: WorkItem) -> None:
        """Lock the item's row; raise LostLease unless this is its newest lease and still runs."""
        self._held(item)

    def renew(self, item: WorkItem, lease_s: float) -> Pulse:
        """Lease the item for longer, and say what its job wants."""
        try:
            row = self._held(item)
        except LostLease:
            return Pulse(is_held=False)
        row.lease_until = self.now + timedelta(seconds=lease_s)
        wishes = select(col(JobRow.cancel_requested_at), col(JobRow.deadline_at)).where(JobRow.id == item.job_id)
        cancel_requested_at, deadline_at = self.session.exec(wishes).one()
        return Pulse(
            is_held=True,
            is_cancelled=cancel_requested_at is not None,
            is_late=item.stage in pipeline.CUT_BY_TIME and deadline_at is not None and deadline_at < self.now,
        )

    def note_call(self, item: WorkItem, call_digest: str) -> None:
        """Remember the call that is about to be made, in case it takes the worker along."""
        self._held(item).current_call = call_digest

    def end(self, item: WorkItem, ending: Ending, fault: Fault | None = None) -> None:
        """End the attempt; the item becomes what `pipeline.state_after` says."""
        self.end_row(self._held(item), ending, fault)

    def end_row(self, row: WorkItemRow, ending: Ending, fault: Fault | None = None) -> None:
        """End the newest attempt at a locked row; a dead item is remembered by its job."""
        if ending in {Ending.FAILED, Ending.LOST}:
            row.failures += 1
        if ending is not Ending.LOST:
            row.current_call = None
        row.state = pipeline.state_after(ending, row.failures)
        row.run_after = self.now + timedelta(seconds=pipeline.pause_s(ending, row.failures))
        row.lease_until = None
        attempt = self.session.get_one(AttemptRow, (row.id, row.fence))
        attempt.ended_at, attempt.ending, attempt.fault = self.now, ending, fault
        if row.state is ItemState.DEAD:
            Jobs(self.session, self.now).blame(row.job_id, fault or LOST)

    def states(self, job_id: JobId) -> Mapping[StageName, Mapping[ItemState, int]]:
        """Count a job's items by stage and state."""
        query = select(col(WorkItemRow.stage), col(WorkItemRow.state), func.count()).where(WorkItemRow.job_id == job_id)
        found: dict[StageName, dict[ItemState, int]] = {}
        for stage, state, count in self.session.exec(query.group_by(col(WorkItemRow.stage), col(WorkItemRow.state))):
            found.setdefault(stage, {})[state] = count
        return found

    def attempts(self, job_id: JobId) -> Sequence[Attempt]:
        """Give all attempts at a job's items in the order of their start, with the number of results of each."""
        written = self._written(job_id)
        query = (
            select(AttemptRow, col(WorkItemRow.stage), col(WorkItemRow.shard))
            .join(WorkItemRow, col(WorkItemRow.id) == col(AttemptRow.item_id))
            .where(WorkItemRow.job_id == job_id)
            .order_by(col(AttemptRow.started_at), col(AttemptRow.item_id), col(AttemptRow.fence))
        )
        return [
            Attempt(
                stage=stage,
                shard=shard,
                **row.model_dump(exclude={"item_id"}),
                **written.get((row.item_id, row.fence), {}),
            )
            for row, stage, shard in self.session.exec(query)
        ]

    def _written(self, job_id: JobId) -> Mapping[tuple[int, int], Mapping[str, int]]:
        query = (
            select(
                col(TestResultRow.item_id),
                col(TestResultRow.fence),
                func.count(),
                func.count().filter(col(TestResultRow.reused)),
            )
            .where(TestResultRow.job_id == job_id)
            .group_by(col(TestResultRow.item_id), col(TestResultRow.fence))
        )
        return {
            (item_id, fence): {"calls": calls, "reused": reused}
            for item_id, fence, calls, reused in self.session.exec(query)
        }

    def _next_ready(self, stage: StageName, only: JobId | None) -> WorkItemRow | None:
        query = select(WorkItemRow).where(
            WorkItemRow.stage == stage, WorkItemRow.state == ItemState.READY, WorkItemRow.run_after <= self.now
        )
        # A job of a process that made it itself is nobody else's, though its rows may lie in a store that all share.
        query = query.where(WorkItemRow.job_id == only if only else WorkItemRow.mode == Mode.QUEUE)
        query = query.order_by(col(WorkItemRow.run_after), col(WorkItemRow.id)).limit(1)
        return self.session.exec(query.with_for_update(skip_locked=True)).first()

    def _held(self, item: WorkItem) -> WorkItemRow:
        query = select(WorkItemRow).where(
            WorkItemRow.id == item.id, WorkItemRow.fence == item.fence, WorkItemRow.state == ItemState.LEASED
        )
        row = self.session.exec(query.with_for_update()).first()
        if row is None:
            raise LostLease
        return row

    @staticmethod
    def _note_suspect(row: WorkItemRow) -> None:
        is_same = row.current_call is not None and row.current_call == row.suspect_call
        row.suspect_hits = row.suspect_hits + 1 if is_same else int(row.current_call is not None)
        row.suspect_call, row.current_call = row.current_call, None
        if row.suspect_hits >= CONDEMNED_AFTER:
            row.failures = 0  # the culprit is known; what comes after it gets all its chances


def _id(row: WorkItemRow) -> ItemId:
    assert row.id is not None  # noqa: S101 - only None before the first flush
    return row.id


def _item(row: WorkItemRow) -> WorkItem:
    is_condemned = row.suspect_hits >= CONDEMNED_AFTER
    return WorkItem(
        id=_id(row),
        job_id=row.job_id,
        stage=row.stage,
        shard=row.shard,
        fence=row.fence,
        failures=row.failures,
        condemned=row.suspect_call if is_condemned else None,
        traceparent=row.traceparent,
    )
