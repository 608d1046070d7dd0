"""The plan: what is in it, in which order, and that it is always the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.call import Call, CallFile, Terminal
from shared.models.cli_tool import Argument, CliTool, Command, Option, Recipe, Takes, ValueType
from shared.models.job import JobSpec, Profile, Selection, ToolSpec
from shared.models.test_plan import Intent, TestCase, TestPlan
from worker.generation.negative import unknown_options
from worker.generation.planner import Planner
from worker.knowledge import samples

WIDTH = Option(
    names=("-w", "--width"), takes_value=Takes.REQUIRED, value_name="COLS", value_type=ValueType.INTEGER, line=5
)
COLOUR = Option(
    names=("--colour",), takes_value=Takes.OPTIONAL, value_name="WHEN", choices=("always", "auto", "never"), line=6
)
NUMBER = Option(names=("-n", "--number"), line=4)
FILES = samples.merged(())
ROOT = Command(
    options=(NUMBER, WIDTH, COLOUR),
    arguments=(Argument(name="FILE", variadic=True, required=False),),
    recipes=(Recipe(call=Call(argv=(b"sample.txt",), files=FILES), prints=True),),
    help_argv=(b"--help",),
    version_argv=(b"--version",),
)
SUB = Command(path="sync", options=(Option(names=("--all",)),), help_argv=(b"sync", b"--help"))
TOOL = CliTool(name="frob", argv=(b"frob",), fingerprint="f", commands={"": ROOT, "sync": SUB})
SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)))


def plan(tool: CliTool = TOOL, spec: JobSpec = SPEC) -> TestPlan:
    return Planner().generate(tool, spec)


def of(technique: str, found: TestPlan | None = None) -> list[TestCase]:
    return [case for case in (found or plan()).cases if case.technique == technique]


def words(cases: list[TestCase]) -> list[tuple[bytes, ...]]:
    return [case.call.argv for case in cases]


def test_help_version_and_the_base_call_come_first_and_twice() -> None:
    first = plan().cases[:4]
    assert {case.technique for case in first} == {"help", "version", "base"}
    assert {case.repetitions for case in first} == {2}
    assert {case.intent for case in first} == {Intent.MUST_WORK}


def test_every_option_is_tried_with_a_plausible_value_in_the_base_call() -> None:
    found = words(of("option"))
    assert (b"--number", b"sample.txt") in found
    assert any(argv[0] == b"--width" and argv[1].isdigit() and argv[2] == b"sample.txt" for argv in found)
    assert (b"--colour", b"sample.txt") in found
    labels = {label for case in plan().cases for label in case.covers}
    assert {"option::--number", "option::--width", "option::--colour", "option:sync:--all", "command:sync"} <= labels


def test_every_choice_is_tried() -> None:
    tried = {argv[0] for argv in words(of("choice"))}
    assert len({b"--colour=always", b"--colour=auto", b"--colour=never"} & tried) >= 2


def test_what_must_be_refused_says_which_word_is_wrong() -> None:
    refused = [case for case in plan().cases if case.intent is Intent.MUST_REFUSE]
    assert {case.technique for case in refused} >= {"unknown_option", "missing_file", "missing_value", "invalid_choice"}
    for case in refused:
        assert case.wrong
        assert any(case.wrong.encode() in word for word in case.call.argv), case


def test_a_missing_value_is_the_last_word() -> None:
    assert (b"--width",) in words(of("missing_value"))


def test_an_unknown_option_is_of_the_style_of_the_known_ones() -> None:
    assert all(word.startswith(b"--") for word in unknown_options((NUMBER,)))
    assert all(len(word) == 2 for word in unknown_options((Option(names=("-n",)),)))
    assert all(word[:1] == b"-" != word[1:2] for word in unknown_options((Option(names=("-name",)),)))
    assert unknown_options(()) == ()


def test_an_unknown_option_is_never_a_known_one() -> None:
    known = Option(names=("--unheard-of",))
    assert b"--unheard-of" not in unknown_options((known,))


def test_both_forms_of_an_option_are_compared() -> None:
    groups = Counter(relation.group for case in plan().cases for relation in case.relations)
    assert groups["form.eq_vs_space::--width"] == 2
    assert groups["form.short_vs_long::--width"] == 2
    assert groups["form.short_vs_long::--number"] == 2
    assert not [group for group in groups if "--colour" in group], "an optional value has one form"


def test_no_form_is_compared_where_nothing_is_known_to_work() -> None:
    bare = TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"recipes": ()})}})
    found = plan(bare)
    assert not [case for case in found.cases if case.relations]
    assert {case.intent for case in of("options", found)} == {Intent.EXPLORE}


def test_an_empty_word_is_passed_only_where_words_may_follow() -> None:
    bare = Command(path="sync", help_argv=(b"sync", b"--help"), recipes=(Recipe(call=Call(argv=(b"sync",))),))
    tool = TOOL.model_copy(update={"commands": {"": ROOT, "sync": bare}})
    assert [case.command for case in of("empty_argument", plan(tool))] == [""]
    unknown = TOOL.model_copy(update={"commands": {"": ROOT, "sync": bare.model_copy(update={"recipes": ()})}})
    assert {case.command for case in of("empty_argument", plan(unknown))} == {"", "sync"}


def test_an_option_that_may_take_two_words_has_no_form_with_an_equals_sign() -> None:
    pair = Option(names=("--pair",), takes_value=Takes.REQUIRED, value_name="a v")
    tool = TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"options": (WIDTH, pair)})}})
    assert {case.option for case in of("form.eq_vs_space", plan(tool))} == {"--width"}


def test_where_nothing_is_known_to_work_options_share_calls_unless_the_profile_is_deep() -> None:
    names = [f"--{letter}{letter}" for letter in "abcdefghijkl"]
    many = tuple(Option(names=(name,), takes_value=Takes.REQUIRED, line=1) for name in (*names, "--version"))
    tool = TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"recipes": (), "options": many})}})

    shared, alone = of("options", plan(tool)), of("option", plan(tool))
    labels = [label for case in shared for label in case.covers if label.startswith("option:")]
    assert labels == [f"option::{name}" for name in names]
    assert words(shared)[1] == (b"--kk", b"1", b"--ll", b"1")
    assert [case.option for case in alone] == ["--version"], "it ends the call whatever stands beside it"

    deep = SPEC.model_copy(update={"profile": Profile.DEEP})
    assert [case.option for case in of("option", plan(tool, deep))] == [*names, "--version"]


def test_one_option_of_each_style_stands_for_all_whose_value_is_left_out_unless_the_profile_is_deep() -> None:
    names = ("--one", "--two", "--three", "-a", "-b", "-c")
    many = tuple(Option(names=(name,), takes_value=Takes.REQUIRED) for name in names)
    tool = TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"options": many})}})

    assert [case.option for case in of("missing_value", plan(tool))] == ["--one", "-a"]
    deep = SPEC.model_copy(update={"profile": Profile.DEEP})
    assert [case.option for case in of("missing_value", plan(tool, deep))] == list(names)


def test_the_base_call_reads_empty_binary_and_a_folder() -> None:
    contents = {case.technique: case.call for case in plan().cases if case.technique.endswith("_input")}
    assert set(contents) == {"empty_input", "binary_input", "folder_input"}
    for call in contents.values():
        assert b"sample.txt" not in call.argv


def test_a_call_that_reads_standard_input_is_given_another() -> None:
    recipe = Recipe(call=Call(stdin=samples.TEXT, files=FILES), prints=True)
    found = plan(TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"recipes": (recipe,)})}}))
    assert {case.call.stdin for case in found.cases if case.technique == "binary_input"} == {samples.BINARY}


def test_help_a_mistake_and_the_call_that_works_are_made_at_a_terminal_too() -> None:
    found = plan()
    at_one = of("terminal", found)
    rest = {case.call.argv: case.technique for case in found.cases if case.call.tty is None}
    assert {rest[case.call.argv] for case in at_one if case.command == ""} == {"help", "unknown_option", "base"}
    assert {case.call.tty for case in at_one} == {Terminal()}
    assert {(case.intent, case.covers, case.repetitions) for case in at_one} == {(Intent.EXPLORE, (), 1)}
    assert found.cases[-len(at_one) :] == tuple(at_one), "they come last, and go first where there is no room"


def test_a_quick_plan_has_no_terminal_and_a_command_that_never_worked_no_such_call() -> None:
    quick = SPEC.model_copy(update={"profile": Profile.QUICK})
    assert of("terminal", plan(spec=quick)) == []
    assert [case.call.argv for case in of("terminal") if case.command == "sync"] == [
        (b"sync", b"--help"),
        (b"sync", b"--unheard-of"),
    ]


def test_given_examples_come_first_and_carry_the_given_files() -> None:
    given_file = CallFile(path=b"mine.txt", content=b"mine")
    found = plan(spec=SPEC.model_copy(update={"examples": ((b"-n", b"mine.txt"),), "files": (given_file,)}))
    assert found.cases[0].technique == "example"
    assert found.cases[0].call.argv == (b"-n", b"mine.txt")
    assert given_file in found.cases[0].call.files


def test_no_call_is_planned_twice_and_nothing_is_lost_by_that() -> None:
    found = plan()
    assert len({case.key for case in found.cases}) == len(found.cases)
    (both,) = [case for case in found.cases if case.call.argv[:1] == (b"--width",) and len(case.call.argv) == 3]
    assert {relation.kind for relation in both.relations} == {"form.eq_vs_space", "form.short_vs_long"}
    assert both.technique == "option"


@pytest.mark.parametrize("most", [1, 2, 5, 10, 20])
def test_a_budget_keeps_the_most_informative_and_no_lonely_side(most: int) -> None:
    whole, cut = plan(), plan(spec=SPEC.model_copy(update={"max_cases": most}))
    assert [case.key for case in cut.cases] == [case.key for case in whole.cases[:most]]
    sides = Counter(relation.group for case in cut.cases for relation in case.relations)
    assert all(count == 2 for count in sides.values())


def test_a_budget_cuts_no_command_alone() -> None:
    commands = {case.command for case in plan(spec=SPEC.model_copy(update={"max_cases": 6})).cases}
    assert commands == {"", "sync"}


def test_the_same_input_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan() == plan()
    other = plan(spec=SPEC.model_copy(update={"seed": 1}))
    assert other.seed == 1
    assert {case.key for case in other.cases} != {case.key for case in plan().cases}


@pytest.mark.parametrize(
    ("only", "skip", "path", "is_in"),
    [
        ((), (), "sync", True),
        (("sync",), (), "sync", True),
        (("sync",), (), "sync all", True),
        (("sync",), (), "", False),
        ((), ("sync",), "sync all", False),
        ((), ("sync",), "synchro", True),
        (("TN101",), (), "", True),
        ((), ("TN101",), "", True),
    ],
)
def test_commands_are_chosen_by_path(only: tuple[str, ...], skip: tuple[str, ...], path: str, is_in: bool) -> None:
    assert Selection(only=only, skip=skip).picks(path) is is_in


options = st.builds(
    lambda number, takes, kind: Option(
        names=(f"-{chr(97 + number)}", f"--option-{number}"),
        takes_value=takes,
        value_name=None if takes is Takes.NONE else "X",
        value_type=None if takes is Takes.NONE else kind,
    ),
    st.integers(0, 20),
    st.sampled_from(Takes),
    st.sampled_from(ValueType),
)


@given(st.lists(options, unique_by=lambda option: option.names, max_size=8), st.integers(0, 5), st.integers(1, 60))
def test_any_interface_gives_a_plan_within_its_budget(found: list[Option], seed: int, most: int) -> None:
    tool = TOOL.model_copy(update={"commands": {"": ROOT.model_copy(update={"options": tuple(found)})}})
    made = plan(tool, SPEC.model_copy(update={"seed": seed, "max_cases": most}))
    assert 0 < len(made.cases) <= most
    assert made == plan(tool, SPEC.model_copy(update={"seed": seed, "max_cases": most}))
