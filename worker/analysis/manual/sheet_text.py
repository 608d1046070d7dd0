"""Writes what a page says of one command as plain help text, each line with its line in the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from worker.analysis.dialects.heads import option_follows, parse_head, stem_of
from worker.analysis.manual.heads import Head, optional
from worker.analysis.manual.sections import Entry
from worker.analysis.manual.typeset.blocks import Block, Kind
from worker.analysis.manual.typeset.spans import squeezed
from worker.analysis.manual.values import listed_values

# Keeps a line of a description from being taken for a head or a usage line; it is no part of what is said.
GUARD = "\u2060"
_LOOKS_LIKE_USAGE = re.compile(r"(?:usage|synopsis|or use)\b", re.IGNORECASE)
_LONGEST_LINE = 4000
_MOST_LINES_OF_A_DESCRIPTION = 60
_MOST_LINES_OF_USAGE = 80
_PAIR = 2


@dataclass
class HelpText:
    """The text as it grows, and the values that are listed for an option, by its line in the page."""

    lines: list[tuple[str, int]] = field(default_factory=list)
    values: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def heading(self, text: str, number: int) -> None:
        """Begin a section."""
        self.lines += [("", number), (f"{text}:", number)]

    def entry(self, head: str, description: Iterable[tuple[str, int]], number: int) -> None:
        """Write a head, beside it the first paragraph of its description, and below that the others."""
        first, *others = [*((text, line) for text, line in description if text), ("", number)]
        self.lines.append((f"  {head}  {GUARD}{first[0]}"[:_LONGEST_LINE], number))
        self.lines += [(f"{'':10}{guarded(text)}"[:_LONGEST_LINE], line) for text, line in others if text]

    def raw(self, text: str, indent: int, number: int) -> None:
        """Write a line as it is."""
        self.lines.append((f"{' ' * (indent + 2)}{text}"[:_LONGEST_LINE], number))

    @property
    def text(self) -> str:
        """Give all lines."""
        return "\n".join(text for text, _ in self.lines)

    def number_of(self, line: int | None) -> int | None:
        """Give the line of the page for a line of the text."""
        return self.lines[line - 1][1] if line is not None and 0 < line <= len(self.lines) else None

    def number_with(self, name: str) -> int | None:
        """Give the line of the page where a usage line shows an option, the first of them where none writes it out."""
        usage = self.lines[:_MOST_LINES_OF_USAGE]
        word = stem_of(name) if len(name) > _PAIR else name
        return next((number for line, number in usage if word in line), usage[0][1] if usage else None)


def guarded(text: str) -> str:
    """Make a line of a description one that nobody takes for a head or a usage line."""
    return GUARD + text if option_follows(text) or _LOOKS_LIKE_USAGE.match(text) else text


def description_of(blocks: Sequence[Block], rest: str = "", number: int = 1) -> list[tuple[str, int]]:
    """Give the paragraphs of a description with their lines; `rest` is what stands behind the head."""
    lines = [(rest, number)] if rest else []
    for block in _without_what_is_nested(blocks[:_MOST_LINES_OF_A_DESCRIPTION]):
        mark = "\u2022 " if block.kind is Kind.BULLET else ""
        lines.append((mark + squeezed(block.text), block.number))
    return lines


def _without_what_is_nested(blocks: Sequence[Block]) -> Iterator[Block]:
    """Leave out what stands below a tag inside the description: a default there is that of something else."""
    tag_at: int | None = None
    for block in blocks:
        if tag_at is not None and block.indent > tag_at:
            continue
        tag_at = block.indent if block.kind is Kind.TAG else None
        yield block


def write_option(text: HelpText, entry: Entry) -> None:
    """Write the entry of an option, or of several that share a description."""
    values = listed_values(entry.body)
    for head in settled(entry.heads):
        if values:
            text.values[head.number] = values
        text.entry(head.text, description_of(entry.body, head.rest, head.number), head.number)


def settled(heads: Sequence[Head]) -> list[Head]:
    """Join heads that are a letter and a word of one option, and those of one spelling with a value and without."""
    kept: dict[frozenset[str], Head] = {}
    for head in heads:
        known = kept.get(head.names)
        if known is None:
            kept[head.names] = head
        elif _has_value(known) != _has_value(head):
            longer = max(known, head, key=lambda one: len(one.text))
            kept[head.names] = Head(optional(longer.text), head.rest, head.names, known.number)
    rest = list(kept.values())
    if len(rest) == _PAIR and _are_one_option(rest):
        names = rest[0].names | rest[1].names
        return [Head(f"{rest[0].text}, {rest[1].text}", rest[1].rest, names, rest[0].number)]
    return rest


def _has_value(head: Head) -> bool:
    read = parse_head(head.text)
    return read is not None and read.slot.takes.value != "none"


def _are_one_option(heads: Sequence[Head]) -> bool:
    """Tell `-x` and `--extract`, in either order."""
    lengths = sorted(max(map(len, head.names), default=0) for head in heads)
    letters = [all(len(name) == _PAIR for name in head.names) for head in heads]
    words = [all(name.startswith("--") for name in head.names) for head in heads]
    return lengths[0] == _PAIR and letters.count(True) == words.count(True) == 1
