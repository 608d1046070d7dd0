from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.execution.inside import wire

VALUES = st.recursive(
    st.integers() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, held), default=0) if isinstance(value, list | dict) else 0


@given(VALUES.filter(lambda value: depth(value) <= 8))
def test_what_was_written_is_read_again(value: object) -> None:
    assert wire.decode(wire.encode(value)) == value


@given(st.binary(max_size=60) | st.text("0123456789:ilde-", max_size=40).map(str.encode))
def test_anything_else_is_refused_in_one_way(raw: bytes) -> None:
    try:
        value = wire.decode(raw)
    except wire.WireError:
        return
    assert wire.decode(wire.encode(value)) == value


def test_text_comes_back_as_bytes_except_in_keys() -> None:
    assert wire.decode(wire.encode({"ä": "ö"})) == {"ä": "ö".encode()}


@pytest.mark.parametrize(
    "raw", [b"", b"5:abc", b"-1:", b"i1", b"l", b"d1:ae", b"di1ei2ee", b"3:abcd", b"l" * 100 + b"e" * 100, b"x"]
)
def test_what_is_cut_nested_or_too_long_is_refused(raw: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(raw)


def test_what_cannot_be_sent_is_our_mistake() -> None:
    with pytest.raises(TypeError):
        wire.encode({"a": 1.5})


def test_frames_pass_through_a_pipe_that_is_smaller_than_they_are() -> None:
    hearing, telling = os.pipe()
    value = {"large": b"x" * (1 << 20)}
    speaker = threading.Thread(target=wire.send, args=(telling, value))
    speaker.start()
    assert wire.receive(hearing) == value
    speaker.join()
    os.close(telling)
    with pytest.raises(EOFError):
        wire.receive(hearing)
    os.close(hearing)
