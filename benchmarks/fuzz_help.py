"""Let the readers of help read a million texts that nobody would write, and see that they raise nothing.

    python -m benchmarks.fuzz_help [--inputs 1000000] [--seed 1] [--minutes 60]

Half of the texts are put together from pieces of help, half are lines of the corpus, spoilt.
Ends with 1 where one of them raised anything, or took longer than a second; the first of these are shown.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from benchmarks.machine import machine
from tests.help_texts import command_of, made

_LONGEST_S = 1.0
_MOST_SHOWN = 10
_EVERY = 50_000


def main() -> int:
    """Read so many texts, or as many as fit in so many minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    given = parser.parse_args()
    print(machine())
    return fuzz(given.inputs, random.Random(given.seed), time.monotonic() + given.minutes * 60)


def fuzz(inputs: int, chance: random.Random, deadline: float) -> int:
    """Read texts and print what was raised; 1 where anything was."""
    raised, slowest, read = 0, 0.0, 0
    start = time.monotonic()
    while read < inputs and time.monotonic() < deadline:
        text = made(chance)
        begun = time.process_time()
        wrong = _wrong_with(text)
        took = time.process_time() - begun
        slowest = max(slowest, took)
        read += 1
        if wrong or took > _LONGEST_S:
            raised += 1
            if raised <= _MOST_SHOWN:
                print(f"input {read}: {wrong or f'{took:.1f} s'}: {text!r}", flush=True)
        if read % _EVERY == 0:
            print(f"{read:,} read, {raised} wrong, slowest {slowest * 1000:.0f} ms", flush=True)
    print(f"{read:,} texts in {time.monotonic() - start:.0f} s: {raised} raised anything or took too long")
    return 1 if raised else 0


def _wrong_with(text: bytes) -> str | None:
    try:
        command_of(text)
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main())
