"""Calls at a terminal: help, one mistake, and the call that works, as people make them."""

from __future__ import annotations

from collections.abc import Iterator

from shared.models.call import Call, Terminal
from shared.models.job import Profile
from shared.models.test_plan import Intent
from worker.generation.frame import Draft, Frame, Tier
from worker.generation.negative import UNKNOWN_OPTION, unknown_options

TERMINAL = "terminal"


def terminals(frame: Frame) -> Iterator[Draft]:
    """Make a few calls of a command at a terminal, unless the profile is quick.

    What they print may well differ from what goes into a pipe, so nothing is expected but that the tool stays alive.
    """
    if frame.spec.profile is Profile.QUICK:
        return
    for call in _chosen(frame):
        at_one = call.model_copy(update={"tty": Terminal()})
        case = frame.case(at_one, TERMINAL, "people sit at terminals", intent=Intent.EXPLORE, covers=())
        yield Draft(Tier.TERMINAL, case)


def _chosen(frame: Frame) -> Iterator[Call]:
    if frame.command.help_argv is not None:
        yield Call(argv=frame.command.help_argv)
    unknown = unknown_options(frame.command.options)
    if unknown:
        yield frame.with_words(unknown[frame.pick(len(unknown), UNKNOWN_OPTION)])
    if frame.works:
        yield frame.base
