"""Jobs: found, steered, moved on."""

from __future__ import annotations

import pytest

from shared.models.job import Fault, JobState, Mode, StageName
from shared.models.work import Ending, ItemState
from shared.store.jobs import AmbiguousJobError, JobEndedError, UnknownJobError
from shared.utils.validation import parse_id
from tests.world import LEASE_S, SPEC, World


def test_the_newest_job_is_found_without_a_name(world: World) -> None:
    world.submit()
    world.clock.move(1)
    newest = world.submit()
    assert world.store.read(lambda tx: tx.jobs.find(None)) == newest


def test_a_job_is_found_by_the_beginning_of_its_id(world: World) -> None:
    job_id = world.submit()
    for text in (str(job_id), job_id.hex, job_id.hex[:20], str(job_id)[:9]):
        assert world.store.read(lambda tx: tx.jobs.find(parse_id(text))) == job_id  # noqa: B023


def test_a_job_that_is_not_there_is_named(world: World) -> None:
    for prefix in ("ffff", None):
        with pytest.raises(UnknownJobError) as caught:
            world.store.read(lambda tx: tx.jobs.find(prefix))  # noqa: B023
        assert caught.value.hint


def test_a_beginning_that_several_share_is_refused(world: World) -> None:
    job_ids = [world.submit() for _ in range(2)]
    prefix = job_ids[0].hex[:6]
    assert job_ids[1].hex.startswith(prefix)
    with pytest.raises(AmbiguousJobError):
        world.store.read(lambda tx: tx.jobs.find(prefix))


def test_jobs_are_listed_newest_first_and_by_state(world: World) -> None:
    done = world.submit()
    world.run_to_the_end()
    world.clock.move(1)
    running = world.submit()
    assert [job.id for job in world.store.read(lambda tx: tx.jobs.newest(5))] == [running, done]
    found = world.store.read(lambda tx: tx.jobs.newest(5, JobState.SUCCEEDED))
    assert [job.id for job in found] == [done]
    assert len(world.store.read(lambda tx: tx.jobs.newest(1))) == 1


def test_time_begins_with_the_first_attempt_and_anew_with_a_resume(world: World) -> None:
    job_id = world.submit(SPEC.model_copy(update={"max_time_s": 100.0}))
    world.clock.move(1000)
    assert world.store.read(lambda tx: tx.jobs.seconds_left(job_id)) == 100, "waiting costs nothing"
    world.turns.take(StageName.ANALYZE)
    world.clock.move(60)
    assert world.store.read(lambda tx: tx.jobs.seconds_left(job_id)) == 40
    world.store.write(lambda tx: tx.jobs.restart_clock(job_id))
    world.turns.take(StageName.GENERATE)
    assert world.store.read(lambda tx: tx.jobs.seconds_left(job_id)) == 100
    job = world.store.read(lambda tx: tx.jobs.get(job_id))
    assert job.started_at is not None
    assert job.started_at < world.clock.now(), "the first start is remembered"


@pytest.mark.parametrize("steer", ["request_cancel", "restart_clock"])
def test_a_job_that_has_ended_is_not_steered(world: World, steer: str) -> None:
    job_id = world.submit()
    world.run_to_the_end()
    with pytest.raises(JobEndedError, match="has ended: succeeded"):
        world.store.write(lambda tx: getattr(tx.jobs, steer)(job_id))


def test_the_first_fault_is_the_one_remembered(world: World) -> None:
    job_id = world.submit()
    for message in ("first", "second"):
        fault = Fault(code="a.b", message=message)
        world.store.write(lambda tx: tx.jobs.blame(job_id, fault))  # noqa: B023
    found = world.store.read(lambda tx: tx.jobs.get(job_id)).fault
    assert found is not None
    assert found.message == "first"


def test_a_queue_worker_leaves_embedded_jobs_alone(world: World) -> None:
    job_id = world.submit(mode=Mode.EMBEDDED)
    assert world.store.write(lambda tx: tx.work.claim(StageName.ANALYZE, "worker", LEASE_S)) is None
    world.clock.move(60)
    world.tokens.lose_all()
    world.steward.tick()
    assert not world.tokens.sent, "nor does the steward call for them"
    assert world.store.write(lambda tx: tx.work.claim(StageName.ANALYZE, "me", LEASE_S, only=job_id)) is not None


def test_an_item_that_five_workers_took_along_fails_its_job_with_a_reason(world: World) -> None:
    job_id = world.submit()
    for _ in range(5):
        assert world.store.write(lambda tx: tx.work.claim(StageName.ANALYZE, "doomed", LEASE_S))
        world.clock.move(LEASE_S + 1)
        world.store.write(lambda tx: tx.upkeep.give_back_expired())
    assert world.items()[0].state is ItemState.DEAD
    world.steward.tick()
    job = world.store.read(lambda tx: tx.jobs.get(job_id))
    assert job.state is JobState.FAILED
    assert job.fault is not None
    assert job.fault.code == "work.lost"


def test_states_and_attempts_are_counted(world: World) -> None:
    job_id = world.submit()
    world.run_to_the_end()
    states = world.store.read(lambda tx: tx.work.states(job_id))
    assert states[StageName.EXECUTE] == {ItemState.DONE: 4}
    attempts = world.store.read(lambda tx: tx.work.attempts(job_id))
    assert [attempt.ending for attempt in attempts] == [Ending.DONE] * 8
    assert sum(attempt.calls for attempt in attempts if attempt.stage is StageName.EXECUTE) == SPEC.max_cases


def test_queries_count_what_is_planned_and_executed(world: World) -> None:
    job_id = world.submit()
    world.run_until(StageName.EXECUTE)
    world.turns.take(StageName.EXECUTE)
    counted = world.store.read(
        lambda tx: (
            tx.plans.count(job_id),
            tx.results.count_planned(job_id),
            tx.results.count_all(job_id),
            tx.findings.count(job_id),
        )
    )
    assert counted == (20, 5, 6, 0), "six calls: five planned, one probe"


def test_findings_are_seen_first_and_last_by_the_jobs_that_found_them(world: World) -> None:
    first = world.submit()
    world.run_to_the_end()
    world.clock.move(1000)
    second = world.submit()
    world.run_to_the_end()
    (finding,) = world.store.read(lambda tx: tx.findings.of(second))
    seen = world.store.read(lambda tx: tx.findings.seen([finding.fingerprint]))
    jobs = [world.store.read(lambda tx: tx.jobs.get(job_id)) for job_id in (first, second)]  # noqa: B023
    assert seen == {finding.fingerprint: (jobs[0].created_at, jobs[1].created_at)}


def test_results_of_many_calls_are_found_in_one_go(world: World) -> None:
    job_id = world.submit()
    world.run_to_the_end()
    digests = [row.call_digest for row in world.results()]
    known = world.store.read(lambda tx: tx.results.known(job_id, [*digests, *(["0" * 64] * 1200)]))
    assert {digest for digest, _ in known} == set(digests)
    assert world.store.read(lambda tx: tx.results.find(job_id, digests[0], 0)) == known[digests[0], 0]
    assert world.store.read(lambda tx: tx.results.find(job_id, digests[0], 7)) is None
    planned = world.store.read(lambda tx: tx.results.planned(job_id))
    assert [result.call_digest for result in planned] == [
        case.key for case in world.store.read(lambda tx: tx.plans.cases(job_id))
    ]
