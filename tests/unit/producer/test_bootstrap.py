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


# What serves a queue, a container, a migration, or who looks on: a short run is over before all that is loaded.
OF_OTHERS = (
    *("alembic", "celery", "kombu", "redis", "psycopg", "prometheus_client", "opentelemetry", "structlog"),
    *("jinja2", "junitparser", "ruamel", "pyte", "worker.execution.docker", "worker.generation.planner"),
)


def loaded_by(*words: str) -> set[str]:
    """Start our command line up to where words lead it, and name all modules that it has loaded."""
    script = (
        "import sys, producer.cli\n"
        "code = producer.cli.main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    ended = subprocess.run([sys.executable, "-c", script, *words], check=True, capture_output=True, text=True)
    return set(ended.stderr.split())


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_who_only_asks_waits_for_little(word: str) -> None:
    assert not loaded_by(word) & {*OF_OTHERS, "pydantic", "rich", "sqlalchemy", "sqlmodel", "svcs"}


def test_a_command_loads_what_every_run_needs_and_nothing_of_others() -> None:
    loaded = loaded_by("run", "--help")
    assert "worker.embedded" in loaded
    assert not loaded & set(OF_OTHERS)


def ended(*words: str) -> subprocess.CompletedProcess[str]:
    """Start our command line as its users do."""
    return subprocess.run([sys.executable, "-m", "producer.cli", *words], check=False, capture_output=True, text=True)


def test_the_process_ends_with_the_code_and_all_that_was_said() -> None:
    mistyped, helped = ended("run", "--no-such-option"), ended("--help")
    assert (mistyped.returncode, helped.returncode) == (2, 0)
    assert "--no-such-option" in mistyped.stderr
    assert "doctor" in helped.stdout


def test_what_is_to_be_done_at_the_end_is_done() -> None:
    script = "import atexit, sys, producer.cli; atexit.register(print, 'done'); producer.cli.start()"
    told = subprocess.run([sys.executable, "-c", script, "--version"], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines()[-1] == "done"
