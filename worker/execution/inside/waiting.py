"""Says what the processes of a call are at: which system call each thread stands in, and what is at its other end.

All of it is read from /proc, of which a kernel or a container may show less; what cannot be seen is never guessed.
Sources: proc(5) for `syscall` (its number and arguments) and `fdinfo`, poll(2), select(2), epoll_wait(2), futex(2).
"""

# pathlib costs 3 ms of every start.
# ruff: noqa: PTH116, PTH208

from __future__ import annotations

import os
import stat
import struct

from worker.execution.inside.processes import contents_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.execution.inside.processes import Process

    IsInput = Callable[[os.stat_result], bool]

# Of one processor, in the last second; a machine that is busy with others gives less of it.
_MUCH = 0.5
_SOME = 0.1
_MOST_THREADS = 256
_MOST_DESCRIPTORS = 1024
_MINUS_ONE = 0xFFFFFFFF
_FUTEX_WAITS = frozenset({0, 6, 9, 11, 13})
_FUTEX_COMMAND = 0x7F
_LOCK_WAITS = frozenset({7, 38})
_POLLED = struct.Struct("=ihh")

# By the numbers of the kernel's own architecture: those of a 32-bit tool mean nothing here, and are told as `other`.
_X86_64 = {
    "read": (0, 19),
    "write": (1, 20),
    "poll": (7,),
    "ppoll": (271,),
    "select": (23, 270),
    "epoll": (232, 281),
    "epoll2": (441,),
    "sleep": (35, 219, 230),
    "child": (61, 247),
    "futex": (202,),
    "fcntl": (72,),
    "lock": (65, 73),
    "network": (42, 43, 44, 45, 46, 47, 288, 299),
}
_AARCH64 = {
    "read": (63, 65),
    "write": (64, 66),
    "ppoll": (73,),
    "select": (72,),
    "epoll": (22,),
    "epoll2": (441,),
    "sleep": (101, 115, 128),
    "child": (95, 260),
    "futex": (98,),
    "fcntl": (25,),
    "lock": (32, 193),
    "network": (202, 203, 206, 207, 211, 212, 242, 243),
}
_TABLES = {"x86_64": _X86_64, "aarch64": _AARCH64}
_CALLS = {number: call for call, numbers in _TABLES.get(os.uname().machine, {}).items() for number in numbers}

# The first that any thread is at is what the call is at: who waits for time or for somebody outside may go on one day.
_TELLING = ("input", "network", "sleep", "other", "stopped", "lock")


def doing(running: list[Process], share: float, is_input: IsInput) -> str:
    """Say in one word what processes are at; nothing where that cannot be seen.

    `share` is how much of a processor they have used of late.
    """
    words = {word for process in running for word in _words_of(process.pid, is_input)}
    if running and (share >= _MUCH or ("running" in words and share >= _SOME)):
        return "processor"
    words = {"other" if word == "running" else word for word in words}
    if "input" in words:
        return "input"
    if "" in words:
        return ""
    return next((word for word in _TELLING if word in words), _among_themselves(words, len(running)))


def _among_themselves(words: set[str], count: int) -> str:
    """Tell who wait for nobody but each other, and will for ever."""
    if "pipe" in words:
        return "lock" if count > 1 else "other"
    return "child" if "child" in words else ""


def _words_of(pid: int, is_input: IsInput) -> Iterator[str]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")[:_MOST_THREADS]
    except OSError:
        return  # it has just ended
    for thread in threads:
        try:
            yield _word_of(pid, f"/proc/{pid}/task/{thread}", is_input)
        except (OSError, ValueError, IndexError, struct.error):
            yield ""


def _word_of(pid: int, thread: str, is_input: IsInput) -> str:
    state = contents_of(f"{thread}/stat").rpartition(b")")[2].split()[0]
    if state in {b"T", b"t"}:
        return "stopped"
    if state == b"R":
        return "running"
    number, *words = contents_of(f"{thread}/syscall").split()
    if number == b"running":
        return "running"
    return _Standing(pid, is_input).at(_CALLS.get(int(number), ""), [int(word, 16) for word in words])


