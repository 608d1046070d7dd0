from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import Command, Option, Source, Takes, ValueType
from worker.analysis.claims import LIKELY, UNSURE, ArgumentClaim, OptionClaim
from worker.analysis.merge import settle_arguments, settle_options

NAMES = st.sampled_from(["-a", "-b", "--all", "--bare", "--no-all", "--no-bare"])
CLAIMS = st.builds(
    OptionClaim,
    names=st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple),
    takes=st.sampled_from(Takes),
    value_name=st.none() | st.sampled_from(["FILE", "slash"]),
    choices=st.none() | st.just(("x", "y")),
    source=st.sampled_from([Source.HELP, Source.USAGE]),
    line=st.none() | st.integers(1, 9),
    confidence=st.sampled_from([LIKELY, UNSURE]),
)


def settled(*claims: OptionClaim) -> tuple[Option, ...]:
    return settle_options(claims, "").options


def used(*names: str, takes: Takes = Takes.NONE, value_name: str | None = None) -> OptionClaim:
    return OptionClaim(names, takes, value_name, source=Source.USAGE, confidence=UNSURE)


def test_an_entry_and_a_usage_line_are_one_option_that_is_surer_than_either() -> None:
    (option,) = settled(used("-f", takes=Takes.REQUIRED), OptionClaim(("-f", "--file"), Takes.REQUIRED, "FILE", line=7))

    assert option.names == ("-f", "--file")
    assert option.sources == (Source.HELP, Source.USAGE)
    assert option.line == 7
    assert option.confidence > LIKELY


def test_what_only_a_usage_line_shows_is_unsure() -> None:
    (option,) = settled(used("-f"))

    assert (option.sources, option.line, option.confidence) == ((Source.USAGE,), None, UNSURE)


def test_a_usage_line_joins_no_two_entries() -> None:
    options = settled(OptionClaim(("-a",), line=1), OptionClaim(("--all",), line=2), used("-a", "--all"))

    assert [option.names for option in options] == [("-a",), ("--all",)]


def test_a_fixed_word_for_the_value_of_another_entry_is_a_flag_of_its_own() -> None:
    word = OptionClaim(("--style",), Takes.REQUIRED, "WORD", line=1)
    shorthand = OptionClaim(("-p", "--style"), Takes.REQUIRED, "slash", line=2)

    options = settled(word, shorthand)

    assert [(option.names, option.takes_value) for option in options] == [
        (("--style",), Takes.REQUIRED),
        (("-p",), Takes.NONE),
    ]


def test_two_entries_with_and_without_a_value_make_it_optional() -> None:
    (option,) = settled(OptionClaim(("-save",), line=1), OptionClaim(("-save",), Takes.REQUIRED, "arg", line=2))

    assert (option.takes_value, option.value_name) == (Takes.OPTIONAL, "arg")


def test_a_usage_line_that_disagrees_is_told() -> None:
    found = settle_options([OptionClaim(("--omit",), line=3), used("--omit", takes=Takes.REQUIRED)], "install")

    assert found.options[0].takes_value is Takes.REQUIRED
    assert [(one.command, one.subject) for one in found.contradictions] == [("install", "--omit")]


def test_a_negation_names_the_option_that_it_switches_off() -> None:
    options = settled(OptionClaim(("-g", "--glue"), line=1), OptionClaim(("--no-glue",), line=2))

    assert options[1].negates == "--glue"
    assert settled(OptionClaim(("--no-glue",)))[0].negates is None


def test_global_options_are_left_to_the_command_that_has_them() -> None:
    claim = OptionClaim(("-q", "--quiet"), inherited=True)

    assert settle_options([claim], "sub", inherited=["-q", "--quiet"]).options == ()
    assert [one.names for one in settle_options([claim], "").options] == [("-q", "--quiet")]
    own = replace(claim, inherited=False)
    assert [one.names for one in settle_options([own], "sub", inherited=["-q", "--quiet"]).options] != []


def test_options_stand_in_the_order_of_the_text_and_unseen_ones_behind() -> None:
    options = settled(used("-z"), OptionClaim(("-b",), line=9), OptionClaim(("-a",), line=2))

    assert [option.names[0] for option in options] == ["-a", "-b", "-z"]


@given(st.lists(CLAIMS, max_size=8))
def test_any_claims_make_options_that_a_command_can_have(claims: list[OptionClaim]) -> None:
    options = settled(*claims)

    assert Command(options=options).options == options
    assert {name for option in options for name in option.names} == {name for one in claims for name in one.names}


def test_an_argument_gets_its_type_from_its_name_and_description() -> None:
    claims = [
        ArgumentClaim("FILE"),
        ArgumentClaim("x", description="number of tries"),
        ArgumentClaim("kind", choices=("a",)),
    ]

    assert [one.value_type for one in settle_arguments(claims)] == [
        ValueType.FILE,
        ValueType.INTEGER,
        ValueType.CHOICE,
    ]


@given(st.lists(st.text(max_size=10)))
def test_any_names_make_arguments(names: list[str]) -> None:
    assert len(settle_arguments(ArgumentClaim(name) for name in names)) <= len(names)


def test_letters_that_stand_for_a_value_of_one_option_take_none_themselves() -> None:
    def entry(letter: str, word: str) -> OptionClaim:
        return OptionClaim((letter, "--format"), Takes.REQUIRED, value_name=word, joined="=")

    found = settle_options([entry("-O", "roff"), entry("-T", "tex")], "").options

    assert [(one.names, one.takes_value, one.choices) for one in found] == [
        (("-O",), Takes.NONE, None),
        (("--format",), Takes.REQUIRED, ("roff", "tex")),
        (("-T",), Takes.NONE, None),
    ]


def test_entries_that_share_a_spelling_and_name_what_is_to_be_filled_in_keep_their_values() -> None:
    one = OptionClaim(("-o", "--out"), Takes.REQUIRED, value_name="file")
    other = OptionClaim(("-d", "--out"), Takes.REQUIRED, value_name="directory")

    found = settle_options([one, other], "").options

    assert found[0].names == ("-o", "--out")
    assert found[0].takes_value is Takes.REQUIRED
