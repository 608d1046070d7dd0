"""Watches one running call: feeds it, listens to it, notes the first limit that it passes, and ends it."""

from __future__ import annotations

import os
import select
import time

from worker.execution.inside import filesystem, memory, processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TICK_S = 0.05
GRACE_S = 0.05
VAIN_S = 2.0
_LONGEST_WORDING = 64
LOOKS_KEPT = 20
# The limits of which it is asked what the call was at when it passed them.
_OVERDUE = frozenset({"wall", "cpu", "vain", "input"})
_PART_BYTES = 1 << 16


class AbandonedError(Exception):
    """Nobody waits for the answer any more."""


def streams_of(order: dict[str, Any]) -> Streams:
    """Open the standard streams that a call is ordered to have.

    Raises:
        OSError: they cannot be had.

    """
    if "tty" in order:
        from worker.execution.inside.terminal import Terminal  # noqa: PLC0415 - few calls need it

        return Terminal(order)
    if "source" in order:
        from worker.execution.inside import sources  # noqa: PLC0415 - few calls need it

        return sources.pipes_of(order)
    return Pipes("stdin" in order)


class Streams:
    """The standard streams of a call: the tool's ends, and ours, which never block.

    `stdin` is what it is fed by, None where nothing is fed.
    """

    stdin: int | None
    stdout: int
    stderr: int
    theirs: tuple[int, ...]

    def __init__(self) -> None:
        self._open: set[int] = set()

    @property
    def actions(self) -> list[tuple[Any, ...]]:
        """Say what gives the tool its ends, in the way of `os.posix_spawn`."""
        return [(os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate(self.theirs)]

    def watched(self, order: dict[str, Any], leader: int, began: float) -> Watch:
        """Give what watches a call that has these streams."""
        return Watch(order, self, leader, began)

    def is_input(self, status: os.stat_result) -> bool:
        """Tell whether a descriptor of the tool is one on which nothing may ever come."""
        return False

    def close_theirs(self) -> None:
        for descriptor in self.theirs:
            self.close_one(descriptor)

    def close_one(self, descriptor: int) -> None:
        self._open.remove(descriptor)
        os.close(descriptor)

    def close(self) -> None:
        for descriptor in tuple(self._open):
            self.close_one(descriptor)


class Pipes(Streams):
    """A pipe for each stream; without input one from which nothing can be read."""

    def __init__(self, has_stdin: bool) -> None:  # noqa: FBT001 - the only word there is to say
        super().__init__()
        self.stdin = None
        if has_stdin:
            stdin, self.stdin = os.pipe2(os.O_CLOEXEC)
        else:
            stdin = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self.stdout, stdout = os.pipe2(os.O_CLOEXEC)
        self.stderr, stderr = os.pipe2(os.O_CLOEXEC)
        self.theirs = (stdin, stdout, stderr)
        self._open = {self.stdout, self.stderr, *self.theirs} | ({self.stdin} if self.stdin is not None else set())
        for ours in self._open.difference(self.theirs):
            os.set_blocking(ours, False)


class Capture:
    """What one stream carried: both ends of it, its length, and the hash of more than is kept."""

    def __init__(self, kept_bytes: int) -> None:
        self.total_bytes = 0
        self._half = kept_bytes // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._hash: Any = None

    def add(self, part: bytes) -> None:
        """Take in the next bytes."""
        self.total_bytes += len(part)
        if self._hash is None and self.total_bytes > 2 * self._half:
            import hashlib  # noqa: PLC0415 - few calls need it, and it costs 2 ms

            self._hash = hashlib.sha256(self._head + self._tail)
        if self._hash is not None:
            self._hash.update(part)
        room = self._half - len(self._head)
        self._head += part[:room]
        self._tail += part[room:]
        if len(self._tail) > 4 * self._half:
            self._trim()

    def report(self) -> dict[str, Any]:
        """Say it; the hash is missing where everything is there to make it of."""
        self._trim()
        seen = {"head": bytes(self._head), "tail": bytes(self._tail), "total_bytes": self.total_bytes}
        return seen if self._hash is None else {**seen, "sha256": self._hash.hexdigest()}

    def _trim(self) -> None:
        del self._tail[: max(0, len(self._tail) - self._half)]


class Watch:
    """One running call: feeds it, listens to it, and notes the first limit that it passes."""

    def __init__(self, order: dict[str, Any], streams: Streams, leader: int, began: float) -> None:
        self._order = order
        self._streams = streams
        self._leader = leader
        self._began = began
        self._ended: float | None = None
        self._status: int | None = None
        self._is_any_left = True
        self._ended_by = ""
        self._usage = processes.Usage()
        self._spent = [(began, 0.0)]
        self._input = memoryview(order.get("stdin") or b"")
        self._more = self._input if "endless" in order else self._input[:0]
        self._captures = {stream: Capture(order["kept_bytes"]) for stream in (streams.stdout, streams.stderr)}
        self._ends_at, self._ends_by = began + order["wall_us"] / 1e6, "wall"
        self._in_vain = order["in_vain"]
        self._heard_last = b""
        self._poll = select.poll()
        self._do: dict[int, Callable[[int], object]] = {}

    def follow(self, socket: int, ends: int) -> None:
        """Return when the call is over, or has to be ended.

        Raises:
            AbandonedError: nobody waits for the answer any more.

        """
        self._hear(socket, _abandon)
        self._hear(ends, self._reap)
        for descriptor in self._captures:
            self._hear(descriptor, self._read)
        if self._streams.stdin is not None:
            self._hear(self._streams.stdin, self._feed, select.POLLOUT)
        self._reap(ends)
        next_look = self._began + TICK_S
        while not self._is_over():
            for descriptor, _ in self._poll.poll(self._patience_ms(next_look)):
                self._do[descriptor](descriptor)
            if time.monotonic() >= next_look:
                self._look()
                next_look = time.monotonic() + TICK_S

    def end(self) -> dict[str, Any]:
        """Kill what is left and say what was seen."""
        is_by_itself = self._ended is not None
        ended = self._ended or time.monotonic()
        if not self._ended_by and ended - self._began > TICK_S and self._is_crowded():
            self._ended_by = "entries"
        leftovers = processes.names_of_living() if is_by_itself and self._is_any_left else []
        waits_for = self._doing() if self._ended_by in _OVERDUE else ""
        status = processes.end_all(self._usage, self._leader) if self._is_any_left else None
        for descriptor in [descriptor for descriptor in self._captures if descriptor in self._do]:
            self._drain(descriptor)
        seen = {
            "ended_by": self._ended_by,
            "wait_status": self._status if self._status is not None else status or 0,
            "duration_us": int((ended - self._began) * 1e6),
            "cpu_us": int(self._usage.cpu_s * 1e6),
            "peak_rss_bytes": self._usage.peak_rss_bytes,
            "leftovers": leftovers,
            "stdout": self._captures[self._streams.stdout].report(),
            "stderr": self._captures[self._streams.stderr].report(),
        }
        return {**seen, "waits_for": waits_for} if waits_for else seen

    def _doing(self) -> str:
        """Say what the processes of the call are at, as long as they live."""
        (then, before), now = self._spent[0], time.monotonic()
        return self._at((self._cpu_s(processes.living()) - before) / max(now - then, TICK_S))

    def _at(self, share: float) -> str:
        from worker.execution.inside import waiting  # noqa: PLC0415 - few calls need it

        return waiting.doing(processes.living(), share, self._streams.is_input)

    def _hear(self, descriptor: int, do: Callable[[int], object], what: int = select.POLLIN) -> None:
        self._poll.register(descriptor, what)
        self._do[descriptor] = do

    def _forget(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        del self._do[descriptor]

    def _is_over(self) -> bool:
        now = time.monotonic()
        if not self._ended_by and self._ended is None and now >= self._ends_at:
            self._ended_by = self._ends_by
        if self._ended_by:
            return True
        if self._ended is None:
            return False
        # Another process may hold a pipe for ever: what the tool began has a moment to end after it, and no more.
        is_silent = not any(descriptor in self._do for descriptor in self._captures)
        return (is_silent and not self._is_any_left) or now - self._ended >= GRACE_S

    def _patience_ms(self, next_look: float) -> float:
        end = self._ends_at if self._ended is None else self._ended + GRACE_S
        return max(0.0, min(next_look, end) - time.monotonic()) * 1000 + 1

    def _reap(self, ends: int) -> None:
        _empty(ends)
        self._is_any_left, status = processes.reap(self._usage, self._leader)
        if status is not None:
            self._status, self._ended = status, time.monotonic()

    def _read(self, descriptor: int) -> bool:
        try:
            part = os.read(descriptor, _PART_BYTES)
        except BlockingIOError:
            return False
        if not part:
            self._forget(descriptor)
            return False
        self._captures[descriptor].add(part)
        if self._in_vain:
            self._listen_for_vain_waiting(part)
        if sum(capture.total_bytes for capture in self._captures.values()) > self._order["output_bytes"]:
            self._ended_by = self._ended_by or "output"
        return True

    def _listen_for_vain_waiting(self, part: bytes) -> None:
        """Give a call a moment more once it has said that what it wants is not there."""
        text = (self._heard_last + part).lower()
        self._heard_last = text[-_LONGEST_WORDING:]
        if any(wording in text for wording in self._in_vain):
            self._in_vain = []
            if (end := time.monotonic() + VAIN_S) < self._ends_at:
                self._ends_at, self._ends_by = end, "vain"

    def _drain(self, descriptor: int) -> None:
        while self._read(descriptor):
            pass

    def _feed(self, descriptor: int) -> None:
        try:
            self._input = self._input[os.write(descriptor, self._input[:_PART_BYTES]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._input = self._more = self._input[:0]  # it does not want to know the rest
        self._input = self._input or self._more
        if not self._input:
            self._forget(descriptor)
            self._streams.close_one(descriptor)

    def _look(self) -> None:
        if self._ended is None and not self._ended_by:
            self._ended_by = self._passed_limit()

    def _passed_limit(self) -> str:
        running = processes.living()
        spent = self._cpu_s(running)
        self._spent = [*self._spent[1 - LOOKS_KEPT :], (time.monotonic(), spent)]
        if spent > self._order["cpu_us"] / 1e6:
            return "cpu"
        most = self._order["memory_bytes"]
        # What processes share is counted for each of them here, so the exact look decides.
        if memory.resident_bytes(running) > most and memory.proportional_bytes(running) > most:
            return "memory"
        return "entries" if self._is_crowded() else ""

    def _cpu_s(self, running: list[processes.Process]) -> float:
        return self._usage.cpu_s + sum(process.cpu_s for process in running)

    def _is_crowded(self) -> bool:
        return any(filesystem.entries_of(volume) > self._order["entries"] for volume in self._order["counted"])


def _abandon(_: int) -> None:
    raise AbandonedError


def _empty(descriptor: int) -> None:
    try:
        while os.read(descriptor, _PART_BYTES):
            pass
    except BlockingIOError:
        return
