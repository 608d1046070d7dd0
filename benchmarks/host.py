"""Notes how the host looks, so that what changed in it can be told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_WATCHED = ("/etc", "/home", "/opt", "/usr/local", "/var")
_NAMES_ONLY = ("/", "/root")
_TEMPORARY = ("/tmp", "/var/tmp")
_NOT_OURS = ("/var/lib/apt/", "/var/cache/", "/var/log/", "/var/tmp/")

Look = Mapping[str, str]
"""What lies at each path, in a few words."""


def canary_home(folder: Path) -> Path:
    """Make a home folder with things in it that nobody may touch or take along."""
    home = folder / "home"
    for name, content in {
        ".bashrc": "export CANARY=untouched\n",
        ".ssh/id_ed25519": "canary: a key that is none\n",
        "documents/letter.txt": "canary: dear reader\n",
        "input.txt": "canary: a name that tests like\n",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return home


def contents(folder: Path) -> Look:
    """Note everything below a home folder, with modes and hashes; all but what we keep in its cache ourselves."""
    cache = folder / ".cache"
    return {
        str(path): f"{path.lstat().st_mode:o} {_hash(path)}"
        for path in sorted(folder.rglob("*"))
        if path != cache and cache / "testronaut" not in (path, *path.parents)
    }


def system() -> Look:
    """Note names, modes, sizes and times below the folders that programs like to write to, and the names in others."""
    found = dict(_names(_NAMES_ONLY))
    for top in _WATCHED:
        for folder, _, names in os.walk(top):
            paths = (f"{folder}/{name}" for name in names)
            found |= {path: _looks(path) for path in paths if not path.startswith(_NOT_OURS)}
    return found


def temporary() -> Look:
    """Note the names in the folders where everybody leaves things for a while."""
    return dict(_names(_TEMPORARY))


def difference(before: Look, after: Look) -> list[str]:
    """Name what came, went and changed."""
    came = [f"+ {path}" for path in sorted(after.keys() - before.keys())]
    went = [f"- {path}" for path in sorted(before.keys() - after.keys())]
    changed = [f"~ {path}" for path in sorted(before.keys() & after.keys()) if before[path] != after[path]]
    return [*came, *went, *changed]


def _names(folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        if os.access(folder, os.R_OK):
            yield from ((f"{folder.rstrip('/')}/{name}", "is there") for name in os.listdir(folder))  # noqa: PTH208


def _looks(path: str) -> str:
    try:
        found = os.lstat(path)
    except OSError:
        return "gone"
    return f"{found.st_mode:o} {found.st_size} {found.st_mtime_ns}"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
