"""Work: items that a worker leases, the attempts made at them, and the lease of the leading steward."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from sqlalchemy import Index, UniqueConstraint, Uuid
from sqlmodel import Field as RowField
from sqlmodel import Relationship, SQLModel

from shared.models.base import BigKey, Utc, Value, body_of, word_of
from shared.models.job import Fault, JobId, Mode, StageName

if TYPE_CHECKING:
    from shared.models.job import JobRow

ItemId = NewType("ItemId", int)


class ItemState(StrEnum):
    """Where an item stands."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Tell whether something may still happen to the item."""
        return self in {ItemState.READY, ItemState.LEASED}


class Ending(StrEnum):
    """How an attempt ended: a refused one failed in a way that no other attempt could mend."""

    DONE = "done"
    RELEASED = "released"
    FAILED = "failed"
    REFUSED = "refused"
    LOST = "lost"
    CANCELLED = "cancelled"


class WorkItem(Value):
    """A leased item, as its owner holds it.

    `fence` is the number of this lease. `failures` counts the attempts before it that ended badly.
    `condemned` is the digest of a call that took its worker along twice and must not be made again.
    """

    id: ItemId
    job_id: JobId
    stage: StageName
    shard: int
    fence: int
    failures: int
    condemned: str | None
    traceparent: str

    @property
    def is_suspicious(self) -> bool:
        """Tell whether to go step by step: note each call, keep each find at once."""
        return self.failures > 0 or self.condemned is not None


class Attempt(Value):
    """One lease of an item as its readers see it; `calls` counts its results, `reused` those that earlier jobs saw."""

    stage: StageName
    shard: int
    fence: int
    owner: str
    started_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None
    fault: Fault | None = None
    calls: int = 0
    reused: int = 0


class WorkItemRow(SQLModel, table=True):
    """A stage of a job, or one shard of its execution."""

    __tablename__ = "work_item"
    __table_args__ = (
        UniqueConstraint("job_id", "stage", "shard"),
        Index("ix_work_item_claim", "mode", "stage", "state", "run_after", "id"),
        Index("ix_work_item_expiry", "state", "lease_until"),
    )

    id: ItemId | None = RowField(default=None, primary_key=True, sa_type=BigKey)
    job_id: JobId = RowField(foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    mode: Mode = RowField(sa_type=word_of(Mode))
    stage: StageName = RowField(sa_type=word_of(StageName))
    shard: int
    state: ItemState = RowField(sa_type=word_of(ItemState))
    run_after: datetime = RowField(sa_type=Utc)
    fence: int = 0
    failures: int = 0
    lease_until: datetime | None = RowField(default=None, sa_type=Utc)
    current_call: str | None = None
    suspect_call: str | None = None
    suspect_hits: int = 0
    traceparent: str

    job: "JobRow" = Relationship(back_populates="items")
    attempts: list["AttemptRow"] = Relationship(back_populates="item", passive_deletes="all")


class AttemptRow(SQLModel, table=True):
    """One lease of an item; kept for ever, so that people can see what happened."""

    __tablename__ = "attempt"

    item_id: ItemId = RowField(primary_key=True, foreign_key="work_item.id", ondelete="CASCADE", sa_type=BigKey)
    fence: int = RowField(primary_key=True)
    owner: str
    started_at: datetime = RowField(sa_type=Utc)
    ended_at: datetime | None = RowField(default=None, sa_type=Utc)
    ending: Ending | None = RowField(default=None, sa_type=word_of(Ending))
    fault: Fault | None = RowField(default=None, sa_type=body_of(Fault))

    item: WorkItemRow = Relationship(back_populates="attempts")


class LeadershipRow(SQLModel, table=True):
    """Who leads, until when."""

    __tablename__ = "leadership"

    name: str = RowField(primary_key=True)
    owner: str
    lease_until: datetime = RowField(sa_type=Utc)
