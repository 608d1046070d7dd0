"""Reads manual pages: what they claim about the command that each is about, and about those it describes by the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from shared.models.cli_tool import Source, Takes
from worker.analysis.allowance import MOST_WRITTEN, Allowance
from worker.analysis.claims import LIKELY, UNSURE, ArgumentClaim, CommandClaim, OptionClaim, Reading
from worker.analysis.dialects.layout import GAP
from worker.analysis.dialects.reading import read_help
from worker.analysis.manual.commands import Part, options_for, parts_of
from worker.analysis.manual.letters import letter_claims
from worker.analysis.manual.pages import Page, find_pages
from worker.analysis.manual.sections import Entry, Role, Section, items_of, sections_of
from worker.analysis.manual.sheet_text import GUARD, HelpText, write_option
from worker.analysis.manual.typeset.blocks import Block, Kind
from worker.analysis.manual.typeset.page import lay_out_page
from worker.analysis.manual.typeset.spans import squeezed
from worker.analysis.manual.usage import (
    by_literal,
    is_listed,
    is_usage_of,
    options_in,
    path_of,
    speaks_of,
    takes_command,
    usage_lines,
    words_in,
)

Words: TypeAlias = tuple[str, ...]

_INHERITED = re.compile(r"\b(?:global|inherited|common|parent)\b", re.IGNORECASE)
_SWITCHED_OFF = re.compile(
    r"\b(?:disabled|overridden|negated|reversed|turned off|switched off|undone|reverted|cancell?ed) (?:with|by|using)"
    r" (?:the )?['\"`\u2018\u201c]?(?P<name>--[a-z0-9](?:\w|-(?=\w)){1,60})"
)
_VARIABLE = re.compile(r"\$?([A-Z][A-Z0-9_]{2,60})")
_SET_BY = re.compile(
    r"\b(?:specified|set|given|provided|overridden) (?:with|by|via|using|through|from) (?:the )?"
    r"\$?([A-Z][A-Z0-9_]{2,60})"
    r" (?:environment )?variable\b"
)
_MENTIONED = re.compile(r"(?<![\w-])--?[A-Za-z0-9](?:\w|-(?=\w)){0,60}")
_LESS_SURE = 0.9
_MOST_COMMANDS = 600
_FEWEST_COMMANDS = 3
_LONGEST_SUMMARY = 200
_WEIGHT = 20
_OPTIONS_MAY_STAND_IN = frozenset({Role.OPTIONS, Role.OTHER, Role.ARGUMENTS, Role.COMMANDS})


@dataclass(frozen=True)
class Manual:
    """What pages claim, by the path of the command: `()` is the tool itself, `("remote", "add")` a command of it."""

    readings: Mapping[Words, Reading] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sheet:
    """A page taken apart: its sections, its usage lines, and the path of the command that it is about."""

    sections: tuple[Section, ...]
    usage: list[tuple[str, int]]
    words: Words
    path: Words

    @property
    def weight(self) -> int:
        """Say how much there is to read, in characters of a usual page: macros may make much of a few."""
        return _WEIGHT * sum(len(section.blocks) + 1 for section in self.sections)

    @property
    def is_called_so(self) -> bool:
        """Tell whether the page itself says that its command is called by these words."""
        return speaks_of(self.path, self.words, self.usage)


def read_source(source: str, words: Sequence[str], stem: str = "") -> Manual:
    """Read the source of a page; `stem` names its file, else it is the tool's own. No source raises anything."""
    return _read_sheet(_take_apart(source, words, stem or words[0].rpartition("/")[2]))


def read_manuals(program: str, words: Sequence[str], allowance: Allowance | None = None) -> Manual:
    """Find and read the pages of a tool, as far as there is an allowance; what has a page of its own is read there.

    `program` is the path of the executable. A page named like a command of the tool, as `apt-get` is, may be that of
    another program: it counts where it shows its command with blanks, or where a page that counts names it.
    """
    own: dict[Words, Reading] = {}
    by_the_way: dict[Words, Reading] = {}
    named: set[Words] = set()
    paid = allowance or Allowance(MOST_WRITTEN)
    for page in find_pages(program, words):
        source = page.source()
        if not paid.covers(len(source)):
            break
        sheet = _take_apart(source, words, page.stem, partial(_paid_for, page, paid))
        if not paid.covers(max(0, sheet.weight - len(source))):
            break
        if sheet.path and not sheet.is_called_so and sheet.path not in named:
            continue
        for path, reading in _read_sheet(sheet).readings.items():
            readings = own if path == sheet.path else by_the_way
            readings[path] = max(readings.get(path, reading), reading, key=lambda one: len(one.options))
            named |= {(*path, claim.name) for claim in reading.commands}
    return Manual({**by_the_way, **own})


