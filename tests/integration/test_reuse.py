"""The second run of a tool, as its user sees it and as the kernel does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import PROGRAM, environment, run_program, specimen

pytestmark = pytest.mark.slow

QUICK = ("--profile", "quick", "-f", "json")
_STARTED = re.compile(r'execve(?:at)?\((?:[^"]*)"((?:[^"\\]|\\.)*)"')


def run(tool: Path, folder: Path, *words: str) -> dict[str, Any]:
    ended = run_program("run", str(tool), *QUICK, *words, folder=folder)
    assert ended.out, ended.err
    return ended.document


def run_and_trace(tool: Path, folder: Path, *words: str) -> tuple[dict[str, Any], Sequence[str]]:
    """Run the program, and give the path of each program that it or any process below it starts, or tries to."""
    trace = folder.with_suffix(".trace")  # what lies beside a script is a part of it
    traced = ["strace", "-f", "-qq", "-e", "trace=execve,execveat", "-o", str(trace)]
    ended = subprocess.run(
        [*traced, PROGRAM, "run", str(tool), *QUICK, *words],
        check=False,
        capture_output=True,
        cwd=folder,
        env=environment(),
        timeout=240,
    )
    assert ended.returncode in {0, 1}, ended.stderr.decode()
    document: dict[str, Any] = json.loads(ended.stdout)
    return document, [found[1] for found in _STARTED.finditer(trace.read_text(errors="replace"))]


def calls(document: dict[str, Any]) -> tuple[int, int]:
    """Give how many calls a job has, and how many of them earlier jobs saw."""
    stages = document["stages"]
    return sum(stage["calls"] for stage in stages), sum(stage["reused"] for stage in stages)


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (apt-get install strace)")
def test_a_second_run_starts_no_process_of_the_tool(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "error_with_zero")
    first, started = run_and_trace(tool, tmp_path, "--max-cases", "12")
    made, reused = calls(first)
    assert reused == 0
    assert started.count(str(tool)) >= made > 12, "each call of the first run is seen: probes and confirmations as well"
    second, started = run_and_trace(tool, tmp_path, "--max-cases", "12")
    assert calls(second) == (made, made)
    assert str(tool) not in started
    assert not [path for path in started if path.endswith("/bwrap")], "nor a sandbox"
    assert second["digest"] == first["digest"]


def test_a_second_run_finds_the_same_without_a_call_and_says_so(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "short_differs")
    first, second = run(tool, tmp_path), run(tool, tmp_path)
    made, _ = calls(first)
    assert calls(second) == (made, made)
    assert second["digest"] == first["digest"]
    same = {name: first[name] for name in ("tool", "coverage", "planned", "executed", "totals", "warnings", "findings")}
    assert {name: second[name] for name in same} == same
    assert f"{made} of {made} seen by earlier jobs" in run_program("show", folder=tmp_path).out


def test_a_run_that_is_asked_to_makes_every_call_anew(tmp_path: Path) -> None:
    tool = specimen(tmp_path)
    run(tool, tmp_path)
    assert calls(run(tool, tmp_path, "--no-cache"))[1] == 0


def test_looking_and_planning_save_a_run_its_questions(tmp_path: Path) -> None:
    tool = specimen(tmp_path)
    assert run_program("plan", str(tool), "--profile", "quick", folder=tmp_path).code == 0
    (asked,) = [stage for stage in run(tool, tmp_path)["stages"] if stage["stage"] == "analyze"]
    assert asked["reused"] == asked["calls"] > 0


def test_a_changed_tool_is_called_again(tmp_path: Path) -> None:
    tool = specimen(tmp_path)
    assert run(tool, tmp_path)["findings"] == []
    specimen(tmp_path, "error_with_zero")
    changed = run(tool, tmp_path)
    assert calls(changed)[1] == 0
    assert changed["findings"]


def test_calls_that_never_show_the_same_are_made_every_time(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "order")
    first, second = run(tool, tmp_path), run(tool, tmp_path)
    assert [finding["code"] for finding in second["findings"]] == ["TN701"]
    made, reused = calls(second)
    assert 0 < reused < made == calls(first)[0]


def test_what_a_script_loads_from_beside_it_is_a_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "part.sh").write_text("say() { echo one; }\n")
    tool = specimen(tmp_path, changes={"FAULT=none": 'FAULT=none\n. "$(dirname "$0")/part.sh"'})
    made, _ = calls(run(tool, tmp_path, "--max-cases", "4"))
    assert calls(run(tool, tmp_path, "--max-cases", "4")) == (made, made)
    (tmp_path / "part.sh").write_text("say() { echo another; }\n")
    assert calls(run(tool, tmp_path, "--max-cases", "4"))[1] == 0


STUB = """\
#!{python}
from part import main
main()
"""
PART = """\
import sys

def main():
    if sys.argv[1:] == ["--help"]:
        print("usage: frob [--size N] [--all]\\n\\noptions:\\n  --size N  how much\\n  --all  everything")
    else:
        print("{said}", *sys.argv[1:])
"""


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment as pip leaves it: a stub in bin that never changes, a package behind it that does."""
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    stub = made / "bin" / "frob"
    stub.write_text(STUB.format(python=made / "bin" / "python"))
    stub.chmod(0o755)
    install(made, "1.0", "one")
    for open_to_all in (tmp_path.parent, tmp_path, made):
        open_to_all.chmod(0o755)
    return made


def install(venv: Path, version: str, said: str) -> None:
    (packages,) = venv.glob("lib/python*/site-packages")
    for old in packages.glob("part*"):
        shutil.rmtree(old)
    for folder in ("part", f"part-{version}.dist-info"):
        (packages / folder).mkdir()
    (packages / "part" / "__init__.py").write_text(PART.format(said=said))
    (packages / f"part-{version}.dist-info" / "METADATA").write_text(f"Name: part\nVersion: {version}\n")


def test_an_upgraded_package_behind_an_unchanged_stub_is_noticed(venv: Path, tmp_path: Path) -> None:
    stub = venv / "bin" / "frob"
    before = stub.read_bytes(), stub.stat().st_mtime_ns
    first = run(stub, tmp_path, "--max-cases", "4")
    assert calls(run(stub, tmp_path, "--max-cases", "4")) == (calls(first)[0],) * 2, "what its runs left does not count"
    install(venv, "1.1", "two")
    assert (stub.read_bytes(), stub.stat().st_mtime_ns) == before
    upgraded = run(stub, tmp_path, "--max-cases", "4")
    assert calls(upgraded) == (calls(first)[0], 0)
    assert upgraded["tool"]["fingerprint"] != first["tool"]["fingerprint"]
