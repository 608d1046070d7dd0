"""A whole run of many trivial cases: our command from its start to its report, beside other test runners."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks import ordinary
from benchmarks.backends import BACKENDS, Backend
from benchmarks.floors import Floor, build
from benchmarks.peers import PEERS_KNOWN, Peer, bin_folder, said
from benchmarks.rounds import Figures, NotHereError, in_rounds
from benchmarks.tables import table
from shared.documents.plan import write_plan_json
from shared.models.call import Call
from shared.models.test_plan import Intent, TestCase, TestPlan
from tests.ordinary import can_load

FLOOR, FLOOR_TWO = "C posix_spawn", "C posix_spawn, 2 at once"
_JOBS = 2
_PATIENCE_S = 120
_STORE = Path(".testronaut", "testronaut.db")


@dataclass
class Whole:
    """What was measured, in milliseconds a case; and of our newest run by each backend, where its time went."""

    cases: int
    figures: dict[str, Figures] = field(default_factory=dict)
    parts: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, name: str) -> Figures:
        """Find figures; those that were never asked for say so."""
        return self.figures.get(name, Figures(why_not="not measured"))


@dataclass(frozen=True)
class Effort:
    """How much is measured: cases, rounds, and the seconds that all of it may take."""

    cases: int
    rounds: int
    seconds: float


def ours(backend: Backend) -> str:
    """Name our run by a backend."""
    return f"testronaut run -j {_JOBS}, {backend.name}"


def measure(effort: Effort, folder: Path, wanted: Callable[[str], bool]) -> Whole:
    """Measure floors, our own runs and the peers whose names are wanted, in rounds."""
    found = Whole(effort.cases)
    our_runs = [_OurRun(backend, folder, found) for backend in BACKENDS if wanted(ours(backend))]
    for run in our_runs:
        run.warm_up()
    things: dict[str, Callable[[], float]] = {
        FLOOR: lambda: _floor_ms(folder, 1, effort.cases),
        FLOOR_TWO: lambda: _floor_ms(folder, 2, effort.cases),
        **{run.name: run.measured for run in our_runs},
        **{peer.name: _PeersRun(peer, folder, effort.cases).measured for peer in PEERS_KNOWN},
    }
    picked = {name: thing for name, thing in things.items() if wanted(name)}
    in_rounds(picked, effort.rounds, effort.seconds, found.figures)
    return found


def _floor_ms(folder: Path, jobs: int, cases: int) -> float:
    program = folder / "floor"
    floor = Floor(program, folder) if program.exists() else build(folder)
    return took_ms(floor.words(jobs, cases), folder) / cases


class _PeersRun:
    """The run of another runner, in a folder with its cases."""

    def __init__(self, peer: Peer, folder: Path, cases: int) -> None:
        self._peer = peer
        self._folder = folder / f"peer-{PEERS_KNOWN.index(peer)}"
        self._cases = cases

    def measured(self) -> float:
        command = self._peer.command()
        if not self._folder.exists():
            self._peer.prepare(ordinary.owned(self._folder), self._cases)
        return took_ms(command, self._folder) / self._cases


class _OurRun:
    """Our own run with a given plan: the store migrated, the sandbox tried out before, no result known."""

    def __init__(self, backend: Backend, folder: Path, found: Whole) -> None:
        self._backend = backend
        self._folder = folder
        self._found = found
        self._number = 0
        self._template: Path | None = None
        self._why_not = "not prepared"

    @property
    def name(self) -> str:
        return ours(self._backend)

    def warm_up(self) -> None:
        """Prepare everything before anything is measured; where that fails, the first round says why."""
        try:
            self._template = self._prepare()
        except NotHereError as error:
            self._why_not = str(error)

    def measured(self) -> float:
        if self._template is None:
            raise NotHereError(self._why_not)
        self._number += 1
        folder = self._copied(self._template, f"round-{self._number}")
        ms = self._run(folder, "plan.json")
        self._found.parts[self.name] = {"all": ms / 1000, **_stages(folder, self._found.cases)}
        return ms / self._found.cases

    def _prepare(self) -> Path:
        """Make a folder whose user has tested another tool before."""
        _ = self._backend.policy
        unknown = [word for word in self._backend.options if word.startswith("--") and word not in _help(self._folder)]
        if unknown:
            raise NotHereError(f"`run` has no option {', '.join(unknown)}")
        folder = ordinary.owned(self._folder / f"ours-{BACKENDS.index(self._backend)}")
        (folder / "plan.json").write_bytes(_plan(self._found.cases))
        (folder / "first.json").write_bytes(_plan(1, "printf"))
        self._run(folder, "first.json", "printf")
        return folder

    def _run(self, folder: Path, plan: str, tool: str = "echo") -> float:
        options = ("-j", str(_JOBS), "--plan", plan, *self._backend.options)
        return took_ms(
            [*_testronaut(keeps_user=self._backend.keeps_user), "-q", "run", tool, *options],
            folder,
            keeps_user=self._backend.keeps_user,
        )

    def _copied(self, template: Path, name: str) -> Path:
        folder = template.with_name(f"{template.name}-{name}")
        shutil.copytree(template, folder, symlinks=True)
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink() and not self._backend.keeps_user:
                shutil.chown(path, template.stat().st_uid, template.stat().st_gid)
        return folder


def _testronaut(*, keeps_user: bool = False) -> list[str]:
    # By the very Python that runs pytest, where there is one: what it loads of its own accord is then the same.
    peers = str(bin_folder() / "python")
    is_alike = not keeps_user and can_load(peers)
    return [peers if is_alike else ordinary.python(keeps_user=keeps_user), "-m", "producer.cli"]


@cache
def _help(folder: Path) -> str:
    process = ordinary.start([*_testronaut(), "run", "--help"], folder, stdout=subprocess.PIPE)
    return process.communicate(timeout=_PATIENCE_S)[0].decode()


def _plan(cases: int, tool: str = "echo") -> bytes:
    planned = tuple(
        TestCase(
            call=Call(argv=tuple(word.encode() for word in said(case).split())),
            intent=Intent.MUST_WORK,
            technique="given",
        )
        for case in range(cases)
    )
    return write_plan_json(TestPlan(tool=tool, cases=planned), lambda _: b"")


def took_ms(command: Sequence[str], folder: Path, *, keeps_user: bool = False) -> float:
    """Run a command to its end.

    Raises:
        NotHereError: it failed.

    """
    told = folder / "told.txt"
    began = time.perf_counter()
    with told.open("wb") as log:
        process = ordinary.start(
            command,
            folder,
            first_on_path=bin_folder(),
            keeps_user=keeps_user,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
            raise NotHereError(f"it did not end within {_PATIENCE_S} s") from None
    ms = (time.perf_counter() - began) * 1000
    if code:
        raise NotHereError(f"it ended with {code}: {told.read_text(errors='replace').strip()[-200:]}")
    return ms


def _stages(folder: Path, cases: int) -> Mapping[str, float]:
    """Make sure that every case passed and printed what it must; give the seconds of each stage."""
    newest = max((folder / ".testronaut" / "reports").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    report = json.loads((newest / "report.json").read_bytes())
    passed = report["totals"].get("pass", 0)
    if passed != cases or not _printed(folder / _STORE) >= {f"{said(case)}\n" for case in range(cases)}:
        raise NotHereError(f"{passed} of {cases} cases passed, or one of them did not print what it must")
    return {stage["stage"]: stage["seconds"] for stage in report["stages"]}


def _printed(store: Path) -> set[str]:
    with sqlite3.connect(store) as database:
        bodies = database.execute("select body from test_result where repetition = 0").fetchall()
    database.close()
    return {head for (body,) in bodies if isinstance(head := json.loads(body).get("stdout", {}).get("head"), str)}


def show(found: Whole) -> str:
    """Write a table: cases a second in the best round and the middle one, and how many floors a case takes."""
    heads = (
        f"{found.cases} cases",
        "cases/s, best",
        "middle",
        "ms a case",
        "x floor",
        "rounds",
        "a case is isolated by",
    )
    floor = found.of(FLOOR)
    rows = [
        (
            name,
            f"{1000 / figures.best:.0f}",
            f"{1000 / figures.middle:.0f}",
            f"{figures.best:.2f}",
            f"{figures.best / floor.best:.1f}" if floor.rounds else "-",
            str(len(figures.rounds)),
            _isolation(name),
        )
        for name, figures in _in_order(found)
        if figures.rounds
    ]
    return table(heads, rows)


def show_parts(found: Whole) -> str:
    """Write where the time of our newest run by each backend went, in seconds; the stages are work, side by side."""
    columns = list(dict.fromkeys(part for parts in found.parts.values() for part in parts))
    rows = [(name, *(f"{parts.get(column, 0):.2f}" for column in columns)) for name, parts in found.parts.items()]
    return table(("seconds of", *columns), rows)


def left_out(found: Whole) -> list[str]:
    """Name what could not be measured, and why."""
    return [f"{name}: {figures.why_not}" for name, figures in _in_order(found) if figures.why_not]


def _in_order(found: Whole) -> list[tuple[str, Figures]]:
    names = (FLOOR, FLOOR_TWO, *(ours(backend) for backend in BACKENDS), *(peer.name for peer in PEERS_KNOWN))
    return [(name, found.figures[name]) for name in names if name in found.figures]


def _isolation(name: str) -> str:
    known = {peer.name: peer.isolates for peer in PEERS_KNOWN} | {FLOOR: "nothing", FLOOR_TWO: "nothing"}
    return known.get(name, "its sandbox")
