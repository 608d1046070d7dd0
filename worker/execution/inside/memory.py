"""What the processes of a call hold in memory, what they share counted once: pages, nameless files, loose segments."""

# pathlib costs 3 ms of every start.
# ruff: noqa: PTH116, PTH208

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.execution.inside.processes import Process

_BLOCK = 512
_MOST_DESCRIPTORS = 4096
_SEGMENTS = "/proc/sysvipc/shm"


def resident_bytes(processes: Iterable[Process]) -> int:
    """Count what each has of its own and what it shares, so that it is too much where much is shared."""
    return sum(process.rss_bytes for process in processes) + _loose_bytes(processes)


def proportional_bytes(processes: Iterable[Process]) -> int:
    """Count the same, and what is shared only once."""
    return sum(_proportional(process) for process in processes) + _loose_bytes(processes)


def _loose_bytes(processes: Iterable[Process]) -> int:
    """Count what no process has mapped, and no folder holds."""
    files = {key: size for process in processes for key, size in _nameless_files(process.pid)}
    return sum(files.values()) + sum(_loose_segments())


def _nameless_files(pid: int) -> Iterator[tuple[tuple[int, int], int]]:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)[:_MOST_DESCRIPTORS]
    except OSError:
        return
    for name in names:
        try:
            status = os.stat(f"{folder}/{name}")
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
            yield (status.st_dev, status.st_ino), status.st_blocks * _BLOCK


def _loose_segments() -> Iterator[int]:
    try:
        with open(_SEGMENTS, "rb") as file:  # noqa: PTH123
            head, *lines = (line.split() for line in file)
    except (OSError, ValueError):
        return
    attached, resident = head.index(b"nattch"), head.index(b"rss")
    yield from (int(line[resident]) for line in lines if line[attached] == b"0")


def _proportional(process: Process) -> int:
    try:
        with open(f"{process.place}/smaps_rollup", "rb") as file:  # noqa: PTH123
            lines = [line.split() for line in file.read().splitlines()]
    except PermissionError:
        return process.rss_bytes
    except OSError:
        return 0  # it has just ended
    return next((int(line[1]) << 10 for line in lines if line[:1] == [b"Pss:"]), 0)
