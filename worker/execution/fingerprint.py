"""The fingerprint of a tool: what it is made of, as far as that is plain to see."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from worker.execution.visible import View

_CACHE = "__pycache__"


def fingerprint_of(view: View) -> str | None:
    """Hash the program's bytes, what runs it, and the list of what it loads; None where that cannot be known."""
    if not view.is_known:
        return None
    try:
        whole = hashlib.sha256(_hash_of_file(view.real).encode())
    except OSError:
        return None  # it may be executed, not read
    for part in _parts(view):
        whole.update(b"\0" + os.fsencode(part))
    return whole.hexdigest()


def _parts(view: View) -> Iterator[str]:
    yield from view.interpreters
    for package in view.packages:
        yield package
        yield from sorted(_listed(package))


def _listed(package: str) -> Iterator[str]:
    is_complete = package.endswith("/node_modules")  # elsewhere, folders with a dot are of those who work on it
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if name != _CACHE and (is_complete or not name.startswith("."))]
        for name in files:
            path = f"{folder}/{name}"
            try:
                status = os.lstat(path)
            except OSError:
                continue
            yield f"{path} {status.st_size} {status.st_mtime_ns}"


def _hash_of_file(path: str) -> str:
    status = Path(path).stat()
    return _hash_once((path, status.st_mtime_ns, status.st_ino, status.st_size))


@lru_cache(256)
def _hash_once(version: tuple[str, int, int, int]) -> str:
    with Path(version[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
