from __future__ import annotations

import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest

from worker.analysis.manual.pages import LARGEST_PAGE_BYTES, MOST_PAGES, Page, find_pages, read_page

SOURCE = b".TH FROB 1\n.SH NAME\nfrob \\- does it\n"


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "share/man/man1").mkdir(parents=True)
    (tmp_path / "bin/frob").write_text("#!/bin/sh\n")
    return tmp_path


def write(prefix: Path, name: str, raw: bytes = SOURCE) -> Path:
    page = prefix / "share/man/man1" / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(raw)
    return page


def stems(program: Path | str, *words: str) -> list[str]:
    return [page.stem for page in find_pages(str(program), words or ("frob",), {})]


def test_finds_the_page_of_a_tool_before_those_of_its_commands(prefix: Path) -> None:
    for name in ("frob-add.1", "frob.1.gz", "frob-add-all.1", "frob_old.1", "frobber.1", "frob.5", "other.1"):
        write(prefix, name)

    assert stems(prefix / "bin/frob") == ["frob", "frob-add", "frob-add-all", "frob_old"]


def test_finds_the_pages_of_a_part_of_a_tool(prefix: Path) -> None:
    for name in ("frob.1", "frob-image.1", "frob-image-list.1"):
        write(prefix, name)

    assert stems(prefix / "bin/frob", "frob", "image") == ["frob-image", "frob-image-list"]


def test_leaves_out_the_folders_of_languages(prefix: Path) -> None:
    (prefix / "share/man/de/man1").mkdir(parents=True)
    (prefix / "share/man/de/man1/frob.1").write_bytes(SOURCE)

    assert stems(prefix / "bin/frob") == []


def test_finds_pages_of_a_package_behind_the_link_to_its_executable(prefix: Path) -> None:
    package = prefix / "lib/node_modules/frob"
    (package / "bin").mkdir(parents=True)
    (package / "man/man1").mkdir(parents=True)
    (package / "bin/cli.js").write_text("")
    (package / "man/man1/frob.1").write_bytes(SOURCE)
    (package / "man/frob-add.1").write_bytes(SOURCE)
    (prefix / "bin/frob").unlink()
    (prefix / "bin/frob").symlink_to("../lib/node_modules/frob/bin/cli.js")

    assert stems(prefix / "bin/frob") == ["frob", "frob-add"]


def test_finds_the_page_under_the_name_that_a_link_leads_to(prefix: Path) -> None:
    (prefix / "bin/fr").symlink_to("frob")
    write(prefix, "frob.1")

    assert stems(prefix / "bin/fr", "fr") == ["frob"]


def test_reads_nothing_from_where_everybody_may_write(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    for folder in ("x", "bin", "man/man1", "share/man/man1", "doc"):
        (open_to_all / folder).mkdir(parents=True)
    for place in ("x/frob", "bin/frob", "frob"):
        (open_to_all / place).write_text("")
    for page in ("frob.1", "man/man1/frob.1", "share/man/man1/frob.1", "doc/frob.1"):
        (open_to_all / page).write_bytes(SOURCE)
    open_to_all.chmod(0o1777)

    assert [stems(open_to_all / place) for place in ("x/frob", "bin/frob", "frob")] == [[], [], []]
    (open_to_all / "x/frob-own.1").write_bytes(SOURCE)
    assert stems(open_to_all / "x/frob") == ["frob-own"]


def test_climbs_no_higher_than_the_package(tmp_path: Path) -> None:
    (tmp_path / "package/build/out").mkdir(parents=True)
    (tmp_path / "package/build/out/frob").write_text("")
    (tmp_path / "package/doc").mkdir()
    (tmp_path / "package/doc/frob-in.1").write_bytes(SOURCE)
    (tmp_path / "frob-above.1").write_bytes(SOURCE)

    assert stems(tmp_path / "package/build/out/frob") == []
    (tmp_path / "package/pyproject.toml").write_text("")
    assert stems(tmp_path / "package/build/out/frob") == ["frob-in"]


def test_looks_where_the_environment_says(prefix: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere/man8"
    elsewhere.mkdir(parents=True)
    (elsewhere / "frob.8").write_bytes(SOURCE)

    found = find_pages(str(prefix / "bin/frob"), ["frob"], {"MANPATH": f"{elsewhere.parent}:relative"})

    assert [(page.stem, page.section) for page in found] == [("frob", "8")]


def test_finds_no_more_pages_than_are_allowed(prefix: Path) -> None:
    for number in range(MOST_PAGES + 20):
        write(prefix, f"frob-{number:04}.1")

    assert len(stems(prefix / "bin/frob")) == MOST_PAGES
    for name in ("frob-x.1", "frob-y.1"):
        write(prefix / "bin/frob-others", name)
    others = {"MANPATH": str(prefix / "bin/frob-others/share/man")}
    assert len(find_pages(str(prefix / "bin/frob"), ["frob"], others)) == MOST_PAGES


@pytest.mark.parametrize("program", ["", "frob", "/", "/nowhere/at/all", "\0", "/a\0b", "../frob", "/proc/self/fd/0"])
def test_any_path_of_an_executable_finds_something_or_nothing(program: str) -> None:
    assert isinstance(find_pages(program, ["no-such-tool-anywhere"], {}), tuple)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_reads_a_page_however_it_is_compressed(tmp_path: Path, compress: object) -> None:
    assert callable(compress)
    file = tmp_path / "frob.1"
    file.write_bytes(compress(SOURCE))

    assert read_page(file) == SOURCE.decode()


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_page_that_grows_without_end_is_cut(tmp_path: Path, compress: object) -> None:
    assert callable(compress)
    file = tmp_path / "frob.1"
    file.write_bytes(compress(b"a" * (LARGEST_PAGE_BYTES + 10)))

    assert len(read_page(file)) == LARGEST_PAGE_BYTES


def test_reads_latin_letters(tmp_path: Path) -> None:
    file = tmp_path / "frob.1"
    file.write_bytes("h\u00e4lt".encode("latin-1"))

    assert read_page(file) == "h\u00e4lt"


def test_nothing_but_a_regular_file_is_a_page(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.1")
    (tmp_path / "device.1").symlink_to("/dev/zero")
    (tmp_path / "folder.1").mkdir()

    for name in ("pipe.1", "device.1", "folder.1", "missing.1"):
        assert not read_page(tmp_path / name)


@pytest.mark.parametrize("raw", [b"\x1f\x8b", b"\x1f\x8b\x08broken", b"BZh9broken", b"\xfd7zXZ\x00broken", b""])
def test_a_broken_page_is_empty(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "frob.1.gz"
    file.write_bytes(raw)

    assert read_page(file) in {"", raw.decode("latin-1")}


def test_follows_a_page_that_stands_for_another_within_its_tree(prefix: Path) -> None:
    write(prefix, "frob.1.gz", gzip.compress(SOURCE))
    alias = write(prefix, "fr.1", b'.\\" an alias\n.so man1/frob.1\n')

    assert Page(alias, "fr", "1").source() == SOURCE.decode()


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "/etc/passwd", "man1/../../secret", "a b", "", "fr.1"])
def test_follows_no_page_out_of_its_tree_and_none_round_in_a_circle(prefix: Path, name: str) -> None:
    (prefix / "secret").write_text("secret")
    alias = write(prefix, "fr.1", f".so {name}\n".encode())

    assert Page(alias, "fr", "1").source() == f".so {name}\n"
