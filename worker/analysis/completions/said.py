"""What completions say: the words that may be names, and claims collected by the path of a command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from shared.models.cli_tool import Source, Takes
from worker.analysis.claims import LIKELY, ArgumentClaim, CommandClaim, OptionClaim, Reading

Path = tuple[str, ...]
Readings = Mapping[Path, Reading]
T = TypeVar("T")

# What the tool itself says of its words; what came with it, often for an older version.
WRITTEN = LIKELY
SHIPPED = 0.8
# An option is named, but not whether it takes a value: such a claim says `Takes.NONE` and means nothing by it.
VAGUE = 0.5

# No tool has more; what a hostile file says beyond is left out.
MOST_TEXT = 4_000_000
_MOST_CLAIMS = 30_000
_MOST_BESIDE = 2_000
_LONGEST_DESCRIPTION = 300
_DEEPEST = 6
_MOST_CHOICES = 200

_OPTION = re.compile(r"--?[A-Za-z0-9][\w.:+-]{0,60}|-[?#@!.,:^%]|\+[A-Za-z][\w-]{0,30}")
_COMMAND = re.compile(r"[A-Za-z0-9][\w.:+-]{0,60}")
_CHOICE = re.compile(r"[\w%@+./:=,#^-]{1,80}")
_VALUE_NAME = re.compile(r"[A-Za-z][\w./-]{0,30}(?: [A-Za-z][\w./-]{0,20}){0,2}")


@dataclass(frozen=True)
class Value:
    """What is said of an option's value."""

    takes: Takes = Takes.NONE
    name: str | None = None
    choices: tuple[str, ...] | None = None


NO_VALUE = Value()


def is_option_name(word: str) -> bool:
    """Tell whether a word can be the spelling of an option."""
    return _OPTION.fullmatch(word) is not None


def is_command_name(word: str) -> bool:
    """Tell whether a word can be a command."""
    return _COMMAND.fullmatch(word) is not None


def plain(text: str) -> str:
    """Make one printable line of a description."""
    words = " ".join(text[: 4 * _LONGEST_DESCRIPTION].split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_DESCRIPTION].strip()


def value_name_of(text: str) -> str | None:
    """Take the name of a value from what is said of it; nothing where it is a sentence."""
    bare = text.strip().strip("<>[](){}").split(" -- ", 1)[0].strip()
    return bare if _VALUE_NAME.fullmatch(bare) else None


def choices_of(words: Iterable[str]) -> tuple[str, ...] | None:
    """Give the words that a value may be; nothing where they are no closed list of words."""
    said = tuple(dict.fromkeys(words))
    is_list = 1 < len(said) <= _MOST_CHOICES and all(_CHOICE.fullmatch(word) for word in said)
    return said if is_list else None


@dataclass
class Notes:
    """Collects claims by path, within bounds, and gives them as readings."""

    confidence: float = SHIPPED
    options: dict[Path, list[OptionClaim]] = field(default_factory=dict)
    commands: dict[Path, dict[str, CommandClaim]] = field(default_factory=dict)
    arguments: dict[Path, list[ArgumentClaim]] = field(default_factory=dict)
    _claims: int = 0

    def add_option(  # noqa: PLR0913 - what an entry says
        self,
        path: Path,
        names: Sequence[str],
        value: Value = NO_VALUE,
        *,
        description: str = "",
        line: int | None = None,
        repeatable: bool = False,
        is_vague: bool = False,
    ) -> None:
        """Note an option of a command; words that are no spellings are left out.

        `is_vague` says that naming no value means nothing here; a value that is named is always meant.
        """
        spellings = tuple(dict.fromkeys(name for name in names if is_option_name(name)))
        if not spellings or not self._has_room(path, self.options):
            return
        has_value = value.takes is not Takes.NONE
        claim = OptionClaim(
            spellings,
            takes=value.takes,
            value_name=value.name if has_value else None,
            choices=value.choices if has_value else None,
            description=plain(description),
            repeatable=repeatable,
            source=Source.COMPLETION,
            line=line,
            confidence=VAGUE if is_vague and not has_value else self.confidence,
        )
        self.options.setdefault(path, []).append(claim)

    def add_command(self, path: Path, name: str, summary: str = "", *, sure: bool = True) -> None:
        """Note a command below another."""
        beside = self.commands.get(path, {})
        if is_command_name(name) and self._has_room(path, self.commands) and (sure or name not in beside):
            known = beside.get(name)
            told = plain(summary) or (known.summary if known else "")
            self.commands.setdefault(path, {})[name] = CommandClaim(name, told, sure=sure)

    def add_argument(self, path: Path, claim: ArgumentClaim) -> None:
        """Note a positional word of a command."""
        if self._has_room(path, self.arguments):
            self.arguments.setdefault(path, []).append(claim)

    def _has_room(self, path: Path, noted: Mapping[Path, object]) -> bool:
        self._claims += 1
        here = noted.get(path, ())
        is_small = len(here) < _MOST_BESIDE if isinstance(here, (list, dict)) else True
        return self._claims <= _MOST_CLAIMS and is_small and len(path) <= _DEEPEST

    def readings(self) -> Readings:
        """Give what was noted; what stands below a command that its parent's list does not have is left out."""
        paths = {*self.options, *self.commands, *self.arguments}
        return {path: self._reading(path) for path in sorted(paths) if self._is_reachable(path)}

    def _is_reachable(self, path: Path) -> bool:
        lists = (self.commands.get(path[:depth]) for depth in range(len(path)))
        return all(known is None or word in known for known, word in zip(lists, path, strict=True))

    def _reading(self, path: Path) -> Reading:
        commands = tuple(self.commands.get(path, {}).values())
        return Reading(
            options=told_once(self.options.get(path, ())),
            arguments=tuple(self.arguments.get(path, ())),
            commands=commands,
            takes_command=any(claim.sure for claim in commands),
        )


def joined(many: Iterable[Readings]) -> Readings:
    """Put what several completions say together, path by path; who is named first is believed where two differ."""
    found: dict[Path, Reading] = {}
    for readings in many:
        for path, reading in readings.items():
            found[path] = _both(found[path], reading) if path in found else reading
    return found


def _both(one: Reading, other: Reading) -> Reading:
    known = {claim.name for claim in one.commands}
    return replace(
        one,
        options=(*one.options, *other.options),
        arguments=one.arguments or other.arguments,
        commands=(*one.commands, *(claim for claim in other.commands if claim.name not in known)),
        takes_command=one.takes_command or other.takes_command,
    )


def told_once(claims: Iterable[OptionClaim]) -> tuple[OptionClaim, ...]:
    """Join claims about the same spellings: who names a value is believed, and who gives its choices."""
    told: dict[tuple[str, ...], OptionClaim] = {}
    for claim in claims:
        known = told.get(claim.names)
        told[claim.names] = claim if known is None else _joined(known, claim)
    return tuple(told.values())


def _joined(one: OptionClaim, other: OptionClaim) -> OptionClaim:
    named, rest = (one, other) if one.takes is not Takes.NONE else (other, one)
    return replace(
        named,
        value_name=named.value_name or rest.value_name,
        choices=_either(named.choices, rest.choices),
        description=one.description or other.description,
        repeatable=one.repeatable or other.repeatable,
        line=one.line or other.line,
    )


def _either(one: T | None, other: T | None) -> T | None:
    return one if one is not None else other
