"""The benchmark programs, each with so little to do that it shows only that they work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import ordinary
from benchmarks.help_growth import KINDS
from benchmarks.peers import PEERS_KNOWN, Peer
from benchmarks.rounds import NotHereError
from benchmarks.whole import took_ms
from tests.e2e.command_line import specimen
from tests.ordinary import ROOT, ordinary_python

pytestmark = pytest.mark.slow


def ended(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{program}", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=240,
    )


def run(program: str, *words: str) -> str:
    shown = ended(program, *words)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return shown.stdout


def rows_of(shown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines() if line[:1] == "|"]


@pytest.mark.skipif(ordinary_python() is None, reason="no Python that an ordinary user can start: local refuses root")
def test_a_sandbox_is_measured_alone_and_in_a_whole_run() -> None:
    shown = run("execution", "--quick", "--rounds", "1", "--cases", "3", "--only", "local")
    rows = rows_of(shown)
    alone = [row[1:3] for row in rows if row[0] == "local" and len(row) == 7]
    assert alone == [["1", "0"], ["1", "10"], ["1", "1000"], ["1", "1000 shared"], ["2", "0"]]
    assert [row[0] for row in rows if row[0].startswith("testronaut")] == ["testronaut run -j 2, local"] * 2
    assert "left out" not in shown


def test_what_cannot_be_measured_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}")
    shown = run("execution", "--quick", "--rounds", "1", "--cases", "3", "--only", "C")
    assert "left out: C posix_spawn: no C compiler here (cc)" in shown


def test_calls_that_hang_are_ended() -> None:
    assert "all ended, nothing left" in run("timeouts", "--calls", "10", "--limit", "0.2")


def test_a_sandbox_stays_as_it_was() -> None:
    assert "60 cases: flat within a tenth, nothing left" in run("soak", "--cases", "60")


def test_a_tool_taken_at_random_is_tried(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "help_nonzero")
    tool.rename(tool.with_name("zz" + "frob"))
    words = ("--tools", "1", "--source", str(tmp_path), "--output", str(tmp_path / "found.json"))
    shown = ended("random_tools", *words)
    # Whether the host stayed as it was, only a host can tell where nothing else runs.
    (trial,) = json.loads((tmp_path / "found.json").read_text())
    assert (trial["tool"], trial["code"], trial["left"]) == ("zz" + "frob", 0, []), shown.stderr
    assert [finding["code"] for finding in trial["findings"]] == ["TN201"]


def test_spoilt_help_is_read() -> None:
    assert ": 0 raised anything" in run("fuzz_help", "--inputs", "200")


def test_each_kind_of_long_help_is_timed() -> None:
    # How reading grows, only texts can tell that are much longer.
    shown = run("help_growth", "--fewest", "100", "--most", "1000", "--ratio", "1000")
    assert [row[0] for row in rows_of(shown)[2:]] == [*KINDS]


def test_what_is_learned_of_a_corpus_is_scored(tmp_path: Path) -> None:
    corpus, learned = tmp_path / "corpus", tmp_path / "learned"
    corpus.mkdir()
    (corpus / "frob.json").write_text(json.dumps({"argv": [str(specimen(tmp_path))]}))
    told = {"summary": {"options_macro": [1.0, 0.2, 0.5]}, "rows": [{"tool": "frob", "options": [3, 2, 0]}]}
    (corpus / "score.py").write_text(f"print({json.dumps(told)!r})")
    shown = ended("interfaces", "--corpus", str(corpus), "--output", str(learned))
    # How long it took, only a machine can tell on which nothing else runs.
    assert [row[0] for row in rows_of(shown.stdout)[2:]] == ["frob"], shown.stderr
    assert "options_macro is 0.500, asked for are 0.97" in shown.stdout
    assert "frob: the options score 0.750, asked for are 0.85" in shown.stdout
    assert json.loads((learned / "frob.json").read_text())["tool"] == "frob"


@pytest.mark.parametrize("peer", PEERS_KNOWN, ids=lambda peer: peer.name)
def test_other_runners_really_compare(peer: Peer) -> None:
    try:
        command = peer.command()
    except NotHereError as error:
        pytest.skip(str(error))
    with ordinary.place() as place:
        for name, program in (("right", "/bin/echo"), ("wrong", "/bin/true")):
            folder = ordinary.owned(place / name)
            peer.prepare(folder, 10)
            for path in (folder / "cases").iterdir():
                path.write_text(path.read_text().replace("/bin/echo", program))
        assert took_ms(command, place / "right") > 0
        with pytest.raises(NotHereError, match="it ended with"):
            took_ms(command, place / "wrong")
