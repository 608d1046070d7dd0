from __future__ import annotations

import pytest

from worker.analysis.claims import LIKELY
from worker.analysis.dialects.entries import Entry, option_entries
from worker.analysis.dialects.layout import lay_out


def entries(text: str) -> list[Entry]:
    return [entry for section in lay_out(text).sections for entry in option_entries(section)]


def told(text: str) -> list[tuple[str, str]]:
    return [(entry.head.names[-1], entry.description) for entry in entries(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Options:\n  -a, --all   take all\n  -q          say nothing\n",
        "Options:\n  -a, --all\n      take all\n  -q\n      say nothing\n",
        "Options:\n  -a, --all\n              take all\n  -q          say nothing\n",
        "Options:\n  -a, --all : take all\n  -q : say nothing\n",
        "Options:\n  -a, --all - take all\n  -q - say nothing\n",
        "Options:\n  -a  --all   take all\n  -q          say nothing\n",
        "Options:\n-a, --all   take all\n-q          say nothing\n",
        "Options:\n  -a, --all take all\n  -q say nothing\n",
        "  -a, --all   take all\n  -q          say nothing\n",
    ],
)
def test_finds_heads_and_what_is_said_of_them(text: str) -> None:
    assert told(text) == [("--all", "take all"), ("-q", "say nothing")]


def test_joins_lines_and_words_that_were_broken_at_their_hyphen() -> None:
    text = "Options:\n  --x   works like --requirements-from-\n        script, only\n        better\n"

    assert told(text) == [("--x", "works like --requirements-from-script, only better")]


def test_goes_on_behind_an_empty_line_as_long_as_the_text_stays_inside() -> None:
    assert told("Options:\n  --x\n          first\n\n          second\n\n  --y\n") == [
        ("--x", "first second"),
        ("--y", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Options:\n  --x        see also\n             -y and --z, which\n             --w  turns round\n",
        "Options:\n  --x\n          see also\n          --y  turns round\n          -z\n",
    ],
)
def test_takes_no_option_from_a_description(text: str) -> None:
    assert [entry.head.names for entry in entries(text)] == [("--x",)]


@pytest.mark.parametrize(
    "text",
    [
        "Use these together:\n--all and --none exclude each other.\n",
        "It frobs. With\n--all it frobs more.\n",
        "Examples:\n  --x   is used like this\n",
        "Exit status:\n  -1   nothing was done\n",
        "See also:\n  -x   of other tools\n",
        "Some text.\n- a bullet\n- another\n",
    ],
)
def test_takes_no_option_from_prose(text: str) -> None:
    assert entries(text) == []


def test_goes_on_after_a_remark_in_the_middle_of_a_list() -> None:
    text = "Options:\n  --a   one\n  (Use 'frob -v' for more.)\n  --b   two\n  --c=<x> three\n"

    assert [entry.head.names[0] for entry in entries(text)] == ["--a", "--b", "--c"]


def test_a_head_may_go_on_in_the_next_line() -> None:
    (entry,) = entries("Options:\n      --color[=WHEN],\n      --colour[=WHEN]   mark it\n")

    assert entry.head.names == ("--color", "--colour")
    assert (entry.number, entry.description) == (2, "mark it")


def test_a_long_head_may_reach_the_column_of_descriptions() -> None:
    text = "Options:\n  --a         one\n  --bb        two\n  --long-opts three words long\n"

    assert told(text)[-1] == ("--long-opts", "three words long")


def test_options_below_a_command_and_deeper_are_not_surely_the_tool_s_own() -> None:
    text = (
        "Options:\n  -h, --help      Print this\n  merge [options] <dir>  Merge folders\n"
        "    -o, --output <dir>  Output\n"
        "  -V, --version   Print it\n"
    )

    assert [(entry.head.names[-1], entry.confidence < LIKELY) for entry in entries(text)] == [
        ("--help", False),
        ("--output", True),
        ("--version", False),
    ]


def test_a_line_may_list_several_options() -> None:
    found = entries("Tests:\n      -amin N -anewer FILE -empty\n")

    assert [entry.head.names for entry in found] == [("-amin",), ("-anewer",), ("-empty",)]
    assert all(entry.confidence < LIKELY for entry in found)
