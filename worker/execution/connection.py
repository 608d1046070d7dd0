"""A runner that was started, and the socket to it: asked under a guard, ended with all that it holds."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.interfaces.executor import Guard
from worker.execution.inside import wire

GUARD_S = 0.05
_PART_BYTES = 1 << 18
_TOLD_BYTES = 600
_ENDING_S = 1.0
_MOST_ANSWERED_BYTES = 1 << 28


class RunnerFailedError(Exception):
    """The runner, or what it was started in, failed us; nothing is said about the tool."""


class NotBegunError(RunnerFailedError):
    """The runner could not make ready for a call; nothing of it has run."""


@dataclass(frozen=True)
class Launch:
    """How a runner is started: its words with the number of its socket, the descriptors that it inherits, its user.

    Where `is_standard`, the socket is its standard input and output too. `env` is all the environment that it gets.
    """

    words: Callable[[int], Sequence[str]]
    descriptors: Sequence[int] = ()
    user: int | None = None
    is_standard: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


Start = Callable[[Callable[[], "subprocess.Popen[bytes]"]], "subprocess.Popen[bytes]"]
"""Starts a process: here, or in a thread that lasts as long as it."""


@contextmanager
def start(launch: Launch, begin: Start = lambda start_it: start_it()) -> Iterator[Connection]:
    """Start a runner; whatever happens, it and all that it holds are gone at the end.

    Raises:
        OSError: it cannot be started.

    """
    ours, theirs = socket.socketpair()
    log = os.memfd_create("log")
    try:
        with ours:
            process = begin(lambda: _started(launch, theirs, log))
            try:
                yield Connection(process, ours, log)
            finally:
                ours.close()
                _end(process)
    finally:
        os.close(log)


def _started(launch: Launch, theirs: socket.socket, log: int) -> subprocess.Popen[bytes]:
    identity: Mapping[str, Any] = {}
    if launch.user is not None:
        identity = {"user": launch.user, "group": launch.user, "extra_groups": []}
    with theirs:
        return subprocess.Popen(  # noqa: S603 - the words are ours
            launch.words(theirs.fileno()),
            stdin=theirs.fileno() if launch.is_standard else subprocess.DEVNULL,
            stdout=theirs.fileno() if launch.is_standard else log,
            stderr=log,
            env=launch.env,
            cwd="/",
            umask=0o022,
            # A key pressed at our terminal is for us alone.
            start_new_session=True,
            pass_fds=(theirs.fileno(), *launch.descriptors),
            **identity,
        )


@dataclass(frozen=True)
class Connection:
    """The way to one runner."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    log: int

    def ask(self, order: Mapping[str, Any], guard: Guard, patience_s: float) -> Mapping[str, Any]:
        """Send an order and wait for the answer; the guard is asked all the while.

        Raises:
            Stop: the attempt must end.
            RunnerFailedError: there is no answer, or none that can be read.

        """
        waiting = _Waiting(self, guard, time.monotonic() + patience_s)
        try:
            waiting.send(wire.frame(order))
            answer = wire.decode(waiting.receive())
        except wire.WireError as error:
            raise RunnerFailedError(f"the runner's answer is {error}") from error
        except (EOFError, ConnectionError) as error:
            raise RunnerFailedError(self._told() or "the runner fell silent") from error
        if not isinstance(answer, dict) or "error" in answer:
            is_begun = not isinstance(answer, dict) or "not_begun" not in answer
            raise RunnerFailedError(_text(answer)) if is_begun else NotBegunError(_text(answer))
        return answer

    @property
    def is_there(self) -> bool:
        """Tell whether what started the runner still runs."""
        return self.process.poll() is None

    def hang_up(self) -> None:
        """Let the runner end by itself, without waiting for it."""
        self.socket.shutdown(socket.SHUT_RDWR)

    def _told(self) -> str:
        """Give what it said before it ended, which it is given a moment for."""
        _wait(self.process, _ENDING_S)
        return os.pread(self.log, _TOLD_BYTES, 0).decode(errors="replace").strip()


class _Waiting:
    """One exchange over a socket, as long as the guard and the time allow."""

    def __init__(self, connection: Connection, guard: Guard, end: float) -> None:
        self._socket = connection.socket
        self._process = connection.process
        self._guard = guard
        self._end = end
        self._next_check = 0.0
        self._poll = select.poll()
        self._socket.settimeout(0)

    def send(self, raw: bytes) -> None:
        rest = memoryview(raw)
        while rest:
            try:
                rest = rest[self._socket.send(rest[:_PART_BYTES]) :]
            except BlockingIOError:
                self._until(select.POLLOUT)

    def receive(self) -> bytes:
        """Give the body of one frame; its sender says nothing more before it hears from us."""
        raw = self._more(bytearray())
        while len(raw) < wire.HEADER_BYTES:
            self._more(raw)
        size = int.from_bytes(raw[: wire.HEADER_BYTES], "big")
        if size > _MOST_ANSWERED_BYTES:
            raise RunnerFailedError(f"an answer of {size} bytes")
        while len(raw) < wire.HEADER_BYTES + size:
            self._more(raw)
        return bytes(raw[wire.HEADER_BYTES :])

    def _more(self, raw: bytearray) -> bytearray:
        self._until(select.POLLIN)
        part = self._socket.recv(_PART_BYTES)
        if not part:
            raise EOFError
        raw += part
        return raw

    def _until(self, what: int) -> None:
        self._poll.register(self._socket, what)
        while True:
            now = time.monotonic()
            if now >= self._next_check:
                self._guard.check()
                self._next_check = now + GUARD_S
            if now >= self._end:
                raise RunnerFailedError("the runner does not answer")
            if self._poll.poll((self._next_check - now) * 1000):
                return
            if self._process.poll() is not None:
                raise EOFError  # a child of what started the runner may hold the socket for ever


def _text(answer: object) -> str:
    said = answer.get("error") if isinstance(answer, dict) else answer
    return said.decode(errors="replace") if isinstance(said, bytes) else "an answer that makes no sense"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait until it has ended by itself, as it does when its socket closes; else kill it, the inner process first.

    What started the runner then takes it in, so that no zombie is left to whoever is the first process here.
    """
    if not _wait(process, _ENDING_S):
        for child in _children(process.pid):
            _kill(child)
        if not _wait(process, _ENDING_S):
            process.kill()
    process.wait()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait without the pauses in which `subprocess` waits for a time."""
    if process.poll() is not None:
        return True
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return _wait_with_pauses(process, seconds)  # a kernel before 5.3
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(seconds * 1000)
    finally:
        os.close(descriptor)
    return process.poll() is not None


def _wait_with_pauses(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
