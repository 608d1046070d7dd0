"""What a finding shows of a call at a terminal, and of one that a limit ended."""

from __future__ import annotations

from collections.abc import Callable

from shared.interfaces.verifier import Observed
from shared.models.call import Call, Limits, Terminal
from shared.models.cli_tool import CliTool, Command, Recipe
from shared.models.finding import Finding, Verdict
from shared.models.job import JobSpec, SandboxPolicy, ToolSpec
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, Stream, TestResult, WaitsFor
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard
from worker.verification.checks.crash import Hang, Signal
from worker.verification.verifier import ConfirmingVerifier

SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)))
TOOL = CliTool(name="frob", argv=(b"frob",), fingerprint="f", commands={"": Command(recipes=(Recipe(call=Call()),))})
CRASH = TestResult(call_digest="", status=Status.SIGNALLED, signal=11, stdout=Stream.of(b"\x1b[31mso\x1b[0m far\r\n"))


def case_of(*argv: bytes, tty: Terminal | None = None) -> TestCase:
    return TestCase(call=Call(argv=argv, tty=tty), intent=Intent.EXPLORE, technique="terminal")


def late(waits_for: WaitsFor) -> TestResult:
    return TestResult(call_digest="", status=Status.TIMEOUT_WALL, duration_ms=10_000, waits_for=waits_for)


def judged(answers: Callable[[Call], Answer], *cases: TestCase) -> tuple[list[Finding], list[Verdict]]:
    executor = FakeExecutor(lambda call, _: answers(call))
    with executor.open(SPEC.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
        results = {case.key: sandbox.run(case.call) for case in cases}
        verifier = ConfirmingVerifier([Signal(), Hang()])
        found = list(verifier.verify(Observed(SPEC, TOOL, cases, results, {}), sandbox))
    return [one for one in found if isinstance(one, Finding)], [one for one in found if isinstance(one, Verdict)]


def test_of_a_terminal_the_screen_is_shown() -> None:
    (finding,), _ = judged(lambda _: CRASH, case_of(b"x", tty=Terminal()))
    assert [(one.label, one.text) for one in finding.evidence] == [("the screen", "so far")]
    assert "script -qec" in finding.reproduce


def test_what_shows_without_a_terminal_is_shown_without() -> None:
    (finding,), _ = judged(lambda _: CRASH, case_of(b"x", tty=Terminal()), case_of(b"x", b"y"))
    assert finding.call == Call(argv=(b"x", b"y"))
    assert len(finding.cases) == 2


def test_what_a_call_was_at_is_shown_and_told_in_the_verdict_of_one_that_only_waits() -> None:
    stuck, waiting = case_of(b"x"), case_of(b"y", tty=Terminal())
    (finding,), verdicts = judged(lambda call: late(WaitsFor.INPUT if call.tty else WaitsFor.LOCK), stuck, waiting)
    assert (finding.code, finding.call) == ("TN110", stuck.call)
    assert finding.evidence[0].text == "it was waiting for a lock"
    assert "waiting for input" in verdicts[1].reason
