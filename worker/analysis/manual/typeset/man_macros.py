"""Lays out pages written with the man macros, whichever program wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from worker.analysis.manual.typeset.blocks import STEP, Block, Kind, Sheet
from worker.analysis.manual.typeset.escapes import font_of, read_inline
from worker.analysis.manual.typeset.roff import RoffLine
from worker.analysis.manual.typeset.spans import BLANK, Font, Span, Spans, joined, merged, plain
from worker.analysis.manual.typeset.tables import rows_of

_B, _I, _R = Font.BOLD, Font.ITALIC, Font.PLAIN
_FONTS: Mapping[str, tuple[Font, ...]] = {
    "B": (_B,), "I": (_I,), "R": (_R,), "RM": (_R,), "SB": (_B,), "SM": (_R,), "CW": (_B,),
    "BR": (_B, _R), "RB": (_R, _B), "BI": (_B, _I), "IB": (_I, _B), "IR": (_I, _R), "RI": (_R, _I),
}  # fmt: skip
_JOINED = frozenset({"B", "I", "R", "RM", "SB", "SM", "CW"})
_HEADINGS = {"SH": Kind.HEADING, "SS": Kind.SUBHEADING}
_BULLETS = frozenset("*-+o\u2022\u00b7\u2013\u2014")
_DEEPEST = 30
_VERBATIM = {"nf": True, "EX": True, "Vb": True, "DS": True, "fi": False, "EE": False, "Ve": False, "DE": False}
_PARAGRAPHS = frozenset({"PP", "P", "LP"})

PACKAGE = frozenset(
    {*_FONTS, *_HEADINGS, *_VERBATIM, *_PARAGRAPHS, "TH", "TP", "TQ", "IP", "HP", "RS", "RE", "SY", "YS", "OP", "UR"}
    | {"UE", "MT", "ME", "PD", "IX", "Sp", "URL", "MTO"}
)


def lay_out_man(lines: Iterable[RoffLine]) -> tuple[Block, ...]:
    """Lay out a page that is written with the man macros."""
    setter = _Setter()
    for line in lines:
        setter.take(line)
    return setter.finish()


class _Setter:
    def __init__(self) -> None:
        self._sheet = Sheet()
        self._bases = [0]
        self._waits_for_tag = False
        self._waits_for_heading = False
        self._waiting_font: tuple[Font, ...] | None = None
        self._table: list[tuple[int, str]] = []
        self._is_table = False
        self._handlers: Mapping[str, Callable[[RoffLine], None]] = {
            "TP": self._tag_follows, "TQ": self._tag_follows, "IP": self._item, "HP": self._hanging,
            "RS": self._indent, "RE": self._outdent, "br": self._break, "sp": self._space, "Sp": self._space,
            "in": self._move, "ti": self._move_once, "ft": self._font, "SY": self._synopsis, "OP": self._option,
            "TS": self._table_begins,
        }  # fmt: skip

    def finish(self) -> tuple[Block, ...]:
        self._sheet.end_line()
        return tuple(self._sheet.blocks)

    def take(self, line: RoffLine) -> None:
        if self._is_table:
            self._row(line)
        elif line.macro is None:
            self._text(line)
        elif line.macro in _FONTS:
            self._fonts(line)
        elif line.macro in _HEADINGS:
            self._heading(line)
        elif line.macro in _PARAGRAPHS:
            self._begin(self._bases[-1])
        elif line.macro in _VERBATIM:
            self._sheet.end_line()
            self._sheet.is_filling = not _VERBATIM[line.macro]
        else:
            handler = self._handlers.get(line.macro)
            if handler is not None:
                handler(line)

    def _begin(self, indent: int, kind: Kind = Kind.TEXT) -> None:
        self._waits_for_tag = False
        self._waits_for_heading = False
        self._waiting_font = None
        self._sheet.begin(indent, kind)

    def _text(self, line: RoffLine) -> None:
        if self._waiting_font is not None:
            fonts, self._waiting_font = self._waiting_font, None
            self._write(_set([line.text], fonts), line.number, goes_on=line.text.endswith("\\c"))
        elif self._waits_for_heading or self._waits_for_tag:
            if line.text.strip():
                inline = self._sheet.inline(line.text)
                self._write(inline.spans, line.number, goes_on=inline.goes_on)
        else:
            self._sheet.write(line.text, line.number)

    def _fonts(self, line: RoffLine) -> None:
        arguments = line.arguments
        fonts = _FONTS[line.macro or ""]
        if not arguments:
            self._waiting_font = fonts
            return
        parts = [" ".join(arguments)] if line.macro in _JOINED else arguments
        self._write(_set(parts, fonts), line.number, goes_on=arguments[-1].endswith("\\c"))

    def _write(self, spans: Spans, number: int, *, goes_on: bool) -> None:
        """Set spans where they belong: as the heading or the tag that is waited for, or behind what is there."""
        if not spans and not goes_on:
            return
        self._sheet.put(spans, number, goes_on=goes_on)
        if goes_on:
            return
        if self._waits_for_heading:
            self._begin(0)
        elif self._waits_for_tag:
            self._end_tag()

    def _end_tag(self) -> None:
        self._waits_for_tag = False
        self._sheet.begin(self._bases[-1] + STEP, after_blank=False)

    def _heading(self, line: RoffLine) -> None:
        self._bases = [0]
        self._sheet.end_line()
        self._sheet.is_filling = True
        self._begin(0, _HEADINGS[line.macro or ""])
        spans = self._sheet.inline(" ".join(line.arguments)).spans
        self._waits_for_heading = True
        self._write(spans, line.number, goes_on=False)

    def _tag_follows(self, line: RoffLine) -> None:
        del line
        self._begin(self._bases[-1], Kind.TAG)
        self._waits_for_tag = True

    def _item(self, line: RoffLine) -> None:
        arguments = line.arguments
        base = self._bases[-1]
        tag = read_inline(arguments[0]).spans if arguments else ()
        text = plain(tag).strip()
        if not text:
            self._begin(base + STEP)
        elif _is_mark(text):
            self._begin(base, Kind.BULLET)
            # What follows the first paragraph of an item stands below it.
            self._sheet.indent = base
        else:
            self._begin(base, Kind.TAG)
            self._waits_for_tag = True
            self._write(tag, line.number, goes_on=False)

    def _hanging(self, line: RoffLine) -> None:
        """Begin a paragraph whose first words hang out: in many pages the head of an entry, its description behind."""
        del line
        self._begin(self._bases[-1], Kind.TAG)

    def _indent(self, line: RoffLine) -> None:
        del line
        self._waits_for_tag = False
        if len(self._bases) < _DEEPEST:
            self._bases.append(self._bases[-1] + STEP)
        self._sheet.begin(self._bases[-1], after_blank=False)

    def _outdent(self, line: RoffLine) -> None:
        level = line.arguments[0] if line.arguments else ""
        wanted = int(level) if level.isdecimal() and len(level) < 3 else len(self._bases) - 1  # noqa: PLR2004
        self._bases = self._bases[: max(1, wanted)]
        self._sheet.begin(self._bases[-1], after_blank=False)

    def _break(self, line: RoffLine) -> None:
        del line
        if not self._waits_for_tag:
            self._sheet.end_line()

    def _space(self, line: RoffLine) -> None:
        del line
        if not self._waits_for_tag:
            self._sheet.paragraph()

    def _move(self, line: RoffLine) -> None:
        """Follow `.in +4` and `.in -4`, whatever the width."""
        self._sheet.end_line()
        amount = line.text.strip()
        if amount[:1] == "+" and len(self._bases) < _DEEPEST:
            self._bases.append(self._bases[-1] + STEP)
        elif len(self._bases) > 1:
            self._bases.pop()
        self._sheet.indent = self._bases[-1]

    def _move_once(self, line: RoffLine) -> None:
        self._sheet.end_line()
        if line.text.strip().startswith("-"):
            self._sheet.begin(self._sheet.indent - STEP, after_blank=False)

    def _font(self, line: RoffLine) -> None:
        name = line.text.strip()
        before = self._sheet.font
        self._sheet.font = self._sheet.font_before if name in {"P", ""} else font_of(name)
        self._sheet.font_before = before

    def _synopsis(self, line: RoffLine) -> None:
        self._begin(self._bases[-1])
        self._sheet.put(_set([" ".join(line.arguments)], (_B,)), line.number)

    def _option(self, line: RoffLine) -> None:
        name, *values = [*line.arguments, ""][:2] if len(line.arguments) < 2 else line.arguments  # noqa: PLR2004
        parts = [read_inline(name, _B).spans, *(read_inline(value, _I).spans for value in values if value)]
        self._sheet.put(merged([Span(_R, "["), *joined(parts), Span(_R, "]")]), line.number)

    def _table_begins(self, line: RoffLine) -> None:
        del line
        self._sheet.end_line()
        self._table = []
        self._is_table = True

    def _row(self, line: RoffLine) -> None:
        if line.macro == "TE":
            self._is_table = False
            for number, cells in rows_of(self._table):
                self._set_row(cells, number)
        else:
            self._table.append((line.number, line.text if line.macro is None else f".{line.macro} {line.text}"))

    def _set_row(self, cells: Sequence[str], number: int) -> None:
        """Set the first cell as a tag where only one more stands beside it, else all of them in a line."""
        sheet, indent = self._sheet, self._sheet.indent
        spans = [read_inline(cell).spans for cell in cells]
        if len(cells) == 2 and all(cells):  # noqa: PLR2004 - a name and what it means
            sheet.begin(indent, Kind.TAG)
            sheet.put(spans[0], number)
            sheet.begin(indent + STEP, after_blank=False)
            sheet.put(spans[1], number)
        else:
            sheet.begin(indent)
            sheet.put(merged([span for one in spans for span in (*one, BLANK, BLANK)]), number)
        sheet.begin(indent, after_blank=False)


def _set(parts: Sequence[str], fonts: Sequence[Font]) -> Spans:
    """Set each part in its font, in turn, without blanks between them."""
    spans: list[Span] = []
    for number, part in enumerate(parts):
        spans += read_inline(part, fonts[number % len(fonts)]).spans
    return merged(spans)


def _is_mark(text: str) -> bool:
    """Tell a bullet or a number from the head of an entry."""
    return text in _BULLETS or (text.rstrip(".)").isdecimal() and text[-1] in ".)") or text in {"--", "[bu]"}
