from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.text import plain_text


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b"\x1b[1mUsage:\x1b[0m frob\r\n", "Usage: frob\n"),
        (b"\x1b]8;;https://example.invalid\x07link\x1b]8;;\x07", "link"),
        (b"N\x08NA\x08AM\x08ME\x08E", "NAME"),
        (b"_\x08f_\x08i_\x08l_\x08e", "file"),
        ("\u2010\u2010all, \u2212a".encode(), "--all, -a"),
        ("two\u00a0words".encode(), "two words"),
        (b"loading\rdone", "done"),
        (b"a\x00b\x07c", "abc"),
        (b"\xff", "\ufffd"),
        (b"trailing   \n", "trailing\n"),
    ],
)
def test_cleans_what_was_printed(raw: bytes, plain: str) -> None:
    assert plain_text(raw) == plain


def test_a_tab_parts_columns_even_where_it_is_one_blank_wide() -> None:
    assert plain_text(b"\t-abcdef\tdoes it") == "        -abcdef         does it"
    assert plain_text(b"  -abcd\tdoes it") == "  -abcd         does it"


def test_the_title_of_a_frame_becomes_a_heading_and_the_frame_goes() -> None:
    framed = "\u256d\u2500 Options \u2500\u2500\u2500\u256e\n\u2502 --x   it  \u2502\n\u2570\u2500\u2500\u2500\u256f"

    assert plain_text(framed.encode()).splitlines() == ["Options:", "  --x   it"]


def test_a_bullet_goes_and_leaves_its_blank() -> None:
    assert plain_text("  \u2022 --x   it".encode()) == "    --x   it"


@given(st.binary(max_size=400))
def test_cleans_any_bytes_and_nothing_is_left_to_clean(raw: bytes) -> None:
    once = plain_text(raw)

    assert "\x1b[" not in once
    assert plain_text(once.encode()) == once
