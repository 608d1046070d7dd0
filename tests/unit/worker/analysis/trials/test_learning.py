from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.call import Call
from shared.models.cli_tool import Command, Contradiction, Option, Recipe, Source, Takes, ValueType
from shared.models.test_result import Status, TestResult
from tests.fakes.executor import Answer
from tests.unit.worker.analysis.asked import Frob, typed
from worker.analysis.attempts import bench_of
from worker.analysis.explore import INVENTED
from worker.analysis.trials.learning import CALLS_OF_A_COMMAND, Learned, learn_options
from worker.analysis.trials.trial import CALLS_OF_AN_OPTION

BENCH = bench_of((), "frob", [])
HOSTILE = [
    b"",
    b"frob: option '--all' requires an argument\n",
    b"frob: option '--shade' doesn't allow an argument\n",
    b"frob: unrecognized option '--count'\n",
    b"frob: --shade: xyzzy-plugh: must be one of: a, b, \xff, c\n",
    b"frob: option '--=x' is ambiguous; possibilities: '--all' '--\xe2\x80\xae' '--x' '---' '--a.b'\n",
    b"Traceback (most recent call last):\n  File \"x\", line 1\nKeyError: 'x'\n",
]
OVERDUE = TestResult(call_digest="", status=Status.TIMEOUT_WALL)


@dataclass(frozen=True)
class Spec:
    """What the fake tool knows of an option."""

    takes: Takes = Takes.NONE
    choices: Sequence[str] = ()
    kind: str = ""

    def mistake(self, name: str, value: str | None) -> str:
        """Say what is wrong with a value, or with none; nothing where all is well."""
        if value is None:
            return f"option '{name}' requires an argument" if self.takes is Takes.REQUIRED else ""
        if self.takes is Takes.NONE:
            return f"option '{name}' doesn't allow an argument"
        if self.choices and value not in self.choices:
            listed = "".join(f"  - '{choice}'\n" for choice in self.choices)
            return f"invalid argument '{value}' for '{name}'\nValid arguments are:\n{listed}"
        return f"invalid number of things: '{value}'" if self.kind == "number" and not value.isdigit() else ""


def parser(known: Mapping[str, Spec], *, lists_names: bool = False) -> Callable[[Call], Answer]:
    """Make a tool that parses its options from the left to the right, and stops at the first mistake."""

    def answer(call: Call) -> Answer:
        words = [word.decode() for word in call.argv]
        while words and words[0].startswith("-"):
            word = words.pop(0)
            name, has_value, value = word.partition("=")
            if name == "--" and lists_names:
                return refused(f"option '{word}' is ambiguous; possibilities: {' '.join(map(repr, known))}")
            if name not in known:
                return refused(f"unrecognized option '{word}'")
            spec = known[name]
            if spec.takes is Takes.REQUIRED and not has_value and words:
                value, has_value = words.pop(0), "="
            mistake = spec.mistake(name, value if has_value else None)
            if mistake:
                return refused(mistake)
        return b"done\n"

    return answer


def refused(message: str) -> Answer:
    return (1, b"", f"frob: {message}\n".encode())


def learned(
    answers: Callable[[Call], Answer], *options: Option, most: int = 100, path: str = ""
) -> tuple[Learned, Frob]:
    frob = Frob(answers)
    command = Command(path=path, options=options, help_argv=(b"--help",))
    commands = {"": Command(help_argv=(b"--help",)), path: command} if path else {"": command}
    return learn_options(frob.asker(most), BENCH, commands), frob


def only(found: Learned, path: str = "") -> Option:
    return found.commands[path].options[0]


def flag(name: str) -> Option:
    return Option(names=(name,))


def valued(name: str, value_type: ValueType | None = None, takes: Takes = Takes.REQUIRED) -> Option:
    return Option(names=(name,), takes_value=takes, value_name="x", value_type=value_type)


def messages(found: Learned) -> list[str]:
    return [contradiction.message for contradiction in found.contradictions]


def test_learns_choices_from_the_refusal_of_a_made_up_value_and_confirms_one() -> None:
    found, frob = learned(parser({"--shade": Spec(Takes.REQUIRED, ("dim", "lit"))}), valued("--shade"))

    option = only(found)
    assert option.choices == ("dim", "lit")
    assert option.value_type is ValueType.CHOICE
    assert option.working_values == (b"dim",)
    assert Source.PROBE in option.sources
    assert frob.asked == [f"--={INVENTED}", f"--shade={INVENTED}", "--shade=dim", "--shade"]


