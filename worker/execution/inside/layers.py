"""Many prepared files at once: made one time, and laid under the folders of all calls that are to find them.

An overlay shows them in the call's folder; what the call writes goes to a layer of its own, which alone has to be
looked through afterwards. Sources of what is found there: the kernel's Documentation/filesystems/overlayfs.rst, on
whiteouts and opaque folders.
"""

# pathlib holds no bytes.
# ruff: noqa: PTH102, PTH118

from __future__ import annotations

import errno
import os
import stat

from worker.execution.inside import filesystem, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from worker.execution.inside.filesystem import Entry

_MOST_KEPT = 4
_MOST_ENTRIES = 1 << 17
_PART_BYTES = 1 << 16
_OPAQUE = "user.overlay.opaque"


class Layers:
    """The prepared layers of a sandbox, in a place that is covered whenever anything untrusted runs."""

    def __init__(self, place: bytes, disk_bytes: int) -> None:
        self._place = place
        self._disk_bytes = disk_bytes
        self._known: dict[bytes, dict[bytes, Entry]] = {}
        self._is_there = False

    def __contains__(self, key: bytes) -> bool:
        """Tell whether a layer was prepared, and is still kept."""
        return key in self._known

    def can_be_laid(self, folder: bytes) -> bool:
        """Tell whether this kernel lets an ordinary user lay them, by trying it in a folder that is still ours."""
        try:
            self.prepare(b"trial", [])
            with _Uncovered(self._place):
                os.setxattr(os.path.join(self._place, b"trial"), "user.trial", b"")
            self.lay(b"trial", folder).take_away()
        except OSError:
            return False
        return True

    def prepare(self, key: bytes, files: list[dict[str, Any]]) -> None:
        """Make a layer of files.

        Raises:
            OSError: it cannot be made, or there is more of them than a call may have.

        """
        if sum(len(file["content"]) for file in files) > self._disk_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if not self._is_there or len(self._known) == _MOST_KEPT:
            self._begin()
        folder = os.path.join(self._place, key)
        with _Uncovered(self._place):
            os.mkdir(folder, 0o755)
            filesystem.make(folder, files)
            descriptor = os.open(folder, filesystem.FOLDER)
        try:
            self._known[key] = filesystem.look(descriptor)
        finally:
            os.close(descriptor)

    def lay(self, key: bytes, folder: bytes) -> Laid:
        """Show a layer in the folder of a call.

        Raises:
            OSError: it cannot be done here.

        """
        with _Uncovered(self._place):
            changed, original = self._mounted(key, folder)
        os.utime(folder, ns=(filesystem.MTIME_NS, filesystem.MTIME_NS))
        return Laid(folder, changed, original, self._known[key])

    def _mounted(self, key: bytes, folder: bytes) -> tuple[int, int]:
        top, lower = os.path.join(self._place, b"top"), os.path.join(self._place, key)
        kernel.mount("tmpfs", top, f"size={self._disk_bytes},nr_inodes={_MOST_ENTRIES},mode=700")
        try:
            upper, work = os.path.join(top, b"upper"), os.path.join(top, b"work")
            os.mkdir(upper, 0o755)
            os.mkdir(work, 0o700)
            options = f"lowerdir={lower.decode()},upperdir={upper.decode()},workdir={work.decode()},userxattr"
            with kernel.Overriding():  # the overlay makes a folder for itself that is closed even to its owner
                kernel.mount("overlay", folder, options)
            return os.open(upper, filesystem.FOLDER), os.open(lower, filesystem.FOLDER)
        finally:
            kernel.unmount(top)

    def _begin(self) -> None:
        """Start with none: a filesystem for all of them, that no tool ever sees."""
        self._known.clear()
        if self._is_there:
            _uncover(self._place)
            kernel.unmount(self._place)
            self._is_there = False
        options = f"size={_MOST_KEPT * self._disk_bytes},nr_inodes={_MOST_KEPT * _MOST_ENTRIES},mode=700"
        kernel.mount("tmpfs", self._place, options)
        os.mkdir(os.path.join(self._place, b"top"), 0o700)
        _cover(self._place)
        self._is_there = True


