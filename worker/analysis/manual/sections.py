"""Takes a laid-out page apart: sections with what they are for, and in them the entries of options and of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from worker.analysis.dialects.layout import Kind as Announced
from worker.analysis.dialects.layout import kind_of
from worker.analysis.manual.heads import Head, read_heads
from worker.analysis.manual.typeset.blocks import Block, Kind
from worker.analysis.manual.typeset.spans import squeezed

_MOST_HEADS = 12
_BEGINS_HEAD = frozenset("-\u2013\u2014<")
# `add <path> [<name>]`, `remote-add(1)`
_COMMAND = re.compile(
    r"[a-z0-9][\w.+:-]{0,60}(?:\(\d\w{0,5}\))?(?: (?:[\[<({|.A-Z-]|\S{1,60}\.\.\.)\S*){0,12}", re.IGNORECASE
)


class Role(Enum):
    """What a section is for; ASIDE is what may look like an interface and is none."""

    NAME = auto()
    USAGE = auto()
    OPTIONS = auto()
    COMMANDS = auto()
    ARGUMENTS = auto()
    EXAMPLES = auto()
    VARIABLES = auto()
    ASIDE = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Section:
    """The blocks below a heading, down to the next one of any level; `above` is the heading it stands under."""

    heading: str
    role: Role
    number: int
    blocks: tuple[Block, ...]
    above: str = ""

    @cached_property
    def items(self) -> tuple[Entry | Block, ...]:
        """Give its entries, and the blocks that belong to none."""
        return tuple(items_of(self.blocks))


@dataclass(frozen=True)
class Entry:
    """Heads that share a description: those of options, or, where there are none, the words that the tag says."""

    heads: tuple[Head, ...]
    tag: str
    tags: tuple[Block, ...]
    body: tuple[Block, ...]

    @property
    def number(self) -> int:
        """Give the line of the first head."""
        return self.tags[0].number

    @property
    def indent(self) -> int:
        """Tell how far right the heads stand."""
        return self.tags[0].indent


_ROLES = tuple(
    (re.compile(pattern, re.IGNORECASE), role)
    for pattern, role in (
        (r"^name$", Role.NAME),
        (r"^(?:synopsis|usage|syntax)\b", Role.USAGE),
        (r"^environment\b|\benvironment variables\b", Role.VARIABLES),
        (r"^description$|^overview$|^introduction$", Role.OTHER),
        (
            (
                r"^(?:see also|exit|return|files?|bugs|known|authors?|copyright|history|notes?|standards|conforming"
                r"|compat|diagnostics|reporting|security|caveats|warnings?|limitations|licen[cs]e|credits|version"
                r"|availability|signals|colophon|acknowledg|trademarks|resources|contact|discussion|mailing|contribut|thanks"
                r"|differences)"
            ),
            Role.ASIDE,
        ),
    )
)
_BY_KIND = {
    Announced.OPTIONS: Role.OPTIONS,
    Announced.COMMANDS: Role.COMMANDS,
    Announced.ARGUMENTS: Role.ARGUMENTS,
    Announced.EXAMPLES: Role.EXAMPLES,
}
# What stands under such a heading is of its kind, whatever a heading below it says.
_RULING = frozenset({Role.USAGE, Role.EXAMPLES, Role.VARIABLES, Role.ASIDE})


def role_of(heading: str) -> Role:
    """Say what a heading announces."""
    known = next((role for pattern, role in _ROLES if pattern.search(heading)), None)
    return known or _BY_KIND.get(kind_of(heading), Role.OTHER)


def sections_of(blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Give the sections of a page; what stands before the first heading has none."""
    found: list[Section] = []
    above, ruling = "", Role.OTHER
    start, heading, role, number = 0, "", Role.OTHER, 1
    for place, block in enumerate(blocks):
        if block.kind not in {Kind.HEADING, Kind.SUBHEADING}:
            continue
        found.append(Section(heading, role, number, tuple(blocks[start:place]), above if heading != above else ""))
        heading, number, start = squeezed(block.text).rstrip(":"), block.number, place + 1
        if block.kind is Kind.HEADING:
            above, ruling = heading, role_of(heading)
            role = ruling
        else:
            own = role_of(heading)
            role = ruling if ruling in _RULING or own in {Role.OTHER, Role.NAME, Role.ASIDE} else own
    found.append(Section(heading, role, number, tuple(blocks[start:]), above if heading != above else ""))
    return tuple(section for section in found if section.heading or section.blocks)


def items_of(blocks: Sequence[Block]) -> Iterator[Entry | Block]:
    """Give the entries among blocks and the blocks that belong to none; what stands below an entry is its body."""
    at = 0
    while at < len(blocks):
        end = _end_of_heads(blocks, at)
        if end == at:
            yield blocks[at]
            at += 1
            continue
        below = _end_of_body(blocks, end, blocks[at].indent)
        heads = tuple(head for block in blocks[at:end] for head in heads_in(block))
        tag = blocks[at].marked
        yield Entry(heads, tag, tuple(blocks[at:end]), tuple(blocks[end:below]))
        at = below


def heads_in(block: Block) -> tuple[Head, ...]:
    """Read the heads of options in a line that has nothing else, or nothing if it is not such a line."""
    if block.kind is not Kind.TAG and block.spans[0].text.lstrip()[:1] not in _BEGINS_HEAD:
        return ()
    return read_heads(block.marked, block.number, is_tag=block.kind is Kind.TAG)


def _may_be_head(blocks: Sequence[Block], at: int) -> bool:
    block = blocks[at]
    if block.kind is Kind.TAG:
        return True
    if block.kind is Kind.VERBATIM:
        return False
    following = next((one for one in blocks[at + 1 : at + _MOST_HEADS] if not heads_in(one)), None)
    is_above = following is not None and following.indent > block.indent
    return is_above and bool(heads_in(block) or _COMMAND.fullmatch(block.marked))


def _end_of_heads(blocks: Sequence[Block], at: int) -> int:
    """Find the end of the heads that begin at a place; the place itself where none does."""
    indent = blocks[at].indent
    end = at
    while end < len(blocks) and blocks[end].indent == indent and _may_be_head(blocks, end):
        end += 1
    return end


def _end_of_body(blocks: Sequence[Block], at: int, indent: int) -> int:
    while at < len(blocks) and blocks[at].indent > indent:
        at += 1
    return at
