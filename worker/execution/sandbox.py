"""What all sandboxes with a runner do alike: a call becomes an order, and the runner's answer a test result."""

from __future__ import annotations

import os
import signal
from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from shared.interfaces.executor import Guard, GuardedSandbox, Provided, Run
from shared.models.base import sha256
from shared.models.call import (
    BlobRef,
    Call,
    CallFile,
    FileInput,
    FileKind,
    InputKind,
    Isolation,
    Limits,
    SpecialInput,
    Stdin,
    Surroundings,
)
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Change, FileChange, Status, Stream, TestResult, WaitsFor
from shared.utils.errors import TestronautError
from shared.utils.text import decode
from worker.execution.connection import Connection, NotBegunError, RunnerFailedError
from worker.execution.environment import at_a_terminal, environment
from worker.execution.limits import MOST_ENTRIES
from worker.execution.pool import Place, Pool, Site
from worker.execution.provide import Found

# The runner ends a call in time; beyond that it gets this long to look at what the call left behind.
MARGIN_S = 10.0
MOST_COPIED = 10

# A call that is no step of a sequence, with nothing of its own but its words.
_PLAIN: Mapping[str, Any] = {"keeps": 0, "leaves": 0, "layer": b"", "is_alone": 0, "own_env": {}}

# What `yes` prints.
_LINES = b"y\n" * 2048

_PASSED_LIMITS = {
    b"wall": Status.TIMEOUT_WALL,
    b"vain": Status.TIMEOUT_WALL,
    b"input": Status.TIMEOUT_WALL,
    b"cpu": Status.TIMEOUT_CPU,
    b"output": Status.OUTPUT_LIMIT,
    b"memory": Status.MEMORY_LIMIT,
    b"entries": Status.MEMORY_LIMIT,
}
_DETAILS = {
    b"entries": f"more than {MOST_ENTRIES} files",
    b"vain": "it waits for a network that is not there",
    b"input": "it waits for more at its terminal, whose input has ended",
}


class ContentMissingError(TestronautError):
    """A call reached the sandbox with the name of a content instead of the content: a mistake of ours."""

    code = "sandbox.content_missing"
    is_final = True


@dataclass(frozen=True)
class Ground:
    """What a runner is told of its folders before the first call; by it the sandboxes of one kind are told apart.

    `renewal` says how the volumes are emptied for each call: `mount`, `wipe`, or `none` where there is but one call.
    `counted` are those in which the entries are counted while a call runs, `fixed` the paths that the sandbox itself
    needs, wherever they lie, and `layers` is where many prepared files may be kept for several calls. With `one_ipc`,
    all calls share what the kernel keeps for the processes here, so that the place ends after one that left anything.
    """

    site: Site
    volumes: tuple[tuple[str, int], ...]
    renewal: str
    rlimits: tuple[tuple[str, int], ...]
    disk_bytes: int
    counted: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    layers: str = ""
    one_ipc: bool = False
    has_proc: bool = True
    own_network: bool = True

    def setting(self) -> Mapping[str, Any]:
        """Write it as the order that a runner begins with."""
        return {
            "folder": self.site.folder,
            "volumes": [[path, mode] for path, mode in self.volumes],
            "renewal": self.renewal,
            "rlimits": dict(self.rlimits),
            "disk_bytes": self.disk_bytes,
            "counted": list(self.counted),
            "fixed": list(self.fixed),
            "layers": self.layers,
            "one_ipc": int(self.one_ipc),
            "entries": MOST_ENTRIES,
            "has_proc": int(self.has_proc),
            "own_network": int(self.own_network),
        }


