"""The queue for real: Redis, PostgreSQL, Celery workers, sandboxes; workers are killed, the broker forgets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import func
from sqlmodel import col, select

from shared.models.job import JobId, JobState, StageName
from shared.models.test_plan import TestCaseRow
from shared.models.test_result import TestResultRow
from shared.models.work import AttemptRow, Ending, ItemState, WorkItemRow
from shared.store import schema
from shared.store.session import Store, open_store
from shared.tokens import name_of
from tests.e2e.command_line import Ended, run_program, specimen
from tests.integration.collector import Collector, Seen, collecting
from tests.integration.servers import RedisServer, Worker, eventually, redis_server

pytestmark = pytest.mark.slow

JOBS = 10


@dataclass
class Queue:
    """A broker, a database, a folder to stand in, and hands to start workers with."""

    store: Store
    redis: RedisServer
    database_url: str
    folder: Path
    stack: ExitStack
    tool: Path
    endpoint: str | None = None
    workers: list[Worker] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {"DATABASE__URL": self.database_url, "BROKER__URL": self.redis.url}

    def start_worker(self, name: str) -> Worker:
        settings = {f"TESTRONAUT_{key}": value for key, value in self.settings.items()}
        settings |= {
            "TESTRONAUT_WORKER__LEASE_S": "3",
            "TESTRONAUT_WORKER__TICK_S": "0.3",
            "TESTRONAUT_WORKER__SLOTS": "2",
            "TESTRONAUT_WORKER__HEALTH_PORT": "0",
            "TESTRONAUT_GENERATION__SHARD_SIZE": "10",
            "TESTRONAUT_LOG__LEVEL": "info",
        }
        if self.endpoint:
            settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = self.endpoint
        worker = Worker(settings, self.folder / f"{name}.log")
        self.workers.append(worker)
        self.stack.callback(worker.stop)
        return worker

    def submit(self, count: int, *words: str, reuse: bool = False) -> list[JobId]:
        """Make jobs; what they are to show takes work, so that none of them saves the others any."""
        anew = () if reuse else ("--no-cache",)
        ended = self.run("submit", *[str(self.tool)] * count, "--profile", "quick", *anew, *words)
        assert ended.code == 0, ended.err
        return [JobId(UUID(line)) for line in ended.out.split()]

    def run(self, *words: str) -> Ended:
        extra = {"TELEMETRY__ENDPOINT": self.endpoint} if self.endpoint else {}
        return run_program(*words, folder=self.folder, **{**self.settings, **extra})  # type: ignore[arg-type]

    def states(self, jobs: list[JobId]) -> set[JobState]:
        return {self.store.read(lambda tx: tx.jobs.get(job)).state for job in jobs}  # noqa: B023

    def count_results(self) -> int:
        query = select(func.count()).select_from(TestResultRow).where(TestResultRow.repetition == 0)
        return self.store.read(lambda tx: tx.session.exec(query).one())

    def count_endings(self, ending: Ending) -> int:
        query = select(func.count()).select_from(AttemptRow).where(col(AttemptRow.ending) == ending)
        return self.store.read(lambda tx: tx.session.exec(query).one())

    def wait_for_the_end(self, jobs: list[JobId]) -> None:
        eventually(lambda: JobState.RUNNING not in self.states(jobs), "the end of all jobs", timeout_s=150)

    def assert_all_went_well(self, jobs: list[JobId]) -> set[str]:
        """Every job succeeded, each planned case has its results and no more, nothing is open; gives the digests."""
        assert self.states(jobs) == {JobState.SUCCEEDED}
        for job in jobs:
            cases = self.store.read(lambda tx: tx.plans.cases(job))  # noqa: B023
            results = self.store.read(lambda tx: tx.results.planned(job))  # noqa: B023
            counted = Counter(result.call_digest for result in results)
            assert counted == {case.key: case.repetitions for case in cases}
        open_items = select(WorkItemRow).where(col(WorkItemRow.state).in_([ItemState.READY, ItemState.LEASED]))
        assert not self.store.read(lambda tx: tx.session.exec(open_items).all())
        reports = [self.store.read(lambda tx: tx.reports.find(job)) for job in jobs]  # noqa: B023
        return {report.digest() for report in reports if report}


@pytest.fixture
def queue(new_postgres_url: str, tmp_path: Path) -> Iterator[Queue]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path))
        store = open_store(new_postgres_url)
        stack.callback(store.close)
        schema.upgrade(store.engine)
        # What lies around a script may be part of it, and workers write their logs.
        around = tmp_path / "tool"
        around.mkdir()
        yield Queue(store, redis, new_postgres_url, tmp_path, stack, specimen(around, "error_with_zero"))


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


def test_two_workers_end_ten_jobs_as_one_process_would_in_one_trace_each(queue: Queue, collector: Collector) -> None:
    queue.endpoint = collector.url
    for name in ("one", "two"):
        queue.start_worker(name)
    jobs = queue.submit(JOBS)
    assert len(set(jobs)) == JOBS
    queue.wait_for_the_end(jobs)
    (digest,) = queue.assert_all_went_well(jobs)
    for worker in queue.workers:
        worker.stop()
    for job in jobs:
        assert_one_trace(job, queue, collector.spans)
    assert {span.service for span in collector.spans} >= {"testronaut", "testronaut-worker"}
    assert len({span.pid for span in collector.spans if span.service == "testronaut-worker"}) > 1
    here = run_program("run", str(queue.tool), "--profile", "quick", "-f", "json", folder=queue.folder)
    assert here.document["digest"] == digest, "both modes say the same"


def assert_one_trace(job_id: JobId, queue: Queue, spans: Sequence[Seen]) -> None:
    job = queue.store.read(lambda tx: tx.jobs.get(job_id))
    mine = [span for span in spans if span.trace_id == job.trace_id]
    by_id = {span.span_id: span for span in mine}
    (root,) = [span for span in mine if span.name == "RUN testronaut"]
    assert root.service == "testronaut"
    assert not root.parent_id
    assert all(span.parent_id in by_id for span in mine if span is not root), "no orphan"
    stages = [span for span in mine if span.name.startswith("stage ")]
    assert all(span.parent_id == root.span_id for span in stages)
    attempts = queue.store.read(lambda tx: tx.work.attempts(job_id))
    assert Counter(span.name for span in stages) == Counter(f"stage {attempt.stage}" for attempt in attempts)
    shards = {span.attributes["testronaut.shard"] for span in stages if span.name == "stage execute"}
    assert shards == set(range(len(shards)))
    assert len(shards) > 1
    calls = [span for span in mine if span.name == "call"]
    results = queue.store.read(lambda tx: tx.results.count_all(job_id))
    assert len(calls) >= results
    assert {by_id[span.parent_id].name for span in calls} >= {"stage analyze", "stage execute", "stage verify"}


def test_jobs_about_one_tool_save_each_other_work_and_say_the_same(queue: Queue) -> None:
    for name in ("one", "two"):
        queue.start_worker(name)
    alone = queue.submit(1)
    together = queue.submit(JOBS, reuse=True)
    queue.wait_for_the_end([*alone, *together])
    assert len(queue.assert_all_went_well([*alone, *together])) == 1
    last = queue.submit(1, reuse=True)
    queue.wait_for_the_end(last)
    attempts = queue.store.read(lambda tx: tx.work.attempts(last[0]))
    assert sum(attempt.reused for attempt in attempts) == sum(attempt.calls for attempt in attempts) > 0


def test_a_killed_worker_loses_nothing_and_doubles_nothing(queue: Queue) -> None:
    doomed, _ = queue.start_worker("doomed"), queue.start_worker("other")
    jobs = queue.submit(JOBS)
    eventually(lambda: queue.count_results() >= 100, "some results")
    doomed.kill()
    queue.wait_for_the_end(jobs)
    assert len(queue.assert_all_went_well(jobs)) == 1
    assert queue.count_endings(Ending.LOST) > 0, "the kill hit a running attempt"


def test_a_broker_that_forgets_everything_loses_nothing(queue: Queue) -> None:
    queue.start_worker("one")
    queue.start_worker("two")
    jobs = queue.submit(JOBS)
    eventually(lambda: queue.count_results() >= 60, "some results")
    with Redis.from_url(queue.redis.url) as redis:
        lost = sum(int(redis.llen(name_of(stage))) for stage in StageName)
        redis.flushall()
    assert lost > 0, "something was waiting there"
    queue.wait_for_the_end(jobs)
    assert len(queue.assert_all_went_well(jobs)) == 1


def test_a_broker_that_is_away_is_told_and_the_job_runs_when_it_is_back(queue: Queue) -> None:
    queue.redis.stop()
    ended = queue.run("submit", str(queue.tool), "--profile", "quick")
    assert ended.code == 0
    assert "broker" in ended.err
    jobs = [JobId(UUID(ended.out.strip()))]
    queue.start_worker("one")
    queue.redis.start()
    queue.wait_for_the_end(jobs)
    queue.assert_all_went_well(jobs)


def test_a_stopped_worker_gives_its_items_back(queue: Queue) -> None:
    worker = queue.start_worker("one")
    jobs = queue.submit(4)
    eventually(lambda: queue.count_results() >= 20, "some results")
    since = time.monotonic()
    worker.stop()
    assert time.monotonic() - since < 20
    assert queue.count_endings(Ending.LOST) == 0
    kept = queue.count_results()
    assert JobState.RUNNING in queue.states(jobs), "it was stopped in the middle"
    queue.start_worker("two")
    queue.wait_for_the_end(jobs)
    assert queue.count_results() > kept
    assert len(queue.assert_all_went_well(jobs)) == 1


def test_a_cancelled_job_ends_and_says_so(queue: Queue) -> None:
    (job,) = queue.submit(1)
    assert queue.run("cancel", job.hex[:12]).code == 0
    assert queue.states([job]) == {JobState.CANCELLED}
    shown = queue.run("status", str(job))
    assert "cancelled" in shown.out


def test_waiting_for_a_job_ends_as_running_it_does(queue: Queue) -> None:
    queue.start_worker("one")
    ended = queue.run("submit", str(queue.tool), "--profile", "quick", "--wait")
    assert ended.code == 1, ended.err
    assert "TN401" in queue.run("show", "F1").out
    again = queue.run("watch")
    assert again.code == 1


def test_the_same_key_makes_one_job(queue: Queue) -> None:
    first, second = (queue.submit(1, "--key", "nightly") for _ in range(2))
    assert first == second


def test_cases_are_planned_once(queue: Queue) -> None:
    queue.start_worker("one")
    (job,) = queue.submit(1)
    queue.wait_for_the_end([job])
    query = select(func.count()).select_from(TestCaseRow)
    planned = queue.store.read(lambda tx: tx.session.exec(query).one())
    assert planned == queue.store.read(lambda tx: tx.plans.count(job))
