"""Reads which words an option takes: lists in brackets, in prose, below each other, and those told further down.

[possible values: a, b]     WHEN is 'always', 'never', or 'auto'     sort by WORD: none (-U), size (-S), time
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from worker.analysis.dialects.layout import Line

_FEWEST = 2
_NEAR = 25
_MOST = 400
_WORD = re.compile(
    r"(?P<quote>[\"'`\u2018\u201c]?)(?P<word>[A-Za-z0-9](?:[\w.+:@/-]*[\w+])?)[\"'`\u2019\u201d]?"
    r"(?P<note>(?: ?\([^()]{0,60}\)| -{1,2}\w[\w-]{0,30})*)"
)
_PART = re.compile(r"\s*(?:,\s*or\s+|,\s*and\s+|,\s*|\s/\s|\||\b(?:or|and|oder|und|ou|et|или)\s+)\s*")
_LAST_PART = re.compile(r"\b(?:or|and|oder|und|ou|et|или)\s")
_ENDS = re.compile(r"\s*(?:$|[.;:)\]>}]|\s-\s|,\s(?:but|which|where|the|if|with|default)\b|\((?!s\)))")
_OPEN_ENDED = re.compile(
    r"[\s,(]*(?:\.\.\.|\u2026|\betc\b|\bsuch as\b|\be\.g\b|\bfor example\b|\bothers?\b|\bany\b|\ba\b|\ban\b|\bthe\b)"
)
_EXAMPLES_BEFORE = re.compile(
    r"(?:\bsuch as|\be\.g\.?,?|\bfor example:?,?|\bexamples?:?|\blike|\bincluding|\bi\.e\.?,?)\s*$", re.IGNORECASE
)
_KINDS = (
    "values?|choices|options|formats?|types?|modes?|levels?|names?|styles?|arguments?|settings|strategies|algorithms"
)
_CLOSED = "possible|allowed|valid|available|accepted|supported|legal|permitted|known"
# A label and nothing else: one word behind it is a list as well.
_LABELS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"[\[(<](?:(?:{_CLOSED}) (?:{_KINDS})|choices|one of|choose from|options|allowed|valid"
            rf"|values)(?::| are| is) ?"
        ),
        r"[\[(](?:one of|choose from) ",
    )
)
_LEADS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:{_CLOSED}) (?:{_KINDS})(?: (?:for|of) [^.:;]{{1,40}}?)?(?: are:?|:| is:?) ",
        r"\bone of:? \(",
        r"\bone of(?: the)?(?: following)?(?: (?:values|words))?:? ",
        r"(?:\b(?:is|be)|[-:,]) either:? ",
        r"\bamong:? ",
        r"\baccepts?(?: only)?(?: the)? values(?: of)?:? ",
        r"\b(?:options|choices|values) are:? ",
        r"\bchoose (?:from|between):? ",
    )
)
_ONLY_ONE = re.compile(r"\b(?P<word>[\w.-]{1,40}) is the only (?:valid|allowed|possible|supported|accepted) value\b")
_ALSO = re.compile(r"\bdefaults? to [\"'`](?P<word>[\w.+-]+)[\"'`],? and can also be ")
_QUOTED = re.compile(
    r"(?:\b(?:is|be|are|to|ist|sind|est|sont|es)|[:(\[]) ?(?=[\"'`][\w.+-]{1,40}[\"'`](?:"
    r" ?\([^()]{0,60}\))?(?:, | or | and | ?\| ?))"
)
_IN_BRACKETS = re.compile(
    r"(?<![\w\])(|:\[])\((?P<pipes>[\"']?[\w.+-]+[\"']?(?: ?\| ?[\"']?[\w.+-]+[\"']?)+)\)(?![\[(\w:])"
    r"|(?<!\S)\[(?P<commas>[a-z][\w.+-]*(?:, ?[a-z][\w.+-]*)+)\](?!\w)"
)
_LETTERED = re.compile(r"\([A-Za-z]\)[a-z]+(?:(?:, ?| ?/ ?|,? or )\([A-Za-z]\)[a-z]+)+")
_LETTER = re.compile(r"\(([A-Za-z])\)")
_EXPLAINED = re.compile(r"(?<!\S)[\"'](?P<word>[\w.+-]{1,40})[\"']\s?(?:-|\u2013|:)\s")
_MAPPING = re.compile(r"\bmappings?\b", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]+")

_LIST_FOLLOWS = re.compile(
    rf"\b(?:(?:{_CLOSED}) (?:{_KINDS})\b[^.]{{0,60}}|one of(?: the following)?(?: values)?"
    rf"|(?:values|choices|options) are|can be|may be|must be):$",
    re.IGNORECASE,
)
# `The Kind_Of_X value can be one of:` speaks of a part of a value that has several.
_OF_A_PART = re.compile(r"\w_\w+ values? (?:can|may|must|is|are)\b")
_ITEM = re.compile(
    r"(?P<bullet>[-*•+o]\s+)?(?P<quote>[\"'`]?)(?P<word>[A-Za-z0-9][\w.+/@-]*)[\"'`]?"
    r"(?P<more>(?:(?:,| or|/) ?[\"'`][\w.+-]+[\"'`])*)(?: \([^()]{1,40}\))?(?P<mark>\s*:\s+|\s*:$"
    r"|\s{2,}|\s+[-=\u2013\u2014]\s+|$)"
)
_MORE_WORDS = re.compile(r"[\"'`]([\w.+-]+)[\"'`]")
_NAMED = re.compile(
    r"\b(?P<name>[A-Z][A-Z0-9_]{2,})(?: argument| value| option)?(?: is| are| can be| may be| must"
    r" be| should be| defaults to)\b"
)
_IS_ONE_OF = re.compile(r"\b(?:is|are|can be|may be|must be|should be)(?: one of)?(?: the)?(?: following)?(?: \w+)?:$")
_FOR_OPTION = re.compile(
    rf"\b(?:{_CLOSED}) (?:arguments?|values?) (?:for|of|to) (?:the )?(?P<name>--?[\w-]+)(?: option)?(?: are)?:",
    re.IGNORECASE,
)
_SAID_OF = re.compile(
    r"\b(?P<name>[A-Z][A-Z0-9_]+)(?: argument| value)?(?:,? (?:which|that))?"
    r"(?: is| are| can be| may be| must be| should be|:)(?: one of)?(?: either)?:? "
)
_BEHIND_COLON = re.compile(r": ")
_MOST_COLONS = 8
_NO_CHOICES = frozenset(
    {"an", "the", "this", "that", "etc", "more", "both", "neither", "other", "not", "to", "it", "its", "is", "be", "if"}
)
_MOST_BELOW = 100
_A_NUMBER = "N"
_MOST_CLAUSES = 20


@dataclass(frozen=True)
class Choices:
    """Words that may be given; labelled ones are called so, the others only look like a list of them."""

    words: tuple[str, ...]
    is_labelled: bool = False
    is_in_brackets: bool = False


def read_choices(description: str, lines: Sequence[str] = (), value_name: str | None = None) -> Choices | None:
    """Read a description joined to one line; `lines` are the same words as they stood, for lists below each other.

    Strict, for examples and defaults look alike: a list that goes on with "such as" or "..." is none.
    """
    if not description or _MAPPING.search(description):
        return None
    found = _found(description, lines, value_name or "")
    return next((choices for choices in found if not _holds_places(choices.words)), None)


def told_elsewhere(lines: Sequence[Line]) -> dict[str, tuple[str, ...]]:
    """Read what a text says of values apart from the options' entries, by the name of the value or of the option.

    `The WHEN argument can be 'always' or 'never'`, `Valid arguments for --style are:` above a list.
    """
    told: dict[str, tuple[str, ...]] = {}
    for place, line in enumerate(lines):
        found = _FOR_OPTION.search(line.text) or _NAMED.search(line.text)
        if found and found["name"] not in told:
            following = lines[place + 1 : place + 1 + _MOST_BELOW]
            words = _told(line.text, found, following)
            if words and not _holds_places(words):
                told[found["name"]] = words
    return told


def _told(text: str, found: re.Match[str], following: Sequence[Line]) -> tuple[str, ...] | None:
    if text.endswith(":") and found.re is _NAMED and not _IS_ONE_OF.search(text, found.start()):
        return None
    if text.endswith(":"):
        return _told_below(following)
    joined = f"{text} {following[0].text}" if following and not following[0].after_blank else text
    also = _ALSO.search(joined)
    if also:
        listed = _listed(joined, also.end())
        return (also["word"], *listed[0]) if listed else None
    name = found["name"]
    return next((words for words in _by_name(joined, name) if words), None)


def _told_below(following: Sequence[Line]) -> tuple[str, ...] | None:
    block = [line.text for line in _block(following)]
    below = _below(block)
    if below:
        return below
    beside = _listed(f"{block[0]} ", 0) if block else None
    return beside[0] if beside else _bare(block)


def _block(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines of one list: those as far right as the first."""
    for line in lines:
        if line.indent < lines[0].indent:
            return
        yield line


