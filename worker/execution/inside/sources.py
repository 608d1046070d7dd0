"""Standard inputs that are no content: an open one that stays silent, none at all, a file of the call's folder."""

from __future__ import annotations

import os
import stat

from worker.execution.inside import filesystem
from worker.execution.inside.watch import Pipes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WITHOUT = (os.POSIX_SPAWN_CLOSE, 0)


def pipes_of(order: dict[str, Any]) -> Pipes:
    """Open the streams of a call with such an input.

    Raises:
        OSError: they cannot be had.

    """
    if order["source"] == b"silent":
        return Silent()
    return Closed() if order["source"] == b"closed" else Reading(open_file(order["file"]))


class Silent(Pipes):
    """Input that stays open, and never says anything."""

    def __init__(self) -> None:
        super().__init__(has_stdin=True)
        status = os.fstat(self.theirs[0])
        self._pipe = (status.st_dev, status.st_ino)
        self.stdin = None  # held, and never fed

    def is_input(self, status: os.stat_result) -> bool:
        return (status.st_dev, status.st_ino) == self._pipe


class Closed(Pipes):
    """No input: there is no such descriptor."""

    def __init__(self) -> None:
        super().__init__(has_stdin=False)

    @property
    def actions(self) -> list[tuple[Any, ...]]:
        return [WITHOUT, *super().actions[1:]]


class Reading(Pipes):
    """Input from a file that is open already."""

    def __init__(self, file: int) -> None:
        super().__init__(has_stdin=False)
        self.close_one(self.theirs[0])
        self.theirs = (file, *self.theirs[1:])
        self._open.add(file)


def open_file(path: bytes) -> int:
    """Open a file or folder below the working folder, to which no link may lead: an earlier call may have made it.

    Raises:
        OSError: it is not there, may not be read, or is neither.

    """
    here = os.open(b".", filesystem.FOLDER)
    try:
        file = filesystem.opened_at(here, path, filesystem.FILE)
    finally:
        os.close(here)
    mode = os.fstat(file).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        os.close(file)
        raise OSError(f"{path!r} is no file that standard input could come from")
    os.set_blocking(file, True)
    return file
