"""A made-up tool, a sandbox that costs nothing, and the plainest engines, for tests of the machine around them.

The tool is typed `pretend PAUSE_S [KILLER...]`: a call takes PAUSE_S, and kills its worker when its word is a killer.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice

from shared.interfaces.analyzer import NoInterfaceError
from shared.interfaces.executor import Capabilities, Guard, GuardedSandbox, Provided, Sandbox
from shared.interfaces.verifier import Observed
from shared.models.call import Call, Limits, Surroundings
from shared.models.cli_tool import CliTool, Command, Option
from shared.models.finding import Finding, Severity, Subject, Verdict, VerdictWord
from shared.models.job import JobSpec, SandboxPolicy, ToolSpec
from shared.models.test_plan import Intent, TestCase, TestPlan
from shared.models.test_result import Status, Stream, TestResult
from shared.utils.errors import TestronautError
from shared.utils.text import decode

HELP = b"usage: pretend --size N --depth N"


class KilledError(BaseException):
    """What kill -9 looks like from inside one process: nothing catches it, nothing is tidied up."""


class PretendSandbox(GuardedSandbox):
    """Answers by the words of the call alone."""

    def __init__(self, tool: ToolSpec, guard: Guard, before: Callable[[Call], None]) -> None:
        super().__init__(guard)
        self._pause_s, *self._killers = tool.argv[1:]
        self._argv = tool.argv
        self._before = before

    @property
    def tool(self) -> Provided:
        return Provided(path="/usr/bin/pretend", argv=self._argv, fingerprint="pretend")

    def _run(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult:
        self._before(call)
        time.sleep(float(self._pause_s))
        word = call.argv[-1]
        if word in self._killers:
            os.kill(os.getpid(), signal.SIGKILL)
        code = 1 if word.endswith(b"=3") else 0
        return TestResult(
            call_digest=call.digest(),
            repetition=repetition,
            status=Status.NONZERO if code else Status.OK,
            exit_code=code,
            stdout=Stream.of(HELP if word == b"--help" else b"\xff" + word),
            surroundings=surroundings,
            level="pretend",
        )


class PretendExecutor:
    """Opens sandboxes that cost nothing, and lets a test step in before any call."""

    name = "pretend"

    def __init__(self) -> None:
        self.before: Callable[[Call], None] = lambda _: None

    def probe(self) -> Capabilities:
        return Capabilities(executor=self.name, is_usable=True, level="pretend")

    def provide(self, tool: ToolSpec) -> Provided:
        return Provided(path="/usr/bin/pretend", argv=tool.argv, fingerprint="pretend")

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        yield PretendSandbox(tool, guard, lambda call: self.before(call))  # noqa: PLW0108 - a test may set it later

    def close(self) -> None:
        """Keep nothing."""


class PretendAnalyzer:
    """Believes every word of `--help` that begins with dashes."""

    def analyze(self, spec: JobSpec, sandbox: Sandbox) -> CliTool:
        answer = sandbox.run(Call(argv=(b"--help",)))
        if answer.status is Status.SANDBOX_ERROR:
            raise TestronautError(f"nothing can be asked: {answer.detail}")
        words = dict.fromkeys(decode(answer.stdout.content).split())
        options = tuple(Option(names=(word,)) for word in words if word.startswith("--") and word.isprintable())
        if not options and not spec.examples:
            raise NoInterfaceError(f"{spec.tool.name} names no option")
        return CliTool(
            name=spec.tool.name,
            argv=spec.tool.argv,
            fingerprint=sandbox.tool.fingerprint or "",
            commands={"": Command(options=options)},
        )


class PretendGenerator:
    """Counts upwards through the options of the tool itself."""

    def generate(self, tool: CliTool, spec: JobSpec) -> TestPlan:
        turns = count(spec.seed) if spec.select.picks("") and tool.root.options else ()
        numbered = ((option, number) for number in turns for option in tool.root.options)
        cases = (
            TestCase(
                call=Call(argv=(f"{option.name}={number}".encode(),)),
                intent=Intent.EXPLORE,
                technique="counting",
                covers=(f"option::{option.name}",),
            )
            for option, number in numbered
        )
        return TestPlan(
            tool=tool.name, seed=spec.seed, profile=spec.profile, cases=tuple(islice(cases, spec.max_cases))
        )


class PretendVerifier:
    """Finds at most one problem: that some calls fail, again and again."""

    def verify(self, observed: Observed, sandbox: Sandbox) -> Iterator[Finding | Verdict]:
        failed = [case for case in observed.cases if self._is_failure(observed.results.get(case.key))]
        confirmed = [case for case in failed if self._is_failure(sandbox.run(case.call, 100))]
        finding = self._finding(confirmed) if confirmed else None
        if finding:
            yield finding
        for case in observed.cases:
            result = observed.results.get(case.key)
            if result is None:
                yield Verdict(key=case.key, word=VerdictWord.SKIP, reason="not executed")
            elif result.status is Status.SANDBOX_ERROR:
                yield Verdict(key=case.key, word=VerdictWord.ERROR, reason="the sandbox failed")
            elif finding and case in confirmed:
                yield Verdict(key=case.key, word=VerdictWord.FAIL, findings=(finding.fingerprint,))
            else:
                yield Verdict(key=case.key, word=VerdictWord.PASS)

    @staticmethod
    def _is_failure(result: TestResult | None) -> bool:
        return result is not None and result.status is Status.NONZERO

    @staticmethod
    def _finding(cases: list[TestCase]) -> Finding:
        return Finding(
            subject=Subject(tool="pretend", check="pretend.fails", message="it fails"),
            code="TN999",
            severity=Severity.MEDIUM,
            title="it fails",
            message="it fails",
            expected="exit 0",
            got="exit 1",
            call=cases[0].call,
            reproduce="pretend",
            cases=tuple(case.key for case in cases),
            confirmed=(1, 1),
        )
