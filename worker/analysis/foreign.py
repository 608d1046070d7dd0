"""Looks at folders and files that anyone may have laid beside a tool, before anything in them is believed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def is_anybodys(folder: Path) -> bool:
    """Tell a folder in which everybody may write, or that nobody can look at: what lies there belongs to no tool."""
    try:
        return bool(folder.stat().st_mode & stat.S_IWOTH)
    except (OSError, ValueError):
        return True


def open_regular(file: Path) -> BinaryIO | None:
    """Open a regular file, else give nothing; neither a pipe nor a device makes this wait. Raises what `open` does."""
    descriptor = os.open(file, _FLAGS)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None
