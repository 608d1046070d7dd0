"""Finds the commands that a page describes: entries under a heading for commands, and sections of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from worker.analysis.dialects.heads import option_follows
from worker.analysis.manual.sections import Entry, Role, Section, role_of
from worker.analysis.manual.typeset.blocks import Block, Kind
from worker.analysis.manual.typeset.spans import squeezed

_NAME = r"[a-z0-9][\w.+:-]{0,60}"
_ARGUMENTS = r"(?P<arguments>(?: (?:[\[<({.|-]|[A-Z]|\S{1,60}\.\.\.).*)?)"
_HEAD = re.compile(rf"(?P<names>{_NAME}(?:(?:, ?| ?\| ?|, or ){_NAME}){{0,6}})(?P<page>\(\d\w{{0,5}}\))?:?{_ARGUMENTS}")
_OPTIONS_OF = re.compile(
    rf"options (?:for|of) (?:the )?(?P<behind>{_NAME})(?: command)?"
    rf"|(?P<before>{_NAME})(?: command)?(?:-specific)? options",
    re.IGNORECASE,
)
_PAGE_BEHIND = re.compile(r" \([\w.+-]{1,60} ?\(\d\w{0,5}\)\)$")
# `add - put one more into the list`
_BEFORE_SUMMARY = re.compile(r" [-\u2013\u2014]{1,2} (?=[A-Za-z])")
_SEPARATORS = re.compile(r", or |, ?| ?\| ?")
_LONGEST_SUMMARY = 200
_FEWEST_IN_USAGE = 3


@dataclass(frozen=True)
class Part:
    """What a page says about one command: its names, how it is called, and the blocks that describe it.

    It is `sure` where its head names the tool itself or a page of its own.
    """

    path: tuple[str, ...]
    aliases: tuple[str, ...]
    arguments: str
    number: int
    blocks: tuple[Block, ...]
    sure: bool = False

    @property
    def summary(self) -> str:
        """Give the first paragraph."""
        first = next((block for block in self.blocks if block.kind in {Kind.TEXT, Kind.BULLET}), None)
        return squeezed(first.text)[:_LONGEST_SUMMARY] if first else ""


def parts_of(
    sections: Sequence[Section], words: Sequence[str], in_usage: frozenset[str] = frozenset()
) -> Iterator[tuple[Section, Part]]:
    """Give the commands that a page describes, each with the section where it stands; `words` call the page's own.

    `in_usage` are words of its usage lines: one that has an entry is a command, whatever the heading says.
    """
    for section in sections:
        own = _section_part(section, words)
        if own is not None:
            yield section, own
        elif section.role is Role.COMMANDS:
            yield from ((section, part) for part in _listed(section, words))
        elif section.role is Role.OTHER and in_usage:
            found = [part for part in _listed(section, words) if part.path[0] in in_usage]
            if len(found) >= _FEWEST_IN_USAGE:
                yield from ((section, replace(part, sure=True)) for part in found)


def options_for(section: Section, names: frozenset[str]) -> str | None:
    """Name the command whose options a heading announces, as in `ADD OPTIONS`."""
    found = _OPTIONS_OF.fullmatch(section.heading)
    name = (found["behind"] or found["before"]).lower() if found else None
    return name if name in names else None


def _section_part(section: Section, words: Sequence[str]) -> Part | None:
    if not section.above and section.role is not Role.OTHER:
        return None
    stands_below_commands = bool(section.above) and role_of(section.above) is Role.COMMANDS
    if section.heading.isupper() and not stands_below_commands:
        return None  # in capitals, words that call the tool are no others than those of a phrase: `FROB RULES`
    return _part(section.heading, section.number, section.blocks, words, needs_words=not stands_below_commands)


def _listed(section: Section, words: Sequence[str]) -> Iterator[Part]:
    items = section.items
    options = sum(bool(item.heads) for item in items if isinstance(item, Entry))
    if options > sum(isinstance(item, Entry) for item in items) / 2:
        return  # commands that are options, as `--sign`
    of_option: int | None = None  # how far right the last option stands: what is deeper belongs to it
    for item in items:
        if isinstance(item, Entry) and item.heads:
            of_option = item.indent
        elif isinstance(item, Entry) and (of_option is None or item.indent <= of_option):
            part = _part(item.tag, item.number, item.body, words)
            if part is not None:
                yield part
        elif isinstance(item, Block) and item.kind is Kind.BULLET:
            has_summary = _BEFORE_SUMMARY.search(item.marked) is not None
            part = _part(item.marked, item.number, (), words) if has_summary else None
            if part is not None:
                yield part


def _part(
    head: str, number: int, blocks: Sequence[Block], words: Sequence[str], *, needs_words: bool = False
) -> Part | None:
    name = _BEFORE_SUMMARY.split(head, maxsplit=1)[0].rstrip()
    text, has_words = _without_words(_PAGE_BEHIND.sub("", name), words)
    found = _HEAD.fullmatch(text)
    if found is None or option_follows(text) or (needs_words and not has_words):
        return None
    names = _SEPARATORS.split(found["names"])
    if not has_words and (found["page"] or len(names[0]) == 1):
        return None
    return Part(
        path=(names[0],),
        aliases=tuple(dict.fromkeys(names[1:])),
        arguments=found["arguments"].strip(),
        number=number,
        blocks=tuple(blocks),
        sure=has_words,
    )


def _without_words(head: str, words: Sequence[str]) -> tuple[str, bool]:
    """Take away the words that call the page's own command, parted by blanks or by hyphens."""
    for joint in (" ", "-"):
        prefix = joint.join(words) + joint
        if head.lower().startswith(prefix.lower()):
            rest = head[len(prefix) :]
            return (rest.lower() if head.isupper() else rest), True
    return head, False
