"""What a description says of other options."""

from __future__ import annotations

import pytest

from worker.analysis.dialects.relations import read_relations, rule_of_negations


@pytest.mark.parametrize(
    ("description", "conflicts"),
    [
        ("Conflicts with --fast", ("--fast",)),
        ("mutually exclusive with -a, --bold or --c", ("-a", "--bold", "--c")),
        ("Cannot be used with --fast and -q", ("--fast", "-q")),
        ("can't be combined with the --fast option", ("--fast",)),
        ("may not be used together with `--fast`", ("--fast",)),
        ("incompatible with --fast", ("--fast",)),
        ("used with --fast", ()),
        ("conflicts with other options", ()),
    ],
)
def test_reads_what_may_not_stand_beside_it(description: str, conflicts: tuple[str, ...]) -> None:
    assert read_relations(description).conflicts == conflicts


@pytest.mark.parametrize(
    ("description", "requires"),
    [
        ("Requires --list", ("--list",)),
        ("only valid with --list", ("--list",)),
        ("Only with -l/--list", ("--list",)),
        ("has no effect without --list", ("--list",)),
        ("can only be used together with --list", ("--list",)),
        ("If you use it, --list must be specified as well", ("--list",)),
        ("works not only with --list", ()),
        ("like --list", ()),
        ("requires a list", ()),
    ],
)
def test_reads_what_must_stand_beside_it(description: str, requires: tuple[str, ...]) -> None:
    assert read_relations(description).requires == requires


@pytest.mark.parametrize(
    ("description", "opposites"),
    [
        ("This flag can be disabled with --no-follow.", ("--no-follow",)),
        ("This can be overridden with '--no-follow'", ("--no-follow",)),
        ("Turned off by using --quiet", ("--quiet",)),
        ("See --no-follow as well", ()),
        ("disabled with care", ()),
    ],
)
def test_reads_what_switches_it_off(description: str, opposites: tuple[str, ...]) -> None:
    assert read_relations(description).opposites == opposites


def test_reads_other_names() -> None:
    assert read_relations("'--newer', '--later', or '--after' can be used as aliases").aliases == (
        "--newer",
        "--later",
        "--after",
    )
    assert read_relations("[aliases: --newer, -n] What is newer").aliases == ("--newer", "-n")
    assert read_relations("--hue is an alias for --colour").others == ("--hue",)


def test_mentions_only_what_is_said_to_switch_off() -> None:
    assert read_relations("Stream (use --no-follow to fetch and exit)").mentioned == ("--no-follow",)
    assert read_relations("pass --no-follow on").mentioned == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("For every --OPTION there is also a --no-OPTION that\nreverts it", "all"),
        ("All boolean options are enabled with --option and disabled with --no-option.", "flags"),
        ("There is --no-option for some", None),
        ("Options: all of them", None),
    ],
)
def test_finds_the_rule_that_gives_each_option_an_opposite(text: str, rule: str | None) -> None:
    assert rule_of_negations(text) == rule
