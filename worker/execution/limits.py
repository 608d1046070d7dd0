"""What the kernel holds a tool to, as the runner sets it before the tool begins."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.models.call import Limits

MOST_ENTRIES = 1 << 16
_STACK_BYTES = 8 << 20
# With 0, a kernel that hands core dumps to a program of the machine still does so; with 1 it never does: core(5).
_NO_CORE = 1
_COUNTED_BY_NAMESPACE_SINCE = (5, 14)


def rlimits(limits: Limits, processes: int) -> Mapping[str, int]:
    """Give resource limits by the end of their RLIMIT_ name, with the number of processes that the kernel shall count.

    None on address space: what is reserved there and never used is no harm, and several runtimes reserve much.
    """
    return {
        "CORE": _NO_CORE,
        "CPU": math.ceil(limits.cpu_s),
        "FSIZE": limits.file_bytes,
        "NOFILE": limits.open_files,
        "NPROC": processes,
        "STACK": _STACK_BYTES,
    }


def is_counted_by_namespace(release: str) -> bool:
    """Tell whether a kernel counts the processes of a user namespace apart from all others of its user."""
    major, minor = (int("".join(filter(str.isdigit, part)) or 0) for part in f"{release}.0".split(".")[:2])
    return (major, minor) >= _COUNTED_BY_NAMESPACE_SINCE


def threads_of(uid: int) -> int:
    """Count the threads that a user has on this machine, which a limit has to leave room for."""
    return sum(_thread_count(folder) for folder in _processes_of(uid))


def _processes_of(uid: int) -> Iterator[Path]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - a path for each would cost more than the question
        folder = Path("/proc", name)
        if name.isdigit() and _owner(folder) == uid:
            yield folder


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None  # it has just ended


def _thread_count(folder: Path) -> int:
    try:
        return len(os.listdir(folder / "task"))  # noqa: PTH208
    except OSError:
        return 0
