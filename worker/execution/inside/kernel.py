"""The few calls of the kernel that the standard library does not offer."""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND = 1, 2, 4, 8, 32, 4096
_DETACH = 2
_OPEN_TREE, _MOVE_MOUNT = 428, 429
_CLONE_TREE, _RECURSIVE, _FROM_DESCRIPTOR, _HERE = 1, 0x8000, 4, -100
_CHILD_ENDS = 17
_IO_PRIORITY_NUMBERS = {"x86_64": 252, "aarch64": 31}
_OF_PROCESS = 1
_DETACH_TRACED, _TRAP = 17, 5
_CLONE_NUMBERS = {"x86_64": 56, "aarch64": 220}
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS, _AMBIENT = 1, 4, 36, 38, 47
_AMBIENT_CLEAR = 4
_CAPABILITY_VERSION = 0x20080522
_OVERRIDE, _MOUNTING = 1 << 1, 1 << 21
_KILL = 9

_library = ctypes.CDLL(None, use_errno=True)


def seal() -> None:
    """Keep a tool out of this process, and take in what it leaves behind.

    A process that cannot be dumped can be traced by nobody of its own rank, and its memory, descriptors and
    environment under /proc belong to another. What this process may do is inherited by nobody.
    """
    for what, value in ((_SET_DUMPABLE, 0), (_SET_NO_NEW_PRIVS, 1), (_SET_CHILD_SUBREAPER, 1)):
        _library.prctl(what, value, 0, 0, 0)
    _library.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    _inherit_nothing()


def _inherit_nothing() -> None:
    header, sets = _capabilities()
    sets[2] = sets[5] = 0
    sets[0] &= ~_OVERRIDE
    _library.capset(header, sets)


def _capabilities() -> tuple[Any, Any]:
    """Read two words each of what is effective, permitted and inheritable, the low halves first."""
    header, sets = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    _library.capget(header, sets)
    return header, sets


class Overriding:
    """A time in which modes of our own files do not count, where we hold that privilege at all."""

    def __enter__(self) -> None:
        header, sets = _capabilities()
        sets[0] |= sets[1] & _OVERRIDE
        _library.capset(header, sets)

    def __exit__(self, *_: object) -> None:
        header, sets = _capabilities()
        sets[0] &= ~_OVERRIDE
        _library.capset(header, sets)


def hold_what_folders_need() -> None:
    """Give up all that this process may do by privilege but to mount, and to open its own files whatever their modes.

    Raises:
        OSError: it may not do that either.

    """
    held = _MOUNTING | _OVERRIDE
    header, _ = _capabilities()
    _check(_library.capset(header, (ctypes.c_uint32 * 6)(held, held)), "to hold two capabilities")


def end_with_parent() -> None:
    """Be killed when the thread that began this process ends."""
    _library.prctl(_SET_PDEATHSIG, _KILL, 0, 0, 0)


def unshare(what: int) -> None:
    """Enter new namespaces.

    Raises:
        OSError: it is not allowed.

    """
    _check(_library.unshare(what), "new namespaces")


def mount(kind: str, place: bytes, options: str = "") -> None:
    """Lay an empty filesystem, or that of the processes, over a folder.

    Raises:
        OSError: it is not allowed.

    """
    flags = _NOSUID | _NODEV | (_NOEXEC | _READ_ONLY if kind == "proc" else 0)
    name = kind.encode()
    _check(_library.mount(name, place, name, ctypes.c_ulong(flags), options.encode() or None), f"mount {kind}")


def show_read_only(source: bytes, place: bytes) -> None:
    """Show a file or folder at another place too, where it cannot be written to.

    Raises:
        OSError: it is not allowed.

    """
    _check(_library.mount(source, place, None, ctypes.c_ulong(_BIND), None), "a second place")
    flags = _BIND | _REMOUNT | _READ_ONLY | _NOSUID | _NODEV
    _check(_library.mount(None, place, None, ctypes.c_ulong(flags), None), "a place that is read-only")


def make_read_only(place: bytes) -> None:
    """Let nobody write to what is mounted at a place, the processes' own files among them.

    Raises:
        OSError: it is not allowed.

    """
    flags = _REMOUNT | _BIND | _READ_ONLY | _NOSUID | _NODEV | _NOEXEC
    _check(_library.mount(None, place, None, ctypes.c_ulong(flags), None), "a mount made read-only")


def copy_of(place: bytes) -> int:
    """Give a descriptor of what is mounted at a place, with all below it, to be mounted again elsewhere, once.

    Raises:
        OSError: it is not allowed, or the kernel is older than 5.2.

    """
    flags = _CLONE_TREE | _RECURSIVE | os.O_CLOEXEC
    return _check(_library.syscall(_OPEN_TREE, _HERE, place, ctypes.c_uint(flags)), "a copy of a mount")


def mount_copy(descriptor: int, place: bytes) -> None:
    """Mount a copy again.

    Raises:
        OSError: it is not allowed.

    """
    moved = _library.syscall(_MOVE_MOUNT, descriptor, b"", _HERE, place, ctypes.c_uint(_FROM_DESCRIPTOR))
    _check(moved, "a copy mounted")


def unmount(place: bytes) -> None:
    """Take away the uppermost filesystem of a folder, whoever still uses it.

    Raises:
        OSError: there is none, or it is not ours.

    """
    _check(_library.umount2(place, _DETACH), "unmount")


def let_go(pid: int, number: int) -> None:
    """Stop tracing a process that has asked to be traced by us, and that its signal therefore never reached."""
    _library.ptrace(_DETACH_TRACED, pid, None, ctypes.c_void_p(0 if number == _TRAP else number))


def io_priority() -> int:
    """Give the priority of this process at the disks, 0 where it is not known how to ask."""
    number = _IO_PRIORITY_NUMBERS.get(os.uname().machine)
    return 0 if number is None else int(_library.syscall(number, _OF_PROCESS, 0))


def fork_into(namespaces: int) -> int:
    """Fork as `os.fork` does, the child in new namespaces.

    Raises:
        OSError: it is not allowed, or not known how on this machine.

    """
    number = _CLONE_NUMBERS.get(os.uname().machine)
    if number is None:
        raise OSError(38, f"no fork into namespaces on {os.uname().machine}")
    # Not by `_library`, which would let go of the interpreter's lock that the child needs.
    pid = int(ctypes.PyDLL(None, use_errno=True).syscall(number, namespaces | _CHILD_ENDS, 0, 0, 0, 0))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    return _check(pid, "a fork into new namespaces")


def _check(returned: int, what: str) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return returned
