from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.dialects.reading import read_help
from worker.analysis.doors import Page
from worker.analysis.hints import bare_names, fuller_calls, is_about_every_command

HELP = "usage: frob [options]\n\nOptions:\n  -a, --all   all of it\n"


def calls(text: str, *, is_root: bool = True) -> list[str]:
    page = Page(None, (), text, read_help(text, ["frob"]))
    return [b" ".join(argv).decode() for argv in fuller_calls(page, is_root=is_root)]


@pytest.mark.parametrize(
    ("hint", "asked"),
    [
        ("For all options use '--help all'.", ["--help all"]),
        ("Try 'frob --help <simple|list|all>'", ["--help all"]),
        ("Use --help-all to see everything.", ["--help-all"]),
        ("See 'frob --help --all'.", ["--help --all"]),
        ("frob --help=full shows more", ["--help=full"]),
        ("Use -hh for the advanced options.", ["-hh"]),
        ("'frob help -a' lists available subcommands", ["help -a"]),
        ("See all commands with --list", ["--list"]),
        ("  --list   List installed commands", ["--list"]),
        ("  -k, --known   print the available commands and exit", ["--known"]),
        ("or: frob --list[-full]", []),
        ("That is all the help.", []),
        ("  --list   list the files of the archive", []),
        ("see help --all about cats", []),
        ("  --by=COMMAND   show what the commands match", []),
    ],
)
def test_help_may_say_where_there_is_more(hint: str, asked: list[str]) -> None:
    assert calls(f"{HELP}{hint}\n") == asked


def test_a_bare_option_in_the_usage_of_the_tool_may_list_its_commands() -> None:
    text = "usage: frob [function [arguments]...]\n   or: frob --list[-full]\n"

    assert calls(text) == ["--list"]
    assert calls(text, is_root=False) == []


def test_lists_of_all_commands_are_asked_of_the_tool_alone() -> None:
    assert calls(f"{HELP}'frob help -a' lists available subcommands\n", is_root=False) == []


def test_names_below_each_other_are_a_list() -> None:
    assert bare_names("ls\ncat\n[\nls\n\n") == ("ls", "cat", "[")


@pytest.mark.parametrize("text", ["", "one\n", "one two\nthree\n", "Usage:\nfrob\n", "-a\n-b\n"])
def test_other_texts_are_no_list_of_names(text: str) -> None:
    assert bare_names(text) == ()


@given(st.text(max_size=300))
def test_no_text_raises_anything(text: str) -> None:
    assert len(calls(text)) <= 3


def test_a_text_about_every_command_is_told_from_one_about_its_own() -> None:
    commands = "pan add [<flags>] [<file>...]\n    Add one.\n\n    --wet  Wet\n\npan query* [<flags>]\n    Ask.\n"
    assert is_about_every_command(f"usage: sieve [<flags>] <command>\n\nCommands:\n{commands}")
    assert not is_about_every_command("usage: sieve pan add [<flags>] [<file>...]\n\nFlags:\n  --wet  Wet\n")
    assert not is_about_every_command("Commands:\n  pan\n    add [<flags>]\n    query* [<flags>]\n")