def _found(text: str, lines: Sequence[str], value_name: str) -> Iterator[Choices]:
    yield from _labelled(text)
    below = _below_a_lead(lines)
    if below:
        yield Choices(below, is_labelled=True)
    yield from _led(text)
    yield from (Choices(words) for words in _by_name(text, value_name) if words)
    yield from _in_brackets(text)
    for start in _QUOTED.finditer(text):
        words = _listed(text, start.end())
        if words and not _EXAMPLES_BEFORE.search(text[max(0, start.start() - _NEAR) : start.start() + 1]):
            yield Choices(words[0])


def _labelled(text: str) -> Iterator[Choices]:
    for label in _LABELS:
        for start in label.finditer(text):
            words = _listed(text, start.end(), fewest=1)
            if words:
                yield Choices(words[0], is_labelled=True, is_in_brackets=True)


def _led(text: str) -> Iterator[Choices]:
    for lead in _LEADS:
        for start in lead.finditer(text):
            words = _listed(text, start.end())
            # `{type} must be one of a, b` speaks of a part of the value.
            if words and "}" not in text[max(0, start.start() - _NEAR) : start.start()]:
                yield Choices(words[0], is_labelled=True)
    only = _ONLY_ONE.search(text)
    if only:
        yield Choices((only["word"],), is_labelled=True)


