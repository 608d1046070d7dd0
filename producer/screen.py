"""Text for a terminal, from rows and reports: facts first, one line one idea, the next thing to type at the end.

Whatever came from the tool passes `visible`: it can neither move the cursor nor pretend to be ours.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from producer.follow import Progress, StageProgress
from shared.interfaces.verifier import Check
from shared.models.call import Isolation
from shared.models.finding import Finding, Severity, VerdictWord
from shared.models.job import Fault, Job, JobId, JobState, StageName
from shared.models.test_plan import Intent, TestPlan
from shared.models.test_report import Coverage, Reach, ReportedFinding, TestReport
from shared.models.work import Attempt, Ending
from shared.utils.errors import TestronautError
from shared.utils.text import count, duration, one_line, quote_all, visible

STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan", Severity.NOTE: "dim"}
_STAGE_WIDTH = 10
_BAR_WIDTH = 40
_MOST_SHOWN = 10
_MOST_NAMES = 3


class JobFailedError(TestronautError):
    """A job did not come to its end; code, message and exit code are those of what ended it."""

    code = "job.failed"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message, fault.hint)
        self.code, self.exit_code = fault.code, fault.exit_code


def short(job_id: JobId) -> str:
    """Give the digits that name a job among its neighbours; they begin with its millisecond."""
    return job_id.hex[:12]


def progress_view(progress: Progress, started: bool = True) -> RenderableType:  # noqa: FBT001, FBT002
    """Draw how far a job is, for a terminal that can be drawn over."""
    lines: list[RenderableType] = []
    for name in StageName:
        stage = progress.stage(name)
        if stage.total:
            lines.append(_stage_row(stage, progress))
    return Group(*lines) if lines and started else Text("  starting ...", style="dim")


def _stage_row(stage: StageProgress, progress: Progress) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=_STAGE_WIDTH + 2)
    row.add_column(width=36)
    row.add_column()
    is_executing = stage.stage is StageName.EXECUTE and not stage.is_done
    bar = ProgressBar(total=max(progress.planned, 1), completed=progress.executed, width=34)
    fact = bar if is_executing else Text(stage_fact(stage, progress))
    row.add_row(Text(f"  {stage.stage}", style="bold" if not stage.is_done else ""), fact, Text(_time(stage, progress)))
    return row


def _time(stage: StageProgress, progress: Progress) -> str:
    if stage.seconds is not None:
        return duration(stage.seconds)
    if stage.stage is not StageName.EXECUTE:
        return ""
    left = f", at most {progress.seconds_left:.0f} s more" if progress.seconds_left is not None else ""
    return f"{progress.executed}/{progress.planned}{left}"


def stage_fact(stage: StageProgress, progress: Progress) -> str:
    """Say in a few words what a stage has come to."""
    match stage.stage:
        case StageName.ANALYZE:
            known = f"{count(progress.commands, 'command')}, {count(progress.options, 'option')}"
            return known if progress.commands else count(progress.calls, "call") if progress.calls else "..."
        case StageName.GENERATE:
            return count(progress.planned, "case") if stage.is_done else "..."
        case StageName.EXECUTE:
            return f"{progress.executed:,} of {count(progress.planned, 'case')}"
        case StageName.VERIFY:
            return count(progress.findings, "finding") + ("" if stage.is_done else " so far")
        case StageName.REPORT:
            return "written" if stage.is_done else "..."


def stage_line(stage: StageProgress, progress: Progress) -> str:
    """Say for a log that a stage is done, in one line."""
    facts = {
        StageName.ANALYZE: f"commands={progress.commands} options={progress.options}",
        StageName.GENERATE: f"cases={progress.planned}",
        StageName.EXECUTE: f"executed={progress.executed}/{progress.planned}",
        StageName.VERIFY: f"findings={progress.findings}",
        StageName.REPORT: "written",
    }
    took = f"{stage.seconds:.1f}s" if stage.seconds is not None else "-"
    reused = f" reused={stage.reused}/{stage.calls}" if stage.reused else ""
    return f"{stage.stage:<9} done  {took:>6}  {facts[stage.stage]}{reused}"


def head(report: TestReport) -> Text:
    """Say what was tested, and how."""
    version = f" {one_line(report.tool.version, 40)}" if report.tool and report.tool.version else ""
    place = report.sandbox.level or "no call was made"
    if report.sandbox.level and report.sandbox.isolation is not Isolation.REUSE:
        place = f"{place}, {report.sandbox.isolation}"
    return Text.assemble(
        (f"{visible(report.tool_name)}{version}", "bold"),
        f"   seed {report.seed}   {report.profile}   sandbox: {place}, network {report.sandbox.network}",
    )


def summary(report: TestReport, most: int = _MOST_SHOWN) -> Iterator[Text]:
    """Say what a job found out: the findings, what was reached, where the report is to be looked at next."""
    shown = [one for one in report.findings if one.finding.severity is not Severity.NOTE]
    for reported in shown[:most]:
        yield from finding_lines(reported)
    yield from _rest(report, len(shown) - most)
    if report.findings:
        yield Text("")
    yield from _totals(report)
    for warning in report.warnings:
        yield Text(f"  Note: {warning}")


def finding_lines(reported: ReportedFinding) -> Iterator[Text]:
    """Say what a finding is, and how to see it."""
    finding = reported.finding
    yield Text.assemble(
        f"  {reported.id:<4}",
        (f"{finding.severity:<7}", STYLES[finding.severity]),
        (f"{finding.check:<28}", "dim"),
        f" {visible(finding.title)}",
    )
    yield Text.assemble("      reproduce:  ", (visible(finding.reproduce), "bold"))


def _rest(report: TestReport, hidden: int) -> Iterator[Text]:
    notes = sum(reported.finding.severity is Severity.NOTE for reported in report.findings)
    more = [*([f"{hidden} more"] if hidden > 0 else []), *([count(notes, "note")] if notes else [])]
    if more:
        yield Text(f"      {' and '.join(more)}: testronaut show {short(report.job_id)}")


def _totals(report: TestReport) -> Iterator[Text]:
    coverage, options = report.coverage, report.coverage.count("option")
    if options:
        tried = options - coverage.count("option", Reach.UNTRIED)
        worked, refused = coverage.count("option", Reach.WORKED), _refused_options(coverage)
        names = f" ({_some(refused)})" if refused else ""
        yield Text(f"  Options: {tried} of {options} tried, {worked} worked, {len(refused)} only refused{names}")
    words = [f"{report.totals[word]} {word}" for word in VerdictWord if report.totals.get(word)]
    yield Text(f"  Cases:   {report.executed} of {report.planned} executed: {', '.join(words) or 'none'}")
    if report.reused:
        yield Text(
            f"  Calls:   {report.reused:,} of {report.calls:,} seen by earlier jobs; to make them anew: --no-cache"
        )
    yield Text(f"  Verdict: {verdict_sentence(report)}", style="bold")


def _refused_options(coverage: Coverage) -> list[str]:
    parts = (part for part in coverage.parts if part.reach is Reach.REFUSED and part.label.startswith("option:"))
    return [part.label.rpartition(":")[2] for part in parts]


def _some(names: Sequence[str]) -> str:
    return visible(", ".join(names[:_MOST_NAMES])) + (" ..." if len(names) > _MOST_NAMES else "")


def verdict_sentence(report: TestReport) -> str:
    """Say in one sentence what came of it."""
    if report.fault:
        return f"could not be finished: {visible(report.fault.message)}"
    if report.is_partial:
        return f"interrupted; go on with: testronaut resume {short(report.job_id)}"
    counts = Counter(reported.finding.severity for reported in report.findings)
    if not any(counts[severity] for severity in Severity if severity is not Severity.NOTE):
        return "nothing to complain about" + (" in what was executed" if report.executed < report.planned else "")
    found = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    return f"{count(len(report.findings), 'finding')}: {found}"


def finding_details(reported: ReportedFinding, report: TestReport) -> Iterator[Text]:
    """Say all that is known of a finding."""
    finding = reported.finding
    seen, tried = finding.confirmed
    yield Text.assemble(
        (f"{reported.id}  ", "bold"),
        (f"{finding.severity}  ", STYLES[finding.severity]),
        f"{finding.code} {finding.check}   first seen {_day(reported.first_seen)}, confirmed {seen} of {tried}",
    )
    yield Text(visible(finding.title), style="bold")
    yield Text("")
    for label, text in _facts(finding, report):
        for number, line in enumerate(text.splitlines() or [""]):
            yield Text(f"  {label if number == 0 else '':<12} {visible(line)}")
    for evidence in finding.evidence:
        yield Text("")
        yield Text(f"  {visible(evidence.label)}", style="dim")
        for line in evidence.text.splitlines():
            yield Text(f"    {visible(line, keep=chr(9))}")
    yield Text("")
    yield Text(f"Why this matters, and when it does not: testronaut explain {finding.code}")


def _facts(finding: Finding, report: TestReport) -> Iterator[tuple[str, str]]:
    yield "expected", finding.expected
    yield "got", finding.got
    yield "in a shell", finding.reproduce
    yield "cases", f"{len(finding.cases)} of {report.planned}      sandbox {report.sandbox.level or 'unknown'}"
    yield "fingerprint", finding.fingerprint


def job_table(jobs: Iterable[Job], now: datetime) -> Table:
    """List jobs, a line each."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("job", "tool", "state", "mode", "profile", "age"):
        table.add_column(title)
    for job in jobs:
        age = duration((now - job.created_at).total_seconds())
        name = visible(one_line(job.spec.tool.name, 40))
        table.add_row(short(job.id), Text(name), _state(job), job.mode, job.spec.profile, age)
    return table


