"""What is known, on both databases, with many who write, ask and forget at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from shared.models.call import PINNED
from shared.models.test_result import Status, Stream, TestResult
from shared.store import schema
from shared.store.known import Place
from shared.store.session import Store, open_store

CALLS = 60
ROUNDS = 25


@pytest.fixture
def store(empty_database: str) -> Iterator[Store]:
    opened = open_store(empty_database)
    schema.upgrade(opened.engine)
    yield opened
    opened.close()


def result(number: int, out: bytes = b"out") -> TestResult:
    return TestResult(call_digest=f"call {number}", status=Status.OK, exit_code=0, stdout=Stream.of(out))


def place(number: int) -> Place:
    return f"call {number}", 0, PINNED.digest()


def test_many_may_learn_the_same_at_once(store: Store) -> None:
    def learn(seed: int) -> None:
        order = Random(seed)
        for _ in range(ROUNDS):
            some = order.sample(range(CALLS), 20)
            store.write(lambda tx: tx.known.add("here", [result(number) for number in some]))  # noqa: B023 - at once
            store.write(lambda tx: tx.known.touch("here", {f"call {number}" for number in some}))  # noqa: B023

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(learn, range(4)))
    found = store.read(lambda tx: tx.known.settled("here", [place(number) for number in range(CALLS)]))
    assert found == {place(number): result(number) for number in range(CALLS)}


def test_who_forgets_never_keeps_those_who_learn_from_it(store: Store) -> None:
    def learn(seed: int) -> None:
        order = Random(seed)
        for _ in range(ROUNDS):
            some = order.sample(range(CALLS), 20)
            store.write(lambda tx: tx.known.add("here", [result(number) for number in some]))  # noqa: B023 - at once

    def forget(_: int) -> None:
        for _ in range(ROUNDS):
            store.write(lambda tx: tx.known.forget_oldest(7))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda job: job[0](job[1]), [(learn, 1), (forget, 2), (learn, 3), (forget, 4)]))
    while store.write(lambda tx: tx.known.forget_oldest(500)):
        pass
    assert store.read(lambda tx: tx.known.size_bytes()) == 0


def test_what_is_seen_again_and_what_contradicts_it(store: Store) -> None:
    late = TestResult(call_digest="call 0", status=Status.TIMEOUT_WALL)
    for _ in range(2):
        store.write(lambda tx: tx.known.add("here", [late, result(1)]))
    assert set(store.read(lambda tx: tx.known.settled("here", [place(0), place(1)]))) == {place(0), place(1)}
    store.write(lambda tx: tx.known.add("here", [result(1, b"another")]))
    assert set(store.read(lambda tx: tx.known.settled("here", [place(0), place(1)]))) == {place(0)}


def test_a_whole_database_of_results_is_brought_within_bounds(store: Store) -> None:
    for first in range(0, 2000, 500):
        many = [result(number) for number in range(first, first + 500)]
        store.write(lambda tx: tx.known.add("here", many))  # noqa: B023 - at once
    half = store.read(lambda tx: tx.known.size_bytes()) // 2
    while store.read(lambda tx: tx.known.size_bytes()) > half:
        assert store.write(lambda tx: tx.known.forget_oldest(300)) <= 300
    left = store.read(lambda tx: tx.known.settled("here", [place(number) for number in range(2000)]))
    numbers = {int(digest.split()[1]) for digest, *_ in left}
    assert set(range(1500, 2000)) <= numbers <= set(range(1000, 2000)), "the oldest went"
