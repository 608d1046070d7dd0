"""Reads the macros of mdoc that stand in a line: `.Op Fl o Ar file`, `.It Fl x , Fl -extract Ns = Ns Ar dir`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from worker.analysis.manual.typeset.escapes import read_inline
from worker.analysis.manual.typeset.spans import BLANK, Font, Span, Spans, merged

_CLOSING = frozenset(".,:;)]?!")
_OPENING = frozenset("([")
_MARKS = frozenset({*_CLOSING, *_OPENING, "|"})
_FONTS: Mapping[str, Font] = {
    "Ar": Font.ITALIC, "Em": Font.ITALIC, "Pa": Font.ITALIC, "Va": Font.ITALIC, "Vt": Font.ITALIC, "Fa": Font.ITALIC,
    "Ft": Font.ITALIC, "Cm": Font.BOLD, "Ic": Font.BOLD, "Sy": Font.BOLD, "Ev": Font.BOLD, "Li": Font.BOLD,
    "Fn": Font.BOLD, "Ms": Font.BOLD, "Cd": Font.BOLD, "Nm": Font.BOLD, "Fl": Font.BOLD, "In": Font.BOLD,
    "No": Font.PLAIN, "Tn": Font.PLAIN, "Dv": Font.PLAIN, "Er": Font.PLAIN, "An": Font.PLAIN, "Xr": Font.PLAIN,
    "Sx": Font.PLAIN, "Ad": Font.PLAIN, "Lb": Font.PLAIN, "Mt": Font.PLAIN, "Lk": Font.PLAIN, "St": Font.PLAIN,
    "Ux": Font.PLAIN, "Bx": Font.PLAIN, "Fx": Font.PLAIN, "Nx": Font.PLAIN, "Ox": Font.PLAIN, "Dx": Font.PLAIN,
    "At": Font.PLAIN, "Bsx": Font.PLAIN, "Ta": Font.PLAIN, "Fd": Font.BOLD, "Ex": Font.PLAIN, "Rv": Font.PLAIN,
}  # fmt: skip
_ENCLOSED: Mapping[str, tuple[str, str]] = {
    "Op": ("[", "]"), "Bq": ("[", "]"), "Aq": ("<", ">"), "Brq": ("{", "}"), "Pq": ("(", ")"), "Dq": ('"', '"'),
    "Sq": ("'", "'"), "Qq": ('"', '"'), "Ql": ("'", "'"),
}  # fmt: skip
_OPENED: Mapping[str, str] = {
    "Oo": "[", "Bo": "[", "Ao": "<", "Bro": "{", "Po": "(", "Do": '"', "So": "'", "Qo": '"', "Xo": "", "Fo": "",
    "Eo": "",
}  # fmt: skip
_CLOSED: Mapping[str, str] = {
    "Oc": "]", "Bc": "]", "Ac": ">", "Brc": "}", "Pc": ")", "Dc": '"', "Sc": "'", "Qc": '"', "Xc": "", "Fc": "",
    "Ec": "",
}  # fmt: skip
_OTHERS = frozenset({"Ns", "Ap", "Pf", "Bk", "Ek"})
_ALL = frozenset({*_FONTS, *_ENCLOSED, *_OPENED, *_CLOSED, *_OTHERS})
_SYSTEMS = {
    "Ux": "UNIX",
    "Bx": "BSD",
    "Fx": "FreeBSD",
    "Nx": "NetBSD",
    "Ox": "OpenBSD",
    "Dx": "DragonFly",
    "At": "AT&T",
}
_MOST_SPANS = 2000
_DEEPEST = 20


def is_inline(macro: str) -> bool:
    """Tell whether a macro stands in a line."""
    return macro in _ALL


class Phrase:
    """Collects spans from macros until every bracket that was opened is closed."""

    def __init__(self) -> None:
        self.program = ""
        self.is_spacing = True
        self._spans: list[Span] = []
        self._depth = 0
        self._is_glued = False
        self._starts_glued = False

    @property
    def is_open(self) -> bool:
        """Tell whether a bracket waits for its end."""
        return self._depth > 0

    def take(self) -> tuple[Spans, bool, bool]:
        """Give what was read; whether it stands right behind what is before it; whether what follows does so."""
        spans, goes_on = merged(self._spans), self._is_glued
        starts_glued = self._starts_glued
        self._spans, self._is_glued, self._starts_glued, self._depth = [], False, False, 0
        return spans, starts_glued, goes_on

    def add_text(self, spans: Spans) -> None:
        """Add a line of text inside an open bracket."""
        self._add(spans)

    def read(self, macro: str, arguments: Sequence[str]) -> None:
        """Read a macro and those that stand among its arguments."""
        words = [macro, *arguments]
        tail: list[str] = []
        # Marks at the end of the line stand behind the brackets that end there.
        while len(words) > 1 and words[-1] in _CLOSING:
            tail.insert(0, words.pop())
        ends = list(self._row(words))
        for end in reversed(ends):
            self._close(end)
        for mark in tail:
            self._close(mark)

    def _row(self, words: Sequence[str]) -> Iterator[str]:
        """Read macro after macro; give the brackets that end with the line."""
        place = 0
        while place < len(words):
            word = words[place]
            place += 1
            if word in _ENCLOSED and self._depth < _DEEPEST:
                opening, end = _ENCLOSED[word]
                self._open(opening)
                yield end
            elif word in _OPENED:
                self._open(_OPENED[word])
                self._depth += 1
            elif word in _CLOSED:
                self._close(_CLOSED[word])
                self._depth = max(0, self._depth - 1)
            elif word == "Ns":
                self._glue()
            elif word == "Ap":
                self._close("'")
                self._is_glued = True
            elif word == "Pf":
                self._add(_set(words[place : place + 1], Font.PLAIN))
                self._is_glued = True
                place += 1
            elif word in _FONTS:
                place = self._element(word, words, place)
            else:
                self._word(word, Font.PLAIN)

    def _element(self, macro: str, words: Sequence[str], place: int) -> int:
        """Set the words of one macro, up to the next one; say where that is."""
        end = place
        while end < len(words) and words[end] not in _ALL:
            end += 1
        given = list(words[place:end])
        if macro == "Nm":
            self._name(given)
            return end
        if macro in _SYSTEMS:
            given.insert(0, _SYSTEMS[macro])
        elif macro == "Xr" and len(given) > 1 and given[1][:1].isalnum():
            given[:2] = [f"{given[0]}({given[1]})"]
        elif macro == "Ar" and all(word in _CLOSING or word in _OPENING for word in given):
            given = ["file", "...", *given]
        if macro == "Fl":
            self._flags(given, words[end : end + 1])
            return end
        for word in given:
            self._word(word, _FONTS[macro])
        return end

    def _name(self, given: list[str]) -> None:
        names = [word for word in given if word not in _MARKS]
        if names and not self.program:
            self.program = names[0]
        for word in given if names else [self.program, *given]:
            self._word(word, Font.BOLD)

    def _flags(self, given: Sequence[str], following: Sequence[str]) -> None:
        if _MARKS.issuperset(given):
            self._add(_set(["-"], Font.BOLD))
            # `Fl Fl file` is a flag with two dashes; `Fl` alone is one dash.
            self._is_glued = bool(following) and following[0] not in {"Ar", "Oc", "Xc", "Ns"} and not given
        for word in given:
            self._word(word if word in _MARKS else f"-{word}", Font.BOLD)

    def _word(self, word: str, font: Font) -> None:
        if word in _CLOSING:
            self._close(word)
        elif word in _OPENING:
            self._open(word)
        elif word == "|":
            self._add((Span(Font.PLAIN, "|"),))
        else:
            self._add(_set([word], font))

    def _add(self, spans: Spans) -> None:
        if self._spans and not self._is_glued and self.is_spacing:
            self._spans.append(BLANK)
        self._is_glued = False
        if len(self._spans) < _MOST_SPANS:
            self._spans += spans

    def _open(self, bracket: str) -> None:
        self._add((Span(Font.PLAIN, bracket),))
        self._is_glued = True

    def _close(self, mark: str) -> None:
        if not self._spans:
            self._starts_glued = True
        self._is_glued = False
        self._spans.append(Span(Font.PLAIN, mark))

    def _glue(self) -> None:
        if not self._spans:
            self._starts_glued = True
        self._is_glued = True


def _set(words: Sequence[str], font: Font) -> Spans:
    return merged(span for word in words for span in read_inline(word, font).spans)
