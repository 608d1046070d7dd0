"""Reads what a description says beside its prose: defaults, choices, variables, and whether it may stand again.

Each pattern names whose wording it is. They are strict: a list with "such as" or "etc." is no list of choices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DEFAULTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[\[(]defaults?(?: value| is|:| to|=)?[:=]? *\"(?P<value>[^\"]{0,80})\"[^\])]{0,80}[\])]",  # pflag
        r"[\[(]defaults?(?: value| is|:| to|=)?[:=]? *'(?P<value>[^']{0,80})'[^\])]{0,80}[\])]",
        r"[\[;(] ?defaults? ?(?:[:=]|value:?|is|to| )[ ]?(?P<value>[^\s\[\]();,][^\[\]();]{0,80}?) ?[\]);]",  # most
        r"\bdefaults? (?:is|to|value is|value:) ?[\"'`](?P<value>[^\"'`]{1,40})[\"'`]",
        r"\bdefaults? (?:is|to|value is|value:) ?(?P<value>(?-i:-?[\d.]*\d|[a-z][a-z0-9-]*))(?=[.,;)]|$)",
        r"\bdefault: (?P<value>[^\s.;,()\[\]]{1,40})(?=[.;,)\]]?(?:\s|$))",
    )
)
_NO_DEFAULT = frozenset({"", "none", "null", "nil", "n/a", "unset", "the", "a", "an"})
_LIST = r"(?P<list>[^\[\]();]{1,800})"
_CLAUSE = r"(?P<list>[^\[\]();.]{1,400})"
_CLOSED = r"(?:possible|allowed|valid|available|accepted|supported)"
_CHOICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\[possible values: {_LIST}\]",  # clap
        rf"[\[(]choices: {_LIST}[\])]",  # commander, yargs
        r"<options: (?P<list>[^>]{1,800})>",  # oclif
        rf"\((?:one of|choose from|allowed(?: values)?|valid(?: values)?|possible values)(?:: ?| ){_LIST}\)",
        rf"\[(?:one of|choose from|allowed(?: values)?|valid(?: values)?)(?:: ?| ){_LIST}\]",
        rf"\bone of:? \({_LIST}\)",
        rf"(?:\b(?:must|can|may|should) be |^|[.;:(] ?)one of(?: the following)?:? {_CLAUSE}(?=[.;(\[]|$)",
        rf"\b{_CLOSED} (?:values|choices|options|formats|types|modes|levels)(?: are)?: {_CLAUSE}",
        r"\((?P<list>[\"']?[\w.+-]+[\"']?(?: ?\| ?[\"']?[\w.+-]+[\"']?)+)\)",
        r"\((?P<list>\"[\w.+-]+\"(?:, ?(?:or )?\"[\w.+-]+\")+)\)",
    )
)
_QUOTED_LIST = re.compile(r"(?:\b(?:is|be|are|to|can be)|:) (?P<list>'[\w.+-]+'(?:, '[\w.+-]+')*,? or '[\w.+-]+')")
_OPEN_ENDED = re.compile(r"\.\.\.|\betc\b|\bsuch as\b|\be\.g\b|\bfor example\b|\bincluding\b|\bmore\b", re.IGNORECASE)
_MAPPING = re.compile(r"\bmappings?\b", re.IGNORECASE)
_CHOICE = re.compile(r"[A-Za-z0-9][\w.+:@/-]*")
_VARIABLES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\[(;,] ?env(?: var| vars|ironment variable)?[:=] ?\$?(?P<name>[A-Z][A-Z0-9_]*)",  # clap, click
        r"\[\$(?P<name>[A-Z][A-Z0-9_]*)",  # urfave
        r"\(\$(?P<name>[A-Z][A-Z0-9_]*)\)",  # kingpin
    )
)
_REPEATED = re.compile(
    r"(?:can|may|could|might) be (?:specified|used|given|repeated|passed|set|provided|supplied)"
    r"(?: (?:multiple|several|many|more than once|repeatedly|any number|up to \d+|two|twice)\b|(?<=repeated))"
    r"|\b(?:multiple|several) times\b|\bmore than once\b|\brepeatable\b|\b(?:this )?option is additive\b"
    r"|\bmultiple uses\b|\bmultiple .{1,40} allowed\b|\brepeat (?:to|for)\b",
    re.IGNORECASE,
)
_REQUIRED = re.compile(r"[\[(;] ?required[\]);]|^required[.:,)]|^\(?required\)", re.IGNORECASE)
_DEPRECATED = re.compile(
    r"[\[(] ?deprecated\b|^deprecated\b|(?-i:\bDEPRECATED\b)|\b(?:is|been|option) deprecated\b|^obsolete\b",
    re.IGNORECASE,
)
_TYPE_NOTES = re.compile(r"\[(boolean|string|number|array|count)\](?=\s*(?:\[|$))")
_LISTED_CHOICE = re.compile(r"^[-*•] (?P<name>[\w.+-]+)(?::| -|$)")
_POSSIBLE_VALUES = re.compile(r"^possible values:$", re.IGNORECASE)


@dataclass(frozen=True)
class Notes:
    """What a description says beside its prose."""

    default: str | None = None
    choices: tuple[str, ...] | None = None
    env_var: str | None = None
    repeatable: bool = False
    required: bool = False
    deprecated: bool = False
    type_note: str | None = None


def read_notes(description: str, lines: Sequence[str] = ()) -> Notes:
    """Read a description joined to one line; `lines` are the same words as they stood, for lists below each other."""
    return Notes(
        default=_default(description),
        choices=_listed(lines) or _choices(description),
        env_var=_variable(description),
        repeatable=_REPEATED.search(description) is not None,
        required=_REQUIRED.search(description) is not None,
        deprecated=_DEPRECATED.search(description) is not None,
        type_note=_type_note(description),
    )


def _type_note(description: str) -> str | None:
    """Read the type that stands in brackets of its own behind the description (yargs)."""
    found = _TYPE_NOTES.findall(description)
    return found[-1] if found else None


def _default(description: str) -> str | None:
    for pattern in _DEFAULTS:
        found = pattern.search(description)
        if found:
            value = found["value"].strip().strip("\"'`")
            value = value.rstrip(".") or value
            return None if value.lower() in _NO_DEFAULT or " " in value else value
    return None


def _choices(description: str) -> tuple[str, ...] | None:
    if _MAPPING.search(description):
        return None
    matches = (pattern.search(description) for pattern in (*_CHOICES, _QUOTED_LIST))
    lists = (_words_of(found["list"]) for found in matches if found and not _goes_on(found))
    return next((words for words in lists if words), None)


def _goes_on(found: re.Match[str]) -> bool:
    return _OPEN_ENDED.match(found.string, found.end("list")) is not None


def _words_of(text: str) -> tuple[str, ...] | None:
    if _OPEN_ENDED.search(text):
        return None
    parts = re.split(r"\s*[,|]\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+", text.strip())
    words = [part.strip().strip("\"'`") for part in parts if part.strip()]
    is_list = len(words) > 1 and all(_CHOICE.fullmatch(word) for word in words)
    return tuple(dict.fromkeys(words)) if is_list else None


def _variable(description: str) -> str | None:
    found = (pattern.search(description) for pattern in _VARIABLES)
    return next((one["name"] for one in found if one), None)


def _listed(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Read a list of values below each other, as long help of clap shows them."""
    start = next((number for number, line in enumerate(lines) if _POSSIBLE_VALUES.match(line.strip())), None)
    if start is None:
        return None
    items = (_LISTED_CHOICE.match(line.strip()) for line in lines[start + 1 :])
    return tuple(found["name"] for found in items if found) or None
