"""Try our command on programs that nobody thought of when it was made, taken at random from a folder.

    python -m benchmarks.random_tools [--tools 100] [--seed 1] [--output FILE]

Programs whose names stand anywhere in our tests are left out. Each is tested with nothing but its name, in a folder of
its own, with a home full of things that must stay as they are. Ends with 1 where more than two of a hundred jobs end in
an error of ours, a process survives, or the host is not as it was; on a machine where others work, look at what is
named there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.host import Look, canary_home, contents, difference, system, temporary
from benchmarks.machine import load, machine
from benchmarks.processes import adopt_orphans, survivors
from benchmarks.tables import table
from shared.models.base import Value
from tests.ordinary import ROOT

_WORD = re.compile(r"[A-Za-z0-9_.+\[-]+")
_MOST_OF_OURS = 0.02
_CUT = -1
_ENDINGS = {
    0: "nothing found",
    1: "findings",
    2: "usage",
    3: "an error of ours",
    4: "cannot be tested",
    5: "out of time",
    _CUT: "did not end",
}
_OURS = {2, 3, _CUT}
_GRACE_S = 20


class Trial(Value):
    """What came of one tool: the exit code, -1 where it was cut; `left` and `changed` must be empty."""

    tool: str
    code: int
    seconds: float
    cases: int = 0
    findings: tuple[Mapping[str, str], ...] = ()
    told: str = ""
    left: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def is_fault_of_ours(self) -> bool:
        """Tell whether Testronaut failed, as opposed to the tool."""
        return self.code in _OURS or self.code not in _ENDINGS


@dataclass(frozen=True)
class Settings:
    """How each tool is tried."""

    profile: str
    limit_s: float


def main(words: Sequence[str] | None = None) -> int:
    """Try the tools, print what came of them, and write it to a file where one is named."""
    asked = _parser().parse_args(words)
    print(f"{machine()}, load {load()}\n")
    adopt_orphans()
    tools = pick(asked.source, asked.tools, asked.seed)
    before = temporary()
    with TemporaryDirectory(prefix="testronaut-random-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        home = canary_home(Path(folder))
        trials = []
        for number, tool in enumerate(tools, 1):
            trial = _try(tool, Path(folder, f"tool-{number}"), home, Settings(asked.profile, asked.limit))
            trials.append(trial)
            print(f"{number:>4} {trial.tool:28} {trial.code:>3} {trial.seconds:6.1f} s  {_codes(trial)}", flush=True)
    print(f"\n{asked.tools} tools of {asked.source}, seed {asked.seed}, profile {asked.profile}\n\n{_show(trials)}\n")
    problems = [*_problems(trials), *_stayed(before, temporary())]
    if asked.output:
        asked.output.write_text(json.dumps([trial.model_dump(mode="json") for trial in trials], indent=2) + "\n")
    for line in problems:
        print(line)
    print(f"{'NOT WELL' if problems else 'well'}; load at the end {load()}")
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.random_tools")
    parser.add_argument("--tools", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--limit", type=float, default=180.0, help="seconds for each tool")
    parser.add_argument("--source", type=Path, default=Path("/usr/bin"), help="folder of the programs")
    parser.add_argument("--output", type=Path, help="file for everything, as JSON")
    return parser


def pick(source: Path, count: int, seed: int) -> list[Path]:
    """Pick programs of a folder at random, none that our tests name."""
    named = _named_in(ROOT / "tests")
    known = sorted(path for path in source.iterdir() if path.name not in named and _is_program(path))
    return random.Random(seed).sample(known, min(count, len(known)))


def _named_in(folder: Path) -> set[str]:
    texts = (path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())
    return {word for text in texts for word in _WORD.findall(text)}


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _try(tool: Path, folder: Path, home: Path, settings: Settings) -> Trial:
    folder.mkdir()
    before, host = contents(home), system()
    began = time.monotonic()
    code, out, err = _run(tool, folder, home, settings)
    seconds = time.monotonic() - began
    changed = [*difference(before, contents(home)), *difference(host, system()), *_strays(folder)]
    document = _document(out)
    return Trial(
        tool=tool.name,
        code=code,
        seconds=seconds,
        cases=document.get("executed", 0),
        findings=tuple(_finding(found) for found in document.get("findings", ())),
        told=err.decode(errors="replace").strip()[-2000:],
        left=tuple(survivors()),
        changed=tuple(changed),
    )


def _run(tool: Path, folder: Path, home: Path, settings: Settings) -> tuple[int, bytes, bytes]:
    words = [sys.executable, "-m", "producer.cli", "-q", "run", str(tool)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESTRONAUT_", "OTEL_"))}
    process = subprocess.Popen(
        [*words, "--profile", settings.profile, "-f", "json", "-j", "2"],
        cwd=folder,
        env={**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, err = process.communicate(timeout=settings.limit_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            out, err = process.communicate(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        return _CUT, out, err
    return process.returncode, out, err


def _strays(folder: Path) -> list[str]:
    return [f"+ {path}" for path in folder.iterdir() if path.name != ".testronaut"]


def _document(out: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(out)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _finding(found: Mapping[str, Any]) -> Mapping[str, str]:
    kept = ("code", "severity", "message", "expected", "got", "compared_with", "reproduce", "confirmed")
    return {name: str(found.get(name) or "") for name in kept}


def _codes(trial: Trial) -> str:
    return " ".join(sorted(finding["code"] for finding in trial.findings))


def _show(trials: Sequence[Trial]) -> str:
    endings = Counter(_ENDINGS.get(trial.code, f"ended with {trial.code}") for trial in trials)
    codes = Counter(finding["code"] for trial in trials for finding in trial.findings)
    seconds = sorted(trial.seconds for trial in trials)
    slowest = sorted(trials, key=lambda trial: -trial.seconds)[:3]
    rows = [
        *((f"tools: {ending}", str(count)) for ending, count in sorted(endings.items())),
        *((f"findings: {code}", str(count)) for code, count in sorted(codes.items())),
        ("cases", str(sum(trial.cases for trial in trials))),
        ("seconds of a tool, p50", f"{median(seconds):.1f}"),
        (
            "seconds of a tool, most",
            f"{seconds[-1]:.1f} ({', '.join(trial.tool for trial in slowest)} are the slowest)",
        ),
    ]
    return table(("what", "how much"), rows)


def _problems(trials: Sequence[Trial]) -> list[str]:
    ours = [trial for trial in trials if trial.is_fault_of_ours]
    told = [f"{trial.tool}: ended with {trial.code}: {' '.join(trial.told.split())[-300:]}" for trial in ours]
    left = [f"{trial.tool}: left over: {name}" for trial in trials for name in trial.left]
    changed = [f"{trial.tool}: meanwhile {change}" for trial in trials for change in trial.changed]
    return [*(told if len(ours) > _MOST_OF_OURS * len(trials) else ()), *left, *changed]


def _stayed(before: Look, after: Look) -> list[str]:
    return [f"at the end: {change}" for change in difference(before, after) if change.startswith("+")]


if __name__ == "__main__":
    sys.exit(main())
