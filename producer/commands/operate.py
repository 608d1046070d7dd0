"""Commands that operate: worker, steward, db."""

from __future__ import annotations

import os
import sys

import click

from producer.bootstrap import require_folder
from producer.codes import EXIT_CLEAN, EXIT_FINDINGS
from shared.config import PREFIX, Settings, load_settings
from shared.store import migrating, schema
from shared.store.session import make_engine
from shared.utils import logging
from shared.utils.text import count

_LEVELS = ("info", "debug")


@click.command()
@click.option("-c", "--concurrency", type=click.IntRange(1, 256), help="Turns at once.  [default: one per processor]")
@click.option("--health-port", type=click.IntRange(0, 65535), help="Port of /livez, /readyz, /metrics; 0: none.")
@click.pass_context
def worker(ctx: click.Context, concurrency: int | None, health_port: int | None) -> int:
    """Start a worker with its steward beside it; SIGTERM ends both in order."""
    _require_broker()
    return _become(ctx, [], {"WORKER__SLOTS": concurrency, "WORKER__HEALTH_PORT": health_port})


@click.command()
@click.option("--health-port", type=click.IntRange(0, 65535), help="Port of /livez, /readyz, /metrics; 0: none.")
@click.pass_context
def steward(ctx: click.Context, health_port: int | None) -> int:
    """Start a steward alone: it gives back lost work and sends lost tokens again."""
    _require_broker()
    return _become(ctx, ["steward"], {"WORKER__HEALTH_PORT": health_port})


@click.group()
def db() -> None:
    """Look after the schema of the database."""


@db.command()
def upgrade() -> int:
    """Bring the database to the newest revision; harmless when several do it at once."""
    url = _settings().database.url
    require_folder(url)
    click.echo(f"at revision {schema.upgrade(make_engine(url))}")
    return EXIT_CLEAN


@db.command()
def current() -> int:
    """Name the database's revision, and the newest that this version knows."""
    revision = schema.current(make_engine(_settings().database.url))
    click.echo(f"{revision or 'empty'} (newest: {schema.head()})")
    return EXIT_CLEAN


@db.command()
def check() -> int:
    """Compare the database with what this version needs; 1 when they differ."""
    engine = make_engine(_settings().database.url)
    schema.require(engine)
    found = migrating.differences(engine)
    for difference in found:
        click.echo(difference)
    click.echo(count(len(found), "difference") if found else "models and database agree")
    return EXIT_FINDINGS if found else EXIT_CLEAN


def _settings() -> Settings:
    settings = load_settings()
    logging.configure(settings.log.level, settings.log.format)
    return settings


def _require_broker() -> None:
    load_settings().broker.address()


def _become(ctx: click.Context, words: list[str], settings: dict[str, int | None]) -> int:
    """Turn this process into the worker's: signals reach it, and a `worker` folder here is never imported."""
    environment = dict(os.environ)
    environment |= {PREFIX + name: str(value) for name, value in settings.items() if value is not None}
    verbose = (ctx.obj or {}).get("verbose", 0)
    if verbose:
        environment[f"{PREFIX}LOG__LEVEL"] = _LEVELS[min(verbose, len(_LEVELS)) - 1]
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", "-m", "worker", *words], environment)  # noqa: S606 - ourselves
