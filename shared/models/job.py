"""A job: one request about one tool, fixed at submit, and where it stands."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType, Optional
from uuid import UUID

from pydantic import Field, field_validator, model_validator
from sqlalchemy import Uuid
from sqlmodel import Field as RowField
from sqlmodel import Relationship, SQLModel

from shared.models.base import BigKey, Utc, Value, Word, body_of, word_of
from shared.models.call import BlobRef, CallFile, Isolation, Limits
from shared.utils.errors import TestronautError
from shared.utils.text import decode
from shared.utils.validation import InvalidValueError, parse_image

if TYPE_CHECKING:
    from shared.models.cli_tool import CliToolRow
    from shared.models.finding import FindingRow, VerdictRow
    from shared.models.test_plan import TestPlanRow
    from shared.models.test_report import TestReportRow
    from shared.models.test_result import TestResultRow
    from shared.models.work import WorkItemRow

JobId = NewType("JobId", UUID)


class StageName(StrEnum):
    """The steps of a job, in their order."""

    ANALYZE = "analyze"
    GENERATE = "generate"
    EXECUTE = "execute"
    VERIFY = "verify"
    REPORT = "report"


class JobState(StrEnum):
    """Where a job stands; every state but the first is final."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    """Who works on a job: the process that made it, or the workers of the queue."""

    EMBEDDED = "embedded"
    QUEUE = "queue"


class Profile(StrEnum):
    """How much is planned: a ceiling on cases, and on the seconds of the whole job."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"

    @property
    def max_cases(self) -> int:
        """Give the ceiling on planned cases."""
        return {"quick": 120, "standard": 800, "deep": 20_000}[self]

    @property
    def max_time_s(self) -> float:
        """Give the seconds after which no further case is begun."""
        return {"quick": 30.0, "standard": 300.0, "deep": 3600.0}[self]


class Network(StrEnum):
    """What a call may reach."""

    OFF = "off"
    LOOPBACK = "loopback"
    ON = "on"


