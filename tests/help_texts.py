"""Makes texts that look like help, and spoils real ones; and reads them, which must raise nothing."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from shared.models.cli_tool import Command
from worker.analysis.dialects.reading import read_help
from worker.analysis.merge import settle_arguments, settle_options
from worker.analysis.text import plain_text

CORPUS = Path(__file__).parent / "corpus"
MOST_LINES = 12

PIECES = (
    *("-a", "-x", "--all", "--no-all", "--[no-]wrap", "--x/--no-x", "-v[v[v]]", "-NUM", "-aFILE", "+x", "-/+sb", "--"),
    *(
        "--file",
        "--file=",
        "--file=FILE",
        "--file[=FILE]",
        "-f,",
        "-f|--file",
        "FILE",
        "<file>",
        "<file>...",
        "[FILE]...",
    ),
    *(
        "{a,b,c}",
        "{a",
        "[a|b]",
        "(a|b)",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "{",
        "}",
        "[[[",
        "]]]",
        "|",
        "||",
        ",",
        ", or ",
        ":",
    ),
    *(
        "Usage:",
        "usage: tool",
        "Options:",
        "Commands:",
        "Arguments:",
        "Aufruf:",
        "使い方:",
        "OPTIONS",
        "EXAMPLES",
        "or: tool",
    ),
    *(
        "tool",
        "tool add",
        "add <name>",
        "add, remove",
        "a  b  c",
        "if=FILE",
        "x  letter",
        "o  ",
        "* ",
        "- ",
        "# ",
        "$ tool",
    ),
    *(
        "[default: 3]",
        "(default ",
        "default: ",
        "[possible values: a, b]",
        "one of: ",
        "can be ",
        "'a', 'b' or 'c'",
        "either: ",
    ),
    *(
        "[env: X=]",
        "[$X]",
        "(required)",
        "[boolean]",
        "[array]",
        "(string)",
        "<bool>",
        "INTEGER RANGE [1<=x<=9]",
        "0..9",
    ),
    *(
        "between 1 and ",
        "at least ",
        "must be ",
        "conflicts with ",
        "requires ",
        "disabled with ",
        "can be used as aliases",
    ),
    *(
        "For every --OPTION there is a --no-OPTION",
        "WHEN is one of:",
        "Valid arguments for --x are:",
        "words",
        "a sentence.",
    ),
    *(
        "  ",
        "        ",
        "\t",
        "\n",
        "\n\n",
        "\r",
        "\b",
        "_\b",
        "\x1b[1m",
        "\x1b]8;;",
        "│",
        "╭─ Options ─╮",
        "╰──╯",
        "…",
        "...",
        "..",
    ),
    *(
        "-" * 40,
        "=" * 40,
        "\u2010",
        "\u00a0",
        "\u3000",
        "\x00",
        "\udcff",
        "9" * 30,
        "é",
        "ファイル",
        "ФАЙЛ",
        "1" * 5,
        "a-" * 20,
    ),
)


@cache
def corpus() -> tuple[bytes, ...]:
    """Give the help texts of the corpus."""
    return tuple(path.read_bytes() for path in sorted(CORPUS.glob("*/*.txt")))


def composed(chance: random.Random) -> bytes:
    """Put pieces of help together, with little sense."""
    lines = []
    for _ in range(chance.randint(1, MOST_LINES)):
        pieces = (chance.choice(PIECES) for _ in range(chance.randint(1, 7)))
        lines.append(" " * chance.choice((0, 0, 2, 2, 4, 8, 24)) + chance.choice((" ", "  ", "")).join(pieces))
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def spoilt(chance: random.Random) -> bytes:
    """Take some lines of a text of the corpus and spoil bytes, pieces and lines of it."""
    lines = chance.choice(corpus()).split(b"\n")
    first = chance.randrange(len(lines))
    text = bytearray(b"\n".join(lines[first : first + chance.randint(1, MOST_LINES)]) or b" ")
    for _ in range(chance.randint(1, 6)):
        _spoil(text, chance)
    return bytes(text)


def _spoil(text: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(text) + 1)
    end = min(len(text), at + chance.randint(0, 12))
    match chance.randrange(6):
        case 0:
            del text[at:end]
        case 1:
            text[at:at] = text[at:end] * chance.randint(1, 20)
        case 2:
            text[at:end] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
        case 3:
            text[at:at] = chance.choice(PIECES).encode("utf-8", "surrogateescape")
        case 4:
            other = chance.choice(corpus())
            start = chance.randrange(len(other))
            text[at:end] = other[start : start + chance.randint(1, 60)]
        case _:
            text[at:end] = bytes(reversed(text[at:end]))


def made(chance: random.Random) -> bytes:
    """Make one text of either kind."""
    return composed(chance) if chance.random() < 0.5 else spoilt(chance)


def command_of(text: bytes) -> Command:
    """Read a text as the help of a command, and settle what it says."""
    reading = read_help(plain_text(text), ["tool", "add"])
    return Command(
        path="add",
        options=settle_options(reading.options, "add").options,
        arguments=settle_arguments(reading.arguments),
    )
