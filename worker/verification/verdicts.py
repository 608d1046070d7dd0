"""The verdict of one case, from its result, its intent and what the checks held against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.interfaces.verifier import Check, Observed
from shared.models.finding import Finding, Severity, Verdict, VerdictWord
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, TestResult
from shared.utils.text import decode, one_line
from worker.verification.compare import doing, ending
from worker.verification.confirm import Confirmed


class Outcome(NamedTuple):
    """What came of a suspicion against a case: a finding, or what the tries showed."""

    check: Check
    found: Finding | Confirmed


def judge(case: TestCase, observed: Observed, outcomes: Sequence[Outcome]) -> Verdict:
    """Give the verdict; findings weigh most, then what did not show every time, then the intent."""
    result = observed.results.get(case.key)
    if result is None:
        return _skip(case, "not executed: the time limit came first")
    if result.status is Status.SANDBOX_ERROR:
        return Verdict(key=case.key, word=VerdictWord.ERROR, reason=result.detail or "the sandbox failed")
    findings = tuple(
        outcome.found.fingerprint
        for outcome in outcomes
        if isinstance(outcome.found, Finding) and outcome.check.severity is not Severity.NOTE
    )
    if findings:
        return Verdict(key=case.key, word=VerdictWord.FAIL, findings=tuple(dict.fromkeys(findings)))
    return _unconfirmed(case, outcomes) or _by_intent(case, result, observed)


def _unconfirmed(case: TestCase, outcomes: Sequence[Outcome]) -> Verdict | None:
    for check, found in outcomes:
        if isinstance(found, Confirmed) and not found.is_certain and check.severity is not Severity.NOTE:
            return _flaky(case, check.name, found) if found.tried else _untried(case, check.name)
    return None


def _flaky(case: TestCase, check: str, found: Confirmed) -> Verdict:
    rate = (1 + found.seen) / (1 + found.tried)
    return Verdict(key=case.key, word=VerdictWord.FLAKY, reason=f"{check} does not show every time", rate=rate)


def _untried(case: TestCase, check: str) -> Verdict:
    reason = f"the sandbox failed whenever {check} was to be confirmed"
    return Verdict(key=case.key, word=VerdictWord.ERROR, reason=reason)


def _by_intent(case: TestCase, result: TestResult, observed: Observed) -> Verdict:
    if not result.status.has_exit_code:
        return _skip(case, f"ended by {ending(result)}{_at(result)}, and no check objects")
    match case.intent:
        case Intent.MUST_WORK:
            is_expected = result.exit_code in _good_codes(case, observed)
            return _pass(case) if is_expected else _skip(case, f"refused: {_complaint(result)}")
        case Intent.MUST_REFUSE:
            return _pass(case) if result.status is Status.NONZERO else _skip(case, "accepted, and no check objects")
        case Intent.EXPLORE:
            return _pass(case)


def _at(result: TestResult) -> str:
    return f" while it was {doing(result)}" if doing(result) else ""


def _good_codes(case: TestCase, observed: Observed) -> set[int]:
    command = observed.tool.commands.get(case.command)
    recipes = command.recipes if command else ()
    return {0, *(recipe.exit_code for recipe in recipes)}


def _complaint(result: TestResult) -> str:
    said = one_line(decode(result.stderr.content)) or one_line(decode(result.stdout.content)) or "without a word"
    return f"{ending(result)}, {said}"


def _pass(case: TestCase) -> Verdict:
    return Verdict(key=case.key, word=VerdictWord.PASS)


def _skip(case: TestCase, reason: str) -> Verdict:
    return Verdict(key=case.key, word=VerdictWord.SKIP, reason=reason)
