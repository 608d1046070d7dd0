"""See whether a process with one open sandbox, like a worker, stays as it was over very many calls.

    python -m benchmarks.soak [--backend NAME] [--cases 100000] [--minutes 30]

Most calls are trivial; some bring files, fail, write, print without end, hang, or leave processes. Memory,
descriptors, mounts and processes are looked at from outside all the while. Ends with 1 where a call did not end as it
must, where something leaked, or where memory is not flat within a tenth.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from statistics import median

from benchmarks import ordinary
from benchmarks.backends import BACKENDS, Backend, backend
from benchmarks.caller import Made, Opening
from benchmarks.calling import Caller, Held, open_caller
from benchmarks.engine import engine
from benchmarks.machine import load, machine
from benchmarks.processes import adopt_orphans, survivors
from benchmarks.rounds import NotHereError
from benchmarks.tables import table
from shared.models.call import Call, CallFile, Limits

_TOOL = (b"sh", b"-c")
_BATCH = 100
_JOBS = 2
_MOST_SAMPLES_SHOWN = 20
_FLAT = 1.1
_SHORT = Limits(wall_s=0.1)
_LITTLE = Limits(output_bytes=1 << 20)
_FILES = tuple(CallFile(path=f"{number}.txt".encode(), content=b"line\n" * 20) for number in range(20))


@dataclass(frozen=True)
class Kind:
    """A kind of call, how many of a thousand are of it, and how it must end."""

    name: str
    share: int
    call: Call
    status: str


KINDS = (
    Kind("trivial", 880, Call(argv=(b"echo hello",)), "ok"),
    Kind("with files", 40, Call(argv=(b"cat *.txt",), files=_FILES), "ok"),
    Kind("fails", 30, Call(argv=(b"echo no >&2; exit 3",)), "nonzero"),
    Kind("is killed", 10, Call(argv=(b"kill -SEGV $$",)), "signalled"),
    Kind("writes", 20, Call(argv=(b"mkdir a && echo b > a/c && ln -s c a/d",)), "ok"),
    Kind(
        "floods",
        8,
        Call(argv=(b"while :; do echo 0123456789012345678901234567890123456789; done",), limits=_LITTLE),
        "output_limit",
    ),
    Kind("hangs", 6, Call(argv=(b"sleep 600",), limits=_SHORT), "timeout_wall"),
    Kind("leaves a process", 6, Call(argv=(b"setsid sleep 600 > /dev/null 2>&1 & echo hello",)), "ok"),
)


@dataclass(frozen=True)
class Sample:
    """What was held after so many cases and seconds."""

    cases: int
    seconds: float
    held: Held

    @property
    def ours_mib(self) -> float:
        """Give the memory of the process that holds the sandbox."""
        return self.held.ours.resident / (1 << 20)

    @property
    def all_mib(self) -> float:
        """Give its memory and that of all processes below it."""
        return self.ours_mib + self.held.sandbox.resident / (1 << 20)


@dataclass
class Soak:
    """All that was seen."""

    samples: list[Sample] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    left: Sequence[str] = ()

    @property
    def cases(self) -> int:
        """Count the cases that were made."""
        return self.samples[-1].cases if self.samples else 0

    def problems(self) -> Iterator[str]:
        """Say what is not as it was early on: after a tenth of the cases, when all is warm."""
        early, late = self._between(0.1, 0.4), self._between(0.7, 1.0)
        for name, of in (("memory of ours", lambda one: one.ours_mib), ("memory of all", lambda one: one.all_mib)):
            before, after = median(map(of, early)), median(map(of, late))
            if after > before * _FLAT:
                yield f"{name}: {before:.1f} MiB early, {after:.1f} MiB late: not flat"
        for name in ("descriptors", "mounts", "processes"):
            before, after = (max(getattr(one.held, name) for one in some) for some in (early, late))
            if after > before:
                yield f"{name}: at most {before} early, {after} late"
        yield from (f"{count} of the calls: {what}" for what, count in self.wrong.items())
        yield from (f"left over: {name}" for name in self.left)

    def _between(self, low: float, high: float) -> Sequence[Sample]:
        picked = [one for one in self.samples if low * self.cases <= one.cases <= high * self.cases]
        return picked or self.samples[-1:]


def main(words: Sequence[str] | None = None) -> int:
    """Make the calls, print what was held over time, and say whether it stayed flat."""
    asked = _parser().parse_args(words)
    print(f"{machine()}, load {load()}\n")
    adopt_orphans()
    try:
        soak = _soak(backend(asked.backend), asked.cases, asked.minutes * 60, asked.seed)
    except NotHereError as error:
        print(f"{asked.backend}: {error}")
        return 1
    print(f"{asked.backend}, {_JOBS} at once, seed {asked.seed}\n\n{_show(soak)}\n")
    problems = list(soak.problems())
    for line in problems:
        print(line)
    cut = "" if soak.cases >= asked.cases else f" of {asked.cases}, cut by the time"
    print(f"{soak.cases} cases{cut}: {'NOT WELL' if problems else 'flat within a tenth, nothing left'}; load {load()}")
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--backend", default=BACKENDS[0].name, help="; ".join(one.name for one in BACKENDS))
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=30.0, help="begin nothing after this time")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _soak(chosen: Backend, cases: int, seconds: float, seed: int) -> Soak:
    soak = Soak()
    opening = Opening(tool=chosen.tool(*_TOOL), policy=chosen.policy)
    with (
        ordinary.place() as folder,
        engine() if chosen.image else nullcontext(),
        open_caller(opening, folder, keeps_user=chosen.keeps_user) as caller,
    ):
        began = time.monotonic()
        for batch in _batches(cases, random.Random(seed)):
            if time.monotonic() - began > seconds:
                break
            _make(caller, batch, soak)
            soak.samples.append(Sample(soak.cases + len(batch), time.monotonic() - began, caller.held()))
    soak.left = survivors()
    return soak


def _batches(cases: int, chance: random.Random) -> Iterator[Sequence[Kind]]:
    shares = [kind.share for kind in KINDS]
    for start in range(0, cases, _BATCH):
        yield chance.choices(KINDS, shares, k=min(_BATCH, cases - start))


def _make(caller: Caller, batch: Sequence[Kind], soak: Soak) -> None:
    answer = caller.make([kind.call for kind in batch], _JOBS)
    for kind, made in zip(batch, answer.made, strict=True):
        if made.status != kind.status:
            soak.wrong[_difference(kind, made)] += 1


def _difference(kind: Kind, made: Made) -> str:
    return f"{kind.name} ended as {made.status}, not {kind.status} {made.detail}".strip()


def _show(soak: Soak) -> str:
    step = max(1, len(soak.samples) // _MOST_SAMPLES_SHOWN)
    shown = [*soak.samples[step - 1 :: step]]
    heads = ("cases", "seconds", "RSS MiB of ours", "of all", "processes below", "descriptors", "mounts")
    return table(heads, [_row(sample) for sample in shown])


def _row(sample: Sample) -> Sequence[str]:
    held = sample.held
    memory = (f"{sample.ours_mib:.1f}", f"{sample.all_mib:.1f}")
    return (
        str(sample.cases),
        f"{sample.seconds:.0f}",
        *memory,
        str(held.processes),
        str(held.descriptors),
        str(held.mounts),
    )


if __name__ == "__main__":
    sys.exit(main())
