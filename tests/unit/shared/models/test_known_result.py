"""When what was seen of a call may stand for another run of it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.models.call import PINNED, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.known_result import Conditions, is_settled, sighting_of
from shared.models.test_result import FIRST_CONFIRMATION, Change, FileChange, Status, Stream, TestResult, WaitsFor

ELSEWHERE = Surroundings(folder="elsewhere", home="somebody")
CONDITIONS = Conditions(
    tool=ToolSpec(argv=(b"frob",)),
    path="/usr/bin/frob",
    called=(b"frob",),
    fingerprint="f",
    machine="m",
    limits=Limits(),
    policy=SandboxPolicy(),
    level="sealed",
)


def seen(status: Status = Status.OK, repetition: int = 0, *, times: int = 1, **more: Any) -> Any:  # noqa: ANN401
    codes = {Status.OK: {"exit_code": 0}, Status.NONZERO: {"exit_code": 1}, Status.SIGNALLED: {"signal": 11}}
    fields = {**codes.get(status, {}), **more}
    return sighting_of(TestResult(call_digest="c", status=status, repetition=repetition, **fields))._replace(seen=times)


def test_one_run_that_ended_by_itself_is_enough() -> None:
    for status in (Status.OK, Status.NONZERO, Status.SIGNALLED):
        assert is_settled([seen(status)])


def test_time_memory_and_place_in_the_line_are_chance() -> None:
    slow: dict[str, Any] = {"duration_ms": 900.0, "cpu_ms": 800.0, "peak_rss_bytes": 5, "leftovers": ("x",)}
    assert is_settled([seen(), seen(repetition=1, **slow)])


@pytest.mark.parametrize(
    "other",
    [
        {"status": Status.NONZERO},
        {"status": Status.SIGNALLED},
        {"status": Status.TIMEOUT_WALL, "times": 2},
        {"stdout": Stream.of(b"another")},
        {"stderr": Stream.of(b"another")},
        {"files": (FileChange(path=b"made", change=Change.CREATED),)},
    ],
)
def test_runs_that_differ_settle_nothing(other: dict[str, Any]) -> None:
    assert not is_settled([seen(), seen(repetition=1, **other)])
    assert not is_settled([seen(times=9), seen(**other)]), "the same repetition, seen by another job"


def test_exit_codes_and_signals_are_told_apart() -> None:
    assert not is_settled([seen(Status.NONZERO), seen(Status.NONZERO, 1, exit_code=2)])
    assert not is_settled([seen(Status.SIGNALLED), seen(Status.SIGNALLED, 1, signal=6)])


def test_what_is_printed_may_speak_of_its_surroundings_and_the_ending_may_not() -> None:
    first = seen(stdout=Stream.of(b"/case"))
    assert is_settled([first, seen(Status.OK, FIRST_CONFIRMATION, surroundings=ELSEWHERE, stdout=Stream.of(b"/other"))])
    assert not is_settled([first, seen(Status.NONZERO, FIRST_CONFIRMATION, surroundings=ELSEWHERE)])
    assert not is_settled([first, seen(Status.OK, FIRST_CONFIRMATION, surroundings=PINNED)])


@pytest.mark.parametrize(
    ("status", "more"),
    [(Status.TIMEOUT_WALL, {}), (Status.SPAWN_ERROR, {}), (Status.SIGNALLED, {"signal": 9})],
)
def test_what_a_busy_machine_may_have_done_must_be_seen_twice(status: Status, more: dict[str, Any]) -> None:
    assert not is_settled([seen(status, **more)])
    assert is_settled([seen(status, times=2, **more)])
    assert is_settled([seen(status, **more), seen(status, FIRST_CONFIRMATION, surroundings=ELSEWHERE, **more)])


def test_a_call_that_waits_for_what_never_comes_would_do_so_on_any_machine() -> None:
    for what in (WaitsFor.INPUT, WaitsFor.LOCK, WaitsFor.STOPPED):
        assert is_settled([seen(Status.TIMEOUT_WALL, waits_for=what)])
    for what in (WaitsFor.UNKNOWN, WaitsFor.PROCESSOR, WaitsFor.SLEEP, WaitsFor.NETWORK, WaitsFor.OTHER):
        assert not is_settled([seen(Status.TIMEOUT_WALL, waits_for=what)]), what


def test_how_far_a_call_came_until_it_was_cut_is_chance() -> None:
    for status in (Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT):
        assert is_settled([seen(status), seen(status, 1, stdout=Stream.of(b"more"))])
    assert is_settled([seen(Status.TIMEOUT_WALL), seen(Status.TIMEOUT_CPU, 1)]), "two clocks, one end"


@pytest.mark.parametrize(
    "change",
    [
        {"tool": ToolSpec(argv=(b"frob", b"sub"))},
        {"tool": ToolSpec(argv=(b"frob",), env={"A": b"1"})},
        {"path": "/opt/bin/frob"},
        {"called": (b"/opt/bin/frob",)},
        {"fingerprint": "g"},
        {"machine": "n"},
        {"limits": Limits(wall_s=1)},
        {"policy": SandboxPolicy(executor="local")},
        {"policy": SandboxPolicy(network=Network.LOOPBACK)},
        {"level": "open"},
    ],
)
def test_every_condition_counts(change: dict[str, Any]) -> None:
    assert CONDITIONS.model_copy(update=change).digest() != CONDITIONS.digest()


def test_a_policy_or_surroundings_that_learn_a_field_count_as_a_whole() -> None:
    for value in (CONDITIONS.policy, PINNED):
        grown = type("Grown", (type(value),), {"__annotations__": {"isolation": str}, "isolation": "reuse"})
        assert grown().digest() == value.digest()
        assert grown(isolation="fresh").digest() != value.digest()
