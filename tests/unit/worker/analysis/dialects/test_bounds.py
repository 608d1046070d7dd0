"""Between which numbers a value must lie."""

from __future__ import annotations

import pytest

from worker.analysis.dialects.bounds import read_bounds


@pytest.mark.parametrize(
    ("description", "bounds"),
    [
        ("How often [1<=x<=256]", (1, 256)),
        ("How often [x>=5]", (5, None)),
        ("How often [x>5]", (6, None)),
        ("A share [0<=x<=1]", (0, 1)),
        ("Level, 0..9", (0, 9)),
        ("Level (1..=22)", (1, 22)),
        ("between 1 and 10", (1, 10)),
        ("range 1-9", (1, 9)),
        ("level (1-9)", (1, 9)),
        ("from 1 to 20", (1, 20)),
        ("must be at least 1", (1, None)),
        ("should be greater than 0", (1, None)),
        ("must not be more than 7", (None, 7)),
        ("(default 5, max 22)", (None, 22)),
        ("minimum: 3", (3, None)),
        ("in version 1.2-3", (None, None)),
        ("chapter (9-1)", (None, None)),
        ("at port 8080", (None, None)),
        ("matches between words", (None, None)),
    ],
)
def test_reads_what_bounds_a_number(description: str, bounds: tuple[float | None, float | None]) -> None:
    assert read_bounds(description) == bounds


@pytest.mark.parametrize("name", ["1-9", "<1..9>", "1..=9"])
def test_reads_bounds_in_place_of_a_name(name: str) -> None:
    assert read_bounds("The level", name) == (1, 9)


def test_reads_bounds_behind_a_type() -> None:
    assert read_bounds("How many", "INTEGER RANGE [1<=x<=9]") == (1, 9)
