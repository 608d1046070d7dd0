"""What one job saw answers the next, under equal conditions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import delete, select

from shared.interfaces.executor import Provided, Run, Sandbox, ToolNotFoundError
from shared.models.blob import BlobRow
from shared.models.call import Call, Limits, Surroundings
from shared.models.job import JobId, JobSpec, JobState, Network, SandboxPolicy, StageName, ToolSpec
from shared.models.test_result import FIRST_CONFIRMATION, Status, TestResult, TestResultRow
from shared.models.work import WorkItem
from shared.store.session import Transaction
from tests.fakes.executor import Answer, FakeExecutor, OneExecutor
from tests.fakes.pretend import KilledError
from tests.world import World
from worker.memory import INLINE_BYTES
from worker.recall import Looks, conditions_of
from worker.stages.base import Stage
from worker.turn import Turns

CALL = Call(argv=(b"x",))
OTHER = Call(argv=(b"y",))
TWICE = [Run(CALL), Run(CALL, 1)]
CONFIRMED = [Run(CALL), Run(CALL, FIRST_CONFIRMATION, Surroundings(folder="elsewhere"))]
ASKED = JobSpec(tool=ToolSpec(argv=(b"frob",)))


class Ask(Stage[Sequence[Run], TestResult]):
    """Makes the calls that a test wants."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self.answers: list[TestResult] = []

    def load(self, tx: Transaction, item: WorkItem) -> Sequence[Run]:
        return self.runs

    def compute(self, runs: Sequence[Run], sandbox: Sandbox) -> Iterator[TestResult]:
        for result in sandbox.map(runs):
            self.answers.append(result)
            yield result

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[TestResult]) -> None: ...


class Here(FakeExecutor):
    """A machine with one tool, in a certain state."""

    def __init__(self, answers: Callable[[Call, int], Answer] = lambda *_: b"out") -> None:
        super().__init__(answers)
        self.fingerprint: str | None = "first"
        self.machine = "here"
        self.level = "fake"

    def provide(self, tool: ToolSpec) -> Provided:
        return super().provide(tool).model_copy(update={"fingerprint": self.fingerprint})

    def conditions_of(self, spec: JobSpec, found: Provided) -> Any:  # noqa: ANN401
        return conditions_of(spec, found, self.level, self.machine)


class Jobs:
    """Jobs that make calls, one after the other."""

    def __init__(self, world: World, here: Here) -> None:
        self.world = world
        self.here = here

    def run(self, runs: Sequence[Run], spec: JobSpec = ASKED) -> tuple[list[TestResult], int]:
        """Give the answers of a new job, and how many calls had to be made for them."""
        stage, before = Ask(runs), len(self.here.made)
        self.turns(stage).take(StageName.ANALYZE, self.world.submit(spec))
        return stage.answers, len(self.here.made) - before

    def made_by(self, runs: Sequence[Run], spec: JobSpec = ASKED) -> int:
        return self.run(runs, spec)[1]

    def turns(self, stage: Ask) -> Turns:
        return replace(
            self.world.turns,
            stages={StageName.ANALYZE: stage},
            executors=OneExecutor(self.here),
            conditions_of=self.here.conditions_of,
        )


@pytest.fixture
def here() -> Here:
    return Here()


@pytest.fixture
def jobs(world: World, here: Here) -> Jobs:
    return Jobs(world, here)


def rows(world: World, job_id: JobId) -> Sequence[TestResultRow]:
    return world.store.read(
        lambda tx: tx.session.exec(select(TestResultRow).where(TestResultRow.job_id == job_id)).all()
    )


def test_the_next_job_makes_no_call_and_sees_the_same(jobs: Jobs) -> None:
    runs = [*CONFIRMED, Run(OTHER)]
    first, made = jobs.run(runs)
    assert made == 3
    assert jobs.run(runs) == (first, 0)


def test_a_whole_job_of_known_calls_ends_in_the_same_report(world: World) -> None:
    first = world.submit()
    world.run_to_the_end()
    second = world.submit()

    def fail(_: Call) -> None:
        raise AssertionError("a call was made")

    world.executor.before = fail
    world.run_to_the_end()
    assert world.state(second) is JobState.SUCCEEDED
    assert world.digest(second) == world.digest(first)
    before, after = (
        {(row.call_digest, row.repetition): row.body for row in rows(world, job)} for job in (first, second)
    )
    assert after == before
    assert not any(row.reused for row in rows(world, first))
    assert all(row.reused for row in rows(world, second))


