"""What earlier jobs saw, for the jobs that come after them: the conditions of a result, and when calls agree."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Field as RowField
from sqlmodel import Index, SQLModel

from shared.models.base import Utc, Value, Word, body_of, digest_of
from shared.models.call import Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult, WaitsFor

# A call that was late may have been held up by others; one that could not be started, or was killed, too.
_PERHAPS_OF_THE_MACHINE = frozenset({"late", "spawn_error", "signalled 9"})
_SEEN_TO_BE_BELIEVED = 2
_WITHOUT_END = frozenset({WaitsFor.INPUT, WaitsFor.LOCK, WaitsFor.STOPPED})
_LATE = frozenset({Status.TIMEOUT_WALL, Status.TIMEOUT_CPU})
_CUT = frozenset({*_LATE, Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT, Status.SPAWN_ERROR})


class Conditions(Value):
    """All that a result depends on beside its call: under equal ones a call shows the same, but for chance.

    `path`, `called` and `fingerprint` are the tool as it was found. `machine` stands for what every tool there can see.
    """

    tool: ToolSpec
    path: str
    called: tuple[Word, ...]
    fingerprint: str
    machine: str
    limits: Limits
    policy: SandboxPolicy
    level: str


class Sighting(NamedTuple):
    """One outcome of a call, and how often it was seen."""

    repetition: int
    surroundings: str
    ending: str
    shown: str
    seen: int = 1


def sighting_of(result: TestResult) -> Sighting:
    """Reduce a result to what must be the same whenever its call is made."""
    return Sighting(result.repetition, result.surroundings.digest(), _ending(result), _shown(result))


def is_settled(sightings: Sequence[Sighting]) -> bool:
    """Tell whether all that was ever seen of one call agrees, and is not perhaps the machine's doing.

    It must have ended in the same way whatever surrounded it; what it printed may speak of its surroundings.
    """
    endings = {sighting.ending for sighting in sightings}
    if len(endings) != 1:
        return False
    if endings & _PERHAPS_OF_THE_MACHINE and sum(one.seen for one in sightings) < _SEEN_TO_BE_BELIEVED:
        return False
    shown = defaultdict(set)
    for sighting in sightings:
        shown[sighting.surroundings].add(sighting.shown)
    return all(len(different) == 1 for different in shown.values())


def _ending(result: TestResult) -> str:
    # Which of two clocks strikes first is chance; who waits for what never comes would wait on any machine.
    if result.status in _LATE:
        return "stuck" if result.waits_for in _WITHOUT_END else "late"
    if result.status is Status.NONZERO:
        return f"exited {result.exit_code}"
    return f"signalled {result.signal}" if result.status is Status.SIGNALLED else result.status.value


def _shown(result: TestResult) -> str:
    # How far a call came until it was cut is chance.
    if result.status in _CUT:
        return ""
    files = [change.model_dump(mode="json") for change in result.files]
    return digest_of([result.stdout.sha256, result.stderr.sha256, files])


class KnownResultRow(SQLModel, table=True):
    """A result that outlives its job; what contradicts it is a row of its own, so that both are there to be seen."""

    __tablename__ = "known_result"
    __table_args__ = (Index("ix_known_result_age", "used_at", "size_bytes"),)

    conditions: str = RowField(primary_key=True)
    call_digest: str = RowField(primary_key=True)
    repetition: int = RowField(primary_key=True)
    surroundings: str = RowField(primary_key=True)
    ending: str = RowField(primary_key=True)
    shown: str = RowField(primary_key=True)
    seen: int
    size_bytes: int
    used_at: datetime = RowField(sa_type=Utc)
    body: TestResult = RowField(sa_type=body_of(TestResult))
