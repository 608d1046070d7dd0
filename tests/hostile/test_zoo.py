"""Every hostile program under every backend: it comes to what the table says, and the machine does not notice."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from shared.interfaces.executor import Run
from shared.models.test_result import Status, TestResult
from tests.backends import every_backend, walled_backends
from tests.hostile.cage import Cage, caged
from tests.hostile.conftest import ZOO
from tests.hostile.host import nothing_held
from tests.hostile.programs import PAIRS, PROGRAMS, Pair, Program

_SHARED = {"enter.sh", "zoo.h"}
_USED_ELSEWHERE = {
    *("burns_below.c", "closed_link.sh", "dies_early.sh", "key_of_host.c", "nameless_daemon.c", "own_mark.py"),
    "state.py",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cages(tools: Path) -> Iterator[Callable[[str], Cage]]:
    """Open one sandbox of each backend for all programs, in the order that chance has put them in."""
    with nothing_held(), ExitStack() as stack:
        yield cache(lambda backend: stack.enter_context(caged(backend, tools)))


@pytest.fixture
def cage(request: pytest.FixtureRequest, cages: Callable[[str], Cage]) -> Cage:
    return cages(request.param)


def each(things: Sequence[Program] | Sequence[Pair]) -> pytest.MarkDecorator:
    """Ask for each thing under each backend that it may be let loose under."""
    return pytest.mark.parametrize(
        ("cage", "asked"),
        [
            pytest.param(backend, thing, id=f"{backend}-{name_of(thing)}", marks=marks_of(thing, backend))
            for backend in every_backend()
            for thing in things
            if backend in walled_backends() or not thing.needs_walls
        ],
        indirect=["cage"],
    )


def name_of(thing: Program | Pair) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", thing.typed if isinstance(thing, Program) else f"{thing.plant}-{thing.look}")


def marks_of(thing: Program | Pair, backend: str) -> list[pytest.MarkDecorator]:
    is_flawed = thing.flaw and backend in (thing.flawed or every_backend())
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=thing.flaw)] if is_flawed else []


@each(PROGRAMS)
def test_a_program_comes_to_what_the_table_says(cage: Cage, asked: Program) -> None:
    result = cage.run(*asked.typed.split(), limits=asked.limits, files=asked.files, stdin=asked.stdin)
    assert b"escaped" not in result.stdout.content, told(result)
    assert result.status in asked.ends, told(result)
    assert asked.says in result.stdout.content, told(result)
    asked.proof(result)


@each(PAIRS)
def test_what_one_call_plants_the_next_does_not_find(cage: Cage, asked: Pair) -> None:
    looks = [asked.look.split(), ["state.py", "sealed"]] if cage.has_walls else [asked.look.split()]
    with cage.another() as other:
        before = [seen(other.run(*look)) for look in looks]
        planted = other.run(*asked.plant.split())
        after = [seen(other.run(*look)) for look in looks]
    assert planted.status is Status.OK, told(planted)
    assert not differences(before, after)
    assert not any("escaped" in said for said in after), after


@pytest.mark.parametrize("cage", walled_backends(), indirect=True)
def test_calls_that_are_made_at_once_do_not_meet(cage: Cage) -> None:
    words = [f"w{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda word: cage.sandbox.run(cage.call("own_mark.py", word)), words))
    for word, result in zip(words, results, strict=True):
        assert (result.status, result.stdout.content) == (Status.OK, f"\nheld {word}\n".encode()), told(result)
        assert {change.path for change in result.files} == {f"mark-{word}".encode()}


@pytest.mark.parametrize("cage", walled_backends(), indirect=True)
def test_what_one_thread_plants_another_does_not_find(cage: Cage) -> None:
    pairs = [pair for pair in PAIRS if pair.plant.startswith(("left_files", "sysv", "queue", "daemon", "crowd"))]
    looks = [pair.look.split() for pair in pairs if pair.needs_walls]
    with cage.another() as other:
        before = [seen(other.run(*look)) for look in looks]
        with ThreadPoolExecutor(3) as threads:
            plants = [pair.plant.split() for pair in pairs if pair.needs_walls] * 2
            planted = [threads.submit(other.sandbox.run, other.call(*plant)) for plant in plants]
            after = list(threads.map(lambda look: seen(other.sandbox.run(other.call(*look))), looks))
    assert not differences(before, after)
    assert {future.result().status for future in planted} == {Status.OK}


@pytest.mark.parametrize("cage", walled_backends(), indirect=True)
def test_steps_share_files_alone_and_nothing_with_later_calls(cage: Cage) -> None:
    look = ["left_files.py", "look", "sealed"]
    with cage.another() as other:
        before = seen(other.run(*look))
        steps = [other.call("left_files.py", "plant", "sealed")]
        for typed in (["runaway.c", "plant"], ["runaway.c", "look"], look):
            steps.append(other.call(*typed).model_copy(update={"after": steps[-1].digest()}))
        *_, processes, files = other.sandbox.map(map(Run, steps))
        after = seen(other.run(*look))
    assert processes.stdout.content == b"held\n"
    assert b"zoo-left" in files.stdout.content
    assert not differences([before], [after])


def test_every_program_is_let_loose_and_says_what_it_tries() -> None:
    files = {path.name for path in ZOO.iterdir() if path.is_file()} - _SHARED
    typed = {program.typed for program in PROGRAMS} | {word for pair in PAIRS for word in (pair.plant, pair.look)}
    assert files == {words.split()[0] for words in typed} | _USED_ELSEWHERE
    assert len(files) >= 100
    for name in files:
        assert re.search(r"Tries: .*Must: ", (ZOO / name).read_text()[:400], re.DOTALL), name


def seen(result: TestResult) -> str:
    """Give what two calls must show alike."""
    said = (result.stdout.content + result.stderr.content).decode(errors="replace")
    return "\n".join([result.status.value, said, *(change.model_dump_json() for change in result.files)])


def differences(before: Sequence[str], after: Sequence[str]) -> str:
    lines = difflib.unified_diff("\n".join(before).splitlines(), "\n".join(after).splitlines(), lineterm="", n=0)
    return "\n".join(lines)


def told(result: TestResult) -> str:
    shown = (result.stdout.content[-1500:] + result.stderr.content[-1500:]).decode(errors="replace")
    return f"{result.status.value} {result.detail} {result.leftovers}\n{shown}"
