"""See how much of the interfaces of a corpus of tools is learned, and how long that takes beside the tools.

    CORPUS=FOLDER python -m benchmarks.interfaces [--bin FOLDER] [--lanes 2] [--output FOLDER] [TOOL ...]

The corpus is a folder with a truth file for each tool (`TOOL.json`, with its `argv`) and the program `score.py`, which
compares what we say with it. Each tool is analysed twice, told nothing but its words: once only reading what it says of
itself and what is written about it, once with learning by asking. Ends with 1 where reading took longer than it may, or
a score is below what is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeAlias

from benchmarks.machine import load, machine
from benchmarks.tables import table
from shared.documents.interface import write_interface
from shared.interfaces.executor import Provided, Run, Sandbox
from shared.models.call import PINNED, Call, Limits, Surroundings
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec, Profile, SandboxPolicy, ToolSpec
from shared.models.test_result import Stream, TestResult
from shared.utils import logging
from shared.utils.errors import TestronautError
from tests.fakes.executor import FakeGuard
from worker.analysis.asking import BUDGETS, Budget
from worker.analysis.probe import HelpAnalyzer
from worker.bootstrap import EXECUTORS

# Reading may take so much longer than the tool takes to answer, and so much on top of it.
_MOST_BESIDE_TOOL = 1.3
_SECONDS_ON_TOP = 1.0
_MOST_SECONDS = 120.0
_MOST_MEDIAN_S = 3.0
_LEAST_OF_A_TOOL = 0.85
_LEAST: Mapping[str, float] = {
    "options_macro": 0.97,
    "commands_macro_with_subcommands": 0.98,
    "takes_exact_macro": 0.96,
    "choices_micro": 0.85,
    "alias_micro": 0.99,
    "argument_count_micro": 0.95,
}


@dataclass
class _Watched:
    """A sandbox that makes calls in lanes, as a stage does, and counts them."""

    inner: Sandbox
    lanes: ThreadPoolExecutor
    calls: int = 0
    tool_s: float = 0.0

    @property
    def tool(self) -> Provided:
        return self.inner.tool

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        return self._noted(self.inner.run(call, repetition, surroundings))

    def map(self, runs: Iterable[Run]) -> Iterator[TestResult]:
        return map(self._noted, self.lanes.map(lambda run: self.inner.run(*run), runs))

    def captured(self, stream: Stream) -> bytes:
        return self.inner.captured(stream)

    def _noted(self, result: TestResult) -> TestResult:
        self.calls += 1
        self.tool_s += result.duration_ms / 1000
        return result


@dataclass(frozen=True)
class Learned:
    """What one analysis gave: how long it took, how many calls, and the seconds that the tool itself needed."""

    tool: CliTool
    seconds: float
    calls: int
    tool_s: float


Both: TypeAlias = tuple[Learned, Learned]
"""What reading alone gave, and what it gave with learning by asking."""


@dataclass(frozen=True)
class Scores:
    """What the corpus thinks of what was learned: figures over all tools, and the F1 of the options of each."""

    over_all: Mapping[str, float | list[float]]
    of_tools: Mapping[str, float]


def main(words: Sequence[str] | None = None) -> int:
    """Analyse the tools, print what it cost, and score it."""
    asked = _parser().parse_args(words)
    logging.configure("error")
    print(f"{machine()}, load {load()}\n")
    if asked.bin:
        os.environ["PATH"] = f"{asked.bin}:{os.environ['PATH']}"
    with TemporaryDirectory(prefix="testronaut-interfaces-") as temporary:
        folder = asked.output or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        both = dict(_analyses(asked.corpus, asked.tools, asked.lanes, folder))
        scores = _scores(asked.corpus, folder, both)
    print(_show(both, asked.lanes))
    problems = [*_too_slow(both, asked.lanes), *_too_low(scores)]
    for line in problems:
        print(line)
    print(f"{'NOT WELL' if problems else 'well'}; load at the end {load()}")
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interfaces")
    corpus = os.environ.get("CORPUS")
    parser.add_argument("--corpus", type=Path, default=corpus, required=corpus is None, help="folder of truth files")
    parser.add_argument("--bin", help="folder of programs to look in first")
    parser.add_argument("--lanes", type=int, default=2, help="calls at once")
    parser.add_argument("--output", type=Path, help="folder that keeps what was learned")
    parser.add_argument("tools", nargs="*", metavar="TOOL")
    return parser


def _analyses(corpus: Path, names: Sequence[str], lanes: int, folder: Path) -> Iterator[tuple[str, Both]]:
    for file in sorted(corpus.glob("*.json")):
        argv = json.loads(file.read_text())["argv"]
        if names and file.stem not in names:
            continue
        if which(argv[0]) is None:
            print(f"{file.stem:14} is not installed and is left out")
            continue
        try:
            read = _analyse(argv, lanes, Budget(BUDGETS[Profile.STANDARD].reading, trying=0, options=0))
            learned = _analyse(argv, lanes, BUDGETS[Profile.STANDARD])
        except TestronautError as error:
            print(f"{file.stem:14} {error.message}")
            continue
        (folder / file.name).write_bytes(write_interface(learned.tool))
        print(f"{file.stem:14} {read.seconds:6.1f} s  {learned.seconds:6.1f} s", flush=True)
        yield file.stem, (read, learned)


def _analyse(argv: Sequence[str], lanes: int, budget: Budget) -> Learned:
    spec = JobSpec(tool=ToolSpec(argv=tuple(word.encode() for word in argv)))
    with _opened(spec.tool, lanes) as sandbox:
        sandbox.run(Call(argv=(b"--version",)))  # what is started once and kept is started before
        sandbox.calls, sandbox.tool_s = 0, 0.0
        began = time.monotonic()
        tool = HelpAnalyzer(dict.fromkeys(Profile, budget)).analyze(spec, sandbox)
        return Learned(tool, time.monotonic() - began, sandbox.calls, sandbox.tool_s)


@contextmanager
def _opened(tool: ToolSpec, lanes: int) -> Iterator[_Watched]:
    with (
        closing(EXECUTORS.make("auto")) as executor,
        executor.open(tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox,
        ThreadPoolExecutor(lanes) as pool,
    ):
        yield _Watched(sandbox, pool)


def _scores(corpus: Path, folder: Path, learned: Mapping[str, Both]) -> Scores:
    """Ask the corpus what it thinks of what was learned."""
    if not learned:
        return Scores({}, {})
    call = [sys.executable, str(corpus / "score.py"), "--all", str(corpus), str(folder), "--skip-missing"]
    print(f"\n{subprocess.run(call, check=True, capture_output=True, text=True).stdout}")
    told = json.loads(subprocess.run([*call, "--json"], check=True, capture_output=True).stdout)
    return Scores(told["summary"], {row["tool"]: _f1(*row["options"]) for row in told["rows"]})


def _f1(right: int, wrong: int, missing: int) -> float:
    counted = 2 * right + wrong + missing
    return 2 * right / counted if counted else 1.0


def _show(both: Mapping[str, Both], lanes: int) -> str:
    heads = ("tool", "commands", "options", "reading s", "calls", "tool s", "x tool", "with asking s", "calls asked")
    rows = [
        (
            name,
            str(len(learned.tool.commands)),
            str(learned.tool.option_count),
            f"{read.seconds:.1f}",
            str(read.calls),
            f"{read.tool_s:.1f}",
            f"{_beside_tool(read, lanes):.2f}",
            f"{learned.seconds:.1f}",
            str(learned.calls - read.calls),
        )
        for name, (read, learned) in both.items()
    ]
    return f"{table(heads, rows)}\n"


def _beside_tool(read: Learned, lanes: int) -> float:
    """Say how much longer reading took than the tool needs for its answers, a fixed second apart."""
    return max(0.0, read.seconds - _SECONDS_ON_TOP) / max(read.tool_s / lanes, 0.001)


def _too_slow(both: Mapping[str, Both], lanes: int) -> Iterator[str]:
    for name, (read, learned) in both.items():
        if _beside_tool(read, lanes) > _MOST_BESIDE_TOOL:
            yield f"{name}: reading took {read.seconds:.1f} s, the tool itself {read.tool_s:.1f} s in {lanes} lanes"
        if learned.seconds > _MOST_SECONDS:
            yield f"{name}: took {learned.seconds:.0f} s"
    if both and median(read.seconds for read, _ in both.values()) > _MOST_MEDIAN_S:
        yield "reading takes too long for most tools"


def _too_low(scores: Scores) -> Iterator[str]:
    for name, least in _LEAST.items():
        found = scores.over_all.get(name)
        value = found[-1] if isinstance(found, list) else found
        if value is not None and value < least:
            yield f"{name} is {value:.3f}, asked for are {least}"
    for tool, value in scores.of_tools.items():
        if value < _LEAST_OF_A_TOOL:
            yield f"{tool}: the options score {value:.3f}, asked for are {_LEAST_OF_A_TOOL}"


if __name__ == "__main__":
    sys.exit(main())
