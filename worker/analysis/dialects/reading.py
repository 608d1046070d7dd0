"""Reads one help text, in whatever dialect it is written, and gives what it claims.

There is no guess at the dialect first: tools mix them, and what the families share (headings, heads with a gap or
an indent behind them, notes in brackets) is more than what parts them. Each idea has a module: `layout` the sections,
`heads` the syntax of options, `entries` and `commands` the lists, `notes` what a description says beside its prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, takewhile

from shared.models.cli_tool import Takes, ValueType
from worker.analysis.claims import ArgumentClaim, CommandClaim, OptionClaim, Reading
from worker.analysis.dialects.commands import command_claims
from worker.analysis.dialects.documented import Documented, completed, without_combinations
from worker.analysis.dialects.entries import Entry, option_entries
from worker.analysis.dialects.heads import Slot, option_follows, slot_of
from worker.analysis.dialects.layout import GAP, Kind, Layout, Line, Section, deeper, kind_of, lay_out
from worker.analysis.dialects.notes import Notes, read_notes
from worker.analysis.usage_line import Usage, parse_usage
from worker.knowledge.refusals import read_refusals
from worker.knowledge.values import type_of

_LONGEST_SUMMARY = 200
_LONGEST_VALUE_LIST = 60
_TOO_MANY_USAGE_LINES = 60
_ARGUMENT = re.compile(r"(?:[<\[{]+)?[A-Za-z][\w .:/|,-]*(?:[>\]}]+)?(?:\s?\.{3})?(?:\])?")
_BRACES = re.compile(r"\{([^{}]+)\}$")
_HAS_UNITS = frozenset({ValueType.DURATION, ValueType.SIZE, ValueType.INTEGER, ValueType.FLOAT})
# `INTEGER RANGE [1<=x<=9]`: the bounds are read, the name is the type.
_RANGE_BEHIND_TYPE = re.compile(r"(?<=\w) \[?[\w.<>=-]{0,20}[<>]=?[\w.<>=-]{0,20}\]?$")
_ANY_TEXT = frozenset({"TEXT", "str"})
# `Options that take arguments:`, where the entries show none.
_TAKE_VALUES = re.compile(
    r"\b(?:tak|requir|expect|need)(?:e|es|ing|s)? (?:an? |one )?(?:arguments?|values?|parameters?)\b", re.IGNORECASE
)
_USAGE_OF = re.compile(r"usage of \S+$", re.IGNORECASE)
_OPTIONAL = re.compile(r"\boptional\b", re.IGNORECASE)
_REPEATED_TYPES = frozenset({"strings", "stringArray", "stringSlice", "ints", "intSlice", "list"})
_COMMAND = re.compile(r"[a-z0-9][a-z0-9_:-]+")
_TYPED_ARGUMENT = re.compile(r"(?P<name>[a-z][\w-]{0,40})\s+\((?:string|integer|number|list|structure|map|blob)\)")
# Marks the places of words to be filled in, so that what is not marked is typed as it stands.
_PLACE = re.compile(r"<\w|(?<![\w-])[A-Z][A-Z_-]+(?![\w-])").search
_VERSION_ONLY = re.compile(r"\S+ v?\d+(?:\.\d+)+\S*(?: .{0,40})?")


def read_help(text: str, words: Sequence[str]) -> Reading:
    """Read the help of a command; `words` call it, the tool's own first. No text raises anything."""
    layout = _with_usage(lay_out(text), words)
    listed = tuple(chain.from_iterable(_options_of(section) for section in layout.sections))
    options = completed(listed, text)
    known = {name: claim.takes for claim in options for name in claim.names}
    usages = [parse_usage(line, words, known) for line in layout.usage[:_TOO_MANY_USAGE_LINES]]
    marks_places = any(map(_PLACE, layout.usage))
    literals = _literals(usages, is_enough=2 - (marks_places and len(words) > 1))
    own = [usage for usage in usages if usage.literal not in literals]
    commands = _told_once(
        (*_commands_of(layout, words), *_in_usage(usages, literals, layout.usage, is_sure=marks_places))
    )
    shown = [*_in_brackets(layout, words, known), *_from_usage(own)]
    return Reading(
        summary=_summary(layout),
        usage=layout.usage,
        options=without_combinations([*options, *shown]),
        arguments=tuple(_without_commands(_arguments(own, layout), commands)),
        commands=commands,
        aliases=_aliases(layout),
        examples=tuple(_examples(layout, words)),
        takes_command=any(usage.takes_command for usage in usages),
    )