def test_answers_are_counted(world: World, jobs: Jobs) -> None:
    jobs.run([Run(CALL)])
    jobs.run([Run(CALL)])
    text = world.metrics.text().decode()
    assert "testronaut_calls_answered_total 1.0" in text
    assert 'testronaut_call_seconds_count{status="ok"} 1.0' in text


def test_new_calls_beside_known_ones_are_made(jobs: Jobs) -> None:
    jobs.run([Run(CALL)])
    answers, made = jobs.run([Run(OTHER), Run(CALL), Run(CALL, 1)])
    assert made == 2
    assert [answer.call_digest for answer in answers] == [OTHER.digest(), CALL.digest(), CALL.digest()]


@pytest.mark.parametrize(
    "change",
    [
        {"tool": ToolSpec(argv=(b"frob", b"sub"))},
        {"tool": ToolSpec(argv=(b"frob",), env={"A": b"1"})},
        {"limits": Limits(wall_s=1)},
        {"policy": SandboxPolicy(network=Network.LOOPBACK)},
        {"reuse": False},
    ],
)
def test_another_request_is_answered_by_calls_of_its_own(jobs: Jobs, change: dict[str, Any]) -> None:
    jobs.run([Run(CALL)])
    assert jobs.made_by([Run(CALL)], ASKED.model_copy(update=change)) == 1


@pytest.mark.parametrize("change", [{"seed": 3}, {"max_cases": 5}, {"max_time_s": 9.0}, {"examples": ((b"a",),)}])
def test_what_does_not_change_what_a_call_shows_does_not_matter(jobs: Jobs, change: dict[str, Any]) -> None:
    jobs.run([Run(CALL)])
    assert jobs.made_by([Run(CALL)], ASKED.model_copy(update=change)) == 0


@pytest.mark.parametrize(("what", "now"), [("fingerprint", "second"), ("machine", "elsewhere"), ("level", "weaker")])
def test_another_tool_machine_or_level_makes_calls_anew(jobs: Jobs, what: str, now: str) -> None:
    jobs.run([Run(CALL)])
    setattr(jobs.here, what, now)
    assert jobs.made_by([Run(CALL)]) == 1


def test_what_a_weaker_sandbox_than_expected_showed_is_not_kept(jobs: Jobs) -> None:
    jobs.here.level = "what the executor promised"
    assert [jobs.made_by([Run(CALL)]) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    ("what", "spec"),
    [
        ({"fingerprint": None}, ASKED),
        ({"level": ""}, ASKED),
        ({}, ASKED.model_copy(update={"policy": SandboxPolicy(network=Network.ON)})),
    ],
)
def test_where_nobody_can_know_what_a_result_depends_on_nothing_is_reused(
    jobs: Jobs, what: dict[str, Any], spec: JobSpec
) -> None:
    for name, value in what.items():
        setattr(jobs.here, name, value)
    assert [jobs.made_by([Run(CALL)], spec) for _ in range(2)] == [1, 1]


def test_a_tool_that_changes_under_the_job_teaches_nothing(jobs: Jobs) -> None:
    def rebuild(*_: object) -> bytes:
        jobs.here.fingerprint = "second"
        return b"out"

    jobs.here.answers = rebuild
    jobs.run([Run(CALL)])
    jobs.here.fingerprint = "first"
    assert jobs.made_by([Run(CALL)]) == 1


def test_shards_that_follow_each_other_look_at_the_tool_once(world: World) -> None:
    looks = Looks(world.clock, good_for_s=2)
    seen: list[str] = []

    def look() -> None:
        seen.append("looked")

    one, other = world.submit(), world.submit()
    for _ in range(3):
        looks.at(one, look)
    looks.at(other, look)
    assert len(seen) == 2
    world.clock.move(2)
    looks.at(one, look)
    assert len(seen) == 3


def test_a_job_without_reuse_makes_its_calls_and_teaches_the_next(jobs: Jobs) -> None:
    jobs.here.answers = lambda *_: b"what a stale result would hide"
    assert jobs.made_by([Run(CALL)], ASKED.model_copy(update={"reuse": False})) == 1
    assert jobs.made_by([Run(CALL)]) == 0


def test_calls_whose_repetitions_disagree_are_made_every_time(jobs: Jobs) -> None:
    jobs.here.answers = lambda _, repetition: b"%d" % repetition
    assert [jobs.made_by(TWICE) for _ in range(3)] == [2, 2, 2]


