"""No text makes a reader of help raise anything, and what is read of it is a sound command."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.help_texts import MOST_LINES, PIECES, command_of, made

SECONDS = 5

TEXTS = st.lists(
    st.builds(
        lambda indent, pieces, glue: " " * indent + glue.join(pieces),
        st.sampled_from((0, 2, 4, 8, 24)),
        st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8),
        st.sampled_from((" ", "  ", "")),
    ),
    max_size=MOST_LINES,
).map("\n".join)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_reads_any_text_made_of_pieces_of_help(text: str) -> None:
    command_of(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_reads_any_bytes(text: bytes) -> None:
    command_of(text)


@pytest.mark.parametrize("seed", [1, 2])
def test_reads_texts_of_the_corpus_however_they_are_spoilt(seed: int) -> None:
    chance = random.Random(seed)
    end = time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        text = made(chance)
        try:
            command_of(text)
        except Exception as error:
            raise AssertionError(f"could not read {text!r}") from error