def _in_brackets(text: str) -> Iterator[Choices]:
    for found in _IN_BRACKETS.finditer(text):
        words = _listed(found["pipes"] or found["commas"], 0)
        if words and not _EXAMPLES_BEFORE.search(text[max(0, found.start() - _NEAR) : found.start()]):
            yield Choices(words[0], is_in_brackets=found["pipes"] is not None)
    lettered = _LETTERED.search(text)
    if lettered:
        yield Choices(tuple(dict.fromkeys(_LETTER.findall(lettered[0]))))
    explained = tuple(dict.fromkeys(_EXPLAINED.findall(text)))
    if len(explained) >= _FEWEST:
        yield Choices(explained)


def _by_name(text: str, value_name: str) -> Iterator[tuple[str, ...] | None]:
    """Read `WORD is a, b, or c`, and a list behind a colon in a description that speaks of WORD."""
    whole = _listed(text, 0)
    has_notes = " -" in text or "(" in text
    yield whole[0] if whole and whole[1] and has_notes and len(whole[0]) > _FEWEST else None
    if not _CAPITALS.fullmatch(value_name) or len(value_name) < _FEWEST:
        return
    for start in _SAID_OF.finditer(text):
        listed = _listed(text, start.end()) if start["name"] == value_name else None
        yield listed[0] if listed else None
    place = text.find(value_name)
    if place < 0:
        return
    yield _in_clauses(text)
    clauses = [listed for at in _behind_colons(text) if at > place and (listed := _listed(text, at))]
    yield clauses[0][0] if clauses else None


