"""Where a compiled program looks for its libraries, by its own dynamic section; layout as in the ELF specification."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"\x7fELF"
_IDENT_BYTES = 6
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_STRINGS, _RPATH, _RUNPATH = 5, 15, 29
_MOST_SEGMENTS = 256
_MOST_BYTES = 1 << 20


class _Segment(NamedTuple):
    kind: int
    offset: int
    address: int
    size: int


class Linked(NamedTuple):
    """The loader that starts a program (None for a static one), and the folders of libraries that it names itself."""

    loader: str | None = None
    folders: tuple[str, ...] = ()


def read_linked(path: str) -> Linked:
    """Read what a program says of itself; nothing, where it is no ELF file, or a broken one."""
    try:
        with Path(path).open("rb") as file:
            return _Reader(file.fileno(), os.path.dirname(path)).linked()  # noqa: PTH120
    except (OSError, struct.error, ValueError):
        return Linked()


class _Reader:
    def __init__(self, descriptor: int, origin: str) -> None:
        self._descriptor = descriptor
        self._origin = origin
        ident = self._at(0, _IDENT_BYTES)
        if len(ident) < _IDENT_BYTES or not ident.startswith(_MAGIC):
            raise ValueError("no ELF file")
        self._is_wide = ident[4] == 2  # noqa: PLR2004 - ELFCLASS64
        self._order = "<" if ident[5] == 1 else ">"

    def linked(self) -> Linked:
        segments = list(self._segments())
        loader = next(
            (self._text(segment.offset, segment.size) for segment in segments if segment.kind == _INTERPRETER), None
        )
        named = [folder for text in self._search_paths(segments) for folder in text.split(":")]
        expanded = (folder.replace("$ORIGIN", self._origin).replace("${ORIGIN}", self._origin) for folder in named)
        return Linked(loader, tuple(os.path.realpath(folder) for folder in expanded if folder.startswith("/")))

    def _segments(self) -> Iterator[_Segment]:
        header = "QQIHHH" if self._is_wide else "IIIHHH"
        table, _, _, _, size, number = self._unpack(header, 32 if self._is_wide else 28)
        for index in range(min(number, _MOST_SEGMENTS)):
            at = table + index * size
            if self._is_wide:
                kind, _, offset, address, _, length = self._unpack("IIQQQQ", at)
            else:
                kind, offset, address, _, length = self._unpack("IIIII", at)
            yield _Segment(kind, offset, address, length)

    def _search_paths(self, segments: list[_Segment]) -> Iterator[str]:
        for segment in (segment for segment in segments if segment.kind == _DYNAMIC):
            entries = dict(self._entries(segment))
            strings = self._offset_of(entries.get(_STRINGS, -1), segments)
            for tag in (_RPATH, _RUNPATH):
                if tag in entries and strings is not None:
                    yield self._text(strings + entries[tag], os.pathconf("/", "PC_PATH_MAX"))

    def _entries(self, segment: _Segment) -> Iterator[tuple[int, int]]:
        layout = self._order + ("QQ" if self._is_wide else "II")
        raw = self._at(segment.offset, min(segment.size, _MOST_BYTES))
        yield from struct.iter_unpack(layout, raw[: len(raw) // struct.calcsize(layout) * struct.calcsize(layout)])

    @staticmethod
    def _offset_of(address: int, segments: list[_Segment]) -> int | None:
        holding = (one for one in segments if one.kind == _LOAD and one.address <= address < one.address + one.size)
        return next((one.offset + address - one.address for one in holding), None)

    def _text(self, offset: int, most: int) -> str:
        return os.fsdecode(self._at(offset, min(most, _MOST_BYTES)).split(b"\0")[0])

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        return struct.unpack(self._order + layout, self._at(offset, struct.calcsize(self._order + layout)))

    def _at(self, offset: int, size: int) -> bytes:
        if not 0 <= offset < 1 << 62:
            raise ValueError("it points outside")
        return os.pread(self._descriptor, size, offset)
