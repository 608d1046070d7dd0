from __future__ import annotations

import os

import pytest

from shared.models.call import Limits
from worker.execution.limits import is_counted_by_namespace, rlimits, threads_of


def test_part_of_a_second_is_rounded_up_and_address_space_is_free() -> None:
    told = rlimits(Limits(cpu_s=0.2, file_bytes=5, open_files=133), 77)
    assert (told["CPU"], told["FSIZE"], told["NOFILE"], told["NPROC"], told["CORE"]) == (1, 5, 133, 77, 1)
    assert "AS" not in told


@pytest.mark.parametrize(
    ("release", "expected"),
    [("5.14.0-generic", True), ("6.1.0-13-amd64", True), ("5.13.19", False), ("4.18.0-553.el8", False), ("6", True)],
)
def test_old_kernels_count_a_user_as_a_whole(release: str, expected: bool) -> None:
    assert is_counted_by_namespace(release) is expected


def test_own_threads_are_counted_and_nobody_elses() -> None:
    assert threads_of(os.geteuid()) >= 1
    assert threads_of(4_000_000_000) == 0
