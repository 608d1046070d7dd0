"""Words that people type, turned into values or refused with a message that they understand."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from uuid import UUID

from shared.utils.errors import UsageError
from shared.utils.text import visible

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_SIZE_STEPS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
# Names, tags and digests of images; none begins like an option.
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
_ID_PREFIX = re.compile(r"[0-9a-f]{4,32}")


class InvalidValueError(UsageError):
    """A typed word is not what its place needs."""

    code = "usage.invalid_value"


def parse_size(text: str) -> int:
    """Read `512`, `64k`, `1.5MiB`, `2G` as bytes; the units are powers of 1024.

    Raises:
        InvalidValueError: it is no size, or not above zero.

    """
    found = _SIZE.fullmatch(text.strip())
    number = int(float(found[1]) * 1024 ** _SIZE_STEPS[found[2].lower()]) if found else 0
    if number <= 0:
        raise InvalidValueError(f"{visible(text)!r} is not a size", "Write a size like 512, 64k or 1.5MiB.")
    return number


def parse_duration(text: str) -> float:
    """Read `90`, `90s`, `1m30s`, `500ms`, `2h` as seconds; a bare number is seconds.

    Raises:
        InvalidValueError: it is no duration, or not above zero.

    """
    word = text.strip().lower().replace(" ", "")
    parts = _DURATION_PART.findall(word)
    is_whole = bool(parts) and "".join(number + unit for number, unit in parts) == word
    is_clear = is_whole and (len(parts) == 1 or all(unit for _, unit in parts))
    seconds = sum(float(number) * _SECONDS[unit or "s"] for number, unit in parts) if is_clear else 0.0
    if seconds <= 0:
        raise InvalidValueError(f"{visible(text)!r} is not a duration", "Write a duration like 90, 90s, 1m30s or 2h.")
    return seconds


def parse_name(text: str, what: str = "name") -> str:
    """Accept a letter followed by letters, digits, `.`, `_` and `-`, at most 64 in all.

    Raises:
        InvalidValueError: it is anything else.

    """
    if len(text) > 64 or not _NAME.fullmatch(text):  # noqa: PLR2004
        message = f"{visible(text)!r} is not a {what}"
        raise InvalidValueError(message, "Use letters, digits, '.', '_' and '-', beginning with a letter.")
    return text


def parse_image(text: str) -> str:
    """Accept the name of an image, with its tag or digest where it has one, at most 255 characters in all.

    Raises:
        InvalidValueError: it is none.

    """
    if len(text) > 255 or not _IMAGE.fullmatch(text):  # noqa: PLR2004
        raise InvalidValueError(f"{visible(text)!r} is not the name of an image", "Name it like debian:bookworm.")
    return text


def parse_relative_path(path: bytes) -> bytes:
    """Accept a path below a call's folder: relative, without `.` or `..` parts, NUL or a slash at its end.

    Raises:
        InvalidValueError: it would lead elsewhere, or to nothing.

    """
    parts = path.split(b"/")
    if not path or b"\0" in path or any(part in {b"", b".", b".."} for part in parts):
        shown = visible(path.decode(errors="backslashreplace"))
        raise InvalidValueError(f"{shown!r} is not a path below the folder of a call", "Name it like data/input.txt.")
    return path


def parse_argv(text: str, what: str = "command line") -> tuple[bytes, ...]:
    """Split a command line as a POSIX shell would, without its expansions.

    Raises:
        InvalidValueError: a quote is left open, there is no word, or a word holds NUL.

    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        message = f"{visible(text)!r} is not a {what}: {str(error).lower()}"
        raise InvalidValueError(message, "Quote it as you would in a shell.") from error
    if not words or "\0" in text:
        raise InvalidValueError(f"{visible(text)!r} is not a {what}", "Name at least one word, without NUL.")
    return tuple(word.encode(errors="surrogateescape") for word in words)


def parse_url(text: str, schemes: frozenset[str]) -> str:
    """Accept an address with one of the schemes and, unless it is a file's, a host.

    Raises:
        InvalidValueError: another scheme, no host, or a port that is none.

    """
    hint = f"Begin it with {' or '.join(scheme + '://' for scheme in sorted(schemes))}"
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in schemes and (bool(parts.hostname) or parts.scheme.startswith("sqlite"))
        _ = parts.port
    except ValueError as error:
        raise InvalidValueError(f"{without_password(text)!r} is not an address: {error}", hint) from error
    if not is_good:
        raise InvalidValueError(f"{without_password(text)!r} is not an address that fits here", hint)
    return text


def without_password(url: str) -> str:
    """Show an address without the secret that may stand in it."""
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", visible(url))


def parse_id(text: str) -> UUID | str:
    """Read a job's id: whole, or the beginning of its hexadecimal digits (at least four).

    Raises:
        InvalidValueError: it is neither.

    """
    digits = text.strip().lower().replace("-", "")
    if not _ID_PREFIX.fullmatch(digits):
        raise InvalidValueError(f"{visible(text)!r} is not a job's id", "List the jobs with: testronaut jobs")
    return UUID(digits) if len(digits) == 32 else digits  # noqa: PLR2004


def is_below(path: PurePosixPath, folder: PurePosixPath) -> bool:
    """Tell whether a path is a folder itself or lies below it; both absolute, nothing is resolved."""
    return path == folder or folder in path.parents
