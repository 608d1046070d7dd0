"""Words for people: quoting for a shell, and text that cannot move a cursor, break a line or hide itself."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_PLAIN = re.compile(rb"[A-Za-z0-9_@%+=:,./-]+")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-Z\\-~])")
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ELLIPSIS = "..."


def quote(word: bytes) -> str:
    r"""Quote one word for a POSIX shell; bytes that are no printable UTF-8 become `$'\xff'` (bash, ksh, zsh)."""
    if _PLAIN.fullmatch(word):
        return word.decode()
    try:
        text = word.decode()
    except UnicodeDecodeError:
        return _quote_bytes(word)
    is_visible = all(unicodedata.category(character) not in _HIDING for character in text)
    return shlex.quote(text) if is_visible else _quote_bytes(word)


def quote_all(words: Iterable[bytes]) -> str:
    """Quote words and join them with blanks."""
    return " ".join(quote(word) for word in words)


def _quote_bytes(word: bytes) -> str:
    return "$'" + "".join(_escape_byte(byte) for byte in word) + "'"


def _escape_byte(byte: int) -> str:
    character = chr(byte)
    if character in "'\\":
        return "\\" + character
    return character if " " <= character <= "~" else f"\\x{byte:02x}"


def decode(raw: bytes) -> str:
    """Decode bytes of the tool; what is no UTF-8 becomes U+FFFD, so that the text survives JSON."""
    return raw.decode(errors="replace")


def without_escapes(text: str) -> str:
    """Leave out what is meant for a terminal: colours, movements, titles, and its ends of lines."""
    return _ESCAPES.sub("", text.replace("\r\n", "\n"))


def visible(text: str, *, keep: str = "") -> str:
    r"""Show text without power over a terminal: each control or invisible character but those kept becomes `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        character if character in keep or unicodedata.category(character) not in _HIDING else _name(character)
        for character in text
    )


def _name(character: str) -> str:
    number = ord(character)
    if character in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[character]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004


def one_line(text: str, width: int = 100) -> str:
    """Show the first line that says something, no longer than `width` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shown = visible(line)
    return shown if len(shown) <= width else shown[: width - len(_ELLIPSIS)] + _ELLIPSIS


def near(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Name the known words that look like a mistyped one, the nearest first."""
    return get_close_matches(word, sorted(set(known)), n=most, cutoff=0.6)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many: `1 case`, `2 cases`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Say how long: `340 ms`, `1.2 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def size(number: int) -> str:
    """Say how large: `812 B`, `1.5 KiB`, `64.0 MiB`."""
    value, unit = float(number), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if value < 1024:  # noqa: PLR2004
            break
        value, unit = value / 1024, larger
    return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"
