"""The producer's one door: work on a job here, in this process, without a queue; formats, checks and sandboxes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import svcs

from shared.config import Settings
from shared.health import Health, ask_all
from shared.interfaces.executor import Capabilities, Provided
from shared.interfaces.tokens import Tokens
from shared.interfaces.verifier import Check
from shared.models.job import JobId, JobState, SandboxPolicy, StageName, ToolSpec
from shared.models.test_report import TestReport
from shared.store.session import DatabaseFullError, Store
from shared.utils.logging import get_logger
from shared.utils.tracing import Tracing
from worker.bootstrap import ASSEMBLE, CHECKS, EXECUTORS, WRITERS, make_registry, make_steward, make_turns
from worker.lease import Drain
from worker.stages.report import gather
from worker.turn import Turns

log = get_logger(__name__)


class LocalTokens:
    """Tokens of one process: a queue in its memory."""

    def __init__(self) -> None:
        self.turned = threading.Event()
        self.given_up: DatabaseFullError | None = None
        self._queue: queue.SimpleQueue[StageName | None] = queue.SimpleQueue()
        self._waiting = dict.fromkeys(StageName, 0)
        self._lock = threading.Lock()

    def send(self, stages: Iterable[StageName]) -> int:
        """Wake one thread for each stage named."""
        sent = 0
        for stage in stages:
            self._count(stage, 1)
            self._queue.put(stage)
            sent += 1
        return sent

    def waiting(self, stage: StageName) -> int:
        """Count the tokens of a stage that no thread has taken yet."""
        return self._waiting[stage]

    def ping(self) -> None:
        """Be always well."""

    def close(self) -> None:
        """Hold nothing."""

    def taken(self) -> Iterator[StageName]:
        """Take tokens until the end; coming back for the next sets `turned`."""
        while (stage := self._queue.get()) is not None:
            self._count(stage, -1)
            yield stage
            self.turned.set()

    def end(self, threads: int) -> None:
        """Wake every thread for the last time."""
        for _ in range(threads):
            self._queue.put(None)

    def _count(self, stage: StageName, difference: int) -> None:
        with self._lock:
            self._waiting[stage] += difference


# A call that waits for something uses no processor meanwhile.
_SPARE = 1


def work_on(
    job_id: JobId,
    settings: Settings,
    traces: Tracing,
    jobs: int | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> JobState:
    """Work on a job until it ends, with so many calls at once; one that a dead process left goes on where it was.

    `meanwhile` is done beside the work, while the first sandbox starts and nothing else can be. When the caller is
    interrupted, running calls end, what they showed is kept, and the rest can be resumed.
    """
    tokens, drain, slots = LocalTokens(), Drain(), jobs or settings.worker.slots or settings.worker.slot_count + _SPARE
    with svcs.Container(make_registry(settings, "testronaut", lambda: tokens)) as container:
        container.register_local_value(Tracing, traces)
        turns = make_turns(container, settings, drain, hands=slots)
        turns.store.write(lambda tx: tx.upkeep.take_over(job_id))
        with _threads(turns, tokens, drain, job_id, slots):
            threading.Thread(target=meanwhile, name="meanwhile", daemon=True).start()
            steward = make_steward(settings, turns.store, tokens, only=job_id)
            steward.run(lambda seconds: _has_ended(job_id, turns.store, tokens, seconds))
        return turns.store.read(lambda tx: tx.jobs.get(job_id).state)


def report_so_far(job_id: JobId, store: Store) -> TestReport:
    """Assemble the report of a job that has none: one that runs, was interrupted, or failed."""
    gathered = store.read(lambda tx: gather(tx, job_id, datetime.now(UTC)))
    return ASSEMBLE(gathered, is_partial=gathered.job.state is JobState.RUNNING)


def write(report: TestReport, form: str) -> tuple[str, bytes]:
    """Write a report in a format; give the name of its file and its content.

    Raises:
        UnknownNameError: there is no such format.

    """
    writer = WRITERS.make(form)
    return writer.filename, writer.write(report)


def get_ready_to_write(forms: Iterable[str]) -> None:
    """Load what writes reports, before there is one; what goes wrong with it will be said when it is asked for."""
    with suppress(Exception):
        for form in forms:
            WRITERS.make(form)


def formats() -> list[str]:
    """Name the formats that can be written."""
    return WRITERS.names()


def checks() -> Sequence[Check]:
    """Give all checks, by their code."""
    return sorted(CHECKS.make_all(), key=lambda check: check.code)


def sandboxes() -> list[str]:
    """Name the executors that can be asked for."""
    return EXECUTORS.names()


def probe_sandboxes() -> Sequence[Capabilities]:
    """Try what each executor enforces here."""
    return [EXECUTORS.make(name).probe() for name in EXECUTORS.names() if name != "auto"]


def ask_services(settings: Settings, make_tokens: Callable[[], Tokens]) -> Sequence[Health]:
    """Ask every service of a worker whether it is well."""
    with svcs.Container(make_registry(settings, "testronaut", make_tokens)) as container:
        return ask_all(container)


def find_tool(tool: ToolSpec, policy: SandboxPolicy) -> Provided:
    """Find a tool as a stage would, so that nobody makes a job for one that is not there.

    Raises:
        UntestableError: it cannot be reached.
        SandboxUnavailableError: there is no place to run it in.

    """
    with closing(EXECUTORS.make(policy.executor)) as executor:
        return executor.provide(tool)


def _has_ended(job_id: JobId, store: Store, tokens: LocalTokens, seconds: float) -> bool:
    end = time.monotonic() + seconds
    if tokens.given_up:
        raise tokens.given_up
    while (is_running := _is_running(job_id, store)) and (left := end - time.monotonic()) > 0:
        tokens.turned.wait(left)
        tokens.turned.clear()
        if tokens.given_up:
            raise tokens.given_up
    return not is_running


def _is_running(job_id: JobId, store: Store) -> bool:
    return store.read(lambda tx: tx.jobs.is_running(job_id))


@contextmanager
def _threads(turns: Turns, tokens: LocalTokens, drain: Drain, job_id: JobId, slots: int) -> Iterator[None]:
    try:
        with ThreadPoolExecutor(slots, "slot") as pool:
            for _ in range(slots):
                pool.submit(_serve, turns, tokens, drain, job_id)
            try:
                yield
            finally:
                drain.start()
                tokens.end(slots)
    finally:
        turns.heartbeat.close()
        turns.executors.close()


def _serve(turns: Turns, tokens: LocalTokens, drain: Drain, job_id: JobId) -> None:
    for stage in tokens.taken():
        try:
            if not drain.is_on:
                turns.take(stage, job_id)
        except DatabaseFullError as error:
            tokens.given_up = error  # nothing that we do from here on could be kept
        except Exception:
            log.exception("turn.failed")  # the row is as it was, and the steward sends another token
