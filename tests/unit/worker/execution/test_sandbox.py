from __future__ import annotations

import signal
from typing import Any

import pytest

from shared.models.call import FileKind, Limits
from shared.models.test_result import Change, Status, WaitsFor
from worker.execution.sandbox import result_of

LIMITS = Limits(cpu_s=2)
KNOWN = {"call_digest": "x"}


def answer(**given: Any) -> dict[str, Any]:  # noqa: ANN401
    stream = {"head": b"", "tail": b"", "total_bytes": 0}
    return {
        "ended_by": b"",
        "wait_status": 0,
        "duration_us": 1500,
        "cpu_us": 500,
        "peak_rss_bytes": 1,
        "leftovers": [],
        "stdout": stream,
        "stderr": stream,
        "changes": [],
        **given,
    }


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"wait_status": 0}, Status.OK),
        ({"wait_status": 3 << 8}, Status.NONZERO),
        ({"wait_status": signal.SIGSEGV}, Status.SIGNALLED),
        ({"wait_status": signal.SIGSEGV | 0x80}, Status.SIGNALLED),
        ({"wait_status": signal.SIGXCPU}, Status.TIMEOUT_CPU),
        ({"wait_status": signal.SIGKILL}, Status.SIGNALLED),
        ({"wait_status": signal.SIGKILL, "cpu_us": 2_000_001}, Status.TIMEOUT_CPU),
        ({"wait_status": signal.SIGKILL, "ended_by": b"wall"}, Status.TIMEOUT_WALL),
        ({"wait_status": signal.SIGKILL, "ended_by": b"input"}, Status.TIMEOUT_WALL),
        ({"wait_status": signal.SIGKILL, "ended_by": b"cpu"}, Status.TIMEOUT_CPU),
        ({"wait_status": signal.SIGKILL, "ended_by": b"output"}, Status.OUTPUT_LIMIT),
        ({"wait_status": signal.SIGKILL, "ended_by": b"memory"}, Status.MEMORY_LIMIT),
        ({"wait_status": signal.SIGKILL, "ended_by": b"entries"}, Status.MEMORY_LIMIT),
    ],
)
def test_every_end_has_its_status(given: dict[str, Any], status: Status) -> None:
    assert result_of(answer(**given), LIMITS, KNOWN).status is status


def test_a_tool_that_did_not_start_is_told_with_the_reason() -> None:
    result = result_of({"spawn_error": 8}, LIMITS, KNOWN)
    assert (result.status, result.detail) == (Status.SPAWN_ERROR, "it cannot be started: Exec format error")


def test_a_whole_stream_is_in_one_piece_and_a_cut_one_in_two() -> None:
    whole = {"head": b"ab", "tail": b"c", "total_bytes": 3}
    cut = {"head": b"a", "tail": b"z", "total_bytes": 26, "sha256": b"0" * 64}
    result = result_of(answer(stdout=whole, stderr=cut), LIMITS, KNOWN)
    assert (result.stdout.head, result.stdout.tail, result.stdout.is_whole) == (b"abc", b"", True)
    assert (result.stderr.head, result.stderr.tail, result.stderr.is_whole) == (b"a", b"z", False)
    assert result.stderr.sha256 == "0" * 64


def test_changes_and_measures_are_taken_over() -> None:
    changed = {"path": b"a", "change": b"changed", "kind": b"link", "mode": 0o777, "size": 1, "content": b"b"}
    result = result_of(answer(changes=[changed], leftovers=[b"sl\xffeep"]), LIMITS, KNOWN)
    (change,) = result.files
    assert (change.change, change.kind, change.content) == (Change.CHANGED, FileKind.LINK, b"b")
    assert (result.duration_ms, result.cpu_ms, result.leftovers) == (1.5, 0.5, ("sl\ufffdeep",))


def test_what_a_late_call_was_at_is_taken_over() -> None:
    late = answer(ended_by=b"wall", wait_status=9)
    assert result_of({**late, "waits_for": b"lock"}, LIMITS, KNOWN).waits_for is WaitsFor.LOCK
    assert result_of(late, LIMITS, KNOWN).waits_for is WaitsFor.UNKNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {"ended_by": b"wall", "waits_for": b"Godot"},
        {"ended_by": b"boredom"},
        {"stdout": {}},
        {"stdout": {"head": b"abc", "tail": b"", "total_bytes": 1, "sha256": b"0" * 64}},
        {"changes": [{"path": b"a", "change": b"eaten"}]},
        {"duration_us": b"1"},
        {"wait_status": b""},
        {"leftovers": 5},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        result_of(answer(**wrong), LIMITS, KNOWN)
