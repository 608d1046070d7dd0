"""Finds a tool on this machine, as a shell would, and says what it is made of and what it needs to see."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.interfaces.executor import Provided, ToolNotExecutableError, ToolNotFoundError
from shared.models.job import ToolSpec
from shared.utils.errors import UsageError
from shared.utils.text import near
from shared.utils.text import visible as shown
from worker.execution.fingerprint import fingerprint_of
from worker.execution.visible import View, known_homes, view_of

_ELF = b"\x7fELF"
_FIRST_BYTES = 512


class ImageUnusableError(UsageError):
    """The sandbox runs tools of this machine, and an image was named."""

    code = "image.unusable"
    hint = "Leave --sandbox out, or: --sandbox docker"


@dataclass(frozen=True)
class Found:
    """A tool, and what must be shown of this machine for it to run."""

    provided: Provided
    view: View


def find(tool: ToolSpec, search: Sequence[str] | None = None, homes: Collection[str] | None = None) -> Found:
    """Find a tool by its name in the folders of PATH, or by its path; the path it has is the one that was asked for.

    A tool that was asked for by name is called by it, so that it speaks of itself as its users see it.

    Raises:
        ToolNotFoundError, ToolNotExecutableError, ToolOutOfReachError: it cannot be called.
        ImageUnusableError: it is not to be found on this machine, but in an image.

    """
    if tool.image is not None:
        raise ImageUnusableError(f"{shown(tool.name)} lies in the image {shown(tool.image)}, which is run elsewhere")
    folders = searched_folders() if search is None else search
    asked, *fixed = tool.argv
    name = os.fsdecode(asked)
    is_named = "/" not in name
    program = _search(name, folders) if is_named else str(Path.cwd() / name)  # links before `..` stay as they are
    _require_program(program)
    view = view_of(program, folders, known_homes() if homes is None else homes, is_named=is_named)
    called = asked if is_named else os.fsencode(program)
    return Found(Provided(path=program, argv=(called, *fixed), fingerprint=fingerprint_of(view)), view)


def searched_folders() -> list[str]:
    """Give the folders of PATH; those that depend on where we stand are left out."""
    return [folder for folder in os.get_exec_path() if folder.startswith("/")]


def _search(name: str, folders: Sequence[str]) -> str:
    candidates = [path for folder in folders if (path := Path(folder, name)).is_file()]
    executable = next((path for path in candidates if os.access(path, os.X_OK)), None)
    if executable:
        return str(executable)
    if candidates:
        raise _not_executable(str(candidates[0]))
    likely = near(name, _programs(folders), most=3)
    hint = f"Did you mean {' or '.join(shown(word) for word in likely)}?" if likely else None
    raise ToolNotFoundError(f"no program on PATH is called {shown(name)!r}", hint)


def _require_program(path: str) -> None:
    if not os.path.lexists(path):
        likely = near(Path(path).name, _names_in(str(Path(path).parent)), most=1)
        hint = f"Did you mean {shown(str(Path(path).parent / likely[0]))}?" if likely else None
        raise ToolNotFoundError(f"nothing is at {shown(path)}", hint)
    if Path(path).is_dir():
        raise ToolNotExecutableError(f"{shown(path)} is a folder", "Name the program in it.")
    if not os.access(path, os.X_OK):
        raise _not_executable(path)
    if _is_data(path):
        raise ToolNotExecutableError(f"{shown(path)} is no program: it has no first line that says what runs it", "")


def _not_executable(path: str) -> ToolNotExecutableError:
    return ToolNotExecutableError(f"{shown(path)} is not executable", f"Make it executable: chmod +x {shown(path)}")


def _is_data(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            start = file.read(_FIRST_BYTES)
    except OSError:
        return False  # it may be executed, not read
    return b"\0" in start and not start.startswith((_ELF, b"#!"))


def _programs(folders: Sequence[str]) -> set[str]:
    return {name for folder in folders for name in _names_in(folder)}


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
