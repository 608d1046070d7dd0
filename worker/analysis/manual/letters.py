"""Finds options that are a letter without a dash (`ps ux`), where the page lists them among options that have one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.models.cli_tool import Source, Takes
from worker.analysis.claims import OptionClaim
from worker.analysis.dialects.notes import read_notes
from worker.analysis.manual.sections import Entry, Role, Section
from worker.analysis.manual.typeset.spans import squeezed

_LETTER = re.compile(r"(?P<name>[A-Za-z])(?: (?P<value><[^<>]{1,40}>|[A-Za-z][\w-]{0,40}))?")
_WHERE = frozenset({Role.OPTIONS, Role.OTHER})
_FEWEST = 3
_LESS_SURE = 0.9


def letter_claims(sections: Sequence[Section]) -> Iterator[OptionClaim]:
    """Give the letters of a page that has several, each in a section that has options with dashes as well."""
    found: dict[str, OptionClaim] = {}
    for section in sections:
        entries = [item for item in section.items if isinstance(item, Entry)]
        if section.role in _WHERE and any(entry.heads for entry in entries):
            for entry in entries:
                claim = _claim(entry)
                if claim is not None:
                    found.setdefault(claim.names[0], claim)
    # Letters of which none takes a value are the values of an option, listed below it.
    if len(found) >= _FEWEST and any(claim.value_name for claim in found.values()):
        yield from found.values()


def _claim(entry: Entry) -> OptionClaim | None:
    letter = _LETTER.fullmatch(entry.tag)
    if letter is None or entry.heads or not entry.body:
        return None
    value = letter["value"].strip("<>") if letter["value"] else None
    description = " ".join(squeezed(block.text) for block in entry.body[:20])[:4000]
    notes = read_notes(description)
    return OptionClaim(
        (letter["name"],),
        Takes.REQUIRED if value else Takes.NONE,
        value_name=value,
        choices=notes.choices.words if value and notes.choices else None,
        default=notes.default,
        description=description,
        repeatable=notes.repeatable,
        deprecated=notes.deprecated,
        source=Source.MAN,
        line=entry.number,
        confidence=_LESS_SURE,
    )
