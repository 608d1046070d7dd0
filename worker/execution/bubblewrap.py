"""The executor `bubblewrap`: each call in new namespaces of its own, built by bwrap as an ordinary user."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property
from pathlib import Path

from shared.interfaces.executor import Capabilities, Guard, Provided, Sandbox
from shared.models.call import Call, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult
from shared.utils.errors import TestronautError
from worker.execution import layout
from worker.execution.archive import RunnerProgram, runner_program
from worker.execution.connection import Launch, RunnerFailedError, start
from worker.execution.foundation import Foundation, Variant, first_that_works, found_program
from worker.execution.hidden import Hidden, hidden_in
from worker.execution.limits import is_counted_by_namespace, threads_of
from worker.execution.probe import Unguarded, examine, unusable
from worker.execution.provide import Found, find
from worker.execution.reach import NOBODY, closed_folders, descent, passage
from worker.execution.sandbox import Place, RunnerSandbox
from worker.knowledge.network import NO_NETWORK

_SEALED = ("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv")

Founding = Callable[[], Foundation]


class BubblewrapSandbox(RunnerSandbox):
    """Calls of one tool, each in a sandbox of its own."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is asked for, and what is known already
        self,
        spec: ToolSpec,
        policy: SandboxPolicy,
        limits: Limits,
        guard: Guard,
        found_on: Founding,
        kept: ExitStack,
        search: Sequence[str] | None = None,
    ) -> None:
        super().__init__(spec, limits, guard)
        self._network = policy.network
        self._found_on = found_on
        self._kept = kept
        self._search = search

    @property
    def in_vain(self) -> Sequence[str]:
        return NO_NETWORK if self._network is Network.OFF else ()

    @property
    def level(self) -> str:
        return self._foundation.variant.level

    def _run(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult:
        result = super()._run(call, repetition, surroundings)
        # Nothing can be laid over a private file that has gone since we looked, and no sandbox is built then.
        if result.status is Status.SANDBOX_ERROR and self._is_hidden_anew():
            return super()._run(call, repetition, surroundings)
        return result

    def _prepare(self) -> None:
        super()._prepare()
        _ = self._foundation, self._program, self._entry

    def _find(self) -> Found:
        found = find(self.spec, self._search)
        if os.geteuid() == 0:
            closed_folders([found.view.real, *found.view.binds])
        return found

    @contextmanager
    def _start(self, surroundings: Surroundings, limits: Limits) -> Iterator[Place]:
        if layout.is_taken(surroundings):
            raise RunnerFailedError(f"a call cannot be made in /{surroundings.folder}")
        contents = {layout.RUNNER_PLACE: self._program.archive, **layout.made_up(surroundings, self._network)}
        with ExitStack() as stack:
            files = {path: stack.enter_context(_memory(content)) for path, content in contents.items()}
            words = [*self._entry, *self._words(surroundings, limits, files)]
            user = NOBODY if os.geteuid() == 0 and not self._entry else None

            def command(socket: int) -> list[str]:
                return [*words, "--", *self._program.command(layout.RUNNER_PLACE, socket)]

            runner = stack.enter_context(start(Launch(command, tuple(files.values()), user)))
            folder, home = layout.folder_of(surroundings), layout.home_of(surroundings)
            volumes = (folder, home, layout.TEMPORARY)
            yield Place(runner, folder, home, layout.TEMPORARY, volumes, _processes(limits))

    def _words(self, surroundings: Surroundings, limits: Limits, files: dict[str, int]) -> Iterator[str]:
        yield from (self._foundation.program, "--unshare-all", *_SEALED)
        if self._network is Network.ON:
            yield "--share-net"
        yield from self._foundation.variant.words()
        yield from layout.system_words()
        yield from ("--dev", "/dev")
        yield from layout.identity_words(surroundings)
        yield from layout.own_words(surroundings, limits)
        yield from layout.shown_words(self._shown)
        for path, descriptor in files.items():
            yield from ("--perms", "0444", "--file", str(descriptor), path)
        yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/")

    @cached_property
    def _foundation(self) -> Foundation:
        return self._found_on()

    @cached_property
    def _program(self) -> RunnerProgram:
        return runner_program()

    @property
    def _shown(self) -> layout.Shown:
        view, prefix = self.found.view, self._program.prefix
        return layout.Shown(binds=(*view.binds, *([prefix] if prefix else ())), links=view.links, hidden=self._hidden)

    @cached_property
    def _hidden(self) -> Hidden:
        return hidden_in(self.found.view.binds)

    def _is_hidden_anew(self) -> bool:
        before, self._hidden = self._hidden, hidden_in(self.found.view.binds)
        return self._hidden != before

    @cached_property
    def _entry(self) -> Sequence[str]:
        """Begin as an ordinary user: root's sandboxes would hold nothing, and closed folders need a way around."""
        if os.geteuid():
            return ()
        closed = closed_folders(self._shown.binds)
        return self._kept.enter_context(passage(closed, self._shown.binds)) if closed else descent()


class Bubblewrap:
    """Opens sandboxes that bubblewrap builds."""

    name = "bubblewrap"

    def __init__(self, search: Sequence[str] | None = None, found_on: Founding | None = None) -> None:
        self._search = search
        self._found_on = found_on or best_foundation

    def probe(self) -> Capabilities:
        """Say what is enforced here, by trying; never raises for what does not work."""
        try:
            return _held_by(self._found_on(), os.geteuid())
        except _NotHeldError as error:
            return error.capabilities
        except (TestronautError, OSError) as error:
            return unusable(self.name, error)

    def provide(self, tool: ToolSpec) -> Provided:
        """Find a tool."""
        with self.open(tool, SandboxPolicy(), Limits(), Unguarded()) as sandbox:
            return sandbox.tool

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        """Open a sandbox; what it keeps between calls is let go at the end."""
        with ExitStack() as kept:
            yield BubblewrapSandbox(tool, policy, limits, guard, self._found_on, kept, self._search)


class _NotHeldError(Exception):
    """Something does not hold; an error, so that it is tried again the next time, unlike what holds."""

    def __init__(self, capabilities: Capabilities) -> None:
        super().__init__(capabilities.fix)
        self.capabilities = capabilities


@cache
def _held_by(foundation: Foundation, _user: int) -> Capabilities:
    executor = Bubblewrap(found_on=lambda: foundation)
    capabilities = examine(executor, foundation.variant.level, _dispensable(foundation.variant))
    if not capabilities.is_usable:
        raise _NotHeldError(capabilities)
    return capabilities


def _dispensable(variant: Variant) -> frozenset[str]:
    # Without /proc nobody sees what the processes of a call use together.
    unseen = set() if variant.has_proc else {"memory of all processes", "time of the processor"}
    return frozenset(unseen if variant.forbids_namespaces else unseen | {"no user namespace inside"})


def best_foundation() -> Foundation:
    """Find out once for each process, user and bubblewrap what can be built here.

    Raises:
        SandboxUnavailableError: nothing can.

    """
    program = found_program()
    return _best_of(program, Path(program).stat().st_mtime_ns, os.geteuid())


@cache
def _best_of(program: str, _version: int, _user: int) -> Foundation:
    return first_that_works(program, _make_trial_call)


def _make_trial_call(foundation: Foundation) -> TestResult:
    spec = ToolSpec(argv=(os.fsencode(runner_program().python),))
    with Bubblewrap(found_on=lambda: foundation).open(spec, SandboxPolicy(), Limits(), Unguarded()) as sandbox:
        return sandbox.run(Call(argv=(b"-I", b"-S", b"-c", b"")))


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
