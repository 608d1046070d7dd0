"""The executor `docker`: calls of a tool that lies in an image, in warm containers of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from uuid import uuid4

from shared.interfaces.executor import Capabilities, Guard, Provided, Run, Sandbox, SandboxUnavailableError
from shared.models.call import PINNED, Call, Isolation, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import Status
from shared.utils.text import decode
from shared.utils.text import visible as shown
from worker.execution import layout
from worker.execution.connection import Connection, Launch, RunnerFailedError, start
from worker.execution.container_engine import LABEL, ContainerEngine, ContainerEngineAwayError, found_engine
from worker.execution.executor import RunnerExecutor
from worker.execution.images import Image, find_in, image_of
from worker.execution.interpreter import Interpreter, holder_of, image_with, interpreter
from worker.execution.limits import MOST_ENTRIES, rlimits
from worker.execution.pool import Pool, Site
from worker.execution.probe import Unguarded, examine, found_once, tried_once
from worker.execution.provide import Found
from worker.execution.remembered import cache_folder, own_version
from worker.execution.sandbox import Ground, RunnerSandbox
from worker.execution.visible import View
from worker.knowledge.network import NO_NETWORK

_USER = "1000:1000"
_ROOM = "rw,exec,nosuid,nodev,size={size},nr_inodes={entries},mode={mode:o},uid=1000,gid=1000"
_CLOSED = "ro,nosuid,nodev,noexec,size=4k"
_SECCOMP = Path(__file__).with_name("seccomp.json")
_SEALED = (
    *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", _USER),
    # What the runner says goes through the engine, and need not be kept there.
    *("--log-driver", "none", "--no-healthcheck"),
    # Libraries of the image for programs of the image: the Python that runs the runner has its own.
    *("--env", "LD_PRELOAD=", "--env", "LD_AUDIT="),
    # The machine's devices and settings.
    *("--tmpfs", f"/sys:{_CLOSED}"),
)
# Besides the processes of a call: the runner.
_OWN_PROCESSES = 1
_SPARE_ENTRIES = 1024
_OWN_BYTES = 64 << 20
# What is asked of a Python inside is answered with a list at most, whatever the calls of a job may take.
_ASKING = {"wall_s": 20.0, "cpu_s": 20.0, "output_bytes": 4 << 20, "kept_bytes": 4 << 20}
_PARTED = Surroundings(isolation=Isolation.FRESH)
_TAKEN = frozenset({"boot", "opt", "proc", "root", "run", "srv", "sys", "testronaut", "var"})


@dataclass(frozen=True)
class Variant:
    """How much the engine lets a container do: part its calls by namespaces, or not.

    `suffix` says it in the level of results.
    """

    suffix: str
    parts: bool

    def words(self) -> Iterator[str]:
        """Give the client's words for it."""
        if self.parts:
            # None of them is a privilege; what the tool may call is for the runner's own filter.
            for option in (f"seccomp={_SECCOMP}", "systempaths=unconfined", "apparmor=unconfined"):
                yield from ("--security-opt", option)


VARIANTS = (Variant("", parts=True), Variant("-shared", parts=False))


@dataclass(frozen=True)
class Base:
    """The engine that runs containers here, and how much it lets them do."""

    engine: ContainerEngine
    variant: Variant


Founding = Callable[[], Base]


@dataclass(frozen=True)
class Blueprint:
    """Of what a container is made; calls share a warm one where it is the same."""

    words: tuple[str, ...]
    ground: Ground


@dataclass(frozen=True)
class Stock:
    """What the containers of a sandbox are made of: engine, image, the interpreter and what shows it."""

    base: Base
    interpreter: Interpreter
    holder: str
    image: Image


