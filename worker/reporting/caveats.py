"""What a reader should know before believing a report: where the testing was weak, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.models.cli_tool import CliTool
from shared.models.job import Job, JobState
from shared.models.test_result import Status
from shared.utils.text import count
from worker.reporting.coverage import Trial, has_worked

_MORE = "give sample files with --files, or a call that works with --example"


def why_unexecuted(job: Job, *, is_partial: bool) -> str:
    """Say what came before the planned calls that were not made."""
    if is_cancelled(job):
        return "cancelled before it was executed"
    if job.state is JobState.FAILED:
        return "the job failed before it was executed"
    return "not executed yet" if is_partial else "cut by the time limit"


def why_unplanned(job: Job, planned: int) -> str:
    """Say why no call was planned for a part."""
    is_full = planned >= job.spec.max_cases
    return f"no case was planned: the plan is full at {count(planned, 'case')}" if is_full else "no case was planned"


def caveats(job: Job, tool: CliTool | None, trials: Sequence[Trial], *, is_partial: bool) -> Iterator[str]:
    """Say what makes the report weaker than it looks, the weightiest first."""
    if tool is not None:
        yield from _only_the_doorstep(tool, trials)
    yield from _left_out(job, trials, is_partial=is_partial)
    yield from _ours(trials)


def _only_the_doorstep(tool: CliTool, trials: Sequence[Trial]) -> Iterator[str]:
    # Without a recipe nobody knows which calls must work, so those that explore a part count as well.
    tried = [trial for trial in trials if trial.case.covers and trial.can_show_that_it_works and trial.was_answered]
    refused = sum(not has_worked(tool.commands.get(trial.case.command), trial.run[0]) for trial in tried)
    if refused * 2 > len(tried):
        share = f"{refused:,} of {count(len(tried), 'call')} that should work were refused"
        yield f"{share}: only the doorstep was tested; {_MORE}"


def _left_out(job: Job, trials: Sequence[Trial], *, is_partial: bool) -> Iterator[str]:
    missing = sum(not trial.run for trial in trials)
    if not missing:
        return
    of_all, were = f"{missing:,} of {count(len(trials), 'case')}", "was" if missing == 1 else "were"
    if is_cancelled(job):
        yield f"the job was cancelled before {of_all} {were} executed"
    elif job.state is JobState.FAILED:
        yield f"the job failed before {of_all} {were} executed"
    elif is_partial:
        yield f"the job has not ended: {of_all} {were} not executed yet"
    else:
        yield f"the time limit cut {of_all}: raise it with --max-time"


def _ours(trials: Sequence[Trial]) -> Iterator[str]:
    failed = sum(result.status is Status.SANDBOX_ERROR for trial in trials for result in trial.run)
    if failed:
        they = "it says" if failed == 1 else "they say"
        yield f"{count(failed, 'call')} failed for reasons of ours: {they} nothing about the tool"


def is_cancelled(job: Job) -> bool:
    """Tell whether somebody asked for the end of the job."""
    return job.is_cancelled or job.state is JobState.CANCELLED
