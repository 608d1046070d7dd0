"""Starts what is measured as an ordinary user, for whom sandboxes are made: whoever asks, or nobody where root asks."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.ordinary import NOBODY, ROOT, environment, ordinary_python

_PACKAGES = ("benchmarks", "migrations", "producer", "shared", "tests", "worker")


def python(*, keeps_user: bool = False) -> str:
    """Name the Python that runs our code for the ordinary user."""
    return sys.executable if keeps_user else ordinary_python() or sys.executable


@contextmanager
def place() -> Iterator[Path]:
    """Make a folder for one run of a benchmark, the ordinary user's own."""
    # The ordinary user may not be able to keep what Python compiles.
    for package in _PACKAGES:
        compileall.compile_dir(ROOT / package, quiet=2)
    with TemporaryDirectory(prefix="testronaut-bench-", ignore_cleanup_errors=True) as folder:
        yield owned(Path(folder))


def owned(folder: Path) -> Path:
    """Make a folder where there is none, and give it to the ordinary user."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    if _is_changed():
        os.chown(folder, NOBODY, NOBODY)
    return folder


def start(
    words: Sequence[str | Path],
    folder: Path,
    *,
    first_on_path: Path | None = None,
    keeps_user: bool = False,
    **streams: Any,  # noqa: ANN401 - those of Popen
) -> subprocess.Popen[bytes]:
    """Start a program in a folder, which is its home too.

    `keeps_user` is for what only the user may do who asks, who also says which container engine is meant.
    """
    given = environment()
    if keeps_user and "DOCKER_HOST" in os.environ:
        given["DOCKER_HOST"] = os.environ["DOCKER_HOST"]
    path = given["PATH"] if first_on_path is None else f"{first_on_path}:{given['PATH']}"
    identity: Mapping[str, Any] = {}
    if _is_changed() and not keeps_user:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return subprocess.Popen(
        words, cwd=folder, env={**given, "PATH": path, "HOME": str(folder), "NO_COLOR": "1"}, **streams, **identity
    )


def _is_changed() -> bool:
    return os.geteuid() == 0 and ordinary_python() is not None