def _in_clauses(text: str) -> tuple[str, ...] | None:
    """Read `access time: atime, use; birth time: birth, creation; WORD says which`: the words of all clauses."""
    clauses = [clause for clause in text.split(";")[:_MOST_CLAUSES] if ": " in clause]
    lists = [_listed(clause, clause.find(": ") + 2) for clause in clauses]
    whole = [listed[0] for listed in lists if listed and listed[1]]
    return tuple(dict.fromkeys(word for words in whole for word in words)) if len(whole) >= _FEWEST else None


def _behind_colons(text: str) -> list[int]:
    return [found.end() for found in islice(_BEHIND_COLON.finditer(text), _MOST_COLONS)]


def _listed(text: str, at: int, fewest: int = _FEWEST) -> tuple[tuple[str, ...], bool] | None:
    """Read the words of a list that begins at a place, and tell whether it reaches to the end of the text."""
    words: list[str] = []
    is_last = is_labelled_word = False
    while len(words) < _MOST:
        found = _WORD.match(text, at)
        if not found:
            return None
        if words and text.startswith(": ", found.end()):  # `"a", "b", default: "a"`
            is_labelled_word = True
            break
        if found["word"].lower() in _NO_CHOICES and not found["quote"]:
            return None
        words.append(found["word"])
        at = found.end()
        part = _PART.match(text, at)
        if part is None:
            break
        is_last = _LAST_PART.search(part[0]) is not None
        if _OPEN_ENDED.match(text, part.end()):
            return None
        at = part.end()
    is_closed = is_labelled_word or _ENDS.match(text, at) is not None
    if len(dict.fromkeys(words)) < fewest or not (is_closed or is_last) or _OPEN_ENDED.match(text, at):
        return None
    return tuple(dict.fromkeys(words)), not text[at:].strip(" .")


def _below_a_lead(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Read a list of values below each other, behind a line that announces them or each in quotes."""
    above = ("", *lines)
    start = next((number for number, line in enumerate(lines) if _announces(above[number], line.rstrip())), None)
    if start is not None:
        return _below(lines[start + 1 : start + 1 + _MOST_BELOW]) or _bare(lines[start + 1 : start + 1 + _MOST_BELOW])
    first = next((number for number, line in enumerate(lines) if _is_quoted_item(line)), None)
    words = _below(lines[first : first + _MOST_BELOW]) if first is not None else None
    has_placeholders = words is not None and len({word.isupper() for word in words if len(word) > 1}) > 1
    return None if has_placeholders else words


def _announces(above: str, line: str) -> bool:
    said = f"{above} {line}"
    return line.endswith(":") and _LIST_FOLLOWS.search(said) is not None and not _OF_A_PART.search(said)


def _is_quoted_item(line: str) -> bool:
    found = _ITEM.match(line.strip())
    return found is not None and bool(found["quote"]) and ":" in found["mark"]


def _below(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Read items that are all marked in one way: `- a: what`, `a   what`, `'a': what`."""
    form: tuple[bool, bool, str] | None = None
    words: list[str] = []
    for line in lines:
        found = _ITEM.match(line.strip())
        if found is None or (not found["mark"].strip() and not found["mark"] and not found["bullet"]):
            continue
        now = (bool(found["bullet"]), bool(found["quote"]), found["mark"].strip())
        if form is None:
            form = now
        if now == form or (now[:2] == form[:2] and now[0]):
            words += [found["word"], *_MORE_WORDS.findall(found["more"])]
    return tuple(dict.fromkeys(words)) if len(words) >= _FEWEST else None


def _bare(lines: Sequence[str]) -> tuple[str, ...] | None:
    """Read words that stand alone on their lines."""
    alone = takewhile(bool, (_WORD.fullmatch(line.strip()) for line in lines))
    words = [found["word"] for found in alone if found]
    return tuple(dict.fromkeys(words)) if len(words) >= _FEWEST else None


def _holds_places(words: Sequence[str]) -> bool:
    """Tell the forms of a value from words to be typed: `N`, `K/N` and `l/K/N` hold places for numbers."""
    if _A_NUMBER in words and any(len(word) > 1 for word in words):
        return True
    return any(len(part) == 1 and part.isupper() for word in words if "/" in word for part in word.split("/"))
