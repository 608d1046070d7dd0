from __future__ import annotations

import pytest

from worker.analysis.claims import CommandClaim
from worker.analysis.dialects.commands import command_claims
from worker.analysis.dialects.layout import lay_out


def claims(text: str, words: str = "frob") -> list[CommandClaim]:
    sections = lay_out(text).sections
    return [claim for section in sections for claim in command_claims(section, words.split())]


def names(text: str, words: str = "frob") -> list[str]:
    return [claim.name for claim in claims(text, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Commands:\n  add     Add it\n  remove  Remove it\n",
        "CORE COMMANDS\n  add:     Add it\n  remove:  Remove it\n",
        "Commands:\n  add - Add it\n  remove - Remove it\n",
        "Commands:\n  add*      Add it\n  remove    Remove it\n",
        "Commands:\n  add\n  remove\n",
        "Commands:\n  add\n      Add it\n  remove\n      Remove it\n",
        "Commands:\n  frob add     Add it\n  frob remove  Remove it\n",
        "Commands:\n  o add\n\n  o remove\n",
        "Commands:\n  add NAME [-x] <y>...   Add it\n  remove NAME           Remove it\n",
        "positional arguments:\n  {add,remove}\n    add     add it\n    remove  remove it\n",
        "commands:\n  <command>\n    add     add it\n    remove  remove it\n",
    ],
)
def test_reads_a_list_of_commands(text: str) -> None:
    assert names(text) == ["add", "remove"]
    assert all(claim.sure for claim in claims(text))


def test_reads_names_beside_each_other() -> None:
    assert names("All commands:\n\n    add, list, ls,\n    remove\n") == ["add", "list", "ls", "remove"]
    assert names("Commands:\n  add       list      ls\n  remove    zap\n") == ["add", "list", "ls", "remove", "zap"]


@pytest.mark.parametrize(
    ("line", "aliases"),
    [
        ("remove, rm  Remove it", ("rm",)),
        ("remove|rm  Remove it", ("rm",)),
        ("remove (rm)  Remove it", ("rm",)),
        ("remove  Remove it [aliases: rm, del]", ("rm", "del")),
        ("remove  Remove it", ()),
    ],
)
def test_reads_other_words_for_a_command(line: str, aliases: tuple[str, ...]) -> None:
    (claim,) = claims(f"Commands:\n  {line}\n")

    assert (claim.name, claim.aliases, claim.summary) == ("remove", aliases, "Remove it")


def test_joins_what_is_said_of_a_command_in_several_lines() -> None:
    found = claims("Commands:\n  add      Add it\n           to the rest\n  remove   Remove it\n\nRead on.\n")

    assert [claim.summary for claim in found] == ["Add it to the rest", "Remove it"]


def test_keeps_what_a_list_says_of_arguments() -> None:
    assert claims("Commands:\n  add NAME [<x>]   Add it\n")[0].usage == "NAME [<x>]"


def test_a_list_under_another_heading_only_looks_like_commands() -> None:
    found = claims("work on it\n  add   Add it\n  rm    Remove it\n")

    assert [(claim.name, claim.sure) for claim in found] == [("add", False), ("rm", False)]


@pytest.mark.parametrize(
    "text",
    [
        "Examples:\n  add   Add it\n  rm    Remove it\n",
        "Environment variables:\n  add   Add it\n  rm    Remove it\n",
        "Additional help topics:\n  soils   about soils\n  water   about water\n",
        "positional arguments:\n  source  where from\n  target  where to\n",
        "positional arguments:\n  {fast,slow}  how to do it\n",
        "Options:\n  --mode X\n    fast   quickly\n    slow   slowly\n",
        "It frobs  things.\n",
        "heat\n  One sentence.  Another one.\n",
    ],
)
def test_takes_nothing_else_for_commands(text: str) -> None:
    assert names(text) == []
