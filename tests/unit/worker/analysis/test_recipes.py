from __future__ import annotations

import pytest

from shared.models.call import Call, CallFile
from shared.models.cli_tool import Argument, Command, Option, Recipe, Takes, ValueType
from shared.models.test_result import Status, TestResult
from tests.fakes.executor import Answer
from tests.unit.worker.analysis.asked import Frob, typed
from worker.analysis.attempts import Attempt, Bench, attempts, bench_of
from worker.analysis.recipes import RecipeSearch, from_examples
from worker.knowledge import samples

FILE = Argument(name="FILE", value_type=ValueType.FILE)
PATTERN = Argument(name="PATTERN", value_type=ValueType.REGEX)


def refused(message: str) -> Answer:
    return (2, b"", message.encode())


def only(frob: Frob, bench: Bench, command: Command) -> Recipe | None:
    """Search for a call of one command."""
    return next((recipe for _, recipe in RecipeSearch(frob.asker(), bench).find([command])), None)


def searched(
    command: Command, says: dict[str, Answer] | None = None, otherwise: Answer = (1, b"", b"no\n")
) -> tuple[Recipe | None, Frob]:
    frob = Frob(says or {}, otherwise)
    bench = bench_of((), "frob", [b"the help".decode()])
    return only(frob, bench, command), frob


def operands(recipe: Recipe | None) -> str:
    assert recipe is not None
    return typed(recipe.call)


def test_fills_in_every_argument_by_its_type() -> None:
    command = Command(arguments=(PATTERN, FILE.model_copy(update={"required": False, "variadic": True})))

    recipe, frob = searched(command, {"a sample.txt": b"alpha\n"})

    assert operands(recipe) == "a sample.txt"
    assert recipe == Recipe(call=frob.executor.made[0].call, exit_code=0, prints=True)


def test_every_call_has_the_basic_files_and_given_ones_in_their_place() -> None:
    mine = CallFile(path=b"sample.txt", content=b"mine")
    frob = Frob({}, b"fine")

    recipe = only(frob, bench_of((mine,), "", []), Command(arguments=(FILE,)))

    assert recipe is not None
    assert mine in recipe.call.files
    assert {file.path for file in samples.BASIC} <= {file.path for file in recipe.call.files}


def test_chooses_the_file_that_the_tool_is_about() -> None:
    found = next(attempts(Command(arguments=(FILE,)), "frob: a JSON processor"))

    assert found.operands == (b"sample.json",)


def test_gives_required_options_with_a_value() -> None:
    needed = Option(names=("-n", "--count"), takes_value=Takes.REQUIRED, value_type=ValueType.INTEGER, required=True)

    recipe, _ = searched(Command(options=(needed,), arguments=(FILE,)), {"--count 1 sample.txt": b"x"})

    assert operands(recipe) == "--count 1 sample.txt"


def test_a_call_that_prints_what_it_reads_is_better_than_one_that_is_silent() -> None:
    frob = Frob(lambda call: call.stdin.upper() if isinstance(call.stdin, bytes) else b"")

    recipe = only(frob, bench_of((), "", []), Command())

    assert recipe is not None
    assert recipe.call.stdin == samples.TEXT
    assert recipe.prints


def test_a_file_is_better_than_standard_input_and_ends_the_search() -> None:
    recipe, frob = searched(Command(arguments=(FILE,)), otherwise=b"some output")

    assert operands(recipe) == "sample.txt"
    assert len(frob.asked) == 1


@pytest.mark.parametrize(
    ("first", "message", "second"),
    [
        ("", "frob: error: the following arguments are required: x", "sample.txt"),
        ("sample.txt", "frob: error: unrecognized arguments: sample.txt", ""),
        ("sample.txt", "frob: sample.txt: No such file or directory (a directory)", "folder"),
        ("sample.txt", "frob: error: argument x: invalid choice: 'sample.txt' (choose from 'up', 'down')", "up"),
        ("sample.txt", "frob: invalid number: 'sample.txt'", "1"),
    ],
)
def test_changes_what_the_tool_says_is_wrong(first: str, message: str, second: str) -> None:
    command = Command(arguments=(FILE,) if first else ())

    recipe, _ = searched(command, {first: refused(message), second: b"well done"})

    assert operands(recipe) == second


def test_gives_an_option_that_the_tool_asks_for() -> None:
    kind = Option(names=("--kind",), takes_value=Takes.REQUIRED, choices=("box", "crate"))
    says: dict[str, Answer] = {"--kind box sample.txt": b"packed"}

    recipe, _ = searched(Command(options=(kind,), arguments=(FILE,)), says, refused("Error: Missing option '--kind'."))

    assert operands(recipe) == "--kind box sample.txt"


