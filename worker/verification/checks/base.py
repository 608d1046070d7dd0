"""What the built-in checks share: who they are, and how they say what they hold against a case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Observed, Suspicion
from shared.models.finding import Severity
from shared.models.test_plan import TestCase
from shared.models.test_result import TestResult
from shared.utils.text import decode, one_line, quote_all, without_escapes


class BaseCheck(ABC):
    """A check that says who it is in class attributes, and looks only at cases that were executed."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    title: ClassVar[str]
    rationale: ClassVar[str]
    example: ClassVar[str]

    def suspect(self, case: TestCase, observed: Observed) -> Suspicion | None:
        """Judge one case; one that has no result is not judged."""
        result = observed.results.get(case.key)
        return None if result is None else self.judge(case, result, observed)

    @abstractmethod
    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Judge the result of a case; None when there is nothing against it."""

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Take nothing for granted that would need a proof."""
        return True


def line_of(case: TestCase, observed: Observed) -> str:
    """Write a call as it is typed, for titles; long ones are cut."""
    typed = f"{observed.tool.name} {quote_all(case.call.argv)}".strip()
    return f"`{one_line(typed, 70)}`" + (" at a terminal" if case.call.tty else "")


def said(result: TestResult) -> str:
    """Give all that a call printed on both streams, standard error first, without what only a terminal understands."""
    return without_escapes(decode(result.stderr.content) + "\n" + decode(result.stdout.content))


def first_line(result: TestResult) -> str:
    """Give the first line of what a call complained about."""
    return one_line(decode(result.stderr.content)) or one_line(decode(result.stdout.content))
