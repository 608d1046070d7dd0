"""What every group of rows is built on: a session, the time of its transaction, inserts that may be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Insert
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

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
            self._execute(self._insert(table).on_conflict_do_nothing(), rows)

    def insert_or_change(
        self, table: type[SQLModel], rows: Sequence[dict[str, Any]], key: Sequence[str], changes: Mapping[str, Any]
    ) -> None:
        """Insert rows; of those whose keys are there, change the columns named and nothing else."""
        if rows:
            statement = self._insert(table).on_conflict_do_update(index_elements=key, set_=changes)
            self._execute(statement, rows)

    def insert_or_replace(self, table: type[SQLModel], rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
        """Insert rows, each in place of one that has its key."""
        if rows:
            statement = self._insert(table)
            changes = {name: statement.excluded[name] for name in rows[0] if name not in key}
            self._execute(statement.on_conflict_do_update(index_elements=key, set_=changes), rows)

    def _execute(self, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
        self.session.flush()
        self.session.connection().execute(statement, rows)  # past the session, which would look at every row

    def _insert(self, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
        if self.session.get_bind().dialect.name == "sqlite":
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - loads much, which a store in a file never needs

        return postgresql.insert(table)


def slices(items: Iterable[T], size: int = _MOST_IN_A_LIST) -> Iterator[list[T]]:
    """Cut what is asked for into lists that one statement can hold."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
