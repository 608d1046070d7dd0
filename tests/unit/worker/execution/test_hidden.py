from __future__ import annotations

import socket
from pathlib import Path

from worker.execution.hidden import hidden_in


def test_records_sockets_and_private_files_are_hidden(tmp_path: Path) -> None:
    (tmp_path / "a" / ".testronaut").mkdir(parents=True)
    for name, mode in {"key": 0o600, "readme": 0o644, "program": 0o700, "a/part": 0o600}.items():
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "a" / "s"))
        hidden = hidden_in([str(tmp_path)])
    assert hidden.folders == (f"{tmp_path}/a/.testronaut",)
    assert hidden.files == (f"{tmp_path}/a/s", f"{tmp_path}/key")


def test_a_single_file_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("x")
    (tmp_path / "tool").chmod(0o600)
    assert hidden_in([str(tmp_path / "tool")]) == hidden_in([])


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other" / ".testronaut").mkdir(parents=True)
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "link").symlink_to(tmp_path / "other")
    assert hidden_in([str(tmp_path / "shown")]) == hidden_in([])
