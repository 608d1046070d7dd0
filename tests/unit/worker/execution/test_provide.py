from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.interfaces.executor import ToolNotExecutableError, ToolNotFoundError
from shared.models.job import ToolSpec
from worker.execution.provide import Found, find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "programs"
    made.mkdir()
    return made


@pytest.fixture
def found(folder: Path) -> Callable[..., Found]:
    """Find a tool where the folder is all there is on PATH, besides the system."""

    def do(*argv: str) -> Found:
        spec = ToolSpec(argv=tuple(os.fsencode(word) for word in argv))
        return find(spec, search=[str(folder), "/usr/bin", "/bin"], homes=[])

    return do


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_tool_asked_for_by_name_is_called_by_it_with_its_fixed_words(
    found: Callable[..., Found], folder: Path
) -> None:
    program(folder / "frob")
    provided = found("frob", "sync").provided
    assert (provided.path, provided.argv) == (f"{folder}/frob", (b"frob", b"sync"))


def test_a_tool_asked_for_by_path_is_called_by_all_of_it(
    found: Callable[..., Found], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(folder / "frob")
    monkeypatch.chdir(folder)
    assert found("./frob").provided.path == f"{folder}/frob"
    assert found(f"{folder}/frob").provided.argv == (os.fsencode(folder / "frob"),)


def test_the_first_executable_of_a_name_is_taken(found: Callable[..., Found], folder: Path) -> None:
    (folder / "sh").write_text("no program")
    assert found("sh").provided.path in {"/usr/bin/sh", "/bin/sh"}


def test_a_mistyped_name_is_answered_with_near_ones(found: Callable[..., Found], folder: Path) -> None:
    program(folder / "frobnicate")
    with pytest.raises(ToolNotFoundError) as raised:
        found("frobnicat")
    assert "frobnicate" in raised.value.hint
    assert "'frobnicat'" in raised.value.message


def test_a_mistyped_path_is_answered_with_its_neighbour(found: Callable[..., Found], folder: Path) -> None:
    program(folder / "frobnicate")
    with pytest.raises(ToolNotFoundError) as raised:
        found(f"{folder}/frobnicat")
    assert f"{folder}/frobnicate" in raised.value.hint


def test_a_link_to_nothing_is_not_found(found: Callable[..., Found], folder: Path) -> None:
    (folder / "frob").symlink_to("gone")
    with pytest.raises((ToolNotFoundError, ToolNotExecutableError)):
        found(f"{folder}/frob")


def test_links_that_go_round_are_not_found(found: Callable[..., Found], folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises((ToolNotFoundError, ToolNotExecutableError)):
        found(f"{folder}/a")


def test_what_cannot_be_executed_is_told_with_what_to_type(found: Callable[..., Found], folder: Path) -> None:
    (folder / "frob").write_text("#!/bin/sh\n")
    for asked in ("frob", f"{folder}/frob"):
        with pytest.raises(ToolNotExecutableError) as raised:
            found(asked)
        assert raised.value.hint == f"Make it executable: chmod +x {folder}/frob"


def test_a_folder_is_no_program(found: Callable[..., Found], folder: Path) -> None:
    with pytest.raises(ToolNotExecutableError, match="is a folder"):
        found(f"{folder}")


def test_data_with_the_rights_of_a_program_is_none(found: Callable[..., Found], folder: Path) -> None:
    (folder / "picture").write_bytes(b"\x89PNG\0\0")
    (folder / "picture").chmod(0o755)
    with pytest.raises(ToolNotExecutableError):
        found("picture")


def test_a_script_without_a_first_line_is_a_program_as_in_a_shell(found: Callable[..., Found], folder: Path) -> None:
    program(folder / "frob", "echo frob\n")
    assert found("frob").provided.path == f"{folder}/frob"


def test_a_script_whose_interpreter_is_missing_is_told_before_any_call(
    found: Callable[..., Found], folder: Path
) -> None:
    program(folder / "frob", "#!/usr/bin/env frobnicator-4711\n")
    with pytest.raises(ToolNotExecutableError, match="frobnicator-4711"):
        found("frob")


def test_a_name_with_control_characters_is_shown_without_power(found: Callable[..., Found]) -> None:
    with pytest.raises(ToolNotFoundError) as raised:
        found("a\x1b[2Jb")
    assert "\x1b" not in raised.value.message
