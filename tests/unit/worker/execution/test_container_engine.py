"""How the container engine is asked, with a client that does as it is told."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from shared.interfaces.executor import SandboxUnavailableError
from tests.fakes.executor import FakeGuard, Halted
from worker.execution.container_engine import (
    ContainerEngine,
    ContainerEngineAwayError,
    ContainerEngineRefusedError,
    found_engine,
)

ANSWERS = """#!/bin/sh
echo "$*" >>{log}
case "$1" in
    info) {info} ;;
    image) [ "$3" = there ] && echo '[{{"Id": "sha256:1"}}]' || {{ echo "no such image" >&2; exit 1; }} ;;
    import) cat ;;
    slow) echo began; sleep 60 ;;
    fails) seq 1 1000; exit 7 ;;
esac
"""
WELL, AWAY = "echo 'ID 1.0 6.0 x86_64 []'", "echo 'Cannot connect' >&2; exit 1"


class Client:
    """A client whose engine is well or away, and what it was asked."""

    def __init__(self, folder: Path, info: str) -> None:
        self._log = folder / "log"
        program = folder / "docker"
        program.write_text(ANSWERS.format(log=self._log, info=info))
        program.chmod(0o755)
        self.engine = ContainerEngine(str(program))

    @property
    def asked(self) -> list[str]:
        return self._log.read_text().splitlines()


@pytest.fixture
def well(tmp_path: Path) -> Client:
    return Client(tmp_path, WELL)


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    return Client(tmp_path, AWAY)


def test_what_is_there_is_described_and_what_is_not_is_none(well: Client) -> None:
    assert well.engine.find("image", "there") == {"Id": "sha256:1"}
    assert well.engine.find("image", "elsewhere") is None


def test_a_refusal_says_why_and_is_not_tried_again(well: Client) -> None:
    with pytest.raises(ContainerEngineRefusedError, match="no such image"):
        well.engine.ask("image", "inspect", "elsewhere")
    assert [line.split()[0] for line in well.asked] == ["image", "info"]


def test_an_engine_that_is_away_is_asked_again_and_then_named(away: Client) -> None:
    with pytest.raises(ContainerEngineAwayError, match="Cannot connect") as told:
        away.engine.find("image", "elsewhere")
    assert "DOCKER_HOST" in told.value.hint
    assert not told.value.is_final
    assert [line.split()[0] for line in away.asked] == ["image", "info"] * 3


def test_a_content_is_given_whole_however_often_it_is_tried(well: Client) -> None:
    with TemporaryFile() as file:
        file.write(b"content")
        assert [well.engine.ask("import", given=file) for _ in range(2)] == ["content"] * 2


def test_who_it_is_is_one_line_and_an_engine_without_a_name_is_away(tmp_path: Path, well: Client) -> None:
    assert well.engine.identity() == "ID 1.0 6.0 x86_64 []"
    (tmp_path / "nameless").mkdir()
    with pytest.raises(ContainerEngineAwayError):
        Client(tmp_path / "nameless", "echo ' 1.0'").engine.identity()


def test_a_socket_that_is_closed_to_this_user_names_the_group(
    away: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "socket").touch()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/socket")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(ContainerEngineAwayError) as told:
        away.engine.identity()
    assert "usermod" in told.value.hint


def test_the_last_of_what_was_said_comes_with_the_code(well: Client) -> None:
    code, said = well.engine.follow(["fails"], FakeGuard(), 20)
    assert code == 7
    assert said.endswith("\n999\n1000")
    assert len(said) <= 1500


def test_a_stop_ends_what_takes_its_time(well: Client) -> None:
    began = time.monotonic()
    with pytest.raises(Halted):
        well.engine.follow(["slow"], FakeGuard(stops_at=3), 60)
    assert time.monotonic() - began < 20


def test_what_takes_too_long_is_ended_and_is_no_success(well: Client) -> None:
    code, said = well.engine.follow(["slow"], FakeGuard(), 0.3)
    assert code < 0
    assert said == "began"


def test_only_one_makes_the_same_thing_at_a_time(well: Client) -> None:
    order: list[str] = []
    begun, may_end = threading.Event(), threading.Event()

    def make_first() -> None:
        with well.engine.alone("thing", FakeGuard()):
            begun.set()
            may_end.wait(20)
            order.append("first")

    thread = threading.Thread(target=make_first)
    thread.start()
    begun.wait(20)
    with well.engine.alone("other", FakeGuard()):
        order.append("other")
    with pytest.raises(Halted), well.engine.alone("thing", FakeGuard(stops_at=2)):
        order.append("never")
    may_end.set()
    with well.engine.alone("thing", FakeGuard()):
        order.append("second")
    thread.join()
    assert order == ["other", "first", "second"]


def test_without_a_client_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailableError) as told:
        found_engine()
    assert "apt-get install docker.io" in told.value.hint
