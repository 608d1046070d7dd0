"""The shell line that shows a finding again: run by a real shell."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from shared.models.call import BlobRef, Call, CallFile, FileKind
from shared.models.job import ToolSpec
from worker.verification.reproduce import reproduction

TOOL = """#!/bin/sh
printf '%s\\n' "$0" "$@"
env | grep -E '^(FROB|PYTHONHASHSEED)=' | sort
echo "stdin:"; cat
find . -type f -exec cat {} +
"""


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    path = tmp_path / "frob"
    path.write_text(TOOL)
    path.chmod(0o755)
    return path


def typed(line: str, tool: Path) -> bytes:
    path = f"{tool.parent}:{os.environ['PATH']}"
    shown = subprocess.run(
        ["bash", "-c", line], check=True, capture_output=True, env={"PATH": path, "LC_ALL": "C.UTF-8"}
    )
    return shown.stdout.replace(bytes(tool), b"frob")


@pytest.mark.parametrize(
    "call",
    [
        Call(),
        Call(argv=(b"--dry", b"two words", b"", b"\xff\x01", b"it's", b"$HOME")),
        Call(stdin=b"in\nput"),
        Call(stdin=b""),
        Call(stdin=b"100% \\n\t\\"),
        Call(stdin=bytes(range(256))),
        Call(argv=(b"a.txt",), files=(CallFile(path=b"deep/er/a b.txt", content=b"x\n"), CallFile(path=b"e"))),
        Call(files=(CallFile(path=b"big", content=b"y" * 5000),)),
        Call(env={"FROB": b"a b"}),
    ],
)
def test_a_shell_makes_the_very_call(call: Call, tool: Path) -> None:
    line = reproduction(ToolSpec(argv=(b"frob",)), [(call, None)])
    shown = typed(line, tool)
    expected = b"".join(
        [
            b"frob\n" + b"".join(word + b"\n" for word in call.argv),
            b"".join(name.encode() + b"=" + value + b"\n" for name, value in call.env.items()),
            b"stdin:\n",
            call.stdin if isinstance(call.stdin, bytes) else b"",
        ]
    )
    assert shown.startswith(expected) or (not call.argv and expected.replace(b"frob\n", b"frob\n\n", 1) in shown)
    for file in call.files:
        assert isinstance(file.content, bytes)
        assert file.content in shown


def test_links_folders_and_closed_files_are_made() -> None:
    files = (
        CallFile(path=b"d", kind=FileKind.DIRECTORY, mode=0o755),
        CallFile(path=b"l", content=b"d", kind=FileKind.LINK),
        CallFile(path=b"r", content=b"x", mode=0o444),
    )
    line = reproduction(ToolSpec(argv=(b"ls",)), [(Call(argv=(b"-l",), files=files), None)])
    shown = subprocess.run(["bash", "-c", line], check=True, capture_output=True).stdout.decode()
    assert " l -> d" in shown
    assert "-r--r--r--" in shown
    assert "drwxr-xr-x" in shown


def test_two_calls_are_made_one_after_the_other_in_one_folder(tool: Path) -> None:
    calls = [(Call(argv=(b"one",)), None), (Call(argv=(b"two",)), None)]
    shown = typed(reproduction(ToolSpec(argv=(b"frob",)), calls), tool)
    assert shown.index(b"one") < shown.index(b"two")


def test_the_hash_seed_is_given_where_it_matters(tool: Path) -> None:
    shown = typed(reproduction(ToolSpec(argv=(b"frob",)), [(Call(), 0), (Call(), 1)]), tool)
    assert b"PYTHONHASHSEED=0" in shown
    assert b"PYTHONHASHSEED=1" in shown


def test_a_content_that_is_kept_elsewhere_is_named() -> None:
    call = Call(files=(CallFile(path=b"mine.bin", content=BlobRef.of(b"x" * 9999)),))
    assert BlobRef.of(b"x" * 9999).blob[:12] in reproduction(ToolSpec(argv=(b"frob",)), [(call, None)])
