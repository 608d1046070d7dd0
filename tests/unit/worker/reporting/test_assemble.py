"""What the store holds becomes a report."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from shared.interfaces.reporter import Gathered
from shared.models.finding import Severity, Verdict, VerdictWord
from shared.models.job import JobId, JobState, StageName, ToolSpec
from shared.models.test_plan import Intent
from shared.models.test_report import TestReport
from shared.models.test_result import Status
from shared.models.work import Attempt
from tests.fakes.frob import Ran, case, ran, result
from tests.fakes.report import at, failed, findings, gathered, job
from worker.reporting.assemble import assemble


def elsewhere_and_later(given: Gathered) -> Gathered:
    """Tell the same job as it went on another machine, on another day, slower."""
    later = timedelta(days=3, seconds=11)
    return given._replace(
        job=given.job.model_copy(
            update={
                "id": JobId(UUID(int=7)),
                "created_at": given.job.created_at + later,
                "traceparent": f"00-{'7' * 32}-{'7' * 16}-01",
                "spec": given.job.spec.model_copy(update={"tool": ToolSpec(argv=(b"/opt/other/frob",))}),
            }
        ),
        results=[one.model_copy(update={"duration_ms": one.duration_ms * 3 + 1}) for one in given.results],
        attempts=[moved(attempt, later) for attempt in reversed(given.attempts)],
        seen={},
        now=given.now + later,
        versions={"testronaut": "9.9"},
    )


def moved(attempt: Attempt, by: timedelta) -> Attempt:
    end = attempt.ended_at and attempt.ended_at + by
    return attempt.model_copy(update={"started_at": attempt.started_at + by, "ended_at": end, "owner": "elsewhere:1:x"})


def test_the_digest_does_not_depend_on_times_ids_paths_or_who_worked() -> None:
    one = assemble(gathered())
    other = assemble(elsewhere_and_later(gathered()))
    assert other != one
    assert other.digest() == one.digest()


def test_the_digest_depends_on_the_order_of_nothing_that_was_found() -> None:
    assert assemble(gathered(found=findings()[::-1])).digest() == assemble(gathered()).digest()


def test_the_digest_covers_findings_verdicts_and_coverage() -> None:
    base = gathered()
    key = base.cases[0].key
    others = [
        base._replace(findings=base.findings[1:]),
        base._replace(verdicts={**base.verdicts, key: Verdict(key=key, word=VerdictWord.SKIP, reason="other")}),
        base._replace(results=[one for one in base.results if one.call_digest != key]),
    ]
    digests = {assemble(one).digest() for one in [base, *others]}
    assert len(digests) == 4


def test_cases_stand_in_the_plans_order_with_the_line_that_a_shell_would_take() -> None:
    report = assemble(gathered())
    assert [one.key for one in report.cases] == [one.case.key for one in ran()]
    odd = case("list", Intent.EXPLORE).model_copy(
        update={"call": case("x").call.model_copy(update={"argv": (b"two words", b"\xff")})}
    )
    told = assemble(gathered([Ran(odd, result(odd), VerdictWord.PASS)], ()))
    assert told.cases[0].line == r"frob 'two words' $'\xff'"


def test_the_tool_is_typed_with_the_words_that_belong_to_it() -> None:
    base = gathered()
    spec = base.job.spec.model_copy(update={"tool": ToolSpec(argv=(b"/usr/bin/frob", b"s 3"))})
    report = assemble(base._replace(job=base.job.model_copy(update={"spec": spec})))
    assert report.tool_name == "frob s 3"
    assert report.tool_argv == ("/usr/bin/frob", "s 3")
    assert report.cases[0].line == "frob 's 3' --help"


def test_a_case_says_how_its_first_run_ended_and_what_is_behind_its_verdict() -> None:
    told = {one.line: one for one in assemble(gathered()).cases}
    crash = told["frob sync nofile"]
    assert (crash.verdict, crash.status, crash.exit_code) == (VerdictWord.FAIL, Status.NONZERO, 1)
    assert crash.findings == ("F1",)
    assert crash.duration_ms == 88.0
    assert crash.peak_rss_bytes == 9 << 20
    flaky = told["frob list --sort time a.txt"]
    assert (flaky.verdict, flaky.rate) == (VerdictWord.FLAKY, 0.5)


def test_totals_count_every_case_of_the_plan_once() -> None:
    report = assemble(gathered())
    assert report.totals == {
        VerdictWord.PASS: 18,
        VerdictWord.FAIL: 5,
        VerdictWord.FLAKY: 1,
        VerdictWord.SKIP: 5,
        VerdictWord.ERROR: 1,
    }
    assert sum(report.totals.values()) == report.planned == 30
    assert report.executed == 28


def test_findings_are_numbered_in_the_order_given_and_know_when_they_were_seen() -> None:
    report = assemble(gathered())
    assert [one.id for one in report.findings] == ["F1", "F2", "F3", "F4", "F5", "F6"]
    assert report.findings[0].finding.severity is Severity.HIGH
    assert report.findings[0].first_seen == job().created_at
    assert report.findings[1].first_seen == at(-86_400 * 3)


def test_a_case_that_nobody_judged_is_skipped_with_the_reason() -> None:
    report = assemble(gathered()._replace(verdicts={}), is_partial=True)
    words = {(one.verdict, one.reason) for one in report.cases}
    assert words == {(VerdictWord.SKIP, "not judged"), (VerdictWord.SKIP, "not executed yet")}


def test_a_stage_lasts_from_the_first_start_to_the_last_end_of_its_attempts() -> None:
    stages = {one.stage: one for one in assemble(gathered()).stages}
    execute = stages[StageName.EXECUTE]
    assert (execute.started_at, execute.ended_at) == (at(1.4), at(6.2))
    assert (execute.calls, execute.attempts) == (28, 3)
    assert list(stages) == list(StageName)


def test_the_stage_that_makes_the_report_ends_with_it() -> None:
    assert assemble(gathered()).stages[-1].ended_at == at(8.4)
    assert assemble(gathered(), is_partial=True).stages[-1].ended_at is None


def test_a_run_without_its_first_repetition_counts_as_not_executed() -> None:
    lonely = case("list a.txt", Intent.MUST_WORK, "base", "command:list", command="list")
    second = result(lonely).model_copy(update={"repetition": 1})
    report = assemble(gathered([], ())._replace(cases=[lonely], results=[second]))
    assert report.executed == 0
    assert report.cases[0].status is None


def test_a_job_that_never_learned_its_tool_has_a_report_too() -> None:
    report = failed()
    assert report.tool is None
    assert report.coverage.parts == ()
    assert report.fault is not None
    assert report.state is JobState.FAILED


@pytest.mark.parametrize("is_partial", [True, False])
def test_a_report_survives_the_store(is_partial: bool) -> None:
    report = assemble(gathered(), is_partial=is_partial)
    assert TestReport.model_validate_json(report.model_dump_json()) == report
