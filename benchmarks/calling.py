"""Has calls made by a process of its own, and looks at that process meanwhile."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ordinary
from benchmarks.caller import Answer, Opening, Order
from benchmarks.processes import Memory, descendants, descriptors, memory_of, mounts
from benchmarks.rounds import NotHereError
from shared.models.base import Value
from shared.models.call import Call, CallFile

_ENDING_S = 20.0
_OPENING_S = 120.0
_SETTLING_S = 1.0


@dataclass(frozen=True)
class Held:
    """What a process holds at a moment: itself, and the processes below it.

    Of descriptors and mounts it is the most that one of all these has.
    """

    ours: Memory
    sandbox: Memory
    processes: int
    descriptors: int
    mounts: int


class Caller:
    """The way to the process; `pid` is its number."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._log = log
        self._unread = b""

    def make(
        self, calls: Sequence[Call], jobs: int = 1, seconds: float = 600.0, files: Sequence[CallFile] = ()
    ) -> Answer:
        """Have calls made, all of them with the same files where some are given.

        Raises:
            NotHereError: they cannot be made.

        """
        return self.ask(Order(calls=tuple(calls), files=tuple(files), jobs=jobs, seconds=seconds), seconds + _OPENING_S)

    def ask(self, asked: Value, patience_s: float) -> Answer:
        """Send a line, and wait for the line that answers it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(asked.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
            answer = Answer.model_validate_json(self._line(time.monotonic() + patience_s))
        except BrokenPipeError as error:
            raise NotHereError(self._told()) from error
        if answer.why_not:
            raise NotHereError(answer.why_not)
        return answer

    def held(self) -> Held:
        """Look at what it holds now."""
        below = descendants(self.pid)
        most = (max(look(pid) for pid in (self.pid, *below)) for look in (descriptors, mounts))
        return Held(memory_of([self.pid]), memory_of(below), len(below), *most)

    def settled(self, before: Held) -> Held:
        """Look at what it holds, once what was killed a moment ago has had time to go."""
        end = time.monotonic() + _SETTLING_S
        while (now := self.held()).processes > before.processes and time.monotonic() < end:
            time.sleep(_SETTLING_S / 20)
        return now

    def _line(self, end: float) -> bytes:
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            if not select.select([source], [], [], max(0.0, end - time.monotonic()))[0]:
                raise NotHereError("no answer in time")
            part = os.read(source, 1 << 20)
            if not part:
                raise NotHereError(self._told())
            self._unread += part
        line, self._unread = self._unread.split(b"\n", 1)
        return line

    def _told(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


@contextmanager
def open_caller(opening: Opening, folder: Path, *, keeps_user: bool = False) -> Iterator[Caller]:
    """Start a process with an open sandbox; at the end it is gone.

    Raises:
        NotHereError: the sandbox cannot be used here.

    """
    log = folder / f"caller-{time.monotonic_ns()}.log"
    words = [ordinary.python(keeps_user=keeps_user), "-m", "benchmarks.caller"]
    with log.open("wb") as told:
        process = ordinary.start(
            words, folder, keeps_user=keeps_user, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told
        )
    with process:
        try:
            caller = Caller(process, log)
            caller.ask(opening, _OPENING_S)
            yield caller
            assert process.stdin is not None
            process.stdin.close()
            process.wait(_ENDING_S)
        finally:
            process.kill()
