"""Reads the conditions and numbers of roff: `n`, `'a'b'`, `4>0`, `2n+1u`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"\d+(?:\.\d*)?|\.\d+|<=|>=|==|<\?|>\?|[-+*/%<>=&:()]")
_UNIT = re.compile(r"(?<=[\d.)])[a-zA-Z]")
_WIDTH = re.compile(r"\\w(?:'([^']{0,400})'|\"([^\"]{0,400})\")")
_ALWAYS = {"n": True, "t": False, "o": True, "e": False, "v": False}
_BEGINS_OPERAND = frozenset("(.0123456789")
_MOST_TOKENS = 60
_LARGEST = 10**9


def split_condition(text: str, is_defined: Callable[[str], bool]) -> tuple[bool, str]:
    """Read the condition at the beginning of a text, and give what follows it; what is no condition does not hold."""
    text = text.lstrip(" \t")
    is_negated = text.startswith("!")
    if is_negated:
        text = text[1:].lstrip(" \t")
    holds, rest = _split(text, is_defined)
    return holds != is_negated, rest.lstrip(" \t")


def _split(text: str, is_defined: Callable[[str], bool]) -> tuple[bool, str]:
    first = text[:1]
    if first in _ALWAYS and not text[1:2].isalnum():
        return _ALWAYS[first], text[1:]
    if first and first in "drmFcS" and text[1:2] in {" ", "\t"}:
        name, _, rest = text[1:].strip().partition(" ")
        return is_defined(name), rest
    if first and first in "'\"\x07":
        left, _, rest = text[1:].partition(first)
        right, _, rest = rest.partition(first)
        return left == right, rest
    end = _end_of_number(text)
    return number_of(text[:end]) > 0, text[end:]


def _end_of_number(text: str) -> int:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if (character in " \t" and depth <= 0) or text.startswith("\\{", place):
            return place
    return len(text)


def number_of(text: str) -> float:
    """Work out an expression from left to right, as roff does; units are left out and nonsense is 0."""
    text = _WIDTH.sub(lambda found: str(len(found[1] or found[2] or "")), text)
    tokens = _TOKEN.findall(_UNIT.sub("", text))[:_MOST_TOKENS]
    return _Expression(tokens).value()


class _Expression:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def value(self) -> float:
        result = self._operand()
        while self._at < len(self._tokens) and self._tokens[self._at] != ")":
            sign = self._take()
            result = max(-_LARGEST, min(_LARGEST, _applied(sign, result, self._operand())))
        return result

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _operand(self) -> float:
        sign = 1
        while self._at < len(self._tokens) and self._tokens[self._at] in {"+", "-"}:
            sign = -sign if self._take() == "-" else sign
        first = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if first[:1] not in _BEGINS_OPERAND or not first:
            return 0
        self._at += 1
        if first != "(":
            return sign * min(float(first), _LARGEST)
        inner = self.value()
        self._at += 1
        return sign * inner


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left // right if right else 0,
    "%": lambda left, right: left % right if right else 0,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "<?": min,
    ">?": max,
    "&": lambda left, right: left > 0 and right > 0,
    ":": lambda left, right: left > 0 or right > 0,
}


def _applied(sign: str, left: float, right: float) -> float:
    known = _OPERATORS.get(sign)
    return float(known(left, right)) if known else left
