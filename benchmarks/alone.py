"""The executor alone: one trivial call, its streams and exit code seen; the floors and each of our ways to make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.backends import BACKENDS, Backend
from benchmarks.caller import PLAIN, Opening
from benchmarks.calling import Caller, Held, open_caller
from benchmarks.floors import TRIVIAL, Floor, build
from benchmarks.rounds import Figures, NotHereError, in_rounds
from benchmarks.tables import table
from shared.models.call import Call, CallFile
from shared.models.job import SandboxPolicy, ToolSpec

SPAWN, SEALED, SUBPROCESS = "C posix_spawn", "bwrap and prlimit, from C", "Python subprocess"
JOBS = (1, 2)
NO_FILES, TEN, MANY, SHARED = "0", "10", "1000", "1000 shared"
_COUNTS = {NO_FILES: 0, TEN: 10, MANY: 1000, SHARED: 1000}
_HELLO = b"hello\n"
_SECONDS = 1.0

Key = tuple[str, int, str]
"""What makes the call, how many at once, and how many files lie in the folder of each."""


@dataclass
class Alone:
    """What was measured, in milliseconds a call, and what each open sandbox held."""

    figures: dict[str, Figures] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def of(self, name: str, jobs: int = 1, files: str = NO_FILES) -> Figures:
        """Find figures; those that were never asked for say so."""
        return self.figures.get(_label((name, jobs, files)), Figures(why_not="not measured"))


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds, calls in each, and the seconds that all of it may take."""

    rounds: int
    calls: int
    seconds: float


def measure(effort: Effort, folder: Path, wanted: Callable[[str], bool]) -> Alone:
    """Measure floors and backends whose names are wanted, in rounds."""
    found = Alone()
    with ExitStack() as open_ones:
        things: dict[str, Callable[[], float]] = {}
        for name, make in _makers(folder, open_ones, found).items():
            if wanted(name):
                if isinstance(make, _Warm):
                    make.warm_up()
                things |= _things(name, make, effort.calls)
        in_rounds(things, effort.rounds, effort.seconds, found.figures)
    return found


Make = Callable[[int, int, str], float]
"""Milliseconds of a call, for so many at once, so many in all, and so many files in the folder of each."""


def _makers(folder: Path, open_ones: ExitStack, found: Alone) -> Mapping[str, Make]:
    floor = _Floor(folder)
    plain = Opening(tool=ToolSpec(argv=(_word(0),)), policy=SandboxPolicy(executor=PLAIN))
    made: dict[str, Make] = {
        SPAWN: lambda jobs, calls, _: floor.built().spawn_ms(jobs, calls),
        SEALED: lambda jobs, calls, _: floor.built().sealed_ms(jobs, calls),
        SUBPROCESS: _Warm(SUBPROCESS, lambda: plain, folder, open_ones, found),
    }
    return made | {
        one.name: _Warm(one.name, partial(_opening, one), folder, open_ones, found, keeps_user=one.keeps_user)
        for one in BACKENDS
    }


def _opening(backend: Backend) -> Opening:
    return Opening(tool=backend.tool(_word(0)), policy=backend.policy)


def _things(name: str, make: Make, calls: int) -> Mapping[str, Callable[[], float]]:
    keys: list[Key] = [(name, jobs, NO_FILES) for jobs in JOBS]
    if isinstance(make, _Warm) and name != SUBPROCESS:
        keys += [(name, 1, files) for files in (TEN, MANY, SHARED)]
    return {_label(key): partial(make, key[1], calls, key[2]) for key in keys}


def _label(key: Key) -> str:
    name, jobs, files = key
    return f"{name}, {jobs} at once, {files} files"


