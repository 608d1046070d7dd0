"""One process, killed and started again."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.models.job import JobId, JobState
from shared.models.work import Ending
from shared.store.session import Store, open_store
from tests.e2e.command_line import run_program, specimen, start
from tests.integration.servers import eventually

pytestmark = pytest.mark.slow

SLOW = {"colour=never number=": "sleep 0.05\ncolour=never number="}
WORDS = ("--profile", "quick", "-j", "2")


def store_of(folder: Path) -> Store:
    database = folder / ".testronaut" / "testronaut.db"
    eventually(lambda: database.exists() and _has_a_job(database), "the first job")
    return open_store(f"sqlite:///{database}")


def _has_a_job(database: Path) -> bool:
    store = open_store(f"sqlite:///{database}")
    try:
        return bool(store.read(lambda tx: tx.jobs.newest(1)))
    except Exception:  # noqa: BLE001 - the program has not made the tables yet
        return False
    finally:
        store.close()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Give a folder on a disk of its own."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("a disk of its own can be had by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_ends_the_run_at_once_and_with_room_it_goes_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "600k") as folder:
        full = run_program("run", "git", "--profile", "quick", "-j", "1", folder=folder)
        assert full.code == 3
        assert "db.full" in full.err
        subprocess.run(["mount", "-o", "remount,size=60M", folder], check=True)
        resumed = run_program("resume", folder=folder)
        assert resumed.code in {0, 1}, resumed.err


def count_calls(store: Store, job_id: JobId) -> int:
    return store.read(lambda tx: tx.results.count_all(job_id))


def test_a_killed_job_is_resumed_at_once_and_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "error_with_zero", SLOW)
    process = start("run", str(tool), *WORDS, folder=tmp_path)
    store = store_of(tmp_path)
    job_id = store.read(lambda tx: tx.jobs.newest(1))[0].id
    for wanted in (8, 20, 32):
        eventually(lambda: count_calls(store, job_id) >= wanted, f"{wanted} calls")  # noqa: B023
        process.kill()
        process.communicate()
        assert store.read(lambda tx: tx.jobs.get(job_id).state) is JobState.RUNNING
        process = start("resume", "-j", "2", folder=tmp_path)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1, told.decode()

    results = store.read(lambda tx: tx.results.planned(job_id))
    cases = store.read(lambda tx: tx.plans.cases(job_id))
    assert Counter(result.call_digest for result in results) == {case.key: case.repetitions for case in cases}
    endings = [attempt.ending for attempt in store.read(lambda tx: tx.work.attempts(job_id))]
    assert endings.count(Ending.LOST) >= 2, "the kills hit running attempts"
    disturbed = store.read(lambda tx: tx.reports.find(job_id))
    undisturbed = run_program("run", str(tool), *WORDS, "--no-cache", "-f", "json", folder=tmp_path)
    assert disturbed is not None
    assert disturbed.digest() == undisturbed.document["digest"]
    store.close()


def test_the_same_seed_gives_the_same_plan_and_digest(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "error_with_zero")
    first, second = (
        run_program("run", str(tool), "--profile", "quick", "--no-cache", "-f", "json", folder=tmp_path).document
        for _ in range(2)
    )
    assert first["digest"] == second["digest"]
    other = run_program("run", str(tool), "--profile", "quick", "--seed", "3", "-f", "json", folder=tmp_path).document
    assert other["digest"] != first["digest"]
    plans = [
        run_program("plan", str(tool), "--no-cache", "-f", "yaml", *words, folder=tmp_path).out
        for words in ((), (), ("--seed", "3"))
    ]
    assert plans[0] == plans[1] != plans[2]


def test_a_plan_in_a_file_runs_as_it_is(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "error_with_zero")
    made = run_program("plan", str(tool), "-f", "yaml", "-o", "plan.yaml", "--profile", "quick", folder=tmp_path)
    assert made.code == 0, made.err
    assert run_program("plan", "check", "plan.yaml", folder=tmp_path).code == 0
    anew = ("--no-cache", "-f", "json")
    by_plan = run_program("run", str(tool), "--plan", "plan.yaml", *anew, folder=tmp_path).document
    directly = run_program("run", str(tool), "--profile", "quick", *anew, folder=tmp_path).document
    assert by_plan["digest"] == directly["digest"]


def test_a_time_limit_cuts_execution_and_says_so(tmp_path: Path) -> None:
    slow = {"colour=never number=": "sleep 0.4\ncolour=never number="}
    tool = specimen(tmp_path, "none", slow)
    ended = run_program("run", str(tool), "--max-time", "5s", "-j", "1", "-f", "json", folder=tmp_path)
    document = ended.document
    assert document["state"] == "succeeded"
    assert 0 < document["executed"] < document["planned"]
    assert ended.code == 5, ended.err
    assert any("time" in warning for warning in document["warnings"])


def test_a_finding_is_replayed_until_it_is_mended(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "error_with_zero")
    assert run_program("run", str(tool), "--profile", "quick", folder=tmp_path).code == 1
    assert run_program("replay", "F1", folder=tmp_path).code == 0
    assert run_program("replay", "F1", "--print", folder=tmp_path).out.startswith("cd ")
    job = run_program("jobs", folder=tmp_path).out.splitlines()[-1].split()[0]
    specimen(tmp_path, "none")
    again = run_program("replay", "F1", "--job", job, folder=tmp_path)
    assert again.code == 1
    assert "not there any more" in again.out


def test_commands_that_look_say_what_happened(tmp_path: Path) -> None:
    tool = specimen(tmp_path, "short_differs")
    assert run_program("run", str(tool), "--profile", "quick", "--trace-file", "spans.jsonl", folder=tmp_path).code == 1
    assert "analyze" in run_program("trace", folder=tmp_path).out
    assert "form.short_vs_long" in run_program("show", folder=tmp_path).out
    details = run_program("show", "F1", folder=tmp_path).out
    assert "confirmed 3 of 3" in details
    assert "testronaut explain TN502" in details
    assert "succeeded" in run_program("status", folder=tmp_path).out
    written = run_program("report", "-f", "json", "-f", "html", "-f", "junit", "-o", "out", folder=tmp_path)
    assert written.code == 0, written.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "report.html", "junit.xml"}
    assert '"RUN testronaut"' in (tmp_path / "spans.jsonl").read_text()
    assert "--width" in run_program("analyze", str(tool), folder=tmp_path).out
    assert run_program("analyze", str(tool), "-f", "json", folder=tmp_path).document["tool"] == "frob"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("text", "--width"),
        ("json", '"schema_version"'),
        ("bash", "complete -o"),
        ("fish", "complete -c 'frob'"),
        ("carapace", 'name: "frob"'),
        ("usage", 'bin "frob"'),
    ],
)
def test_what_was_learned_is_written_in_any_format(form: str, wanted: str, tmp_path: Path) -> None:
    tool = specimen(tmp_path)
    printed = run_program("-q", "analyze", str(tool), "-f", form, folder=tmp_path)
    assert wanted in printed.out
    written = run_program("-q", "analyze", str(tool), "-f", form, "-o", "written", folder=tmp_path)
    assert (written.code, written.out) == (0, "")
    assert wanted in (tmp_path / "written").read_text()
