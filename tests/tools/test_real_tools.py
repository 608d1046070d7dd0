"""Real tools of every dialect, read as a user reads them: what their parsers take is what is learned of them."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from shutil import which

import pytest

from shared.models.call import Limits
from shared.models.job import SandboxPolicy, ToolSpec
from tests.backends import made
from tests.e2e.command_line import run_program
from tests.fakes.executor import FakeGuard
from tests.tools.asked import unknown_options
from tests.tools.truths import Command, ToolTruth, truths

_FOLDER = os.environ.get("TESTRONAUT_TEST_TOOLS", "")
_MOST_SECONDS = 120
_MOST_NAMES = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not _FOLDER, reason="real tools are installed and read by `make test-tools` alone"),
]


@pytest.fixture
def folder() -> Path:
    """Give the folder that tools are installed in."""
    return Path(_FOLDER).resolve()


@pytest.mark.parametrize("truth", truths(), ids=lambda truth: truth.name)
def test_what_is_true_of_a_tool_is_learned(truth: ToolTruth, folder: Path, tmp_path: Path) -> None:
    call = _call(truth, folder)
    began = time.monotonic()
    ended = run_program("-q", "analyze", shlex.join(call), "-f", "json", folder=tmp_path, timeout_s=2 * _MOST_SECONDS)
    took_s = time.monotonic() - began
    assert ended.code == 0, ended.err
    learned: Mapping[str, Command] = ended.document["commands"]
    problems = [*truth.disagreements(learned), *_refused(truth, call, learned)]
    if took_s > _MOST_SECONDS:
        problems.append(f"learning it took {took_s:.0f} s")
    assert sorted(problems) == sorted(truth.gaps), "\n".join(problems)


def _call(truth: ToolTruth, folder: Path) -> list[str]:
    """Give the words that call the tool; skip the test where it is not installed."""
    program, *rest = (word.replace("{}", str(folder)) for word in truth.call)
    found = str(folder / program) if (folder / program).exists() else which(program)
    missing = [word for word in rest if word.startswith(str(folder)) and not Path(word).exists()]
    if found is None or missing:
        pytest.skip(f"{(missing or [program])[0]} is not installed")
    return [found, *rest]


def _refused(truth: ToolTruth, call: list[str], learned: Mapping[str, Command]) -> Iterator[str]:
    """Say which of the options learned the tool itself does not know."""
    tool = ToolSpec(argv=tuple(word.encode() for word in call))
    with (
        closing(made("bubblewrap")) as executor,
        executor.open(tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox,
    ):
        for path, command in learned.items():
            names = [name for option in command["options"] for name in option["names"] if _is_word(name)]
            unknown = unknown_options(sandbox, path, names[:_MOST_NAMES], truth.strict)
            if not set(unknown) <= set(truth.refused):
                yield f"{path or truth.name}: the tool does not know {unknown}"


def _is_word(name: str) -> bool:
    return name.startswith("-") and len(name.lstrip("-")) > 1
