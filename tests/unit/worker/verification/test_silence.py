"""What a careful person would not hold against a tool, and no check may either."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from shared.interfaces.verifier import Check, Observed
from shared.models.call import Call, CallFile, Limits
from shared.models.cli_tool import CliTool, Command, Option, Recipe, Takes
from shared.models.job import JobSpec, Network, SandboxPolicy, ToolSpec
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, Stream, TestResult
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


def endless(cpu_ms: float) -> TestResult:
    return TestResult(call_digest="", status=Status.TIMEOUT_WALL, duration_ms=5000, cpu_ms=cpu_ms)


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
