"""How analysis, execution and verification reach the tool, and how they are stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import takewhile
from typing import ClassVar, NamedTuple, Protocol

from shared.models.base import Value
from shared.models.call import PINNED, Call, Limits, Surroundings
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, Stream, TestResult
from shared.models.work import Ending
from shared.utils.errors import TestronautError, UntestableError


class Stop(BaseException):
    """The attempt must end now, and how.

    Not an Exception: a plug-in that catches every Exception around a call would turn a stop into a finished item.
    """

    ending: ClassVar[Ending]


class Guard(Protocol):
    """Says whether an attempt may go on."""

    def check(self) -> None:
        """Raise a Stop when the attempt must end; also asked while a call runs."""
        ...

    def allows(self, call: Call) -> bool:
        """Check, and answer False for a call that must never be made again."""
        ...


class ToolNotFoundError(UntestableError):
    """No program has the name, or nothing is at the path."""

    code = "tool.not_found"
    hint = "Give a path, or install it first."


class ToolNotExecutableError(UntestableError):
    """Something is at the path, and it cannot be executed."""

    code = "tool.not_executable"
    hint = "Make it executable: chmod +x"


class ToolOutOfReachError(UntestableError):
    """The sandbox's user cannot be let to the tool or to what it loads."""

    code = "tool.out_of_reach"
    hint = "Install the tool where every user can read it, for example under /usr/local or /opt."


class SandboxUnavailableError(TestronautError):
    """No sandbox of the kind asked for can be built here."""

    code = "sandbox.unavailable"
    is_final = True
    hint = "Look at: testronaut doctor"


class Provided(Value):
    """A tool as it was found on this machine: where it lies, how its program is called, and what it is made of.

    `path` is the program's absolute path. `fingerprint` covers its bytes and what it obviously loads; None where that
    cannot be known. `is_here` tells whether the path is one of this machine, and not of an image.
    """

    path: str
    argv: tuple[bytes, ...]
    fingerprint: str | None
    is_here: bool = True


class Hold(Value):
    """One thing that a sandbox should hold, tried out here."""

    name: str
    holds: bool
    detail: str = ""


class Capabilities(Value):
    """What an executor enforces here, found by trying. `fix` says what to do where it is not usable."""

    executor: str
    is_usable: bool
    level: str = ""
    holds: tuple[Hold, ...] = ()
    fix: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Name what does not hold."""
        return tuple(hold.name for hold in self.holds if not hold.holds)


class Run(NamedTuple):
    """A call to make, which time this is, and what surrounds it."""

    call: Call
    repetition: int = 0
    surroundings: Surroundings = PINNED


class Sandbox(Protocol):
    """A sealed place where the calls of one tool run. Nothing is started before the first call."""

    @property
    def tool(self) -> Provided:
        """Say where the tool was found.

        Raises:
            ToolNotFoundError, ToolNotExecutableError, ToolOutOfReachError: it cannot be reached.

        """
        ...

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        """Make one call and say what it showed.

        The repetition is told to the tool as PYTHONHASHSEED: reproducible, yet a second run differs. A call that the
        guard refuses is not made; its result is a sandbox error.

        Raises:
            Stop: the attempt must end.
            UntestableError: the tool cannot be reached.
            SandboxUnavailableError: no sandbox can be built.

        """
        ...

    def map(self, runs: Iterable[Run]) -> Iterator[TestResult]:
        """Make calls that do not need each other's results, and give these in order.

        Runs of which each names the one before it as that which it comes after are the steps of a sequence: they share
        a folder, a home, and what lies there; processes end with their step all the same.
        """
        ...

    def captured(self, stream: Stream) -> bytes:
        """Give all that was kept of a stream, of which a result may hold the ends alone."""
        ...


def sequences(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Part runs into those that belong together, in their order: the steps of a sequence, or a single call."""
    steps: list[Run] = []
    for run in runs:
        if steps and run.call.after is not None and _follows(run, steps[-1]):
            steps.append(run)
            continue
        if steps:
            yield steps
        steps = [run]
    if steps:
        yield steps


def _follows(run: Run, before: Run) -> bool:
    is_same_try = (run.repetition, run.surroundings) == (before.repetition, before.surroundings)
    return is_same_try and run.call.after == before.call.digest()


class GuardedSandbox(ABC):
    """What every sandbox that makes calls itself does alike: it asks the guard before each of them."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    @property
    @abstractmethod
    def tool(self) -> Provided:
        """Say where the tool was found."""

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        """Make one call; a refused one is our error, never the tool's."""
        run = Run(call, repetition, surroundings)
        if call.after is not None:
            return _not_made(run, "the call that it comes after was not made")
        if not self.guard.allows(call):
            return _not_made(run, "the call took its worker along twice and is not made again")
        return self._run(call, repetition, surroundings)

    def map(self, runs: Iterable[Run]) -> Iterator[TestResult]:
        """Make calls, one after the other; a step that is refused, and those after it, are not made."""
        for steps in sequences(runs):
            if len(steps) == 1:
                yield self.run(*steps[0])
            else:
                yield from self._steps(steps)

    def _steps(self, steps: Sequence[Run]) -> Iterator[TestResult]:
        allowed = list(takewhile(lambda run: self.guard.allows(run.call), steps))
        if allowed:
            yield from self._run_steps(allowed)
        for run in steps[len(allowed) :]:
            yield _not_made(run, "it, or a step before it, took its worker along twice and is not made again")

    def captured(self, stream: Stream) -> bytes:
        """Give what stands in the result, which is all there is."""
        return stream.content

    @abstractmethod
    def _run(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult: ...

    def _run_steps(self, steps: Sequence[Run]) -> Iterator[TestResult]:
        """Make the steps of a sequence in one folder, as far as a sandbox can."""
        return (_not_made(run, "calls cannot share a folder here") for run in steps)


def _not_made(run: Run, why: str) -> TestResult:
    return TestResult(
        call_digest=run.call.digest(),
        repetition=run.repetition,
        status=Status.SANDBOX_ERROR,
        surroundings=run.surroundings,
        detail=why,
    )


class Executor(Protocol):
    """Opens sandboxes of one kind."""

    @property
    def name(self) -> str:
        """Give the name that policies and settings use."""
        ...

    def probe(self) -> Capabilities:
        """Say what is enforced here, by trying; never raises for what does not work."""
        ...

    def provide(self, tool: ToolSpec) -> Provided:
        """Find a tool.

        Raises:
            ToolNotFoundError, ToolNotExecutableError, ToolOutOfReachError: it cannot be reached.

        """
        ...

    def open(
        self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard
    ) -> AbstractContextManager[Sandbox]:
        """Open a sandbox for the calls of a tool; nothing is started or searched for before the first call.

        Any number of threads may use it.
        """
        ...

    def close(self) -> None:
        """End all that is kept warm between sandboxes; nothing is open any more."""
        ...
