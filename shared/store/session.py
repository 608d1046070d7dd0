"""The way into the database: one engine per process, transactions that prove their lease."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session

from shared.interfaces.clock import Clock, SystemClock
from shared.models.work import WorkItem
from shared.store.blobs import Blobs
from shared.store.findings import Findings
from shared.store.jobs import Jobs
from shared.store.known import Known
from shared.store.plans import Plans
from shared.store.reports import Reports
from shared.store.results import Results
from shared.store.tools import Tools
from shared.store.upkeep import Upkeep
from shared.store.work import Work
from shared.utils import retrying
from shared.utils.errors import TestronautError, UsageError
from shared.utils.validation import parse_url, without_password

T = TypeVar("T")

_SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON")
_POSTGRES_OPTIONS = "-c lock_timeout=10000 -c statement_timeout=20000"
_UNDEFINED_TABLE, _UNDEFINED_COLUMN = "42P01", "42703"
WORKER_PATIENCE_S = 60.0
PERSON_PATIENCE_S = 4.0


class DatabaseUnavailableError(TestronautError):
    """The database does not answer, or does not let us in."""

    code = "db.unavailable"
    hint = "Start the database, or look at TESTRONAUT_DATABASE__URL; testronaut doctor shows what answers."


class DatabaseFullError(TestronautError):
    """The disk of the database takes nothing more; all that was kept before is there."""

    code = "db.full"
    hint = "Make room on that disk, and go on with: testronaut resume"


class DatabaseOutdatedError(TestronautError):
    """The database has not the tables that this version needs."""

    code = "db.outdated"
    hint = "Run: testronaut db upgrade"


class DatabaseAddressError(UsageError):
    """The address of the database cannot be one."""

    code = "db.bad_address"
    hint = "Write it like sqlite:///folder/file.db or postgresql+psycopg://user@host/name"


class Transaction:
    """One transaction and all that it can reach."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.jobs = Jobs(session, now)
        self.work = Work(session, now)
        self.upkeep = Upkeep(session, now)
        self.tools = Tools(session, now)
        self.plans = Plans(session, now)
        self.results = Results(session, now)
        self.known = Known(session, now)
        self.findings = Findings(session, now)
        self.reports = Reports(session, now)
        self.blobs = Blobs(session, now)


class Store:
    """The truth. What is passed in may run more than once, so it changes nothing but rows."""

    def __init__(self, engine: Engine, clock: Clock, patience_s: float = WORKER_PATIENCE_S) -> None:
        self.engine = engine
        self.clock = clock
        self._reading = engine.execution_options(is_reading=True)
        self._retrying = retrying.transaction(patience_s)

    def read(self, do: Callable[[Transaction], T]) -> T:
        """Look, without keeping any writer waiting.

        Raises:
            DatabaseUnavailableError: it did not answer for as long as our patience lasts.

        """
        return self._patiently(lambda: self._once(self._reading, do))

    def write(self, do: Callable[[Transaction], T], *, holding: WorkItem | None = None) -> T:
        """Change rows and commit; with an item in hand, only under its newest lease.

        An item's row is always locked before its job's row: two finishers never wait for each other.

        Raises:
            LostLease: somebody else holds the item now, or it has ended.
            DatabaseFullError: there is no room.
            DatabaseUnavailableError: it did not answer for as long as our patience lasts.

        """

        def prove_then_do(tx: Transaction) -> T:
            if holding:
                tx.work.prove(holding)
            return do(tx)

        return self._patiently(lambda: self._once(self.engine, prove_then_do))

    def ping(self) -> None:
        """Return when the database answers.

        Raises:
            DatabaseUnavailableError: it does not.

        """
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _patiently(self, do: Callable[[], T]) -> T:
        try:
            return self._retrying(do)
        except DBAPIError as error:
            if _lacks_tables(error):
                raise DatabaseOutdatedError(
                    f"the database {self._name()} has not the tables of this version"
                ) from error
            if retrying.is_full(error):
                raise DatabaseFullError(f"the disk of the database {self._name()} is full") from error
            if retrying.is_passing(error) or _cannot_open(error):
                raise self._unavailable(error) from error
            raise

    def _once(self, engine: Engine, do: Callable[[Transaction], T]) -> T:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            return do(Transaction(session, self._now(session)))

    def _now(self, session: Session) -> datetime:
        # Leases are compared by workers on many hosts: only the database's clock is the same for all.
        if self.engine.dialect.name == "sqlite":
            return self.clock.now()
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return now

    def _unavailable(self, error: DBAPIError) -> DatabaseUnavailableError:
        reason = str(error.orig).strip().splitlines()[0]
        return DatabaseUnavailableError(f"the database {self._name()} does not answer: {without_password(reason)}")

    def _name(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)


def open_store(url: str, patience_s: float = WORKER_PATIENCE_S) -> Store:
    """Give the store at an address; nothing connects yet."""
    return Store(make_engine(url), SystemClock(), patience_s)


def make_engine(url: str) -> Engine:
    """Make an engine; connections do not survive a fork, so each process makes its own.

    Raises:
        DatabaseAddressError: the address cannot be one.

    """
    parse_url(url, frozenset({"sqlite", "postgresql+psycopg", "postgresql"}))
    try:
        return _sqlite(url) if url.startswith("sqlite") else _postgres(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseAddressError(f"{without_password(url)!r} is not the address of a database") from error


def _sqlite(url: str) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres(url: str) -> Engine:
    with_driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
    options = {"connect_timeout": 3, "options": _POSTGRES_OPTIONS}
    return create_engine(with_driver, pool_pre_ping=True, connect_args=options)


def _set_up_sqlite(connection: DBAPIConnection, _: object) -> None:
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once when another wrote between; no timeout helps.
    is_reading = connection.get_execution_options().get("is_reading")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _lacks_tables(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return str(error.orig).startswith(("no such table", "no such column"))
    return getattr(error.orig, "sqlstate", None) in {_UNDEFINED_TABLE, _UNDEFINED_COLUMN}


def _cannot_open(error: DBAPIError) -> bool:
    codes = {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
    }
    return isinstance(error.orig, sqlite3.Error) and getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in codes
