"""What processes are at, told from real ones that do just that."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from worker.execution.inside import waiting
from worker.execution.inside.processes import Process, living

pytestmark = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64"}, reason="the numbers of system calls are not known here"
)
PATIENCE_S = 20.0

PYTHON = {
    "a read of its input": ("import os; os.read(0, 1)", "input"),
    "a poll of its input": ("import select; p = select.poll(); p.register(0, 1); p.poll()", "input"),
    "a poll of its input, for a time": ("import select; p = select.poll(); p.register(0, 1); p.poll(99999)", "input"),
    "a select of its input": ("import select; select.select([0], [], [])", "input"),
    "an event about its input": ("import select; e = select.epoll(); e.register(0, 1); e.poll()", "input"),
    "a copy of its input": ("import os; os.read(os.dup(0), 1)", "input"),
    "time": ("import time; time.sleep(99)", "sleep"),
    "a poll of nothing": ("import select; select.poll().poll(99999)", "sleep"),
    "somebody who calls": ("import socket; socket.create_server(('127.0.0.1', 0)).accept()", "network"),
    "a poll of a socket": (
        "import select, socket; s = socket.create_server(('127.0.0.1', 0)); select.select([s], [], [])",
        "network",
    ),
    "a lock in a thread": (
        "import threading; l = threading.Lock(); l.acquire(); threading.Thread(target=l.acquire).start()",
        "lock",
    ),
    "two threads that hold what the other wants": (
        """if True:
            import threading
            a, b, both = threading.Lock(), threading.Lock(), threading.Barrier(2)
            def take(one, other):
                one.acquire(), both.wait(), other.acquire()
            threading.Thread(target=take, args=(a, b)).start()
            take(b, a)""",
        "lock",
    ),
    "a lock, for a time": ("import threading; l = threading.Lock(); l.acquire(); l.acquire(timeout=99)", "sleep"),
    "the lock of a file": (
        """if True:
            import fcntl, tempfile
            f = tempfile.TemporaryFile()
            g = open(f"/proc/self/fd/{f.fileno()}", "wb")
            fcntl.flock(f, fcntl.LOCK_EX)
            fcntl.flock(g, fcntl.LOCK_EX)""",
        "lock",
    ),
    "a child that cannot get rid of its output": (
        "import subprocess; subprocess.Popen(['seq', '999999'], stdout=subprocess.PIPE).wait()",
        "lock",
    ),
    "a child that sleeps": ("import subprocess; subprocess.run(['sleep', '99'])", "sleep"),
    "a child that reads": ("import subprocess; subprocess.run(['cat'])", "input"),
    "a pipe of its own": ("import os; os.read(os.pipe()[0], 1)", "other"),
    "a signal": ("import signal; signal.pause()", "other"),
    "a signal to itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "stopped"),
    "a child that is stopped": (
        "import subprocess; subprocess.run(['sh', '-c', 'kill -STOP $$'])",
        "stopped",
    ),
}


@contextmanager
def running(code: str) -> Iterator[Callable[[float], str]]:
    """Start a Python on an input that stays silent, and give what looks at it and its children."""
    theirs, ours = os.pipe()
    silent = os.fstat(theirs)
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code], stdin=theirs, stdout=subprocess.DEVNULL, start_new_session=True
    )

    def look(share: float) -> str:
        begun = [one for one in living() if _session_of(one.pid) == process.pid]
        return waiting.doing(begun, share, lambda status: os.path.samestat(status, silent))

    try:
        yield look
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(theirs)
        os.close(ours)


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def settled(wanted: str, look: Callable[[float], str], share: float = 0.0) -> str:
    """Look until it is what is wanted, as a process needs its time to get there; give what it was at last."""
    end = time.monotonic() + PATIENCE_S
    while (seen := look(share)) != wanted and time.monotonic() < end:
        time.sleep(0.01)
    return seen


@pytest.mark.parametrize(("code", "word"), PYTHON.values(), ids=PYTHON)
def test_a_process_waits_for(code: str, word: str) -> None:
    with running(code) as look:
        assert settled(word, look) == word


def test_who_uses_the_processor_is_told_by_how_much_of_it() -> None:
    with running("while True: pass") as look:
        assert settled("processor", look, 0.2) == "processor"
        assert look(0.0) == "other"
        assert look(0.9) == "processor"


def test_who_draws_now_and_then_still_waits() -> None:
    with running("import os; os.read(0, 1)") as look:
        assert settled("input", look, 0.3) == "input"


def test_of_nobody_nothing_is_said() -> None:
    assert not waiting.doing([], 0.9, lambda _: True)


def test_what_cannot_be_seen_is_not_guessed() -> None:
    gone = Process(2**22 + 1, b"1 (x) S 1 " + b"0 " * 30)
    assert not waiting.doing([gone], 0.0, lambda _: True)
