"""Calls that should work: help, version, the base call, every option with a plausible value, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.models.call import Call
from shared.models.cli_tool import Option
from shared.models.test_plan import Intent, TestCase
from worker.generation.frame import Draft, Frame, Tier, spell_as_documented, spell_with_value
from worker.knowledge import samples

HELP = "help"
VERSION = "version"
BASE = "base"
OPTION = "option"
OPTIONS = "options"
CHOICE = "choice"
EXAMPLE = "example"

# A second run with another hash seed shows an order that nobody chose.
TWICE = 2

_SHARING = 10
_SHOWS = re.compile(r"\b(?:help|usage|version|licen[cs]e|list|show|print|display|output)s?\b", re.IGNORECASE)


def doorstep(frame: Frame) -> Iterator[Draft]:
    """Ask for help and version as the analysis did, and make the call that is known to work, each twice."""
    command = frame.command
    if command.help_argv is not None:
        yield Draft(Tier.DOORSTEP, _asking(frame, command.help_argv, HELP, "its help must be shown"))
    if command.version_argv is not None:
        yield Draft(Tier.DOORSTEP, _asking(frame, command.version_argv, VERSION, "its version must be shown"))
    if frame.works:
        because = "it worked when the tool was learned"
        covers = (command.label, *frame.filled_arguments)
        yield Draft(Tier.DOORSTEP, frame.case(frame.base, BASE, because, covers=covers, repetitions=TWICE))


def options(frame: Frame) -> Iterator[Draft]:
    """Try every option once, and its further choices where it has any.

    Each has a call of its own. Where no call of the command is known to work, only whether its parser takes them can
    be seen: there several share a call, unless the profile is deep.
    """
    together = [] if frame.works or frame.is_thorough else [o for o in frame.command.options if not _may_end(o)]
    for first in range(0, len(together), _SHARING):
        yield Draft(Tier.OPTION, _sharing(frame, together[first : first + _SHARING]))
    for option in frame.command.options:
        value = frame.value_for(option)
        if option not in together:
            yield Draft(Tier.OPTION, _trying(frame, option, spell_as_documented(option, value)))
        for choice in option.choices or ():
            if choice.encode() != value:
                words = spell_with_value(option, choice.encode())
                yield Draft(Tier.CHOICE, _trying(frame, option, words, CHOICE, f"{choice!r} is a documented choice"))


def examples(frame: Frame) -> Iterator[Draft]:
    """Make the calls that the user says work; the frame is the tool's own."""
    files = samples.merged(frame.spec.files)
    for argv in frame.spec.examples:
        call = Call(argv=argv, files=files)
        yield Draft(
            Tier.DOORSTEP,
            frame.case(call, EXAMPLE, "it was given as an example", intent=Intent.MUST_WORK, repetitions=TWICE),
        )


def _asking(frame: Frame, argv: tuple[bytes, ...], technique: str, because: str) -> TestCase:
    return frame.case(Call(argv=argv), technique, because, intent=Intent.MUST_WORK, repetitions=TWICE)


def _trying(
    frame: Frame, option: Option, words: tuple[bytes, ...], technique: str = OPTION, because: str = ""
) -> TestCase:
    where = f"line {option.line} of its help" if option.line else "its usage"
    return frame.case(
        frame.with_words(*words),
        technique,
        because or f"{option.name} stands in {where}",
        option=option,
    )


def _sharing(frame: Frame, options: Sequence[Option]) -> TestCase:
    words = [word for option in options for word in spell_as_documented(option, frame.value_for(option))]
    labels = (frame.command.label, *(frame.command.label_of_option(option.name) for option in options))
    because = "they stand in its help, and no call of the command is known to work"
    return frame.case(frame.with_words(*words), OPTIONS, because, covers=labels)


def _may_end(option: Option) -> bool:
    """Tell an option that shows something and ends the call, whatever stands beside it."""
    return any(_SHOWS.search(name) for name in option.names) or _SHOWS.search(option.description) is not None
