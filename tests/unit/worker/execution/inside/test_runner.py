from __future__ import annotations

import ast
import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.executor import FakeGuard
from worker.execution import inside
from worker.execution.archive import runner_program
from worker.execution.connection import Connection, Launch, RunnerFailedError, start
from worker.execution.inside.watch import Capture


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 20).map(lambda half: 2 * half))
def test_both_ends_length_and_hash_of_a_stream_are_kept_however_it_comes(parts: list[bytes], kept: int) -> None:
    capture = Capture(kept)
    for part in parts:
        capture.add(part)
    whole, seen = b"".join(parts), capture.report()
    assert seen["total_bytes"] == len(whole)
    if len(whole) <= kept:
        assert seen["head"] + seen["tail"] == whole
        assert "sha256" not in seen
    else:
        assert (seen["head"], seen["tail"]) == (whole[: kept // 2], whole[-kept // 2 :])
        assert seen["sha256"] == hashlib.sha256(whole).hexdigest()


def test_a_flood_does_not_fill_our_memory() -> None:
    capture = Capture(1024)
    for _ in range(1000):
        capture.add(b"x" * 65536)
    assert len(capture._tail) <= 4 * 512 + 65536


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Send orders to one runner, which stands beside us as the executor `local` starts it."""
    folder = tmp_path / "work"
    folder.mkdir()

    def ask(code: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        order = {"path": "/bin/sh", "argv": ["sh", "-c", code], "own_env": {}, "files": [], "is_alone": 0}
        limits = {"wall_us": 10**7, "cpu_us": 10**7, "memory_bytes": 1 << 30, "output_bytes": 1 << 20}
        rest = {"kept_bytes": 1024, "keeps": 0, "leaves": 0, "layer": b"", "number": 1}
        return dict(connection.ask({**order, **limits, **rest, **changes}, FakeGuard(), 30))

    with prepared(tmp_path, setting(folder)) as (connection, answer):
        assert set(answer) == {"is_filtered", "has_layers", "number"}
        yield ask


def setting(folder: Path, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    told = {"folder": str(folder), "volumes": [[str(folder), 0o755]], "renewal": "wipe", "rlimits": {"CORE": 0}}
    return {
        **told,
        "disk_bytes": 1 << 20,
        "layers": "",
        "one_ipc": 0,
        "counted": [],
        "fixed": [],
        "own_network": 0,
        "entries": 1 << 40,
        "has_proc": 1,
        "env": {},
        "in_vain": [],
        **changes,
    }


@contextmanager
def prepared(top: Path, told: dict[str, Any]) -> Iterator[tuple[Connection, Mapping[str, Any]]]:
    """Start a runner and tell it the setting."""
    program, archive = runner_program(), top / "run.zip"
    archive.write_bytes(program.archive)
    with start(Launch(lambda socket: program.command(str(archive), socket, socket))) as connection:
        yield connection, connection.ask(told, FakeGuard(), 30)


def test_one_runner_makes_many_calls_and_keeps_them_apart(runner: Callable[..., dict[str, Any]]) -> None:
    first = runner("echo one; touch x; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 60 &")
    second = runner("cat; test -e x && echo there; exit 3", stdin=b"two")
    assert (first["stdout"]["head"], second["stdout"]["head"]) == (b"one\n", b"two")
    assert (first["leftovers"], second["leftovers"]) == ([b"sleep"], [])
    assert [change["change"] for change in first["changes"]] == [b"created"]
    assert second["changes"] == []
    assert second["wait_status"] == 3 << 8
    assert second["cpu_us"] < first["cpu_us"]


def test_what_it_cannot_do_is_said_and_the_next_call_is_made(runner: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(RunnerFailedError, match="FileExistsError"):
        runner("true", files=[{"path": "a", "kind": "file", "mode": 0o644, "content": b""}] * 2)
    assert runner("echo well")["stdout"]["head"] == b"well\n"


def test_a_tool_that_is_gone_is_told_by_its_number(runner: Callable[..., dict[str, Any]]) -> None:
    assert runner("true", path="/nowhere/frob") == {"spawn_error": errno.ENOENT, "changes": [], "number": 1}


@pytest.mark.parametrize("wrong", [{"rlimits": {"NOT_A_LIMIT": 1}}, {"renewal": "mount", "volumes": [["/nowhere", 1]]}])
def test_a_setting_that_cannot_be_had_is_our_failure(tmp_path: Path, wrong: dict[str, Any]) -> None:
    if os.geteuid() == 0 and "renewal" in wrong:
        pytest.skip("root may mount")
    with pytest.raises(RunnerFailedError), prepared(tmp_path, setting(tmp_path, **wrong)):
        pass


def test_a_later_step_finds_what_an_earlier_one_left(runner: Callable[..., dict[str, Any]]) -> None:
    runner("echo one >x", leaves=1)
    kept = runner("cat x; echo two >y", keeps=1)
    assert (kept["stdout"]["head"], [change["path"] for change in kept["changes"]]) == (b"one\n", [b"y"])
    assert runner("ls -A")["stdout"]["head"] == b""


def test_a_script_without_a_first_line_is_run_by_the_shell(
    runner: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.write_text("echo $0 $1; test -t 0 && : >/dev/tty")
    script.chmod(0o755)
    assert runner("", path=str(script), argv=["script", "a"])["stdout"]["head"] == f"{script} a\n".encode()
    at_a_terminal = runner("", path=str(script), argv=["script", "a"], tty=[80, 24])
    assert at_a_terminal["stdout"]["head"] == f"{script} a\r\n".encode()


def test_what_runs_inside_needs_nothing_but_little_of_the_standard_library(tmp_path: Path) -> None:
    program, archive = runner_program(), tmp_path / "run.zip"
    archive.write_bytes(program.archive)
    show = "import sys; sys.path.insert(0, sys.argv[1]); import worker.execution.inside.runner; print(*sys.modules)"
    command = [program.python, "-I", "-S", "-c", show, str(archive)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in told.stdout.split()}
    assert loaded <= {"worker", "__main__", *sys.stdlib_module_names}
    assert not loaded & {"json", "re", "enum", "hashlib", "subprocess", "pathlib", "typing"}


@pytest.mark.parametrize("module", [path.stem for path in Path(inside.__file__).parent.glob("[a-z]*.py")])
def test_what_runs_inside_is_written_for_an_old_python(module: str) -> None:
    source = Path(inside.__file__).with_name(f"{module}.py").read_text()
    assert ast.parse(source, feature_version=(3, 9))
    assert "from __future__ import annotations" in source


def test_who_waits_for_what_is_not_there_is_ended_early(runner: Callable[..., dict[str, Any]]) -> None:
    waits = runner("echo Retrying: no such HOST >&2; sleep 60", in_vain=[b"no such host"])
    ends = runner("echo no such host; exit 7", in_vain=[b"no such host"])
    works = runner("echo fine; i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done", in_vain=[b"no such host"])
    assert (waits["ended_by"], ends["ended_by"], works["ended_by"]) == (b"vain", b"", b"")
    assert waits["duration_us"] < 10**7
    assert ends["wait_status"] == 7 << 8


def test_a_wording_may_arrive_in_two_parts(runner: Callable[..., dict[str, Any]]) -> None:
    halves = runner(
        "printf 'no such '; i=0; while [ $i -lt 9999 ]; do i=$((i+1)); done; printf 'host'; sleep 60",
        in_vain=[b"no such host"],
    )
    assert halves["ended_by"] == b"vain"
