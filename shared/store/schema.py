"""The schema: made and changed by migrations alone, by one process at a time."""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import migrations
from shared.store.session import DatabaseOutdatedError, DatabaseUnavailableError
from shared.utils.errors import TestronautError

# Alembic keeps its context in a module of its own, so two threads of one process must not migrate at once.
_one_at_a_time = threading.Lock()
_ADVISORY_LOCK = 0x7E57_0A07
_REVISION_FILE = re.compile(r"(\d{4})_\w+\.py")


class DatabaseTooNewError(TestronautError):
    """The database was changed by a newer version."""

    code = "db.too_new"
    hint = "Upgrade testronaut, or point TESTRONAUT_DATABASE__URL elsewhere."


def head() -> str:
    """Name the newest revision that this version knows."""
    return max(_known())


def current(engine: Engine) -> str | None:
    """Name the revision of a database, None where it is empty.

    Raises:
        DatabaseUnavailableError: it does not answer.

    """
    try:
        with engine.connect() as connection:
            return _revision(connection)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        name = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnavailableError(f"the database {name} does not answer: {reason}") from error


def upgrade(engine: Engine) -> str:
    """Bring a database to the newest revision, and name it; harmless when several processes do it at once.

    Raises:
        DatabaseTooNewError: it is newer than this version.
        DatabaseUnavailableError: it does not answer.

    """
    if current(engine) == head():
        return head()
    from shared.store import migrating  # noqa: PLC0415 - loads Alembic, which a database that is up to date never needs

    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _refuse_unknown(_revision(connection))
        migrating.upgrade(connection)
    return head()


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to an earlier revision, `base` for none at all; what the later ones held is lost."""
    from shared.store import migrating  # noqa: PLC0415 - as above

    with _alone(engine), engine.begin() as connection:
        migrating.downgrade(connection, revision)


def require(engine: Engine) -> None:
    """Return when a database is at the newest revision.

    Raises:
        DatabaseOutdatedError, DatabaseTooNewError: it is at another.

    """
    revision = current(engine)
    _refuse_unknown(revision)
    if revision != head():
        name = engine.url.render_as_string(hide_password=True)
        stands = f"at revision {revision}" if revision else "empty"
        raise DatabaseOutdatedError(f"the database {name} is {stands}, this version needs {head()}")


def _known() -> list[str]:
    # The names of the files say it, so that nobody has to load them.
    names = (path.name for path in Path(migrations.__file__ or "").with_name("versions").iterdir())
    return [found[1] for name in names if (found := _REVISION_FILE.fullmatch(name))]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in _known():
        raise DatabaseTooNewError(
            f"the database is newer than this version (revision {revision}, known up to {head()})"
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    with _one_at_a_time, _file_lock(engine):
        yield


@contextmanager
def _file_lock(engine: Engine) -> Iterator[None]:
    """SQLite has no lock that outlasts the statements of a migration, so a file beside it serves."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        yield
        return
    with Path(f"{database}.migrating").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
