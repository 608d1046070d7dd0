"""Following a job by its rows."""

from __future__ import annotations

from itertools import pairwise

from producer.follow import Progress, follow
from producer.screen import stage_line
from shared.models.job import JobState, StageName
from tests.world import SPEC, World


def test_each_change_is_told_once_until_the_end(world: World) -> None:
    job_id = world.submit()

    def let_time_pass(_: float) -> None:
        for stage in StageName:
            if world.turns.take(stage):
                return

    told = list(follow(job_id, world.store, let_time_pass))
    assert [one.state for one in told][-1] is JobState.SUCCEEDED
    assert all(a != b for a, b in pairwise(told))
    last = told[-1]
    assert (last.planned, last.executed, last.findings) == (SPEC.max_cases, SPEC.max_cases, 1)
    assert (last.commands, last.options) == (1, 2)
    assert {stage.stage for stage in last.stages} == set(StageName)
    assert all(stage.is_done for stage in last.stages)
    assert len(told) >= len(StageName)


def test_calls_that_an_earlier_job_saw_are_told_apart(world: World) -> None:
    world.submit()
    world.run_to_the_end()
    job_id = world.submit()
    world.run_to_the_end()
    (last,) = follow(job_id, world.store, lambda _: None)
    assert [(stage.calls, stage.reused) for stage in last.stages if stage.calls] == [(1, 1), (20, 20), (2, 2)]
    assert stage_line(last.stage(StageName.EXECUTE), last).endswith("executed=20/20 reused=20/20")


def test_a_stage_that_has_not_begun_has_nothing() -> None:
    progress = Progress(job_id="01a211ed-9a68-7000-8000-000000000000", state=JobState.RUNNING)
    assert not progress.stage(StageName.VERIFY).is_done
