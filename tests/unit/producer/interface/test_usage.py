"""A usage spec: lines of KDL, and what the program `usage` makes of them where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from producer.interface.usage import quoted, write_usage
from shared.models.cli_tool import CliTool
from tests.fakes.interfaces import HARMFUL, hostile, large, loom

STRING = r'"(?:[^"\\\n]|\\["\\])*"'
LINE = re.compile(rf"\s*(?:\}}|//.*|[a-z]+(?: {STRING}| [a-z_]+=(?:{STRING}|#true))*(?: \{{)?)")
needs_usage = pytest.mark.skipif(shutil.which("usage") is None, reason="the program usage is not installed")


def spec(tool: CliTool) -> str:
    text = write_usage(tool)
    lines = text.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert sum(line.endswith("{") for line in lines) == sum(line.strip() == "}" for line in lines)
    return text


@pytest.mark.parametrize(
    "line",
    [
        'name "loom"',
        'version "loom 4.2"',
        'about "Weaves cloth."',
        'flag "-v --verbose" help="say more" count=#true global=#true',
        'flag "-C --chest <dir>" global=#true',
        'flag "--tint <value>" help="when to tint" global=#true {',
        '    choices "never" "always"',
        'flag "--old" deprecated="deprecated"',
        'flag "--secret" hide=#true',
        'cmd "weave" help="Make a cloth." {',
        '    alias "wv"',
        '    flag "-w --width <value>" env="LOOM_W" default="4"',
        '    flag "--edge [value]" value_optional=#true {',
        '    flag "--fringe" help="leave threads at the ends" negate="--no-fringe"',
        '    flag "--at <value>" required=#true {',
        '    arg "<KIND>" {',
        '    arg "[YARN]..."',
        '    cmd "colour" help="Colour threads." {',
    ],
)
def test_everything_known_has_its_line(line: str) -> None:
    assert line in spec(loom()).splitlines()


def test_no_text_of_the_tool_is_read() -> None:
    text = spec(hostile())
    assert f"choices {' '.join(quoted(word) for word in HARMFUL)}" in text
    assert "mount" not in text
    assert "run=" not in text


@needs_usage
@pytest.mark.parametrize("tool", [loom(), hostile(), large(30, 40)], ids=["loom", "hostile", "large"])
def test_usage_finds_no_error_in_it(tool: CliTool, tmp_path: Path) -> None:
    file = tmp_path / "loom.usage.kdl"
    file.write_text(spec(tool))
    done = subprocess.run(["usage", "lint", file], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "0 error(s)" in done.stdout + done.stderr, done
    assert not (tmp_path / "ran").exists()


@needs_usage
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["weave", "--tint", ""], ["always", "never"]),
        (["wv", "--at", "12"], ["12:30", "12:45"]),
        (["thread", "color", "set", "r"], ["red"]),
        (["thread", ""], ["color", "colour"]),
    ],
)
def test_usage_completes_from_it(words: list[str], offered: list[str], tmp_path: Path) -> None:
    file = tmp_path / "loom.usage.kdl"
    file.write_text(spec(loom()))
    asked = ["usage", "complete-word", "--shell", "fish", "-f", str(file), "--", "loom", *words]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert sorted(line.split("\t")[0] for line in done.stdout.splitlines()) == offered
