"""Words for people."""

from __future__ import annotations

import subprocess
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.utils.text import count, duration, near, one_line, quote, quote_all, size, visible, without_escapes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=8).map(lambda word: word.replace(b"\0", b"")), min_size=1, max_size=4))
def test_a_shell_reads_what_was_quoted(words: list[bytes]) -> None:
    line = f"printf '%s\\0' {quote_all(words)}"
    shown = subprocess.run(["bash", "-c", line], check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"}).stdout
    assert shown == b"".join(word + b"\0" for word in words)


@pytest.mark.parametrize(
    ("word", "quoted"),
    [(b"plain", "plain"), (b"", "''"), (b"two words", "'two words'"), (b"\xff", r"$'\xff'"), (b"\n", r"$'\x0a'")],
)
def test_quoting_is_as_plain_as_it_can_be(word: bytes, quoted: str) -> None:
    assert quote(word) == quoted


@given(st.text())
def test_visible_text_has_no_power(text: str) -> None:
    powers = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not {unicodedata.category(character) for character in visible(text)} & powers


def test_what_hides_is_named() -> None:
    assert visible("a\x1b[2Jb\u202ec\0\n") == r"a\x1b[2Jb\u202ec\x00\n"
    assert visible("a\tb\n", keep="\t") == "a\tb\\n"
    assert visible("\U000e0001") == r"\U000e0001"


@pytest.mark.parametrize(
    "printed",
    [
        "\x1b[1;31m{}\x1b[0m",
        "\x1b]0;a title\x07{}",
        "\x1b]8;;http://x\x1b\\{}",
        "\x1b(B\x1b7{}\x1b8",
        "\x1b[?25l{}\x1b=",
        "\x1bc{}",
    ],
)
def test_what_only_a_terminal_understands_is_left_out(printed: str) -> None:
    assert without_escapes(printed.format("one\r\ntwo")) == "one\ntwo"


def test_one_line_is_the_first_that_says_something() -> None:
    assert one_line("\n  \n first \nsecond") == "first"
    assert one_line("x" * 200, 10) == "xxxxxxx..."


def test_near_words_are_named_nearest_first() -> None:
    assert near("timeout_ss", ["timeout_s", "seed", "timeout"]) == ["timeout_s", "timeout"]


def test_numbers_are_told_as_people_do() -> None:
    assert [count(1, "case"), count(2, "case"), count(1200, "entry", "entries")] == [
        "1 case",
        "2 cases",
        "1,200 entries",
    ]
    assert [duration(0.34), duration(1.234), duration(200)] == ["340 ms", "1.2 s", "3 min 20 s"]
    assert [size(812), size(1536), size(64 << 20), size(3 << 30)] == ["812 B", "1.5 KiB", "64.0 MiB", "3.0 GiB"]
