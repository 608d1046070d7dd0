"""Builds the zoo, once for each process that tests."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ZOO = Path(__file__).parent / "zoo"
_COMPILER = shutil.which("gcc") or shutil.which("cc")


@pytest.fixture(scope="session")
def tools() -> Iterator[Path]:
    """Give a folder with every program of the zoo that can be had here, open to everybody."""
    folder = Path(tempfile.mkdtemp(prefix="tools-", dir="/var/tmp"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda source: _build(source, folder), sorted(ZOO.iterdir())))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _build(source: Path, folder: Path) -> None:
    if source.suffix == ".c" and _COMPILER:
        command = [_COMPILER, "-std=gnu11", "-w", "-pthread", "-o", str(folder / source.stem), str(source)]
        subprocess.run(command, check=True, capture_output=True)
    elif source.suffix in {".sh", ".py"}:
        shutil.copy(source, folder)
        (folder / source.name).chmod(0o755)
