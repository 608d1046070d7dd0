"""Runs what roff runs before a line is set: strings, registers, conditions, macros that the page defines, inclusion.

What is left are lines of text and calls of the macro package, each with the line of the page that it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.analysis.manual.typeset.conditions import number_of, split_condition
from worker.analysis.manual.typeset.escapes import words_of

# A page that defines macros that call each other could go on for ever: it grows to so many times its size at most.
_GROWTH = 6
_FEW_LINES = 5_000
_MOST_INCLUDES = 40
# The longest pages have 40,000; macros and includes of one page make no more than this of it.
_MOST_LINES = 100_000
_FEW_CHARACTERS = 400_000
_DEEPEST = 12
_LONGEST_LINE = 16_000
_MOST_INTERPOLATIONS = 200
_MOST_CONTINUATIONS = 100

_MARKED = re.compile(
    r"\\(?:(?P<kind>[*n])[-+]?(?:\[(?P<long>[^\]\n]{0,200})\]|\((?P<two>..)|(?P<one>[^\[(]))|(?P<comment>[\"#])|.)"
)
_ARGUMENT = re.compile(r"\\+(?:\$(?P<place>\d|[*@]|\((?P<two>\d\d)|\[(?P<long>\d+)\])|(?P<dollar0>\$0)|(?=.))")
_BRACE = re.compile(r"\\[\\{}]")
_CONTROL = re.compile(r"[.'][ \t]*(?P<name>[^\s\\]*)(?P<rest>.*)", re.DOTALL)
_REGISTERS = {".g": "1", ".x": "1", ".y": "23", ".H": "24", ".V": "40", ".l": "78", ".lt": "78", ".$": "0", ".s": "10"}
_IGNORED_BLOCKS = frozenset({"ig", "di", "da", "EQ"})


@dataclass(frozen=True)
class RoffLine:
    """A line of text, or a call of a macro with its arguments; `number` is the line in the page, from 1."""

    number: int
    text: str
    macro: str | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """Give the words behind the macro's name."""
        return tuple(words_of(self.text))


@dataclass
class _Frame:
    """Lines that are being read; those of a macro bear the number of the line that calls it."""

    lines: Sequence[str]
    first: int = 1
    is_macro: bool = False
    at: int = 0

    @property
    def number(self) -> int:
        return self.first if self.is_macro else self.at


def read_roff(
    source: str, package: frozenset[str] = frozenset(), include: Callable[[str], str | None] = lambda _: None
) -> Iterator[RoffLine]:
    """Give the lines of a page; `package` are macros that mean what they always do, whatever the page says of them.

    `include` gives the text of another page by the name that `.so` calls it, or nothing.
    """
    return _Reader(source, package, include).lines()


