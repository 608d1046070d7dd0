"""Asks every wired service for its ping."""

from __future__ import annotations

from typing import NamedTuple

import svcs

from shared.utils.errors import TestronautError


class Health(NamedTuple):
    """What one service answered; `hint` is the next thing to type when it is not well."""

    service: str
    is_well: bool
    detail: str = ""
    hint: str = ""


def ask_all(container: svcs.Container) -> list[Health]:
    """Ping every wired service that can be asked, by name."""
    found = [_ask(ping) for ping in container.get_pings()]
    return sorted(found)


def _ask(ping: svcs.ServicePing) -> Health:
    name = ping.name.rsplit(".", 1)[-1].lower()
    try:
        ping.ping()
    except TestronautError as error:
        return Health(name, is_well=False, detail=error.message, hint=error.hint)
    except Exception as error:  # noqa: BLE001 - whatever a service raises, it is not well
        return Health(name, is_well=False, detail=f"{type(error).__name__}: {error}")
    return Health(name, is_well=True)