def _paid_for(page: Page, allowance: Allowance, name: str) -> str | None:
    """Give the page that another one names, where it may still be read."""
    included = page.include(name)
    return included if included and allowance.covers(len(included)) else None


def _take_apart(
    source: str, words: Sequence[str], stem: str, include: Callable[[str], str | None] = lambda _: None
) -> _Sheet:
    called = (words[0].rpartition("/")[2], *words[1:])
    sections = sections_of(lay_out_page(source, include))
    usage = usage_lines(sections, called[0], stem)
    return _Sheet(sections, usage, called, path_of(stem, called, usage))


def _read_sheet(sheet: _Sheet) -> Manual:
    words = (*sheet.words, *sheet.path)
    is_sure = takes_command(sheet.usage, words)
    in_usage = words_in(sheet.usage, words)
    found = list(parts_of(sheet.sections, words, in_usage))[:_MOST_COMMANDS]
    parts = [replace(part, sure=part.sure or is_sure or part.path[0] in in_usage) for _, part in found]
    names = frozenset(part.path[0] for part in parts)
    described = {id(section) for section, part in found if part.blocks == section.blocks and part.blocks}
    headed = _headed(sheet.sections, names)
    own = [one for one in sheet.sections if id(one) not in described and options_for(one, names) is None]
    shared = _Shared.of(sheet.usage, words, names)
    entries = _option_entries(own) if shared.lines else []
    readings = {sheet.path: _own_reading(sheet, own, parts, words, shared)}
    for part in [*(part for part in parts if part.sure), *shared.parts_besides(names)]:
        more = [*headed.get(part.path[0], []), *_entries_with(entries, shared.options_of(part.path[0]))]
        reading = _part_reading(part, more, shared.lines.get(part.path[0], []), words)
        if reading is not None:
            readings.setdefault((*sheet.path, *part.path), reading)
    return Manual(readings)


def _headed(sections: Sequence[Section], names: frozenset[str]) -> dict[str, list[Block]]:
    """Give the blocks of sections whose heading says that they are about the options of one command."""
    found: dict[str, list[Block]] = {}
    for section in sections:
        name = options_for(section, names)
        if name is not None:
            found.setdefault(name, []).extend(section.blocks)
    return found


@dataclass(frozen=True)
class _Shared:
    """What usage lines say of the commands whose options stand in one list: the lines of each, and those of none."""

    lines: Mapping[str, Sequence[tuple[str, int]]]
    own: Sequence[tuple[str, int]]

    @staticmethod
    def of(usage: Sequence[tuple[str, int]], words: Words, names: frozenset[str]) -> _Shared:
        groups = by_literal(usage, words)
        literals = {name: lines for name, lines in groups.items() if name}
        is_described = len(literals) > 1 and names.issuperset(literals)
        are_commands = len(literals) >= _FEWEST_COMMANDS or is_described
        return _Shared(literals if are_commands else {}, groups.get("", []) if are_commands else usage)

    def options_of(self, name: str) -> frozenset[str]:
        return options_in(self.lines.get(name, []))

    @property
    def foreign(self) -> frozenset[str]:
        """Give the spellings that belong to commands and not to the page's own."""
        of_commands = {option for name in self.lines for option in self.options_of(name)}
        return frozenset(of_commands) - options_in(self.own)

    def parts_besides(self, names: frozenset[str]) -> Iterator[Part]:
        """Give the commands that only usage lines name."""
        for name, lines in self.lines.items():
            if name not in names:
                yield Part((name,), (), "", lines[0][1], ())


def _option_entries(sections: Sequence[Section]) -> list[Entry]:
    items = (item for section in sections for item in section.items)
    return [item for item in items if isinstance(item, Entry) and item.heads]


def _entries_with(entries: Sequence[Entry], names: frozenset[str]) -> list[Block]:
    """Give the blocks of the entries that have one of these names."""
    wanted = (entry for entry in entries if any(head.names & names for head in entry.heads)) if names else ()
    return [block for entry in wanted for block in (*entry.tags, *entry.body)]


