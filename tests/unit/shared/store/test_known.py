"""Results that outlive their jobs, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import delete, select

from shared.models.base import sha256
from shared.models.blob import BlobRow
from shared.models.call import PINNED, Surroundings
from shared.models.known_result import KnownResultRow
from shared.models.test_result import FIRST_CONFIRMATION, Status, Stream, TestResult
from shared.store.known import Place
from shared.store.session import Transaction
from tests.world import World

ELSEWHERE = Surroundings(folder="elsewhere")


def result(call: str, out: bytes = b"", repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
    return TestResult(
        call_digest=call,
        repetition=repetition,
        status=Status.OK,
        exit_code=0,
        stdout=Stream.of(out),
        surroundings=surroundings,
        duration_ms=7,
        level="sealed",
    )


def place(call: str, repetition: int = 0, surroundings: Surroundings = PINNED) -> Place:
    return call, repetition, surroundings.digest()


def keep(world: World, *results: TestResult, conditions: str = "here") -> None:
    world.store.write(lambda tx: tx.known.add(conditions, results))


def ask(world: World, *places: Place, conditions: str = "here") -> Mapping[Place, TestResult]:
    return world.store.read(lambda tx: tx.known.settled(conditions, places))


def rows(world: World) -> int:
    return world.store.read(lambda tx: tx.session.exec(select(func.count()).select_from(KnownResultRow)).one())


def test_a_result_comes_back_as_it_was(world: World) -> None:
    kept = result("a", b"\xff\x00")
    keep(world, kept)
    assert ask(world, place("a")) == {place("a"): kept}


def test_nothing_else_answers(world: World) -> None:
    keep(world, result("a"))
    assert not ask(world, place("b"), place("a", 1), place("a", 0, ELSEWHERE))
    assert not ask(world, place("a"), conditions="there")


def test_results_that_contradict_each_other_answer_nothing_any_more(world: World) -> None:
    keep(world, result("a", b"1"), result("b"))
    keep(world, result("a", b"2"))
    assert set(ask(world, place("a"), place("b"))) == {place("b")}
    keep(world, result("a", b"1"))
    assert not ask(world, place("a")), "a third run does not outvote the second"


def test_a_repetition_that_differs_takes_the_first_along(world: World) -> None:
    keep(world, result("a", b"1"), result("a", b"2", 1))
    assert not ask(world, place("a"))
    assert not ask(world, place("a", 1))


def test_a_result_is_kept_once_however_often_it_is_seen(world: World) -> None:
    for _ in range(3):
        keep(world, result("a"))
    assert rows(world) == 1


def test_a_call_that_was_late_is_believed_when_it_is_late_again(world: World) -> None:
    late = TestResult(call_digest="a", status=Status.TIMEOUT_WALL)
    keep(world, late)
    assert not ask(world, place("a"))
    keep(world, late)
    assert ask(world, place("a")) == {place("a"): late}


def test_errors_of_ours_are_not_kept_and_dispute_nothing(world: World) -> None:
    keep(world, result("a"), TestResult(call_digest="a", repetition=1, status=Status.SANDBOX_ERROR))
    assert set(ask(world, place("a"), place("a", 1))) == {place("a")}


def test_a_result_whose_content_is_gone_answers_nothing(world: World) -> None:
    content = b"long output"
    stream = Stream(total_bytes=len(content), sha256=sha256(content), blob=sha256(content))
    kept = result("a").model_copy(update={"stdout": stream})
    world.store.write(lambda tx: tx.blobs.put_all([content]))
    keep(world, kept)
    assert ask(world, place("a")) == {place("a"): kept}
    world.store.write(lambda tx: tx.session.exec(delete(BlobRow)))
    assert not ask(world, place("a"))


def test_more_calls_than_one_statement_holds_are_found(world: World) -> None:
    keep(world, *(result(f"{number}") for number in range(1200)))
    assert len(ask(world, *(place(f"{number}") for number in range(1200)))) == 1200


class TestForgetting:
    def test_the_longest_unused_go_first(self, world: World) -> None:
        for call in ("a", "b", "c"):
            keep(world, result(call))
            world.clock.move(10)
        world.clock.move(timedelta(days=1).total_seconds())
        world.store.write(lambda tx: tx.known.touch("here", ["a"]))
        assert world.store.write(lambda tx: tx.known.forget_oldest(1)) == 1
        assert set(ask(world, place("a"), place("b"), place("c"))) == {place("a"), place("c")}

    def test_all_that_is_known_of_a_call_goes_together(self, world: World) -> None:
        keep(world, result("a", b"1"))
        world.clock.move(10)
        keep(world, result("b"))
        world.clock.move(10)
        keep(world, result("a", b"2"), result("a", b"3", FIRST_CONFIRMATION, ELSEWHERE))
        assert world.store.write(lambda tx: tx.known.forget_oldest(1)) == 3
        assert rows(world) == 1

    def test_nothing_to_forget_is_no_harm(self, world: World) -> None:
        assert world.store.write(lambda tx: tx.known.forget_oldest(10)) == 0
        assert world.store.read(lambda tx: tx.known.size_bytes()) == 0

    def test_contents_elsewhere_count(self, world: World) -> None:
        def grown_by(kept: TestResult) -> int:
            before = world.store.read(lambda tx: tx.known.size_bytes())
            keep(world, kept)
            return world.store.read(lambda tx: tx.known.size_bytes()) - before

        small = grown_by(result("a"))
        stream = Stream(head=b"x", total_bytes=100_000, sha256="0" * 64, blob="0" * 64)
        assert grown_by(result("b").model_copy(update={"stdout": stream})) == small + 100_001
        flood = stream.model_copy(update={"total_bytes": 1 << 40})
        assert grown_by(result("c").model_copy(update={"stdout": flood})) < 2 << 20, "more was never captured"

    def test_a_use_is_written_down_once_in_a_while(self, world: World) -> None:
        keep(world, result("a"))

        def touched(tx: Transaction) -> object:
            tx.known.touch("here", ["a"])
            return tx.session.exec(select(KnownResultRow.used_at)).one()

        first = world.store.write(touched)
        world.clock.move(60)
        assert world.store.write(touched) == first
        world.clock.move(3600)
        assert world.store.write(touched) != first
