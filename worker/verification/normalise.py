"""Takes out of a text what may differ between two runs of one call: places, times, addresses, names of temporary files.

What is taken out leaves a numbered mark behind, and equal things get equal numbers: "the same id twice" stays visible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from shared.models.call import Surroundings

_HEX_ADDRESS = r"\b0x[0-9a-fA-F]{6,16}\b"
_UUID = r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"
_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_DAY_OF_MONTH = rf"(?:{_DAY},? )?(?:{_MONTH} +\d{{1,2}}|\d{{1,2}} {_MONTH})"

# Only shapes that cannot be taken for anything else; a plain number is never one of them.
_SHAPES: Sequence[tuple[str, re.Pattern[str]]] = (
    ("UUID", re.compile(_UUID)),
    ("TIME", re.compile(rf"{_DATE}[T ]{_CLOCK}(?: ?(?:Z|[+-]\d{{2}}:?\d{{2}}|UTC|GMT))?")),
    ("TIME", re.compile(rf"{_DAY_OF_MONTH}(?: \d{{4}})? {_CLOCK}(?: [A-Z]{{3,4}})?(?: \d{{4}})?")),
    ("DATE", re.compile(rf"\b{_DATE}\b")),
    ("TIME", re.compile(rf"(?<![\d:]){_CLOCK}(?![\d:])")),
    ("ADDRESS", re.compile(_HEX_ADDRESS)),
    ("DURATION", re.compile(r"\b\d+(?:[.,]\d+)?(?:e[+-]?\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?)\b")),
    ("TMP", re.compile(r"/tmp/[\w.+-]+")),  # noqa: S108 - what tools print
    ("PID", re.compile(r"(?<=\[)\d{2,7}(?=\]:? )|(?<=\bpid )\d+|(?<=\bPID )\d+")),
)

# In the quotes of ASCII, and in the typographic ones that some locales bring.
_QUOTED = re.compile("'[^']*'|\"[^\"]*\"|`[^'`]*['`]|\u2018[^\u2019]*\u2019|\u201c[^\u201d]*\u201d")


def normalise(text: str, surroundings: Surroundings) -> str:
    """Replace what may differ; twice is the same as once."""
    for name, value in _known_places(surroundings):
        text = re.sub(rf"(?<![\w/.-]){re.escape(value)}(?![\w-])", f"<{name}>", text)
    for name, shape in _SHAPES:
        text = shape.sub(_numbering(name), text)
    return text


def generalise(message: str, words: Sequence[str] = ()) -> str:
    """Reduce a message to its kind: what was typed, quoted parts, numbers and paths become marks."""
    for word in sorted({word for word in words if len(word) > 1}, key=len, reverse=True):
        message = message.replace(word, "<word>")
    message = _QUOTED.sub("<quoted>", message)
    message = re.sub(r"(?<![\w<])/?(?:[\w.+-]+/)+[\w.+-]*", "<path>", message)
    return re.sub(r"\d+", "<number>", message).strip()


def _known_places(surroundings: Surroundings) -> Sequence[tuple[str, str]]:
    places = (
        ("HOME", f"/home/{surroundings.home}"),
        ("FOLDER", f"/{surroundings.folder}"),
        ("HOST", surroundings.host),
    )
    return sorted(places, key=lambda place: -len(place[1]))


def _numbering(name: str) -> Callable[[re.Match[str]], str]:
    numbers: dict[str, int] = {}

    def mark(found: re.Match[str]) -> str:
        return f"<{name}{numbers.setdefault(found[0], len(numbers) + 1)}>"

    return mark
