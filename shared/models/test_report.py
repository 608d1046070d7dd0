"""A report: all that a job found out, in the form that every format is written from."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field
from sqlalchemy import Uuid
from sqlmodel import Field as RowField
from sqlmodel import Relationship, SQLModel

from shared.models.base import Utc, Value, body_of, digest_of
from shared.models.call import Isolation
from shared.models.cli_tool import CliTool
from shared.models.finding import Finding, VerdictWord
from shared.models.job import Fault, JobId, JobState, Network, Profile, StageName
from shared.models.test_plan import Intent
from shared.models.test_result import Status
from shared.models.work import Attempt

if TYPE_CHECKING:
    from shared.models.job import JobRow


class Reach(StrEnum):
    """How far the calls of a job got with a part of the interface."""

    WORKED = "worked"
    REFUSED = "refused"
    UNTRIED = "untried"


class Covered(Value):
    """One part of the interface (`command:x`, `option:x:--y`), how far its calls got, and why no farther."""

    label: str
    reach: Reach
    cases: int = 0
    why: str = ""


class Coverage(Value):
    """What a plan's calls reached, part by part, in the interface's order."""

    parts: tuple[Covered, ...] = ()

    def count(self, kind: str, *reaches: Reach) -> int:
        """Count the parts of a kind (`command`, `option`), all or those that got so far."""
        return sum(part.label.startswith(f"{kind}:") and (not reaches or part.reach in reaches) for part in self.parts)


class StageTime(Value):
    """When a stage ran, over all its shards and attempts; earlier jobs saw what the `reused` of its calls show."""

    stage: StageName
    started_at: datetime
    ended_at: datetime | None = None
    calls: int = 0
    reused: int = 0
    attempts: int = 0

    @property
    def seconds(self) -> float:
        """Give how long it took, 0 while it has not ended."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0


class CaseReport(Value):
    """One case as a line: what was typed, what became of it; `findings` are places in the report (`F1`)."""

    key: str
    line: str
    command: str
    intent: Intent
    technique: str
    because: str = ""
    verdict: VerdictWord
    reason: str = ""
    rate: float | None = None
    status: Status | None = None
    exit_code: int | None = None
    signal: int | None = None
    duration_ms: float = 0.0
    peak_rss_bytes: int = 0
    findings: tuple[str, ...] = ()


class ReportedFinding(Value):
    """A finding with its place in the report (`F1`) and its history over the jobs of the store."""

    id: str = Field(pattern=r"^F[1-9]\d*$")
    finding: Finding
    first_seen: datetime
    last_seen: datetime


class SandboxReport(Value):
    """Where the calls ran, and what that place does not hold."""

    level: str = ""
    isolation: Isolation = Isolation.REUSE
    network: Network = Network.OFF
    missing: tuple[str, ...] = ()


class TestReport(Value):
    """What a job found out; partial where it was interrupted, cut where time withdrew cases."""

    __test__ = False

    job_id: JobId
    state: JobState
    is_partial: bool = False
    fault: Fault | None = None
    tool: CliTool | None = None
    tool_name: str
    tool_argv: tuple[str, ...]
    seed: int
    profile: Profile
    trace_id: str
    versions: dict[str, str]
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stages: tuple[StageTime, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    sandbox: SandboxReport = SandboxReport()
    coverage: Coverage = Coverage()
    planned: int = 0
    executed: int = 0
    totals: dict[VerdictWord, int] = {}
    findings: tuple[ReportedFinding, ...] = ()
    cases: tuple[CaseReport, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """Count the calls of all stages, to learn, to test, to confirm."""
        return sum(stage.calls for stage in self.stages)

    @property
    def reused(self) -> int:
        """Count those of the calls that did not have to be made."""
        return sum(stage.reused for stage in self.stages)

    def digest(self) -> str:
        """Hash what was found out and nothing else: equal for equal plan and tool, whatever happened on the way."""
        return digest_of(
            [
                sorted(reported.finding.fingerprint for reported in self.findings),
                sorted([case.key, case.verdict.value] for case in self.cases),
                [[part.label, part.reach.value] for part in self.coverage.parts],
            ]
        )


class TestReportRow(SQLModel, table=True):
    """A job's report."""

    __tablename__ = "test_report"
    __test__ = False

    job_id: JobId = RowField(primary_key=True, foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    digest: str
    made_at: datetime = RowField(sa_type=Utc)
    body: TestReport = RowField(sa_type=body_of(TestReport))

    job: "JobRow" = Relationship(back_populates="report")
