"""What a tool says when something is wrong, where it says it, and how it ends then."""

from __future__ import annotations

import re

from shared.interfaces.verifier import Observed, Suspicion
from shared.models.finding import Severity
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, TestResult
from shared.utils.text import decode, one_line
from worker.knowledge.refusals import Refusal, RefusalKind, read_refusals
from worker.verification.checks.base import BaseCheck, line_of
from worker.verification.compare import ending
from worker.verification.normalise import generalise

_ERROR = re.compile(
    r"\b(?:error|fatal|cannot|can't|could not|couldn't|failed|failure|no such file|not found|does not exist"
    r"|unable to|invalid|not a (?:valid|regular) \w+|permission denied)\b",
    re.IGNORECASE,
)
_NO_ERROR = re.compile(
    r"\b(?:warn(?:ing)?|ignor(?:e|ed|ing)|skipp(?:ed|ing)|note|info|deprecat\w+|default\w*|using)\b"
    r"|\b0 (?:errors?|failed|failures?)\b|\bno errors?\b|without errors?\b",
    re.IGNORECASE,
)
_UNKNOWN = "unknown_option"
_USAGE_KINDS = frozenset({RefusalKind.UNKNOWN_OPTION, RefusalKind.UNKNOWN_COMMAND, RefusalKind.MISSING_VALUE})


class ErrorWithZero(BaseCheck):
    """An error message, and an exit code that says success."""

    code = "TN401"
    name = "exit.error_with_zero"
    severity = Severity.MEDIUM
    title = "an error is reported, and the exit code says success"
    rationale = (
        "Scripts look at the exit code alone: with 0 they go on with a result that is not there. Counted is a message "
        "on standard error that names the very thing that was made wrong, in a call that had to be refused. Warnings "
        "do not count."
    )
    example = "frob -c nofile.toml list\ncannot open: nofile.toml (exit 0)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look for an error message about the wrong part of a call that ended with 0."""
        if case.intent is not Intent.MUST_REFUSE or case.wrong is None or result.status is not Status.OK:
            return None
        line = _complaint(decode(result.stderr.content), case.wrong)
        if line is None or any(_is_usage(one, case.wrong) for one in read_refusals(decode(result.stderr.content))):
            return None
        return Suspicion(
            case=case,
            result=result,
            what=f"{case.technique} {case.option or ''}".strip(),
            title=f'{line_of(case, observed)} says "{one_line(line, 50)}" and exits with 0',
            message=generalise(line, [decode(word) for word in case.call.argv]),
            expected="an exit code that is not 0",
            got=f"exit 0, stderr: {one_line(line)}",
        )


class UsageErrorWithZero(BaseCheck):
    """A call that is refused, and an exit code that says success."""

    code = "TN402"
    name = "exit.usage_error_with_zero"
    severity = Severity.MEDIUM
    title = "a usage error is reported, and the exit code says success"
    rationale = (
        "A call that the tool did not understand did nothing, and a script that looks at the exit code goes on as if "
        "it had. Counted is a refusal that names the very word that was made wrong."
    )
    example = "frob --unheard-of\nfrob: unrecognized option '--unheard-of' (exit 0)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look for a refusal of the wrong word in a call that ended with 0."""
        if case.intent is not Intent.MUST_REFUSE or case.wrong is None or result.status is not Status.OK:
            return None
        text = decode(result.stderr.content) + "\n" + decode(result.stdout.content)
        refusal = next((one for one in read_refusals(text) if _is_usage(one, case.wrong)), None)
        if refusal is None:
            return None
        return Suspicion(
            case=case,
            result=result,
            what=case.technique,
            title=f'{line_of(case, observed)} is refused ("{one_line(refusal.line, 50)}") and exits with 0',
            message=generalise(refusal.line, [decode(word) for word in case.call.argv]),
            expected="an exit code that is not 0",
            got=f"exit 0: {one_line(refusal.line)}",
        )


class UsageErrorOnStdout(BaseCheck):
    """A refusal on the stream that is meant for results."""

    code = "TN403"
    name = "stream.usage_error_on_stdout"
    severity = Severity.LOW
    title = "a usage error is printed on standard output"
    rationale = (
        "Standard output goes into files and other programs; a message about a mistyped option there is taken for "
        "data, and nobody sees it. Counted is a refusal that names the unknown option, with nothing on standard error."
    )
    example = "frob --unheard-of > out.txt\n(out.txt holds: unknown option --unheard-of)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look for the refusal of an unknown option on standard output alone."""
        if case.technique != _UNKNOWN or case.wrong is None or result.status is not Status.NONZERO:
            return None
        if decode(result.stderr.content).strip():
            return None
        refusals = read_refusals(decode(result.stdout.content))
        refusal = next((one for one in refusals if _is_usage(one, case.wrong)), None)
        if refusal is None:
            return None
        return Suspicion(
            case=case,
            result=result,
            what="unknown option",
            title=f"{line_of(case, observed)} is refused on standard output",
            message=generalise(refusal.line, [decode(word) for word in case.call.argv]),
            expected="the message on standard error",
            got=f"{ending(result)}, stdout: {one_line(refusal.line)}, stderr: empty",
            channel="stdout",
        )


def _complaint(text: str, wrong: str) -> str | None:
    lines = (line for line in text.splitlines() if wrong in line)
    return next((line for line in lines if _ERROR.search(line.replace(wrong, "")) and not _NO_ERROR.search(line)), None)


def _is_usage(refusal: Refusal, wrong: str) -> bool:
    is_about_it = refusal.subject is not None and refusal.subject.lstrip("-") == wrong.lstrip("-")
    return refusal.kind in _USAGE_KINDS and is_about_it
