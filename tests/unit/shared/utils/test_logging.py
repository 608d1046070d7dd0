"""One event, one line, whoever writes it."""

from __future__ import annotations

import io
import json
import logging as standard

import pytest

from shared.utils import logging


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_events_and_those_of_libraries_come_out_alike(stream: io.StringIO) -> None:
    logging.configure("info", "json", stream)
    with logging.bound(job_id="j", trace_id="t"):
        logging.get_logger("ours").info("call.finished", call="c")
        standard.getLogger("theirs").warning("spoke %s", "up", extra={"data": "secret"})
    ours, theirs = lines(stream)
    assert ours["event"] == "call.finished"
    assert theirs["event"] == "spoke up"
    for one in (ours, theirs):
        assert (one["job_id"], one["trace_id"]) == ("j", "t")
        assert one["level"] in {"info", "warning"}
        assert str(one["timestamp"]).endswith("Z")
    assert "secret" not in stream.getvalue()


def test_events_below_the_level_are_left_out(stream: io.StringIO) -> None:
    logging.configure("warning", "json", stream)
    logging.get_logger("ours").info("quiet")
    logging.get_logger("ours").warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_an_exception_is_one_line_too(stream: io.StringIO) -> None:
    logging.configure("info", "json", stream)
    try:
        int("broken\nin two")
    except ValueError:
        logging.get_logger("ours").exception("attempt.failed")
    (line,) = lines(stream)
    assert "ValueError" in json.dumps(line["exception"])


def test_the_console_is_for_people(stream: io.StringIO) -> None:
    logging.configure("info", "console", stream)
    logging.get_logger("ours").info("call.finished", call="c")
    assert "call.finished" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_automatic_is_json_where_no_terminal_is(stream: io.StringIO) -> None:
    logging.configure("info", "auto", stream)
    logging.get_logger("ours").info("x")
    assert lines(stream)[0]["event"] == "x"
