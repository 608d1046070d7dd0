"""What stands on a terminal when all that a tool printed has been drawn there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.models.call import Terminal
from shared.utils.text import decode, without_escapes

# Drawing takes a while for each character, and of more nobody reads what came first.
_MOST_BYTES = 16 << 10
_MOST_SCROLLED = 1000
# What the one who draws cannot do: strings for the terminal itself, and sequences of a maker's own but those of modes.
_NOT_DRAWN = re.compile(r"\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b\[(?:[<=>][0-?]*[ -/]*[@-~]|\?[0-?]*[ -/]*[@-gi-km-~])")


def screen_of(raw: bytes, terminal: Terminal) -> str:
    """Give the lines of a screen, below those that have scrolled away; what was printed, where it cannot be drawn."""
    text = decode(_end_of(raw))
    try:
        lines = _drawn(_NOT_DRAWN.sub("", text), terminal)
    except ImportError:
        lines = _plain(text)  # it comes with an extra
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError):
        lines = _plain(text)  # a hostile tool can confuse who draws
    return "\n".join(line.rstrip() for line in lines).rstrip()


def _end_of(raw: bytes) -> bytes:
    if len(raw) <= _MOST_BYTES:
        return raw
    return raw[-_MOST_BYTES:].partition(b"\n")[2]


def _plain(text: str) -> Sequence[str]:
    return without_escapes(text).split("\n")


def _drawn(text: str, terminal: Terminal) -> Sequence[str]:
    import pyte  # noqa: PLC0415 - an extra, and slow to load

    screen = pyte.HistoryScreen(terminal.columns, terminal.rows, history=_MOST_SCROLLED)
    pyte.Stream(screen).feed(text)
    scrolled = ("".join(line[column].data for column in range(terminal.columns)) for line in screen.history.top)
    return [*scrolled, *screen.display]
