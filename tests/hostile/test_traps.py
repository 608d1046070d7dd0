"""What lies around a call and has let tools out elsewhere: what the worker holds, what started it, what it reads.

The programs of the zoo do the rest.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import tty
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.models.call import Call, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult
from tests.backends import every_backend, walled_backends
from tests.fakes.executor import FakeGuard
from tests.hostile.cage import LIMITS, Cage, caged
from tests.hostile.host import nothing_held
from tests.ordinary import ROOT, assert_all_holds_for_an_ordinary_user
from worker.execution.bubblewrap import Bubblewrap
from worker.execution.foundation import VARIANTS, Foundation

PATIENCE_S = 30.0
# The process that makes the call gets a ring of its own first, with a key in it, as a login gives one.
_WITH_KEY = """
import ctypes, os, sys
library = ctypes.CDLL(None)
add_key, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
library.syscall(keyctl, 1, b"zoo-session")
assert library.syscall(add_key, b"user", b"zoo-secret", b"canary", 6, -3) > 0
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
# What to call comes from a file, for the input is the terminal.
_AT_TERMINAL = """
import runpy, sys
sys.stdin = open(sys.argv[1])
runpy.run_module("tests.integration.make_call", run_name="__main__")
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def cage(request: pytest.FixtureRequest, tools: Path) -> Iterator[Cage]:
    with nothing_held(), caged(request.param, tools) as opened:
        yield opened


everywhere = pytest.mark.parametrize("cage", every_backend(), indirect=True)
behind_walls = pytest.mark.parametrize("cage", walled_backends(), indirect=True)


@everywhere
def test_what_the_worker_left_open_does_not_come_along(cage: Cage) -> None:
    stray = [os.open("/", os.O_RDONLY | os.O_DIRECTORY), *os.pipe()]
    try:
        for descriptor in stray:
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - the function's own way
        result = cage.run("held_descriptors.py")
    finally:
        for descriptor in stray:
            os.close(descriptor)
    assert result.stdout.content == b"held\n"


@behind_walls
def test_keys_of_the_user_are_out_of_reach(cage: Cage) -> None:
    asked = asking(cage, cage.call("key_of_host.c", "zoo-secret"))
    ended = subprocess.run(
        [sys.executable, "-c", _WITH_KEY, "-m", "tests.integration.make_call"],
        input=asked,
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    assert TestResult.model_validate_json(ended.stdout).stdout.content == b"held\n"


@everywhere
@pytest.mark.skipif(shutil.which("setsid") is None, reason="there is no setsid here")
def test_nothing_is_typed_into_the_terminal_of_the_worker(cage: Cage, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.write_bytes(asking(cage, cage.call("terminal_input.c")))
    with terminal() as own:
        command = ["setsid", "--ctty", "--wait", sys.executable, "-c", _AT_TERMINAL, str(asked)]
        ended = subprocess.run(command, stdin=own, stdout=subprocess.PIPE, stderr=own, check=False, cwd=ROOT)
        assert waiting_in(own) == 0
    assert TestResult.model_validate_json(ended.stdout).stdout.content == b"held\n"


@everywhere
def test_time_and_memory_of_those_that_nobody_waited_for_are_counted(cage: Cage) -> None:
    result = cage.run("burns_below.c")
    assert result.status is Status.OK
    assert result.cpu_ms >= 190
    assert result.peak_rss_bytes > 24 << 20


@everywhere
def test_memory_of_the_worker_is_not_the_tools(cage: Cage) -> None:
    held = b"x" * (96 << 20)
    result = cage.run("exits_large.c")
    assert len(held) > result.peak_rss_bytes
    assert result.peak_rss_bytes < 32 << 20


@behind_walls
def test_a_daemon_without_name_words_or_environment_is_gone(cage: Cage) -> None:
    with cage.another() as other:
        place = other.run("nameless_daemon.c", "go").stdout.content.decode().strip()
        assert place.startswith("pid:")
        assert place != place_of(Path("/proc/self"))
    assert [process for process in Path("/proc").glob("[0-9]*") if place_of(process) == place] == []


@everywhere
def test_what_is_left_is_tidied_up_without_following_it(cage: Cage) -> None:
    before = cage.host.state()[str(cage.host.home)]
    result = cage.run("closed_link.sh", "{precious}")
    assert result.stdout.content == b"held\n"
    assert cage.host.state()[str(cage.host.home)] == before


@everywhere
def test_what_is_left_is_tidied_up_however_deep_it_is(
    cage: Cage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    try:
        with cage.another() as other:
            assert other.run("deep.c").status is Status.OK
            assert other.run("left_files.py", "look").status is Status.OK
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["rm", "-rf", *tmp_path.iterdir()], check=True)


@behind_walls
def test_a_worker_that_is_killed_takes_everything_along(cage: Cage) -> None:
    with worker_of(asking(cage, cage.call("ignores_term.sh", limits={"wall_s": 60}))) as worker:
        eventually(lambda: len(cage.host.survivors()) > 1)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        eventually(lambda: not cage.host.survivors())


@everywhere
def test_answers_are_the_same_however_many_sandboxes_die_before(cage: Cage) -> None:
    before = cage.run("exits_139.sh").status
    for program in ("kills_group.sh", "stack.c", "memory.c", "yes.sh", "kills_group.sh"):
        cage.run(program)
        assert cage.run("exits_139.sh").status is before


def test_a_builder_that_dies_while_its_child_holds_the_streams_is_not_waited_for(tools: Path) -> None:
    began = time.monotonic()
    executor = Bubblewrap(found_on=lambda: Foundation(str(tools / "dies_early.sh"), VARIANTS[0]))
    with executor.open(ToolSpec(argv=(b"true",)), SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
        result = sandbox.run(Call())
    assert (result.status, result.detail) == (Status.SANDBOX_ERROR, "died early")
    assert time.monotonic() - began < 10


def test_all_of_this_holds_for_an_ordinary_user() -> None:
    # As root they were all tried; who asks makes a difference to what bwrap is started by, which is the same for all.
    chosen = "test_traps or local or (bubblewrap and not bubblewrap-fresh and not bubblewrap-once)"
    assert_all_holds_for_an_ordinary_user("-k", f"({chosen}) and not shown", str(Path(__file__).parent))


def asking(cage: Cage, call: Call) -> bytes:
    """Say in a document what a worker of its own shall call."""
    return json.dumps(
        {
            "executor": cage.backend,
            "tool": cage.tool.model_dump(mode="json"),
            "call": call.model_dump(mode="json"),
            "limits": LIMITS.model_dump(mode="json"),
            "policy": {},
        }
    ).encode()


@contextmanager
def worker_of(asked: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker that makes one call, and see to it that it is gone at the end."""
    worker = subprocess.Popen([sys.executable, "-m", "tests.integration.make_call"], stdin=subprocess.PIPE, cwd=ROOT)
    try:
        assert worker.stdin
        with worker.stdin as given:
            given.write(asked)
        yield worker
    finally:
        worker.kill()
        worker.wait()


@contextmanager
def terminal() -> Iterator[int]:
    """Give a terminal in which whatever is typed waits to be read."""
    controlling, controlled = pty.openpty()
    try:
        tty.setraw(controlled)
        yield controlled
    finally:
        os.close(controlling)
        os.close(controlled)


def waiting_in(terminal: int) -> int:
    (waiting,) = array("i", fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)))
    return waiting


def place_of(process: Path) -> str:
    try:
        return str((process / "ns" / "pid").readlink())
    except OSError:
        return ""


def eventually(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)
