"""The schema on both databases: made, compared, taken back, made by many at once, from an installed package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from shared.store import migrating, schema
from shared.store.schema import DatabaseTooNewError
from shared.store.session import DatabaseOutdatedError, DatabaseUnavailableError, make_engine
from tests.integration.servers import ROOT, free_port

UPGRADE = "import sys; from shared.store import schema, session; schema.upgrade(session.make_engine(sys.argv[1]))"


def test_models_and_migrations_agree(empty_database: str) -> None:
    engine = make_engine(empty_database)
    schema.upgrade(engine)
    assert migrating.differences(engine) == []
    engine.dispose()


def test_a_model_that_the_migrations_forgot_is_noticed(empty_database: str) -> None:
    engine = make_engine(empty_database)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE leadership"))
    assert any("leadership" in difference for difference in migrating.differences(engine))
    engine.dispose()


def test_down_and_up_again_leaves_the_same(empty_database: str) -> None:
    engine = make_engine(empty_database)
    schema.upgrade(engine)
    tables = set(inspect(engine).get_table_names())
    schema.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert schema.current(engine) is None
    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables
    assert migrating.differences(engine) == []
    engine.dispose()


def test_an_empty_database_is_refused_by_who_needs_a_full_one(empty_database: str) -> None:
    engine = make_engine(empty_database)
    with pytest.raises(DatabaseOutdatedError, match="is empty"):
        schema.require(engine)
    schema.upgrade(engine)
    schema.require(engine)
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(empty_database: str) -> None:
    engine = make_engine(empty_database)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9f2c'"))
    for touch in (schema.require, schema.upgrade):
        with pytest.raises(DatabaseTooNewError, match=r"revision 9f2c, known up to"):
            touch(engine)
    engine.dispose()


def test_many_may_migrate_at_once(empty_database: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", UPGRADE, empty_database]
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(4)]
    for process in processes:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told.decode()
    engine = make_engine(empty_database)
    schema.require(engine)
    engine.dispose()


def test_a_database_that_is_away_is_named() -> None:
    engine = make_engine(f"postgresql+psycopg://app:secret@127.0.0.1:{free_port()}/x")
    with pytest.raises(DatabaseUnavailableError, match="does not answer") as caught:
        schema.current(engine)
    assert "secret" not in caught.value.message


@pytest.mark.slow
def test_the_installed_package_brings_its_migrations(tmp_path: Path) -> None:
    wheels, place = tmp_path / "wheels", tmp_path / "installed"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(place)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    environment = {"PYTHONPATH": str(place), "PATH": os.environ["PATH"]}
    where = "import migrations, shared; print(migrations.__file__, shared.__file__)"
    shown = subprocess.run(
        [sys.executable, "-P", "-c", where], check=True, env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert shown.stdout.count(str(place)) == 2
    url = f"sqlite:///{tmp_path}/made.db"
    subprocess.run([sys.executable, "-P", "-c", UPGRADE, url], check=True, env=environment, cwd=tmp_path)
    engine = make_engine(url)
    schema.require(engine)
    engine.dispose()


def test_the_newest_revision_by_name_is_the_newest_for_alembic() -> None:
    scripts = ScriptDirectory.from_config(migrating.config())
    assert schema.head() == scripts.get_current_head()
    assert sorted(schema._known()) == sorted(script.revision for script in scripts.walk_revisions())
