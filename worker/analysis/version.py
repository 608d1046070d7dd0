"""Finds out which version of itself a tool names, and by which call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.models.call import Call
from shared.models.cli_tool import Command
from shared.utils.text import one_line
from worker.analysis.asking import Asker
from worker.knowledge.refusals import read_refusals

_NUMBER = re.compile(r"\d+\.\d+|\bversion:? v?\d+\b|^v?\d+$", re.IGNORECASE)
_ABOUT_VERSION = re.compile(r"\bversion\b", re.IGNORECASE)
_USAGE = re.compile(r"^\s*usage\b", re.IGNORECASE | re.MULTILINE)
_MOST_CALLS = 4
_LONGEST_LINE = 200


class Version(NamedTuple):
    """The line that names a version, the text in which it stood, and the words of the call that showed it."""

    line: str
    text: str
    argv: tuple[bytes, ...]


def find_version(asker: Asker, root: Command) -> Version | None:
    """Ask for the version in the ways that are documented, then in those that are usual."""
    for argv in list(dict.fromkeys(_ways(root)))[:_MOST_CALLS]:
        answer = asker.ask(Call(argv=argv))
        for text in answer.texts if answer else ():
            line = _version_line(text)
            if line:
                return Version(line, text, argv)
    return None


def _ways(root: Command) -> Iterator[tuple[bytes, ...]]:
    names = {name: option for option in root.options for name in option.names}
    about = {name for name, option in names.items() if _ABOUT_VERSION.search(option.description[:60])}
    yield from ((name.encode(),) for name in ("--version", "-version", "--Version") if name in names)
    yield from ((name.encode(),) for name in ("-V", "-v", "--ver") if name in about)
    yield (b"--version",)
    if "version" in root.subcommands:
        yield (b"version",)
    yield (b"-V",)


def _version_line(text: str) -> str | None:
    """Give the first line that names a version; a text that refuses, or shows help, names none."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = next((line for line in lines[:3] if _NUMBER.search(line)), None)
    is_answer = found is not None and not _USAGE.search(text) and not read_refusals(text)
    return one_line(found, _LONGEST_LINE) if found and is_answer else None
