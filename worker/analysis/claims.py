"""What a text claims about a command: each claim with the place where it stands, to be settled by `merge`."""

from __future__ import annotations

from dataclasses import dataclass

from shared.models.cli_tool import Source, Takes

# An entry of a list of options is written to be looked up; a usage line is often shortened or out of date.
SURE = 0.97
LIKELY = 0.95
UNSURE = 0.6


@dataclass(frozen=True)
class OptionClaim:
    """An option, said to exist under these spellings; `line` counts from 1."""

    names: tuple[str, ...]
    takes: Takes = Takes.NONE
    value_name: str | None = None
    choices: tuple[str, ...] | None = None
    default: str | None = None
    description: str = ""
    repeatable: bool = False
    required: bool = False
    deprecated: bool = False
    inherited: bool = False
    hidden: bool = False
    negates: str | None = None
    env_var: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    conflicts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    source: Source = Source.HELP
    line: int | None = None
    confidence: float = LIKELY
    joined: str | None = None


@dataclass(frozen=True)
class ArgumentClaim:
    """A positional word; one that stands for a command is an argument only where the tool has no commands."""

    name: str
    required: bool = True
    variadic: bool = False
    choices: tuple[str, ...] | None = None
    description: str = ""
    stands_for_command: bool = False


@dataclass(frozen=True)
class CommandClaim:
    """A word that may be a command. It is sure where the text calls it one, else it only looks like one.

    What stands in usage lines or in a manual alone (`in_usage`) may be a word of something else: an argument, an
    answer to a prompt.
    """

    name: str
    summary: str = ""
    aliases: tuple[str, ...] = ()
    usage: str = ""
    sure: bool = False
    in_usage: bool = False


@dataclass(frozen=True)
class Reading:
    """All that one help text claims about its command; `takes_command` where its usage has a place for one."""

    summary: str = ""
    usage: tuple[str, ...] = ()
    options: tuple[OptionClaim, ...] = ()
    arguments: tuple[ArgumentClaim, ...] = ()
    commands: tuple[CommandClaim, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    takes_command: bool = False

    @property
    def weight(self) -> int:
        """Tell how much was learned, to choose between two texts about one command."""
        entries = [option for option in self.options if option.source is Source.HELP]
        return 3 * len(entries) + 2 * len(self.commands) + len(self.options) + len(self.arguments) + bool(self.usage)
