from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.interfaces.analyzer import NoInterfaceError
from shared.interfaces.executor import Provided, Sandbox
from shared.models.call import Limits
from shared.models.cli_tool import CliTool, Source, Takes, ValueType
from shared.models.job import Profile, SandboxPolicy
from shared.models.test_result import Status, TestResult
from tests.fakes.executor import Answer, FakeGuard
from tests.unit.worker.analysis.asked import REFUSED, Frob, typed
from worker.analysis.asking import BUDGETS, Budget
from worker.analysis.explore import NoLibrary
from worker.analysis.probe import HelpAnalyzer, SandboxFailedError

ROOT = b"""\
usage: frob [-h] [--version] [-q] COMMAND ...

Frob things.

Global options:
  -h, --help   show this help
  --version    show the version
  -q, --quiet  say nothing

Commands:
  show (s)  Show a file
  sum       Add numbers
"""
SHOW = b"""\
usage: frob show [-h] [-n NUM] FILE

options:
  -h, --help            show this help
  -n NUM, --lines NUM   how many lines [default: 10]

Global options:
  -q, --quiet           say nothing
"""
SUM = b"usage: frob sum [-h] {int,float} [number ...]\n\noptions:\n  -h, --help  show this help\n"
SAYS: dict[str, Answer] = {
    "--help": ROOT,
    "show --help": SHOW,
    "sum --help": SUM,
    "--version": b"frob 2.1\n",
    "show sample.txt": b"alpha 3 red\n",
    "sum int 1": b"1\n",
}


def learned(says: dict[str, Answer] = SAYS, examples: tuple[tuple[bytes, ...], ...] = ()) -> CliTool:
    return Frob(says).learn(examples=examples)


def test_learns_a_tool_with_its_commands_options_and_arguments() -> None:
    tool = learned()

    assert list(tool.commands) == ["", "show", "sum"]
    assert (tool.name, tool.argv, tool.version) == ("frob", (b"frob",), "frob 2.1")
    assert tool.root.subcommands == ("show", "sum")
    assert tool.commands["show"].aliases == ("s",)
    assert tool.commands["show"].summary == "Show a file"
    (lines,) = (option for option in tool.commands["show"].options if "-n" in option.names)
    assert (lines.names, lines.takes_value, lines.value_type) == (("-n", "--lines"), Takes.REQUIRED, ValueType.INTEGER)
    assert (lines.default, lines.line, lines.sources) == ("10", 5, (Source.HELP, Source.USAGE))
    assert [(one.name, one.value_type) for one in tool.commands["show"].arguments] == [("FILE", ValueType.FILE)]


def test_what_a_command_calls_global_is_handed_down_by_the_one_above() -> None:
    tool = learned()

    assert {option.name: option.inherited for option in tool.root.options} == {
        "--help": False,
        "--version": False,
        "--quiet": True,
    }
    assert not any(option.inherited for option in tool.commands["show"].options)


def test_names_the_calls_that_showed_help_and_version() -> None:
    tool = learned()

    assert tool.commands["show"].help_argv == (b"show", b"--help")
    assert tool.root.version_argv == (b"--version",)
    assert tool.commands["show"].version_argv is None


def test_options_that_a_command_has_from_above_stand_there_alone() -> None:
    tool = learned()

    assert "--quiet" in {option.name for option in tool.root.options}
    assert "--quiet" not in {option.name for option in tool.commands["show"].options}


def test_finds_a_call_that_works_for_each_command() -> None:
    tool = learned()

    assert [typed(recipe.call) for recipe in tool.commands["show"].recipes] == ["show sample.txt"]
    assert [typed(recipe.call) for recipe in tool.commands["sum"].recipes] == ["sum int 1"]
    assert tool.root.recipes == ()


def test_given_examples_are_the_recipes_of_the_command_that_they_call() -> None:
    tool = learned({**SAYS, "show -n 2 x": b"two\n"}, examples=((b"show", b"-n", b"2", b"x"),))

    assert [typed(recipe.call) for recipe in tool.commands["show"].recipes] == ["show -n 2 x"]


def test_an_example_that_fails_is_no_recipe() -> None:
    tool = learned(examples=((b"show", b"nothing"),))

    assert [typed(recipe.call) for recipe in tool.commands["show"].recipes] == ["show sample.txt"]


