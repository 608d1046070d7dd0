"""What a turn leaves in the rows, whatever happens in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from shared.interfaces.executor import Run, Sandbox
from shared.models.call import Call
from shared.models.job import JobState, StageName
from shared.models.test_result import Status, TestResult
from shared.models.work import Ending, ItemState
from tests.fakes.pretend import KilledError
from tests.world import KEEP_EVERY_S, LEASE_S, SPEC, World
from worker.lease import Drain
from worker.stages.execute import Execute

X = StageName.EXECUTE


def at_call(number: int, then: Callable[[], object]) -> Callable[[Call], None]:
    """Make a hook that acts at one call."""
    calls = count(1)

    def before(_: Call) -> None:
        if next(calls) == number:
            then()

    return before


def endings(world: World, stage: StageName = X) -> list[Ending | None]:
    ids = {item.id for item in world.items(stage)}
    return [attempt.ending for attempt in world.attempts() if attempt.item_id in ids]


def test_a_job_walks_through_all_stages(world: World) -> None:
    job_id = world.submit()
    world.run_to_the_end()
    assert world.state(job_id) is JobState.SUCCEEDED
    assert [reported.finding.code for reported in world.report(job_id).findings] == ["TN999"]
    assert len(world.results()) == SPEC.max_cases


def test_nothing_to_do_is_no_harm(world: World) -> None:
    assert not world.turns.take(X)


def test_equal_jobs_have_equal_digests_however_they_are_cut(tmp_path: Path) -> None:
    digests = set()
    for size in (1, 4, 100):
        (tmp_path / str(size)).mkdir()
        world = World(tmp_path / str(size), shard_size=size)
        job_id = world.submit()
        world.run_to_the_end()
        digests.add(world.digest(job_id))
        world.close()
    assert len(digests) == 1


def test_draining_keeps_what_was_found_and_gives_the_rest_back(world: World) -> None:
    world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, world.drain.start)
    world.turns.take(X)
    assert len(world.results()) == 2
    assert endings(world) == [Ending.RELEASED]
    assert world.items(X)[0].state is ItemState.READY
    assert world.items(X)[0].failures == 0


class GreedyExecute(Execute):
    """What a careless plug-in does: whatever goes wrong with a call, it takes the next."""

    def compute(self, runs: Sequence[Run], sandbox: Sandbox) -> Iterator[TestResult]:
        for run in runs:
            with suppress(Exception):
                yield sandbox.run(*run)


def test_a_plug_in_that_catches_everything_still_stops(world: World) -> None:
    world.stages = {**world.stages, X: GreedyExecute()}
    world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, world.drain.start)
    world.turns.take(X)
    assert endings(world) == [Ending.RELEASED]


def test_all_attempts_at_a_job_land_in_one_trace(world: World) -> None:
    job_id = world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, world.drain.start)
    world.turns.take(X)
    world.drain = world.heartbeat.drain = Drain()
    world.run_to_the_end()
    finished = world.spans.get_finished_spans()
    traceparent = world.store.read(lambda tx: tx.jobs.get(job_id)).traceparent
    assert {f"{span.context.trace_id:032x}" for span in finished if span.context} == {traceparent.split("-")[1]}
    stages = [span for span in finished if span.name.startswith("stage ")]
    assert len(stages) == len(world.attempts())
    calls = [span for span in finished if span.name == "call"]
    assert len(calls) > SPEC.max_cases, "planned calls, probes and confirmations"
    known = {span.context.span_id for span in stages if span.context}
    assert {span.parent.span_id for span in calls if span.parent} <= known


def test_an_overtaken_owner_leaves_no_trace(world: World) -> None:
    def lose_the_lease() -> None:
        world.clock.move(LEASE_S + 1)
        world.steward.tick()

    world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, lose_the_lease)
    world.turns.take(X)
    assert endings(world) == [Ending.LOST]
    assert not world.results()


def test_an_error_of_ours_is_tried_again_later_and_fails_the_job_in_the_end(world: World) -> None:
    def break_down(_: Call) -> None:
        raise RuntimeError("out of luck")

    world.executor.before = break_down
    job_id = world.submit()
    world.turns.take(StageName.ANALYZE)
    assert not world.turns.take(StageName.ANALYZE), "the second attempt waits"
    world.run_to_the_end()
    assert world.state(job_id) is JobState.FAILED
    assert endings(world, StageName.ANALYZE) == [Ending.FAILED] * 3
    (first, *_) = world.attempts()
    assert first.fault is not None
    assert first.fault.message == "RuntimeError: out of luck"
    assert world.store.read(lambda tx: tx.jobs.get(job_id)).fault == first.fault


def test_a_cancelled_job_ends_at_the_next_heartbeat(world: World) -> None:
    def cancel() -> None:
        world.store.write(lambda tx: tx.jobs.request_cancel(job_id))
        world.heartbeat.beat()

    job_id = world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, cancel)
    world.turns.take(X)
    assert world.state(job_id) is JobState.CANCELLED
    assert {item.state for item in world.items(X)} == {ItemState.CANCELLED}
    assert len(world.results()) == 2


def test_a_late_job_reports_what_it_found_until_then(world: World) -> None:
    def be_late() -> None:
        world.clock.move(LEASE_S - 1)
        world.heartbeat.beat()

    job_id = world.submit(SPEC.model_copy(update={"max_time_s": LEASE_S - 2}))
    world.run_until(X)
    world.executor.before = at_call(2, be_late)
    world.turns.take(X)
    world.run_to_the_end()
    assert world.state(job_id) is JobState.SUCCEEDED
    assert len(world.results()) == 2
    assert [item.state for item in world.items(X)] == [ItemState.DONE, *[ItemState.CANCELLED] * 3]


def test_time_never_cuts_the_analysis(world: World) -> None:
    def be_late() -> None:
        world.clock.move(LEASE_S - 1)
        world.heartbeat.beat()

    job_id = world.submit(SPEC.model_copy(update={"max_time_s": 1.0}))
    world.executor.before = at_call(1, be_late)
    world.run_to_the_end()
    assert world.state(job_id) is JobState.SUCCEEDED
    assert not world.results()


def test_a_stuck_attempt_loses_its_lease_by_itself(world: World) -> None:
    def hang() -> None:
        world.clock.move(3601)
        world.heartbeat.beat()

    world.submit()
    world.run_until(X)
    world.executor.before = at_call(2, hang)
    world.turns.take(X)
    assert endings(world) == [Ending.LOST]


def test_a_killed_worker_repeats_at_most_what_it_found_since_it_last_kept_something(world: World) -> None:
    made: list[bytes] = []

    def die(call: Call) -> None:
        made.append(call.argv[-1])
        world.clock.move(1)
        if len(made) == 5:
            raise KilledError

    world.submit()
    world.run_until(X)
    world.executor.before = die
    with pytest.raises(KilledError):
        world.turns.take(X)
    world.run_to_the_end()
    repeated = [word for word in set(made) if made.count(word) > 1 and not word.endswith(b"=3")]
    assert 0 < len(repeated) <= KEEP_EVERY_S
    assert len(world.results()) == SPEC.max_cases


@pytest.mark.parametrize("killers", [{b"--size=3"}, {b"--size=0", b"--size=1", b"--depth=1", b"--depth=9"}])
def test_calls_that_kill_their_worker_become_errors_and_the_job_goes_on(world: World, killers: set[bytes]) -> None:
    def die(call: Call) -> None:
        if call.argv[-1] in killers:
            raise KilledError

    job_id = world.submit()
    world.executor.before = die
    for _ in range(6 * len(killers)):
        try:
            world.run_to_the_end()
        except KilledError:
            continue
    assert world.state(job_id) is JobState.SUCCEEDED
    assert len(world.results()) == SPEC.max_cases
    bad = [row for row in world.results() if row.body.status is Status.SANDBOX_ERROR]
    assert len(bad) == len(killers)
