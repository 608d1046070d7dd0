"""What every analyzer keeps, whatever the tool says: its own, those of packages, and the fake one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from shared.interfaces.analyzer import Analyzer, NoInterfaceError
from shared.interfaces.executor import ToolNotFoundError
from shared.models.call import Call, Limits
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec, Profile, SandboxPolicy, ToolSpec
from shared.models.test_result import Status, Stream, TestResult
from shared.utils.errors import TestronautError, UntestableError
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard, Halted
from tests.fakes.pretend import PretendAnalyzer
from worker.bootstrap import ANALYZERS

SPEC = JobSpec(tool=ToolSpec(argv=(b"frob", b"sync")))
MOST_CALLS = 1000
KEPT_BYTES = SPEC.limits.kept_bytes

HELP = b"""\
usage: frob sync [OPTION]... [FILE]...

Bring files in step.

Options:
  -n, --number        number all lines
  -w, --width COLS    columns to print
  --help              show this help
  --version           show the version
"""

# What no tool should say, and one day one will.
HOSTILE: dict[str, Answer] = {
    "nothing": b"",
    "nothing, and a failure": 3,
    "every byte": bytes(range(256)) * 64,
    "no UTF-8": b"usage: \xff\xfe [--\xc3(]\n  --\xed\xa0\x80  \xf0\x28\n" * 50,
    "NUL": b"usage: frob [--a\0b]\n\0\n  --c\0  \0d\n",
    "one line without end": b"usage: frob " + b"-" * (KEPT_BYTES - 20),
    "open brackets": b"usage: frob " + b"[" * 100_000,
    "brackets in brackets": b"usage: frob " + b"[-a " * 20_000 + b"]" * 20_000,
    "bars": b"usage: frob {" + b"a|" * 200_000 + b"}",
    "blank lines": b"\n" * KEPT_BYTES,
    "very many options": b"usage: frob\n\noptions:\n"
    + b"".join(b"  --option-%d N  do %d things\n" % (number, number) for number in range(4_000)),
    "very many commands": b"usage: frob COMMAND\n\ncommands:\n"
    + b"".join(b"  command-%d  do things\n" % number for number in range(300)),
    "one option very often": b"usage: frob\n\noptions:\n" + b"  -x, --same  the same\n" * 4_000,
    "escapes": b"\x1b[31m\x1b]0;title\x07usage: frob\x1b[K [--\x1b[1mred\x1b[0m]\r\n\x08\x08\x7f" * 1000,
    "invisible letters": "usage: frob [--\u202eright]\n  --\u200b\u2066x  \ufeff\u2028\n".encode() * 10,
    "only dashes": b"  -  --  ---  ----\n  --=  -=\n  --=x=y\n" * 20,
    "formats": b"usage: %s %n {0} {} $HOME `id` $(id)\n  --%s  %n\n",
    "messages only": (2, b"", HELP),
    "a traceback": (1, b"", b'Traceback (most recent call last):\n  File "f.py", line 1\nValueError: x\n' * 500),
}
ENDINGS = {
    "signal": {"status": Status.SIGNALLED, "signal": 11},
    "time": {"status": Status.TIMEOUT_WALL},
    "computing": {"status": Status.TIMEOUT_CPU},
    "output": {"status": Status.OUTPUT_LIMIT},
    "memory": {"status": Status.MEMORY_LIMIT},
    "no start": {"status": Status.SPAWN_ERROR, "detail": "it cannot be started: Exec format error"},
}


@pytest.fixture(params=[*ANALYZERS.names(), PretendAnalyzer.__name__])
def analyzer(request: pytest.FixtureRequest) -> Analyzer:
    return PretendAnalyzer() if request.param == PretendAnalyzer.__name__ else ANALYZERS.make(request.param)


def learn(analyzer: Analyzer, executor: FakeExecutor, spec: JobSpec = SPEC, guard: FakeGuard | None = None) -> CliTool:
    with executor.open(spec.tool, SandboxPolicy(), Limits(), guard or FakeGuard()) as sandbox:
        return analyzer.analyze(spec, sandbox)


def saying(answer: Answer) -> FakeExecutor:
    return FakeExecutor(lambda *_: answer)


def sound(call: Call, _repetition: int = 0) -> Answer:
    """Answer as a tool that knows its options, and refuses everything else."""
    match call.argv:
        case (b"--help",):
            return HELP
        case (b"--version",):
            return b"frob 2.1\n"
        case () | (b"--number", *_) | (b"-n", *_):
            return b"1 alpha\n"
        case _:
            return 2, b"", b"frob: error: unrecognized arguments\n"


def outcome(analyzer: Analyzer, executor: FakeExecutor, spec: JobSpec = SPEC) -> CliTool | str:
    """Give what was learned, or the code of the error of ours that says why nothing was."""
    try:
        return learn(analyzer, executor, spec)
    except TestronautError as error:
        return error.code


def survives(tool: CliTool) -> bool:
    return CliTool.model_validate_json(tool.model_dump_json()) == tool


def test_what_the_tool_says_of_itself_is_learned(analyzer: Analyzer) -> None:
    tool = learn(analyzer, FakeExecutor(sound))
    assert (tool.name, tool.argv, tool.fingerprint) == ("frob sync", SPEC.tool.argv, "fake")
    names = {name.partition("=")[0] for option in tool.root.options for name in option.names}
    assert {"--number", "--width"} <= names
    assert survives(tool)


def test_one_tool_has_one_interface_and_is_asked_the_same(analyzer: Analyzer) -> None:
    first, second = FakeExecutor(sound), FakeExecutor(sound)
    assert learn(analyzer, first) == learn(analyzer, second)
    assert first.made == second.made


def test_how_long_the_answers_take_changes_nothing(analyzer: Analyzer) -> None:
    def slower(pause_ms: Iterator[int]) -> Callable[[Call, int], Answer]:
        def answer(call: Call, repetition: int) -> Answer:
            with FakeExecutor(sound).open(SPEC.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
                result = sandbox.run(call, repetition)
            return result.model_copy(update={"duration_ms": float(next(pause_ms)), "cpu_ms": float(next(pause_ms))})

        return answer

    assert learn(analyzer, FakeExecutor(slower(count()))) == learn(analyzer, FakeExecutor(slower(count(1, 997))))


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_a_tool_says_breaks_it(analyzer: Analyzer, answer: Answer) -> None:
    executor = saying(answer)
    found = outcome(analyzer, executor)
    assert len(executor.made) <= MOST_CALLS
    assert isinstance(found, str) or survives(found)
    assert outcome(analyzer, saying(answer)) == found


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_no_way_to_end_breaks_it(analyzer: Analyzer, ending: dict[str, object]) -> None:
    for printed in (b"", HELP):
        result = TestResult.model_validate({"call_digest": "", "stdout": Stream.of(printed), **ending})
        found = outcome(analyzer, saying(result))
        assert isinstance(found, str) or survives(found)


@pytest.mark.parametrize("profile", Profile)
def test_a_tool_whose_commands_never_end_is_asked_a_limited_number_of_times(
    analyzer: Analyzer, profile: Profile
) -> None:
    def deeper(call: Call, _: int) -> Answer:
        path = b" ".join(word for word in call.argv if not word.startswith(b"-"))
        commands = b"".join(b"  sub%d%d  do more of %s\n" % (len(call.argv), number, path) for number in range(9))
        return b"usage: frob sync %s COMMAND\n\nCommands:\n%s\nOptions:\n  --help  show help\n" % (path, commands)

    executor = FakeExecutor(deeper)
    found = outcome(analyzer, executor, SPEC.model_copy(update={"profile": profile}))
    assert 0 < len(executor.made) <= MOST_CALLS
    assert isinstance(found, str) or survives(found)


def test_it_can_be_stopped_at_any_call(analyzer: Analyzer) -> None:
    undisturbed = FakeGuard()
    learn(analyzer, FakeExecutor(sound), guard=undisturbed)
    for moment in range(1, undisturbed.checks + 1):
        with pytest.raises(Halted):
            learn(analyzer, FakeExecutor(sound), guard=FakeGuard(stops_at=moment))


def test_a_tool_that_shows_nothing_cannot_be_tested_unless_somebody_knows_a_call(analyzer: Analyzer) -> None:
    with pytest.raises(NoInterfaceError) as caught:
        learn(analyzer, saying(b""))
    assert "frob sync" in caught.value.message
    known = SPEC.model_copy(update={"examples": ((b"a.txt",),)})
    assert learn(analyzer, saying(b""), known).root.options == ()


def test_a_tool_that_is_not_there_is_said_to_be_missing(analyzer: Analyzer) -> None:
    with pytest.raises(ToolNotFoundError, match="nothing is there"):
        learn(analyzer, FakeExecutor(sound, missing=ToolNotFoundError("nothing is there")))


def test_a_sandbox_that_fails_is_not_held_against_the_tool(analyzer: Analyzer) -> None:
    failed = TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="no namespace", stdout=Stream.of(HELP))
    with pytest.raises(TestronautError, match="no namespace") as caught:
        learn(analyzer, saying(failed))
    assert not isinstance(caught.value, UntestableError)
