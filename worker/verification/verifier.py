"""From results to verdicts: every check on every case, one cause once, nothing reported that does not show again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared.interfaces.executor import Sandbox
from shared.interfaces.verifier import Check, Observed, Suspicion
from shared.models.finding import Evidence, Finding, Subject, Verdict
from shared.models.test_result import TestResult
from shared.utils.text import decode, quote_all
from worker.knowledge.screens import screen_of
from worker.verification import verdicts
from worker.verification.compare import diff, doing
from worker.verification.confirm import Confirmed, confirm
from worker.verification.reproduce import reproduction
from worker.verification.verdicts import Outcome

# When the plainest call of a group does not show it again, this many others of the group are tried.
_MOST_TRIES = 3
_EVIDENCE_BYTES = 4000


@dataclass
class Group:
    """All suspicions with one cause."""

    check: Check
    subject: Subject
    suspicions: list[Suspicion] = field(default_factory=list)

    @property
    def plainest_first(self) -> Sequence[Suspicion]:
        """Order by how much has to be typed."""
        return sorted(self.suspicions, key=_effort)

    @property
    def keys(self) -> tuple[str, ...]:
        """Name the cases behind it, in the plan's order."""
        return tuple(dict.fromkeys(suspicion.case.key for suspicion in self.suspicions))


class ConfirmingVerifier:
    """The built-in verifier."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = sorted(checks, key=lambda check: check.code)

    def verify(self, observed: Observed, sandbox: Sandbox) -> Iterator[Finding | Verdict]:
        """Give each confirmed finding as soon as it is, then one verdict for each case."""
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        for group in self._groups(observed):
            found = _judge(group, observed, sandbox)
            if isinstance(found, Finding):
                yield found
            outcome = Outcome(group.check, found)
            for key in group.keys:
                outcomes[key].append(outcome)
        for case in observed.cases:
            yield verdicts.judge(case, observed, outcomes[case.key])

    def _groups(self, observed: Observed) -> Sequence[Group]:
        groups: dict[str, Group] = {}
        for check in self._selected(observed):
            for case in observed.cases:
                suspicion = check.suspect(case, observed)
                if suspicion is not None:
                    subject = subject_of(check, suspicion, observed)
                    group = groups.setdefault(subject.digest(), Group(check, subject))
                    group.suspicions.append(suspicion)
        return list(groups.values())

    def _selected(self, observed: Observed) -> Iterator[Check]:
        known = {check.code for check in self._checks}
        only = known & set(observed.spec.select.only)
        skip = known & set(observed.spec.select.skip)
        return (check for check in self._checks if check.code not in skip and (not only or check.code in only))


def subject_of(check: Check, suspicion: Suspicion, observed: Observed) -> Subject:
    """Say what a suspicion is about, so that the same cause is the same in every job.

    For a crash its signature alone counts, wherever it was met; else the command, what it is about and the message.
    """
    tool = observed.tool.name
    if suspicion.signature:
        return Subject(tool=tool, check=check.name, what=suspicion.signature)
    return Subject(
        tool=tool,
        check=check.name,
        command=suspicion.case.command,
        what=suspicion.what,
        message=suspicion.message,
    )


def _judge(group: Group, observed: Observed, sandbox: Sandbox) -> Finding | Confirmed:
    best: Confirmed | None = None
    for suspicion in group.plainest_first[:_MOST_TRIES]:
        confirmed = confirm(group.check, suspicion, observed, sandbox)
        if confirmed.is_certain and group.check.premise(confirmed.suspicion, observed, sandbox):
            return _finding(group, confirmed, observed)
        if confirmed.is_certain:
            return confirmed  # it is so, and it is no fault: its premise does not hold
        best = confirmed if best is None or _weight(confirmed) > _weight(best) else best
    assert best is not None  # noqa: S101 - a group holds at least one suspicion
    return best


def _weight(confirmed: Confirmed) -> tuple[int, int]:
    return confirmed.seen, confirmed.tried


def _finding(group: Group, confirmed: Confirmed, observed: Observed) -> Finding:
    suspicion, check = confirmed.suspicion, group.check
    result, other = suspicion.result, suspicion.other
    return Finding(
        subject=group.subject,
        code=check.code,
        severity=check.severity,
        title=suspicion.title,
        message=suspicion.message,
        expected=suspicion.expected,
        got=suspicion.got,
        call=suspicion.case.call,
        compared_with=other.call if other else None,
        exit_code=result.exit_code,
        signal=result.signal,
        channel=suspicion.channel,
        signature=suspicion.signature,
        reproduce=_reproduce(suspicion, observed),
        evidence=tuple(_evidence(suspicion, observed)),
        cases=group.keys,
        confirmed=(confirmed.seen, confirmed.tried),
    )


def _reproduce(suspicion: Suspicion, observed: Observed) -> str:
    call, other = suspicion.case.call, suspicion.other
    if other is not None:
        return reproduction(observed.spec.tool, [(other.call, None), (call, None)])
    if suspicion.case.repetitions > 1 and suspicion.result.status.has_exit_code and suspicion.channel:
        return reproduction(observed.spec.tool, [(call, 0), (call, 1)])
    return reproduction(observed.spec.tool, [(call, None)])


def _evidence(suspicion: Suspicion, observed: Observed) -> Iterator[Evidence]:
    other, result = suspicion.other_result, suspicion.result
    if suspicion.other is not None and other is not None:
        yield Evidence(label=_typed(suspicion.other.call.argv, observed), text=_printed(other))
        yield Evidence(label=_typed(suspicion.case.call.argv, observed), text=_printed(result))
        difference = diff(decode(other.stdout.content), decode(result.stdout.content))
        if difference:
            yield Evidence(label="difference on standard output", text=difference)
        return
    if doing(result):
        yield Evidence(label="when it was ended", text=f"it was {doing(result)}")
    if suspicion.case.call.tty is not None:
        yield Evidence(label="the screen", text=_cut(screen_of(result.stdout.content, suspicion.case.call.tty)))
        return
    for label, stream in (("standard error", result.stderr), ("standard output", result.stdout)):
        if stream.total_bytes:
            yield Evidence(label=label, text=_cut(decode(stream.content)))


def _typed(argv: Sequence[bytes], observed: Observed) -> str:
    return f"{observed.tool.name} {quote_all(argv)}"


def _printed(result: TestResult) -> str:
    return _cut(decode(result.stdout.content + result.stderr.content)) or "(nothing)"


def _cut(text: str) -> str:
    if len(text) <= _EVIDENCE_BYTES:
        return text
    half = _EVIDENCE_BYTES // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"


def _effort(suspicion: Suspicion) -> tuple[bool, int, bool, int, str]:
    call = suspicion.case.call
    return call.tty is not None, len(call.argv), call.stdin is not None, sum(map(len, call.argv)), suspicion.case.key
