"""The shell line that shows a finding again: run by a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.models.call import BlobRef, Call, CallFile, FileInput, FileKind, InputKind, SpecialInput, Terminal
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


def shown_by(code: str, call: Call) -> list[str]:
    """Let a shell that is the tool do a piece of code, as the line says."""
    asked = call.model_copy(update={"argv": (code.encode(), *call.argv)})
    line = reproduction(ToolSpec(argv=(b"sh", b"-c")), [(asked, None)])
    made = subprocess.run(["bash", "-c", line], check=True, capture_output=True, timeout=60)
    return made.stdout.decode(errors="replace").splitlines()


@pytest.mark.parametrize(
    ("code", "stdin", "expected"),
    [
        ("readlink /proc/self/fd/0", None, ["/dev/null"]),
        ("test -e /proc/self/fd/0 || echo closed", SpecialInput(kind=InputKind.CLOSED), ["closed"]),
        ("test -p /dev/stdin && echo open", SpecialInput(kind=InputKind.SILENT), ["open"]),
        ("head -n 2", SpecialInput(kind=InputKind.ENDLESS), ["y", "y"]),
        ("cat", FileInput(file=b"a b.txt"), ["from a file"]),
    ],
)
def test_every_kind_of_input_can_be_shown(
    code: str, stdin: SpecialInput | FileInput | None, expected: list[str]
) -> None:
    call = Call(stdin=stdin, files=(CallFile(path=b"a b.txt", content=b"from a file\n"),))
    assert shown_by(code, call) == expected


@pytest.mark.skipif(shutil.which("script") is None, reason="the program script is not installed")
class TestTerminal:
    ALL = "tty <&2 >/dev/null && echo $TERM; stty size"

    def test_it_is_one_of_its_kind_and_size(self) -> None:
        assert shown_by(self.ALL, Call(tty=Terminal(columns=90, rows=30))) == ["xterm-256color", "30 90"]

    def test_what_is_read_is_typed(self) -> None:
        assert shown_by("stty -echo; read word; echo got $word", Call(tty=Terminal(), stdin=b"it\n"))[-1:] == ["got it"]

    @pytest.mark.parametrize("stdin", [SpecialInput(kind=InputKind.CLOSED), FileInput(file=b"a.txt")])
    def test_the_input_may_come_from_elsewhere(self, stdin: SpecialInput | FileInput) -> None:
        call = Call(tty=Terminal(), stdin=stdin, files=(CallFile(path=b"a.txt", content=b"from a file\n"),))
        assert shown_by("test -t 0 || echo no; test -t 1 && echo yes", call) == ["no", "yes"]

    def test_any_byte_may_be_among_the_words(self) -> None:
        call = Call(argv=(b"\xff'\"$x  \\",), tty=Terminal(), env={"FROB": b"a  b"})
        assert shown_by('printf "%s" "$0" "$FROB" | od -An -tx1 | tr -d " \\r\\n"', call) == [
            b"\xff'\"$x  \\a  b".hex()
        ]