def test_a_list_that_is_printed_whatever_is_given_is_no_choice() -> None:
    always = refused(f"invalid argument '{INVENTED}' for '--shade'\nValid arguments are:\n  - 'dim'\n  - 'lit'\n")

    found, _ = learned(lambda _: always, valued("--shade"))

    assert only(found).choices is None


def test_yes_and_no_are_no_choices() -> None:
    found, _ = learned(parser({"--shade": Spec(Takes.REQUIRED, ("true", "false"))}), valued("--shade"))

    assert only(found).choices is None


def test_documented_as_a_flag_and_asking_for_a_value_twice_takes_one() -> None:
    known = {"--shade": Spec(Takes.REQUIRED), "--all": Spec()}

    found, _ = learned(parser(known), flag("--shade"), flag("--all"))

    assert only(found).takes_value is Takes.REQUIRED
    assert found.commands[""].options[1].takes_value is Takes.NONE
    assert found.contradictions == (
        Contradiction(
            command="",
            subject="--shade",
            message="documented with no value, and takes a value",
            sources=(Source.HELP, Source.ERROR),
        ),
    )


def test_documented_with_a_value_and_refusing_two_takes_none() -> None:
    known = {"--all": Spec(), "--count": Spec(Takes.REQUIRED)}

    found, _ = learned(parser(known), valued("--all"), valued("--count"))

    assert only(found).takes_value is Takes.NONE
    assert only(found).value_name is None
    assert messages(found) == ["documented with a value, and takes no value"]


def test_a_value_that_may_be_left_out_is_optional_where_others_are_missed() -> None:
    known = {
        "--shade": Spec(Takes.OPTIONAL, ("dim", "lit")),
        "--one": Spec(Takes.REQUIRED),
        "--two": Spec(Takes.REQUIRED),
    }

    found, _ = learned(parser(known), valued("--shade"), valued("--one"), valued("--two"))

    assert [option.takes_value for option in found.commands[""].options] == [
        Takes.OPTIONAL,
        Takes.REQUIRED,
        Takes.REQUIRED,
    ]
    assert only(found).choices == ("dim", "lit")


def test_a_missing_value_that_nobody_minds_proves_nothing() -> None:
    found, _ = learned(lambda _: b"done\n", valued("--shade"), valued("--one"), valued("--two"))

    assert all(option.takes_value is Takes.REQUIRED for option in found.commands[""].options)
    assert not found.contradictions


def test_learns_the_type_from_the_refusal_and_a_value_that_works() -> None:
    found, _ = learned(parser({"--count": Spec(Takes.REQUIRED, kind="number")}), valued("--count"))

    assert only(found).value_type is ValueType.INTEGER
    assert only(found).working_values == (b"1",)


def test_a_known_type_gets_a_value_that_works_in_one_call_and_no_other_type() -> None:
    known = {"--count": Spec(Takes.REQUIRED, kind="number")}

    found, _ = learned(parser(known), valued("--count", ValueType.INTEGER))

    assert only(found).value_type is ValueType.INTEGER
    assert only(found).working_values == (b"1",)
    assert not found.contradictions


def test_what_is_documented_and_refused_twice_is_told() -> None:
    found, _ = learned(parser({"--all": Spec()}), flag("--all"), flag("--gone"))

    assert messages(found) == ["documented, and refused as unknown"]
    assert found.contradictions[0].subject == "--gone"


def test_a_name_read_in_passing_that_is_refused_is_hardly_believed() -> None:
    doubtful = flag("--gone").model_copy(update={"confidence": 0.6})
    of_a_manual = flag("--old").model_copy(update={"sources": (Source.MAN,)})
    known = ["--a1", "--b1", "--c1"]

    found, _ = learned(parser(dict.fromkeys(known, Spec())), *map(flag, [*known, "--sure"]), doubtful, of_a_manual)

    by_name = {option.name: option.confidence for option in found.commands[""].options}
    assert by_name["--gone"] < 0.5
    assert by_name["--old"] < 0.5
    assert by_name["--sure"] == 1  # what has an entry stays documented: that it is refused is the tool's fault


