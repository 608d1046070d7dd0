"""The processes of a call: begun with nothing of ours, looked at while they run, ended all together.

Every process of the call is a descendant of this one, and its orphans come to it: it is the first process of its
namespace, or it has asked to be their reaper.
"""

# pathlib costs 3 ms of every call.
# ruff: noqa: PTH110, PTH208

from __future__ import annotations

# The public module wraps this one into enums, for 3 ms of every call.
import _signal as signal  # type: ignore[import-not-found]
import ctypes
import errno
import os
import resource
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 4, 36, 38
_PAGE = resource.getpagesize()
_TICKS_S = os.sysconf("SC_CLK_TCK")
_OWN = "/proc/self"
_SIGNALS = range(1, 65)
_KILLING_S = 0.001
_NOT_PREPARED, _NOT_EXECUTED = b"p", b"x"


def protect() -> None:
    """Keep the tool out of this process, and take in what it leaves behind.

    A process that cannot be dumped can be traced by nobody of its own rank, and its memory, descriptors and
    environment under /proc belong to another.
    """
    _control(_SET_DUMPABLE, 0)
    _control(_SET_NO_NEW_PRIVS, 1)
    _control(_SET_CHILD_SUBREAPER, 1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _control(what: int, value: int) -> None:
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def hear_of_ends() -> int:
    """Give a descriptor that becomes readable whenever a child ends."""
    hearing, telling = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    return hearing


class NotExecutedError(Exception):
    """The kernel would not execute the tool; nothing of it has run."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


def spawn(order: dict[str, Any], streams: tuple[int, int, int], folder: int) -> int:
    """Begin the tool in a session of its own, with its limits and default signals, and give its number.

    Raises:
        NotExecutedError: the tool itself cannot be begun.
        OSError: a process for it cannot be made.

    """
    hearing, telling = os.pipe2(os.O_CLOEXEC)
    try:
        pid = os.fork()
        if pid == 0:
            _become(order, streams, folder, telling)
    finally:
        os.close(telling)
    try:
        failure = os.read(hearing, 16)
    finally:
        os.close(hearing)
    if failure:
        os.waitpid(pid, 0)
        kind, number = failure[:1], int(failure[1:])
        raise NotExecutedError(number) if kind == _NOT_EXECUTED else OSError(number, os.strerror(number))
    return pid


def _become(order: dict[str, Any], streams: tuple[int, int, int], folder: int, telling: int) -> None:
    kind = _NOT_PREPARED
    try:
        _prepare(order, streams, folder)
        kind = _NOT_EXECUTED
        _execute(order["path"], order["argv"], order["env"])
    except Exception as error:  # noqa: BLE001 - nobody else in this process could tell
        os.write(telling, kind + b"%d" % (getattr(error, "errno", None) or errno.EIO))
    finally:
        os._exit(127)


def _prepare(order: dict[str, Any], streams: tuple[int, int, int], folder: int) -> None:
    _control(_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    os.umask(0o022)
    os.fchdir(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for number in _SIGNALS:
        _set_default(number)
    for name, most in order["rlimits"].items():
        _limit(getattr(resource, "RLIMIT_" + name), most)


def _set_default(number: int) -> None:
    try:
        signal.signal(number, signal.SIG_DFL)
    except (OSError, ValueError):
        return  # two cannot be set, and some numbers belong to the C library


def _limit(which: int, most: int) -> None:
    ceiling = resource.getrlimit(which)[1]
    most = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
    # The soft limit of CPU time sends a signal that can be ignored, the hard one ends the process.
    spare = 1 if which == resource.RLIMIT_CPU and ceiling == resource.RLIM_INFINITY else 0
    resource.setrlimit(which, (most, most + spare))


def _execute(path: bytes, argv: list[bytes], env: dict[str, bytes]) -> None:
    try:
        os.execve(path, argv, env)  # noqa: S606 - this is what it is for
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        # As every shell does with a script that does not say what runs it.
        os.execve(b"/bin/sh", [b"/bin/sh", path, *argv[1:]], env)  # noqa: S606


class Usage:
    """What ended processes have used."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.peak_rss_bytes = 0

    def add(self, used: resource.struct_rusage) -> None:
        """Add what one process and the children that it waited for have used."""
        self.cpu_s += used.ru_utime + used.ru_stime
        self.peak_rss_bytes = max(self.peak_rss_bytes, used.ru_maxrss << 10)


def reap(usage: Usage, leader: int = 0) -> tuple[bool, int | None]:
    """Take in all that has ended; tell whether children are left, and the leader's status when it is among them."""
    status = None
    while True:
        try:
            pid, how, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return False, status
        if pid == 0:
            return True, status
        usage.add(used)
        if pid == leader:
            status = how


def end_all(usage: Usage, leader: int = 0) -> int | None:
    """Kill every process of the call, and return when none is left; give the leader's status when it was one."""
    status = None
    while True:
        _kill_all()
        is_any_left, how = reap(usage, leader)
        status = how if status is None else status
        if not is_any_left:
            return status
        time.sleep(_KILLING_S)


def _kill_all() -> None:
    if os.getpid() == 1:
        _kill(-1)  # all at once: no fork escapes it
        return
    for process in living():
        _kill(process.pid)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


class Process:
    """A living process as /proc shows it."""

    def __init__(self, pid: int, stat: bytes) -> None:
        name, rest = stat[stat.index(b"(") + 1 :].rsplit(b") ", 1)
        fields = rest.split()
        self.pid = pid
        self.name = name
        self.parent = int(fields[1])
        self.is_alive = fields[0] not in {b"Z", b"X"}
        self.cpu_s = sum(int(field) for field in fields[11:15]) / _TICKS_S
        self.rss_bytes = int(fields[21]) * _PAGE


def living() -> list[Process]:
    """Give the living processes of the call; none where there is no /proc to look at."""
    found = {process.pid: process for process in _all()}
    ours = os.getpid()
    if ours != 1:
        found = {pid: process for pid, process in found.items() if _descends(process, ours, found)}
    return [process for pid, process in found.items() if pid != ours and process.is_alive]


def _all() -> Iterator[Process]:
    try:
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return
    for pid in numbers:
        try:
            stat = _contents(f"/proc/{pid}/stat")
        except OSError:
            continue  # it has just ended
        if stat:
            yield Process(pid, stat)


def _descends(process: Process, ancestor: int, found: dict[int, Process]) -> bool:
    seen = set()
    while process.parent in found and process.pid not in seen:
        if process.parent == ancestor:
            return True
        seen.add(process.pid)
        process = found[process.parent]
    return False


def names_of_living() -> list[bytes]:
    """Name the living processes of the call; where they cannot be seen, say only that there are some."""
    if not os.path.exists(_OWN):
        return [b"?"]
    return sorted({process.name for process in living()})


def proportional_bytes(processes: list[Process]) -> int:
    """Count the memory of processes, and what they share only once."""
    return sum(_proportional(process) for process in processes)


def _proportional(process: Process) -> int:
    try:
        summary = _contents(f"/proc/{process.pid}/smaps_rollup")
    except PermissionError:
        return process.rss_bytes
    except OSError:
        return 0  # it has just ended
    lines = [line.split() for line in summary.splitlines()]
    return next((int(line[1]) << 10 for line in lines if line[:1] == [b"Pss:"]), 0)


def _contents(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
