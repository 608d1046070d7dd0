"""A sandbox that answers what a test tells it to, and a guard in the test's hand; both keep the whole contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from shared.interfaces.executor import Capabilities, Executor, Guard, GuardedSandbox, Hold, Provided, Run, Sandbox, Stop
from shared.models.call import Call, Limits, Surroundings
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, Stream, TestResult
from shared.models.work import Ending
from shared.utils.errors import UntestableError

Answer = TestResult | bytes | int | tuple[int, bytes, bytes] | BaseException
"""What a call shows: all of it, its output, its exit code, code with output and messages, or what is raised."""


class Made(NamedTuple):
    """A call as it was made."""

    call: Call
    repetition: int
    surroundings: Surroundings


class Halted(Stop):
    """The end that a test asked for."""

    ending = Ending.CANCELLED


class FakeGuard:
    """Refuses the calls that a test condemned, and stops the attempt at the check that it names."""

    def __init__(self, condemned: Call | None = None, stops_at: int | None = None) -> None:
        self.checks = 0
        self._condemned = condemned
        self._stops_at = stops_at

    def check(self) -> None:
        """Count, and raise when it is time."""
        self.checks += 1
        if self._stops_at is not None and self.checks >= self._stops_at:
            raise Halted

    def allows(self, call: Call) -> bool:
        """Check, and refuse the condemned call."""
        self.check()
        return call != self._condemned


class FakeSandbox(GuardedSandbox):
    """Answers by what it was told."""

    def __init__(self, executor: FakeExecutor, spec: ToolSpec, guard: Guard) -> None:
        super().__init__(guard)
        self._executor = executor
        self._spec = spec

    @property
    def tool(self) -> Provided:
        return self._executor.provide(self._spec)

    def _run(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult:
        self._executor.provide(self._spec)
        self._executor.made.append(Made(call, repetition, surroundings))
        answer = self._executor.answers(call, repetition)
        self.guard.check()  # as it is asked while a call runs
        if isinstance(answer, BaseException):
            raise answer
        return _result(answer).model_copy(
            update={
                "call_digest": call.digest(),
                "repetition": repetition,
                "surroundings": surroundings,
                "level": self._executor.name,
            }
        )

    def _run_steps(self, steps: Sequence[Run]) -> Iterator[TestResult]:
        return (self._run(*run) for run in steps)


class FakeExecutor:
    """Opens sandboxes whose answers a test gives; `made` lists the calls, `missing` is why there is no tool."""

    name = "fake"

    def __init__(
        self, answers: Callable[[Call, int], Answer] = lambda *_: b"", missing: UntestableError | None = None
    ) -> None:
        self.answers = answers
        self.missing = missing
        self.made: list[Made] = []

    def probe(self) -> Capabilities:
        holds = (Hold(name="everything", holds=True, detail="nothing ever runs"),)
        return Capabilities(executor=self.name, is_usable=True, level=self.name, holds=holds)

    def provide(self, tool: ToolSpec) -> Provided:
        if self.missing:
            raise self.missing
        return Provided(path=f"/usr/bin/{tool.name}", argv=tool.argv, fingerprint="fake")

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        yield FakeSandbox(self, tool, guard)

    def close(self) -> None:
        """Keep nothing."""


class OneExecutor:
    """The executors of a process that has but one."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def of(self, _: SandboxPolicy) -> Executor:
        """Give it, whatever is asked for."""
        return self._executor

    def close(self) -> None:
        """End what it keeps."""
        self._executor.close()


def _result(answer: TestResult | bytes | int | tuple[int, bytes, bytes]) -> TestResult:
    match answer:
        case TestResult():
            return answer
        case bytes():
            return _ended(0, answer, b"")
        case int():
            return _ended(answer, b"", b"")
        case code, out, err:
            return _ended(code, out, err)


def _ended(code: int, out: bytes, err: bytes) -> TestResult:
    return TestResult(
        call_digest="",
        status=Status.NONZERO if code else Status.OK,
        exit_code=code,
        stdout=Stream.of(out),
        stderr=Stream.of(err),
    )
