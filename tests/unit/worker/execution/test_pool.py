from __future__ import annotations

import subprocess
import threading
from collections.abc import Hashable
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, cast

import pytest

from worker.execution.pool import Place, Pool, Site


class Runner:
    """Stands for the way to a runner; nothing is ever asked."""

    is_there = True

    def hang_up(self) -> None:
        """Say nothing."""


class Places:
    """Starts places, and notes those that have ended."""

    def __init__(self) -> None:
        self.ended: list[Hashable] = []
        self.started = 0

    def start(self, kind: Hashable) -> Place:
        self.started += 1
        held = ExitStack()
        held.callback(self.ended.append, kind)
        runner = cast("Any", Runner())
        return Place(kind, Site("/case", "/home/user", "/tmp"), MappingProxyType({}), runner, held)

    def use(self, pool: Pool, kind: Hashable) -> Place:
        with pool.place(kind, lambda: self.start(kind)) as place:
            place.calls += 1
        return place


def test_the_next_call_of_a_kind_finds_the_same_place_and_another_kind_its_own() -> None:
    places, pool = Places(), Pool()
    first, other, second = (places.use(pool, kind) for kind in ("a", "b", "a"))
    assert first is second
    assert other is not first
    assert places.ended == []


def test_two_calls_at_once_have_two_places() -> None:
    places, pool = Places(), Pool()
    with pool.place("a", lambda: places.start("a")) as one, pool.place("a", lambda: places.start("a")) as other:
        assert one is not other
    assert places.started == 2


def test_a_place_that_failed_or_was_stopped_is_not_used_again() -> None:
    places, pool = Places(), Pool()
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), pool.place("a", lambda: places.start("a")):
            raise error
    assert places.ended == ["a", "a"]
    assert places.use(pool, "a").calls == 1


def test_a_place_that_died_while_it_was_idle_is_not_lent() -> None:
    places, pool = Places(), Pool()
    first = places.use(pool, "a")
    cast("Any", first.runner).is_there = False
    assert places.use(pool, "a") is not first
    assert places.ended == ["a"]


def test_one_that_is_not_lasting_is_new_and_ends_with_its_use() -> None:
    places, pool = Places(), Pool()
    first = places.use(pool, "a")
    with pool.place("a", lambda: places.start("a"), is_lasting=False) as place:
        assert place is not first
    assert places.ended == ["a"]
    assert places.use(pool, "a") is first


def test_a_place_is_ended_after_so_many_calls() -> None:
    places, pool = Places(), Pool(most_calls=2)
    for _ in range(5):
        places.use(pool, "a")
    assert (places.started, places.ended) == (3, ["a", "a"])


def test_where_there_is_one_call_to_each_nothing_is_kept() -> None:
    places, pool = Places(), Pool(most_calls=1)
    places.use(pool, "a")
    assert places.ended == ["a"]


def test_the_longest_idle_are_ended_first() -> None:
    places, pool = Places(), Pool(most_idle=2)
    for kind in ("a", "b", "a", "c"):
        places.use(pool, kind)
    assert places.ended == ["b"]


def test_closing_ends_what_is_idle_and_what_comes_back_later() -> None:
    places, pool = Places(), Pool()
    places.use(pool, "a")
    places.use(pool, "b")
    with pool.place("c", lambda: places.start("c")):
        pool.close()
        assert sorted(map(str, places.ended)) == ["a", "b"]
    assert sorted(map(str, places.ended)) == ["a", "b", "c"]


def test_what_is_begun_outlives_the_thread_that_asked_for_it() -> None:
    pool, begun = Pool(), []

    def begin() -> None:
        # The kernel tells a process of the end of the thread that began it, if it asks to be told.
        asks = "import ctypes, time; ctypes.CDLL(None).prctl(1, 9); print('asked', flush=True); time.sleep(60)"
        process = pool.begin(lambda: subprocess.Popen(["python3", "-c", asks], stdout=subprocess.PIPE))
        assert process.stdout is not None
        assert process.stdout.readline() == b"asked\n"
        begun.append(process)

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    (process,) = begun
    assert process.poll() is None
    pool.close()
    process.communicate(timeout=30)
    assert process.returncode == -9
