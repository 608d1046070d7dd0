from __future__ import annotations

import os

from worker.execution.inside.processes import Process, Usage, living, names_of_living, reap


def test_a_name_with_blanks_and_brackets_does_not_confuse() -> None:
    fields = [b"S", b"7", *[b"0"] * 9, b"100", b"50", b"25", b"25", *[b"0"] * 6, b"3"]
    process = Process(42, b"42 (a ) (b) " + b" ".join(fields))
    assert (process.pid, process.name, process.parent, process.is_alive) == (42, b"a ) (b", 7, True)
    assert process.cpu_s == 200 / os.sysconf("SC_CLK_TCK")
    assert process.rss_bytes == 3 * os.sysconf("SC_PAGE_SIZE")


def shell(code: str, **streams: int) -> int:
    actions = [(os.POSIX_SPAWN_DUP2, descriptor, 0) for descriptor in streams.values()]
    return os.posix_spawn("/bin/sh", ["sh", "-c", code], {}, file_actions=actions)


def test_only_descendants_that_live_are_seen() -> None:
    hearing, telling = os.pipe()
    child = shell("read nothing", stdin=hearing)
    os.close(hearing)
    assert child in {process.pid for process in living()}
    assert os.getppid() not in {process.pid for process in living()}
    assert b"sh" in names_of_living()
    os.close(telling)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert child not in {process.pid for process in living()}
    os.waitpid(child, 0)


def test_what_ended_is_counted_and_the_leader_told_apart() -> None:
    usage = Usage()
    leader = shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exit 5")
    os.waitid(os.P_PID, leader, os.WEXITED | os.WNOWAIT)
    _, status = reap(usage, leader)
    assert status is not None
    assert os.waitstatus_to_exitcode(status) == 5
    assert usage.cpu_s > 0
    assert usage.peak_rss_bytes > 1 << 18
