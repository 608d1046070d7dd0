"""Bytes, times and digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from shared.models.base import Utc
from shared.models.call import Call

words = st.binary().map(lambda word: word.replace(b"\0", b""))
calls = st.builds(Call, argv=st.lists(words, min_size=1).map(tuple), stdin=st.none() | st.binary())


@given(calls)
def test_any_bytes_survive_json(call: Call) -> None:
    again = Call.model_validate_json(call.model_dump_json())
    assert again == call
    assert again.digest() == call.digest()


@given(calls, calls)
def test_different_calls_have_different_digests(one: Call, other: Call) -> None:
    assert (one == other) == (one.digest() == other.digest())


def test_readable_bytes_stay_readable() -> None:
    assert Call(argv=("wörd".encode(), b"\xff")).model_dump(mode="json")["argv"] == ["wörd", {"base64": "/w=="}]


def test_a_time_comes_back_aware_and_in_utc() -> None:
    column, dialect = Utc(), sqlite.dialect()
    noon = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert column.process_bind_param(noon, dialect) == datetime(2030, 1, 1, 10, tzinfo=UTC)
    assert column.process_result_value(datetime(2030, 1, 1, 10), dialect) == noon  # noqa: DTZ001


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Utc().process_bind_param(datetime(2030, 1, 1), sqlite.dialect())  # noqa: DTZ001