class DockerSandbox(RunnerSandbox):
    """Calls of one tool in containers of its image."""

    def __init__(self, spec: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard, made_by: Docker) -> None:
        super().__init__(spec, policy, limits, guard, made_by.pool)
        self._made_by = made_by
        self._blueprints: dict[tuple[Surroundings, Limits], Blueprint] = {}
        self._stock: Stock | None = None
        self._stocking = Lock()

    @property
    def tool(self) -> Provided:
        # A cached property is found by one thread at a time, whichever sandbox it is of: an image may take minutes.
        _ = self.stock
        return super().tool

    @property
    def stock(self) -> Stock:
        """Get ready what containers are made of; the first time ever, that takes seconds."""
        with self._stocking:
            if self._stock is None:
                self._stock = self._stocked()
            return self._stock

    def _stocked(self) -> Stock:
        base, python = self._made_by.found_on(), interpreter()
        image = image_of(base.engine, self.spec, self.guard)
        return Stock(base, python, holder_of(base.engine, python, self.guard), image)

    @property
    def in_vain(self) -> Sequence[str]:
        return NO_NETWORK if self.policy.network is Network.OFF else ()

    @property
    def level(self) -> str:
        return self._made_by.name + self.stock.base.variant.suffix

    @property
    def can_part(self) -> bool:
        return self.stock.base.variant.parts

    def _prepare(self) -> None:
        _ = self.stock
        super()._prepare()

    def _find(self) -> Found:
        return find_in(self.stock.image, self.spec, _Inside(self, self._made_by).say)

    def _is_lasting(self, steps: Sequence[Run]) -> bool:
        # Where calls cannot be parted in a container, each has one of its own.
        if not self.can_part and self._shall_be_parted(steps[0].surroundings):
            return False
        return super()._is_lasting(steps)

    def _kind(self, surroundings: Surroundings, limits: Limits) -> Blueprint:
        if layout.is_taken(surroundings) or surroundings.folder in _TAKEN:
            raise RunnerFailedError(f"a call cannot be made in /{surroundings.folder}")
        known = self._blueprints.get((surroundings, limits))
        if known is None:
            known = self._blueprints[surroundings, limits] = self._drawn(surroundings, limits)
        return known

    def _drawn(self, surroundings: Surroundings, limits: Limits) -> Blueprint:
        volumes = layout.volumes_of(surroundings)
        # The engine counts the processes of a container; the kernel would count the user's on the whole machine.
        bounds = {name: most for name, most in rlimits(limits, limits.processes).items() if name != "NPROC"}
        ground = Ground(
            site=Site(layout.folder_of(surroundings), layout.home_of(surroundings), layout.TEMPORARY),
            volumes=volumes,
            renewal="mount" if self.can_part else "wipe",
            rlimits=tuple(bounds.items()),
            disk_bytes=limits.disk_bytes,
            counted=tuple(path for path, _ in volumes),
            layers=layout.LAYERS if self.can_part else "",
            one_ipc=not self.can_part,
        )
        return Blueprint(tuple(self._words(surroundings, limits, volumes)), ground)

    def _words(self, surroundings: Surroundings, limits: Limits, volumes: Sequence[tuple[str, int]]) -> Iterator[str]:
        yield from _SEALED
        yield from self.stock.base.variant.words()
        yield from ("--label", f"{LABEL}=call", "--hostname", surroundings.host, "--workdir", "/")
        if self.can_part:
            # Queues are of a namespace that each call has for itself, and not of the one that is shown here.
            yield from ("--tmpfs", f"/dev/mqueue:{_CLOSED}", "--tmpfs", f"{layout.LAYERS}:{_CLOSED}")
        if self.policy.network is not Network.ON:
            yield from ("--network", "none")
        yield from ("--volumes-from", f"{self.stock.holder}:ro")
        # What an image wants to be kept would be written to by one call and read by the next.
        for path in set(self.stock.image.volumes).difference(path for path, _ in volumes):
            yield from ("--tmpfs", f"{path}:{_CLOSED}")
        entries = MOST_ENTRIES + _SPARE_ENTRIES
        for path, mode in volumes:
            yield from ("--tmpfs", f"{path}:{_ROOM.format(size=limits.disk_bytes, entries=entries, mode=mode)}")
        # The runner ends a call that uses too much; the engine's own limit is for what grows faster than it looks.
        most = str(2 * limits.memory_bytes + len(volumes) * limits.disk_bytes + _OWN_BYTES)
        yield from ("--memory", most, "--memory-swap", most, "--pids-limit", str(limits.processes + _OWN_PROCESSES))
        program, *words = self.stock.interpreter.runner(surroundings.home if self.can_part else "")
        yield from ("--entrypoint", program, self.stock.image.id, *words)

    def _start(self, surroundings: Surroundings, limits: Limits, held: ExitStack) -> tuple[Connection, Ground]:
        blueprint = self._kind(surroundings, limits)
        return held.enter_context(self._container(blueprint.words)), blueprint.ground

    @contextmanager
    def _container(self, words: Sequence[str]) -> Iterator[Connection]:
        """Run a container as long as it is needed; the runner is its first process, so that it ends with it."""
        engine, name = self.stock.base.engine, f"{LABEL}-{uuid4().hex}"
        command = [engine.client, "run", "--rm", "--interactive", "--name", name, *words]
        client = None
        try:
            with start(Launch(lambda _: command, is_standard=True, env=os.environ), self._pool.begin) as connection:
                client = connection.process
                yield connection
        finally:
            if client is not None and client.returncode < 0:
                # It did not end in time and was killed, and the engine does not know.
                engine.discard("container", name)