def _own_reading(
    sheet: _Sheet, sections: Sequence[Section], parts: Sequence[Part], words: Words, shared: _Shared
) -> Reading:
    text = HelpText()
    others = _Others(shared.foreign, frozenset(part.number for part in parts if part.sure))
    _write_usage(text, sheet.usage)
    for section in sections:
        if section.role in _OPTIONS_MAY_STAND_IN:
            text.heading("Global options" if _INHERITED.search(section.heading) else "Options", section.number)
            _write_options(text, section.items, words, others, is_announced=section.role is Role.OPTIONS)
        elif section.role is Role.USAGE:
            _write_help(text, section)
    _write_arguments(text, sections)
    _write_examples(text, sections, words[0])
    reading = _finished(read_help(text.text, words), text)
    commands = tuple(_commands(parts)) or reading.commands
    # Where every usage line calls a command, an option that none of them shows may be anyone's.
    is_anyones = bool(shared.lines) and not shared.own
    found = (replace(one, confidence=UNSURE) for one in reading.options) if is_anyones else reading.options
    options = [*_with_variables(tuple(found), sheet.sections), *letter_claims(sections)]
    return replace(
        reading,
        summary=_summary(sheet.sections) or reading.summary,
        options=tuple(options),
        arguments=tuple(_without_place_for_commands(reading.arguments, commands)),
        commands=commands,
    )


def _part_reading(part: Part, more: Sequence[Block], lines: Sequence[tuple[str, int]], words: Words) -> Reading | None:
    """Read what a page says by the way about one of its commands; nothing where it says no more than its name.

    `more` are blocks and `lines` usage lines that stand elsewhere in the page.
    """
    text = HelpText()
    called = (*words, *part.path)
    blocks = [*part.blocks, *more]
    usage = [*lines, *((squeezed(block.text), block.number) for block in blocks if is_usage_of(block, called))]
    _write_usage(text, usage or [(_called(part, words), part.number)])
    text.heading("Options", part.number)
    _write_options(text, items_of(blocks), called, is_announced=True)
    reading = _finished(read_help(text.text, called), text)
    says_more = bool(reading.options or reading.arguments)
    return replace(reading, summary=part.summary, aliases=part.aliases) if says_more else None


def _called(part: Part, words: Words) -> str:
    return " ".join([*words, *part.path, part.arguments]).strip()


def _write_usage(text: HelpText, usage: Sequence[tuple[str, int]]) -> None:
    if usage:
        text.heading("Usage", usage[0][1])
        for line, number in usage:
            text.raw(line, 0, number)


@dataclass(frozen=True)
class _Others:
    """What belongs to other commands: spellings of options, and entries that begin at these lines."""

    options: frozenset[str] = frozenset()
    entries: frozenset[int] = frozenset()


_NO_OTHERS = _Others()


def _write_options(
    text: HelpText, items: Iterable[Entry | Block], words: Words, others: _Others = _NO_OTHERS, *, is_announced: bool
) -> None:
    """Write the entries of options, those in the body of another kind of entry as well, and lists set as they stand."""
    for item in items:
        if isinstance(item, Block):
            _write_listed(text, item, words, is_announced=is_announced)
        elif item.heads and not any(head.names & others.options for head in item.heads):
            write_option(text, item)
        elif not item.heads and item.number not in others.entries:
            _write_options(text, items_of(item.body), words, others, is_announced=is_announced)


def _write_help(text: HelpText, section: Section) -> None:
    """Write the list in a section that shows what the tool itself says when it is asked for help."""
    first = next((place for place, block in enumerate(section.blocks) if is_listed(block)), None)
    if first is not None:
        text.heading("Options", section.number)
        for block in section.blocks[first:]:
            text.raw(block.text.rstrip(), block.indent, block.number)


def _write_listed(text: HelpText, block: Block, words: Words, *, is_announced: bool) -> None:
    """Write a line of a list that is set as it stands; one set as text is told by the gap behind its head."""
    if block.kind is Kind.VERBATIM:
        if is_announced and not is_usage_of(block, words):
            text.raw(block.text.rstrip(), block.indent, block.number)
    elif is_listed(block):
        head, description = GAP.split(block.text.strip(), maxsplit=1)
        text.entry(head, [(squeezed(description), block.number)], block.number)