def test_a_command_that_calls_everything_unknown_says_nothing() -> None:
    found, _ = learned(parser({}), flag("--all"), flag("--deep"), valued("--shade"))

    assert not found.contradictions
    assert all(option.sources == (Source.HELP,) for option in found.commands[""].options)


def test_names_that_nobody_documents_are_found_and_their_values() -> None:
    known = {
        "--all": Spec(),
        "--secret": Spec(Takes.REQUIRED),
        "--no-all": Spec(),
        "--maybe": Spec(Takes.OPTIONAL, "ab"),
    }

    found, _ = learned(parser(known, lists_names=True), flag("--all"))

    _, secret, negation, maybe = found.commands[""].options
    assert (secret.names, secret.takes_value, secret.hidden) == (("--secret",), Takes.REQUIRED, True)
    assert (negation.takes_value, negation.negates) == (Takes.NONE, "--all")
    assert (maybe.takes_value, maybe.choices) == (Takes.OPTIONAL, ("a", "b"))
    assert Source.ERROR in secret.sources


def test_names_of_something_else_are_not_taken_over() -> None:
    found, _ = learned(parser({"--other": Spec()}, lists_names=True), flag("--all"))

    assert [option.names for option in found.commands[""].options] == [("--all",)]


def test_a_suggested_name_that_is_refused_in_turn_is_none() -> None:
    def answer(call: Call) -> Answer:
        if typed(call).startswith("--="):
            return refused("ambiguous option: --=x could match --all, --ghost")
        return b"done\n" if typed(call).startswith("--all") else refused(f"unknown option '{call.argv[0].decode()}'")

    found, _ = learned(answer, flag("--all"), flag("--all2"))

    assert "--ghost" not in [option.name for option in found.commands[""].options]


def test_a_tool_that_takes_everything_teaches_no_more_than_that() -> None:
    options = (flag("--all"), valued("--shade"), valued("--count", ValueType.INTEGER))

    found, _ = learned(lambda _: b"fine\n", *options)

    assert [option.takes_value for option in found.commands[""].options] == [one.takes_value for one in options]
    assert all(option.choices is None for option in found.commands[""].options)
    assert not found.contradictions


def test_a_tool_that_prints_what_is_typed_teaches_nothing() -> None:
    found, _ = learned(lambda call: typed(call).encode(), flag("--all"), valued("--shade"))

    assert only(found) == flag("--all")
    assert found.commands[""].options[1].choices is None
    assert not found.contradictions


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_usage_text_for_whatever_is_wrong_teaches_nothing(code: int) -> None:
    usage = b"usage: frob [--shade {dim,lit}] [--all] FILE\nvalid values: see the manual\n"
    options = (flag("--all"), valued("--shade"), valued("--count", ValueType.INTEGER), flag("--deep"))

    found, _ = learned(lambda _: (code, b"", usage), *options)

    assert found.commands[""].options == options
    assert not found.contradictions


def test_an_error_with_exit_code_0_makes_no_value_work() -> None:
    found, _ = learned(lambda _: (0, b"", b"frob: error: invalid value for '--shade': no\n"), valued("--shade"))

    assert only(found).working_values == ()


def test_a_demand_made_of_every_option_is_none() -> None:
    def answer(call: Call) -> Answer:
        return refused(f"option '{call.argv[0].decode().partition('=')[0]}' requires an argument")

    found, _ = learned(answer, flag("--a1"), flag("--b1"), flag("--c1"), flag("--d1"), flag("--e1"))

    assert all(option.takes_value is Takes.NONE for option in found.commands[""].options)


def test_values_stand_apart_where_the_tool_knows_no_equals_sign() -> None:
    def answer(call: Call) -> Answer:
        word = call.argv[0].decode()
        if "=" in word:
            return refused(f"unknown option '{word}'")
        return b"done\n" if len(call.argv) > 1 else refused(f"option '{word}' requires an argument")

    many = [valued(f"--{letter}1") for letter in "abcdefghijklmnopqrstuvwxyz"]
    found, frob = learned(answer, *many)

    assert not found.contradictions
    assert all(option.working_values for option in found.commands[""].options)
    assert sum("=" in asked for asked in frob.asked) < 20


