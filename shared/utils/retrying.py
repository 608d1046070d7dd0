"""The one table of retry policies: single calls across a process border, with a limit and jitter.

| call            | tried again                          | pause          | until    |
|-----------------|--------------------------------------|----------------|----------|
| one transaction | busy, locked, deadlock, server away  | 50 ms to 1 s   | patience |
| one publication | broker away                          | 50 to 200 ms   | 2 tries  |
| one question    | container engine away                | 100 to 500 ms  | 3 tries  |

Whole stages are never tried again here: that is the work item's business, and its pause stands in `shared.pipeline`.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from tenacity import (
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random,
    wait_random_exponential,
)

_SQLITE_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_POSTGRES_DISK_FULL = "53100"
_POSTGRES_PASSING = ("08", "40", "53", "55", "57")


def is_full(error: BaseException) -> bool:
    """Tell whether a database error means that its disk is full, which no waiting changes."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return getattr(error.orig, "sqlstate", None) == _POSTGRES_DISK_FULL


def is_passing(error: BaseException) -> bool:
    """Tell whether a database error may be gone at the next try: busy, locked, deadlock, server away.

    SQLite also calls a missing table an OperationalError, so the class alone says nothing.
    PostgreSQL speaks in SQLSTATE classes, and has none to give when there is no connection.
    """
    if not isinstance(error, DBAPIError) or is_full(error):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_PASSING
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(_POSTGRES_PASSING)


def transaction(patience_s: float) -> Retrying:
    """Give the policy for one transaction, which must be harmless when repeated."""
    return Retrying(
        retry=retry_if_exception(is_passing),
        wait=wait_random_exponential(multiplier=0.05, max=1.0),
        stop=stop_after_delay(patience_s),
        reraise=True,
    )


def publication(errors: tuple[type[BaseException], ...]) -> Retrying:
    """Give the policy for one message to the broker, whose client's errors are named by the caller."""
    return Retrying(
        retry=retry_if_exception_type(errors),
        wait=wait_random(0.05, 0.2),
        stop=stop_after_attempt(2),
        reraise=True,
    )


def question(errors: tuple[type[BaseException], ...]) -> Retrying:
    """Give the policy for one question to the container engine, harmless when repeated; the caller names its errors."""
    return Retrying(
        retry=retry_if_exception_type(errors),
        wait=wait_random(0.1, 0.5),
        stop=stop_after_attempt(3),
        reraise=True,
    )
