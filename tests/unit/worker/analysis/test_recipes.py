from __future__ import annotations

import pytest

from shared.models.call import Call, CallFile
from shared.models.cli_tool import Argument, Command, Option, Recipe, Takes, ValueType
from shared.models.test_result import Change, FileChange, Status, TestResult
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


def test_gives_one_of_the_options_of_which_the_tool_says_that_one_is_needed() -> None:
    options = (Option(names=("-l", "--list")), Option(names=("-c", "--create")), Option(names=("-q",)))
    says: dict[str, Answer] = {"--create sample.txt": b"created"}
    wants = refused("frob: You must specify one of the '-lc' options")

    recipe, frob = searched(Command(options=options, arguments=(FILE,)), says, wants)

    assert operands(recipe) == "--create sample.txt"
    assert not [asked for asked in frob.asked if "-q" in asked]


def test_gives_the_option_that_the_tool_asks_for_in_plain_words() -> None:
    fields = Option(names=("-f", "--fields"), takes_value=Takes.REQUIRED, value_type=ValueType.LIST)
    says: dict[str, Answer] = {"--fields 1,2 sample.txt": b"alpha"}

    recipe, _ = searched(
        Command(options=(fields,), arguments=(FILE,)), says, refused("frob: you must specify a list of bytes or fields")
    )

    assert operands(recipe) == "--fields 1,2 sample.txt"


def test_gives_a_file_of_the_kind_that_the_tool_asks_for() -> None:
    says: dict[str, Answer] = {"sample.gz": b"alpha"}

    recipe, _ = searched(Command(arguments=(FILE,)), says, refused("frob: sample.txt: not in gzip format"))

    assert operands(recipe) == "sample.gz"
    assert recipe is not None
    assert b"sample.gz" in {file.path for file in recipe.call.files}


def test_an_address_that_needs_a_network_gives_way_to_one_that_needs_none() -> None:
    address = Argument(name="url", value_type=ValueType.URL)
    says: dict[str, Answer] = {"file:///dev/null": b"nothing there\n"}

    recipe, _ = searched(Command(arguments=(address,)), says, refused("frob: could not resolve host: localhost"))

    assert operands(recipe) == "file:///dev/null"


def test_a_tool_that_wants_a_terminal_gets_one() -> None:
    frob = Frob(lambda call: b"drawn\n" if call.tty else refused("frob: stdin is not a terminal"))

    recipe = only(frob, bench_of((), "", []), Command(arguments=(FILE,)))

    assert recipe is not None
    assert recipe.call.tty is not None


def test_the_files_of_an_example_are_made() -> None:
    command = Command(examples=("frob -o out.bin data.json notes.md",), arguments=(FILE,))

    recipe, _ = searched(command, {"-o out.bin data.json notes.md": b"read"})

    assert recipe is not None
    made = {file.path: file.content for file in recipe.call.files}
    assert made[b"data.json"] == made[b"sample.json"]
    assert made[b"notes.md"] == made[b"sample.md"]


def test_plain_words_of_an_example_become_files_where_one_is_missed() -> None:
    def answer(call: Call) -> Answer:
        is_there = b"old" in {file.path for file in call.files}
        return b"packed" if is_there else refused("frob: old: Cannot stat: No such file or directory")

    recipe = only(Frob(answer), bench_of((), "frob", []), Command(examples=("frob -c old",), arguments=(FILE,)))

    assert operands(recipe) == "-c old"


@pytest.mark.parametrize(
    ("example", "operands", "is_fed"),
    [
        ("cat notes | frob -n", (b"-n",), True),
        ("frob -n < notes", (b"-n",), True),
        ("frob -n > notes", (b"-n",), False),
        ("frob -n /etc/passwd", (b"-n", b"/etc/passwd"), False),
    ],
)
def test_of_a_shell_an_example_may_use_pipes_and_redirections(
    example: str, operands: tuple[bytes, ...], *, is_fed: bool
) -> None:
    first = next(attempts(Command(examples=(example,)), "frob"))

    assert first.operands == operands
    assert (first.stdin is not None) is is_fed


