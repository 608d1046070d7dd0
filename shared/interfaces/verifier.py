"""Turns results into verdicts and findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from shared.interfaces.executor import Sandbox
from shared.models.cli_tool import CliTool
from shared.models.finding import Finding, Severity, Verdict
from shared.models.job import JobSpec
from shared.models.test_plan import TestCase
from shared.models.test_result import TestResult


class Observed(NamedTuple):
    """All that is judged: what was asked, what was learned, the planned cases and what they showed.

    `results` holds the first run of each case that was executed, by the case's key; `repeated` the other planned
    repetitions, in order.
    """

    spec: JobSpec
    tool: CliTool
    cases: Sequence[TestCase]
    results: Mapping[str, TestResult]
    repeated: Mapping[str, Sequence[TestResult]]


class Suspicion(NamedTuple):
    """What a check holds against a case, before anything is confirmed.

    `what` is a crash's signature, or the option, argument or relation that it is about. `message` is normalised: equal
    for equal causes. `other` is the case compared with.
    """

    case: TestCase
    result: TestResult
    what: str
    title: str
    message: str
    expected: str
    got: str
    other: TestCase | None = None
    other_result: TestResult | None = None
    signature: str = ""
    channel: str | None = None


class Check(Protocol):
    """A rule that turns results into suspicions.

    It judges the results of one case (with those it is related to) and decides from them and the interface alone, so
    that a suspicion can be confirmed by making the calls again and asking once more.
    """

    @property
    def code(self) -> str:
        """Give the stable code, `TN` and three digits."""
        ...

    @property
    def name(self) -> str:
        """Give the dotted name."""
        ...

    @property
    def severity(self) -> Severity:
        """Say how bad what it finds is."""
        ...

    @property
    def title(self) -> str:
        """Say in one line what is wrong when it finds something."""
        ...

    @property
    def rationale(self) -> str:
        """Say why it matters, when it does not apply, and how to accept it."""
        ...

    @property
    def example(self) -> str:
        """Show a call and an answer that it finds."""
        ...

    def suspect(self, case: TestCase, observed: Observed) -> Suspicion | None:
        """Judge one executed case; None when there is nothing against it."""
        ...

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Prove by further calls what the suspicion takes for granted; True where nothing needs a proof."""
        ...


class Verifier(Protocol):
    """Turns results into verdicts and findings."""

    def verify(self, observed: Observed, sandbox: Sandbox) -> Iterator[Finding | Verdict]:
        """Judge the results: findings, each confirmed by making its calls again, and one verdict for each case.

        A finding may be given again in a smaller form under the same fingerprint.
        """
        ...
