"""Takes a help text apart by its layout: usage lines, and sections under their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from worker.analysis.dialects.heads import option_follows

GAP = re.compile(r"\s{2,}")
_LONGEST_HEADING = 100
_MOST_WORDS_OF_A_PLAIN_HEADING = 12
_MOST_WORDS_OF_A_TITLE = 5
_PAGE_HEADER = re.compile(r"[\w.-]{1,60}\(\w{0,4}\)(?:\s.*)?\s[\w.-]{1,60}\(\w{0,4}\)")
_FRAGMENT = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?![\w-])|^[A-Za-z]{2,}")
_BROKEN = re.compile(r"(?<![\w-])(?:[A-Za-z]+-)*([A-Za-z]{2,})-$")
_STAR = re.compile(r"\*\s+(?=--?[A-Za-z])")


class Kind(Enum):
    """What stands under a heading; ASIDE is what may look like an interface and is none."""

    OPTIONS = auto()
    COMMANDS = auto()
    ARGUMENTS = auto()
    EXAMPLES = auto()
    ALIASES = auto()
    ASIDE = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Line:
    """A line without the blanks around it.

    `number` counts from 1, `after_blank` says that none stands right above, `is_starred` that a star stood before an
    option, as it does before required ones, `is_option` that the line is an entry although it begins with no dash.
    """

    number: int
    indent: int
    text: str
    after_blank: bool = False
    is_starred: bool = False
    is_option: bool = False


@dataclass(frozen=True)
class Section:
    """The lines below a heading, empty ones left out."""

    heading: str
    kind: Kind
    lines: tuple[Line, ...]

    @property
    def is_inherited(self) -> bool:
        """Tell whether the heading says that its options belong to other commands as well."""
        return _INHERITED.search(self.heading) is not None


@dataclass(frozen=True)
class Layout:
    """A text taken apart."""

    usage: tuple[str, ...]
    sections: tuple[Section, ...]


_ASIDES = (
    "notes?|bugs|authors?|copyright|files|history|description|name|learn more|resources|reporting bugs|links?"
    "|documentation|caveats|security|standards|diagnostics|remarks?"
)
# Headings in the tongues into which most tools are translated.
_OPTIONS_ELSEWHERE = (
    r"\b(?:optionen|optionale argumente|schalter|opciones|opzioni|opç(?:ões|oes)|opties|opcje|volby)\b"
    r"|\barguments optionnels\b"
    r"|параметры|ключи|опции|オプション|选项|選項|옵션"
)
_COMMANDS_ELSEWHERE = (
    r"\b(?:(?:unter)?befehle|kommandos|(?:sous-)?commandes|(?:sub)?comandos|comandi|opdrachten|polecenia)\b"
    r"|команды|コマンド|命令|명령"
)
_ARGUMENTS_ELSEWHERE = r"\b(?:argumente|argumentos|argomenti|argumenten|argumenty)\b|аргументы|引数|参数|參數|인수"
_EXAMPLES_ELSEWHERE = (
    r"\b(?:beispiele?|exemples?|ejemplos?|esempi|exemplos?|voorbeelden|przykłady)\b"
    r"|примеры?|^例|使用例|示例|範例"
)
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"^aliases\b", Kind.ALIASES),
        (_OPTIONS_ELSEWHERE, Kind.OPTIONS),
        (_COMMANDS_ELSEWHERE, Kind.COMMANDS),
        (_ARGUMENTS_ELSEWHERE, Kind.ARGUMENTS),
        (_EXAMPLES_ELSEWHERE, Kind.EXAMPLES),
        (
            r"^(?:(?:currently )?(?:defined|available|supported|built-?in) )(?:functions|programs|tools)\b",
            Kind.COMMANDS,
        ),
        (r"^(?:[\w-]+ ){0,3}(?:options|flags|switches)\b", Kind.OPTIONS),
        (r"^(?:valid|possible|known) (?:arguments|values)\b", Kind.ASIDE),
        (r"\bexamples?\b|^e\.g\b|\bsamples?\b", Kind.EXAMPLES),
        (
            # What stands below TOPICS alone may be groups of commands, as oclif writes them.
            (
                r"(?<!^)\btopics?\b|\bguides?\b|\benvironment\b|\bvariables?\b|^exit\b|^see also\b|^more info"
                r"|\bdefaults? to\b"
            ),
            Kind.ASIDE,
        ),
        (r"\boptions?\b|\bflags?\b|\bswitch(?:es)?\b|\boptional arguments\b", Kind.OPTIONS),
        (r"\b(?:sub-?)?commands?\b|^actions\b|^(?:basic )?operations\b|\bapplets\b|\bverbs\b", Kind.COMMANDS),
        (r"\barg(?:ument)?s\b|\boperands?\b|\bpositionals?\b", Kind.ARGUMENTS),
        (rf"^(?:{_ASIDES})\b", Kind.ASIDE),
    )
)
_INHERITED = re.compile(r"\b(?:global|inherited|common|general|shared|parent)\b", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z][A-Z0-9 ,/()&_-]{2,}")
# What a tool says before its usage line in the tongues into which most tools are translated; a colon must follow.
_USAGE_ELSEWHERE = (
    "aufruf|verwendung|benutzung|syntax|gebrauch|utilisation|usage|emploi|uso|utilizzo|modo de"
    " uso|utilização|gebruik|użycie|składnia"
    "|použití|användning|brug|bruk|käyttö|использование|применение|使い方|使用法|使用方法|用法|사용법"
)
_USAGE = re.compile(
    rf"(?:(?:usage|synopsis|or use)\b(?! of\b)\s*:?|(?:{_USAGE_ELSEWHERE})\s?:)(?:\s+(?P<rest>\S.*))?$", re.IGNORECASE
)
_USAGE_OF = re.compile(r"usage of \S+:$", re.IGNORECASE)
_ALTERNATIVELY = re.compile(
    r"(?:or:?|(?:oder|ou|o|oppure|eller|lub|nebo|of|или|または|或|或者)\s?:)\s+(?P<rest>\S.*)$", re.IGNORECASE
)
_REMARK = re.compile(r"\([a-z](?:[^|<\[-]|(?<=\w)-)*\)$")
_VALUES_FOLLOW = re.compile(r"(?:possible|valid|allowed) (?:values|choices):", re.IGNORECASE)
_MOST_LINES_OF_USAGE = 200
_CONTINUES = re.compile(r"[\[<({|.]|-")


def lines_of(text: str) -> tuple[Line, ...]:
    """Give the lines that say something, with their numbers."""
    found: list[Line] = []
    after_blank = True
    for number, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if stripped:
            starred = _STAR.match(stripped)
            text = stripped[starred.end() :] if starred else stripped
            indent = len(raw.rstrip()) - len(text)
            found.append(Line(number, indent, text, after_blank, is_starred=starred is not None))
        after_blank = not stripped
    return tuple(found)


def deeper(lines: Sequence[Line], place: int) -> Iterator[Line]:
    """Give the lines right below the one at a place that stand further right."""
    for at in range(place + 1, len(lines)):
        if lines[at].indent <= lines[place].indent:
            return
        yield lines[at]


def lay_out(text: str) -> Layout:
    """Take a text apart."""
    every = lines_of(text)
    lines = tuple(line for line in every if not _PAGE_HEADER.fullmatch(line.text))
    lines = _unhyphenated(lines) if len(lines) < len(every) else lines
    usage: list[str] = []
    rest: list[Line] = []
    at = 0
    while at < len(lines):
        block, end = _usage_block(lines, at)
        usage += block
        if not block:
            rest.append(lines[at])
        at = end
    return Layout(tuple(line.removeprefix("$ ") for line in usage), tuple(_sections(rest)))


def _unhyphenated(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Join words that the formatter of a manual page broke; a hyphen between two words of the text was there before."""
    words = {word for line in lines for word in _FRAGMENT.findall(line.text)}
    whole: list[Line] = []
    for line in lines:
        above = whole[-1] if whole else None
        broken = _BROKEN.search(above.text) if above and above.indent == line.indent and not line.after_blank else None
        rest = _FRAGMENT.match(line.text) if broken else None
        if above and broken and rest and not (broken[1] in words and rest[0] in words):
            word, _, others = line.text.partition(" ")
            whole[-1] = replace(above, text=f"{above.text[:-1]}{word}")
            line = replace(line, text=others.lstrip() or ".")  # noqa: PLW2901
        whole.append(line)
    return tuple(whole)


