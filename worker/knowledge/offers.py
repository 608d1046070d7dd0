"""Reads what a tool offers in place of what it refused: values of an option, names of options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from worker.knowledge.refusals import PLAIN_QUOTES

_MOST_LINES = 200
_LONGEST_LINE = 8000
_LINES_TO_A_LIST = 4
_LINES_OF_A_LIST = 40
_MOST_WORDS = 300
_LONGEST_WORD = 60
_FEWEST_CHOICES = 2
_PLAIN_QUOTES = {**PLAIN_QUOTES, ord("`"): "'"}

# What stands between the refusal and the words that would have been taken.
_INTRODUCED = re.compile(
    r"(?:\bchoose (?:from|one of|between)"
    r"|\bchoices(?: are)?"
    r"|\bone of(?: the following| these)?(?: values| words)?(?: are)?"
    r"|\b(?:must|should|can|may) (?:only )?be (?:either|any of)"
    r"|\b(?:possible|valid|allowed|accepted|supported|available|known|legal|permitted|expected|recogni[sz]ed)"
    r" ?(?:[a-z]+ ){0,2}?"
    r"(?:values?|arguments?|args|options?|choices|words|names|keywords|settings|types|formats|styles|modes|levels"
    r"|methods|kinds|ones)(?: (?:are|include))?(?: one of)?"
    r"|\b(?:available|supported|allowed|expected|valid|possible|known)(?: are)?(?=:))"
    r"(?P<mark>:|=| -|\s|$)\s*",
    re.IGNORECASE,
)
# Behind a dash, set in, or both.
_ENTRY = re.compile(r"(?:\s{2,}|(?=[-*\u2022]\s))(?:[-*\u2022]\s+)?(\S.*)$")
_BETWEEN_WORDS = re.compile(r"\s*[,|;/]\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+|(?<=['\"])\s+(?=['\"])")
_CLOSED = {"(": ")", "[": "]", "{": "}", "<": ">"}
_WORD = re.compile(r"[\w+@%.:][\w+@%.:*#-]*")
# Neither the usage line that comes with every refusal nor an entry of the help refuses anything.
_SHOWS_USAGE = re.compile(r"\s*usage\b|\s{2,}-", re.IGNORECASE)
_OF_SENTENCES = frozenset(
    {*("a", "an", "the", "this", "that", "those", "these", "it", "of", "in", "on", "to", "for", "with")}
    | {*("is", "are", "was", "be", "will", "must", "see")}
)
_SENTENCE = re.compile(r"\.\s")
_FRAME = "│|"
_BETWEEN_COLUMNS = " | "
_SPEAKS_OF_CHOICES = re.compile(r"\bchoices?\b", re.IGNORECASE)
# `<Style.DARK: 'dark'>`: how Python shows a member of an enumeration.
_OF_AN_ENUMERATION = re.compile(r"<[\w.]{1,80}: ('[^']{1,60}')>")
_QUOTED_LIST = re.compile(r"'([^']{1,60})'|\"([^\"]{1,60})\"")

_OFFERS_NAMES = re.compile(
    r"\bdid you mean\b|\bsimilar (?:argument|option|flag|name)|\bpossibilities\b|\bcould match\b|\bcould be\b"
    r"|\bambiguous\b|\bperhaps you meant\b|\bmaybe you meant\b|\bmost similar\b|\bclosest match",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z0-9][\w.-]{0,60}")

_ASKS_FOR_ONE = re.compile(
    r"\bmust (?:specify|give|supply|provide|use|choose|select|have) (?:exactly |at least |only )?(?:one|an?y?)\b"
    r"|\b(?:at least|exactly) one of\b|\bone of\b.{0,200}\b(?:is required|required|must be|needed)\b"
    r"|\bone of (?:the )?(?:arguments|options|flags)\b|\bneeds? (?:one of|either)\b|\bspecify (?:one of|either)\b",
    re.IGNORECASE,
)
_BUNDLE = re.compile(r"(?<![\w-])-([A-Za-z]{2,20})(?![\w-])")
_MOST_COMPANIONS = 40


def offered_values(text: str, given: str, names: Sequence[str]) -> tuple[str, ...]:
    """Give the words that a tool lists after it refused a value that it was given; none where it lists none.

    Only a list that belongs to a line with the value itself, or with a spelling of the option, counts: a usage text
    printed beside the refusal lists other things. A list of one is no choice, unless it is called one.
    """
    lines = list(_unframed(_lines(text)))
    for number, line in enumerate(lines):
        if _SHOWS_USAGE.match(line) or not any(len(word) > 1 and word in line for word in (given, *names)):
            continue
        found = _listed_after(_to_the_bracket(line, lines[number + 1 :]), lines[number + 1 :])
        words = tuple(word for word in dict.fromkeys(found) if word != given and word not in names)
        if len(words) >= (1 if _SPEAKS_OF_CHOICES.search(line) else _FEWEST_CHOICES):
            return words
    return ()


def offered_names(text: str, asked: str) -> tuple[str, ...]:
    """Give the spellings of options that a tool suggests, or among which it cannot choose, after an unknown one."""
    found: list[str] = []
    lines = _lines(text)
    for number, line in enumerate(lines):
        if not _OFFERS_NAMES.search(line):
            continue
        own = _OPTION.findall(line.replace(asked, " "))
        # `Did you mean one of these?` has them on the lines below.
        below = takewhile(str.strip, lines[number + 1 : number + 1 + _LINES_TO_A_LIST]) if not own else ()
        found += own or [name for one in below for name in _OPTION.findall(one)]
    plain = (name.rstrip(".-") for name in found)
    return tuple(dict.fromkeys(name for name in plain if name.strip("-")))[:_MOST_WORDS]


def offered_companions(text: str) -> tuple[str, ...]:
    """Give the options of which a tool says that one must be there: `specify one of -ab or --create`."""
    found: list[str] = []
    for line in filter(_ASKS_FOR_ONE.search, _lines(text)):
        found += [f"-{letter}" for bundle in _BUNDLE.findall(line) for letter in bundle]
        found += [name for name in _OPTION.findall(line) if not _BUNDLE.fullmatch(name)]
    return tuple(dict.fromkeys(found))[:_MOST_COMPANIONS]


def _to_the_bracket(line: str, below: Sequence[str]) -> str:
    """Give a line with those below it that close its last bracket: a list that was wrapped."""
    opened = line.rfind("(")
    if opened < 0 or ")" in line[opened:]:
        return line
    wrapped = list(takewhile(str.strip, below[:_LINES_OF_A_LIST]))
    end = next((number for number, one in enumerate(wrapped) if ")" in one), None)
    return line if end is None else _OF_AN_ENUMERATION.sub(r"\1", " ".join([line, *wrapped[: end + 1]]))


def _lines(text: str) -> list[str]:
    """Give the lines with plain quotes, no more and no longer than are read."""
    return [line[:_LONGEST_LINE].translate(_PLAIN_QUOTES) for line in text.splitlines()[:_MOST_LINES]]


def _unframed(lines: Iterable[str]) -> Iterator[str]:
    """Make what a frame holds one line, wherever it was broken to fit in."""
    framed: list[str] = []
    for line in lines:
        inner = line.strip()
        if inner[:1] in _FRAME and inner[-1:] in _FRAME and len(inner) > 1:
            framed.append(inner[1:-1].strip())
            continue
        if framed:
            yield " ".join(framed)
            framed = []
        yield line
    if framed:
        yield " ".join(framed)


def _listed_after(line: str, below: Sequence[str]) -> Iterator[str]:
    said = _INTRODUCED.search(line)
    last = None
    while said is not None:
        last, said = said, _INTRODUCED.search(line, said.end())
    if last is not None:
        rest = line[last.end() :]
        return _words(rest) if rest.strip(" :") else _entries(below)
    for number, one in enumerate(below[:_LINES_TO_A_LIST]):
        said = _INTRODUCED.search(one)
        if said is not None and not one[: said.start()].strip(" [(-"):
            rest = one[said.end() :]
            return _words(rest) if rest.strip(" :])") else _entries(below[number + 1 :])
        if not one.strip() and number:
            break
    return iter(())


def _entries(below: Sequence[str]) -> Iterator[str]:
    """Give the words of a list below its heading: some on each line, behind a dash, set in, or in columns."""
    lines = list(takewhile(str.strip, below))
    is_apart = not lines
    lines = lines or list(takewhile(str.strip, below[1:]))
    are_bare = is_apart and all(_WORD.fullmatch(line.strip()) for line in lines)
    if are_bare or any(_BETWEEN_COLUMNS in line for line in lines):
        yield from _sound(word.strip() for line in lines for word in line.split("|"))
        return
    for line in lines:
        found = _ENTRY.match(line)
        words = list(_words(found[1])) if found else []
        if not words:
            return
        yield from words


def _words(text: str) -> Iterator[str]:
    """Take a list apart; what is no list, but goes on as a sentence, gives nothing."""
    inner = _SENTENCE.split(_inner(text.strip()), maxsplit=1)[0]
    quoted = [one or other for one, other in _QUOTED_LIST.findall(inner)]
    if len(quoted) >= _FEWEST_CHOICES and not _QUOTED_LIST.sub("", inner).strip(" ,.;|/()[]{}orand"):
        yield from _sound(quoted)
        return
    parts = [part.strip(" '\".)]}") for part in _BETWEEN_WORDS.split(inner.rstrip(" .;")) if part]
    if len(parts) == 1 and len(parts[0].split()) > _FEWEST_CHOICES:
        parts = parts[0].split()
        parts = [] if _OF_SENTENCES.intersection(parts) else parts
    if all(_WORD.fullmatch(part) for part in parts):
        yield from _sound(parts)


def _inner(text: str) -> str:
    """Give what stands between the brackets in which a list begins, else what comes before one that closes."""
    closing = _CLOSED.get(text[:1])
    if closing:
        return text[1:].partition(closing)[0]
    end = min((at for mark in ")]" if (at := text.find(mark)) >= 0), default=len(text))
    opened = min((at for mark in "([" if (at := text.find(mark)) >= 0), default=len(text))
    return text[: min(opened, end)]


def _sound(words: Iterable[str]) -> Iterator[str]:
    for count, word in enumerate(words):
        if count >= _MOST_WORDS or not word or len(word) > _LONGEST_WORD or any(map(str.isspace, word)):
            return
        yield word
