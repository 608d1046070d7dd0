"""Writes a new revision from the difference between the migrations and the models: python -m scripts.revision NAME."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from shared.store import migrating, schema
from shared.store.session import make_engine


def main(name: str) -> None:
    """Migrate an empty database, compare it with the models, and write what is missing as the next revision."""
    number = f"{int(schema.head()) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'old.db'}")
        schema.upgrade(engine)
        with engine.begin() as connection:
            command.revision(migrating.config(connection), name, autogenerate=True, rev_id=number)
        engine.dispose()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
