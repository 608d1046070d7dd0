"""Reads what a description says of other options: conflicts, requirements, opposites, other names.

Prose names many options. Only such a phrase makes one of them a claim: `can be disabled with --no-x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_NAME = r"(?<![\w-])--?[A-Za-z0-9][\w-]{0,60}(?:\.\w{1,20})?"
_QUOTED = rf"[\"'`\u2018]?(?:-\w/)?(?P<name>{_NAME})(?:[= ]<[^<>]{{1,40}}>)?[\"'`\u2019]?(?: (?:flag|option)s?\b)?"
_ONE = re.compile(_QUOTED)
_NEXT = re.compile(r",? (?:and|or|nor) (?:the |with )?|, (?:the )?|/| ?\| ?")
_MOST_NAMES = 20
_LEAD_OF_NAMES = r"(?: (?:the|any of|either|one of|both|option|options|flag|flags|of))* (?=[\"'`\u2018]?-)"
_NOT = r"(?:can(?:no|['\u2019])t|can not|may not|must not|should not|shouldn't|not allowed to|not)"
_CONFLICTS = re.compile(
    rf"\b(?:conflicts?|conflicting|mutually exclusive|incompatible|exclusive|not compatible|not"
    rf" allowed|not valid|invalid)(?: when used)?"
    rf" (?:with|to){_LEAD_OF_NAMES}"
    rf"|\b{_NOT} be (?:used|combined|given|specified|set|mixed|passed|present)(?: (?:together|along"
    rf"|in combination|at the same time"
    rf"|in conjunction|simultaneously))? (?:with|as|alongside){_LEAD_OF_NAMES}",
    re.IGNORECASE,
)
_USED = (
    "(?:used |valid |allowed |useful |meaningful |relevant |effective |applicable |works? "
    "|applies |makes sense |has an? effect )?"
)
_REQUIRES = re.compile(
    rf"\b(?:requires?|needs?|depends on|depending on|must be (?:used|given|specified|combined|set"
    rf"|present)(?: together)? with"
    rf"|(?:can|may|must) only be (?:used|given|specified|set|combined)(?: together| in combination|"
    rf" in conjunction)? (?:with|when|if)(?: using)?"
    rf"|(?<!not )only {_USED}(?:together |in combination |in conjunction |along )?(?:with|when|if)(?: using)?"
    rf"|{_USED}(?<!not )only (?:together |in combination |in conjunction )?(?:with|when|if)(?: using)?"
    rf"|(?:no effect|ignored|meaningless|useless)(?: unless| without)(?: used with)?){_LEAD_OF_NAMES}",
    re.IGNORECASE,
)
_REQUIRED_AS_WELL = re.compile(
    rf"{_QUOTED} (?:must|has to|needs to)(?: also)? be (?:specified|given|set|provided|used|present)(?: as well| too)",
    re.IGNORECASE,
)
_OPPOSITE = re.compile(
    r"\b(?:disabled?|overridd?en|negated?|undone|undo|reversed?|revert(?:ed)?|turn(?:ed)? (?:this "
    r"|it )?off|switch(?:ed)? (?:this |it )?off|turned on"
    r"|cancell?(?:ed)?|reset|suppress(?:ed)?|deactivated?|re-?enabled?|enabled|inverted)"
    rf" (?:with|by|using|via|through)(?: (?:using|passing|specifying|giving|setting))?{_LEAD_OF_NAMES}",
    re.IGNORECASE,
)
_USE_OPPOSITE = re.compile(
    r"\b(?:use|pass|specify|give|see|with|set|try)(?: the)?"
    r" [\"'`\u2018]?(?P<name>--no-[\w-]{0,60}\w)[\"'`\u2019]?(?: (?:flag|option))?(?= to | for |[,.;)]|$)"
    r"|(?<!\S)[\"'`\u2018]?(?P<other>--no-[\w-]{0,60}\w)[\"'`\u2019]? (?:to )?(?:disables?"
    r"|negates?|undo(?:es)?|turns? (?:it |this )?off|reverts?|switch(?:es)? (?:it |this )?off)\b",
    re.IGNORECASE,
)
_ALIASES = (
    re.compile(
        rf"(?P<names>{_QUOTED.replace('?P<name>', '')}(?:(?:, |,? (?:and|or)"
        rf" ){_QUOTED.replace('?P<name>', '')}){{0,8}})"
        r" (?:can|may) (?:also )?be used as (?:an? )?(?:alias|synonym)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"[\[(](?:short )?(?:alias(?:es)?|also)(?: to)?: ?(?P<names>{_NAME}(?:, ?{_NAME}){{0,12}})[\])]", re.IGNORECASE
    ),
)
_ALIAS_OF = re.compile(
    rf"(?P<names>{_NAME}(?:(?:, |,? and ){_NAME}){{0,8}})[\"'`]? (?:is|are) (?:now )?(?:an?"
    rf" )?(?:alias|synonym)(?:es|s)? (?:for|of) ",
    re.IGNORECASE,
)
_NAME_FOUND = re.compile(_NAME)
_RULE = re.compile(r"(?<![\w-])--no-[\"'`<\[]?(?:OPTION|option|FLAG|flag|NAME|name|xxx|foo)\b")
_OF_EVERY = re.compile(r"\b(?:every|each|all|any|boolean)\b", re.IGNORECASE)
_OF_FLAGS = re.compile(r"\bboolean\b", re.IGNORECASE)
_OPTIONS = re.compile(r"--OPTION|\b(?:options?|flags?)\b")
_SENTENCE = 250
_MOST_RULES = 20


@dataclass(frozen=True)
class Relations:
    """The options that a description names, by what it says of them."""

    conflicts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()


def read_relations(description: str) -> Relations:
    """Read a description joined to one line.

    `others` are said to be further names; `mentioned` are opposites, where the option is the one that they switch off.
    """
    if "-" not in description:
        return Relations()
    as_well = (found["name"] for found in _REQUIRED_AS_WELL.finditer(description))
    aliases = [name for pattern in _ALIASES for found in pattern.finditer(description) for name in _names_in(found)]
    return Relations(
        conflicts=_behind(_CONFLICTS, description),
        requires=tuple(dict.fromkeys([*_behind(_REQUIRES, description), *as_well])),
        opposites=_behind(_OPPOSITE, description),
        aliases=tuple(dict.fromkeys(aliases)),
        others=tuple(dict.fromkeys(name for found in _ALIAS_OF.finditer(description) for name in _names_in(found))),
        mentioned=tuple(dict.fromkeys(_said_opposites(description))),
    )


def rule_of_negations(text: str) -> str | None:
    """Find the sentence that gives options a `--no-` form, and say which: `all` or `flags`; None without one."""
    for found in islice(_RULE.finditer(text), _MOST_RULES):
        before = text[max(0, found.start() - _SENTENCE) : found.start()].rpartition(". ")[2]
        if _OF_EVERY.search(before) and _OPTIONS.search(before):
            return "flags" if _OF_FLAGS.search(before) else "all"
    return None


def _behind(lead: re.Pattern[str], text: str) -> tuple[str, ...]:
    names: list[str] = []
    for found in lead.finditer(text):
        names += _list_at(text, found.end())
    return tuple(dict.fromkeys(names))


def _list_at(text: str, at: int) -> Iterator[str]:
    for _ in range(_MOST_NAMES):
        found = _ONE.match(text, at)
        if found is None:
            return
        yield found["name"].rstrip("-")
        following = _NEXT.match(text, found.end())
        if following is None:
            return
        at = following.end()


def _said_opposites(text: str) -> Iterator[str]:
    for found in _USE_OPPOSITE.finditer(text):
        yield found["name"] or found["other"]


def _names_in(found: re.Match[str]) -> list[str]:
    return _NAME_FOUND.findall(found["names"])
