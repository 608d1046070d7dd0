"""Builds the zoo, once for each process that tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.backends import Engine

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


@pytest.fixture(scope="session", autouse=True)
def _engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the container engine before anything is counted that a test must not leave behind."""
    if not os.environ.get("TESTRONAUT_TEST_IMAGES"):
        yield
        return
    Engine.containers = request.getfixturevalue("containers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", Engine.containers.address)
        patch.setenv("XDG_CACHE_HOME", str(Engine.containers.cache))
        yield
