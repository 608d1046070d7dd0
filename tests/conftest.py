"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.utils import logging
from tests.container_engine import Containers, make_image_of_tools, own_engine
from tests.world import World


@pytest.fixture(autouse=True, scope="session")
def _quiet_logs() -> None:
    logging.configure("error")


@pytest.fixture(scope="session")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """An engine of our own, one for all tests of a process."""
    with own_engine() as address:
        yield Containers(address, make_image_of_tools(address), tmp_path_factory.mktemp("cache"))


@pytest.fixture
def engine_here(containers: Containers, monkeypatch: pytest.MonkeyPatch) -> Containers:
    """Let the client find our own engine, and no other."""
    monkeypatch.setenv("DOCKER_HOST", containers.address)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(containers.cache))
    return containers


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()
