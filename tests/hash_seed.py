"""Tells what a function gives where Python hashes words in another way, so that no order comes from a set."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tests.ordinary import ROOT


def told_under(seed: int, ask: Callable[[], str]) -> str:
    """Call a function of a test module in a new process that hashes by this seed."""
    code = f"import {ask.__module__} as asked; print(asked.{ask.__name__}())"
    process = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
    )
    return process.stdout.decode()


def is_the_same_under_every_seed(ask: Callable[[], str]) -> bool:
    """Tell whether a function gives the same under two seeds that order a set of words differently."""
    return told_under(1, ask) == told_under(2, ask)
