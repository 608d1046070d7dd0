"""Folders that are emptied by hand, where nothing can be mounted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from worker.execution.inside.volumes import Wiped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "volume"
    made.mkdir()
    return made


def renewed(folder: Path) -> list[str]:
    Wiped(os.fsencode(folder), 0o755).renew()
    return [path.name for path in folder.iterdir()]


def test_whatever_lies_in_it_goes_and_the_folder_stays(folder: Path) -> None:
    inode = folder.stat().st_ino
    (folder / "closed").mkdir()
    (folder / "closed" / "inside").write_text("x")
    (folder / "closed").chmod(0)
    (folder / "link").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    folder.chmod(0)
    assert renewed(folder) == []
    assert (folder.stat().st_ino, stat.S_IMODE(folder.stat().st_mode)) == (inode, 0o755)


def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir(0o500)
    folder.rmdir()
    folder.symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="directory"):
        renewed(folder)
    assert stat.S_IMODE((tmp_path / "precious").stat().st_mode) == 0o500


def test_what_a_link_leads_to_stays(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    (folder / "link").symlink_to(tmp_path / "precious")
    assert renewed(folder) == []
    assert (tmp_path / "precious" / "file").exists()


def test_folders_may_lie_in_folders_deeper_than_any_path_is_long(folder: Path) -> None:
    # In the way of what is moved up: a file, and a folder with something in it.
    (folder / "moved1").write_text("x")
    (folder / "moved2").mkdir()
    (folder / "moved2" / "file").write_text("x")
    deepest = os.open(folder, os.O_RDONLY)
    for _ in range(500):
        os.mkdir("d" * 100, dir_fd=deepest)
        above, deepest = deepest, os.open("d" * 100, os.O_RDONLY, dir_fd=deepest)
        os.close(above)
    os.close(deepest)
    assert renewed(folder) == []
