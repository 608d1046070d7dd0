from __future__ import annotations

from pathlib import Path

import pytest

from shared.interfaces.executor import ToolOutOfReachError
from worker.execution import reach
from worker.execution.reach import closed_folders, passage


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder whose way is open, whatever the way to the test's own folder is."""
    made = tmp_path / "top"
    (made / "home" / "tool" / "bin").mkdir(parents=True)
    return made


def closed_below(top: Path, *paths: Path) -> list[str]:
    return [folder for folder in closed_folders(map(str, paths)) if folder.startswith(f"{top}/")]


def test_the_outermost_closed_folder_of_each_way_is_named(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_mode", lambda path: 0o40755 if not path.startswith(str(top)) else mode(path))
    (top / "home").chmod(0o700)
    (top / "home" / "tool").chmod(0o700)
    (top / "open").mkdir()
    assert closed_below(top, top / "home" / "tool" / "bin", top / "open") == [f"{top}/home"]


def mode(path: str) -> int:
    return Path(path).stat().st_mode


def test_what_is_closed_itself_is_out_of_reach(top: Path) -> None:
    tool = top / "home" / "tool"
    tool.chmod(0o700)
    with pytest.raises(ToolOutOfReachError) as raised:
        closed_folders([str(tool)])
    assert raised.value.hint == f"Open it: chmod o+rX {tool}"


def test_without_the_program_for_it_there_is_no_way_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_program", lambda _: None)
    with pytest.raises(ToolOutOfReachError, match="/root is closed"), passage(["/root"], ["/root/tool"]):
        pass
    assert reach.descent() == []
