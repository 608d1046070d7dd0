from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import ValueType
from worker.knowledge import samples
from worker.knowledge.values import ladder, type_asked_for, type_of

TYPES = st.none() | st.sampled_from(ValueType)
WORDS = st.text(max_size=30)


@pytest.mark.parametrize(
    ("value_name", "expected"),
    [
        ("FILE", ValueType.FILE),
        ("<input-file>", ValueType.FILE),
        ("keyfile", ValueType.FILE),
        ("CONFIG_FILE", ValueType.FILE),
        ("sample.csv", ValueType.FILE),
        ("output_file", ValueType.OUTPUT),
        ("DIR", ValueType.DIRECTORY),
        ("output-dir", ValueType.DIRECTORY),
        ("NUM", ValueType.INTEGER),
        ("int", ValueType.INTEGER),
        ("max-width", ValueType.INTEGER),
        ("FLOAT", ValueType.FLOAT),
        ("SIZE", ValueType.SIZE),
        ("duration", ValueType.DURATION),
        ("SECONDS", ValueType.DURATION),
        ("DATE", ValueType.DATE),
        ("%Y-%m-%d", ValueType.DATE),
        ("url", ValueType.URL),
        ("REGEX", ValueType.REGEX),
        ("FORMAT", ValueType.FORMAT),
        ("KEY=VALUE", ValueType.KEY_VALUE),
        ("<name>=<value>", ValueType.KEY_VALUE),
        ("strings", ValueType.LIST),
        ("NAME", ValueType.TEXT),
        ("FROTZ", None),
        (None, None),
        ("", None),
    ],
)
def test_knows_a_value_by_its_name(value_name: str | None, expected: ValueType | None) -> None:
    assert type_of(value_name) is expected


def test_choices_say_most() -> None:
    assert type_of("FILE", choices=("a", "b")) is ValueType.CHOICE


def test_a_name_that_says_nothing_leaves_the_word_to_the_name_of_the_option() -> None:
    assert type_of("string", names=("-p", "--port")) is ValueType.INTEGER
    assert type_of("VALUE", names=("--key-file",)) is ValueType.FILE
    assert type_of("string", names=("--frotz",)) is ValueType.TEXT


def test_a_file_that_is_written_is_an_output() -> None:
    assert type_of("FILE", names=("-o", "--output")) is ValueType.OUTPUT
    assert type_of("FILE", "write the result to this file", ("-r",)) is ValueType.OUTPUT
    assert type_of("FILE", "read the rules from this file", ("-r",)) is ValueType.FILE


def test_a_description_and_a_default_help_where_no_name_does() -> None:
    assert type_of("X", "maximum number of tries") is ValueType.INTEGER
    assert type_of("X", "a regular expression") is ValueType.REGEX
    assert type_of("FROTZ", default="3") is ValueType.INTEGER
    assert type_of("FROTZ", default="0.5") is ValueType.FLOAT


@given(st.none() | WORDS, WORDS, st.lists(WORDS, max_size=3), st.none() | st.lists(WORDS), st.none() | WORDS)
def test_judges_any_words(
    value_name: str | None, description: str, names: list[str], choices: list[str] | None, default: str | None
) -> None:
    found = type_of(value_name, description, names, choices, default)

    assert found is None or isinstance(found, ValueType)


@given(TYPES, st.none() | st.lists(WORDS), st.none() | WORDS, st.none() | WORDS)
def test_offers_at_least_one_value_and_none_twice(
    value_type: ValueType | None, choices: list[str] | None, default: str | None, value_name: str | None
) -> None:
    found = ladder(value_type, choices, default, value_name)

    assert found
    assert len(set(found)) == len(found)


def test_offers_every_choice_in_its_order() -> None:
    assert ladder(ValueType.CHOICE, ("slow", "fast")) == (b"slow", b"fast")


def test_offers_files_that_lie_in_the_folder_of_the_call() -> None:
    paths = {file.path for file in samples.BASIC}

    assert set(ladder(ValueType.FILE, value_name="data.json")) <= paths
    assert ladder(ValueType.FILE, value_name="data.json")[0] == b"sample.json"
    assert ladder(ValueType.FILE, value_name="FILE")[0] == b"sample.txt"


def test_offers_a_new_name_for_an_output() -> None:
    paths = {file.path for file in samples.BASIC}

    assert not set(ladder(ValueType.OUTPUT)) & paths


def test_a_default_comes_first_only_where_the_value_has_a_syntax_of_its_own() -> None:
    assert ladder(ValueType.FORMAT, default="%H:%M")[0] == b"%H:%M"
    assert ladder(ValueType.INTEGER, default="80")[0] == b"1"
    assert b"80" in ladder(ValueType.INTEGER, default="80")


def test_offers_programs_for_what_is_one() -> None:
    assert ladder(None, value_name="filter expression") != ladder(None, value_name="frotz")


@pytest.mark.parametrize(
    ("said", "value_type"),
    [
        ("frob: invalid number of lines: 'q'", ValueType.INTEGER),
        ("error: argument --n: invalid int value: 'q'", ValueType.INTEGER),
        ("error: argument --n: invalid float value: 'q'", ValueType.FLOAT),
        ('invalid argument "q" for "--wait" flag: time: invalid duration "q"', ValueType.DURATION),
        ("frob: invalid date 'q'", ValueType.DATE),
        ("frob: q: no valid regular expression", ValueType.REGEX),
        ("frob: expected KEY=VALUE", ValueType.KEY_VALUE),
        ("frob: q is not allowed", None),
        ("", None),
    ],
)
def test_tells_from_a_refusal_what_should_have_stood_there(said: str, value_type: ValueType | None) -> None:
    assert type_asked_for(said) is value_type


def test_the_words_of_the_call_are_no_hint() -> None:
    assert type_asked_for("frob: invalid value 'number' for '--url'", ["--url", "number"]) is None


@pytest.mark.parametrize(
    ("value_name", "description", "names", "expected"),
    [
        ("columns", "columns to hide", ["--hide"], None),
        ("chars", "letters to use", ["--kind-chars"], None),
        ("chars", "number of letters", ["--kind-chars"], ValueType.INTEGER),
        ("type", "how jobs write", ["--output-sync"], None),
        ("COMMAND", "write to shell COMMAND; the file is in a variable", ["--filter"], None),
        (None, "", ["--output-dir"], ValueType.DIRECTORY),
        (None, "", ["--key-file"], ValueType.FILE),
        (None, "", ["--output"], ValueType.OUTPUT),
        ("NROD", "join at most NROD at once", ["--batch-size"], ValueType.INTEGER),
    ],
)
def test_a_name_tells_no_more_than_it_says(
    value_name: str | None, description: str, names: list[str], expected: ValueType | None
) -> None:
    assert type_of(value_name, description, names) is expected