class ToolSpec(Value):
    """The tool that was asked for: the words that begin each of its calls, its environment, and where it lies.

    With an image it is looked for in there and nowhere else; `install` is a command that puts it there first.
    """

    argv: tuple[Word, ...] = Field(min_length=1)
    env: dict[str, Word] = {}
    image: str | None = None
    install: str | None = Field(default=None, min_length=1)

    @field_validator("argv")
    @classmethod
    def _has_a_program(cls, argv: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if not argv[0]:
            raise ValueError("the name of the program is empty")
        return argv

    @field_validator("image")
    @classmethod
    def _is_a_name(cls, image: str | None) -> str | None:
        try:
            return image and parse_image(image)
        except InvalidValueError as error:
            raise ValueError(error.message) from error

    @model_validator(mode="after")
    def _is_installed_somewhere(self) -> "ToolSpec":
        if self.install is not None and self.image is None:
            raise ValueError("a command to install the tool goes with an image")
        return self

    @property
    def name(self) -> str:
        """Give the name that people use: the program without its folder, and the words after it."""
        program, *rest = (decode(word) for word in self.argv)
        return " ".join([program.rsplit("/", 1)[-1], *rest])


class SandboxPolicy(Value):
    """Where calls run and what they may reach."""

    executor: str = "auto"
    isolation: Isolation = Isolation.REUSE
    network: Network = Network.OFF


_CODE_OF_CHECK = re.compile(r"TN\d{3}")


def _is_at_or_below(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other} ")


def _is_below_any(path: str, names: Iterable[str]) -> bool:
    return any(_is_at_or_below(path, name) for name in names)


class Selection(Value):
    """What is looked at: command paths and codes of checks; nothing named means all."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def picks(self, path: str) -> bool:
        """Tell whether a command is looked at: it or one above it is named, and none of them is skipped."""
        only = self._only_commands
        return (not only or _is_below_any(path, only)) and not _is_below_any(path, self.skip)

    def leads_to(self, path: str) -> bool:
        """Tell whether a command is looked at or lies on the way to one that is."""
        is_on_the_way = any(_is_at_or_below(name, path) for name in self._only_commands)
        return self.picks(path) or (is_on_the_way and not _is_below_any(path, self.skip))

    @property
    def _only_commands(self) -> list[str]:
        return [name for name in self.only if not _CODE_OF_CHECK.fullmatch(name)]


class JobSpec(Value):
    """All that may change a result.

    `examples` are calls known to work, `files` lie in the folder of each call. A given plan is executed as it is; a
    given interface replaces the analysis. With `reuse`, what earlier jobs saw may stand for a call of this one.
    """

    tool: ToolSpec
    last: StageName = StageName.REPORT
    seed: int = Field(default=0, ge=0, lt=1 << 63)
    profile: Profile = Profile.STANDARD
    max_cases: int = Field(default=Profile.STANDARD.max_cases, ge=1, le=1_000_000)
    max_time_s: float = Field(default=Profile.STANDARD.max_time_s, gt=0)
    limits: Limits = Limits()
    examples: tuple[tuple[Word, ...], ...] = ()
    files: tuple[CallFile, ...] = ()
    plan: BlobRef | None = None
    interface: BlobRef | None = None
    select: Selection = Selection()
    policy: SandboxPolicy = SandboxPolicy()
    reuse: bool = True


class Fault(Value):
    """What we could not do, as a job remembers it."""

    code: str
    message: str
    hint: str = ""
    exit_code: int = TestronautError.exit_code

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        """Describe an error; one that is not of our family is a fault in our code."""
        if isinstance(error, TestronautError):
            return cls(code=error.code, message=error.message, hint=error.hint, exit_code=error.exit_code)
        return cls(code="internal.unexpected", message=f"{type(error).__name__}: {error}")


class Job(Value):
    """A job as its readers see it."""

    id: JobId
    mode: Mode
    state: JobState
    spec: JobSpec
    traceparent: str
    created_at: datetime
    started_at: datetime | None = None
    deadline_at: datetime | None = None
    ended_at: datetime | None = None
    fault: Fault | None = None
    is_cancelled: bool = False

    @property
    def trace_id(self) -> str:
        """Give the 32 hexadecimal digits that name the job's trace."""
        return self.traceparent.split("-")[1]


class JobRow(SQLModel, table=True):
    """A job as the store keeps it; its time runs from the first claim."""

    __tablename__ = "job"

    id: JobId = RowField(primary_key=True, sa_type=Uuid)
    key: str = RowField(unique=True)
    tool_id: int | None = RowField(default=None, foreign_key="cli_tool.id", index=True, sa_type=BigKey)
    tool_name: str = RowField(index=True)
    mode: Mode = RowField(sa_type=word_of(Mode))
    state: JobState = RowField(sa_type=word_of(JobState), index=True)
    traceparent: str
    max_time_s: float
    created_at: datetime = RowField(sa_type=Utc, index=True)
    started_at: datetime | None = RowField(default=None, sa_type=Utc)
    deadline_at: datetime | None = RowField(default=None, sa_type=Utc)
    cancel_requested_at: datetime | None = RowField(default=None, sa_type=Utc)
    ended_at: datetime | None = RowField(default=None, sa_type=Utc)
    fault: Fault | None = RowField(default=None, sa_type=body_of(Fault))
    body: JobSpec = RowField(sa_type=body_of(JobSpec))

    tool: Optional["CliToolRow"] = Relationship(back_populates="jobs")
    plan: Optional["TestPlanRow"] = Relationship(back_populates="job", passive_deletes="all")
    results: list["TestResultRow"] = Relationship(back_populates="job", passive_deletes="all")
    verdicts: list["VerdictRow"] = Relationship(back_populates="job", passive_deletes="all")
    findings: list["FindingRow"] = Relationship(back_populates="job", passive_deletes="all")
    report: Optional["TestReportRow"] = Relationship(back_populates="job", passive_deletes="all")
    items: list["WorkItemRow"] = Relationship(back_populates="job", passive_deletes="all")
