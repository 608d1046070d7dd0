"""The formats of an interface."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.interface.formats import WRITERS
from producer.interface.tree import interface_tree
from shared.models.cli_tool import Argument, CliTool, Command, Option, Takes
from shared.utils.text import visible
from tests.fakes.interfaces import hostile, interface, loom, valued


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


def _words(least: int = 0) -> st.SearchStrategy[str]:
    return st.text(min_size=least, max_size=12)


@st.composite
def _tools(draw: st.DrawFn) -> CliTool:
    """Draw an interface of whatever the model lets through."""
    names = draw(st.lists(st.text("-+=:x$`'\"\\*?[]{}()!#~&|;<>@é", min_size=1, max_size=6), max_size=4, unique=True))
    options = [
        valued(
            name,
            takes=draw(st.sampled_from(Takes)) if index else Takes.REQUIRED,
            description=draw(_words()),
            default=draw(st.none() | _words()),
            joined=draw(st.sampled_from((None, "", "="))),
            negates=draw(st.none() | st.sampled_from(names)),
            inherited=draw(st.booleans()),
            hidden=draw(st.booleans()),
            choices=None if index else draw(st.lists(_words(), max_size=3)),
        )
        for index, name in enumerate(names)
    ]
    argument = Argument(
        name=draw(_words(1)), variadic=draw(st.booleans()), choices=draw(st.none() | st.just(("a", "\n")))
    )
    word = "".join(draw(_words()).split()) or "x"
    aliases = draw(st.lists(_words(), max_size=3))
    return interface(
        Command(options=options, summary=draw(_words()), subcommands=(word,)),
        Command(path=word, aliases=aliases, arguments=(argument,), options=options[:2]),
        name=draw(_words(1)),
        argv=(draw(st.binary(min_size=1, max_size=5).map(lambda raw: raw.replace(b"\0", b"?"))),),
        version=draw(st.none() | _words()),
    )


@given(_tools())
def test_whatever_a_tool_says_it_can_be_written(tool: CliTool) -> None:
    for form, write in WRITERS.items():
        if form != "json":
            text = write(tool).decode()
            assert visible(text, keep="\n\t") == text, form
    for line in interface_tree(tool, 80):
        assert visible(line.plain) == line.plain


def test_json_holds_every_command() -> None:
    assert set(json.loads(WRITERS["json"](loom()))["commands"]) == set(loom().commands)
