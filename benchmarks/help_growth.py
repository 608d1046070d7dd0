"""Measure how the time to read a help text grows: 10,000 lines against 100,000, for kinds of text that ask for trouble.

    python -m benchmarks.help_growth [--fewest 10000] [--most 100000] [--ratio 12]

Ten times the text may take at most so many times as long. Longer texts than the reader takes are cut, and so cost no
more; the figures are taken with that limit lifted, and without the interpreter's passes over all that lives (a fifth
more at 100,000 lines), so that they tell of the reader alone. Ends with 1 where a kind grew faster.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Mapping

from benchmarks.machine import machine
from benchmarks.tables import table
from worker.analysis import text as plain
from worker.analysis.dialects.reading import read_help
from worker.analysis.merge import settle_arguments, settle_options

KINDS: Mapping[str, Callable[[int], str]] = {
    "all options": lambda lines: (
        "Options:\n" + _each(lines, lambda n: f"  -{_letter(n)}, --option-{n}=FILE   does {n}")
    ),
    "one option again and again": lambda lines: "Options:\n" + "  -a, --all   all of them\n" * lines,
    "no blank, no heading": lambda lines: _each(lines, lambda n: f"--option-{n} does it"),
    "all commands": lambda lines: "Commands:\n" + _each(lines, lambda n: f"  command{n}   does {n}"),
    "all arguments": lambda lines: "Arguments:\n" + _each(lines, lambda n: f"  <argument{n}>   is {n}"),
    "all headings": lambda lines: _each(lines, lambda n: f"{' ' * (n % 9)}Heading {n}:"),
    "headings without end": lambda lines: _each(lines, lambda n: f"Heading {n}\n  word  word"),
    "one description": lambda lines: (
        "Options:\n  --all  all\n" + "         of them, 'a', 'b' or 'c', one of: a, b\n" * lines
    ),
    "one enormous line": lambda lines: "Options:\n  --all " + "words, a|b, (x) [y] " * lines,
    "one enormous usage line": lambda lines: "usage: tool " + "[-a | --all <x>] {b,c} FILE... " * lines,
    "usage lines": lambda lines: "usage: tool [-a]\n" * lines,
    "one usage block": lambda lines: "usage: tool [-a]\n" + "            [-b] FILE\n" * lines,
    "deep brackets": lambda lines: "usage: tool " + "[<{(" * lines + "\n" + "  --x[<{(\n" * lines,
    "closed brackets": lambda lines: "  --x" + "[<{(" * 400 + ")}>]" * 400 + "\n" + "  -y [[[[{a,b}]]]]  y\n" * lines,
    "thousands of columns": lambda lines: _each(lines // 10, lambda _: "  -a  all" + "  word  -b  both" * 10),
    "letters without dash": lambda lines: (
        "Options:\n" + _each(lines, lambda n: f" -{_letter(n)}  x\n  {_letter(n)}  y")
    ),
    "operands": lambda lines: _each(lines, lambda n: f"  key{n}=VALUE   does {n}"),
    "values told elsewhere": lambda lines: _each(lines, lambda n: f"NAME{n} is one of the following:"),
    "names in prose": lambda lines: (
        "Options:\n" + _each(lines, lambda n: f"  --a{n}  disabled with --no-a{n}, -b/--c; ")
    ),
    "heads cut in two": lambda lines: "Options:\n" + "  --alpha,\n" * lines,
    "broken names": lambda lines: "Options:\n" + "  --with-all/--no-with-a   x\n  ll\n" * (lines // 2),
    "a manual page": lambda lines: (
        "A(1)   B   A(1)\n\nOPTIONS\n" + "       --size (integer) The si-\n       ze of it\n\n" * (lines // 3)
    ),
    "frames": lambda lines: "╭─ Options ─╮\n" + "│ --all  -a  TEXT  all │\n" * lines + "╰──╯\n",
    "overstrikes": lambda lines: "-\b--\b-a\ba  a\ba\n" * lines,
    "blanks": lambda lines: (" " * 80 + "\n") * lines + "--all" + " " * lines + "x",
}


def main() -> int:
    """Measure all kinds and print their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fewest", type=int, default=10_000)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--ratio", type=float, default=12)
    given = parser.parse_args()
    plain._MOST_LINES = 10 * given.most  # noqa: SLF001 - what is measured is the reader, not its limit
    rows, worst = [], 0.0
    for kind, make in KINDS.items():
        few, most = seconds(make(given.fewest)), seconds(make(given.most))
        ratio = most / max(few, 0.001)
        worst = max(worst, ratio * 10 * given.fewest / given.most)
        rows.append([kind, f"{few:.2f}", f"{most:.2f}", f"{ratio:.1f}"])
        print(f"{kind}: {few:.2f} s, {most:.2f} s, {ratio:.1f}", file=sys.stderr, flush=True)
    print(machine())
    print(table(["text", f"{given.fewest:,} lines, s", f"{given.most:,} lines, s", "ratio"], rows))
    return 1 if worst > given.ratio else 0


def seconds(text: str) -> float:
    """Give the processor time that one text takes, from its bytes to the options."""
    raw = text.encode()
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        reading = read_help(plain.plain_text(raw), ["tool"])
        settle_options(reading.options, "")
        settle_arguments(reading.arguments)
        return time.process_time() - begun
    finally:
        gc.enable()


def _each(lines: int, make: Callable[[int], str]) -> str:
    return "\n".join(make(number) for number in range(lines))


def _letter(number: int) -> str:
    return chr(97 + number % 26)


if __name__ == "__main__":
    sys.exit(main())
