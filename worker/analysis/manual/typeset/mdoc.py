"""Lays out pages written with the mdoc macros, which name what they set: flags, arguments, names, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from worker.analysis.manual.typeset.blocks import STEP, Block, Kind, Sheet
from worker.analysis.manual.typeset.escapes import font_of, read_inline
from worker.analysis.manual.typeset.man_macros import lay_out_man
from worker.analysis.manual.typeset.mdoc_inline import Phrase, is_inline
from worker.analysis.manual.typeset.roff import RoffLine
from worker.analysis.manual.typeset.spans import Font, Span, merged, plain

_HEADINGS = {"Sh": Kind.HEADING, "Ss": Kind.SUBHEADING}
_TAGGED = frozenset({"-tag", "-hang", "-ohang", "-inset", "-diag"})
_BULLETED = frozenset({"-bullet", "-dash", "-hyphen", "-enum", "-item"})
_LITERAL = frozenset({"-literal", "-unfilled", "-compact-literal"})
_DEEPEST = 30
_QUIET = frozenset({"Dd", "Dt", "Os", "Tg", "Bk", "Ek", "Sm", "Rs", "Re", "Bf", "Ef", "An", "Db", "Hf"})
_ENDINGS = frozenset({"El", "Ed"})

PACKAGE = frozenset(
    {*_HEADINGS, *_QUIET, *_ENDINGS, "Pp", "Lp", "Bl", "It", "Bd", "D1", "Dl", "Nd", "Nm", "Xo", "Xc", "Fl", "Ar", "Op"}
    | {"Oo", "Oc", "Cm", "Ic", "Pa", "Ev", "Em", "Sy", "Li", "Ql", "Dq", "Sq", "Pq", "Xr", "Sx", "Ns", "No"}
)


@dataclass
class _List:
    """An open list: its kind and the indent of its entries."""

    kind: str
    indent: int
    is_display: bool = False


def lay_out_mdoc(lines: Iterable[RoffLine]) -> tuple[Block, ...]:
    """Lay out a page that is written with the mdoc macros."""
    setter = _Setter()
    for line in lines:
        setter.take(line)
    return setter.finish()


class _Setter:
    def __init__(self) -> None:
        self._sheet = Sheet()
        self._lists: list[_List] = []
        self._is_usage = False
        self._is_tag = False
        self._table: list[RoffLine] = []
        self._is_table = False
        self._phrase = Phrase()
        self._handlers: Mapping[str, Callable[[RoffLine], None]] = {
            "Pp": self._paragraph, "Lp": self._paragraph, "sp": self._paragraph, "br": self._break, "Bl": self._list,
            "El": self._end_list, "It": self._item, "Bd": self._display, "Ed": self._end_list, "D1": self._one_line,
            "Dl": self._one_line, "Nd": self._described, "nf": self._verbatim, "fi": self._filled, "ft": self._font,
            "TS": self._begin_table,
        }  # fmt: skip

    def finish(self) -> tuple[Block, ...]:
        self._flush(0)
        self._sheet.end_line()
        return tuple(self._sheet.blocks)

    def take(self, line: RoffLine) -> None:
        if self._is_table:
            self._row(line)
        elif line.macro is None:
            self._text(line)
        elif line.macro in _HEADINGS:
            self._heading(line)
        elif line.macro == "Sm":
            self._sheet.is_spacing = self._phrase.is_spacing = line.text.strip() != "off"
        elif line.macro in self._handlers:
            self._handlers[line.macro](line)
        elif line.macro not in _QUIET and not line.macro.startswith("%"):
            self._macro(line)

    def _text(self, line: RoffLine) -> None:
        if self._phrase.is_open:
            inline = read_inline(line.text.strip())
            self._phrase.add_text(inline.spans)
        elif self._is_tag and not line.text.strip():
            return
        else:
            self._sheet.write(line.text, line.number)

    def _macro(self, line: RoffLine) -> None:
        if line.macro == "Nm" and self._is_usage and not self._phrase.is_open:
            self._sheet.begin(self._indent)
        if not is_inline(line.macro or ""):
            return
        self._phrase.read(line.macro or "", line.arguments)
        if not self._phrase.is_open:
            self._flush(line.number)

    def _flush(self, number: int) -> None:
        """Set the phrase that was read; a tag ends with it."""
        spans, glued, goes_on = self._phrase.take()
        if spans:
            if glued:
                self._sheet.glue()
            self._sheet.put(spans, max(1, number), goes_on=goes_on)
        if self._is_tag and not self._phrase.is_open:
            self._end_tag()

    def _end_tag(self) -> None:
        self._is_tag = False
        self._sheet.begin(self._indent + STEP, after_blank=False)

    @property
    def _indent(self) -> int:
        """Give the indent of what stands in the innermost list or display, entries of lists at their own."""
        return self._lists[-1].indent if self._lists else 0

    @property
    def _body(self) -> int:
        inner = self._lists[-1] if self._lists else None
        return 0 if inner is None else inner.indent + (0 if inner.is_display else STEP)

    def _heading(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._lists = []
        self._is_tag = False
        self._sheet.is_filling = True
        self._sheet.begin(0, _HEADINGS[line.macro or ""])
        phrase = Phrase()
        phrase.program = self._phrase.program
        phrase.read("No", line.arguments)
        spans, *_ = phrase.take()
        self._is_usage = plain(spans).strip().upper() == "SYNOPSIS"
        self._sheet.put(spans, line.number)
        self._sheet.begin(0)

    def _paragraph(self, line: RoffLine) -> None:
        self._flush(line.number)
        if not self._is_tag:
            self._sheet.begin(self._body)

    def _break(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._sheet.end_line()

    def _list(self, line: RoffLine) -> None:
        self._flush(line.number)
        kinds = [word for word in line.arguments if word in _TAGGED or word in _BULLETED or word == "-column"]
        if len(self._lists) < _DEEPEST:
            self._lists.append(_List(kinds[0] if kinds else "-tag", self._body))
        self._sheet.begin(self._indent)

    def _end_list(self, line: RoffLine) -> None:
        self._flush(line.number)
        if self._lists:
            self._lists.pop()
        self._sheet.end_line()
        self._sheet.is_filling = True
        self._sheet.begin(self._body, after_blank=False)

    def _item(self, line: RoffLine) -> None:
        self._flush(line.number)
        kind = self._lists[-1].kind if self._lists else "-tag"
        if kind in _BULLETED:
            self._sheet.begin(self._indent, Kind.BULLET)
            self._sheet.indent = self._indent
            return
        if kind == "-column":
            self._columns(line)
            return
        self._sheet.begin(self._indent, Kind.TAG)
        self._is_tag = True
        self._phrase.read("No", line.arguments)
        if not self._phrase.is_open:
            self._flush(line.number)

    def _columns(self, line: RoffLine) -> None:
        self._sheet.begin(self._indent)
        text = line.text.replace("\t", " Ta ")
        for cell in text.split(" Ta "):
            self._phrase.read("No", RoffLine(line.number, cell).arguments)
            spans, *_ = self._phrase.take()
            self._sheet.put((*spans, Span(Font.PLAIN, " ")), line.number)

    def _display(self, line: RoffLine) -> None:
        self._flush(line.number)
        if len(self._lists) < _DEEPEST:
            self._lists.append(_List("display", self._body + STEP, is_display=True))
        self._sheet.begin(self._indent)
        self._sheet.is_filling = not any(word in _LITERAL for word in line.arguments)

    def _one_line(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._sheet.begin(self._body + STEP, Kind.VERBATIM, after_blank=False)
        self._phrase.read("No", line.arguments)
        self._flush(line.number)
        self._sheet.begin(self._body, after_blank=False)

    def _described(self, line: RoffLine) -> None:
        self._sheet.put(read_inline(f"- {line.text.strip()}").spans, line.number)

    def _verbatim(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._sheet.end_line()
        self._sheet.is_filling = False

    def _filled(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._sheet.end_line()
        self._sheet.is_filling = True

    def _font(self, line: RoffLine) -> None:
        self._sheet.font, self._sheet.font_before = font_of(line.text.strip()), self._sheet.font

    def _begin_table(self, line: RoffLine) -> None:
        self._flush(line.number)
        self._sheet.end_line()
        self._table = [line]
        self._is_table = True

    def _row(self, line: RoffLine) -> None:
        """Keep the lines of a table, which is set as any other page sets it."""
        self._table.append(line)
        if line.macro == "TE":
            self._is_table = False
            for block in lay_out_man(self._table):
                self._sheet.begin(self._body + block.indent, block.kind)
                self._sheet.put(merged(block.spans), block.number)
            self._sheet.begin(self._body)
