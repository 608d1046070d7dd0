"""The formats of an interface."""

from __future__ import annotations

import json

import pytest

from producer.interface.formats import WRITERS
from shared.models.cli_tool import Command, Option
from tests.fakes.interfaces import hostile, interface, loom


@pytest.mark.parametrize("form", [*WRITERS])
def test_each_is_the_same_every_time_and_utf8(form: str) -> None:
    for tool in (loom(), hostile()):
        content = WRITERS[form](tool)
        assert content == WRITERS[form](tool)
        assert content.decode()
        assert content.endswith(b"\n")


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "json"])
def test_half_a_character_breaks_none(form: str) -> None:
    tool = interface(Command(summary="\ud800", options=(Option(names=("--a",), description="\udfff x"),)))
    assert WRITERS[form](tool).decode()


def test_json_holds_every_command() -> None:
    assert set(json.loads(WRITERS["json"](loom()))["commands"]) == set(loom().commands)
