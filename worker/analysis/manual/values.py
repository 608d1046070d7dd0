"""Finds the values of an option where its description lists them below each other, each with what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.analysis.dialects.layout import GAP
from worker.analysis.manual.typeset.blocks import Block, Kind

_WORD = r"[\"'\u2018\u201c]?([a-z0-9][a-z0-9_.+-]{0,40})[\"'\u2019\u201d]?"
_WORDS = re.compile(rf"{_WORD}(?:, {_WORD})?:?")
_OPEN_ENDED = re.compile(
    r"\b(?:e\.g|such as|for example|examples?|including|placeholders?|fields?|keys?|units?|suffix(?:es)?)\b",
    re.IGNORECASE,
)
_FEWEST = 2
_MOST = 24


def listed_values(body: Sequence[Block]) -> tuple[str, ...] | None:
    """Give the values that a description lists right below a line that ends with a colon."""
    for place, block in enumerate(body[:-1]):
        text = block.text.rstrip()
        if block.indent > body[0].indent:
            continue  # a list inside a list says something of that
        if text.endswith(":") and block.kind in {Kind.TEXT, Kind.BULLET} and not _OPEN_ENDED.search(text[-200:]):
            values = _values_of(body[place + 1 :])
            if values:
                return values
    return None


def _values_of(blocks: Sequence[Block]) -> tuple[str, ...] | None:
    """Read a list that begins with the first block: tags, or lines whose first cell is a word."""
    first = blocks[0]
    values: list[str] = []
    for place, block in enumerate(blocks):
        if block.indent < first.indent or (block.indent == first.indent and block.kind is not first.kind):
            break
        if block.indent > first.indent:
            continue
        cell, *more = GAP.split(block.text.strip(), maxsplit=1)
        found = _WORDS.fullmatch(cell)
        if found is None or len(values) >= _MOST or not (more or _is_described(blocks, place)):
            return None
        # A letter beside a word is short for it.
        words = [word for word in found.groups() if word]
        values += words[1:] if len(words) > 1 and len(words[0]) == 1 else words
    return tuple(dict.fromkeys(values)) if len(values) >= _FEWEST else None


def _is_described(blocks: Sequence[Block], place: int) -> bool:
    """Tell a tag, and a line with others below it that stand deeper."""
    below = blocks[place + 1].indent if place + 1 < len(blocks) else 0
    return blocks[place].kind is Kind.TAG or below > blocks[place].indent
