"""What a help says of more of it behind another call: all options, all commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.models.cli_tool import Takes
from worker.analysis.claims import Reading
from worker.analysis.doors import Page

_ALL = r"(?:all|full|long|everything)"
_ALL_OPTIONS = re.compile(
    rf"(?<![\w-])(?:(?P<word>--?help)(?:(?P<value>=| )[<\[]?(?:\w+\|)*(?P<all>{_ALL})\b| (?P<two>--all|-v|--verbose)\b)"
    rf"|(?P<one>--?help-?{_ALL}\w*|--(?:long|full|all|extended|advanced)-?help|-hh|-HH)(?![\w-]))"
)
_ALL_COMMANDS = re.compile(
    r"(?<![\w-])(?P<call>(?:help|list|commands) (?:-a|--all|all|commands)|--list-commands|--commands|--list)(?![\w=-])"
)
_SPEAKS_OF_COMMANDS = re.compile(r"\b(?:sub-?)?commands?\b|\bapplets?\b|\bfunctions?\b", re.IGNORECASE)
_LISTS_COMMANDS = re.compile(
    r"\b(?:list|show|print|display)\w*\b[^.;]{0,40}\b(?:(?:sub-?)?commands|applets|functions)\b", re.IGNORECASE
)
_LISTING = frozenset({"--list", "--commands"})
_NAME = re.compile(r"[a-z0-9\[][\w.+:\[-]{0,40}")
_SAME_LINE = 160
_MOST_HINTS = 3
# `report add [<flags>] [<file>]` at the margin, with what it takes below it (kingpin's long help).
_COMMAND_WITH_OPTIONS = re.compile(
    r"^[a-z][\w-]{0,40}\*?(?: [a-z][\w-]{0,40}\*?){0,5} \[<?(?:flags|options)>?\]", re.MULTILINE
)
_FEWEST_COMMANDS = 2


def fuller_calls(page: Page, *, is_root: bool) -> tuple[tuple[bytes, ...], ...]:
    """Give the calls that a page names to see what it leaves out; each asks for a text, and none for an action.

    All options: `--help all`, `--help-all`, `--help --verbose`, `-hh`. All commands: `help -a`, and options that are
    said to list them. A subcommand is called only where it is one of help.
    """
    of_the_tool = [*_named_commands(page.text), *_bare_lists(page.reading)] if is_root else []
    named = [*_named_options(page.text), *of_the_tool, *_listing_options(page.reading)]
    asked = tuple(tuple(word.encode() for word in words) for words in dict.fromkeys(named))
    return tuple(argv for argv in asked if argv != page.argv)[:_MOST_HINTS]


def _named_options(text: str) -> Iterator[tuple[str, ...]]:
    for found in _ALL_OPTIONS.finditer(text):
        if found["one"]:
            yield (found["one"],)
        elif found["two"]:
            yield (found["word"], found["two"])
        elif found["value"] == "=":
            yield (f"{found['word']}={found['all']}",)
        else:
            yield (found["word"], found["all"])


def _named_commands(text: str) -> Iterator[tuple[str, ...]]:
    for found in _ALL_COMMANDS.finditer(text):
        words = found["call"].split()
        around = _line_around(text, found.start(), found.end()).replace(found["call"], "", 1)
        if (words[0] == "help" or words[0].startswith("-")) and _SPEAKS_OF_COMMANDS.search(around):
            yield tuple(words)


def _line_around(text: str, start: int, end: int) -> str:
    before = text[max(0, start - _SAME_LINE) : start].rpartition("\n")[2]
    return before + text[start:end] + text[end : end + _SAME_LINE].partition("\n")[0]


def _listing_options(reading: Reading) -> Iterator[tuple[str, ...]]:
    for claim in reading.options:
        if claim.takes is not Takes.REQUIRED and _LISTS_COMMANDS.search(claim.description):
            yield (max(claim.names, key=len),)


def _bare_lists(reading: Reading) -> Iterator[tuple[str, ...]]:
    for claim in reading.options:
        if not claim.description and not _LISTING.isdisjoint(claim.names):
            yield (max(claim.names, key=len),)


def is_about_every_command(text: str) -> bool:
    """Tell a text that describes the options of several commands below each other; each of them shows its own."""
    return len(_COMMAND_WITH_OPTIONS.findall(text)) >= _FEWEST_COMMANDS


def bare_names(text: str) -> Sequence[str]:
    """Read a text that is nothing but names below each other, as lists for programs are; else nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_list = len(lines) > 1 and all(_NAME.fullmatch(line) for line in lines)
    return tuple(dict.fromkeys(lines)) if is_list else ()
