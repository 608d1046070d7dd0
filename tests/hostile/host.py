"""The machine around a sandbox: what lies there for a program to take, and what must be as it was afterwards."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Whatever a program of the zoo leaves has this in its name, so that others may work here at the same time.
_LEFT = "zoo-"
_WATCHED = ("/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/mqueue", "/run", "/etc", "/usr", "/usr/bin", "/usr/lib")
_WATCHED_TOO = ("/usr/local", "/usr/local/bin", "/home", "/root", "/opt", "/var/lib")
_SETTINGS = ("core_pattern", "core_uses_pid", "hostname", "domainname", "sysrq", "pid_max", "threads-max", "panic")
_SETTINGS_OF_IPC = ("msgmax", "msgmnb", "msgmni", "shmmax", "shmall", "shmmni", "sem", "shm_rmid_forced")
_KEY = str(0x7A6F6F)
_CLOCK_S = 1.0


@dataclass(frozen=True)
class Host:
    """What of this machine is in reach of nobody who is sealed off; `mark` finds the processes of its calls again."""

    home: Path
    temporary: Path
    tools: Path
    mark: str
    secret: str
    port: int
    socket: str
    name: str

    @property
    def bait(self) -> Mapping[str, str]:
        """Name what there is to take, for the words of programs."""
        return {
            "home": str(self.home),
            "temporary": str(self.temporary),
            "precious": str(self.home / "precious"),
            "port": str(self.port),
            "socket": self.socket,
            "name": self.name,
            "secret": self.secret[::-1],  # a program that searches for it must not find its own words
        }

    def state(self) -> Mapping[str, Any]:
        """Note all that must stay: files byte for byte, names, settings, what the kernel keeps, and what is mounted."""
        own = (self.home, self.temporary, self.tools)
        return {
            **{str(folder): dict(_listing(folder)) for folder in own},
            "names": {folder: _left_in(folder) for folder in (*_WATCHED, *_WATCHED_TOO)},
            "settings": {name: _setting(name) for name in (*_SETTINGS, *_SETTINGS_OF_IPC)},
            "kept by the kernel": [*_segments(), *_queues()],
            "mounts": [line for line in _lines("/proc/self/mountinfo") if any(str(folder) in line for folder in own)],
        }

    def survivors(self) -> list[str]:
        """Name the processes of its calls that are still there."""
        mark = self.mark.encode()
        return [folder.name for folder in Path("/proc").glob("[0-9]*") if mark in _told(folder)]


@dataclass(frozen=True)
class _Ourselves:
    """What this process holds, and the clock that it sees."""

    descriptors: frozenset[str]
    children: frozenset[str]
    clock_s: float

    @classmethod
    def now(cls) -> _Ourselves:
        tasks = Path("/proc/self/task").iterdir()
        return cls(
            frozenset(path.name for path in Path("/proc/self/fd").iterdir()),
            frozenset(word for task in tasks for line in _lines(f"{task}/children") for word in line.split()),
            time.time() - time.monotonic(),
        )


@contextmanager
def nothing_held() -> Iterator[None]:
    """Prove that at the end no descriptor and no child has come to this process, and that nobody has set the clock."""
    before = _Ourselves.now()
    yield
    after = _Ourselves.now()
    descriptors = {number: _target(number) for number in after.descriptors - before.descriptors}
    assert not descriptors, descriptors
    assert not after.children - before.children, after.children - before.children
    assert abs(after.clock_s - before.clock_s) < _CLOCK_S


@contextmanager
def baited(tools: Path) -> Iterator[Host]:
    """Lay out a home, a temporary folder and services that answer; whoever may read them here may do so."""
    with ExitStack() as stack:
        home, temporary = stack.enter_context(_folder("/var/tmp")), stack.enter_context(_folder(None))
        for folder in (home, temporary):
            (folder / "precious").write_text("precious")
            (folder / ".ssh").mkdir()
            (folder / ".ssh" / "key").write_text("secret")
        mark, name = f"mark-{secrets.token_hex(8)}", f"name-{secrets.token_hex(8)}"
        path = str(temporary / "socket")
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for address in (path, f"\0{name}"):
            service = stack.enter_context(socket.socket(socket.AF_UNIX))
            service.bind(address)
            service.listen()
        secret = f"canary-{secrets.token_hex(8)}"
        yield Host(home, temporary, tools, mark, secret, server.getsockname()[1], path, name)


@contextmanager
def _folder(where: str | None) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="bait-", dir=where))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made)


def _target(descriptor: str) -> str:
    try:
        return str(Path("/proc/self/fd", descriptor).readlink())
    except OSError:
        return "closed"


def _listing(folder: Path) -> Iterator[tuple[str, tuple[object, ...]]]:
    for path in (folder, *sorted(folder.rglob("*"))):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        owner, times = (status.st_uid, status.st_gid, status.st_nlink), (status.st_mtime_ns, status.st_ctime_ns)
        yield str(path), (status.st_mode, *owner, *times, content, tuple(os.listxattr(path, follow_symlinks=False)))


def _left_in(folder: str) -> list[str]:
    try:
        return sorted(path.name for path in Path(folder).iterdir() if _LEFT in path.name)
    except OSError:
        return []


def _setting(name: str) -> str:
    return "".join(_lines(f"/proc/sys/kernel/{name}"))


def _segments() -> list[str]:
    kinds = ("shm", "sem", "msg")
    return [line for kind in kinds for line in _lines(f"/proc/sysvipc/{kind}") if line.split()[0] == _KEY]


def _queues() -> list[str]:
    queue = ctypes.CDLL(None).mq_open(b"/zoo-left", os.O_RDONLY)
    if queue < 0:
        return []
    os.close(queue)
    return ["/zoo-left"]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _told(process: Path) -> bytes:
    told = b""
    for name in ("cmdline", "environ"):
        try:
            told += (process / name).read_bytes()
        except OSError:
            continue
    return told
