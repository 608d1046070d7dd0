"""Takes a bash or zsh script apart into words and marks, without running anything.

What only a shell can know (`$x`, `$(...)`) stands in a word as one character, `UNKNOWN`; unquoted braces as three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.analysis.completions.said import MOST_TEXT

UNKNOWN = "\ue000"
BRACE, COMMA, ENDBRACE = "\ue001", "\ue002", "\ue003"
PRIVATE = str.maketrans(dict.fromkeys((UNKNOWN, BRACE, COMMA, ENDBRACE), "?"))

_BLANKS = re.compile(r"[ \t\r]+|\\\r?\n")
_COMMENT = re.compile(r"#[^\n]*")
_MARK = re.compile(r";;&|;;|;&|;\||&&|\|\||<<<|<<-?|[<>]&|&>|>>|[\n;&|()<>]")
_PLAIN = re.compile(r"[^\s\\'\"$`;&|()<>{},]+")
_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9#?!@*$-])")
_ONLY_A_VARIABLE = re.compile(
    r"\"?\$(?:([A-Za-z_]\w*)(?:\[[@*]\])?|\{(?:\([@A-Za-z]{1,4}\))?([A-Za-z_]\w*)(?:\[[@*]\])?\})\"?"
)
_HERE = re.compile(r"[ \t]*['\"\\]?(\w{1,60})['\"]?")
_INDEX = re.compile(r"\[[^\]\s]{0,40}\]")
_ARRAY = re.compile(r"[A-Za-z_]\w*\+?=")
_OPENING = frozenset({"\n", ";", ";;", "&&", "||", "|", "&", "(", ")"})
_BEFORE_A_COMMAND = frozenset({"if", "elif", "while", "until", "then", "else", "do", "!", "{"})
_MOST_TOKENS = 400_000
_LONGEST_WORD = 20_000


@dataclass(frozen=True)
class Token:
    """A word with its quotes taken off, or a mark (`;`, `(`, a line's end); `raw` is what was typed."""

    text: str
    line: int
    raw: str = ""
    is_mark: bool = False
    opens_array: bool = False

    @property
    def variable(self) -> str | None:
        """Name the variable where the word is nothing else (`$x`, `"${x[@]}"`)."""
        found = _ONLY_A_VARIABLE.fullmatch(self.raw) if UNKNOWN in self.text and len(self.raw) < 100 else None  # noqa: PLR2004
        return found[1] or found[2] if found else None

    @property
    def is_known(self) -> bool:
        """Tell a word that any shell reads in the same way."""
        return not self.is_mark and not any(mark in self.text for mark in (UNKNOWN, BRACE))


def tokens_of(text: str) -> list[Token]:
    """Take a script apart, in one pass; a quote that is never closed takes the rest of the text."""
    return _Lexer(text[:MOST_TEXT].translate(PRIVATE)).run()


def alternatives(word: str, most: int = 64) -> list[str]:
    """Write out the braces of a word: `{-a,--all}=` gives `-a=` and `--all=`; braces in braces are left out."""
    found = [""]
    place = 0
    while place < len(word):
        start = word.find(BRACE, place)
        end = word.find(ENDBRACE, start)
        if start < 0 or end < 0:
            break
        inner = word[start + 1 : end].split(COMMA)
        found = [f"{one}{word[place:start]}{choice}" for one in found for choice in inner][:most]
        place = end + 1
    rest = word[place:]
    return [_with_braces(one + rest) for one in found]


def _with_braces(word: str) -> str:
    return word.replace(BRACE, "{").replace(COMMA, ",").replace(ENDBRACE, "}")


class _Lexer:
    """Walks over the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line = 1
        self.counted = 0
        self.found: list[Token] = []
        self.here_documents: list[str] = []
        self.never: set[str] = set()

    def run(self) -> list[Token]:
        while self.place < len(self.text) and len(self.found) < _MOST_TOKENS:
            self._step()
        return self.found

    def _step(self) -> None:
        blank = _BLANKS.match(self.text, self.place) or _COMMENT.match(self.text, self.place)
        if blank:
            self.place = blank.end()
        elif self._at_command() and self._takes_test():
            return
        elif mark := _MARK.match(self.text, self.place):
            self._take_mark(mark[0])
        else:
            self._take_word()

    def _line_at(self, place: int) -> int:
        self.line += self.text.count("\n", self.counted, place)
        self.counted = place
        return self.line

    def _at_command(self) -> bool:
        last = self.found[-1] if self.found else None
        return last is None or (last.text in _OPENING if last.is_mark else last.text in _BEFORE_A_COMMAND)

    def _takes_test(self) -> bool:
        """Take `[[ ... ]]` and `(( ... ))` as one word: what is in them is no list of words."""
        for start, end in (("[[", "]]"), ("((", "))")):
            if self.text.startswith(start, self.place) and start not in self.never:
                close = self.text.find(end, self.place + 2)
                if close < 0:
                    self.never.add(start)
                    continue
                raw = self.text[self.place : close + 2]
                self.found.append(Token(UNKNOWN, self._line_at(self.place), raw))
                self.place = close + 2
                return True
        return False

    def _take_mark(self, mark: str) -> None:
        self.found.append(Token(mark, self._line_at(self.place), mark, is_mark=True))
        self.place += len(mark)
        if mark in {"<<", "<<-"}:
            end = _HERE.match(self.text, self.place)
            if end:
                self.here_documents.append(end[1])
                self.place = end.end()
        elif mark == "\n" and self.here_documents:
            self._skip_here_document(self.here_documents.pop(0))

    def _skip_here_document(self, name: str) -> None:
        while self.place < len(self.text):
            end = self.text.find("\n", self.place)
            line = self.text[self.place : end if end >= 0 else len(self.text)]
            self.place = end + 1 if end >= 0 else len(self.text)
            if line.strip() == name:
                return

    def _take_word(self) -> None:
        start = self.place
        parts: list[str] = []
        while self.place < len(self.text) and not self._ends_word():
            parts.append(self._part())
        text = "".join(parts)
        text = text if BRACE in text else _with_braces(text)
        raw = self.text[start : self.place]
        opens = self.text.startswith("(", self.place) and _ARRAY.fullmatch(raw[:80]) is not None
        self.found.append(Token(text[:_LONGEST_WORD], self._line_at(start), raw[:_LONGEST_WORD], opens_array=opens))

    def _ends_word(self) -> bool:
        return self.text[self.place] in " \t\r\n;&|()<>" or self.text.startswith("\\\n", self.place)

    def _part(self) -> str:  # noqa: PLR0911 - one for each letter
        plain = _PLAIN.match(self.text, self.place)
        if plain:
            self.place = plain.end()
            return plain[0]
        letter = self.text[self.place]
        self.place += 1
        match letter:
            case "\\":
                self.place += 1
                return self.text[self.place - 1 : self.place]
            case "'":
                return self._until("'")
            case '"':
                return self._double_quoted()
            case "`":
                self._until("`")
                return UNKNOWN
            case "$":
                return self._expansion()
            case "{":
                return BRACE
            case "}":
                return ENDBRACE
            case ",":
                return COMMA
            case _:
                return letter

    def _until(self, quote: str) -> str:
        end = self.text.find(quote, self.place)
        end = end if end >= 0 else len(self.text)
        inner = self.text[self.place : end]
        self.place = end + 1
        return inner

    def _double_quoted(self) -> str:
        parts: list[str] = []
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == '"':
                break
            if letter == "\\":
                following = self.text[self.place : self.place + 1]
                self.place += 1
                parts.append({"\n": ""}.get(following, following) if following in '\n"$`\\' else f"\\{following}")
            elif letter == "$":
                parts.append(self._expansion())
            elif letter == "`":
                self._until("`")
                parts.append(UNKNOWN)
            else:
                parts.append(letter)
        return "".join(parts)

    def _expansion(self) -> str:
        """Read what stands behind a dollar sign that was taken."""
        following = self.text[self.place : self.place + 1]
        if following == "'":
            self.place += 1
            return self._escaped()
        if following in {"(", "{"}:
            self._skip_nested(following, {"(": ")", "{": "}"}[following])
            return UNKNOWN
        name = _VARIABLE.match(self.text, self.place - 1)
        if name is None:
            return "$"
        self.place = name.end()
        if self.text.startswith("[", self.place):  # zsh: $words[1]
            end = _INDEX.match(self.text, self.place)
            self.place = end.end() if end else self.place
        return UNKNOWN

    def _escaped(self) -> str:
        start = self.place
        while self.place < len(self.text) and self.text[self.place] != "'":
            self.place += 2 if self.text[self.place] == "\\" else 1
        inner = self.text[start : self.place]
        self.place += 1
        return inner.replace("\\'", "'").replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")

    def _skip_double_quoted(self) -> None:
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 2 if letter == "\\" else 1
            if letter == '"':
                return

    def _skip_nested(self, opening: str, closing: str) -> None:
        depth = 0
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == "\\":
                self.place += 1
            elif letter == "'" and opening == "(":
                self._until("'")
            elif letter == '"':
                self._skip_double_quoted()
            elif letter == opening:
                depth += 1
            elif letter == closing:
                depth -= 1
                if not depth:
                    return
