"""What every group of rows is built on: a session, the time of its transaction, inserts that may be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

T = TypeVar("T")

# SQLite takes 32,766 variables in a statement, older ones fewer.
_MOST_IN_A_LIST = 500


class Rows:
    """Rows that one transaction can reach."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    def insert_new(self, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
        """Insert the rows whose keys are not there yet."""
        if rows:
            self.session.execute(self._insert(table).on_conflict_do_nothing(), rows)

    def insert_or_change(
        self, table: type[SQLModel], rows: Sequence[dict[str, Any]], key: Sequence[str], changes: Mapping[str, Any]
    ) -> None:
        """Insert rows; of those whose keys are there, change the columns named and nothing else."""
        if rows:
            statement = self._insert(table).on_conflict_do_update(index_elements=key, set_=changes)
            self.session.execute(statement, rows)

    def _insert(self, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
        is_postgresql = self.session.get_bind().dialect.name == "postgresql"
        return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def slices(items: Iterable[T], size: int = _MOST_IN_A_LIST) -> Iterator[list[T]]:
    """Cut what is asked for into lists that one statement can hold."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