def test_repairs_do_not_go_on_for_ever() -> None:
    recipe, frob = searched(Command(), otherwise=refused("frob: missing file operand"))

    assert recipe is None
    assert max(asked.count("sample.txt") for asked in frob.asked) <= 3


@pytest.mark.parametrize(
    "said",
    [
        b"usage: frob FILE\n",
        b"the help\n",
        (0, b"", b"frob: unrecognized option '--x'\n"),
        b'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nValueError: no\n',
        (1, b"", b"frob: trouble\n"),
        (1, b"error: no such thing\n", b""),
        (3, b"different\n", b""),
    ],
)
def test_help_refusals_and_failures_are_no_recipes(said: Answer) -> None:
    assert searched(Command(arguments=(FILE,)), otherwise=said)[0] is None


def test_an_exit_code_that_only_says_no_is_kept_as_a_last_resort() -> None:
    recipe, _ = searched(Command(arguments=(FILE,)), otherwise=(1, b"different\n", b""))

    assert recipe is not None
    assert recipe.exit_code == 1


def test_a_command_that_waits_is_left_alone() -> None:
    waiting = TestResult(call_digest="", status=Status.TIMEOUT_WALL)

    recipe, frob = searched(Command(arguments=(FILE,)), otherwise=waiting)

    assert recipe is None
    assert len(frob.asked) == 1


def test_a_command_that_misses_the_network_is_left_alone() -> None:
    _, frob = searched(Command(arguments=(FILE,)), otherwise=(1, b"", b"Could not resolve host: example.invalid\n"))

    assert len(frob.asked) == 1


def test_the_number_of_calls_is_bounded() -> None:
    command = Command(path="add", arguments=(FILE, PATTERN), examples=("frob add x", "frob add y", "frob add z"))

    _, frob = searched(command)

    assert 1 < len(frob.asked) <= 6


def test_of_a_group_of_commands_only_the_bare_word_is_tried() -> None:
    assert list(attempts(Command(path="remote", subcommands=("add",)), "")) == [Attempt()]


def test_an_example_of_the_help_that_needs_no_shell_is_tried() -> None:
    command = Command(path="add", examples=("frob add -f x 'y'", "cat x | frob add"))

    assert Attempt((b"-f", b"x", b"y")) in list(attempts(command, ""))


def test_given_examples_are_recipes_when_they_work() -> None:
    frob = Frob({"-x sample.txt": b"", "-y": (1, b"", b"no")})

    found = list(from_examples(frob.asker(), bench_of((), "", []), [(b"-x", b"sample.txt"), (b"-y",)]))

    assert [typed(recipe.call) for recipe in found] == ["-x sample.txt"]
    assert isinstance(found[0].call, Call)


def test_a_word_that_no_argument_is_documented_for_must_make_a_difference() -> None:
    ignored = only(Frob({}, b"all that there is"), bench_of((), "", []), Command())
    used = only(Frob({"sample.txt": b"of the file"}, b"all that there is"), bench_of((), "", []), Command())

    assert operands(ignored) == ""
    assert operands(used) == "sample.txt"


def test_commands_take_turns_and_the_budget_cuts_none_of_them_alone() -> None:
    commands = [Command(path=path, arguments=(PATTERN,)) for path in ("a", "b", "c")]
    frob = Frob({})

    assert list(RecipeSearch(frob.asker(budget=5), bench_of((), "", [])).find(commands)) == []
    assert [words.split()[0] for words in frob.asked] == ["a", "b", "c", "a", "b"]


def test_standard_input_helps_no_call_that_was_refused_for_something_else() -> None:
    _, refused = searched(Command(path="a"), otherwise=(2, b"", b"frob: name what to do\n"))
    _, starved = searched(Command(path="a"), otherwise=(2, b"", b"frob: the input is empty\n"))

    assert not [made for made in refused.executor.made if made.call.stdin]
    assert [made for made in starved.executor.made if made.call.stdin]


def test_where_most_commands_wait_the_search_ends() -> None:
    commands = [Command(path=f"c{number}", arguments=(FILE,)) for number in range(30)]
    frob = Frob({}, TestResult(call_digest="", status=Status.TIMEOUT_WALL))

    assert list(RecipeSearch(frob.asker(), bench_of((), "", [])).find(commands)) == []
    assert len(frob.asked) < 20
