"""The executor that is chosen by what holds here: the first of several, tried when the first call is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock

from shared.interfaces.executor import Capabilities, Executor, Guard, Provided, Run, Sandbox, SandboxUnavailableError
from shared.models.call import PINNED, Call, Limits, Surroundings
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Stream, TestResult


class Auto:
    """Takes the first executor that can be used; never one that holds less than it promises."""

    name = "auto"

    def __init__(self, candidates: Sequence[Callable[[], Executor]]) -> None:
        self._candidates = candidates
        self._chosen: Executor | None = None

    def probe(self) -> Capabilities:
        """Say what the chosen one enforces, or how to get one that can be used."""
        found = [make().probe() for make in self._candidates]
        usable = next((capabilities for capabilities in found if capabilities.is_usable), None)
        return usable or Capabilities(
            executor=self.name, is_usable=False, fix=" ".join(dict.fromkeys(capabilities.fix for capabilities in found))
        )

    def provide(self, tool: ToolSpec) -> Provided:
        """Find a tool for the chosen executor."""
        return self._choose().provide(tool)

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        """Open a sandbox of the chosen executor as soon as somebody needs it."""
        with ExitStack() as stack:
            yield _Deferred(lambda: stack.enter_context(self._choose().open(tool, policy, limits, guard)))

    def close(self) -> None:
        """End what the chosen one keeps warm."""
        if self._chosen:
            self._chosen.close()

    def _choose(self) -> Executor:
        if self._chosen is None:
            self._chosen = next((one for one in self._made() if one.probe().is_usable), None)
        if self._chosen is None:
            capabilities = self.probe()
            raise SandboxUnavailableError("no sandbox can be built here", capabilities.fix or None)
        return self._chosen

    def _made(self) -> Iterator[Executor]:
        return (make() for make in self._candidates)


class _Deferred:
    """A sandbox that is opened by its first use: stages that make no call need none."""

    def __init__(self, open_it: Callable[[], Sandbox]) -> None:
        self._open_it = open_it
        self._opened: Sandbox | None = None
        self._opening = Lock()

    @property
    def tool(self) -> Provided:
        return self._sandbox().tool

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        return self._sandbox().run(call, repetition, surroundings)

    def map(self, runs: Iterable[Run]) -> Iterator[TestResult]:
        return self._sandbox().map(runs)

    def captured(self, stream: Stream) -> bytes:
        return self._sandbox().captured(stream)

    def _sandbox(self) -> Sandbox:
        with self._opening:
            if self._opened is None:
                self._opened = self._open_it()
            return self._opened
