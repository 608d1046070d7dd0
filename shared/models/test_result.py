"""A test result: what one call showed, without judgement."""

from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field, model_validator
from sqlalchemy import Uuid
from sqlmodel import Field as RowField
from sqlmodel import Index, Relationship, SQLModel

from shared.models.base import BigKey, Raw, Value, Word, body_of, sha256, word_of
from shared.models.call import PINNED, FileKind, Surroundings
from shared.models.job import JobId

if TYPE_CHECKING:
    from shared.models.job import JobRow

FIRST_CONFIRMATION = 100
EMPTY_SHA256 = sha256(b"")


class Status(StrEnum):
    """How a call ended; a sandbox error is ours and says nothing about the tool."""

    OK = "ok"
    NONZERO = "nonzero"
    SIGNALLED = "signalled"
    TIMEOUT_WALL = "timeout_wall"
    TIMEOUT_CPU = "timeout_cpu"
    OUTPUT_LIMIT = "output_limit"
    MEMORY_LIMIT = "memory_limit"
    SPAWN_ERROR = "spawn_error"
    SANDBOX_ERROR = "sandbox_error"

    @property
    def has_exit_code(self) -> bool:
        """Tell whether the tool ended by itself, with an exit code."""
        return self in {Status.OK, Status.NONZERO}


class WaitsFor(StrEnum):
    """What the processes of a call were at when a limit ended it; `unknown` where that could not be seen.

    `input` is a standard input or a terminal on which nothing comes, `lock` something that they hold from each other.
    """

    UNKNOWN = ""
    PROCESSOR = "processor"
    INPUT = "input"
    LOCK = "lock"
    SLEEP = "sleep"
    CHILD = "child"
    NETWORK = "network"
    STOPPED = "stopped"
    OTHER = "other"


class Stream(Value):
    """What a call printed on one stream: both ends of it, its whole length and hash.

    Nothing is missing between the ends where they are as long as the whole. `blob` names all that was captured,
    where it is more than stands here.
    """

    head: Raw = b""
    tail: Raw = b""
    total_bytes: int = Field(default=0, ge=0)
    sha256: str = EMPTY_SHA256
    blob: str | None = None

    @classmethod
    def of(cls, content: bytes) -> "Stream":
        """Hold a whole content."""
        return cls(head=content, total_bytes=len(content), sha256=sha256(content))

    @model_validator(mode="after")
    def _no_more_than_the_whole(self) -> "Stream":
        if len(self.head) + len(self.tail) > self.total_bytes:
            raise ValueError("both ends of a stream are longer than the whole")
        return self

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing."""
        return len(self.head) + len(self.tail) == self.total_bytes

    @property
    def content(self) -> bytes:
        """Give what is here, with a mark where something is missing."""
        if self.is_whole:
            return self.head + self.tail
        missing = self.total_bytes - len(self.head) - len(self.tail)
        return self.head + f"\n[... {missing} bytes ...]\n".encode() + self.tail


class Change(StrEnum):
    """What happened at a path."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class FileChange(Value):
    """What a call did at one path below its folder; `content` where it is small, else only its hash."""

    path: Word
    change: Change
    kind: FileKind = FileKind.FILE
    mode: int = Field(default=0, ge=0, le=0o7777)
    size: int = Field(default=0, ge=0)
    sha256: str | None = None
    content: Raw | None = None


class TestResult(Value):
    """What a call showed; repetitions from 100 on are confirmations.

    `peak_rss_bytes` is that of the largest process. `leftovers` names processes that outlived the tool. `detail` says
    what went wrong where the status is an error of the sandbox, or why the tool could not be started.
    """

    __test__ = False

    call_digest: str
    repetition: int = Field(default=0, ge=0)
    status: Status
    exit_code: int | None = Field(default=None, ge=0, le=255)
    signal: int | None = Field(default=None, ge=1, le=64)
    stdout: Stream = Stream()
    stderr: Stream = Stream()
    files: tuple[FileChange, ...] = ()
    duration_ms: float = Field(default=0.0, ge=0)
    cpu_ms: float = Field(default=0.0, ge=0)
    peak_rss_bytes: int = Field(default=0, ge=0)
    leftovers: tuple[str, ...] = ()
    level: str = ""
    surroundings: Surroundings = PINNED
    detail: str = ""
    waits_for: WaitsFor = WaitsFor.UNKNOWN

    @model_validator(mode="after")
    def _ends_in_one_way(self) -> "TestResult":
        if self.status.has_exit_code != (self.exit_code is not None):
            raise ValueError(f"an exit code does not go with the status {self.status}")
        if (self.status is Status.OK) != (self.exit_code == 0):
            raise ValueError(f"the exit code {self.exit_code} does not go with the status {self.status}")
        if (self.status is Status.SIGNALLED) != (self.signal is not None):
            raise ValueError(f"the signal {self.signal} does not go with the status {self.status}")
        return self


class TestResultRow(SQLModel, table=True):
    """One result; `item_id` and `fence` name the lease that wrote it, `reused` says that an earlier job saw it."""

    __tablename__ = "test_result"
    __test__ = False
    __table_args__ = (Index("ix_test_result_item", "item_id", "fence"),)

    job_id: JobId = RowField(primary_key=True, foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    call_digest: str = RowField(primary_key=True)
    repetition: int = RowField(primary_key=True)
    item_id: int = RowField(foreign_key="work_item.id", ondelete="CASCADE", sa_type=BigKey)
    fence: int
    status: Status = RowField(sa_type=word_of(Status))
    duration_ms: float
    reused: bool = False
    body: TestResult = RowField(sa_type=body_of(TestResult))

    job: "JobRow" = Relationship(back_populates="results")
