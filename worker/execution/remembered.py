"""What was found out about this machine, kept for the next process: it is tried again as soon as anything differs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

_MOST_BYTES = 4 << 20
# Neither a pipe nor a device makes whoever asks wait.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_SWITCHES = (
    "/proc/sys/user/max_user_namespaces",
    "/proc/sys/kernel/unprivileged_userns_clone",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "/proc/sys/kernel/yama/ptrace_scope",
)
_OURS = Path(__file__).parent


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Give the folder for what can be found out again, as the XDG Base Directory Specification places it."""
    told = (os.environ if environ is None else environ).get("XDG_CACHE_HOME", "")
    base = Path(told) if told.startswith("/") else Path.home() / ".cache"
    return base / "testronaut"


class Remembered:
    """Contents by what they depend on; one that cannot be kept, or is not our own, is simply not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, kind: str, depends_on: str) -> bytes | None:
        """Give a content, None where there is none."""
        try:
            descriptor = os.open(self._place(kind, depends_on), _FLAGS)
        except OSError:
            return None
        if not _is_our_file(os.fstat(descriptor)):
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MOST_BYTES)

    def keep(self, kind: str, depends_on: str, content: bytes) -> None:
        """Keep a content for whoever asks next, all of it or nothing."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, delete=False) as file, _removed_on_failure(Path(file.name)):
                file.write(content)
                file.flush()
                Path(file.name).replace(self._place(kind, depends_on))

    def _place(self, kind: str, depends_on: str) -> Path:
        return self._folder / f"{kind}-{sha256(depends_on.encode()).hexdigest()[:32]}"


def _is_our_file(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        path.unlink(missing_ok=True)
        raise


def machine(program: str) -> str:
    """Describe all that the sandboxes of a program depend on: kernel, its settings, the program's bytes, user, us."""
    kernel = os.uname()
    parts = (kernel.release, kernel.version, kernel.machine, str(os.geteuid()), version_of(program), own_version())
    return "\n".join((*parts, *(f"{path}={_line(path)}" for path in _SWITCHES)))


def version_of(program: str) -> str:
    """Describe a program by its bytes; a link counts as what it leads to."""
    try:
        status = Path(program).stat()
    except OSError:
        return f"{program} is not there"
    return _version_once(os.path.realpath(program), status.st_mtime_ns, status.st_size, status.st_ino)


@cache
def _version_once(program: str, _changed_ns: int, _size: int, _inode: int) -> str:
    try:
        return f"{program} {sha256(Path(program).read_bytes()).hexdigest()}"
    except OSError:
        return f"{program} cannot be read"


@cache
def own_version() -> str:
    """Describe our own code that builds and tries sandboxes."""
    whole = sha256()
    for path in sorted(_OURS.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
