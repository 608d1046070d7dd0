from __future__ import annotations

from shared.models.call import Call
from shared.models.test_result import Status, TestResult
from tests.unit.worker.analysis.asked import Frob

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


def test_some_calls_can_be_kept_for_later() -> None:
    frob = Frob({})
    asker = frob.asker(budget=3)

    asker.ask_all([ONE, TWO, THREE], reserve=2)

    assert frob.asked == ["1"]
    assert asker.ask(TWO) is not None


def test_what_the_sandbox_could_not_do_says_nothing_of_the_tool() -> None:
    hindered = TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="no room")
    answer = Frob({"1": hindered}).asker().ask(ONE)

    assert answer is not None
    assert answer.is_ours
    assert not answer.worked


def test_once_a_call_was_in_vain_the_next_are_given_up_sooner() -> None:
    frob = Frob({"1": TestResult(call_digest="", status=Status.TIMEOUT_WALL)})
    asker = frob.asker()

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
    assert asker.known(TWO) == answer


def test_more_calls_can_be_granted() -> None:
    asker = Frob({}).asker(budget=0)

    asker.grant(1)

    assert asker.ask(ONE) is not None
    assert asker.ask(TWO) is None
