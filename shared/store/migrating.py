"""How migrations are run, and compared with the models: by Alembic, over one connection."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

import shared.models


def upgrade(connection: Connection) -> None:
    """Run what is missing up to the newest revision."""
    command.upgrade(config(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Take back what came after a revision."""
    command.downgrade(config(connection), revision)


def differences(engine: Engine) -> list[str]:
    """Say in which way a migrated database differs from the models; nothing when they agree."""
    with engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True}
        return [
            str(step) for step in compare_metadata(MigrationContext.configure(connection, opts=options), metadata())
        ]


def metadata() -> Any:  # noqa: ANN401 - what Alembic takes
    """Give the tables of all models."""
    for module in pkgutil.iter_modules(shared.models.__path__):
        importlib.import_module(f"shared.models.{module.name}")
    return SQLModel.metadata


def config(connection: Connection | None = None) -> Config:
    """Configure Alembic, without a file, for a connection or for none."""
    made = Config()
    made.set_main_option("script_location", "migrations:")
    made.attributes["connection"] = connection
    return made