class _Reader:
    def __init__(self, source: str, package: frozenset[str], include: Callable[[str], str | None]) -> None:
        self._package = package
        self._include = include
        self._stack = [_Frame(source.split("\n"))]
        self._strings: dict[str, str] = {"R": "(R)", "Tm": "(TM)", "lq": '"', "rq": '"', "q": '"', "Aq": "'"}
        self._registers = dict(_REGISTERS)
        self._macros: dict[str, tuple[str, ...]] = {}
        self._translated: dict[int, str] = {}
        self._conditions: list[bool] = []
        self._requests: Mapping[str, Callable[[str], None]] = {
            "nr": self._set_register,
            "tr": self._translate,
            "so": self._include_page,
            "als": self._alias,
            "rn": self._rename_macro,
            "rm": self._remove,
            "nop": lambda text: self._push([text]),
        }
        self._includes_left = _MOST_INCLUDES
        self._grantable = _MOST_LINES
        self._left = 0
        self._grant(_FEW_LINES + _GROWTH * (source.count("\n") + 1))
        self._characters = _FEW_CHARACTERS + _GROWTH * len(source)

    def lines(self) -> Iterator[RoffLine]:
        while (raw := self._next()) is not None:
            yield from self._line(raw, self._number)

    @property
    def _number(self) -> int:
        bottom = next((frame for frame in self._stack if frame.lines), None)
        return max(1, bottom.number if bottom else 1)

    def _next(self) -> str | None:
        """Give the next line with those that it goes on in; nothing at the end of the page."""
        line = self._next_raw()
        for _ in range(_MOST_CONTINUATIONS):
            if line is None or not line.endswith("\\") or _ends_escaped(line):
                break
            line = line[:-1] + (self._next_raw() or "")
        return line

    def _next_raw(self) -> str | None:
        while len(self._stack) > 1 and self._stack[-1].at >= len(self._stack[-1].lines):
            self._stack.pop()
        frame = self._stack[-1]
        if frame.at >= len(frame.lines) or self._left <= 0 or self._characters <= 0:
            return None
        frame.at += 1
        line = frame.lines[frame.at - 1][:_LONGEST_LINE]
        self._left -= 1
        self._characters -= len(line)
        return line

    def _push(self, lines: Sequence[str]) -> None:
        if len(self._stack) < _DEEPEST:
            self._stack.append(_Frame(lines, self._number, is_macro=True))

    def _line(self, raw: str, number: int) -> Iterator[RoffLine]:
        control = _CONTROL.match(raw)
        if control is None:
            text = self._interpolated(raw)
            if text is not None:
                yield RoffLine(number, _without_braces(text).translate(self._translated))
            return
        name, rest = control["name"], control["rest"].lstrip(" \t")
        if name in {"de", "de1", "am", "ami", "dei"}:
            self._define(rest, is_more=name.startswith("am"))
        elif name in _IGNORED_BLOCKS:
            self._skip_block(name, rest)
        elif name in {"if", "ie", "el", "while"}:
            self._branch(name, rest)
        elif name == "do" and rest:
            self._push([f".{rest}"])
        else:
            yield from self._call(name, rest, number)

    def _call(self, name: str, rest: str, number: int) -> Iterator[RoffLine]:
        if name in self._macros and name not in self._package:
            self._push(_with_arguments(self._macros[name], tuple(words_of(self._interpolated(rest) or "")), name))
        elif name in {"ds", "as", "ds1", "as1"}:
            self._set_string(rest, is_more=name.startswith("as"))
        elif name and (text := self._interpolated(rest)) is not None:
            request = self._requests.get(name)
            if request is None:
                yield RoffLine(number, _without_braces(text).translate(self._translated), name)
            else:
                request(text)

    def _grant(self, lines: int) -> None:
        granted = min(lines, self._grantable)
        self._grantable -= granted
        self._left += granted

    def _include_page(self, text: str) -> None:
        included = self._include(text.strip()) if self._includes_left > 0 else None
        if included:
            self._includes_left -= 1
            self._grant(_GROWTH * (included.count("\n") + 1))
            self._characters += _GROWTH * len(included)
            self._push(included.split("\n"))

    def _remove(self, text: str) -> None:
        for name in text.split():
            self._macros.pop(name, None)

    def _alias(self, text: str) -> None:
        new, old = [*text.split(), "", ""][:2]
        self._rename(new, old)

    def _rename_macro(self, text: str) -> None:
        old, new = [*text.split(), "", ""][:2]
        self._rename(new, old)

    def _rename(self, new: str, old: str) -> None:
        if old in self._macros:
            self._macros[new] = self._macros[old]
        elif old in self._package and new not in self._package:
            self._macros[new] = (f".{old} \\$@",)

    def _interpolated(self, line: str) -> str | None:
        """Put in strings and registers and leave out comments; None for a line that is only a comment."""
        if "\\" not in line:
            return line
        left = [_MOST_INTERPOLATIONS]
        text = self._filled(line, left, 0)
        self._characters -= len(text)
        return None if not text and line.startswith(('\\"', "\\#")) else text

    def _filled(self, line: str, left: list[int], depth: int) -> str:
        pieces: list[str] = []
        at = 0
        for found in _MARKED.finditer(line):
            if found["comment"]:
                pieces.append(line[at : found.start()].rstrip(" \t") if found.start() else "")
                at = len(line)
                break
            if not found["kind"]:
                continue
            left[0] -= 1
            pieces += [line[at : found.start()], self._value(found, left, depth) if left[0] > 0 else ""]
            at = found.end()
        return "".join([*pieces, line[at:]])[:_LONGEST_LINE]

    def _value(self, found: re.Match[str], left: list[int], depth: int) -> str:
        name = next((found[kind] for kind in ("long", "two", "one") if found[kind] is not None), "")
        if found["kind"] == "n":
            return self._registers.get(name, "0")
        value = self._strings.get(name.split(" ", maxsplit=1)[0], "")
        self._characters -= len(value)
        if self._characters <= 0:
            return ""
        return self._filled(value, left, depth + 1) if "\\" in value and depth < _DEEPEST else value

    def _set_string(self, rest: str, *, is_more: bool) -> None:
        name, _, value = rest.partition(" ")
        value = value.lstrip(" ").removeprefix('"').split('\\"', maxsplit=1)[0].replace("\\\\", "\\")
        before = self._strings.get(name, "") if is_more else ""
        self._strings[name] = (before + value)[:_LONGEST_LINE]

    def _set_register(self, text: str) -> None:
        name, _, value = text.strip().partition(" ")
        value = value.strip()
        result = number_of(value)
        if value[:1] in {"+", "-"}:
            result += number_of(self._registers.get(name, "0"))
        self._registers[name] = str(int(result))

    def _translate(self, text: str) -> None:
        characters = re.findall(r"\\(?:\(..|\[[^\]]{0,40}\]|.)|.", text.strip())
        for source, target in zip(characters[::2], [*characters[1::2], " "], strict=False):
            if len(source) == 1:
                self._translated[ord(source)] = target

    def _define(self, rest: str, *, is_more: bool) -> None:
        name, *end = (rest.split('\\"', maxsplit=1)[0].split() or [""])[:2]
        body = list(self._until(end[0] if end else "."))
        before = self._macros.get(name, ()) if is_more else ()
        self._macros[name] = (*before, *body)

    def _until(self, end: str) -> Iterator[str]:
        while (line := self._next_raw()) is not None:
            control = _CONTROL.match(line)
            if control and control["name"] == end:
                return
            yield line

    def _skip_block(self, name: str, rest: str) -> None:
        if name in {"di", "da"}:
            if rest.strip():
                for line in self._until(name):
                    del line
            return
        for line in self._until("EN" if name == "EQ" else (rest.split() or ["."])[0]):
            del line

    def _branch(self, name: str, rest: str) -> None:
        if name == "el":
            holds, body = not (self._conditions.pop() if self._conditions else True), rest
        else:
            holds, body = split_condition(self._interpolated(rest) or "", self._is_defined)
            body = _body_of(rest, body)
        if name == "ie" and len(self._conditions) < _MOST_CONTINUATIONS:
            self._conditions.append(holds)
        is_block = body.startswith("\\{")
        if holds and name != "while":
            self._push([body[2:].lstrip(" \t") if is_block else body])
        elif is_block:
            self._skip_braces(body)

    def _skip_braces(self, line: str | None) -> None:
        depth = 0
        while line is not None:
            marks = _BRACE.findall(line)
            depth += marks.count("\\{") - marks.count("\\}")
            if depth <= 0:
                return
            line = self._next_raw()

    def _is_defined(self, name: str) -> bool:
        return name in self._macros or name in self._strings or name in self._registers or name in self._package


def _ends_escaped(line: str) -> bool:
    """Tell a line that ends with a backslash that stands for itself."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 0


def _body_of(rest: str, body: str) -> str:
    """Give the body as it stands in the source: what it holds is put in when it is run."""
    brace = rest.find("\\{")
    if body.startswith("\\{") and brace >= 0:
        return rest[brace:]
    return body


def _without_braces(text: str) -> str:
    return text.replace("\\}", "").replace("\\{", "") if "\\" in text else text


def _with_arguments(body: Sequence[str], arguments: Sequence[str], name: str) -> list[str]:
    """Put the arguments of a call into the lines of a macro."""

    def value(found: re.Match[str]) -> str:
        if found["dollar0"]:
            return name
        place = found["two"] or found["long"] or found["place"]
        if place is None:
            slashes = found[0]
            return "\\" * max(1, len(slashes) // 2)
        if place in "*@":
            return " ".join(arguments if place == "*" else (f'"{argument}"' for argument in arguments))
        number = int(place)
        return name if number == 0 else arguments[number - 1] if number <= len(arguments) else ""

    return [_ARGUMENT.sub(value, line)[:_LONGEST_LINE] for line in body]