def _with_usage(layout: Layout, words: Sequence[str]) -> Layout:
    """Take the first line for the usage where nothing announces one and it calls the command (`tool <file>`)."""
    first = next((line.text for section in layout.sections for line in section.lines), "")
    called = " ".join([words[0].rpartition("/")[2], *words[1:]]) + " "
    is_call = first.startswith(called) and first[len(called) :].lstrip()[:1] in {"<", "["} and not GAP.search(first)
    return replace(layout, usage=(first,)) if is_call and not layout.usage else layout


def _options_of(section: Section) -> Iterator[Documented]:
    for entry in option_entries(section):
        notes = read_notes(entry.description, entry.lines, entry.head.slot.name)
        claim = _option(entry, notes, inherited=section.is_inherited)
        if claim.takes is Takes.NONE and notes.type_note is None and _TAKE_VALUES.search(section.heading):
            claim = replace(claim, takes=Takes.REQUIRED)
        if claim.names:
            yield Documented(claim, notes)
        for names in entry.head.negations:
            yield Documented(
                OptionClaim(
                    names,
                    description=claim.description,
                    negates=max(claim.names, key=len, default=None),
                    inherited=claim.inherited,
                    line=entry.number,
                    confidence=entry.confidence,
                ),
                Notes(),
            )


def _option(entry: Entry, notes: Notes, *, inherited: bool) -> OptionClaim:
    slot = _slot_with_note(entry.head.slot, notes)
    if slot.name == "count" and "--verbose" in entry.head.names:  # a flag that is counted, as pflag writes it
        slot = Slot(repeatable=True)
    choices = slot.choices or _choices(slot, notes)
    has_bounds = slot.takes is not Takes.NONE and choices is None
    is_optional = slot.takes is Takes.REQUIRED and notes.may_lack_value
    return OptionClaim(
        names=entry.head.names,
        takes=Takes.OPTIONAL if is_optional else slot.takes,
        value_name=_RANGE_BEHIND_TYPE.sub("", slot.name) if slot.name else None,
        joined=slot.joined,
        choices=choices,
        default=slot.default or notes.default,
        description=entry.description,
        repeatable=slot.repeatable or notes.repeatable or slot.name in _REPEATED_TYPES,
        required=notes.required or entry.is_starred,
        deprecated=notes.deprecated,
        inherited=inherited,
        hidden=notes.hidden,
        env_var=notes.env_var,
        minimum=notes.minimum if has_bounds else None,
        maximum=notes.maximum if has_bounds else None,
        conflicts=notes.relations.conflicts,
        requires=notes.relations.requires,
        line=entry.number,
        confidence=entry.confidence,
    )


def _choices(slot: Slot, notes: Notes) -> tuple[str, ...] | None:
    if slot.takes is Takes.NONE or notes.choices is None or "=" in (slot.name or ""):
        return None
    # `(ms|s|m)` beside a duration names its units, where nothing calls them its values; and where the type says
    # that any text will do, a list in prose only advises.
    has_words = notes.choices.is_labelled or type_of(slot.name) not in _HAS_UNITS
    if slot.name in _ANY_TEXT and not notes.choices.is_in_brackets:
        return None
    return notes.choices.words if has_words else None


def _slot_with_note(slot: Slot, notes: Notes) -> Slot:
    """Take the type from the note behind the description where none stands in the head (yargs)."""
    if slot.takes is not Takes.NONE:
        return slot
    if notes.type_note is None:
        # Without any syntax for values (meow), a default or choices tell that there is one.
        is_listed = notes.choices is not None and notes.choices.is_in_brackets
        has_number = (notes.default or "").strip("-.").isdigit() and notes.default not in {"0", "1"}
        has_value = is_listed or has_number or notes.has_default_of_a_value
        return replace(slot, takes=Takes.REQUIRED) if has_value and not slot.repeatable else slot
    if notes.type_note in {"boolean", "count"}:
        return replace(slot, repeatable=slot.repeatable or notes.type_note == "count")
    is_array = notes.type_note == "array"
    return Slot(Takes.REQUIRED, None if is_array else notes.type_note, repeatable=is_array)


def _from_usage(usages: Sequence[Usage]) -> Iterator[OptionClaim]:
    # With several usage lines nobody knows which of them a call must follow.
    is_only = len(usages) == 1
    for usage in usages:
        yield from (claim if is_only else replace(claim, required=False) for claim in usage.options)


