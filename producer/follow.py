"""Reads a job's rows until it ends, and says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.models.base import Value
from shared.models.job import Fault, JobId, JobState, StageName
from shared.models.work import Attempt, ItemState
from shared.store.session import Store, Transaction

POLL_S = 0.25


class StageProgress(Value):
    """How far a stage is: items by state, the seconds that it took, calls, and how many of them earlier jobs saw."""

    stage: StageName
    done: int = 0
    total: int = 0
    is_running: bool = False
    seconds: float | None = None
    calls: int = 0
    reused: int = 0

    @property
    def is_done(self) -> bool:
        """Tell whether nothing more happens in the stage."""
        return self.total > 0 and self.done == self.total


class Progress(Value):
    """How far a job is."""

    job_id: JobId
    state: JobState
    fault: Fault | None = None
    stages: tuple[StageProgress, ...] = ()
    commands: int = 0
    options: int = 0
    planned: int = 0
    executed: int = 0
    calls: int = 0
    findings: int = 0
    seconds_left: float | None = None

    def stage(self, name: StageName) -> StageProgress:
        """Give one stage; one that has not begun has no items."""
        return next((stage for stage in self.stages if stage.stage is name), StageProgress(stage=name))


def follow(job_id: JobId, store: Store, wait: Callable[[float], object]) -> Iterator[Progress]:
    """Yield how far a job is, now and whenever that has changed, until it has ended.

    `wait(seconds)` lets time pass. What never changes once it is known is read once.
    """
    last: Progress | None = None
    learned = (0, 0)
    while last is None or last.state is JobState.RUNNING:
        learned = learned if any(learned) else store.read(lambda tx: _learned(tx, job_id))
        now = store.read(lambda tx: look(tx, job_id, learned))  # noqa: B023 - used at once
        if last is None or now != last:
            yield now
        last = now
        if now.state is JobState.RUNNING:
            wait(POLL_S)


def look(tx: Transaction, job_id: JobId, learned: tuple[int, int] = (0, 0)) -> Progress:
    """Read how far a job is."""
    job = tx.jobs.get(job_id)
    return Progress(
        job_id=job_id,
        state=job.state,
        fault=job.fault,
        stages=tuple(_stages(tx, job_id)),
        commands=learned[0],
        options=learned[1],
        planned=tx.plans.count(job_id),
        executed=tx.results.count_planned(job_id),
        calls=tx.results.count_all(job_id),
        findings=tx.findings.count(job_id),
        seconds_left=round(tx.jobs.seconds_left(job_id)) if job.deadline_at else None,
    )


def _learned(tx: Transaction, job_id: JobId) -> tuple[int, int]:
    tool = tx.tools.find(job_id)
    return (len(tool.commands), tool.option_count) if tool else (0, 0)


def _stages(tx: Transaction, job_id: JobId) -> Iterator[StageProgress]:
    attempts = tx.work.attempts(job_id)
    times = _times(attempts)
    for stage, states in sorted(tx.work.states(job_id).items(), key=lambda entry: tuple(StageName).index(entry[0])):
        total = sum(states.values())
        is_open = any(states.get(state) for state in (ItemState.READY, ItemState.LEASED))
        yield StageProgress(
            stage=stage,
            done=total - sum(states.get(state, 0) for state in (ItemState.READY, ItemState.LEASED)),
            total=total,
            is_running=bool(states.get(ItemState.LEASED)),
            seconds=None if is_open else times.get(stage),
            calls=sum(attempt.calls for attempt in attempts if attempt.stage is stage),
            reused=sum(attempt.reused for attempt in attempts if attempt.stage is stage),
        )


def _times(attempts: Sequence[Attempt]) -> Mapping[StageName, float]:
    ended = [attempt for attempt in attempts if attempt.ended_at]
    return {
        stage: (
            max(attempt.ended_at for attempt in ended if attempt.stage is stage and attempt.ended_at)
            - min(attempt.started_at for attempt in attempts if attempt.stage is stage)
        ).total_seconds()
        for stage in {attempt.stage for attempt in ended}
    }
