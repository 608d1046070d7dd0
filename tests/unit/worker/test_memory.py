"""The memory of calls: made once for a job, however often a stage asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier
from threading import enumerate as enumerate_threads

import pytest

from shared.interfaces.executor import Run
from shared.models.base import sha256
from shared.models.call import PINNED, BlobRef, Call, CallFile, Limits, Surroundings
from shared.models.job import JobId, SandboxPolicy, ToolSpec
from shared.models.known_result import Conditions
from shared.models.test_result import FIRST_CONFIRMATION, Status, Stream, TestResult
from shared.models.work import WorkItem
from shared.store.session import Transaction
from tests.fakes.executor import FakeExecutor, FakeGuard, Halted
from tests.fakes.recall import NOTHING_EARLIER
from tests.world import LEASE_S, World
from worker.memory import INLINE_BYTES, Fresh, RememberingSandbox, _slim
from worker.recall import Recall

CALL = Call(argv=(b"x",))
ELSEWHERE = Surroundings(folder="elsewhere")


class Memory:
    """A remembering sandbox over a counting one, with all that it hands to its turn."""

    def __init__(
        self,
        world: World,
        job_id: JobId,
        answer: Callable[[Call], tuple[int, bytes, bytes]],
        lanes: int = 1,
        recall: Recall = NOTHING_EARLIER,
    ) -> None:
        self._made = FakeExecutor(lambda call, _: answer(call))
        self.fresh: list[Fresh] = []
        with self._made.open(ToolSpec(argv=(b"frob",)), SandboxPolicy(), Limits(), FakeGuard()) as inner:
            self.sandbox = RememberingSandbox(
                inner, job_id, world.store, self.fresh.append, world.metrics, world.traces, recall, lanes
            )

    @property
    def calls(self) -> list[Call]:
        return [made.call for made in self._made.made]


@pytest.fixture
def job_id(world: World) -> JobId:
    return world.submit()


@pytest.fixture
def memory(world: World, job_id: JobId) -> Memory:
    return Memory(world, job_id, lambda _: (0, b"out", b""))


def keep(world: World, memory: Memory) -> None:
    """Do what a turn does: write all that is new under a lease."""
    item = world.store.write(lambda tx: tx.work.claim(world.items()[-1].stage, "me", LEASE_S))
    assert item is not None
    world.store.write(lambda tx: _write(tx, item, memory.fresh), holding=item)
    memory.sandbox.kept()


def _write(tx: Transaction, item: WorkItem, fresh: Sequence[Fresh]) -> None:
    tx.blobs.put_all(blob for one in fresh for blob in one.blobs)
    tx.results.add(item, [one.result for one in fresh])


def recall_of() -> Recall:
    """Recall what earlier jobs saw of the made-up tool; nothing about it ever changes."""
    conditions = Conditions(
        tool=ToolSpec(argv=(b"frob",)),
        path="/bin/frob",
        called=(b"frob",),
        fingerprint="1",
        machine="m",
        limits=Limits(),
        policy=SandboxPolicy(),
        level="fake",
    )
    return Recall(lambda: conditions, lambda: conditions, may_answer=True)


def test_a_call_is_made_once_also_before_anything_is_written(memory: Memory) -> None:
    first, second = memory.sandbox.run(CALL), memory.sandbox.run(CALL)
    assert first == second
    assert len(memory.calls) == len(memory.fresh) == 1


def test_what_was_written_is_known_to_whoever_comes_next(world: World, job_id: JobId, memory: Memory) -> None:
    first = memory.sandbox.run(CALL)
    keep(world, memory)
    after = Memory(world, job_id, lambda _: (1, b"another", b""))
    assert after.sandbox.run(CALL) == first
    assert next(after.sandbox.map([Run(CALL), Run(CALL, 1)])) == first
    after.sandbox.run(CALL, 1)
    assert len(after.calls) == 1, "the other repetition"


def test_another_job_knows_nothing_of_it(world: World, memory: Memory) -> None:
    memory.sandbox.run(CALL)
    keep(world, memory)
    other = Memory(world, world.submit(), lambda _: (1, b"another", b""))
    assert other.sandbox.run(CALL).status is Status.NONZERO


def test_repetitions_are_calls_of_their_own(memory: Memory) -> None:
    memory.sandbox.run(CALL, 0)
    memory.sandbox.run(CALL, 1)
    assert len(memory.calls) == 2


def test_surroundings_of_its_own_belong_to_confirmations(memory: Memory) -> None:
    memory.sandbox.run(CALL, 0, ELSEWHERE)
    memory.sandbox.run(CALL, 0, PINNED)
    assert len(memory.calls) == 2
    assert [fresh.result.surroundings for fresh in memory.fresh] == [PINNED]
    memory.sandbox.run(CALL, FIRST_CONFIRMATION, ELSEWHERE)
    memory.sandbox.run(CALL, FIRST_CONFIRMATION, ELSEWHERE)
    assert len(memory.calls) == 3


def test_contents_that_are_kept_elsewhere_reach_the_tool(world: World, memory: Memory) -> None:
    large = world.store.write(lambda tx: tx.blobs.put(b"large"))
    call = Call(stdin=large, files=(CallFile(path=b"f", content=large), CallFile(path=b"g", content=b"small")))
    memory.sandbox.run(call)
    (made,) = memory.calls
    assert made.stdin == b"large"
    assert [file.content for file in made.files] == [b"large", b"small"]
    assert made.digest() == call.digest()


def test_a_content_that_is_lost_is_an_error_of_ours(memory: Memory) -> None:
    with pytest.raises(Exception, match="no blob"):
        memory.sandbox.run(Call(stdin=BlobRef.of(b"never stored")))


def test_a_long_output_goes_to_a_blob_and_both_its_ends_stay(world: World, job_id: JobId) -> None:
    text = b"a" * INLINE_BYTES + b"z" * INLINE_BYTES
    memory = Memory(world, job_id, lambda _: (0, text, b"short"))
    result = memory.sandbox.run(CALL)
    assert memory.fresh[0].blobs == (text,)
    assert result.stdout.blob == sha256(text)
    assert (result.stdout.head[:1], result.stdout.tail[-1:]) == (b"a", b"z")
    assert len(result.stdout.head) + len(result.stdout.tail) == INLINE_BYTES
    assert (result.stdout.total_bytes, result.stdout.sha256) == (len(text), sha256(text))
    assert result.stderr == Stream.of(b"short")


class TestLongHelp:
    """What the analysis reads of a help that is longer than a row holds: all of it, whoever made the call."""

    HELP = b"Usage: frob [OPTIONS]\n" + b"".join(b"  --option-%04d  Say it.\n" % number for number in range(900))

    def assert_whole(self, memory: Memory) -> None:
        result = memory.sandbox.run(CALL)
        assert len(result.stdout.head + result.stdout.tail) == INLINE_BYTES < len(self.HELP)
        assert memory.sandbox.captured(result.stdout) == self.HELP
        assert memory.sandbox.captured(result.stderr) == self.HELP[::-1]

    def test_it_is_whole_before_and_after_it_was_kept(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, self.HELP, self.HELP[::-1]))
        self.assert_whole(memory)
        keep(world, memory)
        self.assert_whole(memory)
        assert len(memory.calls) == 1

    def test_it_is_whole_for_whoever_begins_the_stage_again(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, self.HELP, b""))
        memory.sandbox.run(CALL)
        keep(world, memory)
        after = Memory(world, job_id, lambda _: (1, b"another", b""))
        assert after.sandbox.captured(after.sandbox.run(CALL).stdout) == self.HELP
        assert after.calls == []

    def test_it_is_whole_from_what_an_earlier_job_saw(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, self.HELP, b""), recall=recall_of())
        memory.sandbox.run(CALL)
        made = [fresh.result for fresh in memory.fresh]
        keep(world, memory)
        world.store.write(lambda tx: recall_of().keep(tx, made, []))
        later = Memory(world, world.submit(), lambda _: (1, b"another", b""), recall=recall_of())
        for _ in range(2):
            assert later.sandbox.captured(later.sandbox.run(CALL).stdout) == self.HELP
            later.sandbox.kept()
        assert later.calls == []


def test_calls_are_counted_and_timed(world: World, memory: Memory) -> None:
    memory.sandbox.run(CALL)
    memory.sandbox.run(CALL)
    text = world.metrics.text().decode()
    assert 'testronaut_call_seconds_count{status="ok"} 1.0' in text
    assert "testronaut_calls_answered_total 1.0" in text


def test_a_call_has_a_span(world: World, memory: Memory) -> None:
    memory.sandbox.run(CALL)
    (span,) = world.spans.get_finished_spans()
    assert span.name == "call"
    assert span.attributes is not None
    assert span.attributes["testronaut.call.status"] == "ok"
    assert span.attributes["process.exit.code"] == 0


def test_the_tool_is_the_inner_sandbox_s(memory: Memory) -> None:
    assert memory.sandbox.tool.path


def test_both_halves_of_what_was_captured_are_kept_when_the_middle_is_missing() -> None:
    stream = Stream(head=b"a" * 9000, tail=b"z" * 9000, total_bytes=1_000_000, sha256="0" * 64)
    result = TestResult(call_digest="d", status=Status.OK, exit_code=0, stdout=stream)
    slim = _slim(result)
    assert slim.result.stdout.total_bytes == 1_000_000
    assert not slim.result.stdout.is_whole
    assert slim.blobs == (b"a" * 9000 + b"z" * 9000,)


class TestLanes:
    def test_calls_run_side_by_side_and_answers_come_in_order(self, world: World, job_id: JobId) -> None:
        both = Barrier(2, timeout=30)

        def wait_for_the_other(call: Call) -> tuple[int, bytes, bytes]:
            both.wait()
            return 0, call.argv[0], b""

        memory = Memory(world, job_id, wait_for_the_other, lanes=2)
        runs = [Run(Call(argv=(word,))) for word in (b"a", b"b", b"c", b"d", b"a")]
        assert [result.stdout.content for result in memory.sandbox.map(runs)] == [b"a", b"b", b"c", b"d", b"a"]
        assert len(memory.calls) == len(memory.fresh) == 4

    def test_who_stops_listening_leaves_nothing_running(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, b"", b""), lanes=2)
        answers = memory.sandbox.map([Run(Call(argv=(b"%d" % number,))) for number in range(50)])
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        assert not [thread for thread in enumerate_threads() if thread.name.startswith("lane")]
        assert len(memory.fresh) == 1

    def test_a_stop_in_a_lane_reaches_the_stage(self, world: World, job_id: JobId) -> None:
        def stop(_: Call) -> tuple[int, bytes, bytes]:
            raise Halted

        memory = Memory(world, job_id, stop, lanes=2)
        with pytest.raises(Halted):
            list(memory.sandbox.map([Run(Call(argv=(word,))) for word in (b"a", b"b", b"c")]))
        assert memory.fresh == []

    def test_spans_of_all_lanes_belong_to_whoever_asked(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, b"", b""), lanes=2)
        with world.traces.span("stage verify"):
            list(memory.sandbox.map([Run(Call(argv=(word,))) for word in (b"a", b"b")]))
        *calls, above = world.spans.get_finished_spans()
        assert len(calls) == 2
        assert all(call.parent is not None and call.parent.span_id == above.context.span_id for call in calls)


class TestSequences:
    FIRST = Call(argv=(b"put",))
    SECOND = Call(argv=(b"get",), after=FIRST.digest())
    THIRD = Call(argv=(b"drop",), after=SECOND.digest())
    STEPS = (Run(FIRST), Run(SECOND), Run(THIRD))

    def test_steps_are_made_together_once(self, memory: Memory) -> None:
        first, second = list(memory.sandbox.map(self.STEPS)), list(memory.sandbox.map(self.STEPS))
        assert first == second
        assert [result.status for result in first] == [Status.OK] * 3
        assert memory.calls == [self.FIRST, self.SECOND, self.THIRD]

    def test_where_one_step_is_missing_all_are_made_and_what_was_kept_stays(
        self, world: World, job_id: JobId, memory: Memory
    ) -> None:
        kept = next(memory.sandbox.map(self.STEPS[:1]))
        keep(world, memory)
        later = Memory(world, job_id, lambda _: (1, b"another", b""))
        results = list(later.sandbox.map(self.STEPS))
        assert later.calls == [self.FIRST, self.SECOND, self.THIRD], "a step needs what those before it left"
        assert results[0] == kept
        assert [result.status for result in results[1:]] == [Status.NONZERO] * 2
        assert len(later.fresh) == 2

    def test_no_sequence_is_cut_where_much_is_looked_up(self, memory: Memory) -> None:
        single = [Run(Call(argv=(b"%d" % number,))) for number in range(49)]
        results = list(memory.sandbox.map([*single, *self.STEPS, *single]))
        assert {result.status for result in results} == {Status.OK}
        assert len(memory.calls) == 49 + 3

    def test_each_step_has_a_span_and_lanes_take_whole_sequences(self, world: World, job_id: JobId) -> None:
        memory = Memory(world, job_id, lambda _: (0, b"", b""), lanes=2)
        other = Call(argv=(b"other",))
        results = list(memory.sandbox.map([*self.STEPS, Run(other), Run(Call(argv=(b"more",), after=other.digest()))]))
        assert {result.status for result in results} == {Status.OK}
        assert len(world.spans.get_finished_spans()) == 5
