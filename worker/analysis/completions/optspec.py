"""Reads what zsh completions say of one option or word: `(-a --all)*--mode=[how to go]:mode:(fast slow)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.models.cli_tool import Takes
from worker.analysis.completions.said import Value, choices_of, is_option_name, value_name_of
from worker.analysis.completions.shell import BRACE, UNKNOWN, alternatives

_EXCLUDED = re.compile(r"!?\([^()]{0,2000}\)")
_NAME = re.compile(r"(?:--?[A-Za-z0-9][\w.:+-]*?|-[?#@!.,^%]|\+[A-Za-z][\w-]{0,30})(?=(=-|[=+-])?(?:[\[:]|$))")
_WORD = re.compile(r"(?:\\.|[^\\\s])+")
_WITH_DESCRIPTION = re.compile(r"((?:\\.|[^\\:\s])+)\\?:(?:\"[^\"]*\"|'[^']*'|(?:\\ |[^\s])*)")
_UNESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DEFAULT_NAMES = {
    "_files": "FILE",
    "_path_files": "FILE",
    "_directories": "DIR",
    "_urls": "URL",
    "_hosts": "HOST",
    "_users": "USER",
    "_groups": "GROUP",
    "_pids": "PID",
}
_LONGEST = 8_000
_MOST_SPELLINGS = 6


@dataclass(frozen=True)
class OptionSpec:
    """An option: spellings that stand in one pair of braces are one option. `rest` is all but the spellings."""

    names: tuple[str, ...]
    value: Value
    description: str
    repeatable: bool
    rest: str


@dataclass(frozen=True)
class WordSpec:
    """A positional word; `action` completes it. `place` counts from 1 and is None where it is the next or any."""

    message: str
    action: str
    required: bool = True
    variadic: bool = False
    place: int | None = None

    @property
    def name(self) -> str | None:
        """Give what stands for the word in a usage line."""
        return value_name_of(self.message)

    @property
    def choices(self) -> tuple[str, ...] | None:
        """Give the words that it may be."""
        return words_in(self.action)


def parse_option(word: str) -> OptionSpec | None:
    """Read the specification of an option, with its braces and unknown parts as `shell` marks them, else None."""
    specs = [_split_option(one) for one in alternatives(word[:_LONGEST].lstrip(UNKNOWN))]
    if not specs or len(specs) > _MOST_SPELLINGS:
        return None
    names = tuple(dict.fromkeys(name for spec in specs if spec is not None for name in spec.names))
    known = [spec for spec in specs if spec is not None]
    if len(known) < len(specs) or (len(specs) > 1 and BRACE not in word):
        return None
    first = max(known, key=lambda spec: spec.value.takes is not Takes.NONE)
    return OptionSpec(names, first.value, first.description, first.repeatable, first.rest)


def parse_word(word: str) -> WordSpec | None:
    """Read a positional word's specification: `1:name:action`, `::name:action`, `*:name:action`."""
    text = word[:_LONGEST]
    excluded = _EXCLUDED.match(text)
    text = text[excluded.end() :] if excluded else text
    head, colon, rest = text.partition(":")
    if not colon or not (head in {"", "*"} or (head.isdecimal() and len(head) < 3)):  # noqa: PLR2004
        return None
    is_optional = rest.startswith(":")
    message, action = _message_and_action(rest.lstrip(":"))
    place = int(head) if head.isdecimal() else None
    return WordSpec(message, action, not is_optional and head != "*", head == "*", place)


def words_in(action: str) -> tuple[str, ...] | None:
    """Give the words that `(a b)` lists, or the same with descriptions; nothing for any other action."""
    return choices_of(word for word, _ in described_words(action)) if UNKNOWN not in action else None


def described_words(action: str) -> list[tuple[str, str]]:
    """Give the words that an action lists, and what is said of each."""
    text = action.strip()[:_LONGEST]
    if text.startswith("((") and text.endswith("))"):
        found = _WITH_DESCRIPTION.finditer(text[2:-2])
        return [(unescaped(one[1]), one[0][one.end(1) - one.start() :].lstrip("\\:").strip("\"'")) for one in found]
    if text.startswith("(") and text.endswith(")"):
        return [(unescaped(word), "") for word in _WORD.findall(text[1:-1])]
    return []


def unescaped(text: str) -> str:
    """Take the backslashes off."""
    return _UNESCAPED.sub(r"\1", text)


def split_at_colon(text: str) -> tuple[str, str]:
    """Part a text at its first colon without a backslash."""
    place = 0
    while place < len(text) and text[place] != ":":
        place += 2 if text[place] == "\\" else 1
    return text[:place], text[place + 1 :]


def _split_option(word: str) -> OptionSpec | None:
    excluded = _EXCLUDED.match(word)
    rest = (word[excluded.end() :] if excluded else word).lstrip("!")
    repeatable = rest.startswith("*")
    rest = rest[repeatable:]
    found = _NAME.match(rest)
    if found is None or not is_option_name(found[0]):
        return None
    suffix = found[1] or ""
    rest = rest[found.end() + len(suffix) :]
    description, after = _in_brackets(rest)
    if after and not after.startswith(":"):
        return None
    return OptionSpec((found[0],), _value(suffix, after), unescaped(description), repeatable, rest)


def _in_brackets(text: str) -> tuple[str, str]:
    if not text.startswith("["):
        return "", text
    place = 1
    while place < len(text) and text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return text[1:place], text[place + 1 :]


def _value(suffix: str, after: str) -> Value:
    if not after:
        return Value(Takes.REQUIRED) if suffix in {"=", "+"} else Value()
    takes = Takes.OPTIONAL if after.startswith("::") else Takes.REQUIRED
    message, action = _message_and_action(after.lstrip(":"))
    choices = words_in(action)
    return Value(takes, value_name_of(message) or _name_by(action), choices)


def _message_and_action(text: str) -> tuple[str, str]:
    message, rest = split_at_colon(text)
    action, _ = split_at_colon(rest) if not rest.startswith("((") else (rest, "")
    return unescaped(message).strip(), action.strip()


def _name_by(action: str) -> str | None:
    function, _, rest = action.partition(" ")
    name = _DEFAULT_NAMES.get(function)
    return "DIR" if name == "FILE" and "-/" in rest.split() else name
