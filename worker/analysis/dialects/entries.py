"""Finds the entries of options in a section: a head, and the description beside or below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest

from shared.models.cli_tool import Takes
from worker.analysis.claims import LIKELY, UNSURE
from worker.analysis.dialects.heads import (
    Head,
    Slot,
    is_list_of_heads,
    is_row,
    option_follows,
    parse_beginning,
    parse_head,
    parse_list,
    slot_of,
)
from worker.analysis.dialects.layout import GAP, Kind, Line, Section

_DASH = re.compile(r"\s*(?::|--?|[\u2013\u2014])\s+(?=\S)")
_VALUE = re.compile(r"[<\[{(]|[A-Z][A-Z0-9_]+\b|[A-Z]$")
_RANGE = r"(?: \[[^\[\]]{0,40}x[^\[\]]{0,40}\])?"
_TYPE = rf"(?:[A-Z][A-Z0-9]*(?: [A-Z]+)?(?:\.{{3}})?|\[[^\[\]]*\|[^\[\]]*\]|<[^<>]+>){_RANGE}"
# In a column of types this says that the option is a flag; behind one blank it would be a value.
_TYPE_OF_A_FLAG = re.compile(r"\s{2,}<bool(?:ean)?>$")
_TYPE_IN_PROSE = re.compile(
    r"(?P<head>[^()]{1,120})\s*\((?P<type>string|boolean|integer|number|float|double|long|blob|map|list|structure|timestamp|json)\)(?=\s|$)"
)
_LETTER_ENTRY = re.compile(r"[A-Za-z](?= ?<[^<>]{1,40}>\s{2}|\s{2,}\S)")
_LETTER_BEFORE_SPELLING = re.compile(r"[A-Za-z],\s+--?[A-Za-z]")
_REST_OF_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}(?:\s{2,}\S.*)?")
_BROKEN_HEAD = re.compile(r"--[\w-]+(?:[/,] ?--?[\w-]+)*\s{2,}\S")
_PLUS_ENTRY = re.compile(r"\+[A-Za-z][\w-]{0,30}(?= ?<[^<>]{1,40}>\s{2}| [A-Z]+\s{2}|\s{2,}\S)")
_SWITCHED_BOTH_WAYS = re.compile(r"-/\+(?P<name>[A-Za-z][\w-]{0,30})\s{2,}(?=\S)")
# `-n, [--dry-run], [--no-dry-run]  # What it does`: brackets around what may be left out, as Thor writes it.
_BRACKETED = re.compile(r"(?:-\w, )?(?:\[--[^\[\]]{1,80}\](?:, )?)+\s+# ")
_COMMENT = re.compile(r"\s+# ")
# `-  read from standard input`: an operand among options.
_DASH_ALONE = re.compile(r"--?\s{2,}\S")
# `-v,  --verbose`: spellings in columns of their own.
_SPELLINGS_IN_COLUMNS = re.compile(r"(?<=^-[^\s-]),\s{2,}(?=--?\w)")
# `if=FILE  read from it`, which is typed without a dash.
_OPERAND_ENTRY = re.compile(r"(?P<name>[a-z][a-z0-9_-]{0,30})=(?P<value>[A-Z][A-Z0-9_]*|<[^<>]{1,40}>)(?=\s{2,}\S)")
# `--take "*" --leave "*.txt"` is typed so: the values are no names of any.
_CALL = re.compile(r"--?[\w-]{1,60}[ =](?P<mark>[\"'])[^\"']{0,60}(?P=mark) --?\w")
_GAPS_OF_ONE_ENTRY = 1
_FEWEST_IN_COLUMNS = 2
_MOST_CELLS = 6
_TYPE_CELL = re.compile(_TYPE)
_BEFORE_TYPE = re.compile(rf"\s{{2,}}(?={_TYPE}$)")
_BEFORE_DESCRIPTION = re.compile(r"^\s*[:=-]\s+")
_SENTENCE = re.compile(r" (?=[A-Za-z(])")
_LONGEST_DESCRIPTION = 4000


@dataclass
class Entry:
    """The head of one option, and the lines that describe it."""

    head: Head
    number: int
    indent: int
    confidence: float = LIKELY
    lines: list[str] = field(default_factory=list)
    below: int | None = None
    is_paragraph: bool = False
    is_starred: bool = False

    @property
    def description(self) -> str:
        """Join the lines; a word that was broken at its hyphen is whole again."""
        text = ""
        for line in self.lines:
            if len(text) > _LONGEST_DESCRIPTION:
                break
            is_broken = text.endswith("-") and not text.endswith(" -") and line[:1].islower()
            text += line if is_broken or not text else f" {line}"
        return text[:_LONGEST_DESCRIPTION]


@dataclass(frozen=True)
class _Cut:
    head: Head
    description: str
    confidence: float = LIKELY
    is_paragraph: bool = False


def option_entries(section: Section) -> tuple[Entry, ...]:
    """Find the entries of options; sections of examples and asides have none."""
    if section.kind in {Kind.EXAMPLES, Kind.ASIDE, Kind.ALIASES}:
        return ()
    entries: list[Entry] = []
    lines = _in_one_column(_with_spellings_beside(_without_comments(section.lines)))
    lines = tuple(_with_heads_joined(_with_letters_marked(_with_names_joined(lines))))
    column = _column_of_descriptions(lines)
    now: Entry | None = None
    prose_at: int | None = None
    owner_at: int | None = None
    is_continued = False
    for line, following in zip_longest(lines, lines[1:]):
        is_above_another = following is not None and option_follows(following.text)
        is_listed = section.kind is Kind.OPTIONS or now is not None or is_above_another
        is_inside = _is_inside(line, now, column, prose_at)
        begun = [] if is_inside or is_continued else _begin(line, following, column, is_listed=is_listed)
        is_continued = line.text.endswith("\\")
        if begun:
            owner_at = owner_at if owner_at is not None and line.indent > owner_at else None
            entries += begun if owner_at is None else [replace(entry, confidence=UNSURE) for entry in begun]
            now, prose_at = entries[-1], None
        elif now is not None and (line.indent > now.indent or (now.is_paragraph and line.indent == now.indent)):
            now.below = line.indent if now.below is None and not now.lines else now.below
            now.lines.append(line.text)
        else:
            now, prose_at = None, None if _DASH_ALONE.match(line.text) else line.indent
            # `merge <dir>  Merge folders` with options below it, deeper: they are that command's.
            owner_at = line.indent if GAP.search(line.text) else None
    return tuple(entries)


def _without_comments(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Take the brackets and the `#` from entries that have both, and the `#` from what goes on below them."""
    if not any(_BRACKETED.match(line.text) for line in lines):
        return tuple(lines)
    return tuple(replace(line, text=_without_comment(line.text)) for line in lines)


