"""What a careful person would not hold against a tool, and no check may either."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from shared.interfaces.verifier import Check, Observed
from shared.models.call import Call, CallFile, Limits, Terminal
from shared.models.cli_tool import CliTool, Command, Option, Recipe, Takes
from shared.models.job import JobSpec, Network, SandboxPolicy, ToolSpec
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, Stream, TestResult, WaitsFor
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard
from worker.verification.checks.crash import Hang, Signal, Traceback
from worker.verification.checks.documentation import HelpNonzero
from worker.verification.checks.messages import ErrorWithZero
from worker.verification.checks.options import DocumentedRejected, UnknownAccepted

SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)))
FILE = CallFile(path=b"sample.txt", content=b"one\n")
RECIPE = Recipe(call=Call(argv=(b"sample.txt",), files=(FILE,)), prints=True)
OFFLINE = (
    b'Traceback (most recent call last):\n  File "/usr/lib/frob.py", line 1, in f\nOSError: Name or service not known\n'
)
OF_THE_INPUT = (
    b"Traceback (most recent call last):\n  File \"sample.txt\", line 1, in <module>\nNameError: name 'one'\n"
)


class Seen(NamedTuple):
    """A call of `frob`, what is documented of its option, and how it ended."""

    argv: tuple[bytes, ...]
    option: Option
    result: TestResult
    technique: str = "option"
    intent: Intent = Intent.MUST_WORK
    wrong: str | None = None


def ended(code: int = 0, out: bytes = b"", err: bytes = b"", signal: int | None = None) -> TestResult:
    status = Status.SIGNALLED if signal else Status.NONZERO if code else Status.OK
    exit_code = None if signal else code
    return TestResult(
        call_digest="", status=status, exit_code=exit_code, signal=signal, stdout=Stream.of(out), stderr=Stream.of(err)
    )


def endless(cpu_ms: float = 10, waits_for: WaitsFor = WaitsFor.UNKNOWN) -> TestResult:
    return TestResult(call_digest="", status=Status.TIMEOUT_WALL, duration_ms=5000, cpu_ms=cpu_ms, waits_for=waits_for)


def option(name: str, description: str = "", *, takes: Takes = Takes.NONE, confidence: float = 0.95) -> Option:
    return Option(names=(name,), takes_value=takes, description=description, line=3, confidence=confidence)


def observed(seen: Seen, spec: JobSpec = SPEC) -> tuple[TestCase, Observed]:
    command = Command(options=(seen.option,), recipes=(RECIPE,), help_argv=(b"--help",))
    tool = CliTool(name="frob", argv=(b"frob",), fingerprint="f", commands={"": command})
    case = TestCase(
        call=Call(argv=seen.argv, files=(FILE,)),
        intent=seen.intent,
        technique=seen.technique,
        option=seen.option.name,
        wrong=seen.wrong,
    )
    return case, Observed(spec, tool, [case], {case.key: seen.result}, {})


REFUSED = b"frob: unrecognized option '--fast'\n"

UNKNOWN = Seen(
    (b"--huh", b"sample.txt"),
    option("--fast"),
    ended(0, out=b"the same"),
    technique="unknown_option",
    intent=Intent.MUST_REFUSE,
    wrong="--huh",
)

SOUND = {
    "no network, because we took it away": (Traceback(), Seen((b"--fast",), option("--fast"), ended(1, err=OFFLINE))),
    "an interpreter shows the fault of its input": (
        Traceback(),
        Seen((b"sample.txt",), option("--fast"), ended(1, err=OF_THE_INPUT)),
    ),
    "a traceback that is printed by a call that worked": (
        Traceback(),
        Seen((b"--fast",), option("--fast"), ended(0, out=OFFLINE)),
    ),
    "an option that is documented to dump core": (
        Signal(),
        Seen((b"-u",), option("-u", "dump core after parsing"), ended(signal=6)),
    ),
    "a signal that somebody else sent": (Signal(), Seen((b"-u",), option("-u"), ended(signal=15))),
    "a call that waits": (Hang(), Seen((b"--fast",), option("--fast"), endless(cpu_ms=10))),
    **{
        f"a call that waits for {word or 'nobody knows what'}": (
            Hang(),
            Seen((b"--fast",), option("--fast"), endless(waits_for=word)),
        )
        for word in WaitsFor
        if word not in {WaitsFor.PROCESSOR, WaitsFor.LOCK, WaitsFor.STOPPED}
    },
    "a screen that is drawn while it waits for a key": (
        Hang(),
        Seen((b"--fast",), option("--fast"), endless(cpu_ms=4000, waits_for=WaitsFor.INPUT)),
    ),
    "help that waits for a key": (
        Hang(),
        Seen((b"--help",), option("--help"), endless(waits_for=WaitsFor.INPUT), technique="help"),
    ),
    "an option that waits, at a lock": (
        Hang(),
        Seen((b"-w",), option("-w", "wait for the other one"), endless(waits_for=WaitsFor.LOCK)),
    ),
    "an option that follows": (Hang(), Seen((b"-f",), option("-f", "follow the file"), endless(cpu_ms=5000))),
    "help that nobody documented": (
        HelpNonzero(),
        Seen((b"--help",), option("--fast"), ended(1, out=b"usage: frob\n"), technique="help"),
    ),
    "a warning about the wrong part": (
        ErrorWithZero(),
        Seen(
            (b"nofile",),
            option("--fast"),
            ended(0, err=b"frob: warning: nofile not found, using defaults\n"),
            intent=Intent.MUST_REFUSE,
            wrong="nofile",
        ),
    ),
    "an error about something else": (
        ErrorWithZero(),
        Seen(
            (b"nofile",),
            option("--fast"),
            ended(0, err=b"frob: cannot find its settings\n"),
            intent=Intent.MUST_REFUSE,
            wrong="nofile",
        ),
    ),
    "an option that was only guessed": (
        DocumentedRejected(),
        Seen((b"--fast",), option("--fast", confidence=0.6), ended(2, err=REFUSED)),
    ),
    "a value that is refused together with its option": (
        DocumentedRejected(),
        Seen(
            (b"-std=1",), option("-std", takes=Takes.REQUIRED), ended(1, err=b"error: unrecognized option '-std=1'\n")
        ),
    ),
    "an unknown option that makes a difference": (
        UnknownAccepted(),
        UNKNOWN._replace(result=ended(0, out=b"--huh\n")),
    ),
}


@pytest.mark.parametrize(("check", "seen"), SOUND.values(), ids=SOUND)
def test_nothing_is_held_against_it(check: Check, seen: Seen) -> None:
    case, around = observed(seen)
    assert check.suspect(case, around) is None


MISSING = b'Traceback (most recent call last):\n  File "/usr/lib/frob.py", line 1, in f\nFileNotFoundError: no\n'

COLOURED = (
    b"\x1b[1;35mTraceback (most recent call last):\x1b[0m\r\n"
    b'  File \x1b[35m"/usr/lib/frob.py"\x1b[0m, line \x1b[35m1\x1b[0m, in \x1b[35mf\x1b[0m\r\n'
    b"\x1b[1;35mKeyError\x1b[0m: \x1b[35m'x'\x1b[0m\r\n"
)

FAULTY = {
    "a file that is not found is no host": (
        Traceback(),
        Seen((b"--fast",), option("--fast"), ended(1, err=MISSING)),
        SPEC,
    ),
    "with a network it is the tool's": (
        Traceback(),
        Seen((b"--fast",), option("--fast"), ended(1, err=OFFLINE)),
        SPEC.model_copy(update={"policy": SandboxPolicy(network=Network.ON)}),
    ),
    "an option that says nothing of dying": (Signal(), Seen((b"-u",), option("-u"), ended(signal=6)), SPEC),
    "a call that computes": (Hang(), Seen((b"--fast",), option("--fast"), endless(cpu_ms=5000)), SPEC),
    "a call that was seen computing, on a busy machine": (
        Hang(),
        Seen((b"--fast",), option("--fast"), endless(cpu_ms=500, waits_for=WaitsFor.PROCESSOR)),
        SPEC,
    ),
    "a call that holds itself up": (
        Hang(),
        Seen((b"--fast",), option("--fast"), endless(waits_for=WaitsFor.LOCK)),
        SPEC,
    ),
    "a call that is stopped": (
        Hang(),
        Seen((b"--fast",), option("--fast"), endless(waits_for=WaitsFor.STOPPED)),
        SPEC,
    ),
    "help that sleeps": (
        Hang(),
        Seen((b"--help",), option("--help"), endless(waits_for=WaitsFor.SLEEP), technique="help"),
        SPEC,
    ),
    "a breakdown in colours": (
        Traceback(),
        Seen((b"--fast",), option("--fast"), ended(1, out=COLOURED)),
        SPEC,
    ),
    "an option of the list": (
        DocumentedRejected(),
        Seen((b"--fast",), option("--fast"), ended(2, err=REFUSED)),
        SPEC,
    ),
}


@pytest.mark.parametrize(("check", "seen", "spec"), FAULTY.values(), ids=FAULTY)
def test_and_its_counterpart_is(check: Check, seen: Seen, spec: JobSpec) -> None:
    case, around = observed(seen, spec)
    assert check.suspect(case, around) is not None


def test_a_lock_counts_only_where_the_command_is_known_to_end() -> None:
    case, around = observed(Seen((b"--fast",), option("--fast"), endless(waits_for=WaitsFor.LOCK)))
    bare = around.tool.commands[""].model_copy(update={"recipes": ()})
    unknown = around._replace(tool=around.tool.model_copy(update={"commands": {"": bare}}))
    assert Hang().suspect(case, around) is not None
    assert Hang().suspect(case, unknown) is None
    refused = case.model_copy(update={"intent": Intent.MUST_REFUSE})
    assert Hang().suspect(refused, unknown) is not None


def test_how_a_call_hangs_is_said() -> None:
    said = {}
    for word in (WaitsFor.PROCESSOR, WaitsFor.LOCK, WaitsFor.STOPPED):
        case, around = observed(Seen((b"--fast",), option("--fast"), endless(waits_for=word)))
        suspicion = Hang().suspect(case, around)
        assert suspicion is not None
        said[word] = suspicion.message
        assert suspicion.message in suspicion.got
    assert len(set(said.values())) == len(said)


def test_a_call_at_a_terminal_is_called_so() -> None:
    case, around = observed(Seen((b"--fast",), option("--fast"), ended(signal=11)))
    at_one = case.model_copy(update={"call": case.call.model_copy(update={"tty": Terminal()})})
    around = around._replace(results={at_one.key: around.results[case.key]})
    suspicion = Signal().suspect(at_one, around)
    assert suspicion is not None
    assert "at a terminal" in suspicion.title


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (lambda call: b"the same" if b"sample.txt" in call.argv else b"", False),
        (lambda call: b"the same" if b"plugh-xyzzy" not in call.argv else (1, b"", b"no such file"), True),
        (lambda call: b"the same" if b"--huh" in call.argv else b"another", False),
        (lambda call: (2, b"", b"unknown") if b"--never-heard-of-it" in call.argv else b"the same", False),
    ],
    ids=["every word is ignored", "only options are", "it made a difference", "other unknown options are refused"],
)
def test_an_unknown_option_counts_only_where_options_alone_are_ignored(
    answer: Callable[[Call], Answer], holds: bool
) -> None:
    case, around = observed(UNKNOWN)
    check = UnknownAccepted()
    suspicion = check.suspect(case, around)
    assert suspicion is not None
    executor = FakeExecutor(lambda call, _: answer(call))
    with executor.open(SPEC.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
        suspicion = suspicion._replace(result=sandbox.run(case.call))
        assert check.premise(suspicion, around, sandbox) is holds
