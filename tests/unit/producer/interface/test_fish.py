"""Completions for fish, in fish: what is offered, with what is said of it, and that nothing of the tool runs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from producer.interface.fish import pattern, quoted, write_fish
from shared.models.cli_tool import CliTool, Command
from tests.fakes.interfaces import HARMFUL, hostile, interface, large, loom
from tests.fakes.shells import fish_candidates, needs_fish

pytestmark = needs_fish

GLOBAL = ["--chest", "--tint=\twhen to tint", "--verbose\tsay more", "-C", "-v\tsay more"]
OFFERED = {
    "loom ": ["thread\tLook after threads.", "weave\tMake a cloth.", "wv\tMake a cloth."],
    "loom -": GLOBAL,
    "loom --tint n": ["never"],
    "loom --tint=": ["--tint=always", "--tint=never"],
    "loom --tint=n": ["--tint=never"],
    "loom nothing ": [],
    "loom --tint always thr": ["thread\tLook after threads."],
    "loom --tint=always thr": ["thread\tLook after threads."],
    "loom -C weave thr": ["thread\tLook after threads."],
    "loom -vC weave thr": ["thread\tLook after threads."],
    "loom -Cweave thr": ["thread\tLook after threads."],
    "loom thread ": ["color\tColour threads.", "colour\tColour threads."],
    "loom -v thread color -v ": ["get", "set\tDye one."],
    "loom thread colour --ti": ["--tint=\twhen to tint"],
    "loom thread colour set --tint ": ["always", "never"],
    "loom wv --no": ["--no-fringe"],
    "loom wv --fr": ["--fringe\tleave threads at the ends"],
    "loom weave -finish ": ["gloss", "matt"],
    "loom weave -finish=g": ["-finish=gloss"],
    "loom weave ": ["bs=", "ply=", "satin", "twill"],
    "loom weave -w 3 --edge t": ["twill"],
    "loom weave bs=4 ply=single t": ["twill"],
    "loom weave ply=s": ["ply=single"],
    "loom weave --at 12:": ["12:30", "12:45"],
    "loom weave --at=12:3": ["--at=12:30"],
    "loom thread colour set dark:": ["dark:blue", "dark:red"],
    "loom weave --knot ": ["bs=", "granny", "ply=", "reef", "satin", "twill"],
    "loom weave --knot reef ": ["bs=", "ply=", "satin", "twill"],
    "loom weave --edge": ["--edge", "--edge="],
    "loom weave -- -": [],
    "loom weave -- t": ["twill"],
    "loom -- w": [],
    # Paths, where they can stand and nowhere else.
    "loom weave -p pl": ["plan.txt"],
    "loom weave --pattern=pl": ["--pattern=plan.txt"],
    "loom weave --pattern=a": ["--pattern=a b.txt"],
    "loom weave --pattern='a ": ["--pattern=a b.txt"],
    "loom weave twill a": ["a b.txt"],
    "loom weave twill plan.txt a\\ ": ["a b.txt"],
    "loom -C ": ["drawer/"],
    "loom --chest=d": ["--chest=drawer/"],
    "loom thread colour set red d": ["drawer/"],
    "loom pl": [],
    "loom weave -w pl": [],
}


def written(tool: CliTool, folder: Path) -> Path:
    script = folder / "script.fish"
    script.write_text(write_fish(tool))
    return script


def test_what_is_offered(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").touch()
    (tmp_path / "plan.txt").touch()
    (tmp_path / "drawer").mkdir()
    (tmp_path / "dust").touch()
    found = fish_candidates(written(loom(), tmp_path), [*OFFERED])
    assert dict(zip(OFFERED, found, strict=True)) == OFFERED


def test_words_that_want_to_run_are_offered_as_they_are(tmp_path: Path) -> None:
    script = written(hostile(), tmp_path)
    subprocess.run(["fish", "--no-execute", script], check=True)
    found = fish_candidates(script, ["loom --pick ", "loom sub ", "loom -", "loom ", "loom sub one --", "loom -* "])
    assert found[0] == sorted(HARMFUL)
    assert found[1] == sorted(HARMFUL)
    offered = {line.split("\t")[0] for line in found[2]}
    assert {f"-{letter}" for letter in "?*$`\"'\\!#"} <= offered
    assert {f"--{word}" for word in HARMFUL if " " not in word} <= offered
    assert not (tmp_path / "ran").exists()


def test_a_pattern_matches_nothing_but_its_word(tmp_path: Path) -> None:
    for word in (*HARMFUL, "-?", "-*", "a\\", "a\\\\b", "a\\b"):
        for said in (word, "-x", "seven", "a"):
            code = f"switch {quoted(said)}; case {pattern(word)}; echo yes; end"
            done = subprocess.run(["fish", "--no-config", "-c", code], capture_output=True, check=False, cwd=tmp_path)
            assert (done.stdout == b"yes\n") is (said == word), (word, said, done)


@pytest.mark.parametrize("name", ["fr;touch ran", "-n", "(touch ran)", "ein wort", "x'y", "a\nb"])
def test_whatever_a_program_is_called_the_script_is_read(tmp_path: Path, name: str) -> None:
    script = written(interface(Command(), argv=(name.encode(),)), tmp_path)
    code = f"source ./{script.name}; complete"
    done = subprocess.run(
        ["fish", "--no-config", "-c", code], cwd=tmp_path, check=True, capture_output=True, timeout=30
    )
    assert not done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_large_interface_loads_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = written(large(), tmp_path)
    started = time.perf_counter()
    subprocess.run(["fish", "--no-config", "-c", f"source {script}"], check=True, timeout=60)
    took = time.perf_counter() - started
    with capsys.disabled():
        print(f"\nfish reads {script.stat().st_size / 1e6:.1f} MB of 300 commands and 12,000 options in {took:.2f} s")  # noqa: T201
    found = fish_candidates(script, ["loom verb299 --verb299-option-3", "loom verb7 --verb7-option-4="])
    assert len(found[0]) == 11
    assert [word.rpartition("=")[2] for word in found[1]] == ["always", "auto", "never"]
