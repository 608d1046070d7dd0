from __future__ import annotations

import ctypes
import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from worker.execution.inside import memory
from worker.execution.inside.processes import Process, contents_of, living

MIB = 1 << 20


@contextmanager
def busy_with(code: str) -> Iterator[Process]:
    """Let a program get ready, and give it as it is seen then."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        yield Process(program.pid, contents_of(f"/proc/{program.pid}/stat"))
        program.kill()


def test_a_file_without_a_name_counts_once_for_all_that_hold_it() -> None:
    code = (
        "import os\nfile = os.memfd_create('x')\nos.write(file, bytes(8 << 20))\nos.dup(file)\n"
        "print('ready', flush=True)\ninput()"
    )
    with busy_with(code) as one:
        held = sum(dict(memory._nameless_files(one.pid)).values())
        assert 8 * MIB <= held < 9 * MIB
        assert memory.proportional_bytes([one, one]) - 2 * memory._proportional(one) >= 8 * MIB
        assert memory.proportional_bytes([one, one]) - 2 * memory._proportional(one) < 9 * MIB


def test_what_two_processes_share_is_counted_for_each_or_once() -> None:
    code = (
        "import mmap, os\nshared = mmap.mmap(-1, 16 << 20)\nshared.write(bytes(16 << 20))\nchild = os.fork()\n"
        "if child == 0:\n    bytes(shared[:])\n    print('ready', flush=True)\ninput()"
    )
    with busy_with(code) as parent:
        both = [parent, *(one for one in living() if one.parent == parent.pid)]
        assert len(both) == 2
        assert memory.resident_bytes(both) - memory.proportional_bytes(both) >= 8 * MIB
    for process in both[1:]:
        os.kill(process.pid, 9)


def test_a_process_whose_first_thread_has_ended_lives_and_has_memory() -> None:
    code = (
        "import ctypes, threading, time\n"
        "def stay():\n    time.sleep(0.2)\n    kept = bytearray(16 << 20)\n"
        "    print('ready', flush=True)\n    time.sleep(60)\n"
        "threading.Thread(target=stay).start()\n"
        "ctypes.CDLL(None).syscall(60, 0)"
    )
    if os.uname().machine != "x86_64":
        code = code.replace("syscall(60", "syscall(93")
    with busy_with(code) as program:
        (seen,) = [one for one in living() if one.pid == program.pid]
        assert (seen.has_ended, seen.is_alive) == (True, True)
        assert seen.rss_bytes > 16 * MIB
        assert memory.proportional_bytes([seen]) > 16 * MIB


def test_a_segment_that_nobody_has_attached_is_found() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.shmat.restype = ctypes.c_void_p
    segment = library.shmget(0, 4 * MIB, 0o1600)
    at = library.shmat(segment, None, 0)
    try:
        before = sum(memory._loose_segments())
        ctypes.memset(at, 1, 4 * MIB)
        library.shmdt(ctypes.c_void_p(at))
        assert sum(memory._loose_segments()) - before >= 4 * MIB - mmap.PAGESIZE
    finally:
        library.shmctl(segment, 0, None)
