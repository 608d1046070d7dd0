"""Words that people type."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePosixPath
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.utils.validation import (
    InvalidValueError,
    is_below,
    parse_argv,
    parse_duration,
    parse_id,
    parse_name,
    parse_relative_path,
    parse_size,
    parse_url,
    without_password,
)


@pytest.mark.parametrize(
    ("text", "size"), [("512", 512), ("64k", 65536), ("1.5MiB", 1572864), ("2G", 2 << 30), ("1 kb", 1024)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1m30s", 90), ("500ms", 0.5), ("2h", 7200), ("1min 5s", 65)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((parse_size, text) for text in ("", "0", "-1", "1x", "k", "1 2")),
        *((parse_duration, text) for text in ("", "0", "-1s", "1m30", "1x", "s", "1,5s")),
        *((parse_name, text) for text in ("", "1x", "a b", "a/b", "ä", "x" * 65)),
        *((parse_argv, text) for text in ("", "  ", "'open", "a\0b")),
        *((parse_id, text) for text in ("", "xyz", "12", "g" * 32)),
    ],
)
def test_anything_else_is_refused_with_the_word_and_a_hint(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse(text)
    assert repr(text.replace("\0", "\\x00")) in caught.value.message or text in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("path", [b"", b"/a", b"a/", b"a//b", b"./a", b"a/..", b"a\0"])
def test_paths_that_lead_elsewhere_are_refused(path: bytes) -> None:
    with pytest.raises(InvalidValueError, match="not a path below"):
        parse_relative_path(path)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_a_quoted_command_line_is_read_as_it_was(words: list[str]) -> None:
    assert parse_argv(shlex.join(words)) == tuple(word.encode() for word in words)


@given(st.text())
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    for parse in (parse_size, parse_duration, parse_name, parse_argv, parse_id):
        try:
            parse(text)
        except InvalidValueError:
            continue


def test_ids_are_whole_or_begin_with_their_digits() -> None:
    whole = uuid4()
    assert parse_id(str(whole)) == whole
    assert parse_id(whole.hex) == UUID(whole.hex)
    assert parse_id("01A2-1192") == "01a21192"


def test_addresses_need_a_scheme_that_fits_and_a_host() -> None:
    schemes = frozenset({"redis", "sqlite"})
    assert parse_url("redis://h:1/0", schemes) == "redis://h:1/0"
    assert parse_url("sqlite:///x.db", schemes) == "sqlite:///x.db"
    for bad in ("http://h", "redis://", "redis://h:x", "h:1", "redis://[::1"):
        with pytest.raises(InvalidValueError):
            parse_url(bad, schemes)


def test_a_password_is_never_shown() -> None:
    assert without_password("redis://user:secret@host:1/0") == "redis://user:***@host:1/0"
    with pytest.raises(InvalidValueError) as caught:
        parse_url("http://user:secret@host", frozenset({"redis"}))
    assert "secret" not in caught.value.message


def test_below_is_a_matter_of_whole_parts() -> None:
    assert is_below(PurePosixPath("/a/b"), PurePosixPath("/a"))
    assert not is_below(PurePosixPath("/ab"), PurePosixPath("/a"))
