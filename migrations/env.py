"""What Alembic runs: the models' tables against one connection, or against the database that the settings name."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlmodel.sql.sqltypes import AutoString

from shared.config import load_settings
from shared.models.base import Body, Utc
from shared.store import migrating
from shared.store.session import make_engine


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's signature
    """Write the project's own column types as plain ones, so that old revisions need nothing of today's code."""
    if kind != "type":
        return False
    match item:
        case AutoString():
            return f"sa.String(length={item.length})" if item.length else "sa.String()"
        case Utc():
            return "sa.DateTime(timezone=True)"
        case Body():
            return "sa.Text()"
        case Enum():
            words = ", ".join(repr(word) for word in item.enums)
            return f"sa.Enum({words}, native_enum=False, length=32, create_constraint=True, name={item.name!r})"
        case _:
            return False


def migrate(connection: Connection) -> None:
    """Run the revisions in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=migrating.metadata(),
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with make_engine(load_settings().database.url).begin() as opened:
        migrate(opened)
