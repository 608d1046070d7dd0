"""Trying a suspicion again: with less in its calls first, and only what shows each time counts."""

from __future__ import annotations

from collections.abc import Callable

from shared.interfaces.verifier import Observed, Suspicion
from shared.models.call import Call, CallFile, FileInput, Limits
from shared.models.cli_tool import CliTool, Command, Option, Source, Takes
from shared.models.job import JobSpec, SandboxPolicy, ToolSpec
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import FIRST_CONFIRMATION, TestResult
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard
from worker.verification.checks.crash import Traceback
from worker.verification.checks.options import DocumentedRejected
from worker.verification.confirm import TIMES, Confirmed, confirm

TRACEBACK = b'Traceback (most recent call last):\n  File "/usr/lib/frob.py", line 1, in f\nValueError: no\n'
OPTIONS = tuple(
    Option(names=(name,), takes_value=takes, line=line)
    for line, (name, takes) in enumerate(
        (("--fast", Takes.NONE), ("--size", Takes.REQUIRED), ("--deep", Takes.NONE), ("--path", Takes.REQUIRED)), 1
    )
)
SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)))
TOOL = CliTool(name="frob", argv=(b"frob",), fingerprint="f", commands={"": Command(options=OPTIONS)})
SHARED = TestCase(
    call=Call(
        argv=(b"--fast", b"--size", b"1", b"--deep", b"--path", b"here"),
        files=(CallFile(path=b"here", content=b""), CallFile(path=b"there", content=b"")),
    ),
    intent=Intent.EXPLORE,
    technique="options",
    covers=("command:", *(f"option::{option.name}" for option in OPTIONS)),
)


def observed(executor: FakeExecutor, case: TestCase) -> Observed:
    with executor.open(SPEC.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
        return Observed(SPEC, TOOL, [case], {case.key: sandbox.run(case.call)}, {})


def confirmed(
    check: Traceback | DocumentedRejected, answers: Callable[[Call, int], Answer], case: TestCase = SHARED
) -> tuple[Confirmed, FakeExecutor]:
    executor = FakeExecutor(answers)
    seen = observed(executor, case)
    suspicion = check.suspect(case, seen)
    assert isinstance(suspicion, Suspicion)
    executor.made.clear()
    with executor.open(SPEC.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
        return confirm(check, suspicion, seen, sandbox), executor


def test_of_options_that_share_a_call_the_one_to_blame_is_left_alone() -> None:
    found, _ = confirmed(Traceback(), lambda call, _: (1, b"", TRACEBACK) if b"--deep" in call.argv else b"")
    assert found.is_certain
    assert found.suspicion.case.call == Call(argv=(b"--deep",))
    assert found.suspicion.case.option == "--deep"


def test_an_option_keeps_its_value_and_the_file_that_it_names() -> None:
    found, _ = confirmed(Traceback(), lambda call, _: (1, b"", TRACEBACK) if b"here" in call.argv else b"")
    assert found.suspicion.case.call.argv == (b"--path", b"here")
    assert [file.path for file in found.suspicion.case.call.files] == [b"here"]


def test_the_option_that_a_refusal_names_is_tried_first() -> None:
    def refuse(call: Call, _: int) -> Answer:
        return (2, b"", b"frob: unrecognized option '--deep'\n") if b"--deep" in call.argv else b""

    found, executor = confirmed(DocumentedRejected(), refuse)
    assert found.is_certain
    assert {made.call.argv for made in executor.made} == {(b"--deep",)}


def test_what_only_shows_together_is_kept_together_without_unnamed_files() -> None:
    def break_down(call: Call, _: int) -> Answer:
        return (1, b"", TRACEBACK) if {b"--deep", b"--fast"} <= set(call.argv) else b""

    found, _ = confirmed(Traceback(), break_down)
    assert found.is_certain
    assert found.suspicion.case.call.argv == SHARED.call.argv
    assert [file.path for file in found.suspicion.case.call.files] == [b"here"]


def test_the_file_that_standard_input_comes_from_stays() -> None:
    files = (CallFile(path=b"read"), CallFile(path=b"other"))
    call = Call(argv=(b"--deep",), stdin=FileInput(file=b"read"), files=files)
    case = SHARED.model_copy(update={"call": call, "option": "--deep"})
    found, _ = confirmed(Traceback(), lambda *_: (1, b"", TRACEBACK), case)
    assert found.suspicion.case.call.files == files[:1]


def test_what_needs_a_file_that_no_word_names_keeps_all_files() -> None:
    found, _ = confirmed(Traceback(), lambda call, _: (1, b"", TRACEBACK) if len(call.files) > 1 else b"")
    assert found.is_certain
    assert found.suspicion.case.call == SHARED.call


def test_every_try_has_other_surroundings_and_a_repetition_of_its_own() -> None:
    alone = SHARED.model_copy(update={"call": Call(argv=(b"--deep",)), "option": "--deep"})
    found, executor = confirmed(Traceback(), lambda *_: (1, b"", TRACEBACK), alone)
    assert (found.seen, found.tried) == (TIMES, TIMES)
    assert len({made.surroundings for made in executor.made}) == TIMES
    assert len({made.repetition for made in executor.made}) == TIMES
    assert min(made.repetition for made in executor.made) == FIRST_CONFIRMATION


def test_what_does_not_show_each_time_is_counted_and_not_certain() -> None:
    alone = SHARED.model_copy(update={"call": Call(argv=(b"--deep",)), "option": "--deep"})

    def now_and_then(_: Call, repetition: int) -> Answer:
        return (1, b"", TRACEBACK) if repetition in {0, FIRST_CONFIRMATION} else b""

    found, _ = confirmed(Traceback(), now_and_then, alone)
    assert (found.seen, found.is_certain) == (1, False)


def test_another_cause_is_not_the_same_suspicion() -> None:
    alone = SHARED.model_copy(update={"call": Call(argv=(b"--deep",)), "option": "--deep"})
    other = TRACEBACK.replace(b"ValueError: no", b"KeyError: 'x'").replace(b"in f", b"in another")

    def break_down(_: Call, repetition: int) -> Answer:
        return 1, b"", TRACEBACK if repetition == 0 else other

    found, _ = confirmed(Traceback(), break_down, alone)
    assert found.seen == 0


def test_our_own_errors_confirm_nothing() -> None:
    alone = SHARED.model_copy(update={"call": Call(argv=(b"--deep",)), "option": "--deep"})

    def fail(_: Call, repetition: int) -> Answer:
        ours = TestResult(call_digest="", status="sandbox_error", detail="no sandbox")
        return ours if repetition else (1, b"", TRACEBACK)

    found, _ = confirmed(Traceback(), fail, alone)
    assert found.seen == 0


def test_what_the_manual_alone_lists_is_no_documented_option_of_the_tool() -> None:
    def refuse(call: Call, _: int) -> Answer:
        return (2, b"", b"frob: unrecognized option '--deep'\n") if b"--deep" in call.argv else b""

    executor = FakeExecutor(refuse)
    of_the_manual = [option.model_copy(update={"sources": (Source.MAN,)}) for option in OPTIONS]
    tool = TOOL.model_copy(update={"commands": {"": Command(options=tuple(of_the_manual))}})
    seen = observed(executor, SHARED)

    assert DocumentedRejected().suspect(SHARED, seen) is not None
    assert DocumentedRejected().suspect(SHARED, Observed(SPEC, tool, [SHARED], seen.results, {})) is None
