"""A turn at a stage: claim an item, load, compute, save, end it, wake who comes next."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from shared import pipeline
from shared.interfaces.clock import Clock
from shared.interfaces.executor import Executor, Provided, Stop
from shared.interfaces.tokens import Tokens
from shared.models.finding import Finding
from shared.models.job import Fault, Job, JobId, JobSpec, SandboxPolicy, StageName
from shared.models.known_result import Conditions
from shared.models.test_result import TestResult
from shared.models.work import Ending, WorkItem
from shared.store.session import Store, Transaction
from shared.store.work import LostLease
from shared.utils import tracing
from shared.utils.errors import TestronautError
from shared.utils.logging import bound, get_logger
from shared.utils.monitoring import Metrics
from shared.utils.tracing import Tracing
from worker.lease import Heartbeat, Lease
from worker.memory import Fresh, RememberingSandbox
from worker.recall import Looks, Recall
from worker.stages.base import Stage

log = get_logger(__name__)


class Executors(Protocol):
    """Gives the executor of a policy, and ends what all of them keep."""

    def of(self, policy: SandboxPolicy) -> Executor:
        """Give it."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True)
class Turns:
    """Takes turns at stages, for one process; any number of threads may call it."""

    store: Store
    stages: Mapping[StageName, Stage[Any, Any]]
    executors: Executors
    conditions_of: Callable[[JobSpec, Provided], Conditions | None]
    looks: Looks
    heartbeat: Heartbeat
    tokens: Tokens
    clock: Clock
    metrics: Metrics
    traces: Tracing
    describe: Callable[[BaseException], Fault]
    lease_s: float
    keep_every_s: float
    lanes: int = 1
    """How many calls of one item may run at once, where the stage has but one."""

    def take(self, stage: StageName, only: JobId | None = None) -> bool:
        """Do the next ready item of a stage; False when there was none."""
        item = self.store.write(lambda tx: tx.work.claim(stage, _owner(), self.lease_s, only))
        if item is None:
            return False
        begun = self._attempt(item)
        self.traces.flush()
        self.tokens.send(begun)
        return True

    def close(self) -> None:
        """Let go of everything that a process holds."""
        self.heartbeat.close()
        self.executors.close()
        self.traces.close()
        self.tokens.close()
        self.store.close()

    def _attempt(self, item: WorkItem) -> tuple[StageName, ...]:
        place = {"stage": item.stage.value, "shard": item.shard, "fence": item.fence}
        trace_id = item.traceparent.split("-")[1]
        with (
            bound(job_id=str(item.job_id), trace_id=trace_id, **place),
            self.traces.span(f"stage {item.stage}", item.traceparent, attributes=_attributes(item)) as span,
            self.metrics.turn(item.stage.value) as ending,
            self.heartbeat.hold(item) as lease,
        ):
            attempt = Attempt(self, item, lease)
            try:
                return attempt.run()
            except LostLease:
                log.warning("lease.lost")
                attempt.ending = Ending.LOST
                return ()
            finally:
                ending.append(attempt.ending.value)
                span.set_attribute(tracing.ENDING, attempt.ending.value)
                if attempt.ending in {Ending.FAILED, Ending.REFUSED, Ending.LOST}:
                    span.mark_failed(attempt.ending.value)


