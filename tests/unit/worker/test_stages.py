"""How a plan is cut for those who work on it."""

from __future__ import annotations

from collections import Counter

import pytest

from shared.models.call import Call
from shared.models.test_plan import Intent, TestCase, TestPlan
from worker.stages.generate import Cut


def plan_of(count: int) -> TestPlan:
    calls = (Call(argv=(b"%d" % number,)) for number in range(count))
    return TestPlan(tool="t", cases=tuple(TestCase(call=call, intent=Intent.EXPLORE, technique="x") for call in calls))


def test_where_anybody_may_join_shards_have_the_size_that_is_set() -> None:
    assert set(Counter(Cut(25).shards(plan_of(500))).values()) == {25}


@pytest.mark.parametrize(("hands", "count", "most"), [(2, 500, 63), (3, 500, 42), (1, 5000, 100), (64, 500, 25)])
def test_hands_that_nobody_joins_take_larger_shards(hands: int, count: int, most: int) -> None:
    sizes = Counter(Cut(25, hands).shards(plan_of(count)))
    assert max(sizes.values()) == most
    assert sum(sizes.values()) == count


def test_all_hands_take_from_the_same_stretch_of_the_plan() -> None:
    assert Cut(3, hands=2).shards(plan_of(12)) == [0, 1] * 3 + [2, 3] * 3
