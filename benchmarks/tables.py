"""Writes tables that read well on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown, its columns as wide as they must be; all but the first are figures, to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    ruler = [f"{'-' * (width - 1)}:" if number else "-" * width for number, width in enumerate(widths)]
    return "\n".join(_line(cells, widths) for cells in (heads, ruler, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return f"| {' | '.join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])} |"
