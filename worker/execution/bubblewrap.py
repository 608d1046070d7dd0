"""The executors whose sandboxes bwrap builds, as an ordinary user: warm ones for many calls, or one for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path

from shared.interfaces.executor import Capabilities, Guard, Sandbox
from shared.models.call import Call, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import TestResult
from worker.execution import layout
from worker.execution.archive import RunnerProgram, runner_program
from worker.execution.connection import Connection, Launch, RunnerFailedError, start
from worker.execution.executor import RunnerExecutor
from worker.execution.foundation import VARIANTS, Foundation, Variant, first_that_works, found_program
from worker.execution.hidden import hidden_in
from worker.execution.inside.seccomp import FILTERED
from worker.execution.limits import is_counted_by_namespace, rlimits, threads_of
from worker.execution.pool import MOST_CALLS, Place, Pool, Site
from worker.execution.probe import Unguarded, examine, found_once, tried_once
from worker.execution.provide import Found, find
from worker.execution.reach import NOBODY, closed_folders, descent, passage
from worker.execution.remembered import cache_folder, machine
from worker.execution.sandbox import Ground, RunnerSandbox
from worker.knowledge.network import NO_NETWORK

_SEALED = ("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv")
# Held by the runner alone, over its own namespaces and files: it renews the folders, and parts calls from each other.
_RENEWING = ("--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_DAC_OVERRIDE")

Founding = Callable[[], Foundation]


@dataclass(frozen=True)
class Blueprint:
    """Of what a sandbox is built; calls share a warm one where it is the same.

    `shown_ids` are device and inode of what is shown: another folder at an old place is another sandbox.
    """

    words: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    ground: Ground
    shown_ids: tuple[tuple[int, int], ...]


class BubblewrapSandbox(RunnerSandbox):
    """Calls of one tool in sandboxes that bubblewrap builds."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is asked for, and what is known already
        self,
        spec: ToolSpec,
        policy: SandboxPolicy,
        limits: Limits,
        guard: Guard,
        made_by: _Builder,
        kept: ExitStack,
    ) -> None:
        super().__init__(spec, policy, limits, guard, made_by.pool)
        self._made_by = made_by
        self._kept = kept
        self._blueprints: dict[Hashable, Blueprint] = {}

    @property
    def in_vain(self) -> Sequence[str]:
        return NO_NETWORK if self.policy.network is Network.OFF else ()

    @property
    def level(self) -> str:
        return self._made_by.name + self._foundation.variant.suffix

    @property
    def can_part(self) -> bool:
        return self._made_by.is_warm

    def _started(self, kind: Hashable, surroundings: Surroundings, limits: Limits) -> Place:
        try:
            return super()._started(kind, surroundings, limits)
        except RunnerFailedError:
            # Nothing can be laid over a private file that has gone since we looked, and no sandbox is built then.
            self._look_again()
            anew = self._kind(surroundings, limits)
            if anew == kind:
                raise
            return super()._started(anew, surroundings, limits)

    def _prepare(self) -> None:
        super()._prepare()
        _ = self._foundation, self._program, self._shown

    def _find(self) -> Found:
        found = find(self.spec, self._made_by.search)
        if os.geteuid() == 0:
            closed_folders([found.view.real, *found.view.binds])
        return found

    def _kind(self, surroundings: Surroundings, limits: Limits) -> Blueprint:
        if layout.is_taken(surroundings):
            raise RunnerFailedError(f"a call cannot be made in /{surroundings.folder}")
        told = (surroundings.zone, surroundings.folder, surroundings.home, surroundings.host)
        bounds = (limits.disk_bytes, tuple(rlimits(limits, limits.processes).items()))
        known = self._blueprints.get((told, bounds))
        if known is None:
            known = self._blueprints[told, bounds] = self._drawn(surroundings, *bounds)
        return known

    def _drawn(self, surroundings: Surroundings, disk_bytes: int, bounds: tuple[tuple[str, int], ...]) -> Blueprint:
        volumes = layout.volumes_of(surroundings)
        site = Site(layout.folder_of(surroundings), layout.home_of(surroundings), layout.TEMPORARY)
        return Blueprint(
            words=tuple(self._words(surroundings, disk_bytes)),
            files=(
                (layout.RUNNER_PLACE, self._program.archive),
                *layout.made_up(surroundings, self.policy.network).items(),
            ),
            ground=Ground(
                site=site,
                volumes=volumes,
                renewal="mount" if self._made_by.is_warm else "none",
                rlimits=bounds,
                disk_bytes=disk_bytes,
                counted=tuple(path for path, _ in volumes),
                fixed=(*(path for path, _ in self._shown.links), *self._shown.binds),
                layers=layout.LAYERS if self._made_by.is_warm else "",
                has_proc=self._foundation.variant.has_proc,
                own_network=self.policy.network is not Network.ON,
            ),
            shown_ids=tuple(_identity(path) for path in self._shown.binds),
        )

    def _start(self, surroundings: Surroundings, limits: Limits, held: ExitStack) -> tuple[Connection, Ground]:
        with self._preparing:
            entry = self._entry
        blueprint = self._kind(surroundings, limits)
        with ExitStack() as lent:
            files = {path: lent.enter_context(_memory(content)) for path, content in blueprint.files}
            words = [*entry, self._foundation.program, *blueprint.words, *_file_words(files)]
            user = NOBODY if os.geteuid() == 0 and not entry else None

            def command(socket: int) -> list[str]:
                return [*words, "--", *self._program.command(layout.RUNNER_PLACE, socket, socket)]

            launch = Launch(command, tuple(files.values()), user)
            bounds = tuple(rlimits(limits, _processes(limits)).items())
            return held.enter_context(start(launch, self._pool.begin)), replace(blueprint.ground, rlimits=bounds)

    def _words(self, surroundings: Surroundings, disk_bytes: int) -> Iterator[str]:
        is_warm = self._made_by.is_warm
        yield from ("--unshare-all", *_SEALED, *(_RENEWING if is_warm else ()))
        if self.policy.network is Network.ON:
            yield "--share-net"
        yield from self._foundation.variant.words()
        yield from layout.system_words()
        yield from ("--dev", "/dev")
        yield from layout.identity_words(surroundings)
        yield from layout.own_words(surroundings, None if is_warm else disk_bytes)
        yield from layout.shown_words(self._shown)

    @cached_property
    def _foundation(self) -> Foundation:
        return self._made_by.found_on()

    @cached_property
    def _program(self) -> RunnerProgram:
        return runner_program()

    @cached_property
    def _shown(self) -> layout.Shown:
        view, prefix = self.found.view, self._program.prefix
        binds = (*view.binds, *([prefix] if prefix else ()))
        return layout.Shown(binds=binds, links=view.links, hidden=hidden_in(view.binds))

    def _look_again(self) -> None:
        with self._preparing:
            self.__dict__.pop("_shown", None)
            self._blueprints.clear()

    @cached_property
    def _entry(self) -> Sequence[str]:
        """Begin as an ordinary user: root's sandboxes would hold nothing, and closed folders need a way around."""
        if os.geteuid():
            return ()
        closed = closed_folders(self._shown.binds)
        return self._kept.enter_context(passage(closed, self._shown.binds)) if closed else descent()


