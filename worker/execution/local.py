"""The executor `local`: calls as the user who asks, beside a temporary folder; asked for by name, never chosen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.interfaces.executor import Capabilities, Guard, Provided, Sandbox, SandboxUnavailableError
from shared.models.call import Limits, Surroundings
from shared.models.job import SandboxPolicy, ToolSpec
from shared.utils.errors import TestronautError
from worker.execution.archive import runner_program
from worker.execution.connection import Launch, start
from worker.execution.inside import trials
from worker.execution.limits import threads_of
from worker.execution.probe import examine, unusable
from worker.execution.provide import Found, find
from worker.execution.sandbox import Place, RunnerSandbox

_NOT_FOR_ROOT = "Start it as an ordinary user, or use the sandbox bubblewrap."


class LocalSandbox(RunnerSandbox):
    """Calls of one tool, each in a temporary folder of its own; limits hold, walls there are none."""

    level = "local"

    def __init__(self, spec: ToolSpec, limits: Limits, guard: Guard, search: Sequence[str] | None = None) -> None:
        super().__init__(spec, limits, guard)
        self._search = search

    def _find(self) -> Found:
        return find(self.spec, self._search)

    @contextmanager
    def _start(self, surroundings: Surroundings, limits: Limits) -> Iterator[Place]:
        _refuse_root()
        program = runner_program()
        with ExitStack() as stack:
            top = stack.enter_context(TemporaryDirectory(prefix="testronaut-", ignore_cleanup_errors=True))
            archive = Path(top, "run.zip")
            archive.write_bytes(program.archive)
            runner = stack.enter_context(start(Launch(lambda socket: program.command(str(archive), socket))))
            # The kernel counts everything that the user runs, so the call's share comes on top.
            processes = limits.processes + threads_of(os.geteuid())
            yield Place(
                runner=runner,
                folder=_made(top, "work", surroundings.folder),
                home=_made(top, "home", surroundings.home),
                temporary=_made(top, "tmp"),
                volumes=(),
                processes=processes,
            )


class Local:
    """Opens sandboxes that hold little; refused for root, to whom nothing is closed."""

    name = "local"

    def __init__(self, search: Sequence[str] | None = None) -> None:
        self._search = search

    def probe(self) -> Capabilities:
        """Say what is enforced here, by trying; whoever asks for it by name has been told that it is little."""
        try:
            return examine(self, LocalSandbox.level, dispensable=frozenset(trials.TRIALS))
        except (TestronautError, OSError) as error:
            return unusable(self.name, error)

    def provide(self, tool: ToolSpec) -> Provided:
        """Find a tool."""
        _refuse_root()
        return find(tool, self._search).provided

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        """Open a sandbox; it keeps nothing between calls."""
        yield LocalSandbox(tool, limits, guard, self._search)


def _refuse_root() -> None:
    if os.geteuid() == 0:
        raise SandboxUnavailableError("the sandbox local is no sandbox for root", _NOT_FOR_ROOT)


def _made(*parts: str) -> str:
    folder = Path(*parts)
    folder.mkdir(parents=True)
    return str(folder)
