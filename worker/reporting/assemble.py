"""Puts together what a job found out: a pure function from what the store holds to the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from shared.interfaces.reporter import Gathered
from shared.models.finding import Verdict, VerdictWord
from shared.models.job import StageName, ToolSpec
from shared.models.test_plan import TestCase
from shared.models.test_report import CaseReport, Coverage, ReportedFinding, StageTime, TestReport
from shared.models.test_result import TestResult
from shared.utils.text import decode, quote_all
from worker.reporting.caveats import caveats, why_unexecuted, why_unplanned
from worker.reporting.coverage import Gaps, Trial, coverage_of


def assemble(gathered: Gathered, *, is_partial: bool = False) -> TestReport:
    """Make the report of a job, at whatever point it stands; a partial one is of a job that may go on."""
    job, tool, trials = gathered.job, gathered.tool, _trials(gathered)
    gaps = Gaps(why_unplanned(job, len(trials)), why_unexecuted(job, is_partial=is_partial))
    findings = tuple(_reported(gathered))
    cases = tuple(_cases(gathered, trials, findings, gaps.unexecuted))
    words = Counter(case.verdict for case in cases)
    return TestReport(
        job_id=job.id,
        state=job.state,
        is_partial=is_partial,
        fault=job.fault,
        tool=tool,
        tool_name=job.spec.tool.name,
        tool_argv=tuple(decode(word) for word in job.spec.tool.argv),
        seed=job.spec.seed,
        profile=job.spec.profile,
        trace_id=job.trace_id,
        versions=gathered.versions,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        stages=tuple(_stages(gathered, is_partial=is_partial)),
        attempts=tuple(gathered.attempts),
        sandbox=gathered.sandbox,
        coverage=coverage_of(tool, trials, gaps) if tool else Coverage(),
        planned=len(trials),
        executed=sum(bool(trial.run) for trial in trials),
        totals={word: words[word] for word in VerdictWord},
        findings=findings,
        cases=cases,
        warnings=tuple(caveats(job, tool, trials, is_partial=is_partial)),
    )


def _trials(gathered: Gathered) -> Sequence[Trial]:
    runs: defaultdict[str, list[TestResult]] = defaultdict(list)
    for result in sorted(gathered.results, key=lambda result: result.repetition):
        runs[result.call_digest].append(result)
    keyed = ((case.key, case) for case in gathered.cases)
    return [Trial(key, case, _from_the_first(runs[key])) for key, case in keyed]


def _from_the_first(run: Sequence[TestResult]) -> Sequence[TestResult]:
    return run if run and run[0].repetition == 0 else ()


def _reported(gathered: Gathered) -> Iterator[ReportedFinding]:
    now = (gathered.job.created_at, gathered.job.created_at)
    for number, finding in enumerate(gathered.findings, 1):
        first, last = gathered.seen.get(finding.fingerprint, now)
        yield ReportedFinding(id=f"F{number}", finding=finding, first_seen=first, last_seen=last)


def _cases(
    gathered: Gathered, trials: Sequence[Trial], findings: Sequence[ReportedFinding], unexecuted: str
) -> Iterator[CaseReport]:
    places = {reported.finding.fingerprint: reported.id for reported in findings}
    for trial in trials:
        case, first = trial.case, trial.first
        unjudged = Verdict(key=trial.key, word=VerdictWord.SKIP, reason="not judged" if first else unexecuted)
        verdict = gathered.verdicts.get(trial.key, unjudged)
        yield CaseReport(
            key=trial.key,
            line=_line(gathered.job.spec.tool, case),
            command=case.command,
            intent=case.intent,
            technique=case.technique,
            because=case.because,
            verdict=verdict.word,
            reason=verdict.reason,
            rate=verdict.rate,
            status=first.status if first else None,
            exit_code=first.exit_code if first else None,
            signal=first.signal if first else None,
            duration_ms=first.duration_ms if first else 0.0,
            peak_rss_bytes=first.peak_rss_bytes if first else 0,
            findings=tuple(places[one] for one in verdict.findings if one in places),
        )


def _line(tool: ToolSpec, case: TestCase) -> str:
    program, *words = tool.argv
    return quote_all([program.rsplit(b"/", 1)[-1], *words, *case.call.argv])


def _stages(gathered: Gathered, *, is_partial: bool) -> Iterator[StageTime]:
    for stage in StageName:
        attempts = [attempt for attempt in gathered.attempts if attempt.stage is stage]
        if not attempts:
            continue
        # The stage that makes the report is over when the report is made.
        is_this = stage is StageName.REPORT and not is_partial
        ends = [attempt.ended_at or (gathered.now if is_this else None) for attempt in attempts]
        known = [end for end in ends if end is not None]
        yield StageTime(
            stage=stage,
            started_at=min(attempt.started_at for attempt in attempts),
            ended_at=max(known) if len(known) == len(attempts) else None,
            calls=sum(attempt.calls for attempt in attempts),
            reused=sum(attempt.reused for attempt in attempts),
            attempts=len(attempts),
        )
