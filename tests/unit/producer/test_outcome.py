"""Exit codes: what a job's end means for whoever asked."""

from __future__ import annotations

import pytest

from producer.outcome import exit_code, was_cut_short
from shared.models.finding import Severity
from shared.models.job import Fault, JobState
from shared.models.test_report import Coverage, Covered, Reach, ReportedFinding, TestReport
from tests.fakes.report import rich

CLEAN = rich().model_copy(
    update={"findings": (), "state": JobState.SUCCEEDED, "fault": None, "planned": 10, "executed": 10}
)
CUT = CLEAN.model_copy(
    update={
        "executed": 4,
        "coverage": Coverage(parts=(Covered(label="option::--x", reach=Reach.UNTRIED, cases=1),)),
    }
)


def found(*severities: Severity) -> tuple[ReportedFinding, ...]:
    (first, *_) = rich().findings
    return tuple(
        first.model_copy(update={"finding": first.finding.model_copy(update={"severity": severity})})
        for severity in severities
    )


@pytest.mark.parametrize(
    ("report", "fail_on", "code"),
    [
        (CLEAN, "medium", 0),
        (CLEAN.model_copy(update={"findings": found(Severity.MEDIUM)}), "medium", 1),
        (CLEAN.model_copy(update={"findings": found(Severity.HIGH)}), "medium", 1),
        (CLEAN.model_copy(update={"findings": found(Severity.LOW)}), "medium", 0),
        (CLEAN.model_copy(update={"findings": found(Severity.LOW)}), "low", 1),
        (CLEAN.model_copy(update={"findings": found(Severity.NOTE)}), "low", 0),
        (CLEAN.model_copy(update={"findings": found(Severity.HIGH)}), "never", 0),
        (CLEAN.model_copy(update={"state": JobState.FAILED, "fault": Fault(code="a.b", message="m")}), "medium", 3),
        (
            CLEAN.model_copy(update={"state": JobState.FAILED, "fault": Fault(code="a.b", message="m", exit_code=4)}),
            "medium",
            4,
        ),
        (
            CLEAN.model_copy(update={"state": JobState.FAILED, "findings": found(Severity.HIGH)}),
            "medium",
            3,
        ),
        (CLEAN.model_copy(update={"state": JobState.CANCELLED}), "medium", 3),
        (CUT, "medium", 5),
        (CUT.model_copy(update={"findings": found(Severity.HIGH)}), "medium", 1),
        (CUT.model_copy(update={"findings": found(Severity.LOW)}), "medium", 0),
    ],
)
def test_an_end_has_its_code(report: TestReport, fail_on: str, code: int) -> None:
    assert exit_code(report, fail_on) == code


def test_a_job_that_tried_everything_once_was_not_cut_short() -> None:
    tried = Coverage(parts=(Covered(label="option::--x", reach=Reach.REFUSED, cases=1),))
    assert not was_cut_short(CUT.model_copy(update={"coverage": tried}))
    assert was_cut_short(CUT)
