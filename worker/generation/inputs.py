"""What a tool reads: nothing, every byte there is, a folder where a file is meant."""

from __future__ import annotations

from collections.abc import Iterator

from shared.models.call import CallFile, FileKind
from shared.models.test_plan import Intent
from worker.generation.frame import Draft, Frame, Tier
from worker.knowledge import samples

EMPTY_INPUT = "empty_input"
BINARY_INPUT = "binary_input"
FOLDER_INPUT = "folder_input"

_NAME = b"input.bin"


def inputs(frame: Frame) -> Iterator[Draft]:
    """Let the base call read something else, from its file or from standard input, as it does."""
    if not frame.works:
        return
    for technique, content in ((EMPTY_INPUT, samples.EMPTY), (BINARY_INPUT, samples.BINARY)):
        because = "files are empty now and then" if content == samples.EMPTY else "files hold any byte"
        if frame.read_files:
            call = frame.reading(CallFile(path=_NAME, content=content))
        elif frame.base.stdin is not None:
            call = frame.base.model_copy(update={"stdin": content})
        else:
            return
        yield Draft(Tier.INPUT, frame.case(call, technique, because, intent=Intent.EXPLORE))
    if frame.read_files:
        folder = CallFile(path=_NAME, kind=FileKind.DIRECTORY, mode=0o755)
        case = frame.case(frame.reading(folder), FOLDER_INPUT, "people name a folder for a file", intent=Intent.EXPLORE)
        yield Draft(Tier.INPUT, case)