class _Builder(RunnerExecutor):
    """Opens sandboxes that bubblewrap builds."""

    is_warm: bool

    def __init__(self, search: Sequence[str] | None = None, found_on: Founding | None = None) -> None:
        super().__init__(Pool(MOST_CALLS if self.is_warm else 1))
        self.search = search
        # What works here is found out once, and remembered by this process and the next.
        self.found_on = found_on or partial(best_foundation, self.name)

    def _capabilities(self) -> Capabilities:
        return _held_by(self.name, self.found_on(), os.geteuid(), cache_folder())

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        with ExitStack() as kept:
            yield BubblewrapSandbox(tool, policy, limits, guard, self, kept)


class Bubblewrap(_Builder):
    """Keeps sandboxes warm: one after the other, calls are made in the same, whose folders are renewed."""

    name = "bubblewrap"
    is_warm = True


class BubblewrapOnce(_Builder):
    """Builds a sandbox for each call, in which nothing holds any privilege; slower, and simplest to audit."""

    name = "bubblewrap-once"
    is_warm = False


_BUILDERS: Mapping[str, type[_Builder]] = {kind.name: kind for kind in (Bubblewrap, BubblewrapOnce)}


@cache
def _held_by(name: str, foundation: Foundation, _user: int, folder: Path) -> Capabilities:
    return tried_once(f"{name} {foundation} {machine(foundation.program)}", folder, lambda: _tried(name, foundation))


def _tried(name: str, foundation: Foundation) -> Capabilities:
    with closing(_BUILDERS[name](found_on=lambda: foundation)) as executor:
        return examine(executor, executor.name + foundation.variant.suffix, _dispensable(foundation.variant))


def _dispensable(variant: Variant) -> frozenset[str]:
    # Without /proc nobody sees what the processes of a call use together.
    unseen = set() if variant.has_proc else {"memory of all processes", "time of the processor"}
    # On machines for which there is no filter, the report says so.
    unseen |= {"what no namespace separates is refused"} if os.uname().machine not in FILTERED else set()
    return frozenset(unseen if variant.forbids_namespaces else unseen | {"no user namespace inside"})


def best_foundation(name: str = Bubblewrap.name) -> Foundation:
    """Find out what can be built here, once for each machine, user and bubblewrap.

    Raises:
        SandboxUnavailableError: nothing can.

    """
    program = found_program()
    return _best_of(name, program, Path(program).stat().st_mtime_ns, os.geteuid(), cache_folder())


@cache
def _best_of(name: str, program: str, _version: int, _user: int, folder: Path) -> Foundation:
    def find() -> Variant:
        return first_that_works(program, partial(_make_trial_call, name)).variant

    return Foundation(program, found_once(VARIANTS, f"{name} {machine(program)}", folder, find))


def _make_trial_call(name: str, foundation: Foundation) -> TestResult:
    spec = ToolSpec(argv=(os.fsencode(runner_program().python),))
    with (
        closing(_BUILDERS[name](found_on=lambda: foundation)) as executor,
        executor.open(spec, SandboxPolicy(), Limits(), Unguarded()) as sandbox,
    ):
        return sandbox.run(Call(argv=(b"-I", b"-S", b"-c", b"")))


def _file_words(files: Mapping[str, int]) -> Iterator[str]:
    for path, descriptor in files.items():
        yield from ("--perms", "0444", "--file", str(descriptor), path)
    yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/")


def _identity(path: str) -> tuple[int, int]:
    status = Path(path).stat()
    return status.st_dev, status.st_ino


def _processes(limits: Limits) -> int:
    if is_counted_by_namespace(os.uname().release):
        return limits.processes
    return limits.processes + threads_of(os.geteuid() or NOBODY)


@contextmanager
def _memory(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("content")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
