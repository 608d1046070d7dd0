"""The runner as one file for the Python that is to run it, and which Python that is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from shared.interfaces.executor import SandboxUnavailableError
from worker.execution.remembered import Remembered, cache_folder, own_version, version_of
from worker.execution.visible import SYSTEM, is_below

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("worker", "worker/execution", "worker/execution/inside")
_MODULES = (
    *("wire", "kernel", "seccomp", "volumes", "filesystem", "layers", "memory"),
    *("processes", "watch", "waiting", "sources", "terminal", "runner", "contained"),
)
_SYSTEM_PYTHON = "/usr/bin/python3"
_START = "import sys; sys.path.insert(0, {!r}); from worker.execution.inside.{} import main; main()"
# Compiled once, by the Python that will run it: to compile at every start would cost 4 ms of each.
_COMPILE = """
import ctypes, fcntl, hashlib, resource, select, struct, sys
from py_compile import PycInvalidationMode, compile
assert sys.version_info >= (3, 9), "too old"
for source, shown, target in zip(*[iter(sys.argv[1:])] * 3):
    compile(source, target, shown, doraise=True, optimize=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
"""


@dataclass(frozen=True)
class RunnerProgram:
    """A Python, the folder that it needs besides the system's (None where it needs none), and the runner for it."""

    python: str
    prefix: str | None
    archive: bytes

    def command(self, place: str, orders: int, answers: int) -> list[str]:
        """Give the words that start the runner, whose archive lies at a place, with its two descriptors."""
        return [self.python, *starting(place, "runner"), str(orders), str(answers)]


def starting(place: str, module: str) -> list[str]:
    """Give the words for a Python that begin one of the runner's modules, which lie in the archive at a place."""
    return ["-I", "-S", "-c", _START.format(place, module)]


def runner_program() -> RunnerProgram:
    """Take the system's Python where it can run the runner, else our own."""
    return _first_that_can((_SYSTEM_PYTHON, os.path.realpath(sys.executable)))


@cache
def _first_that_can(pythons: Sequence[str]) -> RunnerProgram:
    reasons = []
    for python in pythons:
        try:
            return program_for(python)
        except (OSError, subprocess.CalledProcessError) as error:
            reasons.append(f"{python}: {error}")
    raise SandboxUnavailableError(f"no Python here can run the runner: {'; '.join(reasons)}")


def program_for(python: str) -> RunnerProgram:
    """Prepare the runner for one Python.

    Raises:
        OSError, CalledProcessError: it is not there, too old, or lacks a module.

    """
    prefix = None if is_below(os.path.realpath(python), SYSTEM) else sys.base_prefix
    return RunnerProgram(python, prefix, _archive(python))


def _archive(python: str) -> bytes:
    remembered, made_of = Remembered(cache_folder()), f"{version_of(python)}\n{own_version()}"
    known = remembered.recall("runner", made_of)
    if known is None:
        known = _compiled(python)
        remembered.keep("runner", made_of, known)
    return known


def _compiled(python: str) -> bytes:
    names = [f"{package}/__init__.py" for package in _PACKAGES] + [f"{_PACKAGES[-1]}/{name}.py" for name in _MODULES]
    with TemporaryDirectory() as folder:
        targets = [str(Path(folder, f"{number}.pyc")) for number in range(len(names))]
        triples = [word for name, target in zip(names, targets, strict=True) for word in (_source(name), name, target)]
        command = [python, "-I", "-S", "-c", _COMPILE, *triples]
        subprocess.run(command, env={}, check=True, capture_output=True)  # noqa: S603 - the words are ours
        return _zipped({f"{name}c": Path(target).read_bytes() for name, target in zip(names, targets, strict=True)})


def _source(name: str) -> str:
    return str(_ROOT / name)


def _zipped(contents: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return made.getvalue()