def _state(job: Job) -> str:
    return "cancelling" if job.is_cancelled and job.state is JobState.RUNNING else job.state.value


def job_status(job: Job, progress: Progress) -> Iterator[Text]:
    """Say how a job stands."""
    yield Text.assemble((f"{short(job.id)}  {visible(job.spec.tool.name)}", "bold"), f"   {_state(job)}   {job.mode}")
    for name in StageName:
        stage = progress.stage(name)
        if stage.total:
            word = "done" if stage.is_done else "running" if stage.is_running else "waiting"
            shards = f" ({stage.done} of {stage.total} shards)" if stage.total > 1 else ""
            yield Text(f"  {name:<10} {word:<8} {stage_fact(stage, progress)}{shards}")
    if job.fault:
        yield from fault_lines(job.fault.code, job.fault.message, job.fault.hint)


def failure_of(report: TestReport) -> TestronautError:
    """Give what ended a job as an error, for commands that need its result."""
    fault = report.fault or Fault(code="job.unfinished", message=f"the job ended early: {report.state}")
    return JobFailedError(fault)


def fault_lines(code: str, message: str, hint: str) -> Iterator[Text]:
    """Say what we could not do, and what to do about it."""
    yield Text.assemble(("testronaut: ", "bold"), visible(message), (f"  [{code}]", "dim"))
    if hint:
        yield Text(f"  {visible(hint)}")


