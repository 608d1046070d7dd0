"""Calls that break down or never end, whatever was typed."""

from __future__ import annotations

import re
import signal

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Observed, Suspicion
from shared.models.finding import Severity
from shared.models.job import Network
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, TestResult, WaitsFor
from shared.utils.text import decode, one_line
from worker.knowledge.crashes import CRASH_SIGNALS, Crash, Language, find_crash, signal_name
from worker.knowledge.network import lacks_network
from worker.verification.checks.base import BaseCheck, line_of, said
from worker.verification.normalise import generalise

_SHELL_OFFSET = 128
_BUSY = 0.25
_LONGER = 2.0

# By these words a tool says that an option ends it by a signal on purpose.
_MEANT_TO_DIE = re.compile(r"\b(?:core|dumps?|abort|crash|segfault|signal|kill)\b", re.IGNORECASE)

# By these words a tool says that it means to go on, or to wait.
_ENDLESS = re.compile(
    r"\b(?:follow|watch|wait|monitor|serve|server|daemon|listen|interactive|forever|continuous\w*|loop|repeat|sleep"
    r"|delay|interval|poll|keep|tail|debug|shell|repl|benchmark|speed|stress)\b",
    re.IGNORECASE,
)


class Signal(BaseCheck):
    """A program that is killed by a signal of its own doing."""

    code = "TN101"
    name = "crash.signal"
    severity = Severity.HIGH
    title = "the tool is killed by a signal of its own doing"
    rationale = (
        "SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGSYS and SIGTRAP come from a fault inside the program: memory "
        "that is not there, a failed assertion, a division by zero. No input may cause them. A shell script whose "
        "last command died of one ends with 128 and the signal's number, and says so. Options that are documented to "
        "dump core or to send a signal are left out."
    )
    example = "frob --width 0 a.txt\nSegmentation fault (exit by SIGSEGV)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look at the true signal, or at a shell's account of it."""
        number = _signal_of(result)
        if number is None or _is_spoken_of(_MEANT_TO_DIE, case, observed):
            return None
        name = signal_name(number)
        complaint = generalise(one_line(decode(result.stderr.tail or result.stderr.head)), _words(case))
        about = case.option or case.technique
        return Suspicion(
            case=case,
            result=result,
            what=f"{name} {case.command} {about}".replace("  ", " "),
            title=f"{line_of(case, observed)} is killed by {name}",
            message=f"{name} {complaint}".strip(),
            expected="any ending with an exit code",
            got=f"killed by {name}",
            signature=f"{name} {complaint}".strip(),
        )


class _Breakdown(BaseCheck):
    """A runtime's account of an error that nobody caught."""

    severity = Severity.HIGH
    languages: frozenset[Language]

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Read what a runtime printed; the user's own program is not the tool."""
        if result.status not in {Status.NONZERO, Status.SIGNALLED}:
            return None
        crash = find_crash(said(result))
        if crash is None or crash.language not in self.languages or _is_of_the_input(crash, case, result):
            return None
        if _misses_our_network(result, observed):
            return None
        exception = crash.exception.rpartition(".")[2]
        return Suspicion(
            case=case,
            result=result,
            what=crash.signature,
            title=f"{line_of(case, observed)} ends in {self.ending(crash)} ({exception})",
            message=f"{crash.exception}: {one_line(crash.message)}",
            expected="a message for people, and an exit code",
            got=f"{crash.exception}: {one_line(crash.message)}",
            signature=crash.signature,
        )

    def ending(self, crash: Crash) -> str:
        """Name the breakdown as people do."""
        raise NotImplementedError


class Traceback(_Breakdown):
    """An exception that a Python program did not catch."""

    code = "TN102"
    name = "crash.traceback"
    languages = frozenset({Language.PYTHON})
    title = "the tool ends in a Python traceback"
    rationale = (
        "A traceback is written for the tool's authors. Users who mistyped a name or gave an empty file need to hear "
        "what was wrong with it. A traceback that begins in a file or text that was given to the tool (an interpreter "
        "that runs a script) is not counted, nor is one about a host that could not be reached because the sandbox "
        "has no network."
    )
    example = "frob sync nofile\nTraceback (most recent call last): ... FileNotFoundError"

    def ending(self, crash: Crash) -> str:
        """Name it a traceback."""
        return "a Python traceback"


class Panic(_Breakdown):
    """A panic of a Rust or Go program."""

    code = "TN103"
    name = "crash.panic"
    languages = frozenset({Language.RUST, Language.GO})
    title = "the tool panics"
    rationale = (
        "A panic says that the program met a state that its authors held to be impossible. No input may cause it."
    )
    example = "frob --jobs 0\nthread 'main' panicked at src/main.rs:12:5: attempt to divide by zero"

    def ending(self, crash: Crash) -> str:
        """Name it a panic, and whose."""
        return f"a {crash.language} panic"


class Uncaught(_Breakdown):
    """An exception that a Java or JavaScript program did not catch."""

    code = "TN104"
    name = "crash.uncaught"
    languages = frozenset({Language.JAVA, Language.NODE})
    title = "the tool ends in an uncaught exception"
    rationale = (
        "A stack of the runtime's is written for the tool's authors, not for its users. One that begins in a file that "
        "was given to the tool (an interpreter that runs a script) is not counted, nor is one about a host that could "
        "not be reached because the sandbox has no network."
    )
    example = "frob nofile.json\nError: ENOENT: no such file or directory ... at Object.openSync ... Node.js v20"

    def ending(self, crash: Crash) -> str:
        """Name it an exception, and whose."""
        return f"an uncaught {crash.language} exception"


