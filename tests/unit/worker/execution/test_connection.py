from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.executor import FakeGuard, Halted
from worker.execution.archive import runner_program
from worker.execution.connection import Launch, RunnerFailedError, start

READ = """
import os, sys, time
fd = int(sys.argv[1])
left = int.from_bytes(os.read(fd, 4), "big")
while left:
    left -= len(os.read(fd, min(left, 65536)))
"""
GOOD = "body = b'd1:ai1ee'; os.write(fd, len(body).to_bytes(4, 'big') + body)"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = left()
    yield
    assert left() == before


def left() -> tuple[list[str], str]:
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
    return sorted(path.name for path in Path("/proc/self/fd").iterdir()), children


def ask(code: str, patience_s: float = 30.0, guard: FakeGuard | None = None, order: object = None) -> Mapping[str, Any]:
    """Ask a runner that does as it is told here."""
    python = runner_program().python
    launch = Launch(lambda socket: [python, "-I", "-S", "-c", READ + code, str(socket)])
    with start(launch) as connection:
        return connection.ask({"order": order or b""}, guard or FakeGuard(), patience_s)


def answering(body: bytes) -> str:
    return f"body = {body!r}; os.write(fd, len(body).to_bytes(4, 'big') + body); os.read(fd, 1)"


def test_an_answer_arrives_and_the_runner_is_ended() -> None:
    began = time.monotonic()
    assert ask(f"{GOOD}; os.read(fd, 1)") == {"a": 1}
    assert time.monotonic() - began < 5


def test_what_it_said_before_it_died_is_the_detail() -> None:
    with pytest.raises(RunnerFailedError, match="cannot build"):
        ask("sys.exit('cannot build')")


def test_a_runner_that_dies_without_a_word_is_told() -> None:
    with pytest.raises(RunnerFailedError, match="fell silent"):
        ask("os._exit(1)")


def test_a_child_that_holds_the_socket_of_a_dead_runner_holds_nobody() -> None:
    began = time.monotonic()
    with pytest.raises(RunnerFailedError):
        ask("if os.fork(): os._exit(1)\ntime.sleep(3)")
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("body", [b"", b"x", b"le", b"i5e", b"d1:a", b"d5:error5:wronge"])
def test_an_answer_that_makes_no_sense_is_our_failure(body: bytes) -> None:
    with pytest.raises(RunnerFailedError):
        ask(answering(body))


def test_an_answer_without_end_is_not_read() -> None:
    with pytest.raises(RunnerFailedError, match="bytes"):
        ask("os.write(fd, b'\\xff' * 4); os.read(fd, 1)")


def test_a_runner_that_does_not_answer_is_given_up_and_killed() -> None:
    with pytest.raises(RunnerFailedError, match="does not answer"):
        ask("import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)", patience_s=0.3)


def test_a_stop_is_heard_while_it_is_waited_for() -> None:
    guard = FakeGuard(stops_at=4)
    began = time.monotonic()
    with pytest.raises(Halted):
        ask("os.read(fd, 1)", guard=guard)
    assert 0.1 < time.monotonic() - began < 5


def test_a_large_order_passes() -> None:
    assert ask(f"{GOOD}; os.read(fd, 1)", order=b"x" * (4 << 20)) == {"a": 1}


def test_it_inherits_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_TOKEN", "canary-4711")
    with pytest.raises(RunnerFailedError, match=r"^seen:(LC_CTYPE)?$"):
        ask("sys.exit('seen:' + ','.join(os.environ))")


def test_it_inherits_no_descriptor_but_its_socket() -> None:
    with pytest.raises(RunnerFailedError, match=r"^seen: 1$"):
        ask("sys.exit(f'seen: {sum(os.path.exists(f\"/proc/self/fd/{number}\") for number in range(3, 200))}')")
