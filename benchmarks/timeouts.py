"""See whether calls that hang in ten ways are all ended in time, and whether anything is left of them.

    python -m benchmarks.timeouts [--backend NAME] [--calls 1000] [--limit 0.3]

The overrun is the time from the limit until the answer is there, with all that a call needs besides: what it was
started in, and the look at what it left behind. Ends with 1 where something hung on, was left over or leaked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from statistics import median, quantiles

from benchmarks import ordinary
from benchmarks.backends import BACKENDS, Backend, backend
from benchmarks.caller import Made, Opening
from benchmarks.calling import Caller, Held, open_caller
from benchmarks.engine import engine
from benchmarks.hanging import ENDS_BY_ITSELF, WAYS, program
from benchmarks.machine import load, machine
from benchmarks.processes import adopt_orphans, survivors
from benchmarks.rounds import NotHereError
from benchmarks.tables import table
from shared.models.call import Call, Limits

_TOOL = (b"python3", b"-I", b"-S", b"-c")
_BATCH = 50
_ENDED = {"timeout_wall"}


@dataclass(frozen=True)
class Outcome:
    """What the calls of one run showed, and what stood there before and after."""

    made: Sequence[tuple[str, Made]]
    before: Held
    after: Held
    left: Sequence[str]

    @property
    def wrong(self) -> list[str]:
        """Name the calls that did not end as they must."""
        return [f"{way}: {made.status} {made.detail}".strip() for way, made in self.made if not _is_right(way, made)]

    @property
    def leaks(self) -> list[str]:
        """Say what is more than before."""
        pairs = {
            "descriptors": (self.before.descriptors, self.after.descriptors),
            "mounts": (self.before.mounts, self.after.mounts),
            "processes below": (self.before.processes, self.after.processes),
        }
        return [f"{name}: {before} before, {after} after" for name, (before, after) in pairs.items() if after > before]


def main(words: Sequence[str] | None = None) -> int:
    """Make the calls, and print a table of overruns and what was left."""
    asked = _parser().parse_args(words)
    print(f"{machine()}, load {load()}\n")
    adopt_orphans()
    try:
        outcome = _measure(backend(asked.backend), asked.calls, asked.jobs, asked.limit)
    except NotHereError as error:
        print(f"{asked.backend}: {error}")
        return 1
    print(f"{asked.backend}, {asked.calls} calls, {asked.jobs} at once, limit {asked.limit:g} s: ms beyond it\n")
    print(f"{_show(outcome, asked.limit * 1000)}\n")
    for line in (*dict.fromkeys(outcome.wrong), *outcome.leaks, *(f"left over: {name}" for name in outcome.left)):
        print(line)
    is_well = not (outcome.wrong or outcome.leaks or outcome.left)
    print(f"{'all ended, nothing left' if is_well else 'NOT WELL'}; load at the end {load()}")
    return 0 if is_well else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timeouts")
    parser.add_argument("--backend", default=BACKENDS[0].name, help="; ".join(one.name for one in BACKENDS))
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2, help="calls at once")
    parser.add_argument("--limit", type=float, default=0.3, help="seconds that a call may take")
    return parser


def _measure(chosen: Backend, calls: int, jobs: int, limit_s: float) -> Outcome:
    opening = Opening(tool=chosen.tool(*_TOOL), policy=chosen.policy, limits=Limits(wall_s=limit_s, cpu_s=3600))
    with (
        ordinary.place() as folder,
        engine() if chosen.image else nullcontext(),
        open_caller(opening, folder, keeps_user=chosen.keeps_user) as caller,
    ):
        caller.make([_call(way) for way in WAYS], jobs)  # what is started once and kept is no leak
        before = caller.held()
        made = list(_made(caller, calls, jobs))
        after = caller.settled(before)
    return Outcome(made, before, after, survivors())


def _made(caller: Caller, calls: int, jobs: int) -> Iterable[tuple[str, Made]]:
    ways = iter([way for number in range(calls) for way in [list(WAYS)[number % len(WAYS)]]])
    while batch := list(islice(ways, _BATCH)):
        yield from zip(batch, caller.make([_call(way) for way in batch], jobs).made, strict=True)


def _call(way: str) -> Call:
    return Call(argv=(program(way),))


def _is_right(way: str, made: Made) -> bool:
    return made.status in _ENDED or (way in ENDS_BY_ITSELF and made.status == "ok" and made.leftovers > 0)


def _show(outcome: Outcome, limit_ms: float) -> str:
    rows = [
        _row(way, [made for its_way, made in outcome.made if its_way == way], limit_ms)
        for way in WAYS
        if any(its_way == way for its_way, _ in outcome.made)
    ]
    rows.append(_row("all", [made for _, made in outcome.made], limit_ms))
    return table(("way to hang", "calls", "ended as", "p50", "p95", "most", "p95 of the call by its result"), rows)


def _row(name: str, made: Sequence[Made], limit_ms: float) -> Sequence[str]:
    overruns = [max(0.0, one.answered_ms - limit_ms) for one in made]
    own = [max(0.0, one.lasted_ms - limit_ms) for one in made]
    words = " ".join(sorted({one.status for one in made}))
    figures = (median(overruns), _p95(overruns), max(overruns), _p95(own))
    return name, str(len(made)), words, *(f"{figure:.1f}" for figure in figures)


def _p95(figures: Sequence[float]) -> float:
    return quantiles(figures, n=20, method="inclusive")[-1] if len(figures) > 1 else figures[0]


if __name__ == "__main__":
    sys.exit(main())