def _without_comment(text: str) -> str:
    found = _BRACKETED.match(text)
    if found:
        return f"{found[0].removesuffix('# ').rstrip().replace('[', '').replace(']', '')}  {text[found.end() :]}"
    return _COMMENT.sub("  ", text, count=1) if option_follows(text) else text.removeprefix("# ")


def _with_spellings_beside(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Close the gap behind the comma between two spellings of one option."""
    return tuple(replace(line, text=_SPELLINGS_IN_COLUMNS.sub(", ", line.text)) for line in lines)


def _in_one_column(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Put entries that stand beside each other below each other: `-a  all      -b  both`."""
    split = [
        _beside(line) if line.text.count("  ") > _GAPS_OF_ONE_ENTRY and option_follows(line.text) else None
        for line in lines
    ]
    if sum(one is not None for one in split) < _FEWEST_IN_COLUMNS:
        return tuple(lines)
    return tuple(one for line, two in zip(lines, split, strict=True) for one in (two or (line,)))


def _beside(line: Line) -> tuple[Line, Line] | None:
    for gap in islice(GAP.finditer(line.text), _MOST_CELLS):
        if gap.start() and option_follows(line.text, gap.end()):
            first, second = line.text[: gap.start()], line.text[gap.end() :]
            is_described = GAP.search(first) is not None and GAP.search(second) is not None
            return (replace(line, text=first), replace(line, text=second)) if is_described else None
    return None


def _with_names_joined(lines: Sequence[Line]) -> Sequence[Line]:
    """Join a name that a narrow frame broke: `--with-colour/--no-with-col` above `our`."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        if above is not None and _is_rest_of_name(above, line):
            head, gap, description = above.text.partition("  ")
            rest, _, more = line.text.partition("  ")
            joined[-1] = replace(above, text=f"{head}{rest}{gap}{description} {more.strip()}".rstrip())
        else:
            joined.append(line)
    return joined


def _is_rest_of_name(above: Line, line: Line) -> bool:
    is_below = line.indent == above.indent and not line.after_blank and option_follows(above.text)
    is_below = is_below and _TYPE_IN_PROSE.match(above.text) is None and not line.text.endswith("-")
    return is_below and _REST_OF_NAME.fullmatch(line.text) is not None and _BROKEN_HEAD.match(above.text) is not None


def _with_heads_joined(lines: Sequence[Line]) -> Iterator[Line]:
    """Join a head that goes on in the next line: `--color[=WHEN],` above `--colour[=WHEN]`."""
    held: Line | None = None
    for line in lines:
        now = line
        if held is not None and option_follows(line.text) and _may_go_on(held, line):
            now = _joined(held, line)
        elif held is not None:
            yield held
        held = now if _is_open(now) else None
        if held is None:
            yield now
    if held is not None:
        yield held


def _with_letters_marked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Find letters without a dash, and words behind a plus, in the column of those with one: they are options too."""
    columns = {line.indent for line in lines if option_follows(line.text)}
    operands = sum(_OPERAND_ENTRY.match(line.text) is not None for line in lines)
    if not columns and operands < _FEWEST_IN_COLUMNS:
        return tuple(lines)
    return tuple(
        line if option_follows(line.text) else replace(line, is_option=_is_undashed(line, columns, operands))
        for line in lines
    )


def _is_undashed(line: Line, columns: set[int], operands: int) -> bool:
    if operands >= _FEWEST_IN_COLUMNS and _OPERAND_ENTRY.match(line.text):
        return line.indent <= min(columns, default=line.indent)  # further right they are parts of an option's value
    if line.text[0] == "+":
        return line.indent in columns and _PLUS_ENTRY.match(line.text) is not None
    return line.indent - 1 in columns and _is_letter_entry(line.text)


def _is_letter_entry(text: str) -> bool:
    return _LETTER_ENTRY.match(text) is not None or _LETTER_BEFORE_SPELLING.match(text) is not None


def _is_open(line: Line) -> bool:
    """Tell a head that ends with a comma, at the end of its line or before the gap."""
    head = GAP.split(line.text, maxsplit=1)[0]
    return head.endswith(",") and option_follows(head) and parse_head(head.rstrip(",")) is not None


def _may_go_on(held: Line, line: Line) -> bool:
    """Tell whether a head goes on: one that is described already goes on below its long spelling alone."""
    return GAP.search(held.text) is None or line.indent > held.indent


def _joined(held: Line, line: Line) -> Line:
    head, *description = GAP.split(held.text, maxsplit=1)
    more, *rest = GAP.split(line.text, maxsplit=1)
    words = " ".join([*description, *rest])
    return replace(held, text=f"{head} {more}  {words}" if words else f"{head} {more}")


def _is_inside(line: Line, now: Entry | None, column: int | None, prose_at: int | None) -> bool:
    """Tell a line that goes on with a description or a paragraph, whatever it begins with."""
    if line.is_option:
        return False
    if not option_follows(line.text):
        return True
    if now is not None and now.is_paragraph:
        return not line.after_blank or line.indent > now.indent
    if prose_at == line.indent and not line.after_blank and not GAP.search(line.text):
        return True
    if column is not None and line.indent >= column:
        return True
    return now is not None and now.below is not None and line.indent >= now.below


def _begin(line: Line, following: Line | None, column: int | None, *, is_listed: bool) -> list[Entry]:
    if _CALL.match(line.text):
        return []
    has_below = following is not None and following.indent > line.indent and not option_follows(following.text)
    if not has_below and is_list_of_heads(line.text):
        return [Entry(head, line.number, line.indent, UNSURE) for head in parse_list(line.text)]
    cut = _cut(line, column, is_listed=is_listed)
    if cut is None:
        return []
    entry = Entry(cut.head, line.number, line.indent, cut.confidence)
    entry.is_paragraph, entry.is_starred = cut.is_paragraph, line.is_starred
    if cut.description:
        entry.lines.append(cut.description)
    # What is said behind a row, or goes on below it, is said of each in it.
    return (
        [replace(entry, head=head, confidence=UNSURE) for head in parse_list(line.text)]
        if is_row(cut.head)
        else [entry]
    )


def _cut(line: Line, column: int | None, *, is_listed: bool) -> _Cut | None:
    """Take a line apart into head and description: at its gap, at the column of descriptions, or as far as it reads."""
    both = _SWITCHED_BOTH_WAYS.match(line.text)
    if both:
        switched = Head((f"-{both['name']}",), ((f"+{both['name']}",),))
        return _Cut(switched, line.text[both.end() :])
    typed = _cut_at_type(line.text) or (_cut_letter(line.text) if line.is_option else None)
    if typed:
        return typed
    for place in _places_to_cut(line, column):
        head = parse_head(_BEFORE_TYPE.sub(" ", _TYPE_OF_A_FLAG.sub("", line.text[:place])))
        if head:
            return _Cut(head, _BEFORE_DESCRIPTION.sub("", line.text[place:]).strip())
    head = parse_head(line.text, plain_words=1)
    return _Cut(head, "") if head else _cut_without_gap(line.text, is_listed=is_listed)


def _cut_at_type(text: str) -> _Cut | None:
    """Read `--size (integer) How much`, where the type begins the description and blanks only fill the line."""
    if "(" not in text:
        return None
    typed = _TYPE_IN_PROSE.match(text)
    head = parse_head(GAP.sub(" ", typed["head"].strip())) if typed else None
    if typed is None or head is None:
        return None
    slot = Slot() if typed["type"] == "boolean" else Slot(Takes.REQUIRED, typed["type"])
    return _Cut(replace(head, slot=slot), text[typed.end() :].strip(), is_paragraph=True)


def _cut_letter(text: str) -> _Cut | None:
    """Read `x  what it does`, `+x  what it does` and `O <format>  what it does`."""
    operand = _OPERAND_ENTRY.match(text)
    if operand:
        slot = replace(slot_of(operand["value"]), joined="=")
        return _Cut(Head((operand["name"],), slot=slot), text[operand.end() :].strip())
    found = _LETTER_ENTRY.match(text) or _PLUS_ENTRY.match(text)
    if not found:
        return None
    rest = text[found.end() :].strip()
    value, gap, description = rest.partition("  ")
    has_value = gap and ((value.startswith("<") and value.endswith(">")) or (value.isupper() and value.isalpha()))
    head = Head((found[0],), slot=slot_of(value) if has_value else Slot())
    return _Cut(head, description.strip() if has_value else rest)


def _places_to_cut(line: Line, column: int | None) -> Iterator[int]:
    gaps = [gap.start() for gap in islice(GAP.finditer(line.text), _MOST_CELLS)]
    for place in gaps:
        # `-o  --option  TEXT  what it does`: what follows the first gap belongs to the head.
        cell, *more = GAP.split(line.text[place:].strip(), maxsplit=1)
        if not (more and (_TYPE_CELL.fullmatch(cell) or (option_follows(cell) and parse_head(cell)))):
            yield place
            break
    if column is not None:
        place = column - line.indent
        is_beside = 0 < place < len(line.text) and line.text[place - 1] == " "
        if is_beside and not _VALUE.match(line.text, place):
            yield place


def _cut_without_gap(text: str, *, is_listed: bool) -> _Cut | None:
    begun = parse_beginning(text)
    if begun is None:
        return None
    head, end = begun
    dash = _DASH.match(text, end)
    if dash:
        return _Cut(head, text[dash.end() :].strip())
    # Among other entries or under their heading even a blank parts head and description; elsewhere that is a sentence.
    if is_listed and _SENTENCE.match(text, end):
        description = text[end:].strip()
        return _Cut(head, description, LIKELY if description[0].isupper() else UNSURE)
    return None


def _column_of_descriptions(lines: Sequence[Line]) -> int | None:
    """Find the column where most descriptions stand that share a line with their head."""
    columns: Counter[int] = Counter()
    for line in lines:
        gap = GAP.search(line.text) if option_follows(line.text) else None
        if gap and parse_head(line.text[: gap.start()]):
            columns[line.indent + gap.end()] += 1
    most = max(columns.values(), default=0)
    return min((column for column, count in columns.items() if count == most), default=None)
