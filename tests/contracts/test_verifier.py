"""What every check and every verifier keeps, whatever was observed: ours, those of packages, and the fake ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Check, Observed, Suspicion, Verifier
from shared.models.base import digest_of
from shared.models.call import Limits
from shared.models.finding import Finding, Severity, Verdict, VerdictWord
from shared.models.job import SandboxPolicy
from shared.models.test_plan import TestCase
from shared.models.test_result import Status, TestResult
from tests.fakes import behaviours
from tests.fakes.behaviours import BEHAVIOURS, FAULTS, SPEC, Behaviour, as_our_error
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard, Halted
from tests.fakes.pretend import PretendVerifier
from tests.golden_files import assert_golden
from tests.hash_seed import is_the_same_under_every_seed
from tests.ordinary import ROOT
from worker.bootstrap import CHECKS
from worker.verification.verifier import ConfirmingVerifier

MOST_CALLS_OF_A_PREMISE = 100
LONGEST_TITLE = 400
ALL = pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
FAULTY = pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)


@cache
def seen_of(behaviour: Behaviour) -> Observed:
    return behaviours.observed(behaviour)


def suspicions(check: Check, observed: Observed) -> dict[str, Suspicion]:
    found = ((case, check.suspect(case, observed)) for case in observed.cases)
    return {case.key: suspicion for case, suspicion in found if suspicion is not None}


def first_suspicions(check: Check) -> Iterator[tuple[Suspicion, Observed]]:
    """Give one suspicion for each way to behave that the check objects to."""
    for behaviour in FAULTS.values():
        observed = seen_of(behaviour)
        yield from ((suspicion, observed) for suspicion in [*suspicions(check, observed).values()][:1])


def asking(executor: FakeExecutor, ask: Callable[[Sandbox], bool], guard: FakeGuard | None = None) -> bool:
    with executor.open(SPEC.tool, SandboxPolicy(), Limits(), guard or FakeGuard()) as sandbox:
        return ask(sandbox)


def broken(*_: object) -> Answer:
    return TestResult(call_digest="", status=Status.SANDBOX_ERROR, detail="the sandbox fell over")


class TestChecks:
    @pytest.fixture(params=CHECKS.names())
    def check(self, request: pytest.FixtureRequest) -> Check:
        return CHECKS.make(request.param)

    def test_it_says_who_it_is_and_why_it_is_there(self, check: Check) -> None:
        assert re.fullmatch(r"TN[1-9]\d\d", check.code)
        assert re.fullmatch(r"[a-z]+(?:[._][a-z]+)*", check.name)
        assert check.severity in Severity
        assert all(text.strip() for text in (check.title, check.rationale, check.example))
        assert "\n" not in check.title

    @ALL
    def test_it_only_speaks_of_what_was_observed_and_in_words_that_can_be_printed(
        self, check: Check, behaviour: Behaviour
    ) -> None:
        observed = seen_of(behaviour)
        for key, found in suspicions(check, observed).items():
            assert found.case.key == key
            assert found.result in (observed.results[key], *observed.repeated.get(key, ()))
            assert found.other is None or found.other in observed.cases
            assert found.other is None or found.other_result == observed.results[found.other.key]
            assert found.title.isprintable()
            assert len(found.title) <= LONGEST_TITLE
            assert found.expected

    @FAULTY
    def test_asked_again_it_says_the_same_in_whatever_order_the_cases_stand(
        self, check: Check, behaviour: Behaviour
    ) -> None:
        observed = seen_of(behaviour)
        found = suspicions(check, observed)
        assert suspicions(check, observed) == found
        assert suspicions(check, observed._replace(cases=observed.cases[::-1])) == found

    @ALL
    def test_a_failure_of_the_sandbox_is_never_held_against_the_tool(self, check: Check, behaviour: Behaviour) -> None:
        observed = seen_of(behaviour)
        results = {key: as_our_error(result) for key, result in observed.results.items()}
        assert suspicions(check, observed._replace(results=results)) == {}

    @FAULTY
    def test_nor_is_one_of_the_calls_that_a_case_is_compared_with(self, check: Check, behaviour: Behaviour) -> None:
        observed = seen_of(behaviour)
        failed = {key: as_our_error(result) for key, result in observed.results.items()}
        repeated = {key: [as_our_error(one) for one in again] for key, again in observed.repeated.items()}
        for case in observed.cases:
            its_own = {case.key: observed.results[case.key]}
            hindered = observed._replace(results={**failed, **its_own}, repeated=repeated)
            alone = observed._replace(cases=[case], results=its_own, repeated={})
            assert check.suspect(case, hindered) == check.suspect(case, alone)

    @FAULTY
    def test_a_case_that_was_not_executed_is_not_judged(self, check: Check, behaviour: Behaviour) -> None:
        observed = seen_of(behaviour)
        assert suspicions(check, observed._replace(results={}, repeated={})) == {}
        half = dict(list(observed.results.items())[::2])
        assert suspicions(check, observed._replace(results=half)).keys() <= half.keys()

    def test_it_holds_nothing_against_a_sound_tool(self, check: Check) -> None:
        assert suspicions(check, seen_of(BEHAVIOURS["is sound"])) == {}

    def test_it_holds_nothing_against_commands_that_nobody_knows(self, check: Check) -> None:
        for behaviour in BEHAVIOURS.values():
            observed = seen_of(behaviour)
            bare = observed.tool.model_copy(update={"commands": {"": type(observed.tool.root)()}})
            for found in suspicions(check, observed._replace(tool=bare)).values():
                assert found.case in observed.cases

    def test_its_premise_is_asked_in_few_calls_and_gives_one_answer(self, check: Check) -> None:
        for suspicion, observed in first_suspicions(check):
            for answer in (b"", (2, b"", b"frob: no\n")):
                asked = [FakeExecutor(lambda *_, answer=answer: answer) for _ in range(2)]
                first, second = (asking(one, lambda box: check.premise(suspicion, observed, box)) for one in asked)  # noqa: B023
                assert first is second
                assert asked[0].made == asked[1].made
                assert len(asked[0].made) <= MOST_CALLS_OF_A_PREMISE

    def test_what_could_not_be_tried_proves_no_premise(self, check: Check) -> None:
        for suspicion, observed in first_suspicions(check):
            executor = FakeExecutor(broken)
            is_proved = asking(executor, lambda box: check.premise(suspicion, observed, box))  # noqa: B023
            assert not (is_proved and executor.made), suspicion.title

    def test_it_lets_a_stop_pass(self, check: Check) -> None:
        for suspicion, observed in first_suspicions(check):
            free = FakeExecutor()
            asking(free, lambda box: check.premise(suspicion, observed, box))  # noqa: B023
            if free.made:
                with pytest.raises(Halted):
                    asking(
                        FakeExecutor(),
                        lambda box: check.premise(suspicion, observed, box),  # noqa: B023
                        FakeGuard(stops_at=1),
                    )


class TestAllChecks:
    def test_each_has_a_code_and_a_name_of_its_own(self) -> None:
        checks = CHECKS.make_all()
        for words in ([check.code for check in checks], [check.name for check in checks]):
            assert len(set(words)) == len(words)

    def test_a_check_goes_by_the_name_that_it_is_chosen_by(self) -> None:
        assert {name: CHECKS.make(name).name for name in CHECKS.names()} == {name: name for name in CHECKS.names()}

    def test_a_number_once_given_keeps_its_meaning(self) -> None:
        ours = sorted((made().code, name) for name, made in CHECKS.builtins.items())
        assert_golden("checks.txt", "".join(f"{code} {name}\n" for code, name in ours).encode())

    def test_each_of_ours_is_documented_as_it_says_itself(self) -> None:
        documented = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
        headings = set(re.findall(r"^## (TN\d{3} \S+)$", documented, re.MULTILINE))
        assert headings == {f"{make().code} {name}" for name, make in CHECKS.builtins.items()}
        for make in CHECKS.builtins.values():
            check = make()
            section = documented.partition(f"## {check.code} {check.name}\n")[2].partition("\n## ")[0]
            assert f"**{check.severity}**" in section
            assert check.example in section

    def test_each_of_ours_objects_to_one_of_the_faults_at_least(self) -> None:
        silent = {name for name, make in CHECKS.builtins.items() if not any(first_suspicions(make()))}
        assert not silent, f"give {silent} something to find in {behaviours.__name__}"

    @pytest.mark.slow
    def test_nothing_depends_on_how_python_hashes_words(self) -> None:
        assert is_the_same_under_every_seed(all_that_is_found)


def all_that_is_found() -> str:
    """Name all suspicions and findings by their content."""
    found: list[object] = [
        [check.code, suspicion.what, suspicion.title, suspicion.message, suspicion.got]
        for check in CHECKS.make_all()
        for behaviour in BEHAVIOURS.values()
        for suspicion in suspicions(check, seen_of(behaviour)).values()
    ]
    judged = [one.model_dump(mode="json") for one in judge(ours(), seen_of(FAULTS["panics"]), FAULTS["panics"])]
    return digest_of([*found, *judged])


def ours() -> Verifier:
    return ConfirmingVerifier(CHECKS.make_all())


VERIFIERS: Mapping[str, Callable[[], Verifier]] = {"confirming": ours, PretendVerifier.__name__: PretendVerifier}


def judge(
    verifier: Verifier, observed: Observed, behaviour: Behaviour | None, guard: FakeGuard | None = None
) -> list[Finding | Verdict]:
    """Judge, with a sandbox in which the tool behaves so, or that fails at every call."""
    by_argv = {case.call.argv: case for case in observed.cases}

    def answers(call: object, repetition: int) -> Answer:
        argv = getattr(call, "argv", ())
        return behaviour(by_argv.get(argv, observed.cases[0]), repetition) if behaviour else broken()

    with FakeExecutor(answers).open(SPEC.tool, SandboxPolicy(), Limits(), guard or FakeGuard()) as sandbox:
        return list(verifier.verify(observed, sandbox))


class TestVerifiers:
    @pytest.fixture(params=VERIFIERS)
    def verifier(self, request: pytest.FixtureRequest) -> Verifier:
        return VERIFIERS[request.param]()

    @ALL
    def test_there_is_one_verdict_for_each_case_and_every_finding_behind_it(
        self, verifier: Verifier, behaviour: Behaviour
    ) -> None:
        observed = seen_of(behaviour)
        judged = judge(verifier, observed, behaviour)
        verdicts = [one for one in judged if isinstance(one, Verdict)]
        findings = {one.fingerprint: one for one in judged if isinstance(one, Finding)}
        assert sorted(verdict.key for verdict in verdicts) == sorted(case.key for case in observed.cases)
        assert {one for verdict in verdicts for one in verdict.findings} <= findings.keys()
        for finding in findings.values():
            assert set(finding.cases) <= observed.results.keys()
            assert Finding.model_validate_json(finding.model_dump_json()) == finding

    def test_of_no_cases_nothing_is_said(self, verifier: Verifier) -> None:
        nothing = seen_of(FAULTS["panics"])._replace(cases=(), results={}, repeated={})
        assert judge(verifier, nothing, None) == []

    def test_the_same_is_judged_in_the_same_way(self, verifier: Verifier) -> None:
        for behaviour in FAULTS.values():
            first, second = (judge(verifier, seen_of(behaviour), behaviour) for _ in range(2))
            assert first == second

    @FAULTY
    def test_what_the_sandbox_could_not_do_is_an_error_of_ours(self, verifier: Verifier, behaviour: Behaviour) -> None:
        observed = seen_of(behaviour)
        results = {key: as_our_error(result) for key, result in observed.results.items()}
        judged = judge(verifier, observed._replace(results=results), None)
        assert {getattr(one, "word", None) for one in judged} == {VerdictWord.ERROR}
        assert all(isinstance(one, Verdict) and one.reason for one in judged)

    @FAULTY
    def test_what_cannot_be_confirmed_for_our_failure_is_neither_found_nor_called_unsteady(
        self, verifier: Verifier, behaviour: Behaviour
    ) -> None:
        judged = judge(verifier, seen_of(behaviour), None)
        assert not [one for one in judged if isinstance(one, Finding)]
        assert not {getattr(one, "word", None) for one in judged} & {VerdictWord.FAIL, VerdictWord.FLAKY}

    def test_a_case_that_was_not_executed_is_skipped_and_the_reason_told(self, verifier: Verifier) -> None:
        judged = judge(verifier, seen_of(FAULTS["panics"])._replace(results={}, repeated={}), FAULTS["panics"])
        assert {getattr(one, "word", None) for one in judged} == {VerdictWord.SKIP}

    def test_it_can_be_stopped_at_any_call(self, verifier: Verifier) -> None:
        behaviour = FAULTS["shows a traceback"]
        undisturbed = FakeGuard()
        judge(verifier, seen_of(behaviour), behaviour, undisturbed)
        assert undisturbed.checks
        for moment in {1, undisturbed.checks // 2, undisturbed.checks}:
            with pytest.raises(Halted):
                judge(verifier, seen_of(behaviour), behaviour, FakeGuard(stops_at=moment))


def test_one_lost_try_does_not_make_a_finding_unsteady() -> None:
    behaviour = FAULTS["shows a traceback"]
    lost: list[TestResult] = []

    def once_broken(case: TestCase, repetition: int) -> TestResult:
        result = behaviour(case, repetition)
        if repetition and not lost:
            lost.append(result)
            return as_our_error(result)
        return result

    judged = judge(ours(), seen_of(behaviour), once_broken)
    assert lost
    (finding,) = [one for one in judged if isinstance(one, Finding) and one.code == "TN102"]
    assert finding.confirmed == (2, 2)
    assert not {getattr(one, "word", None) for one in judged} & {VerdictWord.FLAKY, VerdictWord.ERROR}
