"""Reads the escapes inside a line of roff: fonts, special characters, and what only moves things on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from worker.analysis.manual.typeset.spans import Font, Span, Spans, merged

_NAME = r"(?:\[(?P<long{0}>[^\]\n]{{0,200}})\]|\((?P<two{0}>..)|(?P<one{0}>[^\[(]))"
_QUOTED = r"(?:'[^'\n]{0,400}'|\"[^\"\n]{0,400}\")"
_ESCAPE = re.compile(
    r"\\(?:"
    rf"f{_NAME.format('_font')}"
    r"|\[(?P<long>[^\]\n]{0,200})\]|\((?P<two>..)"
    rf"|C'(?P<named>[^'\n]{{0,200}})'|N'(?P<code>\d{{1,7}})'|(?P<stack>[ob]){_QUOTED}"
    r"|s(?:[+-]?(?:\(..|\[[^\]\n]{0,40}\]|'[^'\n]{0,40}'|[1-3]\d|\d)|\([+-]?..)"
    r"|[mMFgVYnk*](?:\[[^\]\n]{0,200}\]|\(..|.)"
    rf"|[hvwlLDXxHSRABZ]{_QUOTED}"
    r"|z(?=.)|(?P<other>.)|$)"
)

_CHARACTERS = {
    "aq": "'", "dq": '"', "lq": "\u201c", "rq": "\u201d", "oq": "'", "cq": "'", "ga": "`", "aa": "'", "sq": "'",
    "ha": "^", "ti": "~", "at": "@", "sh": "#", "Do": "$", "rs": "\\", "sl": "/", "ba": "|", "bv": "|", "or": "|",
    "lB": "[", "rB": "]", "lC": "{", "rC": "}", "la": "<", "ra": ">", "lt": "<", "gt": ">", "eq": "=", "pl": "+",
    "mi": "-", "hy": "-", "en": "\u2013", "em": "\u2014", "ul": "_", "ru": "_", "bu": "\u2022", "ci": "\u2022",
    "sq_": "\u2022", "co": "(c)", "rg": "(R)", "tm": "(TM)", "de": "\u00b0", "+-": "+/-", "mu": "x", "di": "/",
    "->": "->", "<-": "<-", "<=": "<=", ">=": ">=", "!=": "!=", "~~": "~", "==": "==", "Fo": "\u00ab", "Fc": "\u00bb",
    "ss": "\u00df", "oA": "\u00c5", "oa": "\u00e5", "/o": "\u00f8", "ae": "\u00e6", "Eu": "EUR", "ua": "^", "da": "v",
    "12": "1/2", "14": "1/4", "34": "3/4", "S2": "2", "pc": ".", "md": ".", "fm": "'", "sd": '"', "no": "!",
    "coproduct": "", "braceleft": "{", "OK": "x", "Bq": '"', "bq": ",", "no_": "!",
}  # fmt: skip
_ACCENTS = {":": "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", ",": "\u0327", "v": "\u030c"}
_SIMPLE = {
    "-": "-", "e": "\\", "\\": "\\", " ": " ", "~": " ", "0": " ", "t": "\t", "a": "\t", "'": "'", "`": "`", ".": ".",
    "_": "_", "|": "", "^": "", "&": "", "%": "", "/": "", ",": "", ":": "", ")": "", "{": "", "}": "", "c": "",
    "!": "", "?": "", "p": " ", "d": "", "u": "", "r": "", '"': "", "#": "",
}  # fmt: skip
_FONTS = {
    "B": Font.BOLD, "3": Font.BOLD, "CB": Font.BOLD, "CWB": Font.BOLD, "b": Font.BOLD, "4": Font.BOLD, "BI": Font.BOLD,
    "I": Font.ITALIC, "2": Font.ITALIC, "CI": Font.ITALIC, "i": Font.ITALIC,
}  # fmt: skip
_HIGHEST = 0x10FFFF


@dataclass(frozen=True)
class Inline:
    """A line read: its spans, the font it ends in, the one before that, and whether the next line goes on with it."""

    spans: Spans
    font: Font
    before: Font
    goes_on: bool = False


def read_inline(text: str, font: Font = Font.PLAIN, before: Font = Font.PLAIN) -> Inline:
    """Read one line that begins in a font; `before` is the font that a line may go back to."""
    spans: list[Span] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        spans.append(Span(font, text[at : found.start()]))
        at = found.end()
        name = _name(found, "_font")
        if name is None:
            spans.append(Span(font, _character(found)))
        else:
            font, before = (before if name in {"P", ""} else font_of(name)), font
    spans.append(Span(font, text[at:]))
    return Inline(merged(spans), font, before, text.endswith("\\c"))


def font_of(name: str) -> Font:
    """Give the font of a name; most names are those of a plain one."""
    return _FONTS.get(name, Font.PLAIN)


def _name(found: re.Match[str], suffix: str = "") -> str | None:
    groups = (found[f"{kind}{suffix}"] for kind in ("long", "two", "one")[: 3 if suffix else 2])
    return next((group for group in groups if group is not None), None)


def _character(found: re.Match[str]) -> str:
    name = _name(found)
    name = found["named"] if name is None else name
    if name is not None:
        return _special(name)
    if found["code"] is not None:
        return _at(int(found["code"]))
    if found["stack"] is not None:
        return found[0][3:-1]
    other = found["other"]
    return "" if other is None else _SIMPLE.get(other, other)


def _special(name: str) -> str:
    known = _CHARACTERS.get(name)
    if known is not None:
        return known
    if re.fullmatch(r"u[0-9A-F]{4,6}(?:_[0-9A-F]{4,6}){0,3}", name):
        return "".join(_at(int(part, 16)) for part in name[1:].split("_"))
    if re.fullmatch(r"char\d{1,7}", name):
        return _at(int(name[4:]))
    if len(name) == 2 and name[0] in _ACCENTS and name[1].isalpha():  # noqa: PLR2004 - an accent and its letter
        return name[1] + _ACCENTS[name[0]]
    return ""


def _at(code: int) -> str:
    is_character = 0x20 <= code <= _HIGHEST and not 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - surrogates
    return {0x2010: "-", 0x2011: "-", 0x2212: "-", 0xA0: " "}.get(code, chr(code)) if is_character else ""


def words_of(line: str) -> Iterator[str]:
    """Take the arguments of a macro apart: blanks part them, but not within `"..."`; `""` inside is one mark."""
    at, end = 0, len(line)
    while at < end:
        if line[at] in " \t":
            at += 1
        elif line[at] == '"':
            word, at = _quoted(line, at + 1)
            yield word
        else:
            start = at
            while at < end and line[at] not in " \t":
                at += 2 if line[at] == "\\" else 1
            yield line[start:at]


def _quoted(line: str, at: int) -> tuple[str, int]:
    pieces: list[str] = []
    while True:
        close = line.find('"', at)
        if close < 0:
            return "".join([*pieces, line[at:]]), len(line)
        pieces.append(line[at:close])
        if line[close + 1 : close + 2] != '"':
            return "".join(pieces), close + 1
        pieces.append('"')
        at = close + 2
