"""How long calls may take, and which are made again alone."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.call import Limits
from shared.models.test_result import Status, TestResult, WaitsFor
from tests.fakes.executor import FakeGuard, Halted
from worker.execution.pace import LATE_TIMES, MOST_REPEATED_IN_VAIN, MOST_TIMES, Gate, Pace, patience_s

LIMITS = Limits(wall_s=10)


def ended(seconds: float) -> TestResult:
    return TestResult(call_digest="", status=Status.OK, exit_code=0, duration_ms=seconds * 1000)


def late(waits_for: WaitsFor = WaitsFor.SLEEP, detail: str = "") -> TestResult:
    return TestResult(call_digest="", status=Status.TIMEOUT_WALL, waits_for=waits_for, detail=detail)


def allowed_s(*seconds: float) -> float:
    pace = Pace()
    for one in seconds:
        pace.note("tool", ended(one))
    return pace.allowed("tool", LIMITS).wall_s


@given(st.floats(0.01, 3600), st.none() | st.floats(0, 1e6))
def test_the_time_is_never_less_than_the_limit_and_bounded(wall_s: float, quick_s: float | None) -> None:
    limits = Limits(wall_s=wall_s)
    assert wall_s <= patience_s(limits, quick_s) <= MOST_TIMES * wall_s


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_slower_tool_never_gets_less(one: float, other: float) -> None:
    assert patience_s(LIMITS, min(one, other)) <= patience_s(LIMITS, max(one, other))


def test_a_tool_of_which_nothing_is_known_gets_what_was_asked_for() -> None:
    assert patience_s(LIMITS, None) == 10
    assert Pace().allowed("tool", LIMITS) is LIMITS


def test_quick_tools_get_what_was_asked_for_and_slow_ones_more() -> None:
    assert allowed_s(0.01, 0.02) == 10
    assert allowed_s(1.0, 1.0) == LATE_TIMES
    assert allowed_s(60.0) == MOST_TIMES * 10


def test_it_goes_by_the_quick_calls_however_many_are_slow() -> None:
    assert allowed_s(0.01, 2.0, 3.0) == 10
    assert allowed_s(0.01, *[2.0] * 20) == LATE_TIMES * 2.0


def test_calls_that_did_not_end_and_other_tools_do_not_count() -> None:
    pace = Pace()
    pace.note("slow", ended(2.0))
    pace.note("late", late())
    assert pace.allowed("slow", LIMITS).wall_s > 10
    assert pace.allowed("late", LIMITS) is LIMITS


def test_after_some_calls_it_stays_as_it_is() -> None:
    pace = Pace()
    for _ in range(100):
        pace.note("tool", ended(1.0))
    for _ in range(1000):
        pace.note("tool", ended(0.001))
    assert pace.allowed("tool", LIMITS).wall_s == LATE_TIMES


@pytest.mark.parametrize(
    ("result", "is_worth_it"),
    [
        (late(), True),
        (late(WaitsFor.LOCK), True),
        (late(WaitsFor.UNKNOWN), True),
        (late(WaitsFor.INPUT), False),
        (late(WaitsFor.PROCESSOR), False),
        (late(detail="it waits for a network that is not there"), False),
        (ended(1), False),
        (TestResult(call_digest="", status=Status.TIMEOUT_CPU), False),
        (TestResult(call_digest="", status=Status.SANDBOX_ERROR), False),
    ],
)
def test_only_who_may_have_been_slowed_is_tried_again(result: TestResult, is_worth_it: bool) -> None:
    assert Pace().is_worth_repeating("tool", result) is is_worth_it


def test_a_tool_that_is_as_late_alone_is_not_tried_for_ever() -> None:
    pace = Pace()
    for _ in range(MOST_REPEATED_IN_VAIN):
        assert pace.is_worth_repeating("tool", late())
        pace.note_repeated("tool", late())
    assert not pace.is_worth_repeating("tool", late())
    assert pace.is_worth_repeating("other", late())
    pace.note_repeated("tool", ended(1))
    assert pace.is_worth_repeating("tool", late())


class TestGate:
    def test_who_was_alone_is_told_so(self) -> None:
        gate = Gate()
        assert gate.leave(gate.enter(FakeGuard()))
        assert gate.leave(gate.enter(FakeGuard()))

    def test_company_counts_for_both_whoever_came_first_or_left_first(self) -> None:
        gate, guard = Gate(), FakeGuard()
        first, second = gate.enter(guard), gate.enter(guard)
        assert not gate.leave(second)
        assert not gate.leave(first)
        third, fourth = gate.enter(guard), gate.enter(guard)
        assert not gate.leave(third)
        assert not gate.leave(fourth)

    def test_who_has_to_be_alone_waits_for_the_others_and_lets_nobody_in(self) -> None:
        gate, told = Gate(), []
        inside = gate.enter(FakeGuard())
        waits, came = threading.Event(), threading.Event()

        def be_alone() -> None:
            guard = Telling(waits)
            with gate.alone(guard):
                told.append("alone")
                mine = gate.enter(guard)
                assert gate.leave(mine)

        def come_later() -> None:
            ticket = gate.enter(Telling(came))
            told.append("later")
            gate.leave(ticket)

        loner = threading.Thread(target=be_alone)
        loner.start()
        assert waits.wait(10)
        other = threading.Thread(target=come_later)
        other.start()
        assert came.wait(10)
        assert told == []
        gate.leave(inside)
        loner.join()
        other.join()
        assert told == ["alone", "later"]

    def test_two_who_have_to_be_alone_are_so_one_after_the_other(self) -> None:
        gate, inside, most = Gate(), [], []

        def be_alone() -> None:
            with gate.alone(FakeGuard()):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

        threads = [threading.Thread(target=be_alone) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == [1] * 8

    def test_a_stop_ends_the_waiting_and_the_gate_is_open_again(self) -> None:
        gate = Gate()
        inside = gate.enter(FakeGuard())
        with pytest.raises(Halted), gate.alone(FakeGuard(stops_at=2)):
            pytest.fail("nobody has left")
        gate.leave(inside)
        assert gate.leave(gate.enter(FakeGuard()))
        with gate.alone(FakeGuard()):
            pass


class Telling(FakeGuard):
    """Tells when it is asked, that is when somebody waits."""

    def __init__(self, asked: threading.Event) -> None:
        super().__init__()
        self._asked = asked

    def check(self) -> None:
        self._asked.set()
