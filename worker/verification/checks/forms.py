"""Two ways to write one thing, which must do the same."""

from __future__ import annotations

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Observed, Suspicion
from shared.models.finding import Severity
from shared.models.test_plan import Relation, TestCase
from shared.models.test_result import Status, TestResult
from shared.utils.text import one_line, quote_all
from worker.verification.checks.base import BaseCheck, first_line
from worker.verification.compare import Difference, ending, first_difference, shape_of, without_spellings

_BASE = "base"
_AGAIN = 50


class _Form(BaseCheck):
    """Compares the other form of an option with the one written out in full."""

    severity = Severity.MEDIUM

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Compare a case with the base of its group; the base itself has nothing to be compared with."""
        relation = next((one for one in case.relations if one.kind == self.name and one.role != _BASE), None)
        base = _base_of(relation, observed) if relation else None
        base_result = observed.results.get(base.key) if base else None
        if relation is None or base is None or base_result is None:
            return None
        if not (result.status.has_exit_code and base_result.status.has_exit_code):
            return None
        spelled = {word for one in (case, base) for word in one.call.argv if word.startswith(b"-")}
        sides = [without_spellings(one, spelled) for one in (base_result, result)]
        difference = first_difference(sides[0], sides[1], relation.agree)
        if difference is None or not self.counts(case, base_result, result, observed):
            return None
        return self._suspicion(case, result, base, base_result, difference, observed)

    def counts(self, case: TestCase, base: TestResult, other: TestResult, observed: Observed) -> bool:
        """Tell whether a difference says something: somebody must have been served."""
        return Status.OK in {base.status, other.status}

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Make the base call again: one that never shows the same twice cannot be compared."""
        if suspicion.other is None or suspicion.other_result is None:
            return False
        again = [sandbox.run(suspicion.other.call, repetition) for repetition in (_AGAIN, _AGAIN + 1)]
        relation = next(one for one in suspicion.case.relations if one.kind == self.name)
        return all(first_difference(suspicion.other_result, one, relation.agree) is None for one in again)

    def _suspicion(  # noqa: PLR0913, PLR0917 - both sides of a comparison
        self,
        case: TestCase,
        result: TestResult,
        base: TestCase,
        base_result: TestResult,
        difference: Difference,
        observed: Observed,
    ) -> Suspicion:
        written, in_full = _written(case, base), _written(base, case)
        return Suspicion(
            case=case,
            result=result,
            what=case.option or case.technique,
            title=f"`{written}` and `{in_full}` differ in `{observed.tool.name}`",
            message=f"{difference.aspect} {difference.level}",
            expected=_shown(base, base_result, observed),
            got=_shown(case, result, observed),
            other=base,
            other_result=base_result,
            channel=difference.aspect.value,
        )


class EqVsSpace(_Form):
    """`--option=value` and `--option value`."""

    code = "TN501"
    name = "form.eq_vs_space"
    title = "--option=value and --option value do not do the same"
    rationale = (
        "Nearly every parser takes both. Tools that take only one form throughout are not counted: the form with `=` "
        "must work for another option of the tool, and the call must have worked with a blank."
    )
    example = "frob --width=10 a.txt   differs from   frob --width 10 a.txt"

    def counts(self, case: TestCase, base: TestResult, other: TestResult, observed: Observed) -> bool:
        """Count it only where the tool takes `=` elsewhere."""
        return base.status is Status.OK and _takes_equals_elsewhere(case, observed)


class ShortVsLong(_Form):
    """`-o` and `--option`."""

    code = "TN502"
    name = "form.short_vs_long"
    title = "the short and the long form of an option do not do the same"
    rationale = "The help names both as one option, so one may stand for the other in any call."
    example = "frob -w 10 a.txt   differs from   frob --width 10 a.txt"


def _base_of(relation: Relation, observed: Observed) -> TestCase | None:
    return next(
        (
            case
            for case in observed.cases
            for one in case.relations
            if one.group == relation.group and one.role == _BASE
        ),
        None,
    )


def _takes_equals_elsewhere(case: TestCase, observed: Observed) -> bool:
    return any(
        other.option != case.option
        and any(one.kind == EqVsSpace.name and one.role != _BASE for one in other.relations)
        and observed.results[other.key].status is Status.OK
        for other in observed.cases
        if other.key in observed.results
    )


def _written(case: TestCase, other: TestCase) -> str:
    """Show the words of one call that the other has not."""
    rest, words = list(other.call.argv), []
    for word in case.call.argv:
        if word in rest:
            rest.remove(word)
        else:
            words.append(word)
    return one_line(quote_all(words), 60)


def _shown(case: TestCase, result: TestResult, observed: Observed) -> str:
    line = f"{observed.tool.name} {quote_all(case.call.argv)}"
    complaint = f", {first_line(result)}" if result.status is Status.NONZERO else ""
    return f"{one_line(line, 80)}: {ending(result)}, stdout {shape_of(result.stdout)}{complaint}"