@pytest.mark.parametrize(
    "example", ["frob $X", "frob `id`", "frob a && frob b", "frob <file>", "frob ...", "frob; true", "frob ~/c.txt"]
)
def test_what_needs_more_of_a_shell_is_no_example(example: str) -> None:
    assert not next(attempts(Command(examples=(example,)), "frob")).is_example


def test_an_example_makes_no_file_outside_of_its_folder() -> None:
    first = next(attempts(Command(examples=("frob /etc/a.txt ../b.txt x/../../d.txt ok.txt",)), "frob"))

    assert {file.path for file in first.files} == {b"ok.txt"}


def test_a_complaint_that_many_commands_make_is_not_argued_with() -> None:
    commands = [Command(path=f"c{number}", arguments=(FILE, PATTERN)) for number in range(12)]
    frob = Frob({}, (1, b"", b"frob: log in first\n"))

    assert list(RecipeSearch(frob.asker(), bench_of((), "", [])).find(commands)) == []
    assert len(frob.asked) <= 16


def test_commands_that_miss_a_folder_of_the_tool_get_one_that_it_made() -> None:
    def answer(call: Call) -> Answer:
        if typed(call) == "init":
            made = FileChange(path=b".frob/head", change=Change.CREATED, size=4, content=b"main", mode=0o644)
            return TestResult(call_digest="", status=Status.OK, exit_code=0, files=(made,))
        has_it = any(file.path == b".frob/head" for file in call.files)
        return b"all is well\n" if has_it else (128, b"", b"fatal: not a frob repository\n")

    commands = [Command(path="status"), Command(path="init", summary="Create an empty repository"), Command(path="log")]
    search = RecipeSearch(Frob(answer).asker(), bench_of((), "frob", []))

    found = {command.path: recipe for command, recipe in search.find(commands)}

    assert set(found) == {"status", "init", "log"}
    assert b".frob/head" in {file.path for file in found["log"].call.files}
    assert b".frob/head" in search.bench.paths


def test_what_a_beginning_makes_in_a_new_folder_is_taken_out_of_it() -> None:
    def answer(call: Call) -> Answer:
        if typed(call) == "new made-by-this-call":
            made = FileChange(
                path=b"made-by-this-call/frob.conf", change=Change.CREATED, size=2, content=b"x\n", mode=0o644
            )
            return TestResult(call_digest="", status=Status.OK, exit_code=0, files=(made,))
        has_it = any(file.path == b"frob.conf" for file in call.files)
        return b"built\n" if has_it else (1, b"", b"Unable to locate config. You need to create a new site.\n")

    search = RecipeSearch(Frob(answer).asker(), bench_of((), "frob", []))

    found = {command.path for command, _ in search.find([Command(path="build"), Command(path="new")])}

    assert "build" in found


def test_files_that_the_tool_cannot_read_give_way_to_those_of_which_its_help_speaks() -> None:
    says: dict[str, Answer] = {"sample.yaml": b"tidied"}
    frob = Frob(says, refused("frob: cannot parse: sample.txt:1"))
    bench = bench_of((), "frob", ["Tidies YAML, and whatever is like YAML; not JSON."])

    assert operands(only(frob, bench, Command(arguments=(FILE,)))) == "sample.yaml"


def test_a_database_of_an_example_is_an_empty_one() -> None:
    recipe, _ = searched(Command(examples=("frob data.db",), arguments=(FILE,)), {"data.db": b"no tables"})

    assert recipe is not None
    assert {file.path: file.content for file in recipe.call.files}[b"data.db"] == b""


def test_no_command_is_made_to_begin_anything_where_none_misses_it() -> None:
    frob = Frob(lambda _: b"done\n")

    list(RecipeSearch(frob.asker(), bench_of((), "frob", [])).find([Command(path="status"), Command(path="list")]))

    assert frob.asked == ["status", "list"]


def test_an_example_that_takes_too_long_does_not_end_the_search() -> None:
    waits = TestResult(call_digest="", status=Status.TIMEOUT_WALL)
    command = Command(examples=("frob -w 60", "frob -w 90"), arguments=(FILE,))

    frob = Frob({"-w 60": waits, "sample.txt": b"done"})

    found = [recipe for _, recipe in RecipeSearch(frob.asker(1000), bench_of((), "frob", [])).find([command])]

    assert operands(found[0]) == "sample.txt"
    assert "-w 90" not in frob.asked
