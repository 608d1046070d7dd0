from __future__ import annotations

import pytest

from shared.models.call import Call
from shared.models.test_result import Status, TestResult
from tests.unit.worker.analysis.asked import Frob
from worker.analysis.allowance import MOST_SAID

ONE, TWO, THREE = (Call(argv=(word,)) for word in (b"1", b"2", b"3"))


def test_a_call_that_was_made_before_costs_nothing() -> None:
    frob = Frob({"1": b"one"})
    asker = frob.asker(budget=2)

    answers = asker.ask_all([ONE, ONE, TWO])
    again = asker.ask(ONE)

    assert frob.asked == ["1", "2"]
    assert asker.left == 0
    assert again is not None
    assert again == answers[0]


def test_calls_beyond_the_budget_are_not_made() -> None:
    frob = Frob({})
    asker = frob.asker(budget=2)

    answers = asker.ask_all([ONE, TWO, THREE])

    assert [answer is None for answer in answers] == [False, False, True]
    assert asker.ask(THREE) is None
    assert frob.asked == ["1", "2"]


def test_each_part_of_the_work_has_a_budget_of_its_own() -> None:
    frob = Frob({})
    asker = frob.asker(budget=1)

    assert asker.ask_all([ONE, TWO])[1] is None
    asker.allow(1)
    assert asker.ask(TWO) is not None
    assert frob.asked == ["1", "2"]


def test_no_more_is_read_than_the_allowance_covers() -> None:
    frob = Frob(lambda _: b"x" * 400)
    asker = frob.asker(most_said=1000)

    answers = asker.ask_all([ONE, TWO, THREE])

    assert [answer is None for answer in answers] == [False, False, True]
    assert asker.affordable == 0
    assert asker.ask(Call(argv=(b"4",))) is None
    assert "4" not in frob.asked
    assert asker.ask(ONE) == answers[0]


def test_what_is_tried_may_print_as_much_as_it_likes() -> None:
    asker = Frob(lambda _: b"x" * 400).asker(most_said=100)

    assert asker.ask(ONE) is None
    asker.allow(10)
    assert None not in asker.ask_all([ONE, TWO, THREE])


def test_the_longest_help_alone_is_covered() -> None:
    answer = Frob(lambda _: (0, b"o" * 5_000_000, b"e" * 5_000_000)).asker().ask(ONE)

    assert answer is not None
    assert sum(map(len, (answer.stdout, answer.stderr))) <= answer.length == MOST_SAID


@pytest.mark.parametrize(("took_ms", "calls"), [(50.0, 60), (200.0, 20), (900.0, 6), (2500.0, 2), (9000.0, 0)])
def test_a_tool_that_is_slow_to_answer_is_asked_less(took_ms: float, calls: int) -> None:
    slow = TestResult(call_digest="", status=Status.OK, duration_ms=took_ms, exit_code=0)
    frob = Frob({}, otherwise=slow)
    asker = frob.asker(budget=61)

    asker.ask_all([ONE])
    asker.allow(60)
    asker.ask_all([Call(argv=(str(number).encode(),)) for number in range(100, 200)])

    assert len(frob.asked) - 1 == calls


def test_a_call_that_never_ended_costs_as_much_as_very_many() -> None:
    stuck = TestResult(call_digest="", status=Status.TIMEOUT_WALL, duration_ms=10_000.0)
    frob = Frob({"1": stuck})
    asker = frob.asker(budget=50)

    asker.ask(ONE)

    assert asker.left == 30


def test_a_tool_that_answers_at_once_is_not_waited_for_long() -> None:
    frob = Frob({})
    asker = frob.asker()

    asker.ask(ONE)
    asker.ask(TWO)

    first, second = (made.call.limits for made in frob.executor.made)
    assert first is None
    assert second is not None
    assert second.wall_s == 2.0


def test_what_the_sandbox_could_not_do_says_nothing_of_the_tool() -> None:
    hindered = TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="no room")
    answer = Frob({"1": hindered}).asker().ask(ONE)

    assert answer is not None
    assert answer.is_ours
    assert not answer.worked


def test_once_a_call_was_in_vain_the_next_are_given_up_sooner() -> None:
    frob = Frob({"1": TestResult(call_digest="", status=Status.TIMEOUT_WALL)})
    asker = frob.asker(budget=200)

    overdue = asker.ask(ONE)
    answer = asker.ask(TWO)

    first, second = (made.call.limits for made in frob.executor.made)
    assert first is None
    assert second is not None
    assert second.wall_s < 10
    assert overdue is not None
    assert overdue.is_overdue
    assert asker.overdue == 1
    assert answer is not None
    assert answer.call == TWO  # as it was asked: how long we wait is no part of it
    assert asker.ask(TWO) == answer
