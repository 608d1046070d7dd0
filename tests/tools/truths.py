"""What is true of the real tools, read from the table beside this file, and how far a learned interface agrees."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Command = Mapping[str, Any]
"""A command as the document of an interface has it."""

_TABLE = Path(__file__).with_name("tools.toml")
_TAKES = {None: "none", "[=]": "optional", "=": "required"}
_HELPERS = frozenset({"--help", "--version", "-help", "-h", "-V"})


@dataclass(frozen=True)
class OptionTruth:
    """An option as its parser has it: every spelling, whether it takes a value, and which, where they are few."""

    names: frozenset[str]
    takes: str
    choices: frozenset[str]

    @classmethod
    def read(cls, line: str) -> OptionTruth:
        """Read a line such as `-f --format = a|b`."""
        words = line.split()
        mark = next((word for word in words if word in {"=", "[=]"} and word != words[0]), None)
        end = words.index(mark) if mark else len(words)
        return cls(frozenset(words[:end]), _TAKES[mark], frozenset("".join(words[end + 1 :]).split("|")) - {""})

    def disagreement(self, options: Sequence[Command]) -> str:
        """Say what is otherwise in what was learned, or nothing."""
        found = [option for option in options if self.names & set(option["names"])]
        if len(found) != 1 or set(found[0]["names"]) != self.names:
            return f"{sorted(self.names)} is {[option['names'] for option in found] or 'missing'}"
        takes, choices = found[0]["takes_value"], set(found[0].get("choices") or ())
        if takes != self.takes:
            return f"{sorted(self.names)} takes {self.takes}, learned was {takes}"
        if self.choices and choices != self.choices:
            return f"{sorted(self.names)} takes {sorted(self.choices)}, learned was {sorted(choices)}"
        return ""


@dataclass(frozen=True)
class ToolTruth:
    """What is true of one tool, by command path; `call` has {} for the folder that tools are installed in."""

    name: str
    dialect: str
    call: tuple[str, ...]
    least: int
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arguments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    strict: tuple[str, ...] = ("{}",)
    refused: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    def disagreements(self, learned: Mapping[str, Command]) -> Iterator[str]:
        """Say everything that was not learned, or learned wrongly, each with its command."""
        yield from self._about_commands(learned)
        for path, lines in self.options.items():
            options = learned.get(path, {}).get("options", ())
            yield from _named(path, (OptionTruth.read(line).disagreement(options) for line in lines))
        for path, words in self.arguments.items():
            found = [_as_word(argument) for argument in learned.get(path, {}).get("arguments", ())]
            if [_plain(word) for word in found] != [_plain(word) for word in words]:
                yield f"{path or self.name}: the arguments are {list(words)}, learned was {found}"
        count = sum(len(_own(command["options"])) for command in learned.values())
        if count < self.least:
            yield f"{self.name}: {count} options were found, there are at least {self.least}"

    def _about_commands(self, learned: Mapping[str, Command]) -> Iterator[str]:
        for path, words in self.commands.items():
            missing = [word for word in words if f"{path} {word}".strip() not in learned]
            if missing:
                yield f"{path or self.name}: the commands {missing} are missing"
        if not self.commands and len(learned) > 1:
            yield f"{self.name}: has no commands, learned were {sorted(learned)}"


def truths() -> Sequence[ToolTruth]:
    """Read the table."""
    with _TABLE.open("rb") as file:
        table = tomllib.load(file)
    return [ToolTruth(name=name, **_fields(entry)) for name, entry in table.items()]


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def _named(path: str, told: Iterator[str]) -> Iterator[str]:
    return (f"{path or 'the tool'}: {line}" for line in told if line)


def _own(options: Sequence[Command]) -> Sequence[Command]:
    return [option for option in options if not _HELPERS & set(option["names"])]


def _as_word(argument: Command) -> str:
    name = argument["name"] if argument["required"] else f"[{argument['name']}]"
    return f"{name}..." if argument["variadic"] else name


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")
