"""What stays hidden of a folder that is shown: our own records, sockets, and what its owner shares with nobody."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RECORDS = ".testronaut"
_DEEPEST = 3
_MOST_ENTRIES = 20_000


@dataclass(frozen=True)
class Hidden:
    """Paths inside shown folders that something empty has to lie over."""

    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def hidden_in(shown: Iterable[str]) -> Hidden:
    """Look through shown folders, not far below: deeper down lie a program's own files, and there are many."""
    folders, files = [], []
    for path, status in _entries(shown):
        if stat.S_ISDIR(status.st_mode):
            folders.append(path)
        else:
            files.append(path)
    return Hidden(tuple(sorted(folders)), tuple(sorted(files)))


def _entries(shown: Iterable[str]) -> Iterator[tuple[str, os.stat_result]]:
    for top in shown:
        left = _MOST_ENTRIES
        waiting = [(top, 0)]
        while waiting and left > 0:
            folder, depth = waiting.pop(0)
            for entry, status in _listed(folder):
                left -= 1
                if _is_hidden(entry.name, status, depth):
                    yield entry.path, status
                elif stat.S_ISDIR(status.st_mode) and depth < _DEEPEST:
                    waiting.append((entry.path, depth + 1))


def _is_hidden(name: str, status: os.stat_result, depth: int) -> bool:
    if name == RECORDS or stat.S_ISSOCK(status.st_mode):
        return True
    # Directly in a prefix, what nobody else may read is no part of the program: keys, tokens, histories.
    is_private = stat.S_ISREG(status.st_mode) and not stat.S_IMODE(status.st_mode) & 0o077
    return is_private and depth == 0 and not status.st_mode & stat.S_IXUSR


def _listed(folder: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry, entry.stat(follow_symlinks=False)
    except OSError:
        return  # a single file, or closed to us, and then to the tool as well
