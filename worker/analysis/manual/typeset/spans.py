"""Text with the fonts it is set in, and what the fonts say: bold is typed as it stands, italic stands for something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import TypeAlias


class Font(Enum):
    """The fonts that say something."""

    PLAIN = auto()
    BOLD = auto()
    ITALIC = auto()


@dataclass(frozen=True)
class Span:
    """A piece of text in one font."""

    font: Font
    text: str


Spans: TypeAlias = tuple[Span, ...]

BLANK = Span(Font.PLAIN, " ")
_PLACEHOLDER = re.compile(r"[A-Za-z0-9][\w .:/,+*-]*")
_BEFORE = frozenset(" \t=[(,")
_AFTER = frozenset(" \t,.;])=[")
_BLANKS = re.compile(r"\s+")


def merged(spans: Iterable[Span]) -> Spans:
    """Join neighbours of one font and leave out what is empty."""
    runs = groupby((span for span in spans if span.text), key=lambda span: span.font)
    return tuple(Span(font, "".join(span.text for span in run)) for font, run in runs)


def plain(spans: Iterable[Span]) -> str:
    """Give the text without its fonts."""
    return "".join(span.text for span in spans)


def squeezed(text: str) -> str:
    """Make each run of blanks one blank, and take off those around."""
    return _BLANKS.sub(" ", text).strip()


def joined(parts: Sequence[Spans]) -> Spans:
    """Join parts with a blank between each two."""
    spans: list[Span] = []
    for number, part in enumerate(parts):
        spans += [BLANK, *part] if number else part
    return merged(spans)


def marked(spans: Sequence[Span]) -> str:
    """Give the text with `<` and `>` around what is set in italics and takes the place of a value.

    Words in capitals are known as such without, unless they are glued to a letter: `-f` and `FILE` become `-f<FILE>`.
    """
    return "".join(_marked(merged(spans)))


def _marked(spans: Spans) -> Iterator[str]:
    word = " "
    for place, span in enumerate(spans):
        following = plain(spans[place + 1 : place + 3]) or " "
        text = span.text
        if span.font is Font.ITALIC:
            text = _with_marks(text, word, following)
        yield text
        word = (word + text)[-200:]
        word = word[max(word.rfind(" "), word.rfind("\t"), 0) :]


def _with_marks(text: str, token: str, following: str) -> str:
    """Mark a word in italics, where neither what is before it nor behind it says that it is a piece of another."""
    word = text.strip(" \t")
    dots = len(word) - len(word.rstrip("."))
    bare = word.rstrip(".") if dots > 1 else word
    start = token.strip().lstrip("[({|")[:1]
    is_glued = (token[-1].isalnum() or token in {" -", " +", " /"}) and start in set("-+/") and text[0] == word[:1]
    is_apart = (token[-1] in _BEFORE or text[0].isspace()) and token.count("<") == token.count(">")
    ends = text[-1].isspace() or _ends_word(following)
    if not bare or not _PLACEHOLDER.fullmatch(bare) or not ends or not (is_apart or is_glued):
        return text
    if bare.isupper() and not is_glued:
        return text
    return text.replace(bare, f"<{bare}>", 1)


def _ends_word(following: str) -> bool:
    """Tell whether a word ends before a text; a colon ends it where nothing stands behind that."""
    return following[0] in _AFTER or following.strip() == ":"
