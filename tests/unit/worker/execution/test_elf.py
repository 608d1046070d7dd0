from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.execution.elf import Linked, read_linked


def elf(tag: int, search: str, loader: str = "/lib/loader.so", *, is_wide: bool = True, order: str = "<") -> bytes:
    """Make the least that an ELF file can be which names a loader and a search path."""
    strings, start = b"\0" + search.encode() + b"\0", loader.encode() + b"\0"
    word, segment = ("Q", 56) if is_wide else ("I", 32)
    table = 64
    at_loader = table + 3 * segment
    at_strings = at_loader + len(start)
    at_dynamic = at_strings + len(strings)
    dynamic = struct.pack(f"{order}6{word}", 5, 0x10000 + at_strings, tag, 1, 0, 0)
    size = at_dynamic + len(dynamic)

    def program(kind: int, offset: int, length: int) -> bytes:
        if is_wide:
            return struct.pack(f"{order}IIQQQQQQ", kind, 4, offset, 0x10000 + offset, 0, length, length, 1)
        return struct.pack(f"{order}IIIIIIII", kind, offset, 0x10000 + offset, 0, length, length, 4, 1)

    ident = b"\x7fELF" + bytes([2 if is_wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    head = struct.pack(f"{order}HHI{word}{word}{word}IHHHHHH", 2, 62, 1, 0, table, 0, 0, 64, segment, 3, 0, 0, 0)
    segments = program(3, at_loader, len(start)) + program(1, 0, size) + program(2, at_dynamic, len(dynamic))
    return (ident + head).ljust(table, b"\0") + segments + start + strings + dynamic


@pytest.mark.parametrize("tag", [15, 29])
@pytest.mark.parametrize("is_wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_loader_and_folders_are_read(tmp_path: Path, tag: int, is_wide: bool, order: str) -> None:
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin" / "frob"
    path.write_bytes(elf(tag, "$ORIGIN/../lib:/srv/frob:relative", is_wide=is_wide, order=order))
    assert read_linked(str(path)) == Linked("/lib/loader.so", (f"{tmp_path}/lib", "/srv/frob"))


def test_a_program_of_the_system_names_its_loader() -> None:
    loader = read_linked(os.path.realpath("/bin/sh")).loader
    assert loader is not None
    assert Path(loader).exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80), st.integers(0, 300), st.binary(min_size=1, max_size=4))
def test_a_broken_file_says_nothing_and_does_no_harm(tmp_path: Path, start: bytes, at: int, wrong: bytes) -> None:
    path = tmp_path / "broken"
    whole = elf(29, "/srv/frob")
    for content in (start, b"\x7fELF" + start, whole[:at] + wrong + whole[at + len(wrong) :], whole[:at]):
        path.write_bytes(content)
        assert isinstance(read_linked(str(path)), Linked)


def test_what_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_linked(str(tmp_path / "none")) == Linked()
