"""Holds a mount namespace in which closed folders show only what a tool needs, until its input ends.

Started by root as a program of its own, with the standard library alone: closed folders and needed paths come as JSON.
Each closed folder is covered by an empty one that everybody may enter, and what is needed is bound into it at its own
path, from descriptors that were opened before. Nothing of it is seen outside, and nothing is left when it is gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path

_NEW_MOUNTS = 0x00020000
_NOSUID, _NODEV, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 0x1000, 0x4000, 0x40000
READY = b"ready\n"


def main() -> None:
    """Make the namespace, say so, and wait."""
    asked = json.loads(sys.argv[1])
    _check(ctypes.CDLL(None, use_errno=True).unshare(_NEW_MOUNTS), "unshare")
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in asked["needed"]}
    for folder in asked["closed"]:
        _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, "mode=0755,size=1m")
    for path, descriptor in opened.items():
        _make_place(Path(path), is_folder=_is_folder(descriptor))
        _mount(f"/proc/self/fd/{descriptor}", path, "", _BIND | _RECURSIVE)
    os.write(1, READY)
    sys.stdin.read()


def _is_folder(descriptor: int) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").is_dir()


def _make_place(path: Path, *, is_folder: bool) -> None:
    os.umask(0o022)
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_folder:
        path.mkdir(exist_ok=True)
    else:
        path.touch()


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    library = ctypes.CDLL(None, use_errno=True)
    words = (os.fsencode(word) or None for word in (source, target, kind))
    _check(library.mount(*words, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def _check(returned: int, what: str) -> None:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
