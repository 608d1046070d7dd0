"""Reads the rows of a table (`.TS` to `.TE`) as lines whose cells stand in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TAB = re.compile(r"tab\s?\((.)\)")
_RULE = re.compile(r"[_=\s]*|\\_|\\=")
_MOST_LINES_OF_A_CELL = 500


def rows_of(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give the cells of each row, and the line where the row begins; `lines` are those between `.TS` and `.TE`."""
    separator, at = _options(lines)
    at = _end_of_format(lines, at)
    while at < len(lines):
        number, text = lines[at]
        at += 1
        if text.startswith(".T&"):
            at = _end_of_format(lines, at)
        elif not text.startswith((".", "'")) and not _RULE.fullmatch(text):
            text, at = _with_blocks(lines, text, at)
            yield number, tuple(cell.strip() for cell in text.split(separator))


def _options(lines: Sequence[tuple[int, str]]) -> tuple[str, int]:
    if lines and lines[0][1].rstrip().endswith(";"):
        found = _TAB.search(lines[0][1])
        return found[1] if found else "\t", 1
    return "\t", 0


def _end_of_format(lines: Sequence[tuple[int, str]], at: int) -> int:
    while at < len(lines):
        at += 1
        if lines[at - 1][1].rstrip().endswith("."):
            break
    return at


def _with_blocks(lines: Sequence[tuple[int, str]], text: str, at: int) -> tuple[str, int]:
    """Join the lines between `T{` and `T}` to their cell; macros inside them say nothing about the text."""
    pieces = [text]
    is_open = text.rstrip().endswith("T{")
    read = 0
    while is_open and at < len(lines) and read < _MOST_LINES_OF_A_CELL:
        line = lines[at][1]
        at += 1
        read += 1
        if line.startswith("T}"):
            pieces.append(line[2:])
            is_open = line.rstrip().endswith("T{")
        elif line.startswith("."):
            pieces.append(f" {_text_of_macro(line)}")
        else:
            pieces.append(f" {line}")
    return "".join(pieces).replace("T{", "").replace("T}", ""), at


def _text_of_macro(line: str) -> str:
    name, _, rest = line[1:].strip().partition(" ")
    return rest if name in {"B", "I"} else rest.replace(" ", "") if name in {"BR", "RB", "IR", "RI", "BI", "IB"} else ""
