"""A finding: one confirmed problem, with its evidence and reproduction; and the verdict of a case."""

from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field, model_validator
from sqlalchemy import Uuid
from sqlmodel import Field as RowField
from sqlmodel import Relationship, SQLModel

from shared.models.base import Value, body_of, digest_of, word_of
from shared.models.call import Call
from shared.models.job import JobId

if TYPE_CHECKING:
    from shared.models.job import JobRow


class Severity(StrEnum):
    """How bad a problem is; a property of the check that finds it. A note never fails a run."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Give 0 for the worst."""
        return tuple(Severity).index(self)


class Evidence(Value):
    """Something seen, under a label: a line of help, what a call printed, a difference."""

    label: str = Field(min_length=1)
    text: str


class Subject(Value):
    """What a finding is about, and what makes it the same in the next job.

    `what` is a crash's signature, or the option, argument or relation that the check is about; `message` is normalised.
    """

    tool: str
    check: str
    command: str = ""
    what: str = ""
    message: str = ""


class Finding(Value):
    """One confirmed problem.

    `confirmed` is (times seen, times tried). `cases` are the keys of the cases behind it. `compared_with` is the other
    call where two were compared.
    """

    subject: Subject
    code: str = Field(pattern=r"^TN\d{3}$")
    severity: Severity
    title: str = Field(min_length=1)
    message: str
    expected: str
    got: str
    call: Call
    compared_with: Call | None = None
    exit_code: int | None = None
    signal: int | None = None
    channel: str | None = None
    signature: str = ""
    reproduce: str
    evidence: tuple[Evidence, ...] = ()
    cases: tuple[str, ...] = Field(min_length=1)
    confirmed: tuple[int, int]

    @model_validator(mode="after")
    def _seen_as_often_as_tried(self) -> "Finding":
        seen, tried = self.confirmed
        if not 0 < seen <= tried:
            raise ValueError(f"seen {seen} times in {tried} is no confirmation")
        return self

    @property
    def check(self) -> str:
        """Give the dotted name of the check that found it."""
        return self.subject.check

    @property
    def fingerprint(self) -> str:
        """Hash what stays the same from job to job: 16 hexadecimal digits."""
        return digest_of(self.subject.model_dump(mode="json"))[:16]


class VerdictWord(StrEnum):
    """What became of a case; an error is ours, never the tool's."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    FLAKY = "flaky"
    SKIP = "skip"
    ERROR = "error"


class Verdict(Value):
    """The judgement of one case, and the fingerprints of the findings behind it; a flaky one has a rate."""

    key: str
    word: VerdictWord
    reason: str = ""
    rate: float | None = Field(default=None, gt=0, lt=1)
    findings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Verdict":
        if (self.word is VerdictWord.FAIL) != bool(self.findings):
            raise ValueError("a case fails by its findings, and by nothing else")
        if (self.word is VerdictWord.FLAKY) != (self.rate is not None):
            raise ValueError("a flaky verdict, and only that, has a rate")
        if self.word in {VerdictWord.SKIP, VerdictWord.ERROR} and not self.reason:
            raise ValueError(f"the verdict {self.word} needs a reason")
        return self


class FindingRow(SQLModel, table=True):
    """A job's finding; a later, smaller form of it replaces the earlier one."""

    __tablename__ = "finding"

    job_id: JobId = RowField(primary_key=True, foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    fingerprint: str = RowField(primary_key=True, index=True)
    code: str
    severity: Severity = RowField(sa_type=word_of(Severity))
    body: Finding = RowField(sa_type=body_of(Finding))

    job: "JobRow" = Relationship(back_populates="findings")


class VerdictRow(SQLModel, table=True):
    """The judgement of one case of a job."""

    __tablename__ = "verdict"

    job_id: JobId = RowField(primary_key=True, foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    case_key: str = RowField(primary_key=True)
    word: VerdictWord = RowField(sa_type=word_of(VerdictWord))
    body: Verdict = RowField(sa_type=body_of(Verdict))

    job: "JobRow" = Relationship(back_populates="verdicts")