class _Inside(DockerSandbox):
    """The Python in a sandbox's containers as the tool, which finds things out in there; it leaves them warm."""

    def __init__(self, outer: DockerSandbox, made_by: Docker) -> None:
        super().__init__(outer.spec, outer.policy, outer.limits, outer.guard, made_by)
        self._stock = outer.stock

    def say(self, program: str, *words: str) -> str:
        """Run a program, and give what it prints.

        Raises:
            SandboxUnavailableError: it cannot be run.

        """
        limits = self.limits.model_copy(update=_ASKING)
        argv = ("-I", "-S", "-c", program, *words)
        result = self._run(Call(argv=tuple(os.fsencode(word) for word in argv), limits=limits), 0, PINNED)
        if result.status is not Status.OK:
            told = result.detail or decode(result.stderr.content)
            raise SandboxUnavailableError(f"no container of {shown(str(self.spec.image))} can be used: {shown(told)}")
        return decode(result.stdout.content)

    def _find(self) -> Found:
        words = self.stock.interpreter.python()
        argv = tuple(os.fsencode(word) for word in words)
        view = View(program=words[0], real=words[0], path=self.stock.image.path)
        return Found(Provided(path=words[0], argv=argv, fingerprint=None, is_here=False), view)


class Docker(RunnerExecutor):
    """Keeps containers warm: one after the other, calls are made in the same, whose folders are renewed."""

    name = "docker"

    def __init__(self, found_on: Founding | None = None) -> None:
        super().__init__(Pool())
        # What the engine allows is found out once, and remembered by this process and the next.
        self.found_on = found_on or best_base

    def _capabilities(self) -> Capabilities:
        # In an image with nothing in it.
        base = self.found_on()
        return _held_by(base, base.engine.identity(), cache_folder())

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        yield DockerSandbox(tool, policy, limits, guard, self)


def best_base() -> Base:
    """Find out what the engine allows, once for each engine.

    Raises:
        SandboxUnavailableError: no container can be used here.

    """
    engine = found_engine()
    return _best_of(engine, engine.identity(), cache_folder())


@cache
def _best_of(engine: ContainerEngine, identity: str, folder: Path) -> Base:
    here = f"docker {identity} {own_version()}"
    return Base(engine, found_once(VARIANTS, here, folder, lambda: _first_that_works(engine)))


def _first_that_works(engine: ContainerEngine) -> Variant:
    flaws = []
    for variant in VARIANTS:
        flaw = _flaw_of(Base(engine, variant))
        if not flaw:
            return variant
        flaws.append(flaw)
    raise SandboxUnavailableError(f"no container can be used here: {flaws[-1]}", "Try by hand: docker run --rm IMAGE")


def _flaw_of(base: Base) -> str:
    """Say why a call cannot be made; nothing where it can."""
    call = Call(argv=(b"-I", b"-S", b"-c", b""))
    try:
        with (
            closing(Docker(lambda: base)) as executor,
            executor.open(_python_in(base), SandboxPolicy(), Limits(), Unguarded()) as sandbox,
        ):
            result = sandbox.run(call, surroundings=_PARTED)
    except ContainerEngineAwayError:
        raise
    except SandboxUnavailableError as error:
        return error.message
    return "" if result.status is Status.OK else result.detail or "a call fails in it"


@cache
def _held_by(base: Base, identity: str, folder: Path) -> Capabilities:
    return tried_once(f"docker {base.variant} {identity} {own_version()}", folder, lambda: _tried(base))


def _tried(base: Base) -> Capabilities:
    with closing(Docker(lambda: base)) as executor:
        return examine(executor, executor.name + base.variant.suffix, frozenset(), _python_in(base))


def _python_in(base: Base) -> ToolSpec:
    """Give the interpreter as a tool, in an image with nothing else, so that nothing holds by what lies in one."""
    python = interpreter()
    argv = tuple(os.fsencode(word) for word in python.python())
    return ToolSpec(argv=argv, image=image_with(base.engine, python, Unguarded()))
