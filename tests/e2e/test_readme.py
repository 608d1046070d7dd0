"""What the README says can be typed, and what it names."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import PROGRAM, environment, specimen

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
TYPED = [
    line.removeprefix("$ ").partition("  #")[0].strip()
    for block in re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
FINDS = {"run"}


@pytest.mark.slow
def test_every_example_can_be_typed_one_after_the_other(tmp_path: Path) -> None:
    specimen(tmp_path, "traceback")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "mine.txt").write_text("mine\n")
    around = {**environment(), "PATH": f"{PROGRAM.parent}:{tmp_path}:/usr/bin:/bin"}
    assert len(TYPED) > 5
    for line in TYPED:
        ended = subprocess.run(
            shlex.split(line), cwd=tmp_path, env=around, capture_output=True, text=True, check=False, timeout=120
        )
        expected = 1 if shlex.split(line)[1] in FINDS else 0
        assert ended.returncode == expected, f"{line}\n{ended.stdout}\n{ended.stderr}"
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {"report.html", "junit.xml"}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/adr/README.md"])
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    links = [target for target in re.findall(r"\]\(([^)#:]+)\)", text) if target]
    named = re.findall(r"`((?:tests|shared|worker|producer|scripts|docs)/[\w/.-]+\.\w+)`", text)
    missing = [target for target in links if not (ROOT / page).parent.joinpath(target).exists()]
    missing += [target for target in named if not (ROOT / target).exists()]
    assert missing == []
