"""What every generator keeps, whatever was learned: its own, those of packages, and the fake one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest

from shared.interfaces.generator import Generator
from shared.models.base import digest_of
from shared.models.call import Call, CallFile
from shared.models.cli_tool import Argument, CliTool, Command, Option, Recipe, Takes, ValueType
from shared.models.job import JobSpec, Profile, Selection, ToolSpec
from shared.models.test_plan import Intent, TestCase, TestPlan
from tests.fakes import frob
from tests.fakes.pretend import PretendGenerator
from tests.hash_seed import is_the_same_under_every_seed
from worker.bootstrap import GENERATORS

BASE_ROLE = "base"
NAMES = [*GENERATORS.names(), PretendGenerator.__name__]
SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)), max_cases=400)


def made(name: str) -> Generator:
    return PretendGenerator() if name == PretendGenerator.__name__ else GENERATORS.make(name)


@pytest.fixture(params=NAMES)
def generator(request: pytest.FixtureRequest) -> Generator:
    return made(request.param)


def of(*commands: Command) -> CliTool:
    return CliTool(name="frob", argv=(b"frob",), fingerprint="f", commands={one.path: one for one in commands})


def odd() -> CliTool:
    """Give an interface that no sane tool has, and that an analyzer may believe to see all the same."""
    odd_words = ("", " ", "-", "--", "--odd", "a b", "\x1b[31m", "\u202e", "'\"`$(id)", "\U0001f600", "x" * 5000)
    options = (
        Option(names=("-",)),
        Option(names=("--",)),
        Option(names=("--odd", "-o", "+o", "/o"), takes_value=Takes.REQUIRED, choices=odd_words, value_name=" "),
        Option(names=("-n\u00e4chst", "--\u65e5\u672c"), takes_value=Takes.OPTIONAL, choices=odd_words, joined=","),
        Option(names=("--a=b",), takes_value=Takes.REQUIRED, value_type=ValueType.CHOICE, default=""),
        Option(names=("--unheard-of", "-Q", "--xyzzy-plugh", "--made-up-word"), description="taken"),
        *(
            Option(names=(f"--{kind}",), takes_value=takes, value_type=kind, joined=joined)
            for kind, takes, joined in zip(ValueType, list(Takes) * 5, [None, "", "=", "=="] * 4, strict=False)
            if takes is not Takes.NONE
        ),
    )
    arguments = tuple(Argument(name=word or "?", variadic=True, choices=odd_words) for word in odd_words)
    files = (CallFile(path=b"\xff\xfe", content=bytes(range(256))),)
    recipe = Recipe(call=Call(argv=("\u00e4".encode(), b"\xff\xfe", b""), stdin=b"\0", files=files), exit_code=1)
    return of(
        Command(options=options, arguments=arguments, help_argv=(), version_argv=(b"\xff",)),
        Command(path="\u00e4", options=options, arguments=arguments, recipes=(recipe, recipe)),
    )


def wide() -> CliTool:
    options = tuple(Option(names=(f"--option-{number}",), takes_value=Takes.REQUIRED) for number in range(30))
    return of(Command(options=options), *(Command(path=f"c{number}", options=options) for number in range(15)))


INTERFACES = {
    "frob": frob.tool(),
    "one option": of(Command(options=(Option(names=("-v",)),))),
    "nothing": of(Command()),
    "an argument": of(Command(arguments=(Argument(name="FILE"),))),
    "odd": odd(),
    "wide": wide(),
}
ALL = pytest.mark.parametrize("tool", INTERFACES.values(), ids=INTERFACES)


def assert_is_valid(plan: TestPlan) -> None:
    assert TestPlan.model_validate(plan.model_dump()) == plan
    assert TestPlan.model_validate_json(plan.model_dump_json()) == plan, "the store keeps it as it is"


def labels(tool: CliTool) -> set[str]:
    found = set()
    for path, command in tool.commands.items():
        found |= {f"command:{path}"} | {f"argument:{path}:{argument.name}" for argument in command.arguments}
        found |= {f"option:{path}:{option.name}" for option in command.options}
    return found


def assert_is_about(case: TestCase, tool: CliTool) -> None:
    command = tool.commands[case.command]
    assert case.option is None or case.option in {option.name for option in command.options}
    assert set(case.covers) <= labels(tool)
    if case.wrong is not None:
        assert any(case.wrong in word.decode(errors="replace") for word in case.call.argv)
    assert case.intent is not Intent.MUST_REFUSE or case.wrong is not None


@ALL
def test_every_case_is_valid_and_about_something_that_was_learned(generator: Generator, tool: CliTool) -> None:
    plan = generator.generate(tool, SPEC)
    assert (plan.tool, plan.seed, plan.profile) == (tool.name, SPEC.seed, SPEC.profile)
    assert_is_valid(plan)
    for case in plan.cases:
        assert_is_about(case, tool)


@ALL
def test_there_are_never_more_cases_than_asked_for_and_the_first_of_them_stay(
    generator: Generator, tool: CliTool
) -> None:
    whole = [case.key for case in generator.generate(tool, SPEC).cases]
    for most in (1, 2, 3, 7, 20, 399):
        keys = [case.key for case in generator.generate(tool, SPEC.model_copy(update={"max_cases": most})).cases]
        assert keys == whole[:most]


@ALL
def test_no_call_is_planned_twice(generator: Generator, tool: CliTool) -> None:
    keys = [case.key for case in generator.generate(tool, SPEC).cases]
    assert len(set(keys)) == len(keys)


def test_there_is_something_to_try_where_something_was_learned(generator: Generator) -> None:
    assert generator.generate(INTERFACES["frob"], SPEC).cases
    assert generator.generate(INTERFACES["one option"], SPEC).cases


@ALL
def test_the_same_input_gives_the_same_plan_byte_for_byte(generator: Generator, tool: CliTool) -> None:
    again = CliTool.model_validate_json(tool.model_dump_json())
    first, second = generator.generate(tool, SPEC), generator.generate(again, SPEC)
    assert first.model_dump_json() == second.model_dump_json()


def plans_of_all() -> str:
    """Name all plans of all generators by their content."""
    plans = [made(name).generate(tool, SPEC).model_dump(mode="json") for name in NAMES for tool in INTERFACES.values()]
    return digest_of(plans)


@pytest.mark.slow
def test_no_plan_depends_on_how_python_hashes_words() -> None:
    assert is_the_same_under_every_seed(plans_of_all)


def test_another_seed_gives_another_plan_where_there_is_a_choice(generator: Generator) -> None:
    plans = [generator.generate(frob.tool(), SPEC.model_copy(update={"seed": seed})) for seed in range(6)]
    assert [plan.seed for plan in plans] == list(range(6))
    assert len({tuple(case.key for case in plan.cases) for plan in plans}) > 1
    for plan in plans:
        assert_is_valid(plan)


@pytest.mark.parametrize("profile", Profile)
def test_the_plan_remembers_its_profile(generator: Generator, profile: Profile) -> None:
    spec = SPEC.model_copy(update={"profile": profile, "max_cases": profile.max_cases})
    plan = generator.generate(frob.tool(), spec)
    assert plan.profile is profile
    assert len(plan.cases) <= profile.max_cases


@pytest.mark.parametrize("most", [3, 10, 25, 400])
@ALL
def test_nothing_is_compared_with_what_is_not_there(generator: Generator, tool: CliTool, most: int) -> None:
    roles: Mapping[str, Counter[bool]] = defaultdict(Counter)
    for case in generator.generate(tool, SPEC.model_copy(update={"max_cases": most})).cases:
        for relation in case.relations:
            roles[relation.group][relation.role == BASE_ROLE] += 1
    for group, sides in roles.items():
        assert sides[True] == 1, group
        assert sides[False] >= 1, group


@pytest.mark.parametrize(
    ("only", "skip", "left"),
    [
        (("sync",), (), {"sync"}),
        (("remote",), (), {"remote", "remote add"}),
        ((), ("remote", "list"), {"", "sync"}),
        (("remote",), ("remote add",), {"remote"}),
        (("TN101",), ("TN201",), {"", "sync", "list", "remote", "remote add"}),
    ],
)
def test_no_case_is_about_a_command_that_was_left_out(
    generator: Generator, only: tuple[str, ...], skip: tuple[str, ...], left: set[str]
) -> None:
    spec = SPEC.model_copy(update={"select": Selection(only=only, skip=skip)})
    assert {case.command for case in generator.generate(frob.tool(), spec).cases} <= left
