"""Reads what a description says beside its prose: defaults, choices, bounds, variables, other options, and marks.

Each pattern names whose wording it is; what takes more than a pattern has a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from worker.analysis.dialects.bounds import read_bounds
from worker.analysis.dialects.choices import Choices, read_choices
from worker.analysis.dialects.relations import Relations, read_relations

_BLANKS = re.compile(r"\s+")
_IN_OTHER_TONGUES = (
    "standard|standardwert|vorgabe|voreinstellung|défaut|par défaut|valeur par défaut"
    "|predeterminado|por defecto|por omisión"
    "|predefinito|padrão|standaard|по умолчанию|デフォルト|既定値|既定|默认|默认值|預設"
)
_DEFAULTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[\[(]defaults?(?: value| is|:| to|=)?[:=]? *\"(?P<value>[^\"]{0,80})\"[^\])]{0,80}[\])]",  # pflag
        r"[\[(]defaults?(?: value| is|:| to|=)?[:=]? *'(?P<value>[^']{0,80})'[^\])]{0,80}[\])]",
        r"[\[;(] ?defaults? ?(?:[:=]|value:?|is|to| )[ ]?(?P<value>[^\s\[\]();,][^\[\]();]{0,80}?) ?[\]);]",  # most
        r"\bdefaults? (?:is|to|value is|value:) ?[\"'`](?P<value>[^\"'`]{1,40})[\"'`]",
        r"\bdefaults? (?:is|to|value is|value:) ?(?P<value>(?-i:-?[\d.]*\d|[a-z][a-z0-9-]*))(?=[.,;)]|$)",
        r"\bdefault: (?P<value>[^\s.;,()\[\]]{1,40})(?=[.;,)\]]?(?:\s|$))",
        r"[(\[,;] ?default (?P<value>-?\d[\w.]{0,20})(?=[,;)\]])",
        rf"[\[(](?:{_IN_OTHER_TONGUES}) ?: ?[\"'«]?(?P<value>[^\s\[\]()\"'«»]{{1,60}})[\"'»]?[\])]",
    )
)
_NO_DEFAULT = frozenset({"", "none", "null", "nil", "n/a", "unset", "the", "a", "an"})
_VARIABLES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\[(;,] ?env(?: var| vars|ironment variable)?[:=] ?\$?(?P<name>[A-Z][A-Z0-9_]*)",  # clap, click
        r"\[\$(?P<name>[A-Z][A-Z0-9_]*)",  # urfave
        r"\(\$(?P<name>[A-Z][A-Z0-9_]*)\)",  # kingpin
        r"[\[(]env (?P<name>[A-Z][A-Z0-9_]+)[\])]",
        r"\benv var(?:iable)?:? \$?(?P<name>[A-Z][A-Z0-9_]{2,})\b",
        (
            r"\b(?:set|overrides?|via|using|through|from|equivalent to)(?: (?:with|by|via|using|from"
            r"|through|setting))?(?: the)? \$?(?P<name>[A-Z][A-Z0-9_]{2,})"
            r" (?:environment variable|env(?:ironment)? ?var)"
        ),
        (
            r"\b(?:set|overrides?|via|using|through|from|by)(?: the)? environment variable"
            r" \$?(?P<name>[A-Z][A-Z0-9_]{2,})\b"
        ),
    )
)
_REPEATED = re.compile(
    r"(?:can|may|could|might) be (?:specified|used|given|repeated|passed|set|provided|supplied)"
    r"(?: (?:multiple|several|many|more than once|repeatedly|any number|up to \d+|two|twice)\b|(?<=repeated))"
    r"|\b(?:multiple|several) times\b|\bmore than once\b|\brepeatable\b|\b(?:this )?option is additive\b"
    r"|\bmultiple uses\b|\bmultiple .{1,40} allowed\b|\brepeat (?:to|for)\b|\bmay be repeated\b|\(-(\w), -\1\1\b",
    re.IGNORECASE,
)
_REQUIRED = re.compile(
    r"[\[(;] ?(?:required|mandatory)[\]);]|^required[.:,)]|^\(?required\)|\b(?:option|flag) is"
    r" (?:required|mandatory)(?=[.;)]|$)",
    re.IGNORECASE,
)
_DEPRECATED = re.compile(
    r"[\[(] ?deprecated\b|^(?:is |now )?deprecated\b|(?-i:\bDEPRECATED\b)|\boption deprecated\b|\band is deprecated\b"
    # The option must be what it is said of: not another name, another form, or a value.
    r"|\b(?:this|the) (?:option|flag|switch|parameter|argument|feature|setting|command)\b(?:(?! -)[^.;()]){0,60}"
    r" (?:is|been) (?:now )?deprecated\b|(?:^|[.;:(] ?)(?:it|this|it's)(?: is| has been|) (?:now )?deprecated\b"
    r"|^obsolete\b|[.;] deprecated[:.,]",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"[\[(]hidden[\])]|\bfor internal use only\b|\bundocumented\b", re.IGNORECASE)
_MAY_LACK_VALUE = re.compile(
    r"\b(?:specified|given|used|passed|present|set) (?:but|and|with) no value\b|\bvalue (?:is"
    r" optional|may be omitted|can be omitted)\b"
    r"|\bif no (?:value|argument) is (?:given|specified|provided|supplied)\b",
    re.IGNORECASE,
)
# `[default: "text"]` and `[default: []]`: a text or a list, which no flag has (yargs).
_DEFAULT_OF_A_VALUE = re.compile(
    r"[\[(]default: (?:\[|(?P<mark>[\"'])(?!(?:true|false|yes|no|on|off)(?P=mark)))", re.IGNORECASE
)
_PART_OF_VALUE = re.compile(r"[a-z][\w-]{0,30}=(?:[A-Z]+|<[^<>]{1,30}>)\s{2,}\S")
_TYPE_NOTES = re.compile(r"\[(boolean|string|number|array|count)\](?=\s*(?:\[|$))")


_NO_RELATIONS = Relations()


@dataclass(frozen=True)
class Notes:
    """What a description says beside its prose."""

    default: str | None = None
    choices: Choices | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    relations: Relations = _NO_RELATIONS
    env_var: str | None = None
    repeatable: bool = False
    required: bool = False
    deprecated: bool = False
    hidden: bool = False
    may_lack_value: bool = False
    type_note: str | None = None
    has_default_of_a_value: bool = False


def read_notes(description: str, lines: Sequence[str] = (), value_name: str | None = None) -> Notes:
    """Read a description joined to one line; `lines` are the same words as they stood, for lists below each other."""
    parts = next((number for number, line in enumerate(lines) if _PART_OF_VALUE.match(line)), None)
    if parts is not None:  # what is said of a part of a value is not said of the value
        description, lines = " ".join(lines[:parts]), lines[:parts]
    description = _BLANKS.sub(" ", description)
    minimum, maximum = read_bounds(description, value_name)
    return Notes(
        default=_default(description),
        choices=read_choices(description, lines, value_name),
        minimum=minimum,
        maximum=maximum,
        relations=read_relations(description),
        env_var=_variable(description),
        repeatable=_REPEATED.search(description) is not None,
        required=_REQUIRED.search(description) is not None,
        deprecated=_DEPRECATED.search(description) is not None,
        hidden=_HIDDEN.search(description) is not None,
        may_lack_value=_MAY_LACK_VALUE.search(description) is not None,
        type_note=_type_note(description),
        has_default_of_a_value=_DEFAULT_OF_A_VALUE.search(description) is not None,
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
            if value.lower() in _NO_DEFAULT:
                return None
            if " " not in value:
                return value
    return None


def _variable(description: str) -> str | None:
    found = (pattern.search(description) for pattern in _VARIABLES)
    return next((one["name"] for one in found if one), None)
