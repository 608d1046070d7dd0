"""The fingerprint of a tool: what it is made of, as far as that is plain to see."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from stat import S_ISDIR

from worker.execution.visible import View

_CACHE = "__pycache__"
# To look at more takes longer than most calls; nobody knows which of them the tool loads, then.
_MOST_FILES = 50_000


def fingerprint_of(view: View) -> str | None:
    """Hash the program's bytes, what runs it, and the list of what it loads; None where that cannot be known."""
    if not view.is_known:
        return None
    try:
        whole = hashlib.sha256(_hash_of_file(view.real).encode())
    except OSError:
        return None  # it may be executed, not read
    for number, part in enumerate(_parts(view)):
        if number > _MOST_FILES:
            return None
        whole.update(b"\0" + os.fsencode(part))
    return whole.hexdigest()


def _parts(view: View) -> Iterator[str]:
    yield from view.interpreters
    for folder in view.libraries:
        yield folder
        yield from sorted(_dated(os.path.join(folder, name) for name in _names_in(folder)))  # noqa: PTH118
    for package in view.packages:
        yield package
        yield from sorted(islice(_listed(package), _MOST_FILES + 1))


def _listed(package: str) -> Iterator[str]:
    is_complete = package.endswith("/node_modules")  # elsewhere, folders with a dot are of those who work on it
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if name != _CACHE and (is_complete or not name.startswith("."))]
        yield from _dated(f"{folder}/{name}" for name in files)


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []


def _dated(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        try:
            status = os.lstat(path)
        except OSError:
            continue
        if not S_ISDIR(status.st_mode):
            yield f"{path} {status.st_size} {status.st_mtime_ns}"


def _hash_of_file(path: str) -> str:
    status = Path(path).stat()
    return _hash_once((path, status.st_mtime_ns, status.st_ino, status.st_size))


@lru_cache(256)
def _hash_once(version: tuple[str, int, int, int]) -> str:
    with Path(version[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