def plan_lines(plan: TestPlan) -> Iterator[Text]:
    """List a plan's cases, a line each, after their number by intent."""
    counts = Counter(case.intent for case in plan.cases)
    intents = ", ".join(f"{counts[intent]} {intent.replace('_', ' ')}" for intent in Intent if counts[intent])
    yield Text(
        f"{visible(plan.tool)}: {count(len(plan.cases), 'case')} ({intents or 'none'}), seed {plan.seed}", style="bold"
    )
    for number, case in enumerate(plan.cases, 1):
        line = f"{plan.tool} {quote_all(case.call.argv)}".strip()
        yield Text(f"{number:>5}  {case.intent:<11}  {case.technique:<18}  {visible(line)}")


def waterfall(job: Job, attempts: Sequence[Attempt], link: str | None) -> Iterator[Text]:
    """Draw when each stage and shard was worked on, and by whom."""
    start = min((attempt.started_at for attempt in attempts), default=job.created_at)
    end = max((attempt.ended_at or attempt.started_at for attempt in attempts), default=start)
    whole = max((end - start).total_seconds(), 0.001)
    yield Text(
        f"job {short(job.id)}  {visible(job.spec.tool.name)}  {duration(whole)}  trace {job.trace_id}", style="bold"
    )
    if link:
        yield Text(f"  {link}")
    counts = Counter(attempt.stage for attempt in attempts if attempt.fence == 1)
    for attempt in attempts:
        yield _waterfall_row(attempt, start, whole, is_one_of_many=counts[attempt.stage] > 1)


