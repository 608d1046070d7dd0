"""Bad input: a message with what, where and the next thing to type; the documented exit code; nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.models.job import JobState, StageName
from shared.models.work import ItemState
from shared.store.session import Store, make_engine, open_store
from tests.e2e.command_line import PROGRAM, Ended, environment, run_program, specimen
from tests.integration.servers import eventually, free_port

ROOT = Path(__file__).resolve().parents[2]


def assert_refused(ended: Ended, code: int, *wanted: str) -> None:
    assert ended.code == code, ended.err
    for word in wanted:
        assert word in ended.err
    assert "Traceback" not in ended.err
    assert not ended.out


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return specimen(tmp_path / "bin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


def test_a_tool_that_is_not_there(folder: Path) -> None:
    ended = run_program("run", "gzipp", folder=folder)
    assert_refused(ended, 4, "no program on PATH is called 'gzipp'", "[tool.not_found]", "gzip")
    ended = run_program("run", "./frob", folder=folder)
    assert_refused(ended, 4, "frob", "[tool.not_found]")
    assert left_behind(folder) == set()


def test_a_tool_that_cannot_be_executed(folder: Path) -> None:
    (folder / "frob").write_text("text")
    ended = run_program("run", "./frob", folder=folder)
    assert_refused(ended, 4, "frob is not executable", "[tool.not_executable]", "chmod +x")
    assert left_behind(folder) == {"frob"}


def test_a_format_that_is_none(folder: Path, tool: Path) -> None:
    ended = run_program("run", str(tool), "-f", "pdf", folder=folder)
    assert_refused(ended, 2, "no format is called 'pdf'", "Known: text, html, json, junit")
    assert left_behind(folder) == set()


def test_two_documents_for_one_standard_output(folder: Path, tool: Path) -> None:
    ended = run_program("run", str(tool), "-f", "json", "-f", "junit", folder=folder)
    assert_refused(ended, 2, "json and junit cannot both go to standard output", "-o DIR")


def test_a_mistyped_setting(folder: Path, tool: Path) -> None:
    (folder / "testronaut.toml").write_text("\n\n[execution]\ntimeout_ss = 3\n")
    ended = run_program("run", str(tool), folder=folder)
    assert_refused(
        ended, 2, "testronaut.toml:4: unknown setting 'timeout_ss' in [execution]", "[config.unknown_key]", "timeout_s"
    )
    assert left_behind(folder) == {"testronaut.toml"}


def test_a_config_that_cannot_be_read(folder: Path, tool: Path) -> None:
    (folder / "testronaut.toml").write_text("[execution\n")
    ended = run_program("run", str(tool), folder=folder)
    assert_refused(ended, 2, "testronaut.toml", "[config.invalid]", "line 1")


def test_a_queue_that_is_not_configured(folder: Path, tool: Path) -> None:
    for words in (("submit", str(tool)), ("worker",), ("steward",)):
        ended = run_program(*words, folder=folder)
        assert_refused(ended, 2, "no broker is configured", "TESTRONAUT_BROKER__URL")
    assert left_behind(folder) <= {".testronaut"}


def test_a_database_that_is_away(folder: Path, tool: Path) -> None:
    url = f"postgresql+psycopg://app:secret@127.0.0.1:{free_port()}/x"
    ended = run_program("run", str(tool), folder=folder, DATABASE__URL=url)
    assert_refused(ended, 3, "does not answer", "[db.unavailable]", "TESTRONAUT_DATABASE__URL")
    assert "secret" not in ended.err
    assert left_behind(folder) == set()


def test_an_address_that_is_none(folder: Path, tool: Path) -> None:
    ended = run_program("run", str(tool), folder=folder, DATABASE__URL="mysql://x/y")
    assert_refused(ended, 2, "mysql://x/y")


def test_a_database_of_a_newer_version(folder: Path, tool: Path) -> None:
    assert run_program("jobs", folder=folder).code == 0
    engine = make_engine(f"sqlite:///{folder}/.testronaut/testronaut.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9f2c'"))
    engine.dispose()
    ended = run_program("run", str(tool), folder=folder)
    assert_refused(ended, 3, "newer than this version (revision 9f2c", "[db.too_new]", "Upgrade testronaut")


def test_a_job_that_is_not_there(folder: Path) -> None:
    for command in ("show", "status", "watch", "cancel", "resume", "report", "trace"):
        assert_refused(run_program(command, "ffffffff", folder=folder), 2, "no job ffffffff", "testronaut jobs")
        assert_refused(run_program(command, "x!", folder=folder), 2, "'x!' is not a job's id")
    assert_refused(run_program("show", folder=folder), 2, "no job yet", "testronaut run TOOL")


def test_a_check_that_is_none(folder: Path) -> None:
    assert_refused(run_program("explain", "TN999", folder=folder), 2, "no check is called 'TN999'")


def test_a_command_that_is_none(folder: Path) -> None:
    assert_refused(run_program("runn", "x", folder=folder), 2, "no command is called 'runn'. Did you mean run?")


def test_a_plan_that_cannot_be_read(folder: Path, tool: Path) -> None:
    (folder / "plan.yaml").write_text(
        "schema_version: 1\ntool: x\ncases:\n- intent: nope\n  technique: t\n  call: {}\n"
    )
    ended = run_program("run", str(tool), "--plan", "plan.yaml", folder=folder)
    assert_refused(ended, 2, "plan.yaml:4: cases.0.intent", "[plan.invalid]")
    assert_refused(run_program("plan", "check", "plan.yaml", folder=folder), 2, "plan.yaml:4")
    assert_refused(run_program("run", str(tool), "--plan", "none.yaml", folder=folder), 2, "none.yaml cannot be read")


def test_a_file_for_what_was_learned_that_cannot_be_written(folder: Path, tool: Path) -> None:
    ended = run_program("analyze", str(tool), "-f", "bash", "-o", "no/such/file", folder=folder)
    assert_refused(ended, 2, "no/such/file cannot be written to", "[output.unusable]", "-o")


def test_a_tool_that_shows_nothing_to_test(folder: Path) -> None:
    silent = folder / "silent"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    ended = run_program("run", "./silent", folder=folder)
    assert ended.code == 4, ended.err
    assert "[analysis.no_interface]" in ended.err
    assert "--example" in ended.err


def test_root_may_not_ask_for_the_sandbox_that_seals_nothing(folder: Path, tool: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root is refused")
    ended = run_program("run", str(tool), "--sandbox", "local", folder=folder)
    assert_refused(ended, 3, "local", "root")


def test_a_sandbox_that_is_none(folder: Path, tool: Path) -> None:
    assert_refused(
        run_program("run", str(tool), "--sandbox", "vault", folder=folder), 2, "no sandbox is called 'vault'"
    )


def test_a_folder_that_cannot_be_written_to(folder: Path) -> None:
    folder.chmod(0o555)
    as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_user and not _is_reachable_for_all(PROGRAM):
        pytest.skip("an ordinary user cannot reach the environment that the tests run in")
    process = subprocess.run(
        [*as_user, PROGRAM, "run", "ls"], check=False, capture_output=True, cwd=folder, env=environment(), timeout=60
    )
    folder.chmod(0o755)
    told = process.stderr.decode()
    assert process.returncode == 2, told
    assert "[folder.unwritable]" in told
    assert "TESTRONAUT_DATABASE__URL" in told
    assert left_behind(folder) == set()


def test_an_output_folder_that_cannot_be_made(folder: Path, tool: Path) -> None:
    (folder / "file").touch()
    ended = run_program("run", str(tool), "-f", "json", "-o", "file/out", folder=folder)
    assert_refused(ended, 2, "cannot be written to", "-o")
    assert left_behind(folder) == {"file"}


# Makes one stage slow where the tool cannot: a wrapper that an interpreter starts in the program's place.
SLOW = """
import sys, time
import {module} as module
quick = module.{name}
def slow(*given, **named):
    time.sleep(1.5)
    return quick(*given, **named)