def _in_brackets(layout: Layout, words: Sequence[str], known: dict[str, Takes]) -> Iterator[OptionClaim]:
    """Read options that stand in brackets under their heading, as in a usage line."""
    for section in layout.sections:
        if _USAGE_OF.match(section.heading):
            # `$ tool -install` below `Usage of tool:` shows what is described below it.
            calls = (line.text[2:] for line in section.lines if line.text.startswith(f"$ {words[0]} -"))
            yield from (claim for call in calls for claim in parse_usage(call, words, known).options)
        if section.kind is Kind.OPTIONS:
            lines = [line.text for line in section.lines if line.text.startswith("[-")]
            yield from parse_usage(" ".join([*words, *lines]), words, known).options


def _literals(usages: Sequence[Usage], is_enough: int) -> frozenset[str]:
    """Give the plain words with which usage lines begin, where they begin with so many of them: these are commands."""
    found = {usage.literal for usage in usages if usage.literal}
    if len(found) == 1 and not any(usage.is_right_after for usage in usages):
        return frozenset()  # `tool [-h] source`, where words to be filled in are lower case
    return frozenset(found) if len(found) >= is_enough else frozenset()


def _in_usage(
    usages: Sequence[Usage], literals: frozenset[str], lines: Sequence[str], *, is_sure: bool
) -> Iterator[CommandClaim]:
    """Give the commands of usage lines, with what these show behind them; sure where places are written otherwise."""
    shown: dict[str, list[str]] = {}
    for usage, line in zip(usages, lines, strict=False):
        yield from (CommandClaim(name, sure=True) for name in usage.commands)
        if usage.literal in literals and usage.literal is not None and _COMMAND.fullmatch(usage.literal):
            shown.setdefault(usage.literal, []).append(line.partition(f" {usage.literal}")[2].strip())
    for name, rests in shown.items():
        yield CommandClaim(name, usage="\n".join(rests), sure=is_sure, in_usage=True)


def _commands_of(layout: Layout, words: Sequence[str]) -> Iterator[CommandClaim]:
    program = layout.usage[0].split(maxsplit=1)[0] if layout.usage else ""
    for section in layout.sections:
        yield from command_claims(section, [program, *words[1:]] if program else words)


def _told_once(claims: Sequence[CommandClaim]) -> tuple[CommandClaim, ...]:
    """Give each command once, the surest and most telling claim of it; asking for help is no command of its own."""
    told: dict[str, CommandClaim] = {}
    for claim in claims:
        known = told.get(claim.name)
        better = known is None or (claim.sure, bool(claim.summary)) > (known.sure, bool(known.summary))
        if claim.name != "help" and better:
            told[claim.name] = claim
    taken = {alias for claim in told.values() for alias in claim.aliases}
    return tuple(claim for name, claim in told.items() if name not in taken)


def _arguments(usages: Sequence[Usage], layout: Layout) -> tuple[ArgumentClaim, ...]:
    """Take the words of the first usage line that has any, with what their own section adds."""
    listed = [claim for section in layout.sections if section.kind is Kind.ARGUMENTS for claim in _listed(section)]
    in_usage = next((usage.arguments for usage in usages if usage.arguments), ())
    typed = [claim for section in layout.sections if section.kind is Kind.OPTIONS for claim in _typed(section)]
    if typed and not listed:
        return tuple(replace(claim, variadic=len(in_usage) > len(typed)) for claim in typed)
    if not in_usage:
        has_usage = any(usage.options or usage.takes_command for usage in usages)
        if len(listed) == 1 and any(line.endswith(" ...") for line in layout.usage):
            return (replace(listed[0], required=False, variadic=True),)
        return tuple(listed) if not has_usage or listed else ()
    always = all(_has_required(usage) for usage in usages if len(usage.options) > 1 or usage.arguments)
    detailed = [replace(_with_details(claim, listed), required=claim.required and always) for claim in in_usage]
    rest = tuple(_rest(detailed, listed, layout))
    return (*detailed, *rest)


def _rest(claims: list[ArgumentClaim], listed: Sequence[ArgumentClaim], layout: Layout) -> Iterator[ArgumentClaim]:
    """Name what a bare `...` at the end of a usage line stands for, as only the list of arguments does (argparse)."""
    known = {_plain(claim.name) for claim in claims}
    more = [claim for claim in listed if _plain(claim.name) not in known]
    is_open = any(line.endswith(" ...") for line in layout.usage)
    if is_open and len(more) == 1 and more[0].choices is None and len(listed) == len(claims) + 1:
        claims[-1] = replace(claims[-1], variadic=False)
        yield replace(more[0], required=False, variadic=True)


