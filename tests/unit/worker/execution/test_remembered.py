from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.execution.remembered import Remembered, cache_folder, machine, own_version, version_of


def test_what_was_kept_is_there_for_the_next_and_for_nothing_else(tmp_path: Path) -> None:
    Remembered(tmp_path / "a").keep("kind", "this machine", b"content")
    later = Remembered(tmp_path / "a")
    assert later.recall("kind", "this machine") == b"content"
    assert later.recall("kind", "another machine") is None
    assert later.recall("other", "this machine") is None


def test_the_newest_counts_and_nothing_else_lies_about(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        Remembered(tmp_path).keep("kind", "x", content)
    assert Remembered(tmp_path).recall("kind", "x") == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_anybody_else_may_write_is_not_believed(tmp_path: Path) -> None:
    Remembered(tmp_path).keep("kind", "x", b"content")
    (kept,) = tmp_path.iterdir()
    kept.chmod(0o666)
    assert Remembered(tmp_path).recall("kind", "x") is None
    kept.chmod(0o600)
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to("elsewhere")
    assert Remembered(tmp_path).recall("kind", "x") is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_nothing_but_a_regular_file_is_read_or_waited_for(tmp_path: Path, make: Callable[[Path, int], None]) -> None:
    Remembered(tmp_path).keep("kind", "x", b"content")
    (kept,) = tmp_path.iterdir()
    kept.unlink()
    make(kept, 0o600)
    assert Remembered(tmp_path).recall("kind", "x") is None


def test_where_nothing_can_be_kept_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = Remembered(tmp_path / "file" / "below")
    nowhere.keep("kind", "x", b"content")
    assert nowhere.recall("kind", "x") is None


def test_the_folder_is_that_of_the_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert cache_folder({"XDG_CACHE_HOME": "/var/kept"}) == Path("/var/kept/testronaut")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == Path("/home/ada/.cache/testronaut")
    assert cache_folder({}) == Path("/home/ada/.cache/testronaut")


def test_other_bytes_another_user_or_another_kernel_make_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bwrap"
    program.write_bytes(b"one")
    first = machine(str(program))
    program.write_bytes(b"two!")
    assert machine(str(program)) != first
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    assert "\n4711\n" in machine(str(program))
    assert os.uname().release in machine(str(program))
    assert own_version() in machine(str(program))


def test_a_program_that_is_gone_is_a_version_too(tmp_path: Path) -> None:
    assert "not there" in version_of(str(tmp_path / "gone"))
