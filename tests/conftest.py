"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.utils import logging
from tests.world import World


@pytest.fixture(autouse=True, scope="session")
def _quiet_logs() -> None:
    logging.configure("error")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()