class _Uncovered:
    """A moment in which the place of the layers can be reached, by us alone."""

    def __init__(self, place: bytes) -> None:
        self._place = place

    def __enter__(self) -> None:
        _uncover(self._place)

    def __exit__(self, *_: object) -> None:
        _cover(self._place)


def _cover(place: bytes) -> None:
    kernel.mount("tmpfs", place, "size=4k,nr_inodes=1,mode=555")
    kernel.make_read_only(place)


def _uncover(place: bytes) -> None:
    kernel.unmount(place)


class Laid:
    """A layer under the folder of one call."""

    def __init__(self, folder: bytes, changed: int, original: int, before: dict[bytes, Entry]) -> None:
        self._folder = folder
        self._changed = changed
        self._original = original
        self._before = before

    def changes(self, hashed_bytes: int) -> list[dict[str, Any]]:
        """Say what the call did: what stands in its own layer, read together with what lay there before."""
        now: dict[bytes, Entry | None] = {}
        for path, entry in sorted(filesystem.look(self._changed).items()):
            self._apply(path, entry, now)
        before = {path: self._before[path] for path in now if path in self._before}
        after = {path: entry for path, entry in now.items() if entry is not None}
        return filesystem.changes(self._changed, before, after, hashed_bytes)

    def take_away(self) -> None:
        """Forget the call's own layer."""
        os.close(self._changed)
        os.close(self._original)
        kernel.unmount(self._folder)

    def _apply(self, path: bytes, entry: Entry, now: dict[bytes, Entry | None]) -> None:
        mode = entry[0]
        before = now[path] if path in now else self._before.get(path)
        if stat.S_ISCHR(mode) and self._is_whiteout(path):
            self._remove(path, now)
        elif stat.S_ISDIR(mode):
            if before is not None and (not stat.S_ISDIR(before[0]) or self._is_opaque(path)):
                self._remove(path, now)
            now[path] = entry
        elif before is None or not self._is_as_before(path, entry, before):
            self._remove(path, now)
            now[path] = entry

    def _remove(self, path: bytes, now: dict[bytes, Entry | None]) -> None:
        now[path] = None
        if path in self._before and stat.S_ISDIR(self._before[path][0]):
            below = path + b"/"
            now.update((other, None) for other in self._before if other.startswith(below))

    def _is_whiteout(self, path: bytes) -> bool:
        # A tool cannot make a device, and the overlay lets nobody make this one through it.
        return os.stat(path, dir_fd=self._changed, follow_symlinks=False).st_rdev == 0

    def _is_opaque(self, path: bytes) -> bool:
        descriptor = _opened(path, self._changed, filesystem.FOLDER)
        if descriptor is None:
            return False
        try:
            return _OPAQUE in os.listxattr(descriptor)
        finally:
            os.close(descriptor)

    def _is_as_before(self, path: bytes, entry: Entry, before: Entry) -> bool:
        """Tell whether a file was only opened for writing; a tool can set its time back, so the content decides."""
        if entry[:3] != before[:3] or not stat.S_ISREG(entry[0]):
            return False
        one, other = (_opened(path, where, filesystem.FILE) for where in (self._changed, self._original))
        try:
            return one is not None and other is not None and _are_equal(one, other)
        finally:
            for descriptor in (one, other):
                if descriptor is not None:
                    os.close(descriptor)


def _opened(path: bytes, folder: int, how: int) -> int | None:
    """Open a path below a folder; None where it is closed to us."""
    try:
        return filesystem.opened_at(folder, path, how)
    except OSError:
        return None


def _are_equal(one: int, other: int) -> bool:
    while True:
        parts = os.read(one, _PART_BYTES), os.read(other, _PART_BYTES)
        if parts[0] != parts[1]:
            return False
        if not parts[0]:
            return True
