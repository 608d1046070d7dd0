"""Completes what the entries of a text say of options with what the text as a whole says of them.

Names that are told in prose only, a rule that gives every option an opposite, values that are explained further down,
and heads that can be read in two ways until all the others are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.models.cli_tool import Takes
from worker.analysis.claims import UNSURE, OptionClaim
from worker.analysis.dialects.choices import told_elsewhere
from worker.analysis.dialects.heads import stem_of
from worker.analysis.dialects.layout import lines_of
from worker.analysis.dialects.notes import Notes
from worker.analysis.dialects.relations import rule_of_negations
from worker.knowledge.values import type_of

_SINGLE_DASH_WORD = re.compile(r"-[a-z][a-z0-9]+(?:-[a-z0-9]+)*")
_FEWEST_WORDS = 2
_TWO_LETTERS = re.compile(r"-[A-Za-z0-9]{2}")
_MOST_NAMES = 12
# Nobody switches these off.
_HAVE_NO_OPPOSITE = frozenset({"--help", "--version", "--manual"})


@dataclass(frozen=True)
class Documented:
    """An option as its entry shows it, and what its description says beside."""

    claim: OptionClaim
    notes: Notes


def completed(entries: Sequence[Documented], text: str) -> tuple[OptionClaim, ...]:
    """Give the claims of all entries, and those that follow from them and from the whole text."""
    known = {name for one in entries for name in one.claim.names}
    claims = _as_words(tuple(_with_aliases(one, known) for one in entries))
    claims = _with_values(claims, text)
    return (*claims, *_told_in_prose(entries, known), *_by_rule(claims, text))


def _with_aliases(one: Documented, known: set[str]) -> OptionClaim:
    more = [name for name in one.notes.relations.aliases if name not in known][:_MOST_NAMES]
    return replace(one.claim, names=(*one.claim.names, *more)) if more else one.claim


def _told_in_prose(entries: Sequence[Documented], known: set[str]) -> Iterator[OptionClaim]:
    told = set(known)
    for one in entries:
        relations, claim = one.notes.relations, one.claim
        longest = max(claim.names, key=len)
        for name in (*relations.opposites, *relations.others, *relations.mentioned):
            is_opposite = name not in relations.others and any(stem_of(name) == stem_of(own) for own in claim.names)
            if name in told or (name in relations.mentioned and not is_opposite):
                continue
            told.add(name)
            yield OptionClaim(
                (name,),
                description=claim.description,
                negates=longest if is_opposite and not longest.startswith("--no-") else None,
                inherited=claim.inherited,
                line=claim.line,
                confidence=claim.confidence,
            )


def _by_rule(claims: Sequence[OptionClaim], text: str) -> Iterator[OptionClaim]:
    """Follow `for every --OPTION there is also a --no-OPTION`."""
    rule = rule_of_negations(text)
    if rule is None:
        return
    known = {name for claim in claims for name in claim.names}
    for claim in claims:
        if rule == "flags" and claim.takes is not Takes.NONE:
            continue
        for name in claim.names:
            opposite = f"--{name[5:]}" if name.startswith("--no-") else f"--no-{name[2:]}"
            if name.startswith("--") and opposite not in known and name not in _HAVE_NO_OPPOSITE:
                known.add(opposite)
                negates = None if name.startswith("--no-") else name
                yield OptionClaim(
                    (opposite,), negates=negates, inherited=claim.inherited, line=claim.line, confidence=UNSURE
                )


def _with_values(claims: Sequence[OptionClaim], text: str) -> tuple[OptionClaim, ...]:
    """Add the choices that stand apart from the entries, under the name of the value or of the option."""
    told = told_elsewhere(lines_of(text))
    return tuple(_with_told(claim, told) for claim in claims) if told else tuple(claims)


def _with_told(claim: OptionClaim, told: dict[str, tuple[str, ...]]) -> OptionClaim:
    if claim.choices is not None or claim.takes is Takes.NONE:
        return claim
    keys = (*claim.names, claim.value_name or "")
    return replace(claim, choices=next((told[key] for key in keys if key in told), None))


def _as_words(claims: tuple[OptionClaim, ...]) -> tuple[OptionClaim, ...]:
    """Read `-CACHE` as one word, not as `-C ACHE`, where the tool writes words behind a single dash."""
    words = {name for claim in claims for name in claim.names if _SINGLE_DASH_WORD.fullmatch(name)}
    return tuple(_as_word(claim) for claim in claims) if len(words) >= _FEWEST_WORDS else claims


def _as_word(claim: OptionClaim) -> OptionClaim:
    value = claim.value_name or ""
    is_glued = len(claim.names) == 1 and claim.joined == "" and value.isupper() and type_of(value) is None
    word = f"{claim.names[0]}{value}"
    return replace(claim, names=(word,), takes=Takes.NONE, value_name=None, joined=None) if is_glued else claim


def without_combinations(claims: Sequence[OptionClaim]) -> tuple[OptionClaim, ...]:
    """Leave out `-lt`, which explains what `-l` and `-t` do together, where all options are letters."""
    names = {name for claim in claims for name in claim.names}
    if any(_SINGLE_DASH_WORD.fullmatch(name) and len(name) > 3 for name in names):  # noqa: PLR2004 - more than two letters
        return tuple(claims)
    return tuple(claim for claim in claims if not _is_combination(claim, names))


def _is_combination(claim: OptionClaim, names: set[str]) -> bool:
    first = claim.names[0]
    is_pair = len(claim.names) == 1 and _TWO_LETTERS.fullmatch(first) is not None and claim.takes is Takes.NONE
    return is_pair and f"-{first[1]}" in names and f"-{first[2]}" in names
