"""A test plan: all cases of a job, in order, with the seed."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator
from sqlalchemy import BigInteger, Uuid
from sqlmodel import Field as RowField
from sqlmodel import Index, Relationship, SQLModel, UniqueConstraint

from shared.models.base import Value, body_of
from shared.models.call import Call
from shared.models.job import JobId, Profile

if TYPE_CHECKING:
    from shared.models.job import JobRow

_SHARING = 4


class Intent(StrEnum):
    """What must hold for a case to pass."""

    MUST_WORK = "must_work"
    MUST_REFUSE = "must_refuse"
    EXPLORE = "explore"


class Aspect(StrEnum):
    """What the calls of a relation must agree in."""

    STATUS = "status"
    STDOUT = "stdout"
    STDERR = "stderr"
    FILES = "files"


class Relation(Value):
    """One side of a comparison: the cases of a group must agree; `kind` is the name of the check that compares.

    The case in the role `base` is what the others are compared with.
    """

    kind: str = Field(min_length=1)
    group: str = Field(min_length=1)
    role: str = Field(min_length=1)
    agree: tuple[Aspect, ...] = (Aspect.STATUS, Aspect.STDOUT)


class TestCase(Value):
    """A call and what must hold.

    `command` is the path of the command it is about, `covers` names what it tries (`option:remote add:--track`),
    `wrong` the word that was made wrong where the call must be refused.
    """

    __test__ = False

    call: Call
    intent: Intent
    technique: str = Field(min_length=1)
    command: str = ""
    option: str | None = None
    wrong: str | None = None
    relations: tuple[Relation, ...] = ()
    repetitions: int = Field(default=1, ge=1, le=99)
    covers: tuple[str, ...] = ()
    because: str = ""

    @model_validator(mode="after")
    def _only_a_refusal_has_a_wrong_part(self) -> "TestCase":
        if self.wrong is not None and self.intent is Intent.MUST_WORK:
            raise ValueError("a call that must work has no wrong part")
        return self

    @field_validator("relations")
    @classmethod
    def _one_role_a_group(cls, relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
        groups = [relation.group for relation in relations]
        if len(set(groups)) < len(groups):
            raise ValueError("a case has two roles in one group of a relation")
        return relations

    @cached_property
    def key(self) -> str:
        """Name the case by its content, so that the plans of two versions can be matched."""
        return self.call.digest()


class TestPlan(Value):
    """All cases of a job, the most informative first; no call stands in it twice."""

    __test__ = False

    tool: str = Field(min_length=1)
    seed: int = 0
    profile: Profile = Profile.STANDARD
    cases: tuple[TestCase, ...] = ()

    @field_validator("cases")
    @classmethod
    def _no_call_twice(cls, cases: tuple[TestCase, ...]) -> tuple[TestCase, ...]:
        seen: dict[str, int] = {}
        for number, case in enumerate(cases):
            first = seen.setdefault(case.key, number)
            if first != number:
                raise ValueError(f"case {number + 1} makes the same call as case {first + 1}")
        return cases

    def shards(self, size: int, sharing: int = _SHARING) -> Sequence[int]:
        """Give the shard of each case; a shard has at most `size` of them.

        A few shards share a stretch of the plan by turns: neighbours are alike, and slow ones should not follow each
        other in one shard. The stretches keep the plan's order, for a time limit cuts from the end.
        """
        stretch = sharing * size
        return [
            shard
            for start in range(0, len(self.cases), stretch)
            for shard in self._stretch(start, size, min(stretch, len(self.cases) - start))
        ]

    def _stretch(self, start: int, size: int, count: int) -> Iterator[int]:
        return (start // size + place % -(-count // size) for place in range(count))


class TestPlanRow(SQLModel, table=True):
    """What SQL must know of a job's plan."""

    __tablename__ = "test_plan"
    __test__ = False

    job_id: JobId = RowField(primary_key=True, foreign_key="job.id", ondelete="CASCADE", sa_type=Uuid)
    tool: str
    seed: int = RowField(sa_type=BigInteger)
    profile: str
    shards: int
    digest: str

    job: "JobRow" = Relationship(back_populates="plan")
    cases: list["TestCaseRow"] = Relationship(back_populates="plan", passive_deletes="all")


class TestCaseRow(SQLModel, table=True):
    """One case of a job's plan."""

    __tablename__ = "test_case"
    __test__ = False
    __table_args__ = (Index("ix_test_case_shard", "job_id", "shard"), UniqueConstraint("job_id", "key"))

    job_id: JobId = RowField(primary_key=True, foreign_key="test_plan.job_id", ondelete="CASCADE", sa_type=Uuid)
    number: int = RowField(primary_key=True)
    shard: int
    key: str
    body: TestCase = RowField(sa_type=body_of(TestCase))

    plan: TestPlanRow = Relationship(back_populates="cases")
