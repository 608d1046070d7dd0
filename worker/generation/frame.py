"""What the cases of one command are built around: a call that works, and ways to put words into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from shared.models.base import digest_of
from shared.models.call import Call, CallFile, FileKind
from shared.models.cli_tool import Command, Option, Takes
from shared.models.job import JobSpec, Profile
from shared.models.test_plan import Intent, Relation, TestCase
from worker.knowledge import samples, values

ALTERNATIVES = 3


class Tier(IntEnum):
    """How much a case tells: under a budget the lower ones stay."""

    DOORSTEP = 0
    MISUSE = 1
    OPTION = 2
    RELATION = 3
    REFUSAL = 4
    INPUT = 5
    CHOICE = 6
    TERMINAL = 7


class Draft(NamedTuple):
    """A case that could be planned, and how much it tells."""

    tier: Tier
    case: TestCase


@dataclass(frozen=True)
class Frame:
    """One command with its base call: the recipe that was seen to work, or else the bare command."""

    command: Command
    spec: JobSpec
    base: Call
    works: bool

    @classmethod
    def of(cls, command: Command, spec: JobSpec) -> Frame:
        """Build around the first recipe of a command."""
        if command.recipes:
            return cls(command, spec, command.recipes[0].call, works=True)
        bare = Call(argv=command.words, files=samples.merged(spec.files))
        return cls(command, spec, bare, works=False)

    @property
    def operands(self) -> tuple[bytes, ...]:
        """Give the words of the base call after those of the command."""
        return self.base.argv[len(self.command.words) :]

    @property
    def filled_arguments(self) -> tuple[str, ...]:
        """Name the arguments that the base call fills, for coverage."""
        filled = self.command.arguments[: len(self.operands)]
        return tuple(self.command.label_of_argument(argument.name) for argument in filled)

    @property
    def read_files(self) -> tuple[CallFile, ...]:
        """Give the files that the base call names."""
        named = set(self.operands)
        return tuple(file for file in self.base.files if file.path in named and file.kind is FileKind.FILE)

    @property
    def is_thorough(self) -> bool:
        """Tell whether every option gets calls of its own, however alike they are."""
        return self.spec.profile is Profile.DEEP

    @property
    def takes_words(self) -> bool:
        """Tell whether words may follow: documented, typed in the base call, or nobody knows of any call that works."""
        return bool(self.command.arguments or self.operands or self.command.subcommands) or not self.works

    @property
    def first_of_each_style(self) -> frozenset[str]:
        """Name the first option of each style that needs a value; what parsers do with one they do with all alike."""
        needing = [option for option in self.command.options if option.takes_value is Takes.REQUIRED]
        return frozenset({_style(option): option.name for option in reversed(needing)}.values())

    @property
    def intent(self) -> Intent:
        """Say what may be expected of a sound call: without a recipe nobody knows."""
        return Intent.MUST_WORK if self.works else Intent.EXPLORE

    def with_words(self, *words: bytes) -> Call:
        """Put words between the command and its operands."""
        return self.base.model_copy(update={"argv": (*self.command.words, *words, *self.operands)})

    def with_operands(self, *operands: bytes) -> Call:
        """Put other operands in place of those of the base call."""
        return self.base.model_copy(update={"argv": (*self.command.words, *operands)})

    def reading(self, file: CallFile) -> Call:
        """Let the base call read another file wherever it reads one."""
        read = {one.path for one in self.read_files}
        operands = tuple(file.path if word in read else word for word in self.operands)
        others = tuple(one for one in self.base.files if one.path != file.path)
        return self.with_operands(*operands).model_copy(update={"files": Call(files=(*others, file)).files})

    def case(  # noqa: PLR0913 - what a case may say of itself
        self,
        call: Call,
        technique: str,
        because: str,
        *,
        intent: Intent | None = None,
        option: Option | None = None,
        covers: tuple[str, ...] | None = None,
        relations: tuple[Relation, ...] = (),
        repetitions: int = 1,
    ) -> TestCase:
        """Make a case of this command; unless said otherwise it must work and covers the command and the option."""
        labels = (self.command.label, *([self.command.label_of_option(option.name)] if option else []))
        return TestCase(
            call=call,
            intent=intent or self.intent,
            technique=technique,
            command=self.command.path,
            option=option.name if option else None,
            relations=relations,
            repetitions=repetitions,
            covers=labels if covers is None else covers,
            because=because,
        )

    def refusal(self, call: Call, technique: str, because: str, wrong: bytes, option: Option | None = None) -> TestCase:
        """Make a case of this command that must be refused, for the sake of one word."""
        case = self.case(call, technique, because, intent=Intent.MUST_REFUSE, option=option, covers=())
        return case.model_copy(update={"wrong": wrong.decode(errors="replace")})

    def value_for(self, option: Option) -> bytes:
        """Choose a plausible value; another seed chooses another of the first few."""
        found = values.ladder(option.value_type, option.choices, option.default, option.value_name)
        likely = found if option.choices else found[:ALTERNATIVES]
        return likely[self.pick(len(likely), option.name)]

    def pick(self, count: int, what: str) -> int:
        """Choose one of several by the seed, for each thing anew; the seed 0 takes the first."""
        chosen = digest_of([self.spec.seed, self.command.path, what])
        return int(chosen[:8], 16) % count if self.spec.seed else 0

    def without_operands(self) -> Frame:
        """Forget the operands."""
        return replace(self, base=self.with_operands())


def _style(option: Option) -> str:
    """Tell `-o`, `--option`, `-option` and `option=` apart, and how the value is joined."""
    dashes = len(option.name) - len(option.name.lstrip("-"))
    is_letter = len(option.name) == dashes + 1
    return f"{dashes} {is_letter} {option.joined}"


def spell(name: str, option: Option, value: bytes) -> tuple[bytes, ...]:
    """Write an option as the words of a call: a required value is a word of its own, an optional one is left out."""
    return (name.encode(), value) if option.takes_value is Takes.REQUIRED else (name.encode(),)


def spell_as_documented(option: Option, value: bytes) -> tuple[bytes, ...]:
    """Write an option as its documentation does: `-std=c99` is one word, and may be understood no other way."""
    if option.takes_value is Takes.REQUIRED and option.joined is not None:
        return (glue(option.name, value, option.joined),)
    return spell(option.name, option, value)


def spell_with_value(option: Option, value: bytes) -> tuple[bytes, ...]:
    """Write an option with a value that may not be left out: an optional one is part of the option's word."""
    if option.takes_value is Takes.REQUIRED:
        return spell_as_documented(option, value)
    between = option.joined if option.joined is not None else "=" if option.name.startswith("--") else ""
    return (glue(option.name, value, between),)


def glue(name: str, value: bytes, joined: str = "=") -> bytes:
    """Write an option and its value as one word."""
    return name.encode() + joined.encode() + value
