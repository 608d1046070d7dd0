"""The folders that a call may write to: empty for each, whatever the one before left there."""

# pathlib holds no bytes.
# ruff: noqa: PTH101, PTH103, PTH115, PTH120, PTH208, PTH211

from __future__ import annotations

import errno
import os
import stat

from worker.execution.inside import filesystem, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Volume(Protocol):
        """One such folder."""

        path: bytes

        def renew(self) -> None:
            """Empty it, where anything was left."""

        def note(self) -> None:
            """Note how it looks before a call."""


_SPARE_ENTRIES = 1024
# Those of a machine's security modules are not for a tool to set, nor for us to remove.
_OWN_ATTRIBUTES = ("user.", "system.posix_acl_")
_DEEPEST = 64
_TAKEN = frozenset({errno.EEXIST, errno.ENOTDIR, errno.ENOTEMPTY})


def volumes_of(setting: dict[str, Any]) -> list[Volume]:
    """Take over the folders of a setting, to be renewed in the way that it names."""
    if setting["renewal"] == b"none":
        return []
    if setting["renewal"] == b"wipe":
        return [Wiped(path, mode) for path, mode in setting["volumes"]]
    size, entries = setting["disk_bytes"], setting["entries"] + _SPARE_ENTRIES
    return [
        Mounted(
            path, f"size={size},nr_inodes={entries},mode={mode:o}", [at for at in setting["fixed"] if _is_in(at, path)]
        )
        for path, mode in setting["volumes"]
    ]


class Mounted:
    """A folder that has a filesystem of its own in memory, another one as soon as anything happened to it.

    `fixed` are paths in it that something of the sandbox itself stands at: a mount or a link.
    """

    def __init__(self, path: bytes, options: str, fixed: list[bytes]) -> None:
        self.path = path
        self._options = options
        self._fixtures = [_Fixture(one) for one in fixed]
        self._mark: tuple[object, ...] = ()
        self._is_mounted = False

    def renew(self) -> None:
        if self._is_mounted and self._mark == _mark(self.path):
            return
        for fixture in self._fixtures:
            fixture.take_up()
        if self._is_mounted:
            kernel.unmount(self.path)
            self._is_mounted = False
        kernel.mount("tmpfs", self.path, self._options)
        self._is_mounted = True
        for fixture in self._fixtures:
            fixture.put_back()

    def note(self) -> None:
        # What was prepared for a call, and folders around what is fixed, do not belong to the next.
        is_empty = not self._fixtures and filesystem.entries_of(self.path) == 1
        self._mark = _mark(self.path) if is_empty else ()


class _Fixture:
    """Something of the sandbox itself that stands in a folder, taken up to be put back into an empty one.

    What it is was noted before any tool ran: a tool may move the folders around it, and put another in its place.
    """

    def __init__(self, path: bytes) -> None:
        status = os.lstat(path)
        self._path = path
        self._noted = _identity(status)
        self._is_folder = stat.S_ISDIR(status.st_mode)
        self._leads_to = os.readlink(path) if stat.S_ISLNK(status.st_mode) else None
        self._copy = -1

    def take_up(self) -> None:
        """Take it up, if it still is what it was.

        Raises:
            OSError: it is not, or it is gone.

        """
        if self._leads_to is None:
            if _identity(os.lstat(self._path)) != self._noted:
                raise OSError(errno.ESTALE, f"the tool has replaced {os.fsdecode(self._path)}")
            self._copy = kernel.copy_of(self._path)

    def put_back(self) -> None:
        os.makedirs(os.path.dirname(self._path), 0o755, exist_ok=True)
        if self._leads_to is not None:
            os.symlink(self._leads_to, self._path)
        else:
            if self._is_folder:
                os.makedirs(self._path, 0o755, exist_ok=True)
            else:
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o444))
            kernel.mount_copy(self._copy, self._path)
            os.close(self._copy)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_in(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder + b"/")


class Wiped:
    """A folder that nothing can be mounted on: all that lies in it is removed."""

    def __init__(self, path: bytes, mode: int) -> None:
        self.path = path
        self._mode = mode

    def renew(self) -> None:
        folder = _opened(self.path)
        try:
            for name in os.listxattr(folder):
                if name.startswith(_OWN_ATTRIBUTES):
                    os.removexattr(folder, name)
            _Clearing(folder).run()
            os.fchmod(folder, self._mode)
        finally:
            os.close(folder)

    def note(self) -> None:
        return


def _opened(path: bytes) -> int:
    """Open a folder of our own that may be closed even to us; what a link of its name leads to stays as it is."""
    place = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.chmod(f"/proc/self/fd/{place}", 0o700)
        return os.open(b".", filesystem.FOLDER, dir_fd=place)
    finally:
        os.close(place)


def _mark(path: bytes) -> tuple[object, ...]:
    """Give what no change of a folder leaves as it is; the time of the inode alone may be too coarse."""
    status = os.lstat(path)
    return (
        filesystem.entries_of(path),
        *(status.st_dev, status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_nlink),
        *(status.st_mtime_ns, status.st_ctime_ns, tuple(os.listxattr(path, follow_symlinks=False))),
    )


class _Clearing:
    """Removes all that lies in a folder, however deep: what lies too deep to be held open is moved up before."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._moved = 0

    def run(self) -> None:
        while names := os.listdir(self._top):
            for name in names:
                self._remove(self._top, name, _DEEPEST)

    def _remove(self, parent: int, name: str, depth: int) -> None:
        if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=parent)
            return
        os.chmod(name, 0o700, dir_fd=parent)
        if not depth:
            self._move_up(parent, name)
            return
        folder = os.open(name, filesystem.FOLDER, dir_fd=parent)
        try:
            for inner in os.listdir(folder):
                self._remove(folder, inner, depth - 1)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=parent)

    def _move_up(self, parent: int, name: str) -> None:
        while True:
            self._moved += 1
            try:
                os.rename(name, f"moved{self._moved}", src_dir_fd=parent, dst_dir_fd=self._top)
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
            else:
                return
