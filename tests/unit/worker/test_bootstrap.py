"""The wiring of the working side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import svcs

from shared.config import Database, Execution, Settings
from shared.health import ask_all
from shared.interfaces.executor import Executor, SandboxUnavailableError
from shared.interfaces.tokens import NoTokens, Tokens
from shared.models.job import JobId, StageName
from shared.store import schema
from shared.store.session import Store, make_engine
from shared.utils.errors import TestronautError
from shared.utils.monitoring import Metrics, NoMetrics
from shared.utils.tracing import Tracing
from tests.fakes.pretend import PretendExecutor
from worker.bootstrap import (
    CHECKS,
    EXECUTORS,
    WRITERS,
    describe_fault,
    make_registry,
    make_stages,
    make_steward,
    make_turns,
    ping_executor,
)
from worker.lease import Drain


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    return Settings(database=Database(url=f"sqlite:///{tmp_path}/store.db"))


@pytest.fixture
def container(settings: Settings) -> Iterator[svcs.Container]:
    with svcs.Container(make_registry(settings, "test", NoTokens)) as made:
        yield made


def test_every_service_can_be_made(container: svcs.Container) -> None:
    for service in (Store, Tracing):
        assert container.get(service) is container.get(service)
    assert isinstance(container.get_abstract(Metrics), NoMetrics)
    assert isinstance(container.get_abstract(Tokens), NoTokens)
    assert container.get_abstract(Executor).name == "auto"


def test_turns_and_steward_are_wired_from_the_same_services(container: svcs.Container, settings: Settings) -> None:
    turns = make_turns(container, settings, Drain())
    assert turns.store is container.get(Store)
    assert set(turns.stages) == set(StageName)
    whole = make_steward(settings, turns.store, turns.tokens)
    assert whole.grace_s == settings.worker.tick_s
    assert make_steward(settings, turns.store, turns.tokens, only=JobId(None)).only is None  # type: ignore[arg-type]


def test_health_is_the_list_of_pings(container: svcs.Container, settings: Settings) -> None:
    before = {health.service: health for health in ask_all(container)}
    assert set(before) == {"store", "tokens", "executor"}
    assert not before["store"].is_well
    assert "testronaut db upgrade" in before["store"].hint
    engine = make_engine(settings.database.url)
    schema.upgrade(engine)
    engine.dispose()
    assert {health.service: health.is_well for health in ask_all(container)}["store"]


def test_a_service_that_breaks_down_is_not_well_and_says_how(settings: Settings) -> None:
    class Broken(NoTokens):
        def ping(self) -> None:
            raise RuntimeError("out of order")

    with svcs.Container(make_registry(settings, "test", Broken)) as container:
        (found,) = [health for health in ask_all(container) if health.service == "tokens"]
    assert not found.is_well
    assert found.detail == "RuntimeError: out of order"


def test_an_executor_that_cannot_be_used_is_not_well() -> None:
    class Useless(PretendExecutor):
        def probe(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
            return super().probe().model_copy(update={"is_usable": False, "fix": "install it"})

    with pytest.raises(SandboxUnavailableError) as caught:
        ping_executor(Useless())
    assert caught.value.hint == "install it"


def test_engines_are_chosen_by_name() -> None:
    assert EXECUTORS.names()[:3] == ["auto", "bubblewrap", "bubblewrap-once"]
    assert WRITERS.names()[:3] == ["html", "json", "junit"]
    for name in (*EXECUTORS.names()[:3],):
        assert EXECUTORS.make(name).name == name
    with pytest.raises(TestronautError, match="no analyzer is called 'oracle'"):
        make_stages(Settings(analysis={"engine": "oracle"}))
    assert Execution().sandbox in EXECUTORS.names()


def test_every_check_has_a_code_and_a_name_of_its_own() -> None:
    checks = CHECKS.make_all()
    assert len({check.code for check in checks}) == len({check.name for check in checks}) == len(checks)
    for check in checks:
        assert check.title
        assert check.rationale
        assert check.example


def test_a_fault_that_nobody_foresaw_leaves_a_report(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    fault = describe_fault(RuntimeError("boom"))
    place = Path(fault.hint.rpartition(": ")[2])
    assert place.is_absolute(), "whoever reads the fault stands elsewhere"
    assert "RuntimeError: boom" in place.read_text()
    assert fault.code == "internal.unexpected"
