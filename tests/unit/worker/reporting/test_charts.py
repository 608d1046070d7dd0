"""What a page draws."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.models.finding import VerdictWord
from shared.models.job import StageName
from shared.models.test_plan import Intent
from shared.models.test_report import CaseReport, TestReport
from shared.models.test_result import Status
from shared.models.work import Attempt, Ending
from tests.fakes.report import at, ended, gathered, rich
from worker.reporting.assemble import assemble
from worker.reporting.charts import bins, elapsed_s, shares, slowest, time_line


def timed(*milliseconds: float) -> TestReport:
    cases = tuple(
        CaseReport(
            key=f"{number:064}",
            line=f"frob {number}",
            command="",
            intent=Intent.EXPLORE,
            technique="x",
            verdict=VerdictWord.PASS,
            status=Status.OK,
            exit_code=0,
            duration_ms=time,
        )
        for number, time in enumerate(milliseconds)
    )
    return rich().model_copy(update={"cases": cases})


def worked_on(*spans: tuple[float, float | None]) -> TestReport:
    attempts = [
        Attempt(
            stage=StageName.EXECUTE,
            shard=shard,
            fence=1,
            owner="here:1:x",
            started_at=at(start),
            ended_at=None if end is None else at(end),
            ending=None if end is None else Ending.DONE,
        )
        for shard, (start, end) in enumerate(spans)
    ]
    return ended(assemble(gathered()._replace(attempts=attempts), is_partial=True))


def test_verdicts_that_occur_share_the_whole() -> None:
    found = shares(rich())
    assert [(share.word, share.number) for share in found] == [
        ("pass", 18),
        ("fail", 5),
        ("flaky", 1),
        ("skip", 5),
        ("error", 1),
    ]
    assert round(sum(share.percent for share in found)) == 100


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(min_value=0.001, max_value=4e6), min_size=1, max_size=30))
def test_every_call_that_took_time_is_in_one_bin(milliseconds: list[float]) -> None:
    found = bins(timed(*milliseconds))
    assert sum(each.number for each in found) == len(milliseconds)
    assert found[0].number
    assert found[-1].number
    assert max(each.percent for each in found) == 100


def test_bins_step_by_one_two_and_five() -> None:
    found = bins(timed(3, 4, 45, 999, 1000))
    assert [(each.label, each.number) for each in found if each.number] == [
        ("2 ms to 5 ms", 2),
        ("20 ms to 50 ms", 1),
        ("500 ms to 1 s", 1),
        ("1 s to 2 s", 1),
    ]
    assert bins(timed()) == []


def test_the_slowest_calls_are_named_first() -> None:
    found = slowest(timed(3, 500, 1, 0, 20))
    assert [(each.line, each.took) for each in found] == [
        ("frob 1", "500 ms"),
        ("frob 4", "20 ms"),
        ("frob 0", "3 ms"),
        ("frob 2", "1 ms"),
    ]
    assert found[0].percent == 100


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 50)).map(lambda pair: (pair[0], pair[0] + pair[1])),
        min_size=1,
        max_size=20,
    )
)
def test_attempts_that_overlap_lie_in_rows_of_their_own(spans: list[tuple[float, float]]) -> None:
    lane = time_line(worked_on(*spans)).lanes[0]
    assert sum(len(row) for row in lane.rows) == len(spans)
    for row in lane.rows:
        for one, other in pairwise(row):
            # The thinnest bars are wider than they should be, so that they can be seen.
            assert one.left + one.width <= other.left + 0.5
        assert all(0 <= bar.left <= 100 and bar.width > 0 for bar in row)


def test_attempts_at_once_need_as_many_rows() -> None:
    lane = time_line(worked_on((0, 4), (1, 3), (3, 5), (4, 6))).lanes[0]
    assert [len(row) for row in lane.rows] == [2, 2]


def test_an_attempt_that_runs_reaches_to_the_end_of_what_is_known() -> None:
    line = time_line(worked_on((0, 10), (5, None)))
    running = line.lanes[0].rows[1][0]
    assert (running.left, running.width, running.state) == (50, 50, "open")
    assert line.lanes[0].facts == "not ended"


def test_lost_work_is_marked_and_told() -> None:
    line = time_line(rich())
    execute = next(lane for lane in line.lanes if lane.stage == "execute")
    assert [[bar.state for bar in row] for row in execute.rows] == [["done", "done"], ["odd"]]
    assert execute.rows[1][0].hint == "execute shard 1: 1.5 s, 5 calls, worker-b:4711, lost"
    assert line.odd == ["execute shard 1 lost, worker-b:4711: the worker never came back"]


def test_the_axis_has_few_round_marks() -> None:
    line = time_line(rich())
    assert [(tick.place, tick.label) for tick in line.ticks] == [
        (0, "0"),
        (23.81, "2.0 s"),
        (47.62, "4.0 s"),
        (71.43, "6.0 s"),
        (95.24, "8.0 s"),
    ]


def test_no_attempt_no_line() -> None:
    assert time_line(worked_on()).lanes == []


def test_waiting_in_a_queue_costs_no_time() -> None:
    assert elapsed_s(rich()) == 8.5
    assert elapsed_s(rich().model_copy(update={"ended_at": None})) == 8.4
    assert elapsed_s(rich().model_copy(update={"started_at": None})) == 0
