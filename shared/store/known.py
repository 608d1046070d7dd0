"""Known results: what calls showed in any job, found again by their conditions, kept within bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Text, bindparam, delete, func, tuple_, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import col, select, update

from shared.models.blob import BlobRow
from shared.models.call import Limits
from shared.models.known_result import KnownResultRow, Sighting, is_settled, sighting_of
from shared.models.test_result import Status, Stream, TestResult
from shared.store.rows import Rows, slices

# A use is written down once in so long: what matters is which results nobody has asked for in days.
_USE_COUNTS_FOR = timedelta(hours=1)
_KEY = ("conditions", "call_digest", "repetition", "surroundings", "ending", "shown")
# What a row and its places in the indexes take, whatever the result.
_ROW_BYTES = 1500
_MOST_OF_A_STREAM = Limits().kept_bytes

# Made once, for every stage asks it many times; the text of a body is read into a value only where it is wanted.
_TABLE = KnownResultRow.metadata.tables["known_result"].c
_SIGHTINGS = select_columns(
    _TABLE.call_digest, *(_TABLE[name] for name in Sighting._fields), type_coerce(_TABLE.body, Text)
).where(_TABLE.conditions == bindparam("conditions"), _TABLE.call_digest.in_(bindparam("calls", expanding=True)))

Place = tuple[str, int, str]
"""Which result of a job: the call's digest, its repetition, the digest of its surroundings."""


class Known(Rows):
    """Results that outlive their jobs."""

    def add(self, conditions: str, results: Iterable[TestResult]) -> None:
        """Keep results, in an order in which two writers never wait for each other; a known one is seen once more."""
        rows = {}
        for result in results:
            if result.status is not Status.SANDBOX_ERROR:
                sighting = sighting_of(result)
                rows[result.call_digest, *sighting] = self._row(conditions, result, sighting)
        more = {"seen": KnownResultRow.seen + 1, "used_at": self.now}
        self.insert_or_change(KnownResultRow, [rows[key] for key in sorted(rows)], _KEY, more)

    def settled(self, conditions: str, wanted: Iterable[Place]) -> Mapping[Place, TestResult]:
        """Give those of the results asked for that may stand for another run of their calls.

        What was ever seen of a call must agree, and the contents that a result names must still be there.
        """
        found: dict[Place, TestResult] = {}
        for part in slices(wanted):
            by_call = self._sightings(conditions, {digest for digest, _, _ in part})
            settled = {digest: rows for digest, rows in by_call.items() if is_settled([one for one, _ in rows])}
            bodies = {
                (digest, one.repetition, one.surroundings): body
                for digest, rows in settled.items()
                for one, body in rows
            }
            found |= {place: TestResult.model_validate_json(bodies[place]) for place in part if place in bodies}
        return self._with_contents(found)

    def touch(self, conditions: str, call_digests: Iterable[str]) -> None:
        """Note that calls were answered."""
        for part in slices(sorted(call_digests)):
            is_old = col(KnownResultRow.used_at) < self.now - _USE_COUNTS_FOR
            self.session.exec(update(KnownResultRow).where(_of(conditions, part), is_old).values(used_at=self.now))

    def size_bytes(self) -> int:
        """Give how much is kept, with the contents that it names."""
        return self.session.exec(select(func.coalesce(func.sum(KnownResultRow.size_bytes), 0))).one()

    def forget_oldest(self, most: int) -> int:
        """Forget the calls that nobody has asked for the longest, so many results or a few more; give their number."""
        oldest = (
            select(col(KnownResultRow.conditions), col(KnownResultRow.call_digest))
            .order_by(col(KnownResultRow.used_at))
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        calls = sorted(set(self.session.exec(oldest)))
        if not calls:
            return 0
        # All that is known of a call goes together: a part of it might look as if it agreed.
        of_calls = tuple_(col(KnownResultRow.conditions), col(KnownResultRow.call_digest)).in_(calls)
        return self.session.exec(delete(KnownResultRow).where(of_calls)).rowcount

    def _row(self, conditions: str, result: TestResult, sighting: Sighting) -> dict[str, object]:
        return {
            "conditions": conditions,
            "call_digest": result.call_digest,
            **sighting._asdict(),
            "size_bytes": _size_of(result),
            "used_at": self.now,
            "body": result,
        }

    def _sightings(self, conditions: str, call_digests: Iterable[str]) -> Mapping[str, list[tuple[Sighting, str]]]:
        found = defaultdict(list)
        asked = {"conditions": conditions, "calls": [*call_digests]}
        for digest, *sighting, body in self.session.connection().execute(_SIGHTINGS, asked):
            found[digest].append((Sighting(*sighting), body))
        return found

    def _with_contents(self, found: Mapping[Place, TestResult]) -> Mapping[Place, TestResult]:
        named = {blob for result in found.values() for blob in _blobs(result)}
        here: set[str] = set()
        for part in slices(sorted(named)):
            here.update(self.session.exec(select(col(BlobRow.sha256)).where(col(BlobRow.sha256).in_(part))))
        return {place: result for place, result in found.items() if here.issuperset(_blobs(result))}


def _of(conditions: str, call_digests: Iterable[str]) -> ColumnElement[bool]:
    return (col(KnownResultRow.conditions) == conditions) & col(KnownResultRow.call_digest).in_(call_digests)


def _size_of(result: TestResult) -> int:
    streams = sum(map(_size_of_stream, (result.stdout, result.stderr)))
    return _ROW_BYTES + streams + sum(len(change.path) + len(change.content or b"") for change in result.files)


def _size_of_stream(stream: Stream) -> int:
    return len(stream.head) + len(stream.tail) + (min(stream.total_bytes, _MOST_OF_A_STREAM) if stream.blob else 0)


def _blobs(result: TestResult) -> Sequence[str]:
    return [stream.blob for stream in (result.stdout, result.stderr) if stream.blob]
