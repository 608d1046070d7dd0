"""How both ends of a sandbox's socket speak: frames of nested bytes, numbers, lists and mappings.

The coding is that of BEP 3 (bencoding). Bytes stay bytes in it, and it needs no module of the standard library: inside,
each import is paid by every start, and that of `json` alone would cost 5 ms.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEADER_BYTES = 4
_DEEPEST = 8
_NUMBER, _END, _NESTED = ord("i"), ord("e"), frozenset(b"ld")
_PART_BYTES = 1 << 16
_MOST_KEYS = 256

# The keys of the mappings are the same few words in each order.
_KEYS: dict[str, bytes] = {}


class WireError(ValueError):
    """What came over the socket is not of this coding."""


def encode(value: Any) -> bytes:  # noqa: ANN401 - whatever may be nested
    """Write bytes, text (as UTF-8), whole numbers, and lists and mappings of them."""
    parts: list[bytes] = []
    _write(value, parts)
    return b"".join(parts)


def decode(raw: bytes) -> Any:  # noqa: ANN401 - whatever was nested
    """Read what `encode` wrote; text comes back as bytes, except in the keys of mappings.

    Raises:
        WireError: it was not written by `encode`.

    """
    try:
        value, end = _read(raw, 0, _DEEPEST)
    except (ValueError, IndexError) as error:
        raise WireError(f"unreadable: {error}") from error
    if end != len(raw):
        raise WireError(f"{len(raw) - end} bytes too many")
    return value


def frame(value: Any) -> bytes:  # noqa: ANN401 - whatever may be nested
    """Write a value with its length before it."""
    body = encode(value)
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def receive(descriptor: int) -> Any:  # noqa: ANN401 - whatever was nested
    """Read one frame from a descriptor that blocks, behind which nothing follows before it is answered.

    Raises:
        EOFError: the other end is closed.
        WireError: it is no frame.

    """
    raw = bytearray()
    while len(raw) < HEADER_BYTES or len(raw) < HEADER_BYTES + int.from_bytes(raw[:HEADER_BYTES], "big"):
        part = os.read(descriptor, _PART_BYTES)
        if not part:
            raise EOFError
        raw += part
    return decode(bytes(raw[HEADER_BYTES:]))


def send(descriptor: int, value: Any) -> None:  # noqa: ANN401 - whatever may be nested
    """Write one frame to a descriptor that blocks."""
    rest = memoryview(frame(value))
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _write(value: Any, parts: list[bytes]) -> None:  # noqa: ANN401
    if isinstance(value, int):
        parts.append(b"i%de" % value)
    elif isinstance(value, str):
        _write(value.encode(), parts)
    elif isinstance(value, bytes):
        parts += (b"%d:" % len(value), value)
    elif isinstance(value, dict):
        parts.append(b"d")
        for key, held in value.items():
            _write_key(key, parts)
            # Most of what is told are numbers and bytes: a call of its own for each would take twice as long.
            if type(held) is int:
                parts.append(b"i%de" % held)
            elif type(held) is bytes:
                parts += (b"%d:" % len(held), held)
            else:
                _write(held, parts)
        parts.append(b"e")
    elif isinstance(value, (list, tuple)):
        parts.append(b"l")
        for held in value:
            _write(held, parts)
        parts.append(b"e")
    else:
        raise TypeError(f"{type(value).__name__} cannot be sent")


def _write_key(key: str, parts: list[bytes]) -> None:
    word = _KEYS.get(key)
    if word is None:
        raw = key.encode()
        word = b"%d:" % len(raw) + raw
        if len(_KEYS) < _MOST_KEYS:
            _KEYS[key] = word
    parts.append(word)


def _read(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind = raw[at : at + 1]
    if kind == b"i":
        end = raw.index(b"e", at)
        return int(raw[at + 1 : end]), end + 1
    if kind in {b"l", b"d"}:
        values, end = _read_many(raw, at + 1, depth - 1)
        return (values, end) if kind == b"l" else (_paired(values), end)
    colon = raw.index(b":", at, at + 12)
    end = colon + 1 + int(raw[at:colon])
    if not colon < end <= len(raw):
        raise WireError("a length is wrong")
    return raw[colon + 1 : end], end


def _read_many(raw: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    if depth < 0:
        raise WireError("nested too deeply")
    values: list[Any] = []
    while (kind := raw[at]) != _END:
        if kind == _NUMBER:
            end = raw.index(b"e", at)
            values.append(int(raw[at + 1 : end]))
            at = end + 1
        elif kind in _NESTED:
            value, at = _read(raw, at, depth)
            values.append(value)
        else:
            colon = raw.index(b":", at, at + 12)
            at = colon + 1 + int(raw[at:colon])
            if not colon < at <= len(raw):
                raise WireError("a length is wrong")
            values.append(raw[colon + 1 : at])
    return values, at + 1


def _paired(values: list[Any]) -> dict[str, Any]:
    keys, held = values[::2], values[1::2]
    if len(keys) != len(held):
        raise WireError("a mapping has no key for each value")
    try:
        return {key.decode(): value for key, value in zip(keys, held)}  # noqa: B905 - no such word in Python 3.9
    except AttributeError as error:
        raise WireError("a mapping has a key that is no text") from error
