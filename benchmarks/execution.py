"""Floors, our sandboxes and other test runners on the same cases, in one run, with what each takes of the other.

    python -m benchmarks.execution [--quick] [--only WORD]

Everything is measured as an ordinary user, also where root asks. Other runners are looked for on PATH, in .bench
(`make bench-peers`), or in PEERS=FOLDER. What cannot be measured is left out, and the reason said.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from benchmarks import alone, ordinary, whole
from benchmarks.alone import MANY, SEALED, SHARED, SPAWN, Alone
from benchmarks.backends import BACKENDS, backend
from benchmarks.engine import engine
from benchmarks.machine import load, machine
from benchmarks.peers import BATS, BATS_TWO, PYTEST
from benchmarks.rounds import Figures, NotHereError
from benchmarks.tables import table
from benchmarks.whole import Whole

Pick = Callable[[Figures], float]

_MIB = 1 << 20
REUSE, FRESH, ONCE = (backend(name) for name in ("bubblewrap reuse", "bubblewrap fresh", "bubblewrap-once"))


@dataclass(frozen=True)
class Goal:
    """What we want: a figure made of measured ones, by the best rounds or the middle ones, and its bound."""

    text: str
    figure: Callable[[Pick], float]
    bound: float
    is_most: bool = True


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and print tables, ratios and what became of our goals."""
    asked = _parser().parse_args(words)

    def is_wanted(name: str) -> bool:
        return all(word in name for word in asked.only)

    print(f"{machine()}, load {load()}\n")
    is_engine_wanted = not asked.quick and any(one.image and is_wanted(one.name) for one in BACKENDS)
    with ordinary.place() as folder, engine() if is_engine_wanted else nullcontext():
        executors = alone.measure(_effort_alone(asked), folder, is_wanted)
        print(f"One call of `echo hello`, its streams and its exit code seen.\n\n{alone.show(executors)}\n")
        print(f"{alone.show_held(executors)}\n")
        runs = whole.measure(_effort_whole(asked), folder, is_wanted)
    print(f"Whole runs, from the start of a process to its end.\n\n{whole.show(runs)}\n")
    print(f"{whole.show_parts(runs)}\n")
    print(f"{_show(_goals(executors, runs))}\n")
    for line in (*alone.left_out(executors), *whole.left_out(runs)):
        print(f"left out: {line}")
    print(f"load at the end {load()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.execution")
    parser.add_argument("--quick", action="store_true", help="fewer cases and rounds: a minute instead of five")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="rows with this in their name")
    parser.add_argument("--cases", type=int, help="of a whole run (500, quick 50)")
    parser.add_argument("--rounds", type=int, help="at most")
    return parser


def _effort_alone(asked: argparse.Namespace) -> alone.Effort:
    rounds, calls, seconds = (3, 10, 10) if asked.quick else (9, 20, 60)
    return alone.Effort(asked.rounds or rounds, calls, seconds)


def _effort_whole(asked: argparse.Namespace) -> whole.Effort:
    rounds, cases, seconds = (1, 50, 20) if asked.quick else (7, 500, 165)
    return whole.Effort(asked.cases or cases, asked.rounds or rounds, seconds)


def _goals(executors: Alone, runs: Whole) -> Sequence[Goal]:
    return (
        *(_alone(executors, *wanted) for wanted in ((REUSE.name, SPAWN, 2.0), (FRESH.name, SPAWN, 4.5))),
        *(_alone(executors, *wanted) for wanted in ((FRESH.name, SEALED, 0.65), (ONCE.name, SEALED, 1.15))),
        *(_added(executors, name, files) for name in (REUSE.name, FRESH.name) for files in (SHARED, MANY)),
        *(_held(executors, name) for name in (REUSE.name, FRESH.name)),
        *(_runs(runs, whole.ours(REUSE), *wanted) for wanted in ((BATS_TWO, 10.0), (PYTEST, 2.0))),
        *(_runs(runs, whole.ours(FRESH), *wanted) for wanted in ((BATS, 5.0), (PYTEST, 1.0))),
    )


def _alone(found: Alone, name: str, floor: str, bound: float) -> Goal:
    return Goal(f"one call: {name} ÷ {floor}", lambda pick: pick(found.of(name)) / pick(found.of(floor)), bound)


def _added(found: Alone, name: str, files: str) -> Goal:
    def added_ms(pick: Pick) -> float:
        return pick(found.of(name, files=files)) - pick(found.of(name))

    return Goal(f"ms that files add to a call ({files}): {name}", added_ms, 0.5)


def _held(found: Alone, name: str) -> Goal:
    def held_mib(_: Pick) -> float:
        if name not in found.held:
            raise NotHereError("not measured")
        return found.held[name].sandbox.resident / _MIB

    return Goal(f"MiB (RSS) of runner and sandbox: {name}", held_mib, 60.0)


def _runs(found: Whole, name: str, other: str, bound: float) -> Goal:
    def ratio(pick: Pick) -> float:
        return pick(found.of(other)) / pick(found.of(name))

    return Goal(f"cases/s: {name} ÷ {other}", ratio, bound, is_most=False)


def _best(figures: Figures) -> float:
    return _measured(figures).best


def _middle(figures: Figures) -> float:
    return _measured(figures).middle


def _measured(figures: Figures) -> Figures:
    if not figures.rounds:
        raise NotHereError(figures.why_not)
    return figures


def _show(goals: Sequence[Goal]) -> str:
    heads = ("goal", "at most", "at least", "best rounds", "middle rounds", "reached")
    return table(heads, [_line(goal) for goal in goals])


def _line(goal: Goal) -> Sequence[str]:
    bounds = (f"{goal.bound:g}", "") if goal.is_most else ("", f"{goal.bound:g}")
    try:
        best, middle = goal.figure(_best), goal.figure(_middle)
    except NotHereError:
        return goal.text, *bounds, "-", "-", "-"
    is_reached = best <= goal.bound if goal.is_most else best >= goal.bound
    return goal.text, *bounds, f"{best:.2f}", f"{middle:.2f}", "yes" if is_reached else "no"


if __name__ == "__main__":
    main()
