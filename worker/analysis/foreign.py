"""Looks at folders and files that anyone may have laid beside a tool, before anything in them is believed."""

from __future__ import annotations

import stat
from pathlib import Path


def is_anybodys(folder: Path) -> bool:
    """Tell a folder in which everybody may write, or that nobody can look at: what lies there belongs to no tool."""
    try:
        return bool(folder.stat().st_mode & stat.S_IWOTH)
    except (OSError, ValueError):
        return True