def test_calls_that_differ_from_job_to_job_are_made_every_time(jobs: Jobs) -> None:
    jobs.run([Run(CALL), Run(OTHER)])
    jobs.here.answers = lambda *_: b"another"
    jobs.run([Run(CALL)], ASKED.model_copy(update={"reuse": False}))
    jobs.here.answers = lambda *_: b"out"
    assert [jobs.made_by([Run(CALL), Run(OTHER)]) for _ in range(2)] == [1, 1]


def test_a_confirmation_that_ends_otherwise_takes_the_first_run_along(jobs: Jobs) -> None:
    jobs.here.answers = lambda _, repetition: 0 if repetition < FIRST_CONFIRMATION else 1
    assert [jobs.made_by(CONFIRMED) for _ in range(2)] == [2, 2]


def test_what_was_of_use_is_forgotten_last(world: World, jobs: Jobs) -> None:
    jobs.run([Run(CALL)])
    world.clock.move(3600)
    jobs.run([Run(OTHER)])
    world.clock.move(24 * 3600)
    jobs.run([Run(CALL)])
    world.store.write(lambda tx: tx.known.forget_oldest(1))
    assert jobs.made_by([Run(CALL)]) == 0
    assert jobs.made_by([Run(OTHER)]) == 1


def test_a_sequence_is_known_as_a_whole_or_made_as_a_whole(jobs: Jobs) -> None:
    steps = [Run(CALL), Run(Call(argv=(b"z",), after=CALL.digest()))]
    assert [jobs.made_by(steps) for _ in range(2)] == [2, 0]
    jobs.here.answers = lambda call, _: b"another" if call.after else b"out"
    jobs.run(steps, ASKED.model_copy(update={"reuse": False}))
    assert jobs.made_by(steps) == 2, "its second step is disputed"
    assert jobs.made_by([Run(CALL)]) == 0


def test_an_error_of_ours_says_nothing_to_anybody(jobs: Jobs) -> None:
    jobs.here.answers = lambda *_: TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="out of luck")
    jobs.run([Run(CALL)])
    jobs.here.answers = lambda *_: b"out"
    answers, made = jobs.run([Run(CALL)])
    assert (answers[0].status, made) == (Status.OK, 1)
    assert jobs.made_by([Run(CALL)]) == 0


def test_a_call_that_was_late_is_given_a_second_chance(jobs: Jobs) -> None:
    jobs.here.answers = lambda *_: TestResult(call_digest="", status=Status.TIMEOUT_WALL)
    assert [jobs.made_by([Run(CALL)]) for _ in range(3)] == [1, 1, 0]


def test_a_call_that_was_late_as_often_as_it_was_made_is_late(jobs: Jobs) -> None:
    jobs.here.answers = lambda *_: TestResult(call_digest="", status=Status.TIMEOUT_WALL)
    assert [jobs.made_by(CONFIRMED) for _ in range(2)] == [2, 0]


def test_long_outputs_come_back_and_are_made_anew_where_they_were_lost(world: World, jobs: Jobs) -> None:
    jobs.here.answers = lambda *_: b"long " * INLINE_BYTES
    first, _ = jobs.run([Run(CALL)])
    assert first[0].stdout.blob
    assert jobs.run([Run(CALL)]) == (first, 0)
    world.store.write(lambda tx: tx.session.exec(delete(BlobRow)))
    assert jobs.run([Run(CALL)]) == (first, 1)
    assert jobs.run([Run(CALL)]) == (first, 0)


def test_a_job_that_died_taught_the_next_what_it_had_kept(world: World, jobs: Jobs) -> None:
    def die(call: Call, _: int) -> bytes:
        if call == OTHER:
            raise KilledError
        world.clock.move(10)
        return b"out"

    jobs.here.answers = die
    with pytest.raises(KilledError):
        jobs.run([Run(CALL), Run(OTHER)])
    jobs.here.answers = lambda *_: b"out"
    assert jobs.made_by([Run(CALL), Run(OTHER)]) == 1


def test_a_missing_tool_is_said_by_the_call_that_needs_it(world: World, jobs: Jobs) -> None:
    jobs.run([Run(CALL)])
    job_id = world.submit(ASKED)
    jobs.here.missing = ToolNotFoundError("no frob any more")
    jobs.turns(Ask([Run(CALL)])).take(StageName.ANALYZE, job_id)
    fault = world.store.read(lambda tx: tx.jobs.get(job_id)).fault
    assert fault is not None
    assert fault.code == "tool.not_found"
