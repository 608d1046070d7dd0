"""A whole small world for one test: real SQLite, real stages, a clock and tokens in the test's hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import gettempdir
from typing import Any, TypeVar
from zlib import crc32

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from producer.submit import Prepared, submit
from shared.models.job import Fault, JobId, JobRow, JobSpec, JobState, Mode, StageName, ToolSpec
from shared.models.test_plan import TestCaseRow
from shared.models.test_report import TestReport
from shared.models.test_result import FIRST_CONFIRMATION, TestResultRow
from shared.models.work import AttemptRow, WorkItemRow
from shared.store import schema
from shared.store.session import Store, Transaction, make_engine
from shared.utils.prometheus import PrometheusMetrics
from shared.utils.recording import Recorder
from shared.utils.tracing import Tracing, new_traceparent
from tests.fakes.clock import FakeClock
from tests.fakes.executor import OneExecutor
from tests.fakes.pretend import PretendAnalyzer, PretendExecutor, PretendGenerator, PretendVerifier
from tests.fakes.tokens import FakeTokens
from worker.lease import Drain, Heartbeat
from worker.recall import Looks, conditions_of
from worker.reporting.assemble import assemble
from worker.stages.analyze import Analyze
from worker.stages.base import Stage
from worker.stages.execute import Execute
from worker.stages.generate import Cut, Generate
from worker.stages.report import Report
from worker.stages.verify import Verify
from worker.steward import Steward
from worker.turn import Turns

R = TypeVar("R")

LEASE_S = 30.0
KEEP_EVERY_S = 2.0
SPEC = JobSpec(tool=ToolSpec(argv=(b"pretend", b"0")), max_cases=20, max_time_s=1e6)


def migrated_copy(folder: Path) -> str:
    """Give the address of a new SQLite database, made by the migrations once per revision and then copied."""
    template = Path(gettempdir()) / f"testronaut-template-{schema.head()}-{_hash_of_migrations()}.db"
    if not template.exists():
        made = folder / "template.db"
        engine = make_engine(f"sqlite:///{made}")
        schema.upgrade(engine)
        engine.dispose()  # the last connection's end brings all of it into the one file
        made.replace(template)
    copyfile(template, folder / "store.db")
    return f"sqlite:///{folder}/store.db"


def _hash_of_migrations() -> str:
    versions = Path(__file__).resolve().parents[1] / "migrations" / "versions"
    return f"{crc32(b''.join(path.read_bytes() for path in sorted(versions.glob('*.py')))):08x}"


class World:
    def __init__(self, folder: Path, shard_size: int = 5) -> None:
        self.clock = FakeClock()
        self.tokens = FakeTokens()
        self.executor = PretendExecutor()
        self.machine = "here"
        self.drain = Drain()
        self.spans = InMemorySpanExporter()
        self.traces = Tracing(Recorder("test", [SimpleSpanProcessor(self.spans)]))
        self.metrics = PrometheusMetrics()
        self.store = Store(make_engine(migrated_copy(folder)), self.clock, patience_s=1)
        self.stages: Mapping[StageName, Stage[Any, Any]] = {
            StageName.ANALYZE: Analyze(PretendAnalyzer()),
            StageName.GENERATE: Generate(PretendGenerator(), Cut(shard_size)),
            StageName.EXECUTE: Execute(),
            StageName.VERIFY: Verify(PretendVerifier()),
            StageName.REPORT: Report(assemble, lambda _: self.executor.probe()),
        }
        self.heartbeat = Heartbeat(self.store, self.clock, self.drain, LEASE_S, max_runtime_s=3600)
        self.steward = Steward(self.store, self.tokens, tick_s=2, grace_s=2, kept_bytes=1 << 30)

    @property
    def turns(self) -> Turns:
        return Turns(
            store=self.store,
            stages=self.stages,
            executors=OneExecutor(self.executor),
            conditions_of=lambda spec, found: conditions_of(spec, found, self.executor.probe().level, self.machine),
            looks=Looks(self.clock, KEEP_EVERY_S),
            heartbeat=self.heartbeat,
            tokens=self.tokens,
            clock=self.clock,
            metrics=self.metrics,
            traces=self.traces,
            describe=Fault.of,
            lease_s=LEASE_S,
            keep_every_s=KEEP_EVERY_S,
        )

    def submit(self, spec: JobSpec = SPEC, key: str | None = None, mode: Mode = Mode.QUEUE) -> JobId:
        return submit(Prepared(spec), mode, self.store, self.tokens, new_traceparent(), key).job_id

    def run_until(self, stage: StageName) -> None:
        """Take turns until the first item of a stage is ready."""
        for earlier in tuple(StageName)[: tuple(StageName).index(stage)]:
            while self.turns.take(earlier):
                pass

    def run_to_the_end(self) -> None:
        """Take turns until all jobs have ended; where others would wait, the clock moves."""
        for _ in range(100):
            while any(self.turns.take(stage) for stage in StageName):
                pass
            if not self._rows(select(JobRow).where(JobRow.state == JobState.RUNNING)):
                return
            self.clock.move(LEASE_S + 1)
            self.steward.tick()

    def close(self) -> None:
        self.heartbeat.close()
        self.traces.close()
        self.store.close()

    def state(self, job_id: JobId) -> JobState:
        return self.store.read(lambda tx: tx.jobs.get(job_id).state)

    def report(self, job_id: JobId) -> TestReport:
        found = self.store.read(lambda tx: tx.reports.find(job_id))
        assert found is not None
        return found

    def digest(self, job_id: JobId) -> str:
        return self.report(job_id).digest()

    def items(self, stage: StageName | None = None) -> Sequence[WorkItemRow]:
        query = select(WorkItemRow).order_by(col(WorkItemRow.id))
        return self._rows(query if stage is None else query.where(WorkItemRow.stage == stage))

    def attempts(self) -> Sequence[AttemptRow]:
        return self._rows(select(AttemptRow).order_by(col(AttemptRow.started_at), col(AttemptRow.item_id)))

    def results(self) -> Sequence[TestResultRow]:
        """Give the first results of planned calls."""
        rows = self._rows(select(TestResultRow).where(TestResultRow.repetition < FIRST_CONFIRMATION))
        planned = set(self._rows(select(col(TestCaseRow.key))))
        return [row for row in rows if row.call_digest in planned]

    def _rows(self, query: SelectOfScalar[R]) -> Sequence[R]:
        def look(tx: Transaction) -> Sequence[R]:
            return tx.session.exec(query).all()

        return self.store.read(look)
