"""What is taken out of a text before two of them are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.call import PINNED, Surroundings
from worker.verification.normalise import generalise, normalise

SHAPES = st.sampled_from(
    [
        "2030-01-02T03:04:05.123Z",
        "2030-01-02 03:04:05",
        "Tue Jan  2 03:04:05 UTC 2030",
        "03:04",
        "0x7ffe12345678",
        "12345678-1234-1234-1234-123456789abc",
        "12.5 ms",
        "/tmp/tmp.x1",
        "/case/a.txt",
        "/home/user/.cfg",
        "sandbox",
        "frob[4711]: ",
        "42",
        "\x1b[0m",
    ]
)
texts = st.lists(SHAPES | st.text(max_size=5), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at 2030-01-02T03:04:05Z", "at 2031-11-12T13:14:15Z"),
        ("Tue Jan  2 03:04:05 UTC 2030", "Wed Feb 13 13:14:15 UTC 2031"),
        ("took 12.5 ms", "took 7 ms"),
        ("object at 0x7ffe12345678", "object at 0x55aa00001111"),
        ("in /tmp/tmpa1b2c3", "in /tmp/tmpzzzzzz"),
        ("frob[123]: hello", "frob[4567]: hello"),
        ("id 12345678-1234-1234-1234-123456789abc", "id 87654321-4321-4321-4321-cba987654321"),
    ],
)
def test_what_may_differ_does_not_count(one: str, other: str) -> None:
    assert normalise(one, PINNED) == normalise(other, PINNED)


@pytest.mark.parametrize(
    ("one", "other"), [("12 lines", "13 lines"), ("version 1.2.3", "version 1.2.4"), ("a\nb", "b\na"), ("x", "")]
)
def test_everything_else_counts(one: str, other: str) -> None:
    assert normalise(one, PINNED) != normalise(other, PINNED)


def test_the_same_thing_twice_stays_the_same_thing() -> None:
    assert normalise("0xaaaaaa 0xbbbbbb 0xaaaaaa", PINNED) == "<ADDRESS1> <ADDRESS2> <ADDRESS1>"


def test_places_are_known_by_name_in_any_surroundings() -> None:
    elsewhere = Surroundings(folder="elsewhere", home="somebody", host="anywhere")
    here = normalise("/case/a /home/user/b on sandbox", PINNED)
    assert here == normalise("/elsewhere/a /home/somebody/b on anywhere", elsewhere)


@given(texts)
def test_twice_is_the_same_as_once(text: str) -> None:
    once = normalise(text, PINNED)
    assert normalise(once, PINNED) == once


@given(st.binary())
def test_no_output_raises_anything(raw: bytes) -> None:
    normalise(raw.decode(errors="replace"), PINNED)


def test_a_message_is_reduced_to_its_kind() -> None:
    one = generalise("cannot open 'a.txt': line 12 of /etc/x", ["a.txt"])
    other = generalise("cannot open 'b.txt': line 7 of /var/y/z", ["b.txt"])
    assert one == other == "cannot open <quoted>: line <number> of <path>"


@given(st.text(), st.lists(st.text(max_size=4), max_size=3))
def test_reducing_never_raises(message: str, words: list[str]) -> None:
    generalise(message, words)