class _Floor:
    """The floor's program, compiled when it is first asked for; what failed once fails again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: Floor | None = None

    def built(self) -> Floor:
        if self._built is None:
            self._built = build(self._folder)
        return self._built


class _Warm:
    """One of our ways, in a process of its own that stays open from its first round to the last."""

    def __init__(  # noqa: PLR0913 - where it stands among the others
        self,
        name: str,
        opening: Callable[[], Opening],
        folder: Path,
        open_ones: ExitStack,
        found: Alone,
        *,
        keeps_user: bool = False,
    ) -> None:
        self._name = name
        self._opening = opening
        self._folder = folder
        self._open_ones = open_ones
        self._found = found
        self._keeps_user = keeps_user
        self._caller: Caller | None = None
        self._why_not = "not started"

    def __call__(self, jobs: int, calls: int, files: str) -> float:
        given, shared = _files(_COUNTS[files]), files == SHARED
        asked = [Call(argv=(_word(1),), files=() if shared else given)] * calls
        answer = self._opened().make(asked, jobs, _SECONDS, given if shared else ())
        for made in answer.made:
            if made.status != "ok" or made.said != _HELLO:
                raise NotHereError(f"a call ended as {made.status} {made.detail}".strip())
        return median(made.answered_ms for made in answer.made) if jobs == 1 else answer.took_ms / len(answer.made)

    def warm_up(self) -> None:
        """Start it before anything is measured; where that fails, its first round says why."""
        try:
            self._caller = self._open()
        except NotHereError as error:
            self._why_not = str(error)

    def _opened(self) -> Caller:
        if self._caller is None:
            raise NotHereError(self._why_not)
        return self._caller

    def _open(self) -> Caller:
        opening = open_caller(self._opening(), self._folder, keeps_user=self._keeps_user)
        caller = self._open_ones.enter_context(opening)
        caller.make([Call(argv=(_word(1),))])  # what is found out once does not belong to any call
        self._found.held[self._name] = caller.held()
        caller.make([Call(argv=(_word(1),))] * (2 * max(JOBS)), max(JOBS))
        return caller


def _word(number: int) -> bytes:
    return TRIVIAL[number].encode()


def _files(count: int) -> tuple[CallFile, ...]:
    return tuple(
        CallFile(path=f"data/{number:04}.txt".encode(), content=f"line {number}\n".encode()) for number in range(count)
    )


def show(found: Alone) -> str:
    """Write a table: milliseconds a call, in the best round and the middle one, and how often that is the floor's."""
    rows = [_row(found, figures, key) for key, figures in _measured(found) if figures.rounds]
    heads = ("one call", "at once", "files", "best ms", "middle ms", "x floor", "rounds")
    return table(heads, rows)


def show_held(found: Alone) -> str:
    """Write what open sandboxes hold while they wait."""
    heads = ("open sandbox", "processes", "RSS MiB", "PSS MiB", "RSS MiB of the process that holds it")
    rows = [
        (
            name,
            str(held.processes),
            _mib(held.sandbox.resident),
            _mib(held.sandbox.proportional),
            _mib(held.ours.resident),
        )
        for name, held in found.held.items()
        if held.processes
    ]
    return table(heads, rows) if rows else "No open sandbox has a process while it waits."


def left_out(found: Alone) -> list[str]:
    """Name what could not be measured, and why."""
    whys = {key[0]: figures.why_not for key, figures in _measured(found) if figures.why_not}
    return [f"{name}: {why}" for name, why in whys.items()]


def _measured(found: Alone) -> list[tuple[Key, Figures]]:
    names = (SPAWN, SEALED, SUBPROCESS, *(one.name for one in BACKENDS))
    keys: list[Key] = [(name, jobs, files) for name in names for jobs in JOBS for files in _COUNTS]
    return [(key, found.figures[_label(key)]) for key in keys if _label(key) in found.figures]


def _row(found: Alone, figures: Figures, key: Key) -> Sequence[str]:
    name, jobs, files = key
    floor = found.of(SPAWN, jobs)
    ratio = f"{figures.best / floor.best:.2f}" if floor.rounds else "-"
    best, middle = f"{figures.best:.2f}", f"{figures.middle:.2f}"
    return name, str(jobs), files, best, middle, ratio, str(len(figures.rounds))


def _mib(size: int | None) -> str:
    return "?" if size is None else f"{size / (1 << 20):.1f}"
