"""Which words an option takes."""

from __future__ import annotations

import pytest

from worker.analysis.dialects.choices import read_choices, told_elsewhere
from worker.analysis.dialects.layout import lines_of


@pytest.mark.parametrize(
    ("description", "value_name", "words"),
    [
        ("sort by WORD: none (-U), size (-S), time (-t), width", "WORD", ("none", "size", "time", "width")),
        ("across -x, commas -m, long -l, vertical -C", "WORD", ("across", "commas", "long", "vertical")),
        ("TYPE is 'binary', 'text', or 'without-match'", "TYPE", ("binary", "text", "without-match")),
        ("WHEN can be always, never or auto", "WHEN", ("always", "never", "auto")),
        ("severity - either: off, warn, 0, or 1", "String", ("off", "warn", "0", "1")),
        ("Select the format among: columns (default), freeze, or json", "list", ("columns", "freeze", "json")),
        ("Which to use [auto, disabled, import]. (default: auto)", None, ("auto", "disabled", "import")),
        ("Action when it exists: (s)witch, (i)gnore, (w)ipe", None, ("s", "i", "w")),
        ('"eager" - all of them. "only-if-needed" - few of them.', None, ("eager", "only-if-needed")),
        ("Edition [possible values: 2015]", None, ("2015",)),
        ("ENABLED is the only valid value. More", None, ("ENABLED",)),
        ("Only accepts values of private, public and none. See", None, ("private", "public", "none")),
        ('Kind (choices: "a", "b", default: "a")', None, ("a", "b")),
        ("Accepted values are 'default', 'both', or 'none'", None, ("default", "both", "none")),
        ("Whole or part: the rest, any", "WORD", None),
        ("Format: [(user|uid)][:(group|gid)]", None, None),
        ("e.g. 'a' or 'b'", None, None),
        ("one of the two", None, None),
        ("Sort by one of name, size, etc.", None, None),
        ("(default: a)", None, None),
        ("'{type}' must be one of path, line or column", None, None),
    ],
)
def test_reads_choices(description: str, value_name: str | None, words: tuple[str, ...] | None) -> None:
    found = read_choices(description, (), value_name)

    assert (found.words if found else None) == words


@pytest.mark.parametrize(
    "lines",
    [
        ["The possible values for this", "flag are:", "none      Not at all.", "name      By name.", "wrapped on"],
        ["Kind:", "'none' or 'n':  not at all", "'name':  by name"],
        ["Can be one of:", "* none", "* name"],
        ["Possible values:", "- none: Not at all", "- name: By name"],
    ],
)
def test_reads_a_list_below(lines: list[str]) -> None:
    found = read_choices(" ".join(lines), lines)

    assert found is not None
    assert {"none", "name"} <= set(found.words) <= {"none", "name", "n"}


def test_reads_what_stands_apart_from_the_entries() -> None:
    text = """
The WHEN argument defaults to 'always' and can also be 'auto' or 'never'.
FORM is one of the following:
   round    like a ball
   flat     like a coin
Valid arguments for --style are:
  plain
  curly
The SIZE argument is an integer.
"""
    assert told_elsewhere(lines_of(text)) == {
        "WHEN": ("always", "auto", "never"),
        "FORM": ("round", "flat"),
        "--style": ("plain", "curly"),
    }


def test_the_forms_of_a_value_are_no_choices() -> None:
    text = "RODS may be:\n  N       into N rods\n  K/N     only the Kth of N\n  l/N     whole lines\n"

    assert told_elsewhere(lines_of(text)) == {}
    assert read_choices("one of N, K/N, l/N", (), "RODS") is None


def test_words_that_stand_alone_in_quotes_are_read_without_them() -> None:
    found = read_choices('The possible values are: "head" "tail"', ["The possible values are:", '"head"', '"tail"'])

    assert found is not None
    assert found.words == ("head", "tail")
