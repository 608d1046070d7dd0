"""A package made here and installed for real extends every group, through the module `testronaut` alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line import PROGRAM, Ended, environment, specimen

pytestmark = pytest.mark.slow

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "testronaut-theirs"
version = "1"
[project.entry-points."testronaut.analyzers"]
theirs = "theirs:Analyzer"
[project.entry-points."testronaut.generators"]
theirs = "theirs:Generator"
[project.entry-points."testronaut.executors"]
theirs = "theirs:Executor"
[project.entry-points."testronaut.checks"]
"theirs.greets" = "theirs:Greets"
[project.entry-points."testronaut.reporters"]
theirs = "theirs:Writer"
"""

MODULE = '''
"""Each kind of extension, the smallest of its kind."""

from contextlib import contextmanager

import testronaut as t


class Analyzer:
    def analyze(self, spec, sandbox):
        sandbox.run(t.Call(argv=(b"--help",)))
        return t.CliTool(
            name=spec.tool.name,
            argv=spec.tool.argv,
            fingerprint=sandbox.tool.fingerprint,
            commands={"": t.Command(options=(t.Option(names=("--theirs",)),))},
        )


class Generator:
    def generate(self, tool, spec):
        (option,) = tool.root.options
        case = t.TestCase(call=t.Call(argv=(option.name.encode(),)), intent=t.Intent.EXPLORE, technique="theirs")
        return t.TestPlan(tool=tool.name, seed=spec.seed, profile=spec.profile, cases=(case,))


class Sandbox(t.GuardedSandbox):
    def __init__(self, tool, guard):
        super().__init__(guard)
        self._tool = tool

    @property
    def tool(self):
        return t.Provided(path="/theirs", argv=self._tool.argv, fingerprint="theirs")

    def _run(self, call, repetition, surroundings):
        return t.TestResult(
            call_digest=call.digest(),
            repetition=repetition,
            status=t.Status.OK,
            exit_code=0,
            stdout=t.Stream.of(b"hello from theirs"),
            level="theirs",
            surroundings=surroundings,
        )


class Executor:
    name = "theirs"

    def probe(self):
        return t.Capabilities(executor=self.name, is_usable=True, level="theirs")

    def provide(self, tool):
        return t.Provided(path="/theirs", argv=tool.argv, fingerprint="theirs")

    @contextmanager
    def open(self, tool, policy, limits, guard):
        yield Sandbox(tool, guard)

    def close(self):
        pass


class Greets:
    code = "TN990"
    name = "theirs.greets"
    severity = t.Severity.LOW
    title = "it greets"
    rationale = "Nobody asked for it."
    example = "frob"

    def suspect(self, case, observed):
        result = observed.results.get(case.key)
        if result is None or b"hello" not in result.stdout.content:
            return None
        return t.Suspicion(case, result, "greeting", "it greets", "hello", "silence", "hello")

    def premise(self, suspicion, observed, sandbox):
        return True


class Writer:
    name = "theirs"
    filename = "report.theirs"

    def write(self, report):
        return f"theirs: {report.tool_name}, {len(report.findings)} found by {report.sandbox.level}".encode()
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, place = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    (source / "pyproject.toml").write_text(
        PYPROJECT + '[tool.hatch.build.targets.wheel]\nonly-include = ["theirs.py"]\n'
    )
    (source / "theirs.py").write_text(MODULE)
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(place), str(source)], check=True, capture_output=True)
    return place


def run(installed: Path, folder: Path, *words: str, **settings: str) -> Ended:
    shown = subprocess.run(
        [PROGRAM, *words],
        check=False,
        capture_output=True,
        cwd=folder,
        env={**environment(**settings), "PYTHONPATH": os.pathsep.join([str(installed)])},
        timeout=120,
    )
    return Ended(shown.returncode, shown.stdout.decode(), shown.stderr.decode())


def test_all_of_them_work_together(installed: Path, tmp_path: Path) -> None:
    engines = {"ANALYSIS__ENGINE": "theirs", "GENERATION__ENGINE": "theirs"}
    ended = run(installed, tmp_path, "run", "anything", "--sandbox", "theirs", "-f", "theirs", **engines)
    assert ended.code == 0, ended.err
    assert ended.out == "theirs: anything, 1 found by theirs"
    shown = run(installed, tmp_path, "show", "F1")
    assert "TN990 theirs.greets" in shown.out
    assert "hello from theirs" in shown.out


def test_a_check_of_theirs_judges_beside_ours(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, tmp_path, "explain").out
    assert "TN990" in listed
    assert "TN101" in listed
    assert "Nobody asked for it." in run(installed, tmp_path, "explain", "theirs.greets").out
    ended = run(installed, tmp_path, "run", str(specimen(tmp_path)), "--profile", "quick", "-f", "theirs")
    assert ended.code == 0, ended.err


def test_unknown_names_list_theirs_too(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, tmp_path, "run", "ls", "-f", "their")
    assert ended.code == 2
    assert "theirs" in ended.err


def test_nothing_of_theirs_is_there_without_the_package(tmp_path: Path) -> None:
    ended = run(tmp_path, tmp_path, "explain", "TN990")
    assert ended.code == 2