class _Standing:
    """A process that stands in a system call."""

    def __init__(self, pid: int, is_input: IsInput) -> None:
        self._process = f"/proc/{pid}"
        self._is_input = is_input

    def at(self, call: str, given: list[int]) -> str:
        """Say what it waits for, by the name of the call and its arguments."""
        look = _LOOKS.get(call)
        return look(self, given) if look else call or "other"

    def reads(self, given: list[int]) -> str:
        """Look at what it reads from."""
        return self._other_end(given[0])

    def writes(self, given: list[int]) -> str:
        """Look at what it writes to; a terminal takes no more where it is held up."""
        end = self._other_end(given[0])
        return "other" if end == "input" else end

    def polls(self, given: list[int]) -> str:
        """Look at what it polls, for a time in milliseconds."""
        return self._any_of(self._polled(given[0], given[1]), given[2] & _MINUS_ONE != _MINUS_ONE)

    def polls_precisely(self, given: list[int]) -> str:
        """Look at what it polls, for a time that stands elsewhere."""
        return self._any_of(self._polled(given[0], given[1]), bool(given[2]))

    def selects(self, given: list[int]) -> str:
        """Look at what it would read, of a set of descriptors."""
        return self._any_of(self._selected(given[0], given[1]), bool(given[4]))

    def waits_for_events(self, given: list[int]) -> str:
        """Look at what an event descriptor watches, for a time in milliseconds."""
        return self._any_of(self._registered(given[0]), given[3] & _MINUS_ONE != _MINUS_ONE)

    def waits_for_events_precisely(self, given: list[int]) -> str:
        """Look at what an event descriptor watches, for a time that stands elsewhere."""
        return self._any_of(self._registered(given[0]), bool(given[3]))

    def waits_for_a_word(self, given: list[int]) -> str:
        """Tell who waits for a lock from who waits for it for a time."""
        if given[1] & _FUTEX_COMMAND not in _FUTEX_WAITS:
            return "other"
        return "sleep" if given[3] else "lock"

    def controls(self, given: list[int]) -> str:
        """Tell who waits for the lock of a file."""
        return "lock" if given[1] in _LOCK_WAITS else "other"

    def _other_end(self, descriptor: int) -> str:
        status = os.stat(f"{self._process}/fd/{descriptor}")
        if self._is_input(status):
            return "input"
        if stat.S_ISSOCK(status.st_mode):
            return "network"
        return "pipe" if stat.S_ISFIFO(status.st_mode) else "other"

    def _any_of(self, descriptors: list[int], is_timed: bool) -> str:  # noqa: FBT001 - what the call was given
        ends = {self._other_end(descriptor) for descriptor in descriptors}
        first = next((end for end in ("input", "network") if end in ends), "")
        if first or ends == {"pipe"}:
            return first or ("sleep" if is_timed else "pipe")
        return "other" if ends and not is_timed else "sleep"

    def _polled(self, place: int, count: int) -> list[int]:
        raw = self._memory(place, min(count, _MOST_DESCRIPTORS) * _POLLED.size)
        return [descriptor for descriptor, *_ in _POLLED.iter_unpack(raw) if descriptor >= 0]

    def _selected(self, count: int, place: int) -> list[int]:
        if not place:
            return []
        bits = int.from_bytes(self._memory(place, (min(count, _MOST_DESCRIPTORS) + 7) // 8), "little")
        return [number for number in range(min(count, _MOST_DESCRIPTORS)) if bits >> number & 1]

    def _registered(self, descriptor: int) -> list[int]:
        lines = contents_of(f"{self._process}/fdinfo/{descriptor}").splitlines()
        return [int(line.split()[1]) for line in lines if line.startswith(b"tfd:")]

    def _memory(self, place: int, size: int) -> bytes:
        memory = os.open(f"{self._process}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(memory, size, place)
        finally:
            os.close(memory)


_LOOKS = {
    "read": _Standing.reads,
    "write": _Standing.writes,
    "poll": _Standing.polls,
    "ppoll": _Standing.polls_precisely,
    "select": _Standing.selects,
    "epoll": _Standing.waits_for_events,
    "epoll2": _Standing.waits_for_events_precisely,
    "futex": _Standing.waits_for_a_word,
    "fcntl": _Standing.controls,
}
