from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.knowledge.offers import offered_companions, offered_names, offered_values

GIVEN = "xyzzy-plugh"
LISTS = [
    "frob: error: argument --shade: invalid choice: 'xyzzy-plugh' (choose from 'dim', 'lit')",
    "frob: error: argument --shade: invalid choice: 'xyzzy-plugh' (choose from dim, lit)",
    "Error: Invalid value for '--shade': 'xyzzy-plugh' is not one of 'dim', 'lit'.",
    "error: invalid value 'xyzzy-plugh' for '--shade <KIND>'\n  [possible values: dim, lit]\n\nFor more.",
    (
        "frob: invalid argument \u2018xyzzy-plugh\u2019 for \u2018--shade\u2019\nValid arguments are:\n"
        "  - \u2018dim\u2019\n  - \u2018lit\u2019\nTry 'frob --help' for more information."
    ),
    "--shade must be one of: dim, or lit",
    'frob: bad value "xyzzy-plugh" for --shade: expected one of [dim|lit]',
    "error: unknown shade xyzzy-plugh. Available shades: see below\nerror: xyzzy-plugh: available values: dim, lit",
    "error: option '--shade <k>' argument 'xyzzy-plugh' is invalid. Allowed choices are dim, lit.",
    'Invalid values:\n  Argument: shade, Given: "xyzzy-plugh", Choices: "dim", "lit"',
    "Invalid value for option '--shade': 'xyzzy-plugh', expected one of: dim, lit. You gave something else.",
    "frob: xyzzy-plugh is no shade; valid types are dim and lit",
    "frob: xyzzy-plugh is not valid. Supported values are:\n    dim\n    lit\n",
    (
        "\u256d\u2500 Error \u2500\u256e\n\u2502 Invalid value for '--shade': 'xyzzy-plugh' is not one of \u2502\n"
        "\u2502 'dim', 'lit'. \u2502\n\u2570\u2500\u2500\u256f"
    ),
]
NO_LISTS = [
    "frob: xyzzy-plugh must be an integer",
    "usage: frob [--tone {dim,lit}]\nfrob: no such shade",
    "frob: xyzzy-plugh: one of these days it will work",
    "xyzzy-plugh",
    "frob --shade=xyzzy-plugh",
    "frob: invalid value xyzzy-plugh, must be one of dim",
    "frob: xyzzy-plugh: valid values are those that the manual names",
    "",
]


@pytest.mark.parametrize("text", LISTS)
def test_reads_the_words_that_would_have_been_taken(text: str) -> None:
    assert offered_values(text, GIVEN, ("-s", "--shade")) == ("dim", "lit")


@pytest.mark.parametrize("text", NO_LISTS)
def test_takes_no_sentence_and_no_other_list_for_choices(text: str) -> None:
    assert offered_values(text, GIVEN, ("-s", "--shade")) == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("frob: option '--=xyzzy-plugh' is ambiguous; possibilities: '--all' '--deep'", ("--all", "--deep")),
        ("frob: error: ambiguous option: --=xyzzy-plugh could match --all, --deep", ("--all", "--deep")),
        ("ambiguous option: -- (--all, --deep, --help?)", ("--all", "--deep", "--help")),
        ("error: unexpected argument\n\n  tip: a similar argument exists: '--deep'", ("--deep",)),
        ("unknown option\nDid you mean one of these?\n\t--all\n\t--deep\n\n--other", ("--all", "--deep")),
        ("frob: unknown option --=xyzzy-plugh", ()),
        ("Options:\n  --all\n  --deep\n", ()),
    ],
)
def test_reads_the_names_that_are_suggested(text: str, names: tuple[str, ...]) -> None:
    assert offered_names(text, "--=xyzzy-plugh") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("frob: You must specify one of the '-acx' or '--delete' options", ("-a", "-c", "-x", "--delete")),
        ("frob: error: one of the arguments -a --bar is required", ("-a", "--bar")),
        ("frob: unknown option -a", ()),
    ],
)
def test_reads_the_options_of_which_one_is_needed(text: str, names: tuple[str, ...]) -> None:
    assert offered_companions(text) == names


@given(st.text(max_size=300))
def test_no_text_makes_it_stumble(text: str) -> None:
    offered_values(f"{GIVEN} {text}", GIVEN, ("--shade",))
    offered_names(f"did you mean {text}", "--=x")
    offered_companions(f"one of the options {text}")


@pytest.mark.parametrize(
    "piece", ["valid ", "one of ", "a", "'a' ", "(", "-ab ", "must specify one ", "one of the ", "\u2502\n"]
)
def test_a_long_text_takes_no_longer_than_it_is(piece: str) -> None:
    began = time.monotonic()

    for read in (lambda text: offered_values(text, GIVEN, ("--shade",)), offered_companions):
        read(f"{GIVEN} {piece * 100_000}")
    offered_names(f"did you mean {piece * 100_000}", "--=x")

    assert time.monotonic() - began < 2


def test_a_list_in_columns_below_a_blank_line_is_read() -> None:
    text = "frob: error: argument --sum: Invalid choice, valid choices are:\n\nCRC | SHA\nXX  | MD\nLAST\n\nmore\n"

    assert offered_values(text, "xyzzy", ["--sum"]) == ("CRC", "SHA", "XX", "MD", "LAST")


def test_a_list_that_is_called_a_choice_may_have_one_word() -> None:
    text = "frob: error: argument --mode: Invalid choice, valid choices are:\n\nON\n"

    assert offered_values(text, "xyzzy", ["--mode"]) == ("ON",)


def test_a_list_that_was_wrapped_in_its_brackets_is_read_to_the_end() -> None:
    text = (
        "error:\n  argument --hue: invalid choice: 'xyzzy' (choose from 'a',\n'b', <Hue.DARK: 'dark'>,\n'z')\n\n'c'\n"
    )

    assert offered_values(text, "xyzzy", ["--hue"]) == ("a", "b", "dark", "z")
