"""Finds the names of commands in a section: entries, words in braces, lists with commas, columns of names.

add <name>, a   Add it         {add,remove}         add, remove, rename         tool add  Add it
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from worker.analysis.claims import CommandClaim
from worker.analysis.dialects.heads import option_follows
from worker.analysis.dialects.layout import GAP, Kind, Line, Section, deeper

_NAME = r"[a-z0-9_](?:[\w+-]|[.:](?=\w))*"
_WHOLE_NAME = re.compile(_NAME)
_PLUGIN_MARK = re.compile(r"[*:]$")
_ARGUMENTS = r"(?P<arguments>(?: (?>[<\[({.-]\S*|[A-Z][A-Z0-9_=.<>\[\]-]*(?:\.{3})?|\S+?\.{3}(?!\S)))*+)"
_HEAD = re.compile(rf"(?P<names>{_NAME}(?:(?:, ?| ?\| ?| \(){_NAME}\)?)*)[*:]?{_ARGUMENTS}")
_DASH = re.compile(r" (?:--?|[\u2013\u2014]) | ?: ")
_BRACES = re.compile(r"\{([\w.+:-]+(?:,[\w.+:-]+)*)\}(?: ?\.\.\.)?(?:\s{2,}\S.*)?$")
_STANDS_FOR_COMMAND = re.compile(r"[<\[]?(?:sub-?)?(?:command|cmd|action)[>\]]?", re.IGNORECASE)
_LIST_BREAK = re.compile(r"\s*,\s*")
_ALIAS_NOTE = re.compile(r"[\[(](?:aliases|alias|also|short): ([\w.+:-]+(?:, [\w.+:-]+)*)[\])]", re.IGNORECASE)
_ONLY_A_NAME = re.compile(rf"{_NAME}[*]?")
_ONLY_MARKS = re.compile(r"[^\w\s]{1,3}")
_BULLET = re.compile(r"[o*] +(?=\S+$)")
_LONGEST_NAME = 40
_LONGEST_SUMMARY = 200
_FEWEST_IN_A_LIST = 3


@dataclass
class _Entry:
    names: tuple[str, ...]
    arguments: str
    indent: int
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Nest:
    names: tuple[str, ...]
    lines: tuple[Line, ...]


def command_claims(section: Section, words: Sequence[str]) -> tuple[CommandClaim, ...]:
    """Give the commands that a section names; `words` are those of the command whose text it is.

    Under a heading that speaks of commands they are sure, elsewhere they only look like commands.
    """
    if section.kind in {Kind.EXAMPLES, Kind.ASIDE, Kind.ALIASES, Kind.OPTIONS}:
        return ()
    if section.kind is Kind.COMMANDS:
        listed = _listed(section.lines)
        if listed:
            return tuple(CommandClaim(name, sure=True) for name in listed)
    nest = _nest(section.lines, words[-1] if len(words) > 1 and section.kind is Kind.COMMANDS else None)
    if section.kind is Kind.ARGUMENTS and nest is None:
        return ()
    is_sure = section.kind is Kind.COMMANDS or nest is not None
    lines = section.lines if nest is None else nest.lines
    claims = _claims(_entries(lines, words, is_sure=is_sure), is_sure=is_sure)
    known = {claim.name for claim in claims}
    bare = [CommandClaim(name, sure=True) for name in (nest.names if nest else ()) if name not in known]
    return (*claims, *bare)


def _claims(entries: Sequence[_Entry], *, is_sure: bool) -> tuple[CommandClaim, ...]:
    described = [entry for entry in entries if entry.lines]
    if not is_sure and (len(described) < len(entries) or len(entries) < 2):  # noqa: PLR2004 - a list has two items
        return ()
    return tuple(_claim(entry, is_sure=is_sure) for entry in entries)


def _claim(entry: _Entry, *, is_sure: bool) -> CommandClaim:
    text = " ".join(entry.lines)
    noted = _ALIAS_NOTE.search(text)
    aliases = (*entry.names[1:], *(noted[1].split(", ") if noted else ()))
    summary = _ALIAS_NOTE.sub("", text).strip()[:_LONGEST_SUMMARY]
    return CommandClaim(entry.names[0], summary, tuple(dict.fromkeys(aliases)), entry.arguments.strip(), is_sure)


def _entries(lines: Sequence[Line], words: Sequence[str], *, is_sure: bool) -> list[_Entry]:
    """Read entries that begin in one column; a line further left ends the list until one fits again."""
    entries: list[_Entry] = []
    now: _Entry | None = None
    for line in lines:
        is_candidate = not entries or line.indent == entries[0].indent
        begun = _begin(line, words, is_sure=is_sure) if is_candidate else None
        if begun:
            entries.append(begun)
            now = begun
        elif now is not None and line.indent > now.indent:
            now.lines.append(line.text)
        else:
            now = None
    return entries


def _begin(line: Line, words: Sequence[str], *, is_sure: bool) -> _Entry | None:
    if option_follows(line.text):
        return None
    text = _BULLET.sub("", _without_words(line.text, words))
    gap = GAP.search(text) or (_DASH.search(text) if is_sure else None)
    head = text[: gap.start()] if gap else text if is_sure else ""
    found = _HEAD.fullmatch(head)
    if not found or len(head) - len(found["arguments"]) > _LONGEST_NAME + len(found["names"]):
        return None
    names = tuple(_PLUGIN_MARK.sub("", name) for name in re.split(r", ?| ?\| ?| \(|\)", found["names"]) if name)
    description = text[gap.end() :].strip() if gap else ""
    return _Entry(names, found["arguments"], line.indent, [description] if description else [])


def _without_words(text: str, words: Sequence[str]) -> str:
    """Take away the tool's own words where they stand in front of each command."""
    for start in range(len(words)):
        prefix = " ".join(words[start:]) + " "
        if text.startswith(prefix):
            return text[len(prefix) :].lstrip()
    return text


def _listed(lines: Sequence[Line]) -> tuple[str, ...]:
    """Read names that stand beside each other, with commas or in columns, and nothing else."""
    text = ", ".join(line.text.rstrip(",") for line in lines)
    if any("," in line.text for line in lines):
        names = [name for name in _LIST_BREAK.split(text) if name]
    elif any(len(GAP.split(line.text)) > 2 for line in lines):  # noqa: PLR2004 - more than name and description
        names = [name for line in lines for name in GAP.split(line.text)]
    else:
        return ()
    names = [name for name in names if not _ONLY_MARKS.fullmatch(name)]
    is_list = len(names) >= _FEWEST_IN_A_LIST and all(_ONLY_A_NAME.fullmatch(name) for name in names)
    return tuple(dict.fromkeys(names)) if is_list else ()


def _nest(lines: Sequence[Line], own_name: str | None) -> _Nest | None:
    """Find the commands that stand deeper below `{a,b,c}`, the word for a command, or the name of their parent."""
    for place, line in enumerate(lines):
        braces = _BRACES.match(line.text)
        if braces or line.text == own_name or _STANDS_FOR_COMMAND.fullmatch(line.text):
            names = tuple(name for name in (braces[1].split(",") if braces else ()) if _WHOLE_NAME.fullmatch(name))
            below = tuple(deeper(lines, place))
            firsts = {re.split(r"[\s,(]", one.text, maxsplit=1)[0] for one in below}
            if firsts & set(names) or (below and not braces):
                return _Nest(names, below)
    return None
