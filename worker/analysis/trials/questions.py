"""What to type in order to learn something of an option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.models.call import Call
from shared.models.cli_tool import Command, Option, Takes, ValueType
from worker.analysis.attempts import Attempt, Bench, attempts
from worker.analysis.claims import LIKELY
from worker.analysis.explore import INVENTED
from worker.knowledge import samples
from worker.knowledge.values import ladder

# No name at all before the equals sign: parsers that let names be shortened say that it could be any of theirs.
ANY_NAME = f"--={INVENTED}"

_OPEN = frozenset({None, ValueType.TEXT, ValueType.FORMAT, ValueType.LIST})


@dataclass(frozen=True)
class Stand:
    """What stands around an option in a call of its command: words of a call that works, where there is one."""

    words: tuple[bytes, ...]
    around: Attempt
    bench: Bench

    def call(self, option: tuple[bytes, ...]) -> Call:
        """Put an option with its value before the operands."""
        argv = (*self.words, *option, *self.around.operands)
        return Call(argv=argv, stdin=self.around.stdin, files=self.bench.files)

    def call_at_end(self, option: tuple[bytes, ...], stdin: bytes | None = None) -> Call:
        """Put an option where nothing follows that could be its value."""
        return Call(argv=(*self.words, *option), stdin=stdin, files=self.bench.files)


@dataclass(frozen=True)
class Question:
    """A call that shows something of an option: given under one name, with a value or bare (None)."""

    name: str
    value: bytes | None
    call: Call
    is_joined: bool = False


def stand_of(command: Command, bench: Bench) -> Stand:
    """Take the operands of a call that works, else those that could."""
    words = command.words
    for recipe in command.recipes:
        if recipe.call.argv[: len(words)] == words and isinstance(recipe.call.stdin, bytes | None):
            return Stand(words, Attempt(recipe.call.argv[len(words) :], recipe.call.stdin), bench)
    plain = (attempt for attempt in attempts(command, bench.hint) if not attempt.is_example)
    return Stand(words, next(plain, Attempt()), bench)


def is_open(option: Option) -> bool:
    """Tell an option of which nobody knows what it takes."""
    return option.takes_value is not Takes.NONE and option.value_type in _OPEN and not option.choices


def is_doubtful(option: Option) -> bool:
    """Tell an option of which it is not sure whether it takes a value."""
    return option.confidence < LIKELY or (option.takes_value is Takes.OPTIONAL and option.joined is None)


def with_value(stand: Stand, option: Option, value: bytes, *, apart: bool = False) -> Question:
    """Give an option a value, in one word wherever that can be told from a flag and an operand."""
    name = option.name
    is_long = name.startswith("--")
    between = option.joined if option.joined is not None else "=" if is_long and not apart else None
    if between is None and option.takes_value is Takes.OPTIONAL:
        between = ""
    typed = (name.encode(), value) if between is None else (name.encode() + between.encode() + value,)
    return Question(name, value, stand.call(typed), is_joined=len(typed) == 1)


def bare(stand: Stand, option: Option) -> Question:
    """Give an option without a value, and nothing behind it."""
    return Question(option.name, None, stand.call_at_end((option.name.encode(),)))


def bare_again(stand: Stand, option: Option) -> Question:
    """Give it so a second time in another call: under another name, else with something to read."""
    other = next((name for name in option.names if name != option.name), option.name)
    return Question(other, None, stand.call_at_end((other.encode(),), stdin=samples.TEXT))


def values_for(option: Option, value_type: ValueType | None = None) -> Iterator[bytes]:
    """Give values that it may take, the most plausible first."""
    default = option.default
    if option.choices and default in option.choices:
        yield default.encode()
    yield from ladder(value_type or option.value_type, option.choices, default, option.value_name)
