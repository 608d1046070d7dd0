"""Settles claims: which spellings are one option, which claim is believed where two differ, and what is left open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from shared.models.cli_tool import Argument, Contradiction, Option, Place, Source, Takes
from worker.analysis.claims import SURE, UNSURE, ArgumentClaim, OptionClaim
from worker.knowledge.values import type_of

T = TypeVar("T")

_LONGEST_DESCRIPTION = 500
# Whose word counts first, where two name a value.
_TRUSTED = (Source.PROBE, Source.HELP, Source.ERROR, Source.MAN, Source.COMPLETION, Source.USAGE)
_LISTED = frozenset({Source.HELP, Source.MAN})
_MOST_CONTRADICTIONS = 100
_MOSTLY = 0.6


@dataclass(frozen=True)
class Settled:
    """The options of a command, and where its documentation does not agree with itself."""

    options: tuple[Option, ...]
    contradictions: tuple[Contradiction, ...] = ()


def settle_options(claims: Sequence[OptionClaim], path: str, inherited: Iterable[str] = ()) -> Settled:
    """Turn the claims about one command into its options, in the order of the text.

    `inherited` are spellings that a command above has: what a heading calls global or common is left to that one.
    """
    above = frozenset(inherited)
    own = [_counted(claim) for claim in claims if not (claim.inherited and above.issuperset(claim.names))]
    groups = _grouped(_disjoint([*_parted(own)]))
    names = {name for group in groups for claim in group for name in claim.names}
    names_values = any(claim.takes is not Takes.NONE for claim in own if claim.source is Source.HELP)
    options = tuple(_option(group, names, help_names_values=names_values) for group in groups)
    return Settled(options, tuple(_contradictions(groups, path)))


def settle_arguments(claims: Iterable[ArgumentClaim]) -> tuple[Argument, ...]:
    """Turn claims about positional words into arguments."""
    return tuple(
        Argument(
            name=claim.name,
            required=claim.required,
            variadic=claim.variadic,
            value_type=type_of(claim.name, claim.description, choices=claim.choices),
            choices=claim.choices,
        )
        for claim in claims
        if claim.name.strip() and claim.name.isprintable()
    )


def _counted(claim: OptionClaim) -> OptionClaim:
    """Take `-vv` beside `-v` for what it is: the same letter, given twice."""
    once = {name for name in claim.names if len(name) == 2}  # noqa: PLR2004 - a dash and a letter
    names = tuple(name for name in claim.names if not (set(name[1:]) == {name[-1]} and name[:2] in once - {name}))
    return claim if names == claim.names else replace(claim, names=names, repeatable=True)


def _parted(claims: Sequence[OptionClaim]) -> Iterator[OptionClaim]:
    """Part `-O, --format=roff` beside `-T, --format=tex`: letters without a value, and an option with two choices."""
    words: dict[tuple[str, Source], dict[str, None]] = {}
    for claim in filter(_has_fixed_word, claims):
        for name in claim.names:
            words.setdefault((name, claim.source), {})[claim.value_name or ""] = None
    for claim in claims:
        shared = [name for name in claim.names if len(words.get((name, claim.source), ())) > 1]
        own = tuple(name for name in claim.names if name not in shared)
        if not (shared and own and _has_fixed_word(claim)):
            yield claim
            continue
        yield replace(claim, names=own, takes=Takes.NONE, value_name=None, choices=None, joined=None)
        for name in shared:
            yield replace(claim, names=(name,), value_name=None, choices=tuple(words[name, claim.source]))


def _has_fixed_word(claim: OptionClaim) -> bool:
    """Tell an entry with a word to be typed in the place of its value from one that says what is to be filled in."""
    word = claim.value_name or ""
    return _is_entry(claim) and word.isalpha() and word.islower() and type_of(word) is None


def _disjoint(claims: Sequence[OptionClaim]) -> list[OptionClaim]:
    """Take from a claim the spellings that belong to another entry: `-p, --style=slash` beside `--style=WORD`."""
    homes: dict[str, OptionClaim] = {}
    kept: list[OptionClaim] = []
    for claim in sorted(claims, key=lambda one: -one.confidence):
        foreign = [name for name in claim.names if name in homes and _is_other_entry(homes[name], claim)]
        own = tuple(dict.fromkeys(name for name in claim.names if name not in foreign))
        if not own:
            continue
        settled = _without_value(claim, own) if foreign else replace(claim, names=own)
        kept.append(settled)
        homes.update(dict.fromkeys(own, settled))
    return kept


def _is_other_entry(home: OptionClaim, claim: OptionClaim) -> bool:
    """Tell two entries that share a spelling by accident from two that document one option."""
    are_entries = home.source is claim.source and _is_entry(home) and _is_entry(claim)
    is_subset = set(home.names) <= set(claim.names) or set(claim.names) <= set(home.names)
    return are_entries and (not is_subset or _is_shorthand(home, claim) or _is_shorthand(claim, home))


def _is_shorthand(one: OptionClaim, other: OptionClaim) -> bool:
    """Tell `-p, --style=slash`: a fixed word in place of the value that the other entry names."""
    has_more = len(one.names) > len(other.names)
    return has_more and (one.value_name or "").islower() and (other.value_name or "").isupper()


def _without_value(claim: OptionClaim, names: tuple[str, ...]) -> OptionClaim:
    is_fixed = (claim.value_name or "").islower()
    takes = Takes.NONE if is_fixed else claim.takes
    return replace(claim, names=names, takes=takes, value_name=None if is_fixed else claim.value_name)


def _grouped(claims: Sequence[OptionClaim]) -> list[list[OptionClaim]]:
    """Put claims that share a spelling together; a usage line joins no two entries."""
    groups: list[list[OptionClaim]] = []
    by_name: dict[str, list[OptionClaim]] = {}
    for claim in claims:
        known = [by_name[name] for name in claim.names if name in by_name]
        group = known[0] if known else []
        if not known:
            groups.append(group)
        free = tuple(name for name in claim.names if by_name.get(name, group) is group)
        group.append(replace(claim, names=free))
        by_name.update(dict.fromkeys(free, group))
    return sorted(groups, key=lambda group: min(_place(claim) for claim in group))


def _place(claim: OptionClaim) -> tuple[bool, int]:
    return (claim.line is None, claim.line or 0)


def _option(group: Sequence[OptionClaim], names: set[str], *, help_names_values: bool) -> Option:
    best = group[0]
    spellings = tuple(dict.fromkeys(name for claim in group for name in claim.names))
    takes = _takes(group, help_names_values=help_names_values)
    has_value = takes is not Takes.NONE
    value_name = _first(claim.value_name for claim in group) if has_value else None
    choices = _first(claim.choices for claim in group) if has_value else None
    default = _first(claim.default for claim in group)
    return Option(
        names=spellings,
        takes_value=takes,
        value_name=value_name,
        joined=_first(claim.joined for claim in group if max(spellings, key=_length) in claim.names)
        if has_value
        else None,
        value_type=type_of(value_name, best.description, spellings, choices, default) if has_value else None,
        choices=choices,
        default=default,
        description=best.description[:_LONGEST_DESCRIPTION],
        repeatable=any(claim.repeatable for claim in group),
        required=any(claim.required for claim in group),
        deprecated=any(claim.deprecated for claim in group),
        hidden=all(claim.hidden for claim in group),
        negates=_first(claim.negates for claim in group) or _negated(spellings, names),
        env_var=_first(claim.env_var for claim in group),
        minimum=_first(claim.minimum for claim in group) if has_value else None,
        maximum=_first(claim.maximum for claim in group) if has_value else None,
        conflicts=_others(spellings, (name for claim in group for name in claim.conflicts)),
        requires=_others(spellings, (name for claim in group for name in claim.requires)),
        sources=tuple(dict.fromkeys(claim.source for claim in group)),
        line=best.line,
        places=tuple(dict.fromkeys(Place(source=claim.source, line=claim.line) for claim in group)),
        confidence=_confidence(group),
    )


def _others(spellings: Sequence[str], named: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(named) if name not in spellings)


def _length(name: str) -> tuple[int, str]:
    return (len(name), name)


def _takes(group: Sequence[OptionClaim], *, help_names_values: bool) -> Takes:
    """Believe entries before usage lines, and whoever names a value before who names none.

    Two entries of one help, with a value and without, mean that it may be left out, and so do brackets in help or
    manual. A manual may show an argument beside an option, which help that names values does not.
    """
    group = [claim for claim in group if claim.takes is not Takes.NONE or claim.source is not Source.COMPLETION]
    entries = {claim.takes for claim in group if claim.source is Source.HELP}
    if len(entries) > 1:
        return Takes.OPTIONAL
    written = {claim.takes for claim in group if claim.source is Source.MAN and _is_entry(claim)}
    if Takes.OPTIONAL in entries | written and Takes.NONE not in entries:
        return Takes.OPTIONAL
    if help_names_values and entries == {Takes.NONE}:
        group = [claim for claim in group if claim.source is not Source.MAN]
    most_trusted = sorted(group, key=lambda claim: _TRUSTED.index(claim.source))
    named = [claim.takes for claim in most_trusted if claim.takes is not Takes.NONE]
    return named[0] if named else Takes.NONE


def _confidence(group: Sequence[OptionClaim]) -> float:
    most = max(claim.confidence for claim in group)
    is_seen_twice = len({claim.source for claim in group}) > 1
    return max(most, SURE) if is_seen_twice and most >= 0.9 else most  # noqa: PLR2004 - an entry


def _negated(spellings: Sequence[str], names: set[str]) -> str | None:
    """Name the option that `--no-x` switches off, where it stands among the others."""
    positives = (f"--{name[5:]}" for name in spellings if name.startswith("--no-"))
    return next((name for name in positives if name in names and name not in spellings), None)


def _contradictions(groups: Sequence[Sequence[OptionClaim]], path: str) -> Iterator[Contradiction]:
    found = [*_about_values(groups, path), *_about_choices(groups, path), *_left_out(groups, path)]
    yield from found[:_MOST_CONTRADICTIONS]


def _about_values(groups: Sequence[Sequence[OptionClaim]], path: str) -> Iterator[Contradiction]:
    for group in groups:
        entry = _claim_of(group, Source.HELP)
        for source, text in ((Source.USAGE, "the usage line names"), (Source.MAN, "the manual names")):
            other = _claim_of(group, source)
            if entry and other and entry.takes is Takes.NONE and other.takes is Takes.REQUIRED:
                message = f"{text} a value, the list of options names none"
                yield _contradiction(path, group, message, (Source.HELP, source))


def _about_choices(groups: Sequence[Sequence[OptionClaim]], path: str) -> Iterator[Contradiction]:
    for group in groups:
        one, other = _claim_of(group, Source.HELP), _claim_of(group, Source.MAN)
        if one and other and one.choices and other.choices and set(one.choices) != set(other.choices):
            differ = ", ".join(sorted(set(one.choices) ^ set(other.choices)))
            yield _contradiction(
                path, group, f"help and manual list other choices: {differ}", (one.source, other.source)
            )


def _left_out(groups: Sequence[Sequence[OptionClaim]], path: str) -> Iterator[Contradiction]:
    """Name what one of help and manual lists alone, where each means to list all: most stand in both."""
    listed = [({claim.source for claim in group if _is_entry(claim)}, group) for group in groups]
    both = sum(sources == _LISTED for sources, _ in listed)
    for source, missing in ((Source.MAN, "help"), (Source.HELP, "manual")):
        alone = [group for sources, group in listed if sources == {source}]
        if both and both >= _MOSTLY * (both + len(alone)):
            for group in alone:
                yield _contradiction(path, group, f"the {missing} does not list it", (source,))


def _claim_of(group: Sequence[OptionClaim], source: Source) -> OptionClaim | None:
    return next(
        (claim for claim in group if claim.source is source and (source is Source.USAGE or _is_entry(claim))), None
    )


def _is_entry(claim: OptionClaim) -> bool:
    """Tell what is listed from what only stands in a usage line, of help or of a manual."""
    is_shown = claim.source is Source.MAN and claim.confidence <= UNSURE and not claim.description
    return claim.source in _LISTED and not is_shown


def _contradiction(path: str, group: Sequence[OptionClaim], message: str, sources: tuple[Source, ...]) -> Contradiction:
    subject = max((name for claim in group for name in claim.names), key=_length)
    return Contradiction(command=path, subject=subject, message=message, sources=sources)


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