def test_a_call_that_works_is_what_the_option_is_added_to() -> None:
    recipe = Recipe(call=Call(argv=(b"add", b"thing"), stdin=b"in"))
    command = Command(path="add", options=(valued("--shade"),), help_argv=(b"add", b"--help"), recipes=(recipe,))
    frob = Frob(lambda _: b"done\n")

    learn_options(frob.asker(), BENCH, {"": Command(), "add": command})

    assert f"add --shade={INVENTED} thing" in frob.asked
    assert next(made for made in frob.executor.made if INVENTED.encode() in made.call.argv[1]).call.stdin in {
        b"in",
        None,
    }


def test_what_only_may_be_a_command_is_never_run() -> None:
    command = Command(path="reboot", options=(flag("--now"),))
    frob = Frob(lambda _: b"done\n")

    learn_options(frob.asker(), BENCH, {"": Command(), "reboot": command})

    assert not frob.asked


def test_calls_are_bounded_by_option_by_command_and_by_tool() -> None:
    options = [valued(f"--{letter}{digit}") for letter in "abcde" for digit in "0123456789"]
    known = {option.name: Spec(Takes.REQUIRED, kind="number") for option in options}

    _, of_an_option = learned(parser(known), options[0])
    _, of_a_command = learned(lambda call: parser(known)(Call(argv=call.argv[1:])), *options, path="add")
    _, of_the_tool = learned(parser(known), *options, most=7)

    assert len(of_an_option.asked) <= CALLS_OF_AN_OPTION + 1  # and one for the names
    assert len(of_a_command.asked) <= CALLS_OF_A_COMMAND + CALLS_OF_AN_OPTION * 16
    assert len(of_the_tool.asked) <= 7


def test_the_least_known_options_are_asked_about_first() -> None:
    _, frob = learned(parser({}), flag("--flag"), valued("--typed", ValueType.INTEGER), valued("--open"), most=4)

    assert [asked.partition("=")[0].split()[0] for asked in frob.asked] == ["--", "--open", "--typed", "--flag"]


def test_options_that_show_help_or_the_version_are_left_alone() -> None:
    _, frob = learned(lambda _: b"done\n", flag("--help"), flag("--version"))

    assert [asked for asked in frob.asked if not asked.startswith("--=")] == []


def test_where_calls_wait_the_trials_end() -> None:
    options = [flag(f"--{letter}1") for letter in "abcdefghijklmnopqrstuvwxyz"]

    found, frob = learned(lambda _: OVERDUE, *options)

    assert len(frob.asked) <= 17
    assert found.commands[""].options == tuple(options)


def test_what_is_documented_word_for_word_alike_takes_the_same() -> None:
    def answer(call: Call) -> Answer:
        return parser({"--shade": Spec(Takes.REQUIRED, ("dim", "lit"))})(Call(argv=call.argv[1:]))

    shade = valued("--shade").model_copy(update={"description": "How light it is"})
    other = shade.model_copy(update={"description": "What falls on the wall"})
    commands = {
        "": Command(),
        "a": Command(path="a", options=(shade,), help_argv=(b"a", b"-h")),
        "b": Command(path="b", options=(shade,)),
        "c": Command(path="c", options=(other,)),
    }

    found = learn_options(Frob(answer).asker(), BENCH, commands)

    assert only(found, "b").choices == ("dim", "lit")
    assert only(found, "b").sources == (Source.HELP,)
    assert only(found, "c").choices is None


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(HOSTILE), st.binary(max_size=80)), min_size=1, max_size=6))
def test_no_answer_makes_it_stumble(answers: list[tuple[int, bytes, bytes]]) -> None:
    turns = cycle(answers)

    def answer(_: Call) -> Answer:
        code, said, noise = next(turns)
        return (code, noise, said + noise)

    found, frob = learned(answer, flag("--all"), valued("--shade"), valued("--count", ValueType.INTEGER))

    assert len(frob.asked) <= 1 + 3 * CALLS_OF_AN_OPTION + 20 * CALLS_OF_AN_OPTION
    for option in found.commands[""].options:
        Option.model_validate(option.model_dump())


def test_what_a_tool_lists_is_more_than_what_is_documented() -> None:
    documented = valued("--shade", ValueType.CHOICE).model_copy(update={"choices": ("dim",)})

    found, _ = learned(parser({"--shade": Spec(Takes.REQUIRED, ("dim", "lit"))}), documented)

    assert only(found).choices == ("dim", "lit")
    assert [one.message for one in found.contradictions] == ["not documented, but taken: lit"]
