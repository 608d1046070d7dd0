"""Completions for bash, in bash: what it is offered, what a tab makes of a line, and that nothing of the tool runs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from producer.interface.bash import quoted, write_bash
from shared.models.cli_tool import CliTool, Command
from tests.fakes.interfaces import HARMFUL, hostile, interface, large, loom
from tests.fakes.shells import bash_candidates, bash_completed, needs_bash

pytestmark = needs_bash

PACKAGE = Path("/usr/share/bash-completion/bash_completion")
needs_package = pytest.mark.skipif(not PACKAGE.exists(), reason="the package bash-completion is not installed")
SPLIT_NOWHERE = "COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:]/}"
GLOBAL = ["--chest", "--tint=", "--verbose", "-C", "-v"]
OFFERED = {
    "loom ": ["thread", "weave", "wv"],
    "loom w": ["weave", "wv"],
    "loom -": GLOBAL,
    "loom --t": ["--tint="],
    "loom --tint ": ["always", "never"],
    "loom --tint n": ["never"],
    "loom nothing ": [],
    # Options that take a value are passed over with it, wherever they stand.
    "loom --tint always thr": ["thread"],
    "loom --tint=always thr": ["thread"],
    "loom -C weave thr": ["thread"],
    "loom -vC weave thr": ["thread"],
    "loom -Cweave thr": ["thread"],
    # Commands at any depth, under any name, and what is handed down to them.
    "loom thread ": ["color", "colour"],
    "loom -v thread color -v ": ["get", "set"],
    "loom thread colour --ti": ["--tint="],
    "loom thread colour set --tint ": ["always", "never"],
    "loom wv --no": ["--no-fringe"],
    "loom wv --fr": ["--fringe"],
    "loom weave -f": ["-finish"],
    "loom weave -finish ": ["gloss", "matt"],
    # Arguments by their place.
    "loom weave ": ["bs=", "ply=", "satin", "twill"],
    "loom weave -w 3 --edge t": ["twill"],
    "loom weave twill sat": [],
    "loom weave bs=4 ply=single t": ["twill"],
    "loom thread colour set r": ["red"],
    # A value that may be left out is told from an argument by what it may be.
    "loom weave --knot ": ["bs=", "granny", "ply=", "reef", "satin", "twill"],
    "loom weave --knot reef ": ["bs=", "ply=", "satin", "twill"],
    "loom weave --edge": ["--edge", "--edge="],
    # Behind two dashes there are only arguments.
    "loom weave -- -": [],
    "loom weave -- t": ["twill"],
    "loom -- w": [],
    # Neither what is deprecated nor what is hidden is offered.
    "loom --o": [],
    "loom --s": [],
}
BEHIND_A_BREAK = {
    "loom --tint=": ["always", "never"],
    "loom --tint=n": ["never"],
    "loom weave --edge=w": ["wavy"],
    "loom weave -finish=g": ["gloss"],
    "loom weave ply=s": ["single"],
    "loom weave --at 12:": ["30", "45"],
    "loom weave --at=12:3": ["30"],
    "loom thread colour set dark:": ["blue", "red"],
    "loom weave --width=": [],
    "loom --nothing=": [],
}


def written(tool: CliTool, folder: Path) -> Path:
    script = folder / "script.bash"
    script.write_text(write_bash(tool))
    return script


@pytest.mark.parametrize("setup", ["", pytest.param(f"source {PACKAGE}", marks=needs_package)])
def test_what_is_offered(tmp_path: Path, setup: str) -> None:
    asked = OFFERED | BEHIND_A_BREAK
    found = bash_candidates(written(loom(), tmp_path), [*asked], "loom", setup)
    assert dict(zip(asked, found, strict=True)) == asked


def test_where_bash_does_not_split_words_whole_ones_are_offered(tmp_path: Path) -> None:
    lines = {
        "loom --tint=": ["--tint=always", "--tint=never"],
        "loom weave --edge=w": ["--edge=wavy"],
        "loom weave --at 12:": ["12:30", "12:45"],
        "loom weave --at=12:3": ["--at=12:30"],
        "loom weave ply=s": ["ply=single"],
        "loom thread colour set dark:": ["dark:blue", "dark:red"],
    }
    found = bash_candidates(written(loom(), tmp_path), [*lines], "loom", SPLIT_NOWHERE)
    assert dict(zip(lines, found, strict=True)) == lines


@pytest.mark.parametrize("setup", ["", SPLIT_NOWHERE, pytest.param(f"source {PACKAGE}", marks=needs_package)])
def test_what_a_tab_makes_of_a_line(tmp_path: Path, setup: str) -> None:
    (tmp_path / "a b.txt").touch()
    (tmp_path / "plan.txt").touch()
    (tmp_path / "drawer").mkdir()
    (tmp_path / "dust").touch()
    lines = {
        "loom we": ["weave"],
        "loom --ti": ["--tint="],
        "loom --tint=n": ["--tint=never"],
        "loom weave --edge=w": ["weave", "--edge=wavy"],
        "loom weave --at 12:4": ["weave", "--at", "12:45"],
        "loom weave -p pl": ["weave", "-p", "plan.txt"],
        "loom weave --pattern=pl": ["weave", "--pattern=plan.txt"],
        "loom weave --pattern=a": ["weave", "--pattern=a b.txt"],
        "loom weave twill a": ["weave", "twill", "a b.txt"],
        "loom weave -- twill pl": ["weave", "--", "twill", "plan.txt"],
        "loom -C d": ["-C", "drawer/"],
        "loom --chest=d": ["--chest=drawer/"],
        "loom thread colour set red d": ["thread", "colour", "set", "red", "drawer/"],
        # Where no file can stand, none is put there.
        "loom pl": ["pl"],
        "loom weave -w pl": ["weave", "-w", "pl"],
        "loom weave pl": ["weave", "ply="],
    }
    found = bash_completed(written(loom(), tmp_path), [*lines], "loom", setup)
    assert dict(zip(lines, found, strict=True)) == lines


def test_a_quote_that_is_open_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").touch()
    lines = ["loom weave --pattern='a ", 'loom thread "colou']
    found = bash_completed(written(loom(), tmp_path), lines, "loom")
    assert found == [["weave", "--pattern=a b.txt"], ["thread", "colour"]]


def test_words_that_want_to_run_are_completed_to_themselves(tmp_path: Path) -> None:
    lines = [f"loom --pick {word[:3]}" for word in HARMFUL]
    found = bash_completed(written(hostile(), tmp_path), lines, "loom")
    assert found == [["--pick", word] for word in HARMFUL]
    assert not (tmp_path / "ran").exists()


def test_whatever_a_tool_says_the_script_is_read_and_nothing_runs(tmp_path: Path) -> None:
    script = written(hostile(), tmp_path)
    subprocess.run(["bash", "-n", script], check=True)
    lines = ["loom ", "loom -", "loom --", "loom sub ", "loom sub one", "loom --pick=", "loom -'", 'loom -"', "loom \\"]
    found = bash_candidates(script, lines, "loom")
    assert len(found) == len(lines)
    assert "sub" in found[0]
    assert "-\\?" in found[1]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["fr;touch ran", "-n", "$(touch ran)", "ein wort", "x'y", "a\nb"])
def test_whatever_a_program_is_called_the_script_is_read(tmp_path: Path, name: str) -> None:
    script = written(interface(Command(), argv=(name.encode(),)), tmp_path)
    subprocess.run(["bash", "-c", f"source ./{script.name}; complete -p"], cwd=tmp_path, check=True, timeout=30)
    assert not (tmp_path / "ran").exists()


def test_the_walker_works_under_strict_settings(tmp_path: Path) -> None:
    found = bash_candidates(written(loom(), tmp_path), ["loom weave --kn", "loom --tint="], "loom", "set -u; IFS=,")
    assert found == [["--knot"], ["always", "never"]]


def test_a_large_interface_loads_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = written(large(), tmp_path)
    started = time.perf_counter()
    subprocess.run(["bash", "-c", f"source {script}"], check=True, timeout=60)
    took = time.perf_counter() - started
    with capsys.disabled():
        print(f"\nbash reads {script.stat().st_size / 1e6:.1f} MB of 300 commands and 12,000 options in {took:.2f} s")  # noqa: T201
    found = bash_candidates(script, ["loom verb299 --verb299-option-3", "loom verb7 --verb7-option-4="], "loom")
    assert len(found[0]) == 11
    assert found[1] == ["always", "auto", "never"]


def test_a_quoted_word_is_itself() -> None:
    for word in HARMFUL:
        said = subprocess.run(["bash", "-c", f"printf %s {quoted(word)}"], capture_output=True, check=True, text=True)
        assert said.stdout == word
