"""Asks the tool, within a budget of calls: the only module of the analysis that makes any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.interfaces.executor import Run, Sandbox
from shared.models.call import Call, Limits
from shared.models.job import Profile
from shared.models.test_result import Status, TestResult
from worker.analysis.text import plain_text

# Calls, not seconds: one tool, one interface, however busy the machine is.
BUDGETS: Mapping[Profile, int] = {Profile.QUICK: 40, Profile.STANDARD: 200, Profile.DEEP: 600}
# What a call may take, in seconds, where waiting is not worth while.
_IMPATIENT_S = 2.0


@dataclass(frozen=True)
class Answer:
    """What one call showed, as plain text."""

    call: Call
    result: TestResult

    @cached_property
    def stdout(self) -> str:
        """Give what was printed on standard output."""
        return plain_text(self.result.stdout.content)

    @cached_property
    def stderr(self) -> str:
        """Give what was printed on standard error."""
        return plain_text(self.result.stderr.content)

    @property
    def texts(self) -> tuple[str, ...]:
        """Give what was printed on either stream, empty ones left out."""
        return tuple(text for text in (self.stdout, self.stderr) if text.strip())

    @property
    def is_ours(self) -> bool:
        """Tell whether the call says nothing about the tool."""
        return self.result.status is Status.SANDBOX_ERROR

    @property
    def is_overdue(self) -> bool:
        """Tell a call that did not end by itself."""
        return self.result.status in {Status.TIMEOUT_WALL, Status.TIMEOUT_CPU}

    @property
    def worked(self) -> bool:
        """Tell whether the tool says that all went well."""
        return self.result.status is Status.OK


class Asker:
    """Makes calls until the budget is spent; a call that was made before costs nothing.

    Once a call did not end by itself, or where waiting is not worth while, calls are given up sooner; the executor
    still allows what the quick calls of a tool need here. `limits` are those of the job.
    """

    def __init__(self, sandbox: Sandbox, budget: int, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._sandbox = sandbox
        self._limits = limits
        self.is_impatient = False
        self._known: dict[str, Answer] = {}
        self.left = budget

    def ask(self, call: Call) -> Answer | None:
        """Make one call; None when the budget is spent."""
        return self.ask_all([call])[0]

    def ask_all(self, calls: Sequence[Call], reserve: int = 0) -> list[Answer | None]:
        """Make calls that do not need each other's answers, and leave so many for later."""
        digests = [call.digest() for call in calls]
        new = {digest: call for digest, call in zip(digests, calls, strict=True) if digest not in self._known}
        affordable = list(new.items())[: max(0, self.left - reserve)]
        self.left -= len(affordable)
        for (digest, _), answer in zip(affordable, self._make([call for _, call in affordable]), strict=True):
            self._known[digest] = answer
        return [self._known.get(digest) for digest in digests]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Give all answers so far."""
        return tuple(self._known.values())

    @property
    def overdue(self) -> int:
        """Count the calls that did not end by themselves."""
        return sum(answer.is_overdue for answer in self._known.values())

    def grant(self, calls: int) -> None:
        """Allow more calls."""
        self.left += calls

    def known(self, call: Call) -> Answer | None:
        """Give the answer to a call that was made."""
        return self._known.get(call.digest())

    def _make(self, calls: Sequence[Call]) -> Iterator[Answer]:
        results = self._sandbox.map([Run(self._as_patient_as_it_pays(call)) for call in calls])
        return (Answer(call, result) for call, result in zip(calls, results, strict=True))

    def _as_patient_as_it_pays(self, call: Call) -> Call:
        if not (self.is_impatient or self.overdue) or self._limits.wall_s <= _IMPATIENT_S:
            return call
        limits = self._limits.model_copy(update={"wall_s": _IMPATIENT_S})
        return Call(argv=call.argv, stdin=call.stdin, files=call.files, env=call.env, tty=call.tty, limits=limits)
