"""Counts the work of a function, so that tests of growth need no clock."""

from __future__ import annotations

import sys
from collections.abc import Callable


def effort_of(work: Callable[[], object]) -> int:
    """Count the calls, returns and calls into C that a piece of work takes."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
