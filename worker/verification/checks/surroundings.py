"""Results that depend on what should not matter."""

from __future__ import annotations

from shared.interfaces.verifier import Observed, Suspicion
from shared.models.finding import Severity
from shared.models.test_plan import Aspect, TestCase
from shared.models.test_result import TestResult
from worker.verification.checks.base import BaseCheck, line_of
from worker.verification.compare import Difference, Level, diff, first_difference

_COMPARED = (Aspect.STATUS, Aspect.STDOUT)
_MOST_EVIDENCE_LINES = 4


class _Unstable(BaseCheck):
    """Compares the planned repetitions of one call, which differ in the hash seed and in the moment."""

    level: Level

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Compare the first run with each other one."""
        for again in observed.repeated.get(case.key, ()):
            if not (result.status.has_exit_code and again.status.has_exit_code):
                continue
            difference = first_difference(result, again, _COMPARED)
            if difference and difference.level is self.level:
                return self._suspicion(case, result, difference, observed)
        return None

    def _suspicion(self, case: TestCase, result: TestResult, difference: Difference, observed: Observed) -> Suspicion:
        shown = "\n".join(diff(difference.expected, difference.got).splitlines()[:_MOST_EVIDENCE_LINES])
        return Suspicion(
            case=case,
            result=result,
            what=case.command,
            title=f"{line_of(case, observed)} {self.title_ending}",
            message=f"{difference.aspect} {difference.level}",
            expected="the same result for the same call",
            got=shown,
            channel=difference.aspect.value,
        )

    title_ending: str


class NondeterministicOrder(_Unstable):
    """The same things in another order."""

    code = "TN701"
    name = "nondeterministic"
    severity = Severity.MEDIUM
    level = Level.ORDER
    title = "the same call gives the same things in another order"
    title_ending = "shows the same things in another order from run to run"
    rationale = (
        "An order that nobody chose (that of a hash table, as a rule) makes every comparison of two outputs useless: "
        "caches miss, reviews drown, tests flake. Counted only where all that is printed is the same but for its order."
    )
    example = "frob tags\n{'b', 'a'}   and, the next time,   {'a', 'b'}"


class NondeterministicContent(_Unstable):
    """Something else each time."""

    code = "TN702"
    name = "nondeterministic.content"
    severity = Severity.NOTE
    level = Level.CONTENT
    title = "the same call gives another result"
    title_ending = "gives another result from run to run"
    rationale = (
        "Random numbers, times and process numbers are often meant; a note says where they are. Times, addresses and "
        "names of temporary files in their usual shapes are not counted."
    )
    example = "frob id\n4711   and, the next time,   815"