def _write_arguments(text: HelpText, sections: Sequence[Section]) -> None:
    for section in sections:
        entries = [item for item in section.items if isinstance(item, Entry) and not item.heads]
        named = [one for one in entries if one.tag.startswith("<") or section.role is Role.ARGUMENTS]
        if named and section.role in {Role.ARGUMENTS, Role.OPTIONS}:
            text.heading("Arguments", section.number)
            for entry in named:
                text.entry(entry.tag, [(squeezed(one.text), one.number) for one in entry.body[:4]], entry.number)


def _write_examples(text: HelpText, sections: Sequence[Section], program: str) -> None:
    for section in sections:
        if section.role is Role.EXAMPLES:
            text.heading("Examples", section.number)
            for block in section.blocks:
                line = squeezed(block.text).removeprefix("$ ").removeprefix("% ")
                if line.startswith(f"{program} "):
                    text.raw(line, 0, block.number)


def _commands(parts: Sequence[Part]) -> Iterator[CommandClaim]:
    told: set[str] = set()
    for part in parts:
        if part.path[0] not in told and part.path[0] != "help":
            told.add(part.path[0])
            yield CommandClaim(part.path[0], part.summary, part.aliases, part.arguments, part.sure)


def _without_place_for_commands(
    arguments: Iterable[ArgumentClaim], commands: Sequence[CommandClaim]
) -> Iterator[ArgumentClaim]:
    names = {name for claim in commands for name in (claim.name, *claim.aliases)}
    for claim in arguments:
        words = claim.choices or (claim.name,)
        if not names or not (claim.stands_for_command or names.issuperset(words)):
            yield claim


def _finished(reading: Reading, text: HelpText) -> Reading:
    """Say of each claim that a manual page makes it, and where; add those that stand in a description."""
    options = [_placed(claim, text) for claim in reading.options]
    return replace(reading, options=(*options, *_switched_off(options)))


def _placed(claim: OptionClaim, text: HelpText) -> OptionClaim:
    line = text.number_of(claim.line)
    listed = text.values.get(line) if line is not None and claim.takes is not Takes.NONE else None
    return replace(
        claim,
        choices=claim.choices or listed,
        description=claim.description.replace(GUARD, ""),
        source=Source.MAN,
        line=line or text.number_with(claim.names[0]),
    )


def _switched_off(claims: Sequence[OptionClaim]) -> Iterator[OptionClaim]:
    """Find options that only the description of another names: "this can be disabled with --no-colour"."""
    known = {name for claim in claims for name in claim.names}
    for claim in claims:
        longs = [name for name in claim.names if name.startswith("--")]
        own = [f"--no-{name[2:]}" for name in longs]
        found = [one["name"] for one in _SWITCHED_OFF.finditer(claim.description)]
        found += [name for name in own if name in _MENTIONED.findall(claim.description)]
        for name in dict.fromkeys(found):
            if name not in known:
                known.add(name)
                yield OptionClaim(
                    (name,),
                    negates=max(claim.names, key=len),
                    source=Source.MAN,
                    line=claim.line,
                    confidence=_LESS_SURE,
                )


def _with_variables(claims: Sequence[OptionClaim], sections: Sequence[Section]) -> Iterator[OptionClaim]:
    """Add the variable whose entry names just this option, where the option's own names none."""
    variables: dict[str, str] = {}
    for section in sections:
        for item in section.items if section.role is Role.VARIABLES else ():
            if isinstance(item, Entry) and (found := _VARIABLE.fullmatch(item.tag.strip("<>"))):
                mentioned = {name for one in item.body for name in _MENTIONED.findall(one.text)}
                if len(mentioned) == 1:
                    variables.setdefault(mentioned.pop(), found[1])
    for claim in claims:
        said = _SET_BY.search(claim.description)
        named = next((variables[name] for name in claim.names if name in variables), said[1] if said else None)
        yield replace(claim, env_var=claim.env_var or named) if claim.confidence >= LIKELY else claim


def _summary(sections: Sequence[Section]) -> str:
    for section in sections:
        if section.role is Role.NAME:
            text = " ".join(squeezed(block.text) for block in section.blocks)
            parts = re.split(r" [-\u2013\u2014]+ ", text, maxsplit=1)
            return parts[-1].strip()[:_LONGEST_SUMMARY] if len(parts) > 1 else ""
    return ""
