"""Following a job by its rows."""

from __future__ import annotations

from itertools import pairwise

from producer.follow import Progress, follow
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


def test_a_stage_that_has_not_begun_has_nothing() -> None:
    progress = Progress(job_id="01a211ed-9a68-7000-8000-000000000000", state=JobState.RUNNING)
    assert not progress.stage(StageName.VERIFY).is_done