class Hang(BaseCheck):
    """A call that computes without end although all of its input has been read."""

    code = "TN110"
    name = "hang"
    severity = Severity.HIGH
    title = "the tool does not end"
    rationale = (
        "All input is finite, so a call that still computes at its limit, and again at twice the limit, is in a loop. "
        "So is, in its way, one whose processes are stopped, or wait for a lock that only they could give back. A call "
        "that waits for its input or a terminal is never counted, and one that waits for something else only where it "
        "asked for help or the version, or should have been refused. Options whose description speaks of following, "
        "watching, serving, waiting or repeating are left out."
    )
    example = "frob --depth -1 a.txt\n(no end, and all of a processor)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Tell computing from waiting by what the processes were at, and by the processor time."""
        if result.status not in {Status.TIMEOUT_CPU, Status.TIMEOUT_WALL} or _means_to_go_on(case, observed):
            return None
        if result.waits_for is WaitsFor.INPUT or _misses_our_network(result, observed):
            return None
        must_end = case.technique in {"help", "version"} or case.intent is Intent.MUST_REFUSE
        how = _stuck(result, is_known_to_end=must_end or _has_ended(case, observed))
        if how is None and must_end:
            how = "waits without end"
        if how is None:
            return None
        return Suspicion(
            case=case,
            result=result,
            what=f"{case.command} {case.option or case.technique}".strip(),
            title=f"{line_of(case, observed)} does not end",
            message=how,
            expected="an end, since all input has been read",
            got=f"{how}: stopped after {result.duration_ms / 1000:.0f} s, {result.cpu_ms / 1000:.0f} s computing",
        )

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Give it twice the time."""
        call = suspicion.case.call
        limits = call.limits or observed.spec.limits
        longer = limits.model_copy(update={"wall_s": limits.wall_s * _LONGER, "cpu_s": limits.cpu_s * _LONGER})
        result = sandbox.run(call.model_copy(update={"limits": longer}))
        return result.status in {Status.TIMEOUT_CPU, Status.TIMEOUT_WALL}


def _stuck(result: TestResult, *, is_known_to_end: bool) -> str | None:
    """Say how a call is stuck by its own doing, None where it may go on one day.

    A program that is meant to run on may well stand at a lock until it gets a signal, so such a wait counts only where
    the command is known to end.
    """
    if _is_busy(result):
        return "computes without end"
    if not is_known_to_end:
        return None
    return {WaitsFor.LOCK: "waits for a lock without end", WaitsFor.STOPPED: "is stopped for ever"}.get(
        result.waits_for
    )


def _is_busy(result: TestResult) -> bool:
    is_seen = result.status is Status.TIMEOUT_CPU or result.waits_for is WaitsFor.PROCESSOR
    return is_seen or result.cpu_ms >= _BUSY * result.duration_ms


def _has_ended(case: TestCase, observed: Observed) -> bool:
    """Tell whether a call of the command has ever ended by itself."""
    command = observed.tool.commands.get(case.command)
    return command is not None and bool(command.recipes)


def _misses_our_network(result: TestResult, observed: Observed) -> bool:
    """Tell whether the trouble is that it was we who took the network away."""
    return observed.spec.policy.network is Network.OFF and lacks_network(said(result))


def _signal_of(result: TestResult) -> int | None:
    if result.signal in CRASH_SIGNALS:
        return result.signal
    number = (result.exit_code or 0) - _SHELL_OFFSET
    if number not in CRASH_SIGNALS:
        return None
    told, names = decode(result.stderr.content), (signal.strsignal(number), signal_name(number))
    return number if any(name and name in told for name in names) else None


def _is_of_the_input(crash: Crash, case: TestCase, result: TestResult) -> bool:
    """Tell whether the stack begins in, or speaks of, something that was given to the tool: it is an interpreter."""
    given = {decode(file.path) for file in case.call.files} | {decode(word) for word in case.call.argv}
    folder = f"/{result.surroundings.folder}/"
    return any(
        frame.file in given or frame.file.startswith((folder, "<stdin>", "<string>", "[eval]", "[stdin]", "./"))
        for frame in crash.frames
    )


def _means_to_go_on(case: TestCase, observed: Observed) -> bool:
    command = observed.tool.commands.get(case.command)
    if command is None:
        return False
    is_endless_itself = bool(_ENDLESS.search(command.summary)) and not command.recipes
    return is_endless_itself or _is_spoken_of(_ENDLESS, case, observed)


def _is_spoken_of(words: re.Pattern[str], case: TestCase, observed: Observed) -> bool:
    """Tell whether the documentation of what a case tries speaks of something: the command, or the option."""
    command = observed.tool.commands.get(case.command)
    options = command.options if command else ()
    named = [option for option in options if option.name == case.option]
    spoken = [case.command, *(text for option in named for text in (*option.names, option.description))]
    return any(words.search(text) for text in spoken)


def _words(case: TestCase) -> list[str]:
    return [decode(word) for word in case.call.argv]
