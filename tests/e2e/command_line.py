"""The program as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).parent / "testronaut"
SPECIMENS = Path(__file__).resolve().parents[1] / "specimens"


@dataclass(frozen=True)
class Ended:
    """What a run of the program showed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Read standard output as a document."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def environment(**settings: str) -> dict[str, str]:
    """Give the environment of a user who has set nothing but this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESTRONAUT_", "OTEL_"))}
    return {
        **kept,
        "NO_COLOR": "1",
        "COLUMNS": "200",
        **{f"TESTRONAUT_{name}": value for name, value in settings.items()},
    }


def run_program(*words: str, folder: Path, timeout_s: float = 120, **settings: str) -> Ended:
    """Start the program in a folder and wait for its end."""
    process = subprocess.run(
        [PROGRAM, *words],
        check=False,
        capture_output=True,
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        timeout=timeout_s,
    )
    return Ended(process.returncode, process.stdout.decode(), process.stderr.decode())


def start(*words: str, folder: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start the program in a folder, so that a test can disturb it."""
    return subprocess.Popen(
        [PROGRAM, *words],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def specimen(folder: Path, fault: str = "none", changes: Mapping[str, str] | None = None) -> Path:
    """Make the small tool with one fault, or with none."""
    text = (SPECIMENS / "frob.sh").read_text().replace("FAULT=none", f"FAULT={fault}", 1)
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "frob"
    path.write_text(text)
    path.chmod(0o755)
    for open_to_all in (folder, folder.parent):
        open_to_all.chmod(0o755)  # the sandbox's user must be able to read it, also where root runs the tests
    return path
