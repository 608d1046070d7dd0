"""Makes of the head of an entry in a manual page one that the help reader reads.

Pages say some things in their own way: `--sign, --sign=KEY` for a value that may be left out, `-perm -mode` for a
value with a sign, `--quiet[=false]` for a flag, `--depth=5` for a default, one head for a row of options,
`EXPR1 -and EXPR2` for what joins two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.models.cli_tool import Takes
from worker.analysis.dialects.heads import MOST_SPELLINGS, option_follows, parse_beginning, parse_head
from worker.analysis.dialects.heads import Head as HelpHead

_LONGEST = 400
_ENDS_NAME = " ,|/"
_TRAILING_MARKS = re.compile(r"(?: [^\w\s<>\[\](){}-][^\w\s<>\[\]()-]{0,20}){1,4}$")
_DEFAULT_OF_FLAG = re.compile(r"\[=(?:false|true)\]")
_DEFAULT = re.compile(r"=(?:\"[^\"]{0,60}\"|\d[\w.]{0,20}|\[\]|true|false)$")
_PARTED = re.compile(r"(?<=\w)= (?=[\[<A-Z])")
_SIGNED_VALUE = re.compile(r"(?<= )[-+/](?=<)")
_PATTERN_FIRST = re.compile(r"-<\w{1,20}>, (?=-)")
_BETWEEN = re.compile(
    r"<?(?P<one>[A-Za-z]{1,20})\d?>? (?P<name>--?[A-Za-z][\w-]{0,40}) <?(?P<other>[A-Za-z]{1,20})\d?>?"
)
_BREAKS = re.compile(r", (?=-)| / (?=-)| or (?=-)")
_ROW = re.compile(r", (?=-)")
_INSTEAD = re.compile(
    r"(?P<head>(?:--?\w[\w-]{0,60}, ){0,3}--?\w[\w-]{0,60} [^\s,|/]{1,60})"
    r"\|(?P<others>-[\w-]{1,60}(?:\|-[\w-]{1,60}){0,4})"
)
_DASHES = re.compile(r"(?<![^ ,|/])[\u2013\u2014](?=[A-Za-z0-9])")
_REMARK = re.compile(
    r" (?=[\[(](?:defaults?|env|since|deprecated|obsolete|optional|required|repeatable)\b)", re.IGNORECASE
)
_MANY_DIGITS = re.compile(r"-\d{2,}")


@dataclass(frozen=True)
class Head:
    """The head of an entry as text that the help reader reads, what stands behind it, its names and its line."""

    text: str
    rest: str
    names: frozenset[str]
    number: int


def read_heads(text: str, number: int, *, is_tag: bool) -> tuple[Head, ...]:
    """Read the heads in a line; nothing where it holds anything else. A tag may have a remark behind its head."""
    text = _DASHES.sub("--", _shortened(text))
    between = _BETWEEN.fullmatch(text)
    if between and between["one"] == between["other"] and is_tag:
        text = between["name"]
    text = _PATTERN_FIRST.sub("", text, count=1)
    if not option_follows(text) or _MANY_DIGITS.fullmatch(text):
        return ()
    parts = _parts(text)
    heads = [head for part in parts if (head := _head(part, number, is_tag=is_tag))]
    return tuple(heads) if len(heads) == len(parts) else ()


def _shortened(text: str) -> str:
    """Cut a long text where a word ends: half a name would be an option of its own."""
    if len(text) <= _LONGEST:
        return text
    end = max(text.rfind(mark, 0, _LONGEST + 1) for mark in _ENDS_NAME)
    return text[: max(end, 0)].rstrip(_ENDS_NAME)


def _parts(text: str) -> list[str]:
    """Part heads of several options: those joined by "and", and a row of so many that they cannot be one option.

    In `--run <name>...|-a|--all`, others are typed in place of the first with its value.
    """
    if " and -" in text:
        return text.split(" and ")
    instead = _INSTEAD.fullmatch(text)
    if instead:
        return [instead["head"], instead["others"]]
    row = _ROW.split(text)
    return row if len(row) > MOST_SPELLINGS else [text]


def _head(text: str, number: int, *, is_tag: bool) -> Head | None:
    text, *remark = _REMARK.split(_PARTED.sub("=", text.strip()), maxsplit=1)
    text = _once(_SIGNED_VALUE.sub("", _DEFAULT_OF_FLAG.sub("", text.rstrip(":,;"))))
    # With a colon behind it, what stands for the value is its default.
    text = _DEFAULT.sub(r"\g<0>:", text)
    for candidate in (text, _TRAILING_MARKS.sub("", text)):
        whole = parse_head(candidate)
        if whole is not None:
            return Head(candidate, " ".join(remark), _names(whole), number)
    begun = parse_beginning(text) if is_tag else None
    if begun is None:
        return None
    head, end = begun
    return Head(text[:end], " ".join([text[end:].strip(), *remark]), _names(head), number)


def _names(head: HelpHead) -> frozenset[str]:
    return frozenset([*head.names, *(name for one in head.negations for name in one)])


def _once(text: str) -> str:
    """Write each spelling once: with a value here and without one there, it may be left out."""
    parts = _BREAKS.split(text)
    heads = [head for part in parts if (head := parse_head(part)) is not None]
    names = {name for head in heads for name in _names(head)}
    if len(heads) < len(parts):
        return parts[0] if heads and _are_forms(parts) else text
    return ", ".join(_merged(parts, heads)) if len(names) < len(parts) else text


def _are_forms(parts: Sequence[str]) -> bool:
    """Tell `-L <first>,<last>, -L :<name>`, where one option has values of several forms."""
    first = parts[0].split(" ", maxsplit=1)[0]
    return parse_head(parts[0]) is not None and all(part.split(" ")[0] == first for part in parts)


def _merged(parts: Sequence[str], heads: Sequence[HelpHead]) -> list[str]:
    kept: dict[frozenset[str], tuple[str, Takes]] = {}
    for part, head in zip(parts, heads, strict=True):
        names = _names(head)
        known = kept.get(names)
        if known is None:
            kept[names] = (part, head.slot.takes)
        elif known[1] is not head.slot.takes:
            kept[names] = (optional(part if known[1] is Takes.NONE else known[0]), Takes.OPTIONAL)
    return [part for part, _ in kept.values()]


def optional(text: str) -> str:
    """Write the value behind a spelling as one that may be left out: `--sign=KEY` becomes `--sign[=KEY]`."""
    for joint, opening in (("=", "[="), (" ", " [")):
        name, found, value = text.partition(joint)
        if found and "[" not in name:
            return f"{name}{opening}{value.strip('[]')}]"
    return text
