"""An ordinary user for tests that root starts: a Python with our packages, run as nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[1]


def run_as_ordinary(
    words: Sequence[str], given: bytes = b"", extra: Mapping[str, str] | None = None, timeout_s: float = 240
) -> subprocess.CompletedProcess[bytes]:
    """Run our Python with these words as an ordinary user: ourselves, or nobody where we are root."""
    python = ordinary_python()
    assert python is not None
    return _run([python, *words], given, extra or {}, timeout_s)


def assert_all_holds_for_an_ordinary_user(*words: str) -> None:
    """Run tests once more as nobody, by the words that name them; skip where that cannot be, or is so already."""
    if os.geteuid():
        pytest.skip("this is one already")
    if ordinary_python() is None:
        pytest.skip("no Python here that nobody can start with our packages")
    ended = run_as_ordinary(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *words])
    told = ended.stdout.decode()
    assert ended.returncode == 0, told
    assert "no sandbox can be built" not in told


def environment() -> dict[str, str]:
    """Give what our Python needs, and a secret that must not get through."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(Path.home()) if os.geteuid() else "/nonexistent",
        "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CANARY_TOKEN": "canary-4711",
    }


@cache
def ordinary_python() -> str | None:
    """Find a Python that an ordinary user can start and that loads our packages; root's own often cannot."""
    if os.geteuid():
        return sys.executable
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}")
    return next((python for python in candidates if can_load(python)), None)


@cache
def can_load(python: str) -> bool:
    """Tell whether an ordinary user can start a Python, and load our packages with it."""
    try:
        return _run([python, "-c", "import pydantic, pytest, worker.execution.bubblewrap"]).returncode == 0
    except OSError:
        return False


def _run(
    words: Sequence[str], given: bytes = b"", extra: Mapping[str, str] | None = None, timeout_s: float = 30
) -> subprocess.CompletedProcess[bytes]:
    # Not by setpriv: it keeps root's rights until the program is found, and so finds what nobody could.
    identity: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(
        words,
        input=given,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**environment(), **(extra or {})},
        timeout=timeout_s,
        **identity,
    )
