"""Calls with one thing wrong, which a tool should refuse, and calls that nobody types on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from shared.models.cli_tool import Option, Takes
from shared.models.test_plan import Intent, TestCase
from worker.generation.frame import Draft, Frame, Tier, spell_with_value
from worker.knowledge import samples

UNKNOWN_OPTION = "unknown_option"
MISSING_FILE = "missing_file"
MISSING_VALUE = "missing_value"
INVALID_CHOICE = "invalid_choice"
NO_ARGUMENTS = "no_arguments"
EMPTY_ARGUMENT = "empty_argument"

# Not `--no-...`: that is how many parsers spell a negation.
UNKNOWN_LONG = (b"--unheard-of", b"--xyzzy-plugh", b"--made-up-word")
_UNKNOWN_LETTERS = b"QZJYKXWGU"
_INVALID_CHOICES = (b"no-such-choice", b"unheard-of", b"xyzzy")


def misuse(frame: Frame) -> Iterator[Draft]:
    """Do what people do by mistake: an unknown option, a file that is not there, no argument, an empty one."""
    unknown = unknown_options(frame.command.options)
    if unknown:
        word = unknown[frame.pick(len(unknown), UNKNOWN_OPTION)]
        yield Draft(
            Tier.MISUSE,
            frame.refusal(frame.with_words(word), UNKNOWN_OPTION, f"{word.decode()} is not documented", word),
        )
    if frame.read_files:
        yield Draft(Tier.MISUSE, _missing_file(frame))
    bare = frame.without_operands()
    yield Draft(
        Tier.MISUSE, bare.case(bare.base, NO_ARGUMENTS, "people forget arguments", intent=Intent.EXPLORE, covers=())
    )
    if not frame.takes_words:
        return
    because = "scripts pass empty variables"
    empty = bare.case(bare.with_operands(b""), EMPTY_ARGUMENT, because, intent=Intent.EXPLORE, covers=())
    yield Draft(Tier.MISUSE, empty)


def refusals(frame: Frame) -> Iterator[Draft]:
    """Leave out the value of options that need one, and give each closed list a word that is not on it.

    What a parser does without a value depends on the style of the option: one of each stands for all, unless the
    profile is deep.
    """
    first = frame.first_of_each_style
    for option in frame.command.options:
        if option.takes_value is Takes.REQUIRED and (frame.is_thorough or option.name in first):
            word = option.name.encode()
            because = f"{option.name} needs a value"
            yield Draft(Tier.REFUSAL, frame.refusal(frame.with_operands(word), MISSING_VALUE, because, word, option))
        if option.choices:
            yield Draft(Tier.REFUSAL, _invalid_choice(frame, option))


def unknown_options(known: tuple[Option, ...]) -> tuple[bytes, ...]:
    """Give words that look like the options of a command and are none; nothing for a command without options."""
    names = {name for option in known for name in option.names}
    if any(name.startswith("--") for name in names):
        return tuple(word for word in UNKNOWN_LONG if word.decode() not in names)
    if any(len(name) > 2 and name.startswith("-") for name in names):  # noqa: PLR2004 - `-name` style
        return tuple(word[1:] for word in UNKNOWN_LONG if word[1:].decode() not in names)
    letters = [bytes([b"-"[0], letter]) for letter in _UNKNOWN_LETTERS]
    return tuple(word for word in letters if word.decode() not in names) if names else ()


def _missing_file(frame: Frame) -> TestCase:
    read = {file.path for file in frame.read_files}
    operands = tuple(samples.MISSING if word in read else word for word in frame.operands)
    because = "a file that is not there cannot be read"
    return frame.refusal(frame.with_operands(*operands), MISSING_FILE, because, samples.MISSING)


def _invalid_choice(frame: Frame, option: Option) -> TestCase:
    free = [word for word in _INVALID_CHOICES if word.decode() not in (option.choices or ())]
    word = free[frame.pick(len(free), option.name)]
    because = f"{word.decode()} is not among the choices of {option.name}"
    return frame.refusal(frame.with_words(*spell_with_value(option, word)), INVALID_CHOICE, because, word, option)
