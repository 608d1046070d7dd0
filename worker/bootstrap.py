"""The composition root of the working side: the only module that names concrete engines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import svcs

from shared.config import STORE_FOLDER, Settings
from shared.interfaces.analyzer import Analyzer
from shared.interfaces.clock import SystemClock
from shared.interfaces.executor import Capabilities, Executor, SandboxUnavailableError
from shared.interfaces.generator import Generator
from shared.interfaces.reporter import Assembler, Writer
from shared.interfaces.tokens import Tokens
from shared.interfaces.verifier import Check
from shared.models.job import Fault, JobId, SandboxPolicy, StageName
from shared.store import schema
from shared.store.session import Store, open_store
from shared.utils.bug_report import without_secrets, write_bug_report
from shared.utils.choosing import Choices
from shared.utils.errors import TestronautError
from shared.utils.monitoring import Metrics, NoMetrics
from shared.utils.tracing import Tracing, open_tracing
from worker.analysis.probe import HelpAnalyzer
from worker.execution.auto import Auto
from worker.execution.bubblewrap import Bubblewrap, BubblewrapOnce
from worker.execution.remembered import Remembered, cache_folder
from worker.lease import Drain, Heartbeat
from worker.machine import machine
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
from worker.verification.checks import BUILT_IN
from worker.verification.verifier import ConfirmingVerifier

ERRORS_FOLDER = Path(STORE_FOLDER) / "errors"


# Engines that only some jobs need are loaded when they are asked for: all of them would take longer than many a call.
def _planner() -> Generator:
    from worker.generation.planner import Planner  # noqa: PLC0415 - see above

    return Planner()


def _docker() -> Executor:
    from worker.execution.docker import Docker  # noqa: PLC0415 - see above

    return Docker()


def _local() -> Executor:
    from worker.execution.local import Local  # noqa: PLC0415 - see above

    return Local()


def _page() -> Writer:
    from worker.reporting.page import PageWriter  # noqa: PLC0415 - see above

    return PageWriter(Remembered(cache_folder()))


def _json() -> Writer:
    from worker.reporting.json_writer import JsonWriter  # noqa: PLC0415 - see above

    return JsonWriter()


def _junit() -> Writer:
    from worker.reporting.junit import JunitWriter  # noqa: PLC0415 - see above

    return JunitWriter()


ANALYZERS: Choices[Analyzer] = Choices("analyzer", "testronaut.analyzers", {"help": HelpAnalyzer})
GENERATORS: Choices[Generator] = Choices("generator", "testronaut.generators", {"planner": _planner})
EXECUTORS: Choices[Executor] = Choices(
    "sandbox",
    "testronaut.executors",
    {
        "auto": lambda: Auto([Bubblewrap, BubblewrapOnce]),
        "bubblewrap": Bubblewrap,
        "bubblewrap-once": BubblewrapOnce,
        "docker": _docker,
        "local": _local,
    },
)
CHECKS: Choices[Check] = Choices("check", "testronaut.checks", {check.name: check for check in BUILT_IN})
ASSEMBLE: Assembler = assemble


WRITERS: Choices[Writer] = Choices("format", "testronaut.reporters", {"html": _page, "json": _json, "junit": _junit})


def make_registry(settings: Settings, service: str, make_tokens: Callable[[], Tokens]) -> svcs.Registry:
    """Wire the services of one process, made after any fork; each brings its ping."""

    def store() -> Iterator[Store]:
        opened = open_store(settings.database.url)
        yield opened
        opened.close()

    def tokens() -> Iterator[Tokens]:
        made = make_tokens()
        yield made
        made.close()

    def traces() -> Iterator[Tracing]:
        opened = open_tracing(service, settings.telemetry.endpoint)
        yield opened
        opened.close()

    registry = svcs.Registry()
    registry.register_factory(Store, store, ping=ping_store)
    registry.register_factory(Tokens, tokens, ping=lambda made: made.ping())
    registry.register_factory(Tracing, traces)
    registry.register_factory(Executor, partial(EXECUTORS.make, settings.execution.sandbox), ping=ping_executor)
    registry.register_factory(Metrics, NoMetrics)
    return registry


def ping_store(store: Store) -> None:
    """Return when the database answers and is at our revision."""
    schema.require(store.engine)


def ping_executor(executor: Executor) -> None:
    """Return when calls can be made here.

    Raises:
        SandboxUnavailableError: they cannot.

    """
    capabilities = executor.probe()
    if not capabilities.is_usable:
        raise SandboxUnavailableError(f"the sandbox {capabilities.executor} cannot be used here", capabilities.fix)


def make_stages(settings: Settings, hands: int | None = None) -> Mapping[StageName, Stage[Any, Any]]:
    """Give each stage its engine; `hands` as in `make_turns`."""
    cut = Cut(settings.generation.shard_size, hands)
    return {
        StageName.ANALYZE: Analyze(ANALYZERS.make(settings.analysis.engine)),
        StageName.GENERATE: Generate(GENERATORS.make(settings.generation.engine), cut),
        StageName.EXECUTE: Execute(),
        StageName.VERIFY: Verify(ConfirmingVerifier(CHECKS.make_all())),
        StageName.REPORT: Report(ASSEMBLE, probe),
    }


def make_turns(container: svcs.Container, settings: Settings, drain: Drain, hands: int | None = None) -> Turns:
    """Wire what takes turns at stages; one for each process, made after any fork.

    `hands` is how many turns are taken at once, where nobody else works on the job; None where anybody may.
    """
    store, clock, worker = container.get(Store), SystemClock(), settings.worker
    executors = Executors()
    level_of = cache(lambda policy: executors.of(policy).probe().level)
    return Turns(
        store=store,
        stages=make_stages(settings, hands),
        executors=executors,
        conditions_of=lambda spec, found: conditions_of(spec, found, level_of(spec.policy), machine()),
        looks=Looks(clock, settings.execution.keep_every_s),
        heartbeat=Heartbeat(store, clock, drain, worker.lease_s, worker.max_runtime_s),
        tokens=container.get_abstract(Tokens),
        clock=clock,
        metrics=container.get_abstract(Metrics),
        traces=container.get(Tracing),
        describe=describe_fault,
        lease_s=worker.lease_s,
        keep_every_s=settings.execution.keep_every_s,
        lanes=hands or 1,
    )


def make_steward(settings: Settings, store: Store, tokens: Tokens, only: JobId | None = None) -> Steward:
    """Wire the steward of all jobs, or of one."""
    return Steward(
        store=store,
        tokens=tokens,
        tick_s=settings.worker.tick_s,
        grace_s=0.0 if only else settings.worker.tick_s,  # tokens of one process do not travel
        kept_bytes=settings.reuse.max_mb << 20,
        only=only,
    )


def describe_fault(error: BaseException) -> Fault:
    """Say what we could not do; an error that nobody foresaw leaves a report behind, and its place in the hint."""
    fault = Fault.of(error)
    if isinstance(error, TestronautError):
        return fault
    place = write_bug_report(ERRORS_FOLDER.absolute(), error, {"asked": " ".join(sys.argv)})
    hint = f"This is a fault in Testronaut. A report for its makers: {place or 'could not be written'}"
    return fault.model_copy(update={"message": without_secrets(fault.message), "hint": hint})


def probe(policy: SandboxPolicy) -> Capabilities:
    """Say what the executor of a policy enforces here."""
    return EXECUTORS.make(policy.executor).probe()


class Executors:
    """The executors of one process, each made when a policy first asks for it."""

    def __init__(self) -> None:
        self._made: dict[str, Executor] = {}
        self._lock = Lock()

    def of(self, policy: SandboxPolicy) -> Executor:
        """Give the one that a policy names."""
        with self._lock:
            if policy.executor not in self._made:
                self._made[policy.executor] = EXECUTORS.make(policy.executor)
            return self._made[policy.executor]

    def close(self) -> None:
        """End all that they keep warm."""
        for executor in self._made.values():
            executor.close()
