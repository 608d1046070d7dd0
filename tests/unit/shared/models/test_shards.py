"""How a plan is cut into shards."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shared.models.call import Call
from shared.models.test_plan import Intent, TestCase, TestPlan


def plan_of(count: int) -> TestPlan:
    calls = (Call(argv=(b"%d" % number,)) for number in range(count))
    return TestPlan(tool="t", cases=tuple(TestCase(call=call, intent=Intent.EXPLORE, technique="x") for call in calls))


@given(st.integers(0, 120), st.integers(1, 30))
def test_every_case_has_a_shard_and_no_shard_is_too_large_or_empty(count: int, size: int) -> None:
    shards = plan_of(count).shards(size)
    sizes = Counter(shards)
    assert len(shards) == count
    assert set(sizes) == set(range(-(-count // size)))
    assert max(sizes.values(), default=0) <= size


@given(st.integers(1, 120), st.integers(1, 30))
def test_early_cases_are_in_early_shards(count: int, size: int) -> None:
    shards = plan_of(count).shards(size)
    assert all(abs(shard - number // size) < 4 for number, shard in enumerate(shards))


def test_neighbours_are_in_different_shards() -> None:
    assert plan_of(10).shards(2) == [0, 1, 2, 3, 0, 1, 2, 3, 4, 4]
