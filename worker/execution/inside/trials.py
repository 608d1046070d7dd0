"""Tries from inside what a sandbox should refuse; started as the tool of a call, never loaded by us.

What to try comes as JSON on standard input, and what held goes out as JSON: name, whether it held, detail. Nothing here
harms a machine on which it does not hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Trial = Callable[[dict[str, Any]], str]

_NEW_USER = 0x10000000
_PTRACE_SEIZE = 0x4206
_GET_NO_NEW_PRIVS = 39
_ADD_KEY_NUMBERS = {"x86_64": 248, "aarch64": 217}
_MS_NOSUID = 2
_ORDINARY_DESCRIPTORS = 3
_MOST_DESCRIPTORS = 256


def main() -> None:
    """Try everything; the processes last, for they leave no room for others."""
    asked = json.load(sys.stdin)
    json.dump([_tried(name, trial, asked) for name, trial in TRIALS.items()], sys.stdout)


def _tried(name: str, trial: Trial, asked: dict[str, Any]) -> tuple[str, bool, str]:
    try:
        flaw = trial(asked)
    except Exception as error:  # noqa: BLE001 - a trial that cannot be made proves nothing
        return name, False, f"{type(error).__name__}: {error}"
    return name, not flaw, flaw


def _system(_: dict[str, Any]) -> str:
    return _first_written(("/usr", "/usr/bin", "/etc", "/"))


def _system_devices(_: dict[str, Any]) -> str:
    return _first_written(("/dev", "/dev/pts"))


def _first_written(folders: tuple[str, ...]) -> str:
    for folder in folders:
        path = f"{folder}/testronaut-trial"
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.unlink(path)  # noqa: PTH108 - as short as it can be
            return f"{folder} can be written to"
    return ""


def _home(asked: dict[str, Any]) -> str:
    seen = [name for name in asked["home_names"] if os.path.lexists(f"{asked['home']}/{name}")]
    return f"{len(seen)} names in {asked['home']} can be seen" if seen else ""


def _temporary(asked: dict[str, Any]) -> str:
    return "a file in /tmp can be seen" if Path(asked["temporary_file"]).exists() else ""


def _environment(asked: dict[str, Any]) -> str:
    foreign = sorted(set(os.environ) - set(asked["variables"]))
    return f"{', '.join(foreign)} came along" if foreign else ""


def _first_environment(_: dict[str, Any]) -> str:
    for pid in _numbers():
        if pid != os.getpid():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/environ").read_bytes():
                    return f"that of process {pid} can be read"
    return ""


def _numbers() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _services(asked: dict[str, Any]) -> str:
    return _reached(socket.AF_INET, ("127.0.0.1", asked["port"]))


def _sockets(asked: dict[str, Any]) -> str:
    return _reached(socket.AF_UNIX, f"\0{asked['socket_name']}")


def _reached(family: int, address: Any) -> str:  # noqa: ANN401 - as many kinds as there are families
    with socket.socket(family) as client:
        client.settimeout(1)
        try:
            client.connect(address)
        except OSError:
            return ""
    return "a service of this machine answers"


def _processes(_: dict[str, Any]) -> str:
    others = set(_numbers()) - {1, os.getpid(), os.getppid()}
    return f"{len(others)} others can be seen" if others else ""


def _signals(asked: dict[str, Any]) -> str:
    # The same small numbers are given in every namespace.
    if asked["pid"] <= max(os.getpid(), os.getppid()):
        return ""
    try:
        os.kill(asked["pid"], 0)
    except OSError:
        return ""
    return "Testronaut itself can be reached"


def _runner(_: dict[str, Any]) -> str:
    traced = ctypes.CDLL(None).ptrace(_PTRACE_SEIZE, os.getppid(), None, None)
    if traced != -1:
        return "it can be traced"
    for name in ("mem", "environ", "fd/0"):
        with contextlib.suppress(OSError):
            os.close(os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY))
            return f"its {name} can be opened"
    return ""


def _descriptors(_: dict[str, Any]) -> str:
    foreign = []
    for number in range(_ORDINARY_DESCRIPTORS, _MOST_DESCRIPTORS):
        with contextlib.suppress(OSError):
            fcntl.fcntl(number, fcntl.F_GETFD)
            foreign.append(number)
    return f"open: {foreign}" if foreign else ""


def _user(_: dict[str, Any]) -> str:
    return "it is root" if 0 in {os.getuid(), os.geteuid(), os.getgid(), *os.getgroups()} else ""


def _capabilities(_: dict[str, Any]) -> str:
    library = ctypes.CDLL(None)
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if library.capget(header, data):
        return "they cannot be read"
    return f"it has {[hex(word) for word in data]}" if any(data) else ""


def _privileges(_: dict[str, Any]) -> str:
    return "" if ctypes.CDLL(None).prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 else "it may gain them"


def _unseparated(_: dict[str, Any]) -> str:
    number = _ADD_KEY_NUMBERS.get(os.uname().machine)
    if number is None:
        return "no filter is known for this machine"
    library = ctypes.CDLL(None, use_errno=True)
    refused = library.syscall(number, None, None, None, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM
    return "" if refused else "a key can be left with the kernel"


def _kernel_settings(_: dict[str, Any]) -> str:
    for name in ("kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory"):
        with contextlib.suppress(OSError):
            os.close(os.open(f"/proc/sys/{name}", os.O_WRONLY))
            return f"{name} can be written to"
    return ""


def _terminal(_: dict[str, Any]) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return ""
    return "it has one"


def _file_size(asked: dict[str, Any]) -> str:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return _written_beyond(asked["file_bytes"], errno.EFBIG)


def _disk(asked: dict[str, Any]) -> str:
    kept = []
    try:
        for number in range(2 + asked["disk_bytes"] // asked["file_bytes"]):
            name = f"part{number}"
            kept.append(name)
            with open(name, "wb") as file:  # noqa: PTH123
                file.write(b"x" * (asked["file_bytes"] - 1))
    except OSError as error:
        return "" if error.errno == errno.ENOSPC else f"stopped by {error}"
    finally:
        for name in kept:
            os.unlink(name)  # noqa: PTH108
    return "there is more room than allowed"


def _written_beyond(most: int, expected: int) -> str:
    try:
        with open("large", "wb") as file:  # noqa: PTH123
            file.write(b"x" * (most + 1))
    except OSError as error:
        return "" if error.errno == expected else f"stopped by {error}"
    finally:
        os.unlink("large")  # noqa: PTH108
    return "a file may grow beyond it"


def _shared_memory(asked: dict[str, Any]) -> str:
    status = os.statvfs("/dev/shm")  # noqa: S108 - the one of the sandbox
    return "it has more room than allowed" if status.f_blocks * status.f_frsize > asked["disk_bytes"] else ""


def _open_files(asked: dict[str, Any]) -> str:
    with contextlib.ExitStack() as stack:
        try:
            for _ in range(asked["open_files"] + 1):
                stack.enter_context(open("/dev/null", "rb"))  # noqa: PTH123
        except OSError as error:
            return "" if error.errno == errno.EMFILE else f"stopped by {error}"
    return "more may be open than allowed"


def _dumps(_: dict[str, Any]) -> str:
    return "it may leave one" if max(resource.getrlimit(resource.RLIMIT_CORE)) not in {0, 1} else ""


def _host(asked: dict[str, Any]) -> str:
    return "" if os.uname().nodename == asked["host"] else "the real one is told"


def _mounts(_: dict[str, Any]) -> str:
    mounted = ctypes.CDLL(None).mount(b"tmpfs", b".", b"tmpfs", ctypes.c_ulong(_MS_NOSUID), None)
    return "" if mounted == -1 else "something can be mounted"


def _devices(_: dict[str, Any]) -> str:
    try:
        os.mknod("device", 0o600 | 0o060000, os.makedev(8, 0))
    except OSError:
        return ""
    os.unlink("device")  # noqa: PTH108
    return "a disk can be made"


def _namespaces(_: dict[str, Any]) -> str:
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(_NEW_USER) == -1 else 1)
    return "new ones can be made" if os.waitpid(child, 0)[1] else ""


def _process_count(asked: dict[str, Any]) -> str:
    hearing, telling = os.pipe()
    children = []
    try:
        for _ in range(asked["processes"] + 1):
            child = os.fork()
            if child == 0:
                os.close(telling)
                os.read(hearing, 1)
                os._exit(0)
            children.append(child)
    except OSError:
        return ""
    finally:
        os.close(telling)
        for child in children:
            os.waitpid(child, 0)
    return "more may run than allowed"


TRIALS = {
    "the system is read-only": _system,
    "devices cannot be added": _system_devices,
    "the home is out of sight": _home,
    "the temporary folder is private": _temporary,
    "the environment is a fixed list": _environment,
    "other environments cannot be read": _first_environment,
    "services of this machine are out of reach": _services,
    "sockets without a path are out of reach": _sockets,
    "other processes are out of sight": _processes,
    "other processes cannot be signalled": _signals,
    "the runner cannot be touched": _runner,
    "no descriptor came along": _descriptors,
    "an ordinary user runs it": _user,
    "no capability": _capabilities,
    "no new privileges": _privileges,
    "settings of the kernel are read-only": _kernel_settings,
    "what no namespace separates is refused": _unseparated,
    "no terminal": _terminal,
    "the name of the machine is made up": _host,
    "nothing can be mounted": _mounts,
    "no device can be made": _devices,
    "no user namespace inside": _namespaces,
    "size of a file": _file_size,
    "room on the disk": _disk,
    "room in shared memory": _shared_memory,
    "number of open files": _open_files,
    "no core dump": _dumps,
    "number of processes": _process_count,
}


if __name__ == "__main__":
    main()
