"""What lies in a call's folder: made before it, looked at before and after it, read back without trusting it.

The tool may have left anything here: links that lead elsewhere, pipes that nobody writes to, files that are larger than
the disk. So everything is reached from a descriptor of the folder that was opened before the tool began, no link is
followed, and only regular files are opened.
"""

# pathlib holds no bytes, and costs 3 ms of every start.
# ruff: noqa: PTH101, PTH103, PTH118, PTH120, PTH211

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    T = TypeVar("T")
    Entry = tuple[int, int, int, int, int]
    Enter = Callable[[int, bytes], tuple[int, int | None]]

MTIME_NS = 1_700_000_000 * 10**9
CONTENT_BYTES = 64 << 10
MOST_CONTENTS = 20
MOST_CHANGES = 1000
MOST_ENTRIES = 20_000
_DEEPEST = 64
_OPEN_TO_OWNER = 0o500
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def open_folder(path: bytes) -> int:
    """Open a folder by the path that it has before anything untrusted ran."""
    return os.open(path, FOLDER)


def make(top: bytes, files: list[dict[str, Any]]) -> None:
    """Make what lies in the folder when the tool begins; all of it has one fixed time.

    Raises:
        OSError: it cannot be made.

    """
    modes = {top: 0o755}
    for file in files:
        path = os.path.join(top, file["path"])
        modes.update((folder, 0o755) for folder in _folders_between(top, path) if folder not in modes)
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        _make_one(path, file, modes)
    # Deepest first: a folder's time moves with what is made in it, and a closed one lets nobody in.
    for folder in sorted(modes, reverse=True):
        os.chmod(folder, modes[folder])
        os.utime(folder, ns=(MTIME_NS, MTIME_NS))


