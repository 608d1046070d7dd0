"""Words that every format shares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.models.test_result import Status
from worker.reporting.words import bounded, ending, printed


def test_every_ending_has_words() -> None:
    assert ending(Status.NONZERO, 2, None) == "exit 2"
    assert ending(Status.SIGNALLED, None, 11) == "signal 11"
    assert ending(None, None, None) == "not executed"
    others = [one for one in Status if not one.has_exit_code and one is not Status.SIGNALLED]
    words = [ending(one, None, None) for one in others]
    assert all(words)
    assert len(set(words)) == len(others)


@given(st.text(max_size=200), st.integers(20, 100))
def test_what_is_printed_is_bounded_and_keeps_both_ends(text: str, most: int) -> None:
    shown = printed("begin" + text + "end", most)
    assert shown.startswith("begin")
    assert shown.endswith("end")
    # Each character takes at most ten, and the mark of what is left out stands on a line of its own.
    assert len(shown) <= most * 10 + 40


def test_lines_stay_lines_and_everything_else_is_named() -> None:
    assert printed("a\r\n\tb\rc\x1b[0m\n", 100) == "a\n\tb\\rc\\x1b[0m\n"


def test_a_line_is_cut_at_its_end() -> None:
    assert bounded("12345\n7890", 20) == r"12345\n7890"
    assert bounded("1234567890", 4) == "1234 ..."