module.{name} = slow
from producer.cli import main
sys.exit(main(sys.argv[1:]))
"""
SLOW_STAGES = {
    StageName.GENERATE: ("worker.generation.planner", "Planner.generate"),
    StageName.REPORT: ("worker.bootstrap", "ASSEMBLE"),
}


@pytest.mark.slow
@pytest.mark.parametrize("stage", StageName)
@pytest.mark.parametrize(("order", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_leaves_a_job_that_goes_on_and_a_partial_report(
    stage: StageName, order: signal.Signals, code: int, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    slow = {"colour=never number=": "sleep 0.1\ncolour=never number="}
    tool = specimen(tmp_path / "bin", "error_with_zero", slow)
    folder = tmp_path / "here"
    folder.mkdir()
    process = _start(stage, folder, "run", str(tool), "--profile", "quick", "-j", "2")
    store = _store_of(folder)
    eventually(lambda: _is_in(stage, store), f"the stage {stage}", timeout_s=60)
    process.send_signal(order)
    _, told = process.communicate(timeout=20)
    assert process.returncode == code, told.decode()
    job = store.read(lambda tx: tx.jobs.newest(1))[0]
    if stage is StageName.REPORT:
        assert job.state is JobState.SUCCEEDED, "what is nearly done is not thrown away"
        assert "testronaut show" in told.decode()
        store.close()
        return
    assert "testronaut resume" in told.decode()
    assert job.state is JobState.RUNNING
    assert {state for states in store.read(lambda tx: tx.work.states(job.id)).values() for state in states} <= {
        ItemState.DONE,
        ItemState.READY,
    }
    (page,) = folder.glob(".testronaut/reports/*/report.html")
    assert "Not finished" in page.read_text()
    assert json.loads((page.parent / "report.json").read_text())["is_partial"]
    assert left_behind(folder) == {".testronaut"}
    store.close()
    resumed = run_program("resume", folder=folder)
    assert resumed.code == 1, resumed.err
    assert "exit.error_with_zero" in resumed.out


def _start(stage: StageName, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    # Who starts the tests in the background has the interruption ignored, and children inherit that.
    heeding = ["env", "--default-signal=INT"]
    command: list[str | Path] = [PROGRAM]
    if stage in SLOW_STAGES:
        module, name = SLOW_STAGES[stage]
        command = [sys.executable, "-P", "-c", SLOW.format(module=module, name=name)]
    return subprocess.Popen(
        [*heeding, *command, *words],
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _store_of(folder: Path) -> Store:
    database = folder / ".testronaut" / "testronaut.db"
    eventually(lambda: database.exists() and database.stat().st_size > 0, "the store")
    return open_store(f"sqlite:///{database}", patience_s=5)


def _is_in(stage: StageName, store: Store) -> bool:
    try:
        jobs = store.read(lambda tx: tx.jobs.newest(1))
    except Exception:  # noqa: BLE001 - the program has not made the tables yet
        return False
    states = store.read(lambda tx: tx.work.states(jobs[0].id)) if jobs else {}
    return ItemState.LEASED in states.get(stage, {})


def _is_reachable_for_all(path: Path) -> bool:
    python = Path(sys.executable).resolve()
    folders = {*path.resolve().parents, *python.parents}
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders) and shutil.which("setpriv") is not None
