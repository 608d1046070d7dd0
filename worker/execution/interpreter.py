"""The Python that runs the runner in containers: ours, with all that it loads, shown read-only in each of them.

An image need not hold a Python, nor a library, nor a loader. What is shown lies in one folder that no image has, is
started through its own loader, and is the same for all images, so that what was tried with it in one holds in all.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from shared.interfaces.executor import Guard
from worker.execution.archive import RunnerProgram, runner_program, starting
from worker.execution.container_engine import LABEL, ContainerEngine, ContainerEngineRefusedError
from worker.execution.elf import read_linked
from worker.execution.remembered import version_of

_PLACE = "/testronaut"
_PYTHON = f"{_PLACE}/bin/python3"
_LIBRARIES = f"{_PLACE}/lib"
_ARCHIVE = f"{_PLACE}/run.zip"
_NAME = f"{LABEL}-python"
# Of the standard library, what no program needs while it runs.
_LEFT_OUT = frozenset(
    {"dist-packages", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tkinter", "turtledemo"}
)
_LEFT_OUT_BEGINNING = "config-"
# What the runner and the trials import, or may: with it come the libraries that are linked to it. Names of libraries
# are those that the loader found them by, as dl_iterate_phdr(3) gives them.
_LIST = """
import ctypes, json, os, sys
import array, fcntl, hashlib, math, mmap, pty, resource, select, signal, socket, struct, termios, zlib
class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
found = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
def note(info, size, data):
    found.append(os.fsdecode(info.contents.name or b""))
    return 0
ctypes.CDLL(None).dl_iterate_phdr(note, None)
version = "python%d.%d" % sys.version_info[:2]
json.dump({"version": version, "standard": os.path.dirname(os.__file__), "libraries": found}, sys.stdout)
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine, the folder of its standard library, the libraries that it loads, and the runner."""

    program: RunnerProgram
    version: str
    standard: str
    libraries: tuple[str, ...]
    loader: str | None

    @property
    def image(self) -> str:
        """Name the image that holds it at an engine."""
        return f"{_NAME}:{self.digest}"

    @property
    def container(self) -> str:
        """Name the container that shows it to others."""
        return f"{_NAME}-{self.digest}"

    @property
    def digest(self) -> str:
        """Give 16 hexadecimal digits for all that it is made of."""
        libraries = sorted(f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in self._statuses())
        whole = sha256("\n".join([version_of(self.program.python), *libraries]).encode())
        whole.update(self.program.archive)
        return whole.hexdigest()[:16]

    def python(self) -> list[str]:
        """Give the words that start it inside."""
        if self.loader is None:
            return [_PYTHON]
        return [f"{_LIBRARIES}/{Path(self.loader).name}", "--library-path", _LIBRARIES, _PYTHON]

    def runner(self, owner: str) -> list[str]:
        """Give the words that start the runner inside, on the standard streams; `owner` is what its module says."""
        return [*self.python(), *starting(_ARCHIVE, "contained"), "0", "1", owner]

    def write(self, file: IO[bytes]) -> None:
        """Write all that is to be shown, as a tar archive."""
        with tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(os.path.realpath(self.program.python), _inside(_PYTHON), filter=_readable)
            for path in self._linked():
                archive.add(os.path.realpath(path), _inside(f"{_LIBRARIES}/{Path(path).name}"), filter=_readable)
            archive.add(self.standard, _inside(f"{_LIBRARIES}/{self.version}"), filter=_needed)
            member = tarfile.TarInfo(_inside(_ARCHIVE))
            member.size = len(self.program.archive)
            archive.addfile(member, BytesIO(self.program.archive))

    def _linked(self) -> list[str]:
        paths = [*self.libraries, *([self.loader] if self.loader else [])]
        return sorted({path for path in paths if path.startswith("/") and not path.startswith(f"{self.standard}/")})

    def _statuses(self) -> Iterator[tuple[str, os.stat_result]]:
        for path in (*self._linked(), f"{self.standard}/os.py"):
            yield path, Path(path).stat()


def interpreter() -> Interpreter:
    """Take the Python that runs the runner on this machine, too."""
    return _listed(runner_program())


@cache
def _listed(program: RunnerProgram) -> Interpreter:
    command = [program.python, "-I", "-S", "-c", _LIST]
    listed = subprocess.run(command, env={}, check=True, capture_output=True)  # noqa: S603 - the words are ours
    said: Mapping[str, str] = json.loads(listed.stdout)
    return Interpreter(
        program=program,
        version=said["version"],
        standard=said["standard"],
        libraries=tuple(said["libraries"]),
        loader=read_linked(os.path.realpath(program.python)).loader,
    )


def image_with(engine: ContainerEngine, interpreter: Interpreter, guard: Guard) -> str:
    """Give the name of an image with nothing but the interpreter, made where the engine has none."""
    name = interpreter.image
    if engine.find("image", name) is None:
        with engine.alone(name, guard):
            if engine.find("image", name) is None:
                _make_image(engine, interpreter)
    return name


def holder_of(engine: ContainerEngine, interpreter: Interpreter, guard: Guard) -> str:
    """Give the name of a container, never started, whose volume shows the interpreter to others.

    By the volume of a container, since an engine makes an empty one where the name of another is not known; nothing of
    it depends on where the engine's machine keeps its files, or which machine that is.
    """
    name = interpreter.container
    if engine.find("container", name) is None:
        image = image_with(engine, interpreter, guard)
        with engine.alone(name, guard):
            if engine.find("container", name) is None:
                _make_holder(engine, name, image)
    return name


def _make_image(engine: ContainerEngine, interpreter: Interpreter) -> None:
    with TemporaryFile() as file:
        interpreter.write(file)
        engine.ask("import", "--change", f"LABEL {LABEL}=python", "-", interpreter.image, given=file)


def _make_holder(engine: ContainerEngine, name: str, image: str) -> None:
    words = ["create", "--name", name, "--label", f"{LABEL}=python", "--network", "none", "--volume", _PLACE, image]
    try:
        engine.ask(*words, _PYTHON)
    except ContainerEngineRefusedError:
        # Somebody else, on another machine, was quicker.
        if engine.find("container", name) is None:
            raise


def _inside(path: str) -> str:
    return path.lstrip("/")


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode |= 0o555 if member.isdir() or member.mode & 0o100 else 0o444
    return member


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(member.name).name
    is_needed = name not in _LEFT_OUT and not name.startswith(_LEFT_OUT_BEGINNING)
    return _readable(member) if is_needed else None
