"""What a terminal shows, drawn, and told as text where nobody can draw it."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.models.call import Terminal
from worker.knowledge.screens import screen_of

SMALL = Terminal(columns=20, rows=4)
PIECES = [
    *("\x1b[", "\x1b]", "\x1bP", "\x1b(", "\x1b#8", "\x1b%G", "\x1b", "\x9b", "?", ">", "=", ";", "$", "1", "9" * 12),
    *("m", "H", "J", "K", "r", "h", "l", "n", "c", "L", "P", "@", "\n", "\r", "\t", "\b", "\x07", "\0", "é", "世", "a"),
]


def test_without_anybody_who_draws_it_is_told_without_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyte", None)
    assert screen_of(b"\x1b[31mred\x1b[0m\r\n\x1b]0;title\x07plain\r\n\r\n", SMALL) == "red\nplain"


class TestDrawn:
    @pytest.fixture(autouse=True)
    def pyte(self) -> None:
        pytest.importorskip("pyte", reason="the extra tty is not installed")

    @pytest.mark.parametrize(
        ("printed", "screen"),
        [
            (b"", ""),
            (b"a\r\nb\r\n", "a\nb"),
            (b"\x1b[31mred\x1b[0m", "red"),
            (b"first\rsecond", "second"),
            (b"xx\x1b[2;5Hhere\x1b[Htop", "top\n    here"),
            (b"a\x1b[2Jb", " b"),
            (b"x" * 25, "x" * 20 + "\n" + "x" * 5),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b"\x1bPq#0;1\x1b\\after", "after"),
            (b"\x1b[>4;2mplain\x1b[?25l", "plain"),
        ],
    )
    def test_what_is_printed_stands_where_it_was_put(self, printed: bytes, screen: str) -> None:
        assert screen_of(printed, SMALL) == screen

    def test_what_has_scrolled_away_stands_above(self) -> None:
        lines = [str(number) for number in range(10)]
        assert screen_of("\r\n".join(lines).encode(), SMALL).split("\n") == lines

    def test_of_very_much_the_end_is_drawn(self) -> None:
        shown = screen_of(b"".join(b"%07d\r\n" % number for number in range(100_000)), SMALL).split("\n")
        assert shown[-1] == "0099999"
        assert len(shown) < 3000


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("\x1b[?5m")
@example("\x1b[?6n")
@example("\x1b[1;2A")
def test_no_tool_can_break_who_draws(printed: str) -> None:
    assert isinstance(screen_of(printed.encode(), SMALL), str)
