"""Looks for a program in an image, from inside a container; started as the tool of a call, never loaded by us.

Its words are the program's name or path and the folders to look in. What was found goes out as JSON: the path where
there is something, what is wrong with it, and, where there is nothing, which names there are.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_FIRST_BYTES = 512
_MOST_NAMES = 20_000


def main() -> None:
    """Look, and say what there is."""
    name, *folders = sys.argv[1:]
    candidates = [name] if "/" in name else [f"{folder}/{name}" for folder in folders]
    if "/" not in name:
        candidates = [path for path in candidates if Path(path).is_file()]
    found = next((path for path in candidates if os.access(path, os.X_OK)), None)
    path = found or next((path for path in candidates if os.path.lexists(path)), None)
    seen = {"path": path, "flaw": _flaw(path)} if path else {"path": None, "names": _names(name, folders)}
    json.dump(seen, sys.stdout)


def _flaw(path: str) -> str:
    if Path(path).is_dir():
        return "folder"
    if not os.access(path, os.X_OK):
        return "closed"
    return "data" if _is_data(path) else ""


def _is_data(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            start = file.read(_FIRST_BYTES)
    except OSError:
        return False  # it may be executed, not read
    return b"\0" in start and not start.startswith((b"\x7fELF", b"#!"))


def _names(name: str, folders: list[str]) -> list[str]:
    beside = str(Path(name).parent)
    found = {entry for folder in ([beside] if "/" in name else folders) for entry in _listed(folder)}
    return sorted(found)[:_MOST_NAMES]


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []


if __name__ == "__main__":
    main()
