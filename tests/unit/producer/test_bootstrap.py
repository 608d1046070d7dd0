"""The wiring of the side that people type at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
import svcs

from producer.bootstrap import begin, make_registry
from shared.config import Broker, Database, NoBrokerError, Settings
from shared.interfaces.tokens import NoTokens, Tokens
from shared.store.session import Store
from shared.utils.tracing import Tracing


def settings(folder: Path) -> Settings:
    return Settings(database=Database(url=f"sqlite:///{folder}/deep/er/store.db"))


def test_a_local_store_is_made_with_its_folder_and_schema(tmp_path: Path) -> None:
    with svcs.Container(make_registry(settings(tmp_path))) as container:
        store = container.get(Store)
        assert store.read(lambda tx: tx.jobs.newest(1)) == []
        container.get(Tracing)
    assert (tmp_path / "deep" / "er" / "store.db").exists()


def test_nothing_of_the_queue_is_loaded_for_who_does_not_ask(tmp_path: Path) -> None:
    with svcs.Container(make_registry(settings(tmp_path))) as container:
        assert isinstance(container.get_abstract(Tokens), NoTokens)


def test_a_queue_that_is_not_configured_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    with svcs.Container(make_registry(settings(tmp_path), queue=True)) as container, pytest.raises(NoBrokerError):
        container.get_abstract(Tokens)


def test_a_queue_is_wired_where_it_is_configured(tmp_path: Path) -> None:
    given = settings(tmp_path).model_copy(update={"broker": Broker(url="redis://127.0.0.1:1/0")})
    with svcs.Container(make_registry(given, queue=True)) as container:
        assert container.get_abstract(Tokens).send([]) == 0


def test_the_store_stays_out_of_the_user_s_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with begin(click.Context(click.Command("x"))) as app:
        app.store.ping()
    assert (tmp_path / ".testronaut" / ".gitignore").read_text() == "*\n"


def test_a_command_loads_little_before_it_is_called() -> None:
    script = "import sys, producer.cli; sys.exit(any(n in sys.modules for n in ('sqlmodel', 'celery', 'alembic')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
