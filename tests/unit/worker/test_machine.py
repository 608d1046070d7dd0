"""What a machine is made of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from worker import machine as module
from worker.machine import machine


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_PACKAGE_RECORDS", (f"{tmp_path}/status", f"{tmp_path}/absent"))
    monkeypatch.setattr(module, "_PEOPLE_INSTALL_HERE", (f"{tmp_path}/lib/python3*/*-packages",))
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "part-1.0.dist-info").mkdir()
    (tmp_path / "status").write_text("Package: part")
    return tmp_path


@pytest.mark.usefixtures("records")
def test_it_is_the_same_until_something_changes() -> None:
    assert machine() == machine()


def test_a_package_of_the_system_that_is_upgraded_makes_another_machine(records: Path) -> None:
    before = machine()
    os.utime(records / "status", ns=(1, 1))
    assert machine() != before


def test_a_package_that_people_upgrade_themselves_makes_another_machine(records: Path) -> None:
    before = machine()
    old = records / "lib" / "python3.11" / "site-packages" / "part-1.0.dist-info"
    old.rename(old.with_name("part-1.1.dist-info"))
    assert machine() != before
