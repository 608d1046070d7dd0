"""The blocks of a laid-out page, and the sheet on which a macro package lays them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from worker.analysis.manual.typeset.escapes import Inline, read_inline
from worker.analysis.manual.typeset.spans import BLANK, Font, Span, Spans, marked, merged, plain, squeezed

STEP = 4
_DEEPEST = 80
_MOST_SPANS = 4000


class Kind(Enum):
    """What a block is; a TAG is the head of an entry, a BULLET the first paragraph behind a mark."""

    HEADING = auto()
    SUBHEADING = auto()
    TAG = auto()
    BULLET = auto()
    TEXT = auto()
    VERBATIM = auto()


@dataclass(frozen=True)
class Block:
    """One line of the laid-out page, however long; `number` is its line in the source, `indent` counts columns."""

    kind: Kind
    indent: int
    spans: Spans
    number: int
    after_blank: bool = False

    @cached_property
    def text(self) -> str:
        """Give the text without its fonts."""
        return plain(self.spans)

    @cached_property
    def marked(self) -> str:
        """Give the text with marks around what stands for a value, and single blanks."""
        return squeezed(marked(self.spans))


@dataclass
class Sheet:
    """Takes pieces of text, joins them to lines, and keeps the lines."""

    blocks: list[Block] = field(default_factory=list)
    indent: int = 0
    kind: Kind = Kind.TEXT
    is_filling: bool = True
    is_spacing: bool = True
    font: Font = Font.PLAIN
    font_before: Font = Font.PLAIN
    _pieces: list[Span] = field(default_factory=list)
    _number: int = 0
    _goes_on: bool = False
    _after_blank: bool = True

    def write(self, text: str, number: int) -> None:
        """Set a line of text, whose escapes are read here, in the font that is on."""
        if self.is_filling and not text.strip(" \t"):
            self.paragraph()
            return
        if not self.is_filling and not text.strip():
            self._after_blank = True
            return
        offset = len(text) - len(text.lstrip(" \t"))
        if self.is_filling and offset:
            self.end_line()
        if self.is_filling and offset and self.kind is Kind.TEXT:
            width = len(text[:offset].expandtabs(8))
            self.put(merged([Span(Font.PLAIN, " " * width), *self.inline(text[offset:]).spans]), number)
        else:
            inline = self.inline(text)
            self.put(inline.spans, number, goes_on=inline.goes_on)

    def inline(self, text: str) -> Inline:
        """Read the escapes of a text in the font that is on, which they may change."""
        inline = read_inline(text, self.font, self.font_before)
        self.font, self.font_before = inline.font, inline.before
        return inline

    def put(self, spans: Sequence[Span], number: int, *, goes_on: bool = False) -> None:
        """Set spans behind what is there, parted by a blank, unless that goes on without one."""
        if not self._pieces:
            self._number = number
        elif not self._goes_on and self.is_spacing:
            self._pieces.append(BLANK)
        if len(self._pieces) < _MOST_SPANS:
            self._pieces += spans
        self._goes_on = goes_on
        if not self.is_filling and not goes_on:
            self.end_line()

    def glue(self) -> None:
        """Let what is set next stand right behind what is there."""
        self._goes_on = True

    def end_line(self) -> None:
        """Break the line; the paragraph goes on."""
        spans = merged(self._pieces)
        self._pieces = []
        self._goes_on = False
        if plain(spans).strip():
            offset, spans = _without_offset(spans)
            kind = self.kind if self.is_filling or self.kind is not Kind.TEXT else Kind.VERBATIM
            indent = min(self.indent + offset, _DEEPEST * STEP)
            self.blocks.append(Block(kind, indent, spans, self._number, self._after_blank))
            self._after_blank = False
            self.kind = Kind.TEXT

    def paragraph(self) -> None:
        """End the paragraph."""
        self.end_line()
        self._after_blank = True

    def begin(self, indent: int, kind: Kind = Kind.TEXT, *, after_blank: bool = True) -> None:
        """Begin a paragraph at an indent; its first line is of a kind, in a plain font."""
        self.end_line()
        self._after_blank = self._after_blank or after_blank
        self.indent = max(0, min(indent, _DEEPEST * STEP))
        self.kind = kind
        self.font = self.font_before = Font.PLAIN


def _without_offset(spans: Spans) -> tuple[int, Spans]:
    """Take the blanks off the beginning and say how many columns they were."""
    text = spans[0].text.expandtabs(8)
    first = text.lstrip(" ")
    rest = merged([Span(spans[0].font, first), *spans[1:]])
    return len(text) - len(first), rest
