"""Takes a fish script apart into statements and words, and the lists of words that `complete -a` is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from worker.analysis.completions.said import MOST_TEXT

_SKIPPED = re.compile(r"[ \t\r]+|\\\r?\n")
_COMMENT = re.compile(r"#[^\n]*")
_ENDS_STATEMENT = re.compile(r"&&|\|\||[\n;&|]")
_PLAIN = re.compile(r"[^\s\\'\"$;&|()<>]+")
_VARIABLE = re.compile(r"\$+[A-Za-z_]\w*(?:\[[^\]\n]{0,40}\])?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "\n": ""}
_LONGEST_WORD = 60_000
_MOST_WORDS = 2_000


@dataclass(frozen=True)
class FishWord:
    """A word with its quotes taken off; not known where a variable or a call stands in it. `raw` is as typed."""

    text: str
    line: int
    raw: str = ""
    is_known: bool = True
    is_quoted: bool = False

    @property
    def variable(self) -> str | None:
        """Name the variable where the word is nothing else."""
        found = _VARIABLE.fullmatch(self.raw.strip('"')) if len(self.raw) < 100 else None  # noqa: PLR2004
        return found[0].lstrip("$").partition("[")[0] if found else None


def statements_of(text: str) -> Iterator[list[FishWord]]:
    """Give the statements of a script, each with at least one word; `||` and `or` begin one with that word."""
    lexer = _Lexer(text[:MOST_TEXT])
    words: list[FishWord] = []
    while lexer.place < len(lexer.text):
        mark = lexer.mark()
        if mark is None:
            word = lexer.word()
            words += [word] if word and len(words) < _MOST_WORDS else []
            continue
        if words:
            yield words
        words = [FishWord("or", lexer.line)] if mark == "||" else []
    if words:
        yield words


def list_of(word: FishWord, variables: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]] | None:
    """Give the words that `-a` offers, each with its description; None where a call or an unknown variable is in it."""
    if word.variable and not word.is_known:
        known = variables.get(word.variable)
        return [_described(one) for one in known] if known else None
    text = _one_line(word.text)
    if word.is_known and text.startswith("{") and text.endswith("}") and "," in text:
        return [_described(one.strip()) for one in text[1:-1].split(",")]
    found: list[tuple[str, str]] = []
    for statement in statements_of(text):
        for part in statement:
            if part.variable and part.variable in variables:
                found += [_described(one) for one in variables[part.variable]]
            elif part.is_known:
                found.append(_described(part.text))
            else:
                return None
    return found


def _one_line(text: str) -> str:
    """Make blanks of line ends: a list that is quoted may stand in several lines."""
    return text.replace("\n", " ")


def _described(text: str) -> tuple[str, str]:
    name, _, description = text.partition("\t")
    return name, description.strip().strip("'")


class _Lexer:
    """Walks over the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.counted = 0
        self.line = 1

    def mark(self) -> str | None:
        """Take what parts statements, if it is next."""
        blank = _SKIPPED.match(self.text, self.place) or _COMMENT.match(self.text, self.place)
        while blank:
            self.place = blank.end()
            blank = _SKIPPED.match(self.text, self.place) or _COMMENT.match(self.text, self.place)
        found = _ENDS_STATEMENT.match(self.text, self.place)
        self._count()
        if found:
            self.place = found.end()
            return found[0]
        return "\n" if self.place >= len(self.text) else None

    def _count(self) -> None:
        self.line += self.text.count("\n", self.counted, self.place)
        self.counted = self.place

    def word(self) -> FishWord | None:
        """Take a word; None for a bracket or a redirection that stands alone."""
        start, line = self.place, self.line
        parts: list[str] = []
        self.known = True
        while self.place < len(self.text) and not self._ends_word():
            parts.append(self._part())
        if self.place == start:
            self.place += 1
            return None
        raw = self.text[start : self.place][:_LONGEST_WORD]
        return FishWord("".join(parts)[:_LONGEST_WORD], line, raw, self.known, raw[:1] in {"'", '"'})

    def _ends_word(self) -> bool:
        return self.text[self.place] in " \t\r\n;&|)<>" or self.text.startswith("\\\n", self.place)

    def _part(self) -> str:
        plain = _PLAIN.match(self.text, self.place)
        if plain:
            self.place = plain.end()
            return plain[0]
        letter = self.text[self.place]
        self.place += 1
        if letter == "\\":
            following = self.text[self.place : self.place + 1]
            self.place += 1
            return _ESCAPES.get(following, following)
        if letter in {"'", '"'}:
            return self._quoted(letter)
        if letter in {"$", "("}:
            return self._expansion(letter)
        return letter

    def _expansion(self, letter: str) -> str:
        self.known = False
        start = self.place - 1
        if letter == "(" or self.text.startswith("(", self.place):
            self._skip_call()
        else:
            name = _VARIABLE.match(self.text, start)
            self.place = name.end() if name else self.place
        return self.text[start : self.place]

    def _quoted(self, quote: str) -> str:
        """Read up to the closing quote; only quotes, backslashes, dollars and line ends are escaped in it."""
        parts: list[str] = []
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == quote:
                break
            if letter == "\\":
                following = self.text[self.place : self.place + 1]
                self.place += 1
                is_escape = following in {quote, "\\", "\n"} or (following == "$" and quote == '"')
                parts.append(following.replace("\n", "") if is_escape else f"\\{following}")
            elif letter == "$" and quote == '"':
                parts.append(self._expansion("$"))
            else:
                parts.append(letter)
        return "".join(parts)

    def _skip_call(self) -> None:
        """Skip a call in brackets, of which the first may be taken or not."""
        depth = 0 if self.text.startswith("(", self.place) and self.text[self.place - 1] == "$" else 1
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == "\\":
                self.place += 1
            elif letter in {"'", '"'}:
                self._skip_quoted(letter)
            elif letter in "()":
                depth += 1 if letter == "(" else -1
                if depth <= 0:
                    return

    def _skip_quoted(self, quote: str) -> None:
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == quote:
                return
            self.place += letter == "\\"
