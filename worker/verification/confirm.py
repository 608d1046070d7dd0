"""Confirms a suspicion: makes its calls again, sealed off afresh and in changed surroundings, and asks again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.interfaces.executor import Run, Sandbox
from shared.interfaces.verifier import Check, Observed, Suspicion
from shared.models.call import Call, CallFile, FileInput, FileKind, Isolation, Surroundings
from shared.models.test_plan import TestCase
from shared.models.test_result import FIRST_CONFIRMATION, Status, TestResult
from worker.verification.words import each_alone

# Zone, name of the folder, home, user and host change; locale and width, by which a tool may honestly go, do not.
# Each call is alone in its namespaces: what is seen again owes nothing to another call.
SURROUNDINGS = (
    Surroundings(isolation=Isolation.FRESH),
    Surroundings(
        zone="Pacific/Auckland", folder="elsewhere", home="somebody", host="anywhere", isolation=Isolation.FRESH
    ),
    Surroundings(
        zone="America/St_Johns",
        folder="a-folder-with-a-much-longer-name",
        home="u",
        host="h",
        isolation=Isolation.FRESH,
    ),
)
TIMES = len(SURROUNDINGS)


class Confirmed(NamedTuple):
    """What came of it: the suspicion as it stands now, and how often it was seen in how many tries.

    A try in which the sandbox failed is none: it says nothing about the tool.
    """

    suspicion: Suspicion
    seen: int
    tried: int = TIMES

    @property
    def is_certain(self) -> bool:
        """Tell whether it was seen each time."""
        return 0 < self.seen == self.tried


def confirm(check: Check, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> Confirmed:
    """Try a suspicion with less in its calls first, and as it is where that does not hold."""
    for smaller in _smaller(suspicion, observed):
        found = _again(check, smaller, observed, sandbox)
        if found.is_certain:
            return found
    return _again(check, suspicion, observed, sandbox)


def _smaller(suspicion: Suspicion, observed: Observed) -> Iterator[Suspicion]:
    """Give it with one of several options alone, and without the files that its calls do not name."""
    alone = sorted(each_alone(suspicion.case, observed), key=lambda case: case.option != suspicion.what)
    for case in alone:
        yield _without_unnamed_files(suspicion._replace(case=case)) or suspicion._replace(case=case)
    without_files = _without_unnamed_files(suspicion)
    if without_files is not None:
        yield without_files


def _again(check: Check, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> Confirmed:
    cases = [case for case in (suspicion.case, suspicion.other) if case is not None]
    tries = [{case.key: _runs(case, number) for case in cases} for number in range(TIMES)]
    results = sandbox.map([run for one in tries for runs in one.values() for run in runs])
    seen = [{key: [next(results) for _ in runs] for key, runs in one.items()} for one in tries]
    made = [one for one in seen if not any(map(_has_failed, one.values()))]
    sightings = [sighting for one in made if (sighting := _look(check, suspicion, observed, cases, one))]
    return Confirmed(sightings[0] if sightings else suspicion, len(sightings), len(made))


def _has_failed(runs: Sequence[TestResult]) -> bool:
    return any(result.status is Status.SANDBOX_ERROR for result in runs)


def _look(
    check: Check,
    suspicion: Suspicion,
    observed: Observed,
    cases: Sequence[TestCase],
    runs: Mapping[str, Sequence[TestResult]],
) -> Suspicion | None:
    now = observed._replace(
        cases=[*cases, *(case for case in observed.cases if case.key not in runs)],
        results={**observed.results, **{key: results[0] for key, results in runs.items()}},
        repeated={**observed.repeated, **{key: results[1:] for key, results in runs.items()}},
    )
    found = check.suspect(suspicion.case, now)
    return found if found is not None and _is_the_same(found, suspicion) else None


def _is_the_same(found: Suspicion, suspicion: Suspicion) -> bool:
    if suspicion.signature:
        return found.signature == suspicion.signature
    return found.what == suspicion.what


def _runs(case: TestCase, number: int) -> Sequence[Run]:
    # Another repetition is another hash seed; a case that is planned more than once is confirmed by two runs.
    first = FIRST_CONFIRMATION + 2 * number
    repetitions = range(first, first + min(case.repetitions, 2))
    return [Run(case.call, repetition, SURROUNDINGS[number]) for repetition in repetitions]


def _without_unnamed_files(suspicion: Suspicion) -> Suspicion | None:
    case = suspicion.case.model_copy(update={"call": _named_files_only(suspicion.case.call)})
    other = suspicion.other and suspicion.other.model_copy(update={"call": _named_files_only(suspicion.other.call)})
    if case.key == suspicion.case.key and (other is None or other.key == suspicion.other.key):  # type: ignore[union-attr]
        return None
    return suspicion._replace(case=case, other=other)


def _named_files_only(call: Call) -> Call:
    named = (*call.argv, call.stdin.file) if isinstance(call.stdin, FileInput) else call.argv
    return call.model_copy(update={"files": tuple(file for file in call.files if _is_named(file, named))})


def _is_named(file: CallFile, argv: Sequence[bytes]) -> bool:
    parents = {b"/".join(file.path.split(b"/")[:depth]) for depth in range(1, file.path.count(b"/") + 2)}
    if file.kind is FileKind.DIRECTORY:
        parents = {file.path}
    return any(parent in word for word in argv for parent in parents)