def test_a_part_of_a_tool_is_learned_under_its_own_words() -> None:
    text = b"usage: big part [-x] FILE\n\noptions:\n  -x   does it\n"

    tool = Frob({"--help": text}, name="/opt/bin/big part").learn()

    assert (tool.name, tool.argv) == ("big part", (b"/opt/bin/big", b"part"))
    assert [one.name for one in tool.root.arguments] == ["FILE"]


def test_a_command_without_a_page_has_what_its_list_says_of_it() -> None:
    text = b"usage: frob COMMAND\n\nCommands:\n  add NAME [--fast]   Add it\n  list                List them\n"

    tool = Frob({"--help": text}, otherwise=text).learn()

    assert [one.name for one in tool.commands["add"].arguments] == ["NAME"]
    assert [one.name for one in tool.commands["add"].options] == ["--fast"]
    assert tool.commands["add"].help_argv is None


def test_a_tool_that_shows_nothing_cannot_be_learned() -> None:
    with pytest.raises(NoInterfaceError):
        Frob({}, otherwise=b"hello\n").learn()


def test_an_example_makes_up_for_an_interface() -> None:
    tool = Frob({"go": b"gone\n"}, otherwise=b"").learn(examples=((b"go",),))

    assert [typed(recipe.call) for recipe in tool.root.recipes] == ["go"]


def test_a_sandbox_that_makes_no_call_is_not_the_fault_of_the_tool() -> None:
    hindered = TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="no room left")

    with pytest.raises(SandboxFailedError, match="no room left"):
        Frob({}, otherwise=hindered).learn()


@pytest.mark.parametrize("profile", Profile)
def test_never_asks_more_than_its_profile_allows(profile: Profile) -> None:
    names = [f"command{number}" for number in range(900)]
    listed = "usage: frob COMMAND\n\nCommands:\n" + "".join(f"  {name}   Does it\n" for name in names)
    says: dict[str, Answer] = {f"{name} --help": f"usage: frob {name} FILE\n".encode() for name in names}
    frob = Frob({"--help": listed.encode(), **says})

    tool = frob.learn(profile=profile)

    assert len(frob.asked) <= BUDGETS[profile].reading + BUDGETS[profile].trying + BUDGETS[profile].options
    assert len(frob.asked) > BUDGETS[profile].reading / 4
    assert len(tool.commands) > 400


def test_the_same_answers_give_the_same_interface_and_the_same_calls() -> None:
    one, other = Frob(SAYS), Frob(SAYS)

    assert one.learn().digest() == other.learn().digest()
    assert one.asked == other.asked


class _WithoutFingerprint:
    """A sandbox in which nobody knows what the tool is made of."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.run = inner.run
        self.map = inner.map
        self.captured = inner.captured

    @property
    def tool(self) -> Provided:
        return self._inner.tool.model_copy(update={"fingerprint": None})


def test_a_tool_that_nobody_could_fingerprint_is_named_by_its_help() -> None:
    def fingerprint(says: dict[str, Answer]) -> str:
        frob = Frob(says)
        with frob.executor.open(frob.spec.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
            return (
                HelpAnalyzer(library=lambda *_: NoLibrary())
                .analyze(frob.spec, _WithoutFingerprint(sandbox))
                .fingerprint
            )

    assert fingerprint(SAYS).startswith("unknown:")
    assert fingerprint(SAYS) == fingerprint(SAYS)
    assert fingerprint(SAYS) != fingerprint({**SAYS, "--help": ROOT + b"more\n"})


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(0, 3))
def test_whatever_a_tool_says_is_learned_or_nothing(out: bytes, err: bytes, code: int) -> None:
    frob = Frob({}, otherwise=(code, out, err))

    try:
        tool = frob.learn(budgets=dict.fromkeys(Profile, Budget(10, 10, 10)))
    except NoInterfaceError:
        return
    assert CliTool.model_validate_json(tool.model_dump_json()) == tool


@given(st.lists(st.sampled_from(ROOT.split(b"\n") + SHOW.split(b"\n")), max_size=30).map(b"\n".join))
def test_any_help_is_learned_into_a_tool_that_can_be_stored(text: bytes) -> None:
    frob = Frob({"--help": text}, otherwise=REFUSED)

    try:
        tool = frob.learn(budgets=dict.fromkeys(Profile, Budget(15, 15, 15)))
    except NoInterfaceError:
        return
    assert CliTool.model_validate_json(tool.model_dump_json()) == tool
