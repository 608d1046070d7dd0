"""A fault of ours that nobody foresaw: a friendly word, exit code 3, and a report for the makers without secrets."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared.models.job import Job, JobState
from shared.models.work import Attempt, Ending
from shared.pipeline import MAX_ERRORS
from shared.store.session import open_store
from tests.e2e.command_line import PROGRAM, Ended, environment, specimen
from tests.integration.servers import ROOT, Worker, eventually, redis_server

EXIT_OURS = 3
FAULT = "LookupError: no list of frob at redis://"
SECRETS = {
    "SERVICE_PASSWORD": "canary-1111",
    "CLOUD_TOKEN": "canary-2222",
    "TESTRONAUT_TELEMETRY__JAEGER_URL": "http://somebody:canary-3333@127.0.0.1:1",
}

# What an engine of ours, or of a package, may do at its worst.
MODULE = """
class Generator:
    def generate(self, tool, spec):
        raise LookupError(f"no list of {tool.name} at redis://:canary-6666@queue/0")


class Writer:
    name = "faulty"
    filename = "report.faulty"

    def write(self, report):
        raise RuntimeError("\\x1b[31mno such page at postgresql://app:canary-4444@db/x")
"""
ENTRY_POINTS = """
[testronaut.generators]
faulty = faulty:Generator
[testronaut.reporters]
faulty = faulty:Writer
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Install a package as pip leaves it."""
    place = tmp_path / "installed"
    about = place / "faulty-1.dist-info"
    about.mkdir(parents=True)
    (place / "faulty.py").write_text(MODULE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


@pytest.fixture
def tool(tmp_path: Path) -> str:
    (tmp_path / "bin").mkdir()
    return str(specimen(tmp_path / "bin"))


Run = Callable[..., Ended]


@pytest.fixture
def run(installed: Path, folder: Path) -> Run:
    """Start the program with the package, among secrets."""
    paths = os.pathsep.join([str(installed), str(ROOT)])

    def do(*words: str, **settings: str) -> Ended:
        process = subprocess.run(
            [PROGRAM, *words],
            check=False,
            capture_output=True,
            cwd=folder,
            env={**environment(**settings), **SECRETS, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        return Ended(process.returncode, process.stdout.decode(), process.stderr.decode())

    return do


def error_reports(folder: Path) -> list[Path]:
    return sorted((folder / ".testronaut" / "errors").glob("*"))


def assert_is_friendly(ended: Ended) -> None:
    assert ended.code == EXIT_OURS, ended.err
    for text in (ended.out, ended.err):
        assert "Traceback" not in text
        assert "\x1b" not in text
        assert "canary" not in text


def assert_is_a_good_report(text: str, *wanted: str) -> None:
    """Hold a report to what its readers need, and to what they must not get."""
    packages = [f"{name:<12} {importlib.metadata.version(name)}" for name in ("testronaut", "sqlalchemy", "pydantic")]
    for word in ("Traceback (most recent call last):", "faulty.py", "python ", "platform ", *packages, *wanted):
        assert word in text
    assert "canary" not in text
    assert "\x1b" not in text
    assert not [name for name in (*SECRETS, "PATH=", "PYTHONPATH") if name in text], "no environment"


def told(text: str, name: str) -> str:
    found = re.search(rf"^{name} +(\S.*)$", text, re.MULTILINE)
    assert found is not None, f"{name} is not told"
    return found[1]


def job_and_attempts(url: str) -> tuple[Job, list[Attempt]]:
    store = open_store(url)
    try:
        (job,) = store.read(lambda tx: tx.jobs.newest(2))
        return job, list(store.read(lambda tx: tx.work.attempts(job.id)))
    finally:
        store.close()


def assert_ended_after_its_tries(job: Job, attempts: list[Attempt]) -> None:
    assert job.state is JobState.FAILED
    assert job.fault is not None
    assert (job.fault.code, job.fault.exit_code) == ("internal.unexpected", EXIT_OURS)
    failed = [attempt for attempt in attempts if attempt.ending is Ending.FAILED]
    assert [attempt.stage.value for attempt in failed] == ["generate"] * MAX_ERRORS
    assert all(attempt.fault and attempt.fault.message.startswith(FAULT) for attempt in failed)


def assert_is_remembered(run: Run, report: Path, **settings: str) -> None:
    """Hold the commands that look at a job to what they must tell of its fault, long after."""
    assert f"could not be finished: {FAULT}" in run("show", **settings).out
    fault = run("show", "-f", "json", **settings).document["fault"]
    assert fault["code"] == "internal.unexpected"
    assert fault["message"].startswith(FAULT)
    assert str(report) in fault["hint"]
    assert str(report) in run("status", **settings).out
    assert run("trace", **settings).out.count("LookupError") == MAX_ERRORS


@pytest.mark.slow
def test_a_fault_of_the_command_itself_is_told_and_reported(run: Run, tool: str, folder: Path) -> None:
    ended = run("run", tool, "--profile", "quick", "-f", "faulty", "--example", "--api-key canary-5555")
    assert_is_friendly(ended)
    assert "a fault in Testronaut: RuntimeError" in ended.err
    (report,) = error_reports(folder)
    assert str(report.relative_to(folder)) in ended.err
    text = report.read_text()
    assert_is_a_good_report(text, f"run {tool} --profile quick -f faulty", "RuntimeError", "\\x1b[31mno such page")
    job, _ = job_and_attempts(f"sqlite:///{folder}/.testronaut/testronaut.db")
    assert job.state is JobState.SUCCEEDED, "what was found is kept"
    assert (told(text, "job_id"), told(text, "trace_id")) == (str(job.id), job.trace_id)


@pytest.mark.slow
def test_a_fault_of_a_stage_ends_the_job_after_its_tries_and_is_remembered(run: Run, tool: str, folder: Path) -> None:
    ended = run("run", tool, "--profile", "quick", GENERATION__ENGINE="faulty")
    assert_is_friendly(ended)
    (report,) = error_reports(folder)
    assert FAULT in ended.err
    assert "[internal.unexpected]" in ended.err
    assert str(report) in ended.err
    text = report.read_text()
    assert_is_a_good_report(text, f"run {tool} --profile quick", FAULT)
    job, attempts = job_and_attempts(f"sqlite:///{folder}/.testronaut/testronaut.db")
    assert_ended_after_its_tries(job, attempts)
    assert (told(text, "job_id"), told(text, "trace_id")) == (str(job.id), job.trace_id)
    assert told(text, "stage") == "generate"
    assert_is_remembered(run, report)


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of a queue."""
    with redis_server(tmp_path) as redis:
        yield {"BROKER__URL": redis.url, "DATABASE__URL": f"sqlite:///{folder}/shared.db"}


