"""The schema: made and changed by migrations alone, by one process at a time, and compared with the code."""

from __future__ import annotations

import fcntl
import importlib
import pkgutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import shared.models
from shared.store.session import DatabaseOutdatedError, DatabaseUnavailableError
from shared.utils.errors import TestronautError

# Alembic keeps its context in a module of its own, so two threads of one process must not migrate at once.
_one_at_a_time = threading.Lock()
_ADVISORY_LOCK = 0x7E57_0A07


class DatabaseTooNewError(TestronautError):
    """The database was changed by a newer version."""

    code = "db.too_new"
    hint = "Upgrade testronaut, or point TESTRONAUT_DATABASE__URL elsewhere."


def metadata() -> Any:  # noqa: ANN401 - what Alembic takes
    """Give the tables of all models."""
    for module in pkgutil.iter_modules(shared.models.__path__):
        importlib.import_module(f"shared.models.{module.name}")
    return SQLModel.metadata


def head() -> str:
    """Name the newest revision that this version knows."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    assert found is not None  # noqa: S101 - the package holds at least one revision
    return found


def current(engine: Engine) -> str | None:
    """Name the revision of a database, None where it is empty.

    Raises:
        DatabaseUnavailableError: it does not answer.

    """
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
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
    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _refuse_unknown(MigrationContext.configure(connection).get_current_revision())
        command.upgrade(config(connection), "head")
    return head()


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to an earlier revision, `base` for none at all; what the later ones held is lost."""
    with _alone(engine), engine.begin() as connection:
        command.downgrade(config(connection), revision)


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


def differences(engine: Engine) -> list[str]:
    """Say in which way a migrated database differs from the models; nothing when they agree."""
    with engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True}
        return [
            str(step) for step in compare_metadata(MigrationContext.configure(connection, opts=options), metadata())
        ]


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseTooNewError(
            f"the database is newer than this version (revision {revision}, known up to {head()})"
        )


def config(connection: Connection | None = None) -> Config:
    """Configure Alembic, without a file, for a connection or for none."""
    made = Config()
    made.set_main_option("script_location", "migrations:")
    made.attributes["connection"] = connection
    return made


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