class Attempt:
    """One lease of one item."""

    def __init__(self, turns: Turns, item: WorkItem, lease: Lease) -> None:
        self.turns = turns
        self.store = turns.store
        self.clock = turns.clock
        self.stage = turns.stages[item.stage]
        self.item = item
        self.lease = lease
        self.ending = Ending.LOST
        self.keep_every_s = 0.0 if item.is_suspicious else turns.keep_every_s
        self.lanes = 1 if item.is_suspicious or self.stage.has_shards else turns.lanes
        self._found: list[Any] = []
        self._fresh: list[Fresh] = []
        self._sandbox: RememberingSandbox | None = None
        self._recall: Recall | None = None
        self._kept_at = self.clock.monotonic()

    def run(self) -> tuple[StageName, ...]:
        """Work until the item is done or the attempt must end; give the stages of the items begun."""
        try:
            self._compute()
            return self._end(Ending.DONE)
        except Stop as stop:
            return self._end(stop.ending)
        except Exception as error:  # noqa: BLE001 - the outermost handler of a turn: whatever it was, the row must say so
            return self._fail(error)

    def _fail(self, error: Exception) -> tuple[StageName, ...]:
        is_final = isinstance(error, TestronautError) and error.is_final
        fault = self.turns.describe(error)
        log.error("attempt.failed", code=fault.code, error=fault.message, is_final=is_final)
        self._found.clear()
        return self._end(Ending.REFUSED if is_final else Ending.FAILED, fault)

    def _compute(self) -> None:
        job, seconds_left, given = self.store.read(self._load)
        self._watch_the_time(job, seconds_left)
        executor = self.turns.executors.of(job.spec.policy)
        with executor.open(job.spec.tool, job.spec.policy, job.spec.limits, self.lease) as sandbox:
            conditions_of = partial(self.turns.conditions_of, job.spec)
            self._recall = Recall(
                look=lambda: self.turns.looks.at(job.id, lambda: conditions_of(sandbox.tool)),
                look_again=lambda: conditions_of(executor.provide(job.spec.tool)),
                may_answer=job.spec.reuse,
            )
            metrics, traces = self.turns.metrics, self.turns.traces
            self._sandbox = RememberingSandbox(
                sandbox, job.id, self.store, self._remember, metrics, traces, self._recall, self.lanes
            )
            for value in self.stage.compute(given, self._sandbox):
                self._found.append(value)
                self._keep_now_and_then()

    def _load(self, tx: Transaction) -> tuple[Job, float, Any]:
        job_id = self.item.job_id
        return tx.jobs.get(job_id), tx.jobs.seconds_left(job_id), self.stage.load(tx, self.item)

    def _watch_the_time(self, job: Job, seconds_left: float) -> None:
        if job.deadline_at is None:
            self.store.write(lambda tx: tx.jobs.start_clock(job.id))
        if self.item.stage in pipeline.CUT_BY_TIME:
            self.lease.end_after(seconds_left)

    def _remember(self, fresh: Fresh) -> None:
        self._fresh.append(fresh)
        self._keep_now_and_then()

    def _keep_now_and_then(self) -> None:
        if self.clock.monotonic() - self._kept_at >= self.keep_every_s:
            memorable = self._memorable()
            self.store.write(lambda tx: self._save(tx, memorable), holding=self.item)
            self._forget()

    def _memorable(self) -> Sequence[TestResult]:
        """Give what was seen now and may be of use to later jobs: nothing, where the tool was changed meanwhile."""
        made = [fresh.result for fresh in self._fresh if not fresh.is_reused]
        return made if made and self._recall and self._recall.is_the_same_still() else ()

    def _save(self, tx: Transaction, memorable: Sequence[TestResult]) -> None:
        reused = [fresh.result for fresh in self._fresh if fresh.is_reused]
        tx.blobs.put_all(blob for fresh in self._fresh for blob in fresh.blobs)
        tx.results.add(self.item, [fresh.result for fresh in self._fresh if not fresh.is_reused])
        tx.results.add(self.item, reused, reused=True)
        if self._recall:
            self._recall.keep(tx, memorable, reused)
        self.stage.save(tx, self.item, self._found)

    def _forget(self) -> None:
        for found in self._found:
            if isinstance(found, Finding):
                self.turns.metrics.note_finding(found.code)
        self._found.clear()
        self._fresh.clear()
        if self._sandbox:
            self._sandbox.kept()
        self._kept_at = self.clock.monotonic()

    def _end(self, ending: Ending, fault: Fault | None = None) -> tuple[StageName, ...]:
        memorable = self._memorable()

        def save_end_advance(tx: Transaction) -> tuple[StageName, ...]:
            self._save(tx, memorable)
            tx.work.end(self.item, ending, fault)
            return tx.jobs.advance(self.item.job_id)

        begun = self.store.write(save_end_advance, holding=self.item)
        self._forget()
        self.ending = ending
        log.info("attempt.ended", ending=ending.value)
        return begun


def _attributes(item: WorkItem) -> dict[str, str | int]:
    return {
        tracing.JOB_ID: str(item.job_id),
        tracing.STAGE: item.stage.value,
        tracing.SHARD: item.shard,
        tracing.FENCE: item.fence,
    }


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