def _without_commands(arguments: Iterable[ArgumentClaim], commands: Sequence[CommandClaim]) -> Iterator[ArgumentClaim]:
    """Leave out what stands for a command, where there are commands."""
    names = {name for claim in commands for name in (claim.name, *claim.aliases)} | ({"help"} if commands else set())
    for claim in arguments:
        is_command = claim.stands_for_command or (claim.choices is not None and names.issuperset(claim.choices))
        if not (names and is_command):
            yield claim


def _has_required(usage: Usage) -> bool:
    return any(claim.required for claim in usage.arguments)


def _with_details(claim: ArgumentClaim, listed: Sequence[ArgumentClaim]) -> ArgumentClaim:
    wanted = _plain(claim.name)
    found = next((one for one in listed if _plain(one.name) == wanted), None)
    if found is None:
        return claim
    return replace(
        claim,
        choices=claim.choices or found.choices,
        description=found.description,
        variadic=claim.variadic or found.variadic,
        stands_for_command=claim.stands_for_command,
    )


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _listed(section: Section) -> Iterator[ArgumentClaim]:
    """Read the entries of a section of arguments."""
    indent = min((line.indent for line in section.lines), default=0)
    for place, line in enumerate(section.lines):
        gap = GAP.search(line.text)
        head = line.text[: gap.start()] if gap else line.text
        if line.indent != indent or option_follows(line.text) or not (_ARGUMENT.fullmatch(head) or _BRACES.match(head)):
            continue
        beside = [line.text[gap.end() :]] if gap else []
        below = [one.text for one in deeper(section.lines, place)]
        is_word = section.kind is Kind.ARGUMENTS and " " not in head and not head.endswith((".", ":"))
        if beside or below or line.after_blank or is_word or head[0] in "<[{":
            yield _argument(head, [*beside, *below])


def _typed(section: Section) -> Iterator[ArgumentClaim]:
    """Read positional words among the options, told by their type: `paths (string)`."""
    for place, line in enumerate(section.lines):
        found = _TYPED_ARGUMENT.fullmatch(line.text)
        if found and (line.after_blank or place == 0):
            yield ArgumentClaim(found["name"])


def _argument(head: str, lines: Sequence[str]) -> ArgumentClaim:
    description = " ".join(lines)
    slot = slot_of(head)
    notes = read_notes(description, lines, slot.name)
    name = slot.name or "|".join(slot.choices or ())[:_LONGEST_VALUE_LIST] or head
    is_required = slot.takes is Takes.REQUIRED and not _OPTIONAL.search(description) and notes.default is None
    return ArgumentClaim(
        name=name.replace("...", "").strip(),
        required=is_required and (notes.required or notes.type_note is None),
        variadic=slot.repeatable or notes.type_note == "array",
        choices=slot.choices or (notes.choices.words if notes.choices else None),
        description=description,
    )


def _summary(layout: Layout) -> str:
    """Give the first sentence that is not part of a list."""
    for section in layout.sections:
        before_lists = takewhile(lambda line: not option_follows(line.text), section.lines)
        first = next((line for line in before_lists if _says_something(line)), None)
        if section.kind is Kind.OTHER and first is not None:
            return _paragraph(section.lines, first)[:_LONGEST_SUMMARY]
    return ""


def _says_something(line: Line) -> bool:
    is_list = GAP.search(line.text) is not None or line.text.endswith(":")
    is_sentence = line.text[0].isalpha() and " " in line.text and not _VERSION_ONLY.fullmatch(line.text)
    return is_sentence and not is_list and not read_refusals(line.text)


def _paragraph(lines: Sequence[Line], first: Line) -> str:
    place = lines.index(first)
    words = [first.text]
    for line in lines[place + 1 :]:
        if line.after_blank or line.indent != first.indent:
            break
        words.append(line.text)
    return " ".join(words)


def _aliases(layout: Layout) -> tuple[str, ...]:
    lines = (line.text for section in layout.sections if section.kind is Kind.ALIASES for line in section.lines)
    parts = (part.strip() for line in lines for part in line.split(","))
    return tuple(dict.fromkeys(part.rsplit(maxsplit=1)[-1] for part in parts if part))


def _examples(layout: Layout, words: Sequence[str]) -> Iterator[str]:
    for section in layout.sections:
        if section.kind is Kind.EXAMPLES or kind_of(section.heading) is Kind.EXAMPLES:
            for line in section.lines:
                typed = line.text.removeprefix("$ ")
                if typed.startswith(f"{words[0].rpartition('/')[2]} "):
                    yield GAP.split(typed, maxsplit=1)[0].partition(" #")[0].strip()
