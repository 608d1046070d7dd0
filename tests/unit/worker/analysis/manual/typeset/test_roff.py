from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.manual.typeset.roff import RoffLine, read_roff


def texts(source: str, package: frozenset[str] = frozenset()) -> list[str]:
    return [line.text for line in read_roff(source, package) if line.macro is None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (".ds name frob\nthe \\*[name] tool, \\*(zz\n.ds n x\n\\*n", ["the frob tool, ", "x"]),
        (".ds a \\*b\n.ds b deep\n\\*a", ["deep"]),
        (".nr x 3\n.nr x +2\n\\nx \\n[x]", ["5 5"]),
        ('.de M\n<\\\\$1> \\\\$2\n..\n.M one "two three"', ["<one> two three"]),
        (".de M\n\\\\$*\n..\n.M a b", ["a b"]),
        (".de M END\nin\n.END\n.M", ["in"]),
        (".als N M\n.de M\nin\n..\n.als N M\n.N", ["in"]),
        (".if n yes\n.if t no\n.if !t also", ["yes", "also"]),
        (".ie t paper\n.el screen", ["screen"]),
        (".ie n \\{\\\nfirst\n.\\}\n.el \\{\\\nsecond\n.\\}\nthird", ["first", "third"]),
        (".if t \\{\\\na\n.if n \\{\\\nb\n.\\}\nc\n.\\}\nd", ["d"]),
        (".if 'a'a' same\n.if 'a'b' other", ["same"]),
        (".if \\n(.g gnu\n.if 2>3 no\n.if (1+1=2)&(3>2) sums", ["gnu", "sums"]),
        (".ig\nhidden\n..\nshown", ["shown"]),
        (".ig END\nhidden\n..\n.END\nshown", ["shown"]),
        ('a \\" remark\n.\\" whole\n\'\\" t\n\\" text\nb', ["a", "b"]),
        ("one \\\ntwo", ["one two"]),
        (".tr +-\n1+1", ["1-1"]),
        (".EQ\nx sup 2\n.EN\nafter", ["after"]),
    ],
)
def test_runs_what_comes_before_the_setting(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_calls_of_the_package_are_left_with_their_words_and_lines() -> None:
    lines = list(read_roff('a\n.de TP\n.x\n..\n.TP "a b" c\\ d', frozenset({"TP"})))

    assert lines == [RoffLine(1, "a"), RoffLine(5, '"a b" c\\ d', "TP")]
    assert lines[1].arguments == ("a b", "c\\ d")


def test_lines_of_a_macro_stand_at_its_call() -> None:
    assert [line.number for line in read_roff(".de M\nx\ny\n..\n\n.M")] == [5, 6, 6]


def test_includes_what_it_is_given() -> None:
    found = read_roff(".so man1/other.1\nlast", include={"man1/other.1": "first"}.get)

    assert [line.text for line in found] == ["first", "last"]


@pytest.mark.parametrize(
    "source",
    [
        ".de X\n.X\n.X\n..\n.X",
        ".ds a \\*a\\*a\n\\*a",
        ".so self",
        ".de X\n.so self\n..\n.X",
        ".if n .if n .if n .if n .if n .if n .if n .if n .if n .if n .if n .if n .if n .if n .if n end",
        ".ie n \\{\\\n" * 300,
        "\\" * 3000,
        "a\\\n" * 3000,
    ],
)
def test_a_page_that_calls_itself_ends(source: str) -> None:
    assert len(list(read_roff(source, include=lambda _: source))) < 100_000


@given(st.text(st.sampled_from(".'\\{}()[]*n$\"ideltfsaro \n1+x"), max_size=200))
def test_runs_any_text(source: str) -> None:
    assert all(line.number >= 1 for line in read_roff(source))
