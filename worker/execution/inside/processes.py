"""The processes of a call: begun with nothing of ours, looked at while they run, ended all together.

Every process of the call is a descendant of this one, and its orphans come to it: it is the first process of its
namespace, or it has asked to be their reaper.
"""

# pathlib costs 3 ms of every start.
# ruff: noqa: PTH110, PTH208

from __future__ import annotations

# The public module wraps this one into enums, for 3 ms of every start.
import _signal as signal  # type: ignore[import-not-found]
import errno
import os
import resource
import time

from worker.execution.inside import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PAGE = resource.getpagesize()
_TICKS_S = os.sysconf("SC_CLK_TCK")
_OWN = "/proc/self"
_SIGNALS = range(1, 65)
_KILLING_S = 0.001
_TERMINALS = "/dev/pts/ptmx"
_KEPT, _QUEUES = ("shm", "sem", "msg"), "/dev/mqueue"
_ALL_LIMITS = [value for name, value in vars(resource).items() if name.startswith("RLIMIT_")]
# The interpreter ignores them, and what is ignored stays so in what is begun.
_IGNORED_BY_US = (signal.SIGPIPE, signal.SIGXFSZ)


def reset_signals() -> None:
    """Put every signal at its default, whatever was inherited; what the interpreter ignores is for `spawn` to mend."""
    for number in _SIGNALS:
        if number not in _IGNORED_BY_US:
            _reset(number)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def hear_of_ends() -> int:
    """Give a descriptor that becomes readable whenever a child ends."""
    hearing, telling = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, _do_nothing)
    # The soft limit of CPU time counts for us too, over many calls.
    signal.signal(signal.SIGXCPU, _do_nothing)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    return hearing


def _do_nothing(*_: object) -> None:
    return


def _reset(number: int) -> None:
    try:
        signal.signal(number, signal.SIG_DFL)
    except (OSError, ValueError):
        return  # two cannot be set, and some numbers belong to the C library


def limit(most: dict[str, int]) -> None:
    """Set resource limits, by the end of their RLIMIT_ name, for this process and all that it begins.

    That of CPU time is only the soft one: the hard one would end this process too, as its calls add up.

    Raises:
        OSError: it is not allowed.
        ValueError: there is no such limit.

    """
    for name, value in most.items():
        which = getattr(resource, "RLIMIT_" + name, None)
        if which is None:
            raise ValueError(f"no limit {name}")
        ceiling = resource.getrlimit(which)[1]
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)  # noqa: PLW2901
        resource.setrlimit(which, (value, ceiling if which == resource.RLIMIT_CPU else value))


def condition() -> tuple[object, ...]:
    """Give all that a tool of the same user can change and the next one would inherit or find."""
    limits = [resource.getrlimit(which) for which in _ALL_LIMITS]
    priorities = os.getpriority(os.PRIO_PROCESS, 0), kernel.io_priority()
    schedule = os.sched_getaffinity(0), os.sched_getscheduler(0), os.sched_getparam(0).sched_priority
    return limits, priorities, schedule, _terminals()


def _terminals() -> tuple[int, ...]:
    """See whether the maker of terminals, which belongs to the tool's user, is as it was."""
    try:
        status = os.lstat(_TERMINALS)
    except OSError:
        return ()
    return status.st_mode, status.st_uid, status.st_gid, status.st_ctime_ns


def kept_by_kernel() -> list[bytes]:
    """Name the shared memory, semaphores and queues of this namespace, which last without any process."""
    lines = [line for kind in _KEPT for line in contents_of(f"/proc/sysvipc/{kind}").splitlines()[1:]]
    queues = os.listdir(_QUEUES) if os.path.exists(_QUEUES) else []
    return [*(line.split()[1] for line in lines), *map(os.fsencode, queues)]


def held_ports() -> bytes:
    """Count the ports that the kernel still holds for connections that have ended; RFC 9293 has it wait a while."""
    try:
        words = contents_of("/proc/self/net/sockstat").split()
        return words[words.index(b"tw") + 1]
    except (OSError, ValueError):
        return b""


# A process could not be made; anything else is about the program.
_OURS = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EBADF})


class NotExecutedError(Exception):
    """The kernel would not execute the tool; nothing of it has run."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


def spawn(order: dict[str, Any], actions: list[tuple[Any, ...]]) -> int:
    """Begin the tool in a session of its own, here, with default signals, and give its number.

    `actions` give it its standard streams, after it has entered the session.

    Raises:
        NotExecutedError: the tool itself cannot be begun.
        OSError: a process for it cannot be made.

    """
    path, argv, env = order["path"], order["argv"], {**order["env"], **order["own_env"]}
    try:
        return _spawn(path, argv, env, actions)
    except OSError as error:
        if error.errno == errno.ENOEXEC:
            # As every shell does with a script that does not say what runs it.
            return _spawn(b"/bin/sh", [b"/bin/sh", path, *argv[1:]], env, actions)
        if error.errno in _OURS:
            raise
        raise NotExecutedError(error.errno or errno.EIO) from error


def _spawn(path: bytes, argv: list[bytes], env: dict[str, bytes], actions: list[tuple[Any, ...]]) -> int:
    # A fork of the interpreter would copy its page tables, which takes longer than the rest of most calls.
    return os.posix_spawn(path, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_IGNORED_BY_US)


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
        if os.WIFSTOPPED(how):
            kernel.let_go(pid, os.WSTOPSIG(how))
            continue
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
        self.place = f"/proc/{pid}"
        self.has_ended = fields[0] in {b"Z", b"X"}
        self.threads = int(fields[17])
        self.cpu_s = sum(int(field) for field in fields[11:15]) / _TICKS_S
        self.rss_bytes = int(fields[21]) * _PAGE

    @property
    def is_alive(self) -> bool:
        """Tell whether any of its threads lives, whatever became of the first."""
        return not self.has_ended or self.threads > 1

    def look_at_another_thread(self) -> None:
        """See its memory where a thread lives: with its first thread, a process seems to have none."""
        for name in os.listdir(f"{self.place}/task"):
            place = f"{self.place}/task/{name}"
            thread = Process(self.pid, contents_of(f"{place}/stat"))
            if not thread.has_ended:
                self.place, self.rss_bytes = place, thread.rss_bytes
                return


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
            stat = contents_of(f"/proc/{pid}/stat")
        except OSError:
            continue  # it has just ended
        if stat:
            yield _seen(Process(pid, stat))


def _seen(process: Process) -> Process:
    if process.has_ended and process.is_alive:
        try:
            process.look_at_another_thread()
        except OSError:
            return process  # it has just ended
    return process


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


def contents_of(path: str) -> bytes:
    """Read a short file of /proc."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
