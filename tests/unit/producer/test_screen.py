"""What people read on a terminal: facts, the next thing to type, and nothing that has power over it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from rich.console import Console, RenderableType

from producer import screen
from producer.follow import Progress, StageProgress
from shared.models.call import Call
from shared.models.finding import Severity
from shared.models.job import Fault, Job, JobId, JobSpec, JobState, Mode, StageName, ToolSpec
from shared.models.test_plan import Intent, TestCase, TestPlan
from shared.models.work import Attempt, Ending
from tests.fakes.report import hostile, rich
from worker import embedded

JOB_ID = JobId(rich().job_id)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
JOB = Job(
    id=JOB_ID,
    mode=Mode.QUEUE,
    state=JobState.RUNNING,
    spec=JobSpec(tool=ToolSpec(argv=(b"frob",))),
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    created_at=NOW,
)


def shown(lines: Iterable[RenderableType]) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False, markup=False, soft_wrap=True)
    for line in lines:
        console.print(line)
    return stream.getvalue()


def powerless(text: str) -> bool:
    return all(character == "\n" or character.isprintable() for character in text)


def test_a_summary_names_findings_with_their_line_and_hides_notes() -> None:
    report = rich()
    text = shown(screen.summary(report))
    for reported in report.findings:
        if reported.finding.severity is not Severity.NOTE:
            assert f"{reported.id} " in text
            assert reported.finding.check in text
    assert "reproduce:" in text
    assert "note" in text
    assert "Verdict:" in text


def test_a_long_list_of_findings_is_cut_and_says_how_to_see_it() -> None:
    text = shown(screen.summary(rich(), most=1))
    assert " more" in text
    assert f"testronaut show {screen.short(JOB_ID)}" in text


def test_a_finding_is_shown_with_all_that_is_known() -> None:
    report = rich()
    (first, *_) = report.findings
    text = shown(screen.finding_details(first, report))
    for wanted in ("expected", "got", "in a shell", "fingerprint", first.finding.fingerprint, "confirmed"):
        assert wanted in text
    assert f"testronaut explain {first.finding.code}" in text


def test_hostile_output_has_no_power_on_any_screen() -> None:
    report = hostile()
    assert powerless(shown(screen.summary(report)))
    for reported in report.findings:
        assert powerless(shown(screen.finding_details(reported, report)).replace("\t", ""))


def test_a_partial_report_says_how_to_go_on() -> None:
    partial = rich().model_copy(update={"is_partial": True, "fault": None})
    assert "testronaut resume" in screen.verdict_sentence(partial)


def test_a_failed_job_says_why() -> None:
    failed = rich().model_copy(update={"fault": Fault(code="a.b", message="out of luck\x1b[2J")})
    assert "out of luck" in screen.verdict_sentence(failed)
    assert powerless(screen.verdict_sentence(failed))


def test_a_report_that_earlier_jobs_have_helped_with_says_how_much() -> None:
    report = rich()
    assert "earlier" not in shown(screen.summary(report))
    stages = tuple(stage.model_copy(update={"reused": stage.calls}) for stage in report.stages)
    reused = report.model_copy(update={"stages": stages})
    assert f"{report.calls} of {report.calls} seen by earlier jobs" in shown(screen.summary(reused))
    assert reused.digest() == report.digest()


def test_a_clean_report_says_so() -> None:
    clean = rich().model_copy(update={"findings": (), "fault": None, "is_partial": False, "planned": 5, "executed": 5})
    assert screen.verdict_sentence(clean) == "nothing to complain about"
    assert "in what was executed" in screen.verdict_sentence(clean.model_copy(update={"executed": 3}))


PROGRESS = Progress(
    job_id=JOB_ID,
    state=JobState.RUNNING,
    stages=(
        StageProgress(stage=StageName.ANALYZE, done=1, total=1, seconds=1.25),
        StageProgress(stage=StageName.GENERATE, done=1, total=1, seconds=0.1),
        StageProgress(stage=StageName.EXECUTE, done=1, total=3, is_running=True),
    ),
    commands=4,
    options=61,
    planned=412,
    executed=100,
    findings=2,
    seconds_left=200,
)


def test_progress_is_one_line_a_stage() -> None:
    text = shown([screen.progress_view(PROGRESS)])
    assert "4 commands, 61 options" in text
    assert "412 cases" in text
    assert "100/412, at most 200 s more" in text
    assert "starting" in shown([screen.progress_view(PROGRESS.model_copy(update={"stages": ()}))])


def test_a_finished_stage_is_one_line_for_a_log() -> None:
    assert screen.stage_line(PROGRESS.stages[0], PROGRESS) == "analyze   done    1.2s  commands=4 options=61"


def test_a_status_says_where_each_stage_stands() -> None:
    text = shown(screen.job_status(JOB, PROGRESS))
    assert "running" in text
    assert "(1 of 3 shards)" in text


def test_jobs_are_a_line_each() -> None:
    text = shown([screen.job_table([JOB], NOW + timedelta(seconds=90))])
    assert screen.short(JOB_ID) in text
    assert "1 min 30 s" in text


def test_a_plan_is_a_line_a_case() -> None:
    case = TestCase(call=Call(argv=(b"-n", b"\x1b")), intent=Intent.EXPLORE, technique="t")
    text = shown(screen.plan_lines(TestPlan(tool="frob", cases=(case,))))
    assert "1 case (1 explore), seed 0" in text
    assert r"frob -n $'\x1b'" in text


def test_a_waterfall_draws_who_worked_when() -> None:
    attempts = [
        Attempt(
            stage=StageName.ANALYZE, shard=0, fence=1, owner="a:1:2", started_at=NOW, ended_at=NOW, ending=Ending.DONE
        ),
        Attempt(
            stage=StageName.EXECUTE,
            shard=0,
            fence=1,
            owner="c:1:2",
            started_at=NOW,
            ended_at=NOW + timedelta(seconds=2),
            ending=Ending.LOST,
        ),
        Attempt(
            stage=StageName.EXECUTE,
            shard=0,
            fence=2,
            owner="b:1:2",
            started_at=NOW + timedelta(seconds=2),
            ended_at=NOW + timedelta(seconds=4),
            ending=Ending.DONE,
            calls=25,
        ),
    ]
    text = shown(screen.waterfall(JOB, attempts, "http://jaeger/trace/4bf9"))
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in text
    assert "http://jaeger/trace/4bf9" in text
    assert "attempt 2" in text
    assert "lost" in text
    assert "25 calls" in text
    lines = [line for line in text.splitlines() if "█" in line]
    assert lines[1].index("█") < lines[2].index("█")


def test_a_trace_is_linked_where_people_look_at_traces() -> None:
    assert screen.trace_link("http://j:16686/", JOB) == f"http://j:16686/trace/{JOB.trace_id}"
    assert screen.trace_link(None, JOB) is None


def test_checks_are_listed_and_explained() -> None:
    checks = embedded.checks()
    listed = shown(screen.check_lines(checks))
    assert listed.count("TN") == len(checks)
    text = shown(screen.check_details(checks[0]))
    assert checks[0].code in text
    assert "--skip" in text
