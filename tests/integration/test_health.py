"""The endpoints beside a worker, asked over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.health import Health
from shared.store import schema
from shared.store.session import make_engine, open_store
from tests.e2e.command_line import run_program, specimen
from tests.integration.servers import Worker, eventually, free_port, redis_server
from tests.world import World
from worker.health import Endpoints, serving

WELL = Health("store", is_well=True)
ILL = Health("tokens", is_well=False, detail="away", hint="start it")


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def port(world: World) -> Iterator[int]:
    endpoints = Endpoints(lambda: [WELL, ILL], lambda: True, world.store)
    with serving(endpoints, "127.0.0.1", 0) as found:
        yield found


def test_a_worker_is_live_whatever_its_services_say(port: int) -> None:
    assert ask(port, "/livez") == (200, '{"live": true}')


def test_readiness_names_each_service(port: int) -> None:
    status, body = ask(port, "/readyz")
    assert status == 503
    services = json.loads(body)["services"]
    assert services["store"]["well"]
    assert services["tokens"] == {"well": False, "detail": "away", "hint": "start it"}


def test_metrics_say_what_waits(port: int, world: World) -> None:
    world.submit()
    status, body = ask(port, "/metrics")
    assert status == 200
    assert 'testronaut_items_ready{stage="analyze"} 1.0' in body
    assert "testronaut_jobs_running 1.0" in body


def test_another_path_lists_the_paths(port: int) -> None:
    status, body = ask(port, "/")
    assert status == 404
    assert "/readyz" in body


def test_a_worker_that_has_gone_is_not_live(world: World) -> None:
    with serving(Endpoints(lambda: [WELL], lambda: False, world.store), "127.0.0.1", 0) as found:
        assert ask(found, "/livez")[0] == 503


@pytest.mark.slow
def test_a_real_worker_is_ready_counts_its_work_and_stays_live_without_its_broker(tmp_path: Path) -> None:
    url, port = f"sqlite:///{tmp_path}/store.db", free_port()
    engine = make_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    with redis_server(tmp_path) as redis:
        settings = {
            "TESTRONAUT_DATABASE__URL": url,
            "TESTRONAUT_BROKER__URL": redis.url,
            "TESTRONAUT_WORKER__HEALTH_PORT": str(port),
            "TESTRONAUT_WORKER__TICK_S": "0.5",
        }
        worker = Worker(settings, tmp_path / "worker.log")
        try:
            eventually(lambda: _answers(port) and ask(port, "/readyz")[0] == 200, "readiness")
            tool = specimen(tmp_path)
            words = ("submit", str(tool), "--profile", "quick", "--wait")
            ended = run_program(*words, folder=tmp_path, DATABASE__URL=url, BROKER__URL=redis.url)
            assert ended.code == 0, ended.err
            body = ask(port, "/metrics")[1]
            assert 'testronaut_turn_seconds_count{ending="done",stage="report"} 1.0' in body
            assert 'testronaut_call_seconds_count{status="ok"}' in body
            assert "testronaut_process_resident_bytes" in body
            redis.stop()
            eventually(lambda: ask(port, "/readyz")[0] == 503, "unreadiness")
            assert "tokens" in ask(port, "/readyz")[1]
            assert ask(port, "/livez")[0] == 200
            redis.start()
            eventually(lambda: ask(port, "/readyz")[0] == 200, "readiness again")
        finally:
            worker.stop()
    eventually(lambda: not _answers(port), "the steward's end")
    store = open_store(url)
    assert store.read(lambda tx: tx.upkeep.running()) == 0
    store.close()


def _answers(port: int) -> bool:
    try:
        ask(port, "/livez")
    except OSError:
        return False
    return True
