"""Prepares the folder that commands look for: what the tool's own command for a beginning makes in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.models.call import Call, CallFile, FileKind
from shared.models.cli_tool import Command
from shared.models.test_result import Change, FileChange
from shared.utils.validation import InvalidValueError, parse_relative_path
from worker.analysis.asking import Answer, Asker
from worker.analysis.attempts import Bench
from worker.knowledge import samples

_PLACE = r"(?:repository|repo|project|workspace|working copy|work(?:ing)? tree|checkout|database|vault|site|store)"
_MISSED = re.compile(
    rf"\bnot (?:in )?an? (?:[\w.-]+ ){{0,3}}{_PLACE}\b"
    r"|\bnot (?:yet )?(?:been )?initiali[sz]ed\b"
    r"|\b(?:run|use|try)[: ]+['\"`]?[\w.-]{1,40} (?:[\w-]{1,40} )?init\b"
    rf"|\bno (?:[\w.-]+ ){{0,3}}{_PLACE} (?:was |could be )?found\b"
    rf"|\b(?:could not|couldn't|cannot|unable to) (?:find|locate) (?:an? |any |the )?(?:[\w.-]+ ){{0,3}}{_PLACE}\b"
    rf"|\bneed to (?:create|initiali[sz]e) (?:an? |the )?(?:new )?{_PLACE}\b",
    re.IGNORECASE,
)
_BEGINNINGS = ("init", "initialize", "initialise", "new", "create", "setup", "bootstrap")
_BEGINS = re.compile(rf"\b(?:creat|initiali[sz])\w* (?:an? |the )?(?:\w+ ){{0,3}}{_PLACE}", re.IGNORECASE)
_LONGEST_READ = 4000
_MOST_TRIED = 3
_MOST_FILES = 100
_MOST_BYTES = 256 << 10


def misses_ground(answer: Answer) -> bool:
    """Tell a call that failed because its folder is not one of the tool's own."""
    return not answer.worked and any(_MISSED.search(text[:_LONGEST_READ]) for text in answer.texts)


def prepared(asker: Asker, bench: Bench, commands: Sequence[Command]) -> Bench | None:
    """Make the folder by the command that is there for it; None where none of them makes anything."""
    for command in list(_founders(commands))[:_MOST_TRIED]:
        for operands in ((), (samples.NEW,)):
            answer = asker.ask(Call(argv=(*command.words, *operands), files=bench.files))
            made = _lifted(_made_by(answer)) if answer is not None and answer.worked else ()
            if made:
                return replace(bench, files=samples.laid(made, bench.files))
    return None


def _founders(commands: Sequence[Command]) -> Iterator[Command]:
    """Give the commands that begin something, the plainest names first, those nearest to the tool itself first."""
    leaves = [command for command in commands if command.path and not command.subcommands]
    ordered = sorted(leaves, key=lambda command: len(command.words))
    for name in _BEGINNINGS:
        yield from (command for command in ordered if command.path.split()[-1] == name)
    others = (command for command in ordered if command.path.split()[-1] not in _BEGINNINGS)
    yield from (command for command in others if _BEGINS.match(command.summary[:_LONGEST_READ]))


def _made_by(answer: Answer) -> tuple[CallFile, ...]:
    """Turn what a call left in its folder into what may lie there before another."""
    created = [change for change in answer.result.files if change.change is Change.CREATED]
    if len(created) > _MOST_FILES or sum(change.size for change in created) > _MOST_BYTES:
        created = [change for change in created if change.kind is FileKind.DIRECTORY or change.size < samples.SMALL]
    made = [file for change in created[:_MOST_FILES] if (file := _file_of(change)) is not None]
    return tuple(made)


def _lifted(files: tuple[CallFile, ...]) -> tuple[CallFile, ...]:
    """Take what was made in a new folder out of it: that is where the tool would be called."""
    above = samples.NEW + b"/"
    inside = [file for file in files if file.path.startswith(above)]
    if not inside:
        return tuple(file for file in files if file.path != samples.NEW)
    return tuple(CallFile(**{**dict(file), "path": file.path.removeprefix(above)}) for file in inside)


def _file_of(change: FileChange) -> CallFile | None:
    """Give what may lie there; nothing where a call's folder can hold no such path."""
    try:
        parse_relative_path(change.path)
    except InvalidValueError:
        return None
    if change.kind is FileKind.DIRECTORY:
        return CallFile(path=change.path, kind=FileKind.DIRECTORY, mode=0o755)
    if change.kind is not FileKind.FILE or (change.content is None and change.size):
        return None
    return CallFile(path=change.path, content=change.content or b"", mode=change.mode & 0o777)
