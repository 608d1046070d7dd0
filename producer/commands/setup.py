"""Commands that set up: doctor."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import click

from producer import screen
from producer.codes import EXIT_CLEAN, EXIT_FINDINGS
from producer.console import say
from shared.config import ConfigError, Settings, load_settings, unknown_variables
from shared.health import Health
from shared.interfaces.executor import Capabilities
from shared.interfaces.tokens import NoTokens, Tokens
from shared.utils import logging
from shared.utils.bug_report import own_version
from shared.utils.text import count
from shared.utils.tracing import ENDPOINT_VARIABLE
from shared.utils.validation import without_password
from worker import embedded

_SQLITE = "sqlite:///"
# Never chosen for a tool of this machine unless they are named.
_ON_REQUEST = frozenset({"docker", "local"})


class State(StrEnum):
    """How something is: `off` is not needed, `warn` works all the same, `bad` is needed and does not work."""

    OK = "ok"
    OFF = "off"
    WARN = "warn"
    BAD = "bad"


class Line(NamedTuple):
    """What doctor says of one thing, and how to mend it."""

    name: str
    state: State
    detail: str = ""
    fix: str = ""


@click.command()
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(form: str) -> int:
    """Say what works here, and how to mend what does not; 1 when something that is needed does not work."""
    logging.configure("error")
    lines = list(_lines())
    if form == "json":
        click.echo(json.dumps([line._asdict() for line in lines], indent=2))
    else:
        say(screen.doctor_line(*line) for line in lines)
    return EXIT_FINDINGS if any(line.state is State.BAD for line in lines) else EXIT_CLEAN


def _lines() -> Iterator[Line]:
    yield Line("testronaut", State.OK, own_version())
    yield Line("python", State.OK, f"{platform.python_version()} on {platform.system()} {platform.release()}")
    try:
        settings = load_settings()
    except ConfigError as error:
        yield Line("settings", State.BAD, error.message, error.hint)
        return
    yield from _sandboxes(settings)
    yield from _services(settings)
    yield _traces(settings)
    yield from _variables()


def _sandboxes(settings: Settings) -> Iterator[Line]:
    wanted = settings.execution.sandbox
    probed = embedded.probe_sandboxes()
    is_any = any(one.is_usable for one in probed if one.executor not in _ON_REQUEST)
    for one in probed:
        is_needed = one.executor == wanted or (wanted == "auto" and not is_any and one.executor not in _ON_REQUEST)
        yield _sandbox(one, is_needed=is_needed)


def _sandbox(found: Capabilities, *, is_needed: bool) -> Line:
    name = f"sandbox {found.executor}"
    if not found.is_usable:
        return Line(name, State.BAD if is_needed else State.OFF, "cannot be used here", found.fix)
    held = sum(hold.holds for hold in found.holds)
    detail = f"{found.level}: {held} of {count(len(found.holds), 'check')} hold"
    missing = f"does not hold: {', '.join(found.missing)}" if found.missing else ""
    return Line(name, State.WARN if missing else State.OK, detail, missing or found.fix)


def _services(settings: Settings) -> Iterator[Line]:
    is_queued = settings.broker.url is not None
    for health in embedded.ask_services(settings, lambda: _tokens(settings)):
        match health.service:
            case "store":
                yield _database(settings, health)
            case "tokens" if is_queued:
                state = State.OK if health.is_well else State.BAD
                detail = health.detail or without_password(settings.broker.url or "")
                yield Line("broker", state, detail, health.hint)
            case "tokens":
                yield Line("broker", State.OFF, "not configured", "Only submit, worker and steward need it.")
            case _:
                continue


def _database(settings: Settings, health: Health) -> Line:
    url = settings.database.url
    is_to_be_made = url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists()
    if is_to_be_made:
        return Line("database", State.OK, f"{url.removeprefix(_SQLITE)} is made at the first use")
    if health.is_well:
        return Line("database", State.OK, without_password(url))
    return Line("database", State.BAD, health.detail, health.hint)


def _traces(settings: Settings) -> Line:
    endpoint = os.environ.get(ENDPOINT_VARIABLE) or settings.telemetry.endpoint
    if endpoint:
        return Line("traces", State.OK, f"go to {without_password(endpoint)}")
    return Line("traces", State.OFF, "no endpoint set", f"Set {ENDPOINT_VARIABLE}; testronaut trace works without.")


def _variables() -> Iterator[Line]:
    for name, likely in unknown_variables():
        fix = f"Near: {', '.join(likely)}" if likely else ""
        yield Line("settings", State.WARN, f"{name} is no setting", fix)


def _tokens(settings: Settings) -> Tokens:
    if settings.broker.url is None:
        return NoTokens()
    from shared.tokens import CeleryTokens  # noqa: PLC0415 - loads the queue's libraries, which few need

    return CeleryTokens(settings.broker.url)
