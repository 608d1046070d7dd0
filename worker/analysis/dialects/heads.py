"""Reads the head of an entry: the spellings of an option and what stands for its value.

-f, --file=FILE     -f FILE, --file FILE     --color[=WHEN]     -v, --verbose...     --[no-]wrap
-o, --out string    --mode {fast,slow}       -O<level>          --level [low|high]   --up / --down
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from shared.models.cli_tool import Takes, ValueType
from worker.knowledge.values import type_of

_NAME = re.compile(
    r"--(?:\[no-?\]|\(no-?\)|\{no-?\})[A-Za-z0-9](?:[\w+]|[-.]+(?=\w))*"
    r"|--?[A-Za-z0-9_](?:[\w+]|[-.](?=[-\w]))*"
    r"|-#+|-[?@.%:!,*^$](?![\w.])"
)
_NEGATION = re.compile(r"--[\[({](no-?)[\])}]")
# A letter without a dash, before or between two spellings, is an older form of them (`f, --forest`; `-p, p, --pid`).
_LETTER = re.compile(r"([A-Za-z])(?=,\s+-|\s*$)")
_SEPARATOR = re.compile(r"\s+/\s+|\s*,\s*|\s*[|/]\s*|\s+or\s+|\s+")
_PARTS_GROUPS = re.compile(r"\s+/\s+|\s{2,}")
_OPTION_FOLLOWS = re.compile(r"-(?:-[A-Za-z0-9\[({]|[^\s-])")
_WORD = re.compile(r"\w+")
_LOWER = re.compile(r"[^\W\d_][\w.,:/=*+-]*(?:\[\])?$")
_QUOTED = re.compile(r"'[^']{1,60}'|\"[^\"]{1,60}\"")
_DOTS = re.compile(r"\s?(?:\.{3}|…)")
_OPENING = {"<": ">", "[": "]", "{": "}", "(": ")"}
_GLUED = re.compile(r"\[?[=:]|[<\[{(]|,(?=[<\[])")
# `-v[v[v]]` and `-v[v...]`: the letter may stand there again.
_REPEATED_LETTER = re.compile(r"([A-Za-z])\[\1(?:\[\1(?:\[\1\])?\]|\1{0,3}|\.{3})\]")
_WORDS_BEFORE_A_GAP = 2
_JOINING = frozenset({"and", "is", "or"})
# `-exec COMMAND ;` and `-exec COMMAND {} +`: marks that are typed behind the values.
_TYPED_MARKS = frozenset({";", "+"})
_EMPHASISED = re.compile(r"\*(\w[\w-]*)\*")  # as plain text shows what was italic
_NEGATIVE_NUMBER = re.compile(r"-(?:N|NUM)(?=[^\sA-Za-z,|/-]|$)")
# What stands in brackets and is a type of several values, not a value that may be left out (optionator).
_LIST_TYPE = re.compile(r"(?:String|Int|Integer|Number|Float|Object|Date|RegExp|Path|path::String)")
# No word is made of consonants alone: `[bcdfl]` are the letters that may be given.
_SET_OF_LETTERS = re.compile(r"[b-df-hj-np-tv-zBCDFLPSX]{4,}")
_OPPOSITE = re.compile(r"(?P<dashes>--?)no(?:[-_]|(?=\w\w))(?P<word>\w.*)")
_MOST_IN_A_ROW = 12
# A row of more names is one of several options.
MOST_SPELLINGS = 5
_LONGEST_VALUE_NAME = 60
_PLUS_AND_WORD = re.compile(r"\+([a-z]{1,20})(?=\s|$)")
_NUMBERS = frozenset({ValueType.INTEGER, ValueType.FLOAT, ValueType.SIZE})

_SHORT_AND_VALUE = re.compile(r"(-[A-Za-z0-9])([A-Z][A-Z0-9_]*)|(-[A-Z])([a-z]{3,})")
_MADE_OF_A_PLACEHOLDER = re.compile(r"--?(?:[a-z0-9]+-)+[A-Z]{2,}(?:-[a-z0-9]+)*|--?[A-Z]{2,}(?:-[a-z0-9]+)+")
_CHOICE = re.compile(r"[A-Za-z0-9][\w.+:@/-]*")


@dataclass(frozen=True)
class Slot:
    """What stands for a value."""

    takes: Takes = Takes.NONE
    name: str | None = None
    choices: tuple[str, ...] | None = None
    repeatable: bool = False
    default: str | None = None
    joined: str | None = None


@dataclass(frozen=True)
class Head:
    """The spellings of one option, those of each option that switches it off, and its value."""

    names: tuple[str, ...]
    negations: tuple[tuple[str, ...], ...] = ()
    slot: Slot = Slot()


@dataclass(frozen=True)
class _Spelled:
    name: str
    slot: Slot
    before: str = ""
    is_cut: bool = False


def parse_head(text: str, plain_words: int = _WORDS_BEFORE_A_GAP) -> Head | None:
    """Read a text that must be a head from its first to its last character; None for everything else.

    So many words without brackets or capitals may name the values of one spelling: more of them are a sentence.
    """
    spelled, end = _scan(text, plain_words)
    return _head_of(spelled) if spelled and not text[end:].strip() else None


def parse_beginning(text: str) -> tuple[Head, int] | None:
    """Read a head at the beginning of a text and say where it ends; a plain word after it is no value here."""
    spelled, end = _scan(text, 0)
    head = _head_of(spelled)
    return (head, end) if head else None


def is_list_of_heads(text: str) -> bool:
    """Tell a line that lists several options without describing any (`-depth -maxdepth LEVELS -xdev`)."""
    spelled, end = _scan(text, 0)
    if '"' in text or "'" in text:  # a call with its values, not their names
        return False
    return len(spelled) > 1 and not text[end:].strip() and all(one.before.isspace() for one in spelled[1:])


def is_row(head: Head) -> bool:
    """Tell what reads like the head of one option and has the names of several."""
    return len(head.names) + sum(map(len, head.negations)) > MOST_SPELLINGS


def parse_list(text: str) -> list[Head]:
    """Read each option of a line that begins with several."""
    spelled, _ = _scan(text, 0)
    return [head for one in spelled if (head := _head_of([one]))]


def option_follows(text: str, at: int = 0) -> bool:
    """Tell whether something like an option begins at a place."""
    return _OPTION_FOLLOWS.match(text, at) is not None


def stem_of(name: str) -> str:
    """Give what an option and its opposite have in common."""
    return name.lstrip("-").removeprefix("no-")


def slot_of(token: str, *, optional: bool = False, spaced: bool = True) -> Slot:
    """Say what a word stands for that takes the place of a value: `FILE`, `<n>`, `[WHEN]`, `{a,b}`, `[a|b]`."""
    repeatable = "..." in token or "…" in token
    token = token[1:] if _is_signed_number(token) else token
    bare = _EMPHASISED.sub(r"\1", _DOTS.sub("", token).strip().rstrip(":"))
    inner, bracket = _unwrapped(bare)
    choices = _choices(inner, bracket)
    name, given, _ = inner.partition("[=")
    if given:  # `string[="client"]`: the value that is meant when none is given
        return Slot(Takes.OPTIONAL, name or None, repeatable=repeatable)
    is_set = _LIST_TYPE.fullmatch(inner) is not None or _SET_OF_LETTERS.fullmatch(inner) is not None
    is_list = bracket == "[" and ("|" in inner or inner.startswith("%") or (is_set and spaced))
    repeatable = repeatable or (bracket == "[" and spaced and _LIST_TYPE.fullmatch(inner) is not None)
    is_optional = optional or (bracket == "[" and not (is_list and (spaced or choices is not None)))
    is_optional = is_optional or (not spaced and bare.startswith("[") and bare.endswith("]") and not is_list)
    takes = Takes.OPTIONAL if is_optional else Takes.REQUIRED
    named = inner.rstrip(",")[:_LONGEST_VALUE_NAME]
    return Slot(takes, None if choices else named or None, choices, repeatable)


def token_end(text: str, at: int) -> int:
    """Find the end of a word that may hold brackets with blanks in them."""
    while at < len(text):
        character = text[at]
        quoted = _QUOTED.match(text, at) if character in "'\"" else None
        if quoted:
            at = quoted.end()
        elif character in _OPENING:
            at = closing(text, at)
        elif character.isspace() or _ends_spelling(text, at):
            break
        else:
            at += 1
    return at


def _ends_spelling(text: str, at: int) -> bool:
    if text[at] == ",":
        return at + 1 >= len(text) or text[at + 1].isspace() or text[at + 1] == "-"
    return text[at] in "|/" and option_follows(text, at + 1)


def closing(text: str, at: int) -> int:
    """Find the place after the bracket that closes the one at a place; the next character where none does."""
    return _closings(text).get(at, at + 1)


@lru_cache(maxsize=64)
def _closings(text: str) -> dict[int, int]:
    """Find all pairs of brackets at once: what follows asks for many of them, and a line may hold thousands."""
    found: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if character in _OPENING:
            waiting.append((_OPENING[character], place))
        elif waiting and character == waiting[-1][0]:
            found[waiting.pop()[1]] = place + 1
    return found


def _scan(text: str, plain_words: int) -> tuple[list[_Spelled], int]:
    """Read spelling after spelling as long as they are joined as spellings are."""
    spelled: list[_Spelled] = []
    at, before = 0, ""
    while len(spelled) < _MOST_IN_A_ROW:
        letter = _LETTER.match(text, at)
        if letter and (not before or "," in before):
            spelled.append(_Spelled(letter[0], Slot(), before))
            separator = _SEPARATOR.match(text, letter.end())
            if not separator:
                return (spelled, letter.end()) if len(spelled) > 1 else ([], 0)
            at, before = separator.end(), separator[0]
            continue
        found = _NAME.match(text, at)
        if not found:
            return [], 0
        is_cut = text[found.end() : found.end() + 1] == "\u2026"
        slot, end = (Slot(), found.end() + 1) if is_cut else _slot_at(text, found.end(), plain_words)
        spelled.append(_Spelled(found[0], slot, before, is_cut))
        separator = _SEPARATOR.match(text, end)
        is_letter = separator is not None and "," in separator[0] and _LETTER.match(text, separator.end()) is not None
        if not separator or not (is_letter or option_follows(text, separator.end())):
            return spelled, end
        at, before = separator.end(), separator[0]
    return [], 0


def _slot_at(text: str, at: int, plain_words: int) -> tuple[Slot, int]:
    dots = _DOTS.match(text, at)
    if dots:
        return Slot(repeatable=True), dots.end()
    glued = _GLUED.match(text, at)
    if glued:
        repeated = _REPEATED_LETTER.match(text, at - 1) if at else None
        if repeated:
            return Slot(repeatable=True), repeated.end()
        return _glued_slot(text, at, glued[0])
    if text[at : at + 1] != " ":
        return Slot(), at
    return _spaced_slot(text, at, plain_words)


def _glued_slot(text: str, at: int, mark: str) -> tuple[Slot, int]:
    end = max(token_end(text, at), at + 1)
    token = text[at:end]
    if mark == "=" and token.endswith(":"):
        return _slot_with_default(token[1:-1].strip("'\"")), end
    if mark[0] == "[" and len(mark) > 1:
        inner, rest = _split_closing(token)
        slot = slot_of(inner[2:-1] or rest, optional=True, spaced=False)
    else:
        slot = slot_of(token.lstrip("=:,"), spaced=mark in "=:")
    more = _DOTS.match(text, end)
    is_quoted = mark == "=" and token[1:2] in {'"', "'"} and slot.name is not None
    slot = replace(slot, joined=mark.strip("[<({"), repeatable=slot.repeatable or more is not None)
    return replace(slot, default=slot.name) if is_quoted else slot, more.end() if more else end


def _slot_with_default(default: str) -> Slot:
    """Read `--size=500:` and `--all=false:`, where the default stands in place of a name."""
    is_flag = default in {"true", "false"}
    return Slot(Takes.NONE if is_flag else Takes.REQUIRED, default=None if default in {"", "[]"} else default)


def _split_closing(token: str) -> tuple[str, str]:
    end = closing(token, 0)
    return token[:end], token[end:]


def _spaced_slot(text: str, at: int, plain_words: int) -> tuple[Slot, int]:
    tokens: list[str] = []
    words = 0
    end = at
    while text[end : end + 1] == " " and _is_value(text, end + 1, lower=words < plain_words):
        start, end = end + 1, token_end(text, end + 1)
        # `--tag value [ --tag value ]`: it may stand there again.
        is_again = text[start] == "[" and option_follows(text[start + 1 : end].lstrip())
        tokens.append("..." if is_again else text[start:end])
        words += text[start].islower()
    dots = _DOTS.match(text, end)
    if not tokens:
        return Slot(), at
    end = dots.end() if dots else end
    first = slot_of(tokens[0] + ("..." if dots else ""))
    more = any("..." in token for token in tokens)
    name = " ".join(_EMPHASISED.sub(r"\1", _unwrapped(token)[0]) for token in tokens if "..." not in token)[
        :_LONGEST_VALUE_NAME
    ]
    is_several = len(tokens) > 1 and first.choices is None
    named = name or first.name
    return Slot(first.takes, named if is_several else first.name, first.choices, first.repeatable or more), end


def _is_value(text: str, at: int, *, lower: bool) -> bool:
    is_number = at < len(text) and (_NEGATIVE_NUMBER.match(text, at) is not None or _is_signed_number(text, at))
    if at >= len(text) or (option_follows(text, at) and not is_number):
        return False
    if is_number or text[at] in _OPENING or _QUOTED.match(text, at) or _EMPHASISED.match(text, at):
        return True
    word = text[at : token_end(text, at)]
    if is_upper(word) or word in _TYPED_MARKS or "=" in word[1:] or "|" in word[1:-1]:
        return True
    if word == "|":  # `USER[:PASS] | TOKEN`
        return is_upper(text[at + 2 : at + _LONGEST_VALUE_NAME].partition(" ")[0].rstrip(","))
    bare = _DOTS.sub("", word)
    return lower and _LOWER.match(bare) is not None and not bare.endswith((".", ":")) and word not in _JOINING


def _is_signed_number(text: str, at: int = 0) -> bool:
    """Tell `+int`, what stands for a number with its sign, from an option that begins with a plus."""
    found = _PLUS_AND_WORD.match(text, at)
    return found is not None and type_of(found[1]) in _NUMBERS


def is_upper(token: str) -> bool:
    """Tell a word in capitals of any script: `FILE`, `N[bkm]`, `ФАЙЛ`."""
    found = _WORD.match(token)
    return found is not None and found[0][0].isupper() and found[0] == found[0].upper()


def _unwrapped(token: str) -> tuple[str, str]:
    """Take off the brackets around a whole word, and say which the outermost were."""
    outer = ""
    while len(token) > 1 and token[0] in _OPENING and closing(token, 0) == len(token):
        outer = outer or token[0]
        token = token[1:-1].strip().removeprefix("=")
    return token.strip("\"'"), outer


def _choices(inner: str, bracket: str) -> tuple[str, ...] | None:
    parts = re.split(r"\s*\|\s*", inner) if "|" in inner else re.split(r"\s*,\s*", inner) if bracket == "{" else []
    words = [part.strip("\"' ") for part in parts]
    if len(words) < (1 if bracket == "{" else 2) or not all(_CHOICE.fullmatch(word) for word in words):
        return None
    places = sum(_stands_for_something(word, bracket) for word in words)
    if bracket != "{" and places and (2 * places >= len(words) or any(word.isupper() for word in words)):
        return None
    return tuple(dict.fromkeys(words))


def _stands_for_something(word: str, bracket: str) -> bool:
    """Tell a placeholder from a word to be typed: `FILE|DIR` and `<file|dir>` are no choices, `[size|date]` are."""
    is_upper = word.isupper() and len(word) > 1
    return is_upper or (bracket in {"<", ""} and type_of(word) is not None)


def _unglued(spelled: _Spelled) -> _Spelled:
    """Take `-ANUM` and `-Olevel` apart into the option and its value."""
    found = _SHORT_AND_VALUE.fullmatch(spelled.name)
    if found is None or is_placeholder(spelled.name) or spelled.slot.takes is not Takes.NONE:
        return spelled
    name, value = found[1] or found[3], found[2] or found[4]
    is_value = type_of(value) is not None or (value.isupper() and len(value) > 2)  # noqa: PLR2004 - more than a letter
    return _Spelled(name, Slot(Takes.REQUIRED, value, joined=""), spelled.before) if is_value else spelled


def is_placeholder(name: str) -> bool:
    """Tell a pattern for many options (`-NUM`, `-*`, `--with-FEATURE`) from one that can be typed."""
    word = name.lstrip("-")
    if word == "*":
        return True
    is_type = len(word) > 1 and word.isupper() and type_of(word) is not None
    return is_type or _MADE_OF_A_PLACEHOLDER.fullmatch(name) is not None


def _head_of(spelled: Sequence[_Spelled]) -> Head | None:
    # What a narrow frame cut short is not known.
    values = {one.slot.name for one in spelled}
    own = [_unglued(one) for one in spelled if not one.is_cut and not _is_a_value(one.name, values)]
    kept = [one for one in own if not is_placeholder(one.name)]
    if not kept:
        return None
    second = tuple(dict.fromkeys(one.name for one in _second_group(kept)))
    first = [_NEGATION.sub("--", one.name) for one in kept if one.name not in second]
    negated = [name for one in kept for name in _negations(one.name)]
    negated += [name for name in first if _is_opposite(name, first)]
    repeats = [name for name in first if _is_repeat(name) and name[:2] in first]
    names = tuple(dict.fromkeys(name for name in first if name not in negated and name not in repeats))
    negations = [(name,) for name in dict.fromkeys(negated)] + ([second] if second else [])
    slot = replace(_joined([one.slot for one in kept]), joined=_longest(kept).joined)
    return Head(names, tuple(negations), replace(slot, repeatable=slot.repeatable or bool(repeats)))


def _is_a_value(name: str, values: Container[str | None]) -> bool:
    """Tell `--TYPE` beside `--type=TYPE`, and `-COLUMN` beside `--columns=COLUMN`: all the values are meant."""
    word = name.lstrip("-")
    return word in values and not word.islower() and (name.startswith("--") or len(word) > 1)


def _is_opposite(name: str, others: Sequence[str]) -> bool:
    """Tell `--no-x`, `--nox` and `-nox` beside what they switch off."""
    found = _OPPOSITE.fullmatch(name)
    return found is not None and f"{found['dashes']}{found['word']}" in others


def _is_repeat(name: str) -> bool:
    """Tell `-vvv` beside `-v`."""
    return len(name) > 2 and name[0] == "-" != name[1] and len(set(name[1:])) == 1  # noqa: PLR2004


def _longest(spelled: Sequence[_Spelled]) -> Slot:
    """Give what stands behind the longest spelling: it is the one that people write out."""
    return max(spelled, key=lambda one: (len(one.name), one.name)).slot


def _negations(name: str) -> Iterator[str]:
    found = _NEGATION.match(name)
    if found:
        yield f"--{found[1]}{name[found.end() :]}"


def _second_group(spelled: Sequence[_Spelled]) -> list[_Spelled]:
    """Give what stands behind ` / ` or in a column of its own: it switches off, unless it only has another length."""
    for place, one in enumerate(spelled):
        if not place or not _PARTS_GROUPS.fullmatch(one.before):
            continue
        # A column holds one spelling, what stands behind a slash may hold several.
        others = spelled[place:] if "/" in one.before else spelled[place : place + 1]
        if _are_long(others) == _are_long(spelled[:place]):
            return list(spelled[place:])
    return []


def _are_long(spelled: Sequence[_Spelled]) -> bool:
    return any(one.name.startswith("--") for one in spelled)


def _joined(slots: Sequence[Slot]) -> Slot:
    """Join what stands for a value: named for one spelling, it is meant for all of them."""
    kinds = {slot.takes for slot in slots}
    takes = next((kind for kind in (Takes.OPTIONAL, Takes.REQUIRED) if kind in kinds), Takes.NONE)
    named = next((slot for slot in slots if slot.choices), None) or next((slot for slot in slots if slot.name), Slot())
    default = next((slot.default for slot in slots if slot.default is not None), None)
    return Slot(takes, named.name, named.choices, any(slot.repeatable for slot in slots), default)