def _waterfall_row(attempt: Attempt, start: datetime, whole: float, *, is_one_of_many: bool) -> Text:
    begin = (attempt.started_at - start).total_seconds()
    took = ((attempt.ended_at or attempt.started_at) - attempt.started_at).total_seconds()
    left = min(int(begin / whole * _BAR_WIDTH), _BAR_WIDTH - 1)
    bar = " " * left + "█" * max(1, min(round(took / whole * _BAR_WIDTH), _BAR_WIDTH - left))
    name = f"{attempt.stage} {attempt.shard}" if is_one_of_many else attempt.stage.value
    calls = f"{attempt.calls:>5} calls" if attempt.calls else " " * 11
    again = f"  attempt {attempt.fence}" if attempt.fence > 1 else ""
    ended = attempt.ending.value if attempt.ending else "running"
    odd = "" if attempt.ending is Ending.DONE else f"  {ended}"
    fault = f" ({visible(one_line(attempt.fault.message, 60))})" if attempt.fault else ""
    owner = attempt.owner.rsplit(":", 1)[0]
    return Text(f"  {name:<12} {bar:<{_BAR_WIDTH}} {begin:>7.1f} {took:>7.1f} s {calls}  {owner}{again}{odd}{fault}")


def trace_link(jaeger_url: str | None, job: Job) -> str | None:
    """Give the address of a job's trace, where people look at traces."""
    return f"{jaeger_url.rstrip('/')}/trace/{job.trace_id}" if jaeger_url else None


def notes(report: TestReport) -> Iterator[Text]:
    """List the notes, which never fail a run."""
    found = [one for one in report.findings if one.finding.severity is Severity.NOTE]
    if found:
        yield Text("")
        yield Text("  Notes:")
    for reported in found:
        yield Text(f"  {reported.id:<4}{reported.finding.check:<28} {visible(reported.finding.title)}", style="dim")


def check_lines(checks: Sequence[Check]) -> Iterator[Text]:
    """List the checks."""
    for check in checks:
        yield Text.assemble(
            f"{check.code}  ", (f"{check.severity:<7}", STYLES[check.severity]), f"{check.name:<30} {check.title}"
        )


def check_details(check: Check) -> Iterator[Text]:
    """Explain a check."""
    yield Text.assemble((f"{check.code} {check.name}  ", "bold"), (check.severity.value, STYLES[check.severity]))
    yield Text(f"  {check.title}")
    yield Text("")
    yield from (Text(f"  {line}") for line in textwrap.wrap(check.rationale, 96))
    yield Text("")
    yield Text("  Example")
    yield from (Text(f"    {line}") for line in check.example.splitlines())
    yield Text("")
    yield Text(f"  Leave it out of a job with: --skip {check.code}")


def doctor_line(name: str, state: str, detail: str, fix: str) -> Text:
    """Say how one thing is, and how to mend it."""
    styles = {"ok": "green", "off": "dim", "warn": "yellow", "bad": "bold red"}
    line = Text.assemble(f"{name:<24}", (f"{state:<6}", styles[state]), visible(detail))
    return line.append(f"\n{'':<30}{visible(fix)}") if fix else line


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")
