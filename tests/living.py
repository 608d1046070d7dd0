"""Processes of this machine, found by what their words hold."""

from __future__ import annotations

from pathlib import Path


def processes_with(mark: str) -> list[str]:
    """Give the numbers of the processes that have a mark in their words; a zero byte parts these."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
        except OSError:
            continue
    return found