class RunnerSandbox(GuardedSandbox):
    """A sandbox whose calls runners make; one is started when no idle one of its kind is there."""

    def __init__(self, spec: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard, pool: Pool) -> None:
        super().__init__(guard)
        self.spec = spec
        self.policy = policy
        self.limits = limits
        self._pool = pool
        self._preparing = Lock()

    @property
    def tool(self) -> Provided:
        """Say where the tool was found."""
        return self.found.provided

    @property
    def in_vain(self) -> Sequence[str]:
        """Give the wordings, in small letters, after which it is no use to wait for the end of a call."""
        return ()

    @property
    @abstractmethod
    def level(self) -> str:
        """Say what really holds."""

    @property
    def can_part(self) -> bool:
        """Tell whether a runner can put a call into namespaces of its own."""
        return False

    @cached_property
    def found(self) -> Found:
        """Find the tool, once."""
        return self._find()

    @property
    def _tool(self) -> Hashable:
        """Name the tool among those of this process."""
        return self.found.provided.path, self.found.provided.argv

    def _prepare(self) -> None:
        """Find out all that is kept between calls; one thread at a time does so."""
        _ = self.found

    @abstractmethod
    def _find(self) -> Found: ...

    @abstractmethod
    def _kind(self, surroundings: Surroundings, limits: Limits) -> Hashable:
        """Say by what the places are told apart in which such a call can be made."""

    @abstractmethod
    def _start(self, surroundings: Surroundings, limits: Limits, held: ExitStack) -> tuple[Connection, Ground]: ...

    def _run(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult:
        run, pace = Run(call, repetition, surroundings), self._pool.pace
        ((result, was_alone),) = self._observed([run])
        if was_alone or not pace.is_worth_repeating(self._tool, result):
            return result
        with self._pool.gate.alone(self.guard):
            ((again, _),) = self._observed([run])
        pace.note_repeated(self._tool, again)
        return result if again.status is Status.SANDBOX_ERROR else again

    def _run_steps(self, steps: Sequence[Run]) -> Iterator[TestResult]:
        return (result for result, _ in self._observed(steps))

    def _observed(self, steps: Sequence[Run]) -> Iterator[tuple[TestResult, bool]]:
        """Make calls in one folder, and tell of each whether no other was made meanwhile."""
        with self._preparing:
            self._prepare()
        told = 0
        try:
            for one in self._somewhere(steps):
                yield one
                told += 1
        except (RunnerFailedError, OSError) as error:
            for run in steps[told:]:
                yield TestResult(**self._known(run), status=Status.SANDBOX_ERROR, detail=str(error)), True

    def _somewhere(self, steps: Sequence[Run]) -> Iterator[tuple[TestResult, bool]]:
        made = self._in_a_place(steps)
        try:
            first = next(made)
        except NotBegunError:
            # What a call before it had done to that place is no matter of this one.
            made = self._in_a_place(steps, is_new=True)
            first = next(made)
        yield first
        yield from made

    def _in_a_place(self, steps: Sequence[Run], *, is_new: bool = False) -> Iterator[tuple[TestResult, bool]]:
        with self._place(steps, is_new=is_new) as place:
            for number, run in enumerate(steps):
                shared = {"keeps": int(number > 0), "leaves": int(number + 1 < len(steps))}
                yield self._made(run, {**_contents(run.call), **shared}, place, is_alone=len(steps) == 1)

    def _made(self, run: Run, contents: Mapping[str, Any], place: Place, *, is_alone: bool) -> tuple[TestResult, bool]:
        pace, gate = self._pool.pace, self._pool.gate
        limits = pace.allowed(self._tool, run.call.limits or self.limits)
        is_parted = is_alone and self._is_parted(run.surroundings)
        layer = _layer_of(run.call, is_parted=is_parted) if is_alone and place.has_layers else b""
        order = {
            **contents,
            **_allowed(limits),
            "layer": layer,
            **self._typed(run, place),
            "is_alone": int(is_parted),
        }
        ticket = gate.enter(self.guard)
        try:
            result = self._asked(run, order, place, limits)
        finally:
            was_alone = gate.leave(ticket)
        if run.call.tty is None:  # else it took the time of whoever typed
            pace.note(self._tool, result)
        return result, was_alone

    def _asked(self, run: Run, order: dict[str, Any], place: Place, limits: Limits) -> TestResult:
        place.calls += 1
        answer, known = self._answered({**order, "number": place.calls}, place, limits), self._known(run)
        if answer.get("number") != place.calls:
            raise RunnerFailedError("an answer to another order")
        try:
            return result_of(answer, limits, known)
        except (KeyError, TypeError, ValueError) as error:
            raise RunnerFailedError(f"an answer that makes no sense: {error}") from error

    def _answered(self, order: dict[str, Any], place: Place, limits: Limits) -> Mapping[str, Any]:
        """Give the answer to an order, whose files are sent only where the runner does not have them yet."""
        patience_s = limits.wall_s + MARGIN_S
        if not order["layer"]:
            return place.runner.ask(place.news({**order, "files": _files(order["files"])}), self.guard, patience_s)
        files = order.pop("files")
        answer = place.runner.ask(place.news(order), self.guard, patience_s)
        if "wants_files" in answer:
            answer = place.runner.ask(place.news({**order, "files": _files(files)}), self.guard, patience_s)
        return answer

    def _known(self, run: Run) -> dict[str, Any]:
        return {
            "call_digest": run.call.digest(),
            "repetition": run.repetition,
            "surroundings": run.surroundings,
            "level": self.level,
        }

    def _place(self, steps: Sequence[Run], *, is_new: bool) -> AbstractContextManager[Place]:
        call, _, surroundings = steps[0]
        limits = call.limits or self.limits
        kind = self._kind(surroundings, limits)
        is_lasting = self._is_lasting(steps) and not is_new
        return self._pool.place(kind, lambda: self._started(kind, surroundings, limits), is_lasting=is_lasting)

    def _is_lasting(self, steps: Sequence[Run]) -> bool:
        """Tell whether steps may share a place with others.

        They cannot each be put into namespaces of their own, but all of them into a sandbox of theirs.
        """
        return len(steps) == 1 or not self._is_parted(steps[0].surroundings)

    def _started(self, kind: Hashable, surroundings: Surroundings, limits: Limits) -> Place:
        with ExitStack() as held:
            runner, ground = self._start(surroundings, limits, held)
            env = self._environment(surroundings, 0, ground.site)
            in_vain = [wording.encode() for wording in self.in_vain]
            told = {**_allowed(limits), **_PLAIN, "path": os.fsencode(self.found.provided.path)}
            setting = {**ground.setting(), **told, "env": dict(env), "in_vain": in_vain}
            answer = runner.ask(setting, self.guard, MARGIN_S)
            return Place(kind, ground.site, env, runner, held.pop_all(), told, answer.get("has_layers") == 1)

    def _is_parted(self, surroundings: Surroundings) -> bool:
        return self.can_part and self._shall_be_parted(surroundings)

    def _shall_be_parted(self, surroundings: Surroundings) -> bool:
        return Isolation.FRESH in {self.policy.isolation, surroundings.isolation}

    def _typed(self, run: Run, place: Place) -> Mapping[str, Any]:
        call, provided = run.call, self.found.provided
        typed = {"path": os.fsencode(provided.path), "argv": [*provided.argv, *call.argv]}
        told = self._environment(run.surroundings, run.repetition, place.site)
        asked = {**self.found.view.env, **self.spec.env, **call.env}
        if call.tty is not None:
            size = [call.tty.columns, call.tty.rows]
            return {**typed, "env": dict(at_a_terminal(told)), "own_env": asked, "tty": size}
        # Most calls are told what the first was told, and that need not travel again.
        own = {} if told is place.env else {name: told[name] for name in told if place.env.get(name) != told[name]}
        return {**typed, "own_env": {**own, **asked}}

    def _environment(self, surroundings: Surroundings, repetition: int, site: Site) -> Mapping[str, bytes]:
        return environment(surroundings, repetition, site.home, site.temporary, self.found.view.path)


def _contents(call: Call) -> Mapping[str, Any]:
    return {"files": call.files} if call.stdin is None else {"files": call.files, **_input(call.stdin)}


def _input(stdin: Stdin) -> Mapping[str, Any]:
    match stdin:
        case FileInput():
            return {"source": "file", "file": stdin.file}
        case SpecialInput(kind=InputKind.ENDLESS):
            return {"stdin": _LINES, "endless": 1}
        case SpecialInput():
            return {"source": stdin.kind.value}
        case _:
            return {"stdin": _content(stdin)}


def _files(files: Sequence[CallFile]) -> list[Mapping[str, Any]]:
    return [_file(file) for file in files]


def _file(file: CallFile) -> Mapping[str, Any]:
    return {"path": file.path, "kind": file.kind.value, "mode": file.mode, "content": _content(file.content)}


def _layer_of(call: Call, *, is_parted: bool) -> bytes:
    """Name the files of a call where there are so many that copies would take longer than an overlay.

    An overlay lets no prepared folder be renamed, so what shall hold under all circumstances is shown with copies.
    """
    is_flat = all(file.kind is not FileKind.DIRECTORY and b"/" not in file.path for file in call.files)
    return call.files_digest.encode() if len(call.files) > MOST_COPIED and (is_flat or not is_parted) else b""


def _content(content: BlobRef | bytes) -> bytes:
    if isinstance(content, BlobRef):
        raise ContentMissingError(f"the content {content.blob[:12]} of a call was not fetched before the call was made")
    return content


def _allowed(limits: Limits) -> Mapping[str, Any]:
    return {
        "wall_us": int(limits.wall_s * 1e6),
        "cpu_us": int(limits.cpu_s * 1e6),
        "memory_bytes": limits.memory_bytes,
        "output_bytes": limits.output_bytes,
        "kept_bytes": limits.kept_bytes,
    }


def result_of(answer: Mapping[str, Any], limits: Limits, known: Mapping[str, Any]) -> TestResult:
    """Turn a runner's answer into a result.

    Raises:
        KeyError, TypeError, ValueError: it makes no sense.

    """
    if "spawn_error" in answer:
        reason = os.strerror(answer["spawn_error"])
        return TestResult(**known, status=Status.SPAWN_ERROR, detail=f"it cannot be started: {reason}")
    return TestResult(
        **known,
        **_ending(answer, limits),
        stdout=_stream(answer["stdout"]),
        stderr=_stream(answer["stderr"]),
        files=tuple(_change(change) for change in answer["changes"]),
        duration_ms=answer["duration_us"] / 1000,
        cpu_ms=answer["cpu_us"] / 1000,
        peak_rss_bytes=answer["peak_rss_bytes"],
        leftovers=tuple(decode(name) for name in answer["leftovers"]),
        waits_for=WaitsFor(answer.get("waits_for", b"").decode()),
    )


def _ending(answer: Mapping[str, Any], limits: Limits) -> Mapping[str, Any]:
    if passed := answer["ended_by"]:
        return {"status": _PASSED_LIMITS[passed], "detail": _DETAILS.get(passed, "")}
    code = os.waitstatus_to_exitcode(answer["wait_status"])
    if code >= 0:
        return {"status": Status.NONZERO if code else Status.OK, "exit_code": code}
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and answer["cpu_us"] >= limits.cpu_s * 1e6):
        return {"status": Status.TIMEOUT_CPU}
    detail = f"a file grew beyond {limits.file_bytes} bytes" if code == -signal.SIGXFSZ else ""
    return {"status": Status.SIGNALLED, "signal": -code, "detail": detail}


def _stream(seen: Mapping[str, Any]) -> Stream:
    if "sha256" not in seen:
        return Stream.of(seen["head"] + seen["tail"])
    return Stream(**{**seen, "sha256": seen["sha256"].decode()})


def _change(seen: Mapping[str, Any]) -> FileChange:
    content = seen.get("content")
    hashed = seen["sha256"].decode() if "sha256" in seen else None
    return FileChange(
        path=seen["path"],
        change=Change(seen["change"].decode()),
        kind=FileKind(seen["kind"].decode()),
        mode=seen.get("mode", 0),
        size=seen.get("size", 0),
        sha256=hashed if content is None else sha256(content),
        content=content,
    )
