from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.execution import inside
from worker.execution.archive import runner_program
from worker.execution.inside.runner import Capture


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


def test_what_runs_inside_needs_nothing_but_little_of_the_standard_library(tmp_path: Path) -> None:
    program, archive = runner_program(), tmp_path / "run.zip"
    archive.write_bytes(program.archive)
    show = "import sys; sys.path.insert(0, sys.argv[1]); import worker.execution.inside.runner; print(*sys.modules)"
    command = [program.python, "-I", "-S", "-c", show, str(archive)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in told.stdout.split()}
    assert loaded <= {"worker", "__main__", *sys.stdlib_module_names}
    assert not loaded & {"json", "re", "enum", "hashlib", "subprocess", "pathlib", "typing"}


@pytest.mark.parametrize("module", ["wire", "filesystem", "processes", "runner", "trials"])
def test_what_runs_inside_is_written_for_an_old_python(module: str) -> None:
    source = Path(inside.__file__).with_name(f"{module}.py").read_text()
    assert ast.parse(source, feature_version=(3, 9))
    assert "from __future__ import annotations" in source
