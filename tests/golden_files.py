"""Files that hold what was right when a person last looked; with TESTRONAUT_GOLDEN=write they are written anew."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, content: bytes) -> None:
    """Compare with a file in the folder of golden files."""
    assert_same(_FOLDER / name, content)


def assert_same(path: Path, content: bytes) -> None:
    """Compare with a file, line by line where it is text, so that a difference can be read."""
    if os.environ.get("TESTRONAUT_GOLDEN") == "write":
        path.write_bytes(content)
    assert path.exists(), f"{path.name} is missing: make golden"
    assert content.decode().splitlines() == path.read_text(encoding="utf-8").splitlines(), f"{path.name}: make golden"
