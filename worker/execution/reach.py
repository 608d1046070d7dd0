"""Lets the ordinary user that root's sandboxes run as reach what lies in folders closed to it, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from shared.interfaces.executor import ToolOutOfReachError
from shared.utils.text import visible as shown
from worker.execution import launcher
from worker.execution.visible import is_below

# The one that owns nothing, on every Linux.
NOBODY = 65534
_ENTER = stat.S_IXOTH
_READ_AND_ENTER = stat.S_IROTH | stat.S_IXOTH


def closed_folders(paths: Iterable[str]) -> list[str]:
    """Name the outermost folders on the way to paths that not everybody may enter.

    Raises:
        ToolOutOfReachError: a path itself is closed, which no other way to it can change.

    """
    closed: list[str] = []
    for path in paths:
        _require_open(path)
        parents = (str(parent) for parent in reversed(PurePath(path).parents))
        outermost = next((parent for parent in parents if not _mode(parent) & _ENTER), None)
        if outermost == "/":
            raise ToolOutOfReachError("the root of this machine is closed to all but its owner")
        if outermost and outermost not in closed:
            closed.append(outermost)
    return sorted(closed)


def descent() -> Sequence[str]:
    """Give the words that begin a command which runs as nobody; none where the program for it is missing.

    A process of ours that becomes another user after its fork copies our page tables first: 8 ms where we use 200 MB.
    """
    program = _program("setpriv")
    return [program, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"] if program else []


@contextmanager
def passage(closed: Sequence[str], needed: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give the words that begin a command which runs as nobody, and to which the needed paths are open.

    Raises:
        ToolOutOfReachError: there is no such way here.

    """
    enter = _program("nsenter")
    if enter is None:
        raise ToolOutOfReachError(f"{_names(closed)} is closed, and there is no nsenter to get around it")
    inside = [path for path in needed if is_below(path, closed)]
    descriptor = _namespace(closed, inside)
    try:
        # By our own number: the descriptor itself is inherited by nobody.
        place = f"/proc/{os.getpid()}/fd/{descriptor}"
        yield [enter, f"--mount={place}", "--setgid", str(NOBODY), "--setuid", str(NOBODY), "--"]
    finally:
        os.close(descriptor)


def _program(name: str) -> str | None:
    return shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")


def _namespace(closed: Sequence[str], needed: Sequence[str]) -> int:
    asked = json.dumps({"closed": list(closed), "needed": list(needed)})
    command = [sys.executable, "-I", "-S", launcher.__file__, asked]
    holder = subprocess.Popen(  # noqa: S603 - the words are ours
        command, env={}, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with holder:
        if holder.stdout and holder.stdout.readline() == launcher.READY:
            descriptor = os.open(f"/proc/{holder.pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
            holder.communicate()
            return descriptor
        told = holder.communicate()[1].decode(errors="replace").strip().splitlines()
    raise ToolOutOfReachError(f"{_names(closed)} is closed to ordinary users: {''.join(told[-1:])}")


def _require_open(path: str) -> None:
    mode = _mode(path)
    needed = _READ_AND_ENTER if stat.S_ISDIR(mode) else stat.S_IROTH
    if mode & needed != needed:
        raise ToolOutOfReachError(f"{shown(path)} is closed to ordinary users", f"Open it: chmod o+rX {shown(path)}")


def _mode(path: str) -> int:
    return Path(path).stat().st_mode


def _names(folders: Sequence[str]) -> str:
    return ", ".join(shown(folder) for folder in folders)
