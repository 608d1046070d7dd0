"""How far each part of an interface was reached, why no farther, and what to know before believing it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.models.call import Call
from shared.models.cli_tool import Argument, CliTool, Command, Option, Recipe
from shared.models.finding import VerdictWord
from shared.models.job import Job, JobState
from shared.models.test_plan import Intent, TestCase
from shared.models.test_report import Covered, Reach, TestReport
from shared.models.test_result import Status, TestResult
from tests.fakes.frob import Ran, case, result
from tests.fakes.report import gathered, job
from worker.reporting.assemble import assemble

SMALL = CliTool(
    name="frob",
    argv=(b"frob",),
    fingerprint="x",
    commands={
        "": Command(options=(Option(names=("-q", "--quiet")),)),
        "find": Command(
            path="find",
            arguments=(Argument(name="WHAT"), Argument(name="WHAT")),
            recipes=(Recipe(call=Call(argv=(b"find", b"x")), exit_code=1),),
        ),
    },
)


def trying(line: str, label: str, intent: Intent = Intent.MUST_WORK) -> TestCase:
    return case(line, intent, "option", label)


def reported(
    *tries: tuple[TestCase, Sequence[TestResult]], of: Job | None = None, is_partial: bool = False
) -> TestReport:
    outcomes = [Ran(planned, None, VerdictWord.PASS) for planned, _ in tries]
    results = [one for _, run in tries for one in run]
    given = gathered(outcomes, ())._replace(tool=SMALL, results=results, verdicts={}, job=of or job())
    return assemble(given, is_partial=is_partial)


def part(report: TestReport, label: str) -> Covered:
    return next(one for one in report.coverage.parts if one.label == label)


def test_every_part_stands_once_in_the_interfaces_order() -> None:
    labels = [one.label for one in reported().coverage.parts]
    assert labels == ["command:", "option::--quiet", "command:find", "argument:find:WHAT"]


def test_one_call_that_ends_well_is_enough() -> None:
    bad, good = trying("-q x", "option::--quiet"), trying("-q", "option::--quiet")
    found = part(reported((bad, [result(bad, 2)]), (good, [result(good)])), "option::--quiet")
    assert found == Covered(label="option::--quiet", reach=Reach.WORKED, cases=2)


def test_a_call_works_that_ends_as_a_recipe_of_its_command_does() -> None:
    finds_nothing = trying("find y", "argument:find:WHAT")
    assert part(reported((finds_nothing, [result(finds_nothing, 1)])), "argument:find:WHAT").reach is Reach.WORKED
    elsewhere = trying("-q", "option::--quiet")
    assert part(reported((elsewhere, [result(elsewhere, 1)])), "option::--quiet").reach is Reach.REFUSED


def test_a_call_that_must_be_refused_shows_nothing() -> None:
    wrong = trying("-q", "option::--quiet", Intent.MUST_REFUSE)
    found = part(reported((wrong, [result(wrong)])), "option::--quiet")
    assert (found.reach, found.cases, found.why) == (Reach.UNTRIED, 0, "no case was planned")


def test_a_refusal_is_told_in_the_tools_words_made_safe() -> None:
    quiet = trying("-q", "option::--quiet")
    refused = result(quiet, 2, err=b"\n \x1b[31mfrob: no -q\x1b[0m\nusage: frob\n")
    assert part(reported((quiet, [refused])), "option::--quiet").why == r"exit 2: \x1b[31mfrob: no -q\x1b[0m"


def test_a_tool_may_complain_on_standard_output() -> None:
    quiet = trying("-q", "option::--quiet")
    assert part(reported((quiet, [result(quiet, 2, out=b"no -q\n")])), "option::--quiet").why == "exit 2: no -q"


@pytest.mark.parametrize(
    "complaints",
    [
        (b"failed at 0x7ffd1234", b"failed at 0x55aa9876"),
        (b"2026-03-14 09:26:53 no", b"2027-01-02 10:00:01.5 no"),
        (b"no /tmp/tmpab12", b"no /tmp/tmpzz99"),
        (b"frob[4711]: no", b"frob[815]: no"),
        (b"gave up after 12 ms", b"gave up after 1.5 s"),
        (b"no 0192f0c1-7a6b-7c3d-8e4f-5a6b7c8d9e0f", b"no 11111111-2222-3333-4444-555555555555"),
    ],
)
def test_a_reason_is_the_same_whatever_the_clock_and_the_dice_say(complaints: tuple[bytes, bytes]) -> None:
    quiet = trying("-q", "option::--quiet")
    one, other = (part(reported((quiet, [result(quiet, 2, err=said)])), "option::--quiet").why for said in complaints)
    assert one == other
    assert one.startswith("exit 2: ")
    assert "..." in one


def test_a_complaint_that_differs_from_run_to_run_is_left_out() -> None:
    quiet = trying("-q", "option::--quiet")
    runs = [result(quiet, 2, err=b"monday"), result(quiet, 2, err=b"friday").model_copy(update={"repetition": 1})]
    assert part(reported((quiet, runs)), "option::--quiet").why == "exit 2"


def test_an_ending_without_exit_code_is_told_in_words() -> None:
    quiet = trying("-q", "option::--quiet")
    slow = TestResult(call_digest=quiet.key, status=Status.TIMEOUT_WALL)
    assert part(reported((quiet, [slow])), "option::--quiet").why == "stopped: it took too long"
    killed = TestResult(call_digest=quiet.key, status=Status.SIGNALLED, signal=11)
    assert part(reported((quiet, [killed])), "option::--quiet").why == "signal 11"


def test_our_own_failure_is_not_the_tools() -> None:
    quiet = trying("-q", "option::--quiet")
    ours = TestResult(call_digest=quiet.key, status=Status.SANDBOX_ERROR, detail="no room")
    report = reported((quiet, [ours]))
    found = part(report, "option::--quiet")
    assert (found.reach, found.why) == (Reach.UNTRIED, "its calls failed for reasons of ours")
    assert report.warnings == ("1 call failed for reasons of ours: it says nothing about the tool",)


@pytest.mark.parametrize(
    ("of", "is_partial", "why", "warning"),
    [
        (job(), False, "cut by the time limit", "the time limit cut 1 of 1 case: raise it with --max-time"),
        (job(), True, "not executed yet", "the job has not ended: 1 of 1 case was not executed yet"),
        (
            job(JobState.CANCELLED),
            True,
            "cancelled before it was executed",
            "the job was cancelled before 1 of 1 case was executed",
        ),
        (
            job(JobState.FAILED),
            True,
            "the job failed before it was executed",
            "the job failed before 1 of 1 case was executed",
        ),
    ],
)
def test_a_part_whose_calls_were_not_made_says_what_came_before(
    of: Job, is_partial: bool, why: str, warning: str
) -> None:
    quiet = trying("-q", "option::--quiet")
    report = reported((quiet, []), of=of, is_partial=is_partial)
    found = part(report, "option::--quiet")
    assert (found.reach, found.cases, found.why) == (Reach.UNTRIED, 1, why)
    assert report.warnings == (warning,)


def test_a_full_plan_explains_parts_without_a_case() -> None:
    quiet = trying("-q", "option::--quiet")
    spec = job().spec.model_copy(update={"max_cases": 1})
    report = reported((quiet, [result(quiet)]), of=job().model_copy(update={"spec": spec}))
    assert part(report, "command:find").why == "no case was planned: the plan is full at 1 case"


def test_a_report_on_mostly_refused_calls_says_that_only_the_doorstep_was_tested() -> None:
    tries = [trying(f"-q {number}", "option::--quiet", Intent.EXPLORE) for number in range(3)]
    works = trying("--help", "command:")
    report = reported((works, [result(works)]), *((one, [result(one, 2)]) for one in tries))
    (warning,) = report.warnings
    assert warning.startswith("3 of 4 calls that should work were refused: only the doorstep was tested; ")
    assert warning.endswith("give sample files with --files, or a call that works with --example")


def test_half_of_the_calls_working_is_no_reason_to_warn() -> None:
    one, other = trying("-q", "option::--quiet"), trying("-q 1", "option::--quiet")
    assert reported((one, [result(one)]), (other, [result(other, 2)])).warnings == ()


def test_refusals_that_were_asked_for_are_no_reason_to_warn() -> None:
    good = trying("-q", "option::--quiet")
    wrong = [case(f"--unheard-of {number}", Intent.MUST_REFUSE, "unknown_option") for number in range(5)]
    report = reported((good, [result(good)]), *((one, [result(one, 2)]) for one in wrong))
    assert report.warnings == ()