def kind_of(heading: str) -> Kind:
    """Say what a heading announces."""
    if _USAGE_OF.match(heading):
        return Kind.OPTIONS
    return next((kind for pattern, kind in _KINDS if pattern.search(heading)), Kind.OTHER)


def _usage_block(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    """Read the usage lines that begin at a place, each joined to one, and say where they end."""
    first = lines[at]
    found = _USAGE.match(first.text)
    if not found or (found["rest"] is None and not _announces_usage(lines, at)):
        return [], at + 1
    if found["rest"] is not None and ":" not in first.text[: found.start("rest")] and at and not first.after_blank:
        return [], at + 1  # a sentence that goes on with this word
    if found["rest"] is None:
        return _block_below(lines, at + 1, first.indent)
    column = first.indent + found.start("rest")
    return _block_beside(lines, at + 1, found["rest"], first.indent, column)


def _announces_usage(lines: Sequence[Line], at: int) -> bool:
    if at + 1 >= len(lines):
        return False
    following = lines[at + 1]
    is_beside = following.indent == lines[at].indent and not following.after_blank
    return (following.indent > lines[at].indent or is_beside) and not following.text.endswith(":")


def _block_below(lines: Sequence[Line], at: int, title_indent: int) -> tuple[list[str], int]:
    """Read the lines of a block that stands below its title; the program may stand alone above what it takes."""
    first = lines[at]
    program = first.text.removeprefix("$ ").split(maxsplit=1)[0]
    usage = [first.text]
    at += 1
    end = min(len(lines), at + _MOST_LINES_OF_USAGE)
    least = title_indent + 1 if " " not in first.text else first.indent
    while at < end and lines[at].indent >= least and not _is_listed(lines[at]):
        line = lines[at]
        if line.indent < first.indent and line.text[0] not in "[<":
            break
        if line.after_blank and not _starts_with(line.text, program):
            break
        if line.indent == first.indent and (_starts_with(line.text, program) or not _CONTINUES.match(line.text)):
            if not _starts_with(line.text, program) and first.indent == 0:
                break
            usage.append(line.text)
        else:
            usage[-1] += f" {line.text}"
        at += 1
    return usage, at


def _block_beside(lines: Sequence[Line], at: int, rest: str, indent: int, column: int) -> tuple[list[str], int]:
    """Read the lines of a block that begins beside its title."""
    program = rest.split(maxsplit=1)[0]
    usage = [rest]
    end = min(len(lines), at + _MOST_LINES_OF_USAGE)
    while at < end and not lines[at].after_blank and lines[at].indent > indent:
        line = lines[at]
        other = _ALTERNATIVELY.match(line.text)
        is_deep = line.indent >= column or (line.text[0] in "[<({" and not _is_listed(line))
        if other:
            usage.append(other["rest"])
        elif _starts_with(line.text, program):
            usage.append(line.text)
        elif is_deep and not _REMARK.match(line.text):
            usage[-1] += f" {line.text}"
        elif not is_deep:
            break
        at += 1
    return usage, at


def _starts_with(text: str, program: str) -> bool:
    text = text.removeprefix("$ ")
    return text == program or text.startswith(f"{program} ")


def _is_listed(line: Line) -> bool:
    """Tell an entry with its description from a piece of a usage line."""
    return option_follows(line.text) and GAP.search(line.text) is not None


@dataclass
class _Open:
    """The section that is being read."""

    heading: str = ""
    kind: Kind = Kind.OTHER
    indent: int = -1
    content: int | None = None
    entries: int | None = None
    is_umbrella: bool = False


def _sections(lines: Sequence[Line]) -> Iterator[Section]:
    above: list[_Open] = []
    now, kept = _Open(), list[Line]()
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else None
        if not _is_heading(line, following, now, lines[place - 1] if place else None):
            kept.append(line)
            now.content = line.indent if now.content is None else now.content
            now.entries = _indent_of_entries(now.entries, line)
            continue
        heading = _with_lines_above(kept, line)
        yield Section(now.heading, now.kind, tuple(kept))
        above = _enclosing(above, now, line)
        now, kept = _Open(heading.rstrip(":"), _inherited(kind_of(heading), above), line.indent), []
    yield Section(now.heading, now.kind, tuple(kept))


def _with_lines_above(kept: Sequence[Line], heading: Line) -> str:
    """Join a heading that is the last line of a paragraph with the paragraph."""
    words = [heading.text]
    below = heading
    for line in reversed(kept):
        if below.after_blank or line.indent != heading.indent or GAP.search(line.text):
            break
        words.insert(0, line.text)
        below = line
    return " ".join(words)


def _enclosing(above: list[_Open], now: _Open, line: Line) -> list[_Open]:
    """Keep the headings that a new one stands under: those further left, and one with nothing of its own below it."""
    has_nothing = now.entries is None and now.indent == line.indent
    now.is_umbrella = has_nothing and now.kind is not Kind.OTHER
    is_open = kind_of(line.text) is Kind.OTHER
    return [one for one in [*above, now] if _is_below(line, one) or (is_open and _covers(one, line))]


def _is_below(line: Line, one: _Open) -> bool:
    """Tell whether a heading belongs to another: it stands further right, and not left of what is below that one."""
    return one.indent < line.indent and (one.content is None or one.content <= line.indent)


def _covers(one: _Open, line: Line) -> bool:
    return one.is_umbrella and one.indent == line.indent


def _inherited(kind: Kind, above: list[_Open]) -> Kind:
    if any(one.kind is Kind.EXAMPLES for one in above):
        return Kind.EXAMPLES  # whatever its headings speak of
    if kind is not Kind.OTHER:
        return kind
    return next((one.kind for one in reversed(above) if one.kind is not Kind.OTHER), Kind.OTHER)


def _indent_of_entries(known: int | None, line: Line) -> int | None:
    if not (option_follows(line.text) or GAP.search(line.text)):
        return known
    return line.indent if known is None else min(known, line.indent)


def _is_heading(line: Line, following: Line | None, now: _Open, before: Line | None) -> bool:
    text = line.text
    if following is None or len(text) > _LONGEST_HEADING or option_follows(text) or text[0] in "$#[<(":
        return False
    if now.entries is not None and line.indent >= now.entries:
        # What stands right of the entries describes one of them, whatever it looks like.
        is_title = _is_title(line) or (line.after_blank and _CAPITALS.fullmatch(text) is not None)
        return line.indent == now.entries and is_title and following.indent >= line.indent
    is_above = following.indent > line.indent
    if now.content is not None and line.indent > now.content and _VALUES_FOLLOW.fullmatch(text):
        return False
    if text.endswith(":"):
        is_beside = following.indent == line.indent and kind_of(text) is not Kind.OTHER
        return is_above or is_beside or option_follows(following.text)
    if _CAPITALS.fullmatch(text):
        return is_above
    return is_above and _is_plain_heading(line, following, before)


def _is_title(line: Line) -> bool:
    words = line.text.rstrip(":").split()
    return line.after_blank and line.text.endswith(":") and len(words) <= _MOST_WORDS_OF_A_TITLE


def _is_plain_heading(line: Line, following: Line, before: Line | None) -> bool:
    """Tell a heading without any mark: a short line alone, right above entries."""
    is_short = len(line.text.split()) <= _MOST_WORDS_OF_A_PLAIN_HEADING and line.text[-1] not in ".,;"
    is_alone = line.after_blank or before is None
    has_entries = option_follows(following.text) or GAP.search(following.text) is not None
    return is_short and is_alone and has_entries and not GAP.search(line.text)
