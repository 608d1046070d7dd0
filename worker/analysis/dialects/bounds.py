"""Reads between which numbers a value must lie: `[1<=x<=256]`, `0..9`, `between 1 and 10`, `must be at least 1`."""

from __future__ import annotations

import re
from collections.abc import Iterator

Bounds = tuple[float | None, float | None]

_NUMBER = r"(?<![\w.])-?\d{1,15}(?:\.\d{1,9})?(?![\w.]?\d|[A-Za-z_%])"
_BOTH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<low>{_NUMBER}) ?(?P<over><=|<|≤) ?[a-z]\w{{0,20}} ?(?P<under><=|<|≤) ?(?P<high>{_NUMBER})",  # click
        r"(?<![\w.])(?P<low>-?\d{1,15})\.\.=?(?P<high>-?\d{1,15})(?![\w.]*\w)",
        rf"\bbetween (?P<low>{_NUMBER}) and (?P<high>{_NUMBER})",
        (
            rf"\b(?:range|values?|number)s?(?: is| are| of|:)?(?: from)? ?[\[(]?(?P<low>{_NUMBER}) ?(?:-"
            rf"|\u2013|to|through|,) ?(?P<high>{_NUMBER})"
        ),
        rf"\bfrom (?P<low>{_NUMBER}) (?:up )?(?:to|through) (?P<high>{_NUMBER})",
        r"[\[(](?P<low>\d{1,9}) ?(?:-|\u2013|to) ?(?P<high>\d{1,9})(?:[\]),;]| inclusive)",
    )
)
_LOW = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[\[( ][a-z]\w{{0,20}} ?(?P<over>>=|>|≥) ?(?P<low>{_NUMBER})",
        (
            rf"\b(?:must|should|has to|have to) be (?:at least|>=|≥|greater than or equal to|no less than)"
            rf" ?(?P<low>{_NUMBER})"
        ),
        rf"\b(?:must|should) be (?P<over>greater than|more than|>) ?(?P<low>{_NUMBER})",
        rf"\bmin(?:imum)?(?: value)?(?: is|:|=)? ?(?P<low>{_NUMBER})",
        rf"[(\[,;] ?at least (?P<low>{_NUMBER}) ?[\]),;]",
    )
)
_HIGH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[\[( ][a-z]\w{{0,20}} ?(?P<under><=|<|≤) ?(?P<high>{_NUMBER})",
        (
            rf"\b(?:must|should|may|can|cannot) (?:not )?be (?:at most|<=|≤|less than or equal to|no more"
            rf" than|more than|greater than) ?(?P<high>{_NUMBER})"
        ),
        rf"\bmax(?:imum)?(?: value)?(?: is|:|=)? ?(?P<high>{_NUMBER})",
        rf"[(\[,;] ?(?:at most|up to|no more than) (?P<high>{_NUMBER}) ?[\]),;]",
    )
)
_NAMED = re.compile(r"(?P<low>-?\d{1,15})(?:\.{2,3}=?|-|\u2013)(?P<high>-?\d{1,15})")
_MUST_NOT_EXCEED = re.compile(r"\b(?:must|should|may|can) be (?:more than|greater than)", re.IGNORECASE)


def read_bounds(description: str, value_name: str | None = None) -> Bounds:
    """Give the least and the greatest number that is said to be allowed, both included."""
    named = _NAMED.fullmatch((value_name or "").strip("<>[](){} "))
    if named:
        return _ordered(_number(named["low"]), _number(named["high"]))
    text = f"{value_name} {description}" if value_name and any(mark in value_name for mark in "<>=≤≥") else description
    both = next(_matches(_BOTH, text), None)
    if both:
        return _ordered(_least(both), _greatest(both))
    low = next(_matches(_LOW, text), None)
    high = next((found for found in _matches(_HIGH, text) if not _MUST_NOT_EXCEED.match(found[0])), None)
    return _ordered(_least(low) if low else None, _greatest(high) if high else None)


def _matches(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[re.Match[str]]:
    return (found for pattern in patterns if (found := pattern.search(text)))


def _least(found: re.Match[str]) -> float | None:
    """Give the lower bound; a strict one of whole numbers is the next number."""
    value = _number(found["low"])
    is_strict = (found.groupdict().get("over") or "") in {"<", ">", "greater than", "more than"}
    return value if not is_strict else value + 1 if isinstance(value, int) else None


def _greatest(found: re.Match[str]) -> float | None:
    value = _number(found["high"])
    is_strict = found.groupdict().get("under") == "<"
    return value if not is_strict else value - 1 if isinstance(value, int) else None


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _ordered(low: float | None, high: float | None) -> Bounds:
    """Forget what is no range: `9-1` is a date or a chapter."""
    return (None, None) if low is not None and high is not None and low >= high else (low, high)
