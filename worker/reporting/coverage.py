"""How far the calls of a job got with each part of an interface, and why no farther."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.models.cli_tool import CliTool, Command
from shared.models.test_plan import Intent, TestCase
from shared.models.test_report import Coverage, Covered, Reach
from shared.models.test_result import Status, TestResult
from shared.utils.text import decode, one_line
from worker.reporting.words import ending

_WIDTH = 120
_LONGEST_LINE = 2000

# What differs between two runs of one call: a reason that held them would not be the same in the next report.
_VOLATILE = re.compile(
    r"0x[0-9a-f]{4,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d|\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"|/tmp/[\w.+-]+|\bpid \d+|\[\d{2,7}\]|\b\d+(?:[.,]\d+)? ?(?:ns|us|ms|s|seconds?)\b",
    re.IGNORECASE,
)


class Trial(NamedTuple):
    """A planned case and all its planned repetitions, in order; none where its first run is missing."""

    key: str
    case: TestCase
    run: Sequence[TestResult]

    @property
    def first(self) -> TestResult | None:
        """Give what the verdict goes by."""
        return self.run[0] if self.run else None

    @property
    def can_show_that_it_works(self) -> bool:
        """Tell whether a sound tool may accept the call."""
        return self.case.intent is not Intent.MUST_REFUSE

    @property
    def was_answered(self) -> bool:
        """Tell whether the tool has shown something; an error of the sandbox shows nothing."""
        return bool(self.run) and self.run[0].status is not Status.SANDBOX_ERROR


class Gaps(NamedTuple):
    """Why a part was never tried: nothing was planned for it, or what was planned was not executed."""

    unplanned: str
    unexecuted: str


def coverage_of(tool: CliTool, trials: Sequence[Trial], gaps: Gaps) -> Coverage:
    """Measure part by part, in the interface's order."""
    by_label: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.can_show_that_it_works:
            for label in trial.case.covers:
                by_label[label].append(trial)
    parts = (_covered(label, command, by_label[label], gaps) for label, command in _parts(tool))
    return Coverage(parts=tuple(parts))


def has_worked(command: Command | None, result: TestResult) -> bool:
    """Tell whether a call ended as calls of the command that work do: with 0, or as one of its recipes."""
    recipes = command.recipes if command else ()
    return result.exit_code in {0, *(recipe.exit_code for recipe in recipes)}


def _parts(tool: CliTool) -> Iterator[tuple[str, Command]]:
    for command in tool.commands.values():
        yield command.label, command
        for option in command.options:
            yield command.label_of_option(option.name), command
        for name in dict.fromkeys(argument.name for argument in command.arguments):
            yield command.label_of_argument(name), command


def _covered(label: str, command: Command, trials: Sequence[Trial], gaps: Gaps) -> Covered:
    answered = [trial.run for trial in trials if trial.was_answered]
    if any(has_worked(command, run[0]) for run in answered):
        reach, why = Reach.WORKED, ""
    elif answered:
        reach, why = Reach.REFUSED, _refusal(answered[0])
    else:
        reach, why = Reach.UNTRIED, _gap(trials, gaps)
    return Covered(label=label, reach=reach, cases=len(trials), why=why)


def _gap(trials: Sequence[Trial], gaps: Gaps) -> str:
    if not trials:
        return gaps.unplanned
    return "its calls failed for reasons of ours" if any(trial.run for trial in trials) else gaps.unexecuted


def _refusal(run: Sequence[TestResult]) -> str:
    """Say how the first refused case ended; what it complained about only where every repetition says the same."""
    ended = ending(run[0].status, run[0].exit_code, run[0].signal)
    said = {_complaint(result) for result in run}
    return f"{ended}: {said.pop()}" if len(said) == 1 and "" not in said else ended


def _complaint(result: TestResult) -> str:
    streams = (one_line(decode(stream.content), _LONGEST_LINE) for stream in (result.stderr, result.stdout))
    line = next((line for line in streams if line), "")
    return one_line(_VOLATILE.sub("...", line), _WIDTH)
