"""The executor `local`: calls as the user who asks, beside a temporary folder; asked for by name, never chosen."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.interfaces.executor import Capabilities, Guard, Sandbox, SandboxUnavailableError
from shared.models.call import Limits, Surroundings
from shared.models.job import SandboxPolicy, ToolSpec
from worker.execution.archive import runner_program
from worker.execution.connection import Connection, Launch, start
from worker.execution.executor import RunnerExecutor
from worker.execution.inside import trials
from worker.execution.limits import rlimits, threads_of
from worker.execution.pool import Pool, Site
from worker.execution.probe import MEMORY, examine
from worker.execution.provide import Found, find
from worker.execution.sandbox import Ground, RunnerSandbox

_NOT_FOR_ROOT = "Start it as an ordinary user, or use the sandbox bubblewrap."


class LocalSandbox(RunnerSandbox):
    """Calls of one tool, each in temporary folders that are empty again; limits hold, walls there are none."""

    level = "local"

    def __init__(self, spec: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard, made_by: Local) -> None:
        super().__init__(spec, policy, limits, guard, made_by.pool)
        self._made_by = made_by

    def _find(self) -> Found:
        _refuse_root()
        return find(self.spec, self._made_by.search)

    def _kind(self, surroundings: Surroundings, limits: Limits) -> Hashable:
        return (
            surroundings.folder,
            surroundings.home,
            limits.disk_bytes,
            tuple(rlimits(limits, limits.processes).items()),
        )

    def _start(self, surroundings: Surroundings, limits: Limits, held: ExitStack) -> tuple[Connection, Ground]:
        program = runner_program()
        top = held.enter_context(TemporaryDirectory(prefix="testronaut-", ignore_cleanup_errors=True))
        archive = Path(top, "run.zip")
        archive.write_bytes(program.archive)
        launch = Launch(lambda socket: program.command(str(archive), socket, socket))
        site = Site(
            folder=_made(top, "work", surroundings.folder),
            home=_made(top, "home", surroundings.home),
            temporary=_made(top, "tmp"),
        )
        # The kernel counts everything that the user runs, so the call's share comes on top.
        bounds = rlimits(limits, limits.processes + threads_of(os.geteuid()))
        ground = Ground(
            site=site,
            volumes=((site.folder, 0o755), (site.home, 0o755), (site.temporary, 0o1777)),
            renewal="wipe",
            own_network=False,
            rlimits=tuple(bounds.items()),
            disk_bytes=limits.disk_bytes,
        )
        return held.enter_context(start(launch, self._pool.begin)), ground


class Local(RunnerExecutor):
    """Opens sandboxes that hold little; refused for root, to whom nothing is closed."""

    name = "local"

    def __init__(self, search: Sequence[str] | None = None) -> None:
        super().__init__(Pool())
        self.search = search

    def _capabilities(self) -> Capabilities:
        # Whoever asks for it by name has been told that it is little.
        with closing(Local(self.search)) as tried:
            return examine(tried, LocalSandbox.level, dispensable=frozenset({*trials.TRIALS, MEMORY}))

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        yield LocalSandbox(tool, policy, limits, guard, self)


def _refuse_root() -> None:
    if os.geteuid() == 0:
        raise SandboxUnavailableError("the sandbox local is no sandbox for root", _NOT_FOR_ROOT)


def _made(*parts: str) -> str:
    folder = Path(*parts)
    folder.mkdir(parents=True)
    return str(folder)
