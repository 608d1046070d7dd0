"""The Python that is shown in containers."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from io import BytesIO

import pytest

from worker.execution.interpreter import Interpreter, interpreter


@pytest.fixture(scope="module")
def ours() -> Interpreter:
    return interpreter()


def test_all_that_is_written_lies_in_one_folder_and_everybody_may_read_it(ours: Interpreter) -> None:
    file = BytesIO()
    ours.write(file)
    file.seek(0)
    with tarfile.open(fileobj=file) as archive:
        members = {member.name: member for member in archive}
    assert {name.split("/")[0] for name in members} == {"testronaut"}
    assert all(member.mode & 0o444 == 0o444 and (member.uid, member.gid) == (0, 0) for member in members.values())
    assert {"testronaut/bin/python3", "testronaut/run.zip", f"testronaut/lib/{ours.version}/os.py"} <= members.keys()
    assert not any("site-packages" in name for name in members)


def test_the_words_that_start_it_need_nothing_of_an_image(ours: Interpreter) -> None:
    words = ours.runner("user")
    assert all(word.startswith("/testronaut/") for word in ours.python() if word.startswith("/"))
    assert words[: len(ours.python())] == ours.python()
    assert words[-3:] == ["0", "1", "user"]


def test_its_names_change_with_what_it_is_made_of(ours: Interpreter) -> None:
    other = replace(ours, program=replace(ours.program, archive=b"another runner"))
    fewer = replace(ours, libraries=ours.libraries[:1])
    assert len({ours.digest, other.digest, fewer.digest, interpreter().digest}) == 3
    assert len({one.image for one in (ours, other)} | {one.container for one in (ours, other)}) == 4


def test_a_python_without_a_loader_is_started_as_it_is(ours: Interpreter) -> None:
    assert replace(ours, loader=None).python() == ["/testronaut/bin/python3"]
