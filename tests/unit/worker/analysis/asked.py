"""A made-up tool for tests of the analysis: what it says to which words, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.models.call import Call, Limits
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec, Profile, SandboxPolicy, ToolSpec
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard
from worker.analysis.allowance import MOST_SAID
from worker.analysis.asking import BUDGETS, Asker, Budget
from worker.analysis.explore import NoLibrary
from worker.analysis.probe import HelpAnalyzer

REFUSED = (2, b"", b"frob: error: unrecognized arguments\n")


def typed(call: Call) -> str:
    """Write a call's words in one line."""
    return b" ".join(call.argv).decode()


class Frob:
    """Answers by the words of a call; what it does not know it refuses."""

    def __init__(
        self, says: Mapping[str, Answer] | Callable[[Call], Answer], otherwise: Answer = REFUSED, name: str = "frob"
    ) -> None:
        self._says = says
        self._otherwise = otherwise
        self.executor = FakeExecutor(lambda call, _: self._answer(call))
        self.spec = JobSpec(tool=ToolSpec(argv=tuple(word.encode() for word in name.split())))

    def _answer(self, call: Call) -> Answer:
        if callable(self._says):
            return self._says(call)
        return self._says.get(typed(call), self._otherwise)

    @property
    def asked(self) -> list[str]:
        return [typed(made.call) for made in self.executor.made]

    def asker(self, budget: int = 100, most_said: int = MOST_SAID) -> Asker:
        with self.executor.open(self.spec.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
            return Asker(sandbox, budget, most_said=most_said)

    def learn(
        self,
        *,
        profile: Profile = Profile.STANDARD,
        examples: tuple[tuple[bytes, ...], ...] = (),
        budgets: Mapping[Profile, Budget] = BUDGETS,
    ) -> CliTool:
        spec = self.spec.model_copy(update={"profile": profile, "examples": examples})
        with self.executor.open(spec.tool, SandboxPolicy(), Limits(), FakeGuard()) as sandbox:
            return HelpAnalyzer(budgets, lambda *_: NoLibrary()).analyze(spec, sandbox)
