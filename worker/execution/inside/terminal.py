"""A terminal of a call's own, and somebody who sits at it: types when the tool waits for it, then ends the input.

The tool opens it by its path as the first thing in its session, which makes it the terminal of that session. Standard
error leads there too, as it does for people, so both streams are one. Sources: pty(7), termios(3), tty_ioctl(4).
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct

from worker.execution.inside.sources import WITHOUT, open_file
from worker.execution.inside.watch import LOOKS_KEPT, TICK_S, VAIN_S, Streams, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SET_SIZE = 0x5414
_CONTROLLING = os.makedev(5, 0)
_END_OF_FILE = b"\x04"
# A line that was not ended takes one, each reader another: after so many whoever still waits wants something else.
_MOST_ENDS = 3
_QUIET_LOOKS = 4
# Who draws something now and then still waits; who is seen at work as often does not.
_MISSED_LOOKS = 5
_VAIN_LOOKS = int(VAIN_S / TICK_S)


class Terminal(Streams):
    """The streams of a call at a terminal; its input may come from elsewhere all the same."""

    def __init__(self, order: dict[str, Any]) -> None:
        super().__init__()
        self.stdin = None
        self._source = order.get("source", b"")
        self._file = open_file(order["file"]) if self._source == b"file" else None
        try:
            self._open_all(*order["tty"])
        except OSError:
            self.close()
            raise

    def _open_all(self, columns: int, rows: int) -> None:
        self._open.update(() if self._file is None else (self._file,))
        self.stdout, slave = os.openpty()
        self._open |= {self.stdout, slave}
        os.set_blocking(self.stdout, False)
        self._path = os.ttyname(slave)
        self._device = os.fstat(slave).st_rdev
        fcntl.ioctl(slave, _SET_SIZE, struct.pack("HHHH", rows, columns, 0, 0))
        # What nobody writes to: the messages come over the terminal.
        self.stderr = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self._open.add(self.stderr)
        # Held until the tool has it, for a terminal that nobody holds hangs up.
        self.theirs = (slave,) if self._file is None else (slave, self._file)

    @property
    def actions(self) -> list[tuple[Any, ...]]:
        first = 0 if self._source in {b"", b"silent"} else 1
        opening = (os.POSIX_SPAWN_OPEN, first, self._path, os.O_RDWR, 0)
        others = [(os.POSIX_SPAWN_DUP2, first, number) for number in range(first + 1, 3)]
        if self._file is not None:
            return [opening, *others, (os.POSIX_SPAWN_DUP2, self._file, 0)]
        return [opening, *others] if first == 0 else [WITHOUT, opening, *others]

    def watched(self, order: dict[str, Any], leader: int, began: float) -> Watch:
        return Attendance(order, self, leader, began)

    def is_input(self, status: os.stat_result) -> bool:
        return stat.S_ISCHR(status.st_mode) and status.st_rdev in {self._device, _CONTROLLING}


class Attendance(Watch):
    """Watches a call at a terminal, and types there.

    Only when the tool waits for it: what is typed before may be thrown away by the tool, as by every program that asks
    for a password.
    """

    def __init__(self, order: dict[str, Any], terminal: Terminal, leader: int, began: float) -> None:
        super().__init__(order, terminal, leader, began)
        self._is_silent = order.get("source") == b"silent"
        self._ends = 0
        self._waited = 0
        self._quiet = 0
        self._heard_bytes = 0
        self._since_input = LOOKS_KEPT

    def end(self) -> dict[str, Any]:
        self._hear_again()
        return super().end()

    def _doing(self) -> str:
        # Who draws while it waits for a key is not computing without end.
        return "input" if self._since_input < LOOKS_KEPT else super()._doing()

    def _read(self, descriptor: int) -> bool:
        try:
            return super()._read(descriptor)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            if descriptor in self._do:
                self._forget(descriptor)  # for now nobody holds it
            return False

    def _look(self) -> None:
        super()._look()
        if self._ended is not None or self._ended_by:
            return
        self._hear_again()
        found = self._at(0.0)
        is_seen = found == "input"
        self._since_input = 0 if is_seen else self._since_input + 1
        self._waited = max(0, self._waited + (1 if is_seen else -_MISSED_LOOKS))
        # Where nothing of a process can be seen, silence has to do.
        if not self._is_silent and (is_seen or (not found and self._has_been_quiet())):
            self._type()

    def _hear_again(self) -> None:
        """Listen once more where nobody held the terminal: it may have been opened again by its name."""
        if self._streams.stdout not in self._do:
            self._hear(self._streams.stdout, self._read)

    def _has_been_quiet(self) -> bool:
        heard = self._captures[self._streams.stdout].total_bytes
        self._quiet = self._quiet + 1 if heard == self._heard_bytes else 0
        self._heard_bytes = heard
        return self._quiet >= _QUIET_LOOKS

    def _type(self) -> None:
        """Type what there is, end the input when there is no more, and give up on who still waits."""
        self._input = self._input or self._more
        if self._input:
            self._input = self._input[self._typed(self._input) :]
            self._waited = 0
        elif self._ends < _MOST_ENDS:
            self._ends += self._typed(_END_OF_FILE)
            self._waited = 0
        elif self._waited >= _VAIN_LOOKS:
            self._ended_by = "input"

    def _typed(self, keys: bytes | memoryview) -> int:
        try:
            return os.write(self._streams.stdout, keys)
        except BlockingIOError:
            return 0
