from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from worker.execution.inside import filesystem


@contextmanager
def folder_of(path: Path) -> Iterator[int]:
    descriptor = filesystem.open_folder(os.fsencode(path))
    yield descriptor
    os.close(descriptor)


def seen_after(top: Path, act: Callable[[], object], hashed_bytes: int = 1 << 30) -> dict[bytes, dict[str, Any]]:
    with folder_of(top) as folder:
        before = filesystem.look(folder)
        act()
        after = filesystem.look(folder)
        return {change["path"]: change for change in filesystem.changes(folder, before, after, hashed_bytes)}


def a_file(path: bytes, content: bytes = b"", mode: int = 0o644) -> dict[str, Any]:
    return {"path": path, "kind": b"file", "mode": mode, "content": content}


def test_everything_is_made_with_one_time_the_folders_on_the_way_too(tmp_path: Path) -> None:
    filesystem.make(
        os.fsencode(tmp_path),
        [
            a_file(b"a/b/c", b"c", 0o600),
            {"path": b"closed", "kind": b"directory", "mode": 0o500, "content": b""},
            a_file(b"closed/in", b"in"),
            {"path": b"link", "kind": b"link", "mode": 0o644, "content": b"nowhere"},
        ],
    )
    paths = [tmp_path, *(tmp_path / name for name in ("a", "a/b", "a/b/c", "closed", "closed/in", "link"))]
    assert {path.lstat().st_mtime_ns for path in paths} == {filesystem.MTIME_NS}
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o500
    assert (tmp_path / "a/b/c").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "link").readlink() == Path("nowhere")


def test_nothing_done_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert seen_after(tmp_path, (tmp_path / "file").read_text) == {}


def test_a_rewrite_with_size_and_time_set_back_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("aaaa")
    time_ns = file.stat().st_mtime_ns

    def rewrite() -> None:
        with file.open("r+") as opened:
            opened.write("bbbb")
        os.utime(file, ns=(time_ns, time_ns))

    (change,) = seen_after(tmp_path, rewrite).values()
    assert (change["change"], change["content"]) == (b"changed", b"bbbb")


def test_a_file_in_a_folder_does_not_change_the_folder(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert list(seen_after(tmp_path, (tmp_path / "d" / "new").touch)) == [b"d/new"]


def test_what_took_the_place_of_something_else_is_told_as_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    def replace() -> None:
        (tmp_path / "file").unlink()
        (tmp_path / "file").symlink_to("/etc/passwd")

    (change,) = seen_after(tmp_path, replace).values()
    assert (change["change"], change["kind"], change["content"]) == (b"changed", b"link", b"/etc/passwd")


def test_what_is_gone_is_told_with_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert seen_after(tmp_path, (tmp_path / "d").rmdir) == {
        b"d": {"path": b"d", "change": b"deleted", "kind": b"directory"}
    }


def test_links_pipes_and_sockets_are_neither_followed_nor_opened(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret").write_text("secret")
    top = tmp_path / "top"
    top.mkdir()

    def leave() -> None:
        (top / "folder").symlink_to(elsewhere)
        (top / "file").symlink_to(elsewhere / "secret")
        os.mkfifo(top / "pipe")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(top / "socket"))

    seen = seen_after(top, leave)
    assert {path: change["kind"] for path, change in seen.items()} == {
        b"folder": b"link",
        b"file": b"link",
        b"pipe": b"other",
        b"socket": b"other",
    }
    assert "content" not in seen[b"pipe"]


def test_a_folder_that_became_a_link_after_it_was_seen_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "passwd").write_text("mine")
    with folder_of(tmp_path) as folder:
        after = filesystem.look(folder)
        (tmp_path / "d" / "passwd").unlink()
        (tmp_path / "d").rmdir()
        (tmp_path / "d").symlink_to("/etc")
        (_, change) = filesystem.changes(folder, {}, after, 1 << 20)
    assert "content" not in change


def test_small_files_bring_their_content_up_to_a_number_the_others_their_hash(tmp_path: Path) -> None:
    def write() -> None:
        for number in range(filesystem.MOST_CONTENTS + 1):
            (tmp_path / f"{number:03}").write_text(str(number))

    changes = list(seen_after(tmp_path, write).values())
    assert ["content" in change for change in changes] == [True] * filesystem.MOST_CONTENTS + [False]
    last = str(filesystem.MOST_CONTENTS).encode()
    assert changes[-1]["sha256"] == hashlib.sha256(last).hexdigest()


def test_what_is_too_much_to_hash_is_told_by_its_size(tmp_path: Path) -> None:
    def write() -> None:
        with (tmp_path / "sparse").open("wb") as file:
            file.truncate(1 << 40)

    (change,) = seen_after(tmp_path, write, hashed_bytes=1 << 20).values()
    assert change["size"] == 1 << 40
    assert not {"content", "sha256"} & set(change)


def test_a_closed_folder_is_looked_into_and_left_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"

    def close() -> None:
        closed.mkdir()
        (closed / "in").write_text("in")
        closed.chmod(0)

    seen = seen_after(tmp_path, close)
    assert seen[b"closed/in"]["content"] == b"in"
    assert closed.stat().st_mode & 0o777 == 0
    closed.chmod(0o700)


def test_more_changes_than_anybody_reads_are_cut(tmp_path: Path) -> None:
    def write() -> None:
        for number in range(filesystem.MOST_CHANGES + 5):
            (tmp_path / str(number)).touch()

    assert len(seen_after(tmp_path, write)) == filesystem.MOST_CHANGES
