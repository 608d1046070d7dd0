"""What is written about a tool: manual and completions, within one allowance."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.interfaces.executor import Provided
from worker.analysis.library import WrittenLibrary

MANUAL = ".TH FROB 1\n.SH NAME\nfrob \\- does it\n.SH OPTIONS\n.TP\n\\-\\-loud\nSay it.\n" + '.\\" ' + "words " * 100
SCRIPT = "complete -c frob -l quiet -d 'Say nothing'\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    for place, text in {
        "bin/frob": "#!/bin/sh\n",
        "share/man/man1/frob.1": MANUAL,
        "share/fish/vendor_completions.d/frob.fish": SCRIPT,
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    return tmp_path / "bin/frob"


def names(program: Path, most_written: int) -> list[str]:
    """Give the options that are written about, as far as the allowance goes."""
    library = WrittenLibrary(Provided(path=str(program), argv=(b"frob",), fingerprint="1"), ["frob"], most_written)
    return [name for reading in library.about(()) for claim in reading.options for name in claim.names]


def test_manual_and_completions_share_one_allowance(program: Path) -> None:
    both = len(MANUAL) + len(SCRIPT)

    assert names(program, both) == ["--loud", "--quiet"]
    assert names(program, both - 1) == ["--loud"]
    assert names(program, len(MANUAL) - 1) == []
