from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from worker.execution import fingerprint as module
from worker.execution.fingerprint import fingerprint_of
from worker.execution.visible import View


@pytest.fixture
def tool(tmp_path: Path) -> View:
    packages = tmp_path / "site-packages"
    (packages / "frob" / "__pycache__").mkdir(parents=True)
    (packages / "frob" / "part.py").write_text("part")
    (tmp_path / "frob").write_text("#!/bin/sh\n")
    return View(
        program=f"{tmp_path}/frob", real=f"{tmp_path}/frob", interpreters=("/bin/sh",), packages=(str(packages),)
    )


def part(tool: View) -> Path:
    return Path(tool.packages[0], "frob", "part.py")


def test_the_same_tool_has_the_same_fingerprint(tool: View) -> None:
    assert fingerprint_of(tool) == fingerprint_of(tool)
    assert len(fingerprint_of(tool) or "") == 64


def test_other_bytes_of_the_program_are_another_tool(tool: View) -> None:
    before = fingerprint_of(tool)
    Path(tool.real).write_text("#!/bin/sh\necho\n")
    assert fingerprint_of(tool) != before


def test_a_changed_file_of_its_packages_is_another_tool(tool: View) -> None:
    before = fingerprint_of(tool)
    part(tool).write_text("more than before")
    changed = fingerprint_of(tool)
    assert changed != before
    os.utime(part(tool), ns=(1, 1))
    assert fingerprint_of(tool) != changed


def test_what_python_keeps_for_itself_and_people_keep_beside_does_not_count(tool: View) -> None:
    before = fingerprint_of(tool)
    part(tool).parent.joinpath("__pycache__", "part.pyc").write_text("compiled")
    Path(tool.packages[0], ".testronaut").mkdir()
    Path(tool.packages[0], ".testronaut", "store.db").write_text("records")
    assert fingerprint_of(tool) == before


def test_a_changed_library_is_another_tool_and_what_lies_below_its_folder_is_not(tool: View, tmp_path: Path) -> None:
    libraries = tmp_path / "libs"
    (libraries / "more").mkdir(parents=True)
    (libraries / "part.so").write_bytes(b"part")
    linked = replace(tool, libraries=(str(libraries),))
    before = fingerprint_of(linked)
    assert before != fingerprint_of(tool)
    (libraries / "more" / "other.so").write_bytes(b"other")
    assert fingerprint_of(linked) == before
    (libraries / "part.so").write_bytes(b"another part")
    assert fingerprint_of(linked) != before


def test_where_there_is_too_much_to_look_at_there_is_none(tool: View, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        part(tool).with_name(f"{number}.py").touch()
    assert fingerprint_of(tool)
    monkeypatch.setattr(module, "_MOST_FILES", 10)
    assert fingerprint_of(tool) is None


def test_another_interpreter_is_another_tool(tool: View) -> None:
    assert fingerprint_of(replace(tool, interpreters=("/bin/bash",))) != fingerprint_of(tool)


def test_where_it_may_be_any_program_there_is_none(tool: View) -> None:
    assert fingerprint_of(replace(tool, is_known=False)) is None