@pytest.mark.slow
def test_a_fault_in_a_worker_of_the_queue_ends_the_job_after_its_tries_and_is_remembered(
    run: Run, tool: str, tmp_path: Path, installed: Path, settings: dict[str, str]
) -> None:
    url = settings["DATABASE__URL"]
    assert run("db", "upgrade", **settings).code == 0
    given = {f"TESTRONAUT_{name}": value for name, value in settings.items()} | {
        **SECRETS,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(installed)]),
        "TESTRONAUT_GENERATION__ENGINE": "faulty",
        "TESTRONAUT_WORKER__TICK_S": "0.3",
        "TESTRONAUT_WORKER__SLOTS": "1",
        "TESTRONAUT_WORKER__HEALTH_PORT": "0",
    }
    stand = tmp_path / "worker"
    stand.mkdir()
    with ExitStack() as stack:
        stack.callback(Worker(given, stand / "log").stop)
        ended = run("submit", tool, "--profile", "quick", **settings)
        assert ended.code == 0, ended.err
        eventually(lambda: job_and_attempts(url)[0].state is not JobState.RUNNING, "the end of the job")
    job, attempts = job_and_attempts(url)
    assert_ended_after_its_tries(job, attempts)
    (report,) = error_reports(stand)
    text = report.read_text()
    assert_is_a_good_report(text, FAULT)
    assert (told(text, "job_id"), told(text, "trace_id")) == (str(job.id), job.trace_id)
    assert_is_remembered(run, report, **settings)
    watched = run("watch", **settings)
    assert_is_friendly(watched)
    assert str(report) in watched.err
    assert "canary" not in (stand / "log").read_text()
