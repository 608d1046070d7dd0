"""Wires the side that people type at: settings, logs, store, tokens, traces, each made when it is first needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import svcs

from shared.config import STORE_FOLDER, Settings, load_settings
from shared.interfaces.tokens import NoTokens, Tokens
from shared.store import schema
from shared.store.session import PERSON_PATIENCE_S, WORKER_PATIENCE_S, Store, open_store
from shared.utils import logging
from shared.utils.errors import UsageError
from shared.utils.tracing import Tracing, open_tracing

REPORTS_FOLDER = Path(STORE_FOLDER) / "reports"
_LEVELS = ("info", "debug")


class UnwritableFolderError(UsageError):
    """Nothing can be kept where the user stands."""

    code = "folder.unwritable"
    hint = "Go to a folder that you may write to, or set TESTRONAUT_DATABASE__URL."


class Services:
    """What a command may ask for. Nothing connects before it does."""

    def __init__(self, container: svcs.Container, settings: Settings, *, is_quiet: bool = False) -> None:
        self._container = container
        self.settings = settings
        self.is_quiet = is_quiet

    @property
    def store(self) -> Store:
        """Give the store, with the newest schema.

        Raises:
            UnwritableFolderError: its folder cannot be made or written to.
            DatabaseUnavailableError, DatabaseOutdatedError, DatabaseTooNewError: it cannot be used.

        """
        return self._container.get(Store)

    @property
    def tokens(self) -> Tokens:
        """Give the way to wake workers.

        Raises:
            NoBrokerError: no queue is configured.

        """
        tokens: Tokens = self._container.get_abstract(Tokens)
        return tokens

    @property
    def traces(self) -> Tracing:
        """Give the traces of this process."""
        return self._container.get(Tracing)


@contextmanager
def begin(ctx: click.Context, trace_file: Path | None = None, *, queue: bool = False) -> Iterator[Services]:
    """Read the settings, set up the logs, and wire the services of one command; let go of them at its end."""
    logging.unbind()
    asked = ctx.obj or {}
    settings, verbose = load_settings(), asked.get("verbose", 0)
    level = _LEVELS[min(verbose, len(_LEVELS)) - 1] if verbose else settings.log.level
    logging.configure("error" if asked.get("quiet") else level, settings.log.format)
    with svcs.Container(make_registry(settings, trace_file, queue=queue)) as container:
        yield Services(container, settings, is_quiet=asked.get("quiet", False))


def make_registry(settings: Settings, trace_file: Path | None = None, *, queue: bool = False) -> svcs.Registry:
    """Wire the services; those of the queue only for who asks for it."""
    registry = svcs.Registry()
    registry.register_factory(Store, partial(_store, settings), ping=Store.ping)
    registry.register_factory(Tokens, partial(_tokens, settings, queue=queue), ping=lambda tokens: tokens.ping())
    registry.register_factory(Tracing, partial(_traces, settings, trace_file))
    return registry


def _store(settings: Settings) -> Iterator[Store]:
    url = settings.database.url
    is_local = url.startswith("sqlite")
    require_folder(url)
    # A person who mistyped an address wants to hear of it soon; a file that others write to is worth waiting for.
    store = open_store(url, WORKER_PATIENCE_S if is_local else PERSON_PATIENCE_S)
    try:
        # Whose file it is may change it; a server's schema belongs to whoever runs the server.
        if is_local:
            schema.upgrade(store.engine)
        else:
            schema.require(store.engine)
        yield store
    finally:
        store.close()


def _tokens(settings: Settings, *, queue: bool) -> Iterator[Tokens]:
    if not queue:
        yield NoTokens()
        return
    address = settings.broker.address()
    from shared.tokens import CeleryTokens  # noqa: PLC0415 - loads the queue's libraries, which `run` never needs

    tokens = CeleryTokens(address)
    yield tokens
    tokens.close()


def _traces(settings: Settings, file: Path | None) -> Iterator[Tracing]:
    traces = open_tracing("testronaut", settings.telemetry.endpoint, file)
    yield traces
    traces.close()


def require_folder(url: str) -> None:
    """Make the folder of a SQLite database where it is missing; nothing for a server's.

    Raises:
        UnwritableFolderError: it cannot be made or written to.

    """
    if not url.startswith("sqlite:///"):
        return
    folder = Path(url.removeprefix("sqlite:///")).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFolderError(f"{folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UnwritableFolderError(f"{folder} cannot be written to")
    _hide_from_git(folder)


def _hide_from_git(folder: Path) -> None:
    """Keep the store out of the user's commits without touching their own files."""
    mark = folder / ".gitignore"
    if folder.name == STORE_FOLDER and not mark.exists():
        mark.write_text("*\n", encoding="ascii")
