"""Looks at processes from outside: who descends from whom, what they use, and what was left behind."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Memory(NamedTuple):
    """What processes use together, in bytes; the proportional part is None where it may not be read."""

    resident: int
    proportional: int | None


def adopt_orphans() -> None:
    """Become the parent of whatever outlives its own, so that nothing escapes the counting."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def descendants(pid: int) -> list[int]:
    """Name the processes below one, with those that have ended and wait for their parent to take notice."""
    children = _children_by_parent()
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def survivors() -> list[str]:
    """Name what still lives below us, and take in what has ended; for when all that we started has ended."""
    _reap_adopted()
    return [name for pid in sorted(descendants(os.getpid())) if (name := _name(pid))]


def memory_of(pids: Iterable[int]) -> Memory:
    """Add up what processes use."""
    resident, proportional = 0, [0]
    for pid in pids:
        resident += _resident(pid)
        proportional.append(_proportional(pid))
    return Memory(resident, None if -1 in proportional else sum(proportional))


def descriptors(pid: int) -> int:
    """Count the open descriptors of a process; 0 where it has gone or may not be looked at."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return 0


def mounts(pid: int) -> int:
    """Count the mounts that a process sees; 0 where it has gone or may not be looked at."""
    try:
        return Path(f"/proc/{pid}/mountinfo").read_bytes().count(b"\n")
    except OSError:
        return 0


def _children_by_parent() -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pid, _, parent in _states():
        found.setdefault(parent, []).append(pid)
    return found


def _states() -> Iterator[tuple[int, str, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        yield int(folder.name), state, int(parent)


def _reap_adopted() -> None:
    for pid, state, parent in list(_states()):
        if state == "Z" and parent == os.getpid():
            os.waitpid(pid, os.WNOHANG)


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace").strip()[:100] or f"process {pid}"


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    except OSError:
        return 0


def _proportional(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except PermissionError:
        return -1
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0)