def look(folder: int) -> dict[bytes, Entry]:
    """Note mode, size, times and inode of everything below, by path; of folders the mode alone.

    Not the time of the last change alone: a tool can set that back, but not the time of the inode.
    """
    seen: dict[bytes, Entry] = {}
    _open_own(folder)
    for path, status in _walk(folder, b"", _DEEPEST):
        if len(seen) == MOST_ENTRIES:
            break
        is_folder = stat.S_ISDIR(status.st_mode)
        rest = (0, 0, 0, 0) if is_folder else (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        seen[path] = (status.st_mode, *rest)
    return seen


def changes(
    folder: int, before: dict[bytes, Entry], after: dict[bytes, Entry], hashed_bytes: int
) -> list[dict[str, Any]]:
    """Say what is new, different or gone, in the order of paths; of small files what they hold, of others the hash."""
    reading = _Reading(folder, hashed_bytes)
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [_change(path, before.get(path), after.get(path), reading) for path in paths[:MOST_CHANGES]]


def opened_at(folder: int, path: bytes, how: int) -> int:
    """Open what lies below a folder, through folders that are open to us; no link leads elsewhere on the way.

    Raises:
        OSError: there is no such way.

    """
    return _at(folder, path, lambda name, parent: os.open(name, how, dir_fd=parent), _open_plainly)


def entries_of(volume: bytes) -> int:
    """Count what lies in a filesystem of its own."""
    status = os.statvfs(volume)
    return status.f_files - status.f_ffree


def _folders_between(top: bytes, path: bytes) -> Iterator[bytes]:
    folder = os.path.dirname(path)
    while len(folder) > len(top):
        yield folder
        folder = os.path.dirname(folder)


def _make_one(path: bytes, file: dict[str, Any], modes: dict[bytes, int]) -> None:
    if file["kind"] == b"directory":
        os.makedirs(path, 0o755, exist_ok=True)
        modes[path] = file["mode"]
    elif file["kind"] == b"link":
        os.symlink(file["content"], path)
        os.utime(path, ns=(MTIME_NS, MTIME_NS), follow_symlinks=False)
    else:
        _write(path, file["content"], file["mode"])


def _write(path: bytes, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fchmod(descriptor, mode)
        os.utime(descriptor, ns=(MTIME_NS, MTIME_NS))
    finally:
        os.close(descriptor)


def _walk(folder: int, prefix: bytes, depth: int) -> Iterator[tuple[bytes, os.stat_result]]:
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            path = prefix + os.fsencode(entry.name)
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            yield path, status
            if stat.S_ISDIR(status.st_mode) and depth:
                yield from _walk_below(folder, entry.name, path + b"/", depth - 1)


def _open_own(folder: int) -> None:
    """Open the call's own folder where the tool has closed it, for it can be looked into no other way."""
    mode = stat.S_IMODE(os.fstat(folder).st_mode)
    if mode & _OPEN_TO_OWNER != _OPEN_TO_OWNER:
        os.fchmod(folder, mode | _OPEN_TO_OWNER)


def _walk_below(parent: int, name: str, prefix: bytes, depth: int) -> Iterator[tuple[bytes, os.stat_result]]:
    try:
        folder, mode = _open_somehow(parent, name)
    except OSError:
        return
    try:
        yield from _walk(folder, prefix, depth)
    finally:
        _close(folder, mode)


def _at(folder: int, path: bytes, do: Callable[[bytes, int], T], enter: Enter) -> T:
    """Do something with a name in its folder, which is reached step by step, so that no link leads there.

    Raises:
        OSError: there is no such way.

    """
    *folders, name = path.split(b"/")
    opened: list[tuple[int, int | None]] = [(folder, None)]
    try:
        for step in folders:
            opened.append(enter(opened[-1][0], step))
        return do(name, opened[-1][0])
    finally:
        for descriptor, mode in reversed(opened[1:]):
            _close(descriptor, mode)


def _open_plainly(parent: int, name: str | bytes) -> tuple[int, None]:
    """Open a folder that is open to us."""
    return os.open(name, FOLDER, dir_fd=parent), None


def _open_somehow(parent: int, name: str | bytes) -> tuple[int, int | None]:
    """Open a folder even where it is closed to its owner, who we are; give its mode where that had to be changed."""
    try:
        return os.open(name, FOLDER, dir_fd=parent), None
    except PermissionError:
        mode = stat.S_IMODE(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
        os.chmod(name, 0o700, dir_fd=parent)
        return os.open(name, FOLDER, dir_fd=parent), mode


def _close(folder: int, mode: int | None) -> None:
    if mode is not None:
        os.fchmod(folder, mode)
    os.close(folder)


def _change(path: bytes, before: Entry | None, after: Entry | None, reading: _Reading) -> dict[str, Any]:
    if after is None:
        return {"path": path, "change": b"deleted", "kind": _kind(before[0] if before else 0)}
    kind = _kind(after[0])
    made = {"path": path, "change": b"changed" if before else b"created", "kind": kind, "mode": stat.S_IMODE(after[0])}
    return {**made, "size": after[1] if kind in {b"file", b"link"} else 0, **reading.content_of(path, kind)}


def _kind(mode: int) -> bytes:
    if stat.S_ISREG(mode):
        return b"file"
    if stat.S_ISDIR(mode):
        return b"directory"
    return b"link" if stat.S_ISLNK(mode) else b"other"


class _Reading:
    """Reads contents as long as there is room for them."""

    def __init__(self, folder: int, hashed_bytes: int) -> None:
        self._folder = folder
        self._hashed_bytes = hashed_bytes
        self._contents = MOST_CONTENTS

    def content_of(self, path: bytes, kind: bytes) -> dict[str, Any]:
        """Give the content or the hash, or neither where there is none to give."""
        try:
            if kind == b"link":
                return self._kept(
                    _at(self._folder, path, lambda name, parent: os.readlink(name, dir_fd=parent), _open_somehow)
                )
            if kind == b"file":
                return self._read(path)
        except OSError:
            pass  # the tool closed it, even to its owner
        return {}

    def _kept(self, content: bytes) -> dict[str, Any]:
        if not self._contents:
            return {}
        self._contents -= 1
        return {"content": content}

    def _read(self, path: bytes) -> dict[str, Any]:
        descriptor = _at(self._folder, path, lambda name, parent: os.open(name, FILE, dir_fd=parent), _open_somehow)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return {}
            if status.st_size <= CONTENT_BYTES and self._contents:
                return self._kept(os.read(descriptor, CONTENT_BYTES))
            return self._hash(descriptor, status.st_size)
        finally:
            os.close(descriptor)

    def _hash(self, descriptor: int, size: int) -> dict[str, Any]:
        if size > self._hashed_bytes:
            return {}
        import hashlib  # noqa: PLC0415 - few calls need it, and it costs 2 ms

        self._hashed_bytes -= size
        whole = hashlib.sha256()
        while part := os.read(descriptor, 1 << 20):
            whole.update(part)
        return {"sha256": whole.hexdigest()}
