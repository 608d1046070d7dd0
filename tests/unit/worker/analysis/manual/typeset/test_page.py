from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.manual.typeset.blocks import Block, Kind
from worker.analysis.manual.typeset.page import lay_out_page
from worker.analysis.manual.typeset.spans import Font, Span, marked


def shown(source: str) -> list[tuple[str, int, str]]:
    return [(block.kind.name, block.indent, block.text) for block in lay_out_page(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (".SH A B\none\ntwo\n\nthree", [("HEADING", 0, "A B"), ("TEXT", 0, "one two"), ("TEXT", 0, "three")]),
        (".SH\nA B", [("HEADING", 0, "A B")]),
        (".TP\n.B \\-a\nis\n.TQ\n\\-b\n.PP\nout", [
            ("TAG", 0, "-a"), ("TEXT", 4, "is"), ("TAG", 0, "-b"), ("TEXT", 0, "out")]),
        (".IP \\-a 4\nis\n.IP\nmore\n.IP \\(bu 2\nitem\n.IP\nbelow", [
            ("TAG", 0, "-a"), ("TEXT", 4, "is"), ("TEXT", 4, "more"), ("BULLET", 0, "item"), ("TEXT", 4, "below")]),
        (".PP\n\\-a\n.RS 4\nis\n.RE\nout", [("TEXT", 0, "-a"), ("TEXT", 4, "is"), ("TEXT", 0, "out")]),
        (".nf\na  b\n  c\n.fi\nd\ne", [("VERBATIM", 0, "a  b"), ("VERBATIM", 2, "c"), ("TEXT", 0, "d e")]),
        ("a\n.br\nb\n.sp\nc", [("TEXT", 0, "a"), ("TEXT", 0, "b"), ("TEXT", 0, "c")]),
        ("a\n\tb\nc", [("TEXT", 0, "a"), ("TEXT", 8, "b c")]),
        (".TP\n\\-a\\c\n, \\-b\nis", [("TAG", 0, "-a, -b"), ("TEXT", 4, "is")]),
        (".TS\ntab(|);\nl l.\n\\-a|is\n_\nx|y\n.TE", [
            ("TAG", 0, "-a"), ("TEXT", 4, "is"), ("TAG", 0, "x"), ("TEXT", 4, "y")]),
        (".Sh A\n.Bl -tag\n.It Fl a\nis\n.Pp\nmore\n.El\nout", [
            ("HEADING", 0, "A"), ("TAG", 0, "-a"), ("TEXT", 4, "is"), ("TEXT", 4, "more"), ("TEXT", 0, "out")]),
        (".Sh A\n.Bl -bullet\n.It\none\n.It\n.Fl x\n.El", [
            ("HEADING", 0, "A"), ("BULLET", 0, "one"), ("BULLET", 0, "-x")]),
        (".Sh A\n.Bd -literal\na  b\n.Ed\n.Dl frob -x\nout", [
            ("HEADING", 0, "A"), ("VERBATIM", 4, "a  b"), ("VERBATIM", 4, "frob -x"), ("TEXT", 0, "out")]),
    ],
)  # fmt: skip
def test_lays_out_blocks(source: str, expected: list[tuple[str, int, str]]) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\fB\-f\fR, \fB\-\-file\fR=\fIname\fR", "-f, --file=<name>"),
        (r"\fB\-f\fIname\fR", "-f<name>"),
        (r"[\fB\-f\fIname\fR]", "[-f<name>]"),
        (r"\fB\-\-in\fR \fINAME\fR", "--in NAME"),
        (r"\fB\-\-in\fR \fIname\fR...", "--in <name>..."),
        (r"\fB\-D\fR [\fIside\fR:]\fIport\fR", "-D [side:]port"),
        (r"<\fIname\fR>", "<name>"),
        (r"\fI\-\-all\fR", "--all"),
        (r"\f(CWa\f[R]\fP\f[]\s-1B\s0\&c\m[red]d\m[]\h'3n'e", "aBcde"),
        (r"\(lqa\(rq \[u00E9] \[dq] \e \(bu \[nothing]\N'65'", '\u201ca\u201d \u00e9 " \\ \u2022 A'),
        ('.BR \\-a ", " \\-b', "-a, -b"),
        (".BI \\-a \\ x", "-a <x>"),
        (".B a b c", "a b c"),
        (".I\nname", "<name>"),
        (".OP \\-x file", "[-x <file>]"),
    ],
)
def test_fonts_say_what_stands_for_a_value(source: str, expected: str) -> None:
    assert [block.marked for block in lay_out_page(source)] == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (".Fl a", "-a"),
        (".Fl -all", "--all"),
        (".Fl Fl all", "--all"),
        (".Fl a Ar x , Fl -b Ns = Ns Ar y", "-a <x>, --b=<y>"),
        (".Fl -c Ns Op = Ns Ar kind", "--c[=<kind>]"),
        (".Op Fl a | Fl b Ar x", "[-a | -b <x>]"),
        (".Oo\n.Fl a\n.Ar x\n.Oc", "[-a <x>]"),
        (".Nm frob\n.Nm", "frob frob"),
        (".Ar", "<file> ..."),
        (".Ar a b", "<a> <b>"),
        (".Xr frob 1 ,", "frob(1),"),
        (".Dq a b .", '"a b".'),
        (".Pf ( Fl a )", "(-a)"),
        (".Sm off\n.Fl a Ar x\n.Sm on\n.Ar y", "-a<x> <y>"),
        (".Cm a Ns | Ns Cm b", "a|b"),
        (".Fl", "-"),
        (".Fl a Ap s", "-a's"),
    ],
)
def test_sets_what_mdoc_names(source: str, expected: str) -> None:
    assert " ".join(block.marked for block in lay_out_page(f".Sh A\n{source}")[1:]) == expected


def test_names_the_line_where_a_block_begins() -> None:
    source = '.\\" remark\n.SH A\n.TP\n.B \\-a\nis\nmore\n.PP\nout'

    assert [block.number for block in lay_out_page(source)] == [2, 4, 5, 8]


@given(st.lists(st.tuples(st.sampled_from(Font), st.text(max_size=6)), max_size=8))
def test_marks_take_nothing_away(pieces: list[tuple[Font, str]]) -> None:
    spans = [Span(font, text) for font, text in pieces]

    assert marked(spans).replace("<", "").replace(">", "") == "".join(text for _, text in pieces).replace(
        "<", ""
    ).replace(">", "")


@given(st.text(st.sampled_from(".\\ABIPRSTHfbnoclFlDdEx[]()'\"- \n\t1"), max_size=200))
def test_lays_out_any_text(text: str) -> None:
    for source in (text, f".Dd x\n{text}", f".TS\n{text}", f".Bl -tag\n.Sh A\n.It {text}"):
        for block in lay_out_page(source):
            assert isinstance(block, Block)
            assert block.text.strip()
            assert block.indent >= 0
            assert block.number >= 1
            assert block.kind in Kind


def test_a_line_that_is_set_in_is_read_once_in_the_font_that_was_on() -> None:
    block = lay_out_page(".SH A\n  one \\fBtwo\n")[-1]

    assert [(span.font, span.text) for span in block.spans] == [(Font.PLAIN, "one "), (Font.BOLD, "two")]
