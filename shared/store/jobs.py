"""Jobs: made once, moved on under the lock of their row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import String, cast, func
from sqlmodel import col, select, update

from shared import pipeline
from shared.models.job import Fault, Job, JobId, JobRow, JobSpec, JobState, Mode, StageName
from shared.models.test_plan import TestPlanRow
from shared.models.work import ItemState, WorkItemRow
from shared.pipeline import Situation, Step
from shared.store.rows import Rows
from shared.utils.errors import UsageError

_UUID_DIGITS = 32


class UnknownJobError(UsageError):
    """No such job."""

    code = "job.unknown"
    hint = "List the jobs with: testronaut jobs"


class AmbiguousJobError(UsageError):
    """Several jobs begin with the digits given."""

    code = "job.ambiguous"
    hint = "Give more digits of its id."


class JobEndedError(UsageError):
    """The job has ended, so it can be neither resumed nor cancelled."""

    code = "job.ended"
    hint = "Look at what it found with: testronaut show"


class Jobs(Rows):
    """The jobs of the store."""

    def add(self, job_id: JobId, spec: JobSpec, mode: Mode, traceparent: str, key: str) -> JobId:
        """Store a job, or find the one that already has its key; give the id of what is there now."""
        row = {
            "id": job_id,
            "key": key,
            "tool_name": spec.tool.name,
            "mode": mode,
            "state": JobState.RUNNING,
            "traceparent": traceparent,
            "max_time_s": spec.max_time_s,
            "created_at": self.now,
            "body": spec,
        }
        self.insert_new(JobRow, [row])
        return self.session.exec(select(col(JobRow.id)).where(JobRow.key == key)).one()

    def get(self, job_id: JobId) -> Job:
        """Give a job.

        Raises:
            UnknownJobError: there is none.

        """
        row = self.session.get(JobRow, job_id)
        if row is None:
            raise UnknownJobError(f"no job {job_id}")
        return _job(row)

    def find(self, prefix: UUID | str | None) -> JobId:
        """Find the one job whose id begins with these hexadecimal digits; the newest of all without any.

        Raises:
            UnknownJobError, AmbiguousJobError: there is none, or more than one.

        """
        if isinstance(prefix, UUID):
            return self.get(JobId(prefix)).id
        digits = func.replace(cast(col(JobRow.id), String), "-", "")
        query = select(col(JobRow.id)).order_by(col(JobRow.created_at).desc(), col(JobRow.id).desc())
        found = self.session.exec((query if prefix is None else query.where(digits.startswith(prefix))).limit(2)).all()
        if not found:
            raise UnknownJobError(
                f"no job {prefix}" if prefix else "no job yet", None if prefix else "Make one: testronaut run TOOL"
            )
        if prefix and len(found) > 1:
            raise AmbiguousJobError(f"more than one job begins with {prefix}")
        return found[0]

    def newest(self, most: int, state: JobState | None = None) -> Sequence[Job]:
        """Give the newest jobs first."""
        query = select(JobRow).order_by(col(JobRow.created_at).desc(), col(JobRow.id).desc()).limit(most)
        rows = self.session.exec(query if state is None else query.where(JobRow.state == state)).all()
        return [_job(row) for row in rows]

    def is_running(self, job_id: JobId) -> bool:
        """Tell whether a job has not ended, without reading what was asked."""
        return self.session.exec(select(col(JobRow.state)).where(JobRow.id == job_id)).one() is JobState.RUNNING

    def request_cancel(self, job_id: JobId) -> None:
        """Note that a job is not wanted any more; `advance` and the heartbeats do the rest.

        Raises:
            JobEndedError: there is nothing left to cancel.

        """
        row = self._lock_running(job_id)
        row.cancel_requested_at = row.cancel_requested_at or self.now

    def restart_clock(self, job_id: JobId) -> None:
        """Let the job's time begin anew with the next claim.

        Raises:
            JobEndedError: there is nothing left to do.

        """
        self._lock_running(job_id).deadline_at = None

    def advance(self, job_id: JobId) -> tuple[StageName, ...]:
        """Decide what comes next and write it down; give the stages of the items begun, one for each.

        Anybody may call it at any time: it recounts the job's rows under the job's lock.
        """
        row = self._lock(job_id)
        if row.state is not JobState.RUNNING:
            return ()
        step = pipeline.advance(self._situation(row))
        self._apply(row, step)
        return tuple(stage for stage, _ in step.begin)

    def blame(self, job_id: JobId, fault: Fault) -> None:
        """Remember the first thing that we could not do."""
        nobody_yet = (col(JobRow.id) == job_id, col(JobRow.fault).is_(None))
        self.session.exec(update(JobRow).where(*nobody_yet).values(fault=fault))

    def start_clock(self, job_id: JobId) -> None:
        """Begin the job's time, unless it runs already.

        Never in the transaction of a claim: that holds an item, and `advance`, which holds the job, may wait for it.
        """
        row = self._lock(job_id)
        if row.deadline_at is None:
            row.started_at = row.started_at or self.now
            row.deadline_at = self.now + timedelta(seconds=row.max_time_s)

    def seconds_left(self, job_id: JobId) -> float:
        """Give the seconds of the job's time that are left, below 0 when it is over, all where it has not begun."""
        query = select(col(JobRow.deadline_at), col(JobRow.max_time_s)).where(JobRow.id == job_id)
        deadline_at, max_time_s = self.session.exec(query).one()
        return max_time_s if deadline_at is None else (deadline_at - self.now).total_seconds()

    def _lock(self, job_id: JobId) -> JobRow:
        # A weak lock: rows that merely point at the job can still be inserted meanwhile.
        query = select(JobRow).where(JobRow.id == job_id).with_for_update(key_share=True)
        row = self.session.exec(query, execution_options={"populate_existing": True}).first()
        if row is None:
            raise UnknownJobError(f"no job {job_id}")
        return row

    def _lock_running(self, job_id: JobId) -> JobRow:
        row = self._lock(job_id)
        if row.state is not JobState.RUNNING:
            raise JobEndedError(f"job {job_id} has ended: {row.state}")
        return row

    def _situation(self, job: JobRow) -> Situation:
        items: defaultdict[StageName, list[ItemState]] = defaultdict(list)
        query = select(col(WorkItemRow.stage), col(WorkItemRow.state)).where(WorkItemRow.job_id == job.id)
        for stage, state in self.session.exec(query):
            items[stage].append(state)
        shards = self.session.exec(select(col(TestPlanRow.shards)).where(TestPlanRow.job_id == job.id)).first()
        return Situation(
            items=items,
            shards=shards or 0,
            last=job.body.last,
            is_cancelled=job.cancel_requested_at is not None,
            is_late=job.deadline_at is not None and job.deadline_at < self.now,
        )

    def _apply(self, job: JobRow, step: Step) -> None:
        self._withdraw(job.id, step.withdraw)
        self._begin(job, step.begin)
        if step.end:
            job.state, job.ended_at = step.end, self.now

    def _withdraw(self, job_id: JobId, stages: frozenset[StageName]) -> None:
        if stages:
            ready = (
                col(WorkItemRow.job_id) == job_id,
                col(WorkItemRow.stage).in_(stages),
                col(WorkItemRow.state) == ItemState.READY,
            )
            self.session.exec(update(WorkItemRow).where(*ready).values(state=ItemState.CANCELLED))

    def _begin(self, job: JobRow, items: tuple[tuple[StageName, int], ...]) -> None:
        common = {
            "job_id": job.id,
            "mode": job.mode,
            "state": ItemState.READY,
            "run_after": self.now,
            "traceparent": job.traceparent,
            "fence": 0,
            "failures": 0,
            "suspect_hits": 0,
        }
        self.insert_new(WorkItemRow, [{**common, "stage": stage, "shard": shard} for stage, shard in items])


def _job(row: JobRow) -> Job:
    return Job(
        id=row.id,
        mode=row.mode,
        state=row.state,
        spec=row.body,
        traceparent=row.traceparent,
        created_at=row.created_at,
        started_at=row.started_at,
        deadline_at=row.deadline_at,
        ended_at=row.ended_at,
        fault=row.fault,
        is_cancelled=row.cancel_requested_at is not None,
    )
