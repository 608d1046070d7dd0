"""What a call left behind, as what may lie in the folder of another."""

from __future__ import annotations

import pytest

from shared.models.call import Call, FileKind
from shared.models.test_result import Change, FileChange
from tests.unit.worker.analysis.asked import Frob
from worker.analysis.asking import Answer
from worker.analysis.ground import _lifted, _made_by
from worker.knowledge import samples


def left(*changes: FileChange) -> Answer:
    """Answer with some files."""
    answer = Frob({"": (0, b"", b"")}).asker().ask(Call())
    assert answer is not None
    return Answer(answer.call, answer.result.model_copy(update={"files": changes}))


def created(path: bytes, content: bytes = b"x", kind: FileKind = FileKind.FILE) -> FileChange:
    """Say that a file was made."""
    return FileChange(path=path, change=Change.CREATED, kind=kind, mode=0o644, size=len(content), content=content)


@pytest.mark.parametrize("path", [b"", b".", b"..", b"/etc/x", b"../x", b"a/../../x", b"a//b", b"a/"])
@pytest.mark.parametrize("kind", [FileKind.FILE, FileKind.DIRECTORY])
def test_a_path_that_leads_elsewhere_is_left_out(path: bytes, kind: FileKind) -> None:
    made = _made_by(left(created(path, kind=kind), created(b"good")))

    assert [file.path for file in made] == [b"good"]


def test_what_was_made_in_a_new_folder_is_taken_out_of_it() -> None:
    made = _made_by(
        left(created(samples.NEW, b"", FileKind.DIRECTORY), created(samples.NEW + b"/.frob"), created(b"b"))
    )

    assert [file.path for file in _lifted(made)] == [b".frob"]
