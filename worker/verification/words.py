"""The words of a call: which options it tries, their values, and the call without them or with one alone."""

from __future__ import annotations

from collections.abc import Iterator

from shared.interfaces.verifier import Observed
from shared.models.call import Call
from shared.models.cli_tool import Option, Takes
from shared.models.test_plan import TestCase


def options_of(case: TestCase, observed: Observed) -> Iterator[Option]:
    """Give the documented options that a case tries: its own, or all that share its call."""
    command = observed.tool.commands.get(case.command)
    if command is None:
        return
    for option in command.options:
        shares = case.option is None and command.label_of_option(option.name) in case.covers
        if shares or option.name == case.option:
            yield option


def each_alone(case: TestCase, observed: Observed) -> Iterator[TestCase]:
    """Give the cases that try one option each of several that share a call; nothing where none do."""
    options = list(options_of(case, observed))
    if case.option is not None or len(options) < 2:  # noqa: PLR2004 - one is alone already
        return
    command = observed.tool.commands[case.command]
    for option in options:
        call = case.call.model_copy(update={"argv": (*command.words, *words_of(case.call, option))})
        covers = (command.label_of_option(option.name),)
        yield case.model_copy(update={"call": call, "option": option.name, "covers": covers})


def words_of(call: Call, option: Option) -> tuple[bytes, ...]:
    """Give the words with which a call gives an option."""
    names = {name.encode() for name in option.names}
    for number, word in enumerate(call.argv):
        if word in names:
            return call.argv[number : number + (2 if option.takes_value is Takes.REQUIRED else 1)]
        if any(word.startswith(name) for name in names) and (b"=" in word or option.joined == ""):
            return (word,)
    return ()


def value_in(call: Call, option: Option) -> bytes:
    """Give the value that a call gives an option."""
    names = {name.encode() for name in option.names}
    for word, following in zip(call.argv, (*call.argv[1:], b""), strict=True):
        if word in names:
            return following
        if word.partition(b"=")[0] in names:
            return word.partition(b"=")[2]
    return b"1"


def without_option(operands: tuple[bytes, ...], option: Option) -> tuple[bytes, ...]:
    """Leave an option and its value out of some words."""
    names = {name.encode() for name in option.names}
    kept: list[bytes] = []
    is_value = False
    for word in operands:
        if is_value:
            is_value = False
        elif word in names:
            is_value = option.takes_value is Takes.REQUIRED
        elif word.partition(b"=")[0] not in names:
            kept.append(word)
    return tuple(kept)
