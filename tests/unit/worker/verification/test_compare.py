"""Comparing what two calls showed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.test_plan import Aspect
from shared.models.test_result import Change, FileChange, Status, Stream, TestResult
from worker.verification.compare import Level, diff, first_difference, shape_of, without_spellings

ALL = tuple(Aspect)


def result(stdout: bytes = b"", code: int = 0, stderr: bytes = b"", files: tuple[FileChange, ...] = ()) -> TestResult:
    return TestResult(
        call_digest="d",
        status=Status.NONZERO if code else Status.OK,
        exit_code=code,
        stdout=Stream.of(stdout),
        stderr=Stream.of(stderr),
        files=files,
    )


results = st.builds(result, st.binary(max_size=20), st.integers(0, 3), st.binary(max_size=20))


@given(results)
def test_a_result_agrees_with_itself(one: TestResult) -> None:
    assert first_difference(one, one, ALL) is None


@given(results, results)
def test_comparing_is_symmetric(one: TestResult, other: TestResult) -> None:
    there, back = first_difference(one, other, ALL), first_difference(other, one, ALL)
    assert (there is None) == (back is None)
    if there and back:
        assert (there.aspect, there.level, there.expected) == (back.aspect, back.level, back.got)


@pytest.mark.parametrize(
    ("one", "other", "aspect", "level"),
    [
        (result(code=0), result(code=1), Aspect.STATUS, Level.CONTENT),
        (result(b"a\nb\n"), result(b"b\na\n"), Aspect.STDOUT, Level.ORDER),
        (result(b"{'a', 'b'}"), result(b"{'b', 'a'}"), Aspect.STDOUT, Level.ORDER),
        (result(b"a"), result(b"b"), Aspect.STDOUT, Level.CONTENT),
        (result(stderr=b"a"), result(stderr=b"b"), Aspect.STDERR, Level.CONTENT),
        (
            result(files=(FileChange(path=b"x", change=Change.CREATED),)),
            result(files=(FileChange(path=b"y", change=Change.CREATED),)),
            Aspect.FILES,
            Level.CONTENT,
        ),
    ],
)
def test_the_first_aspect_that_differs_is_named(
    one: TestResult, other: TestResult, aspect: Aspect, level: Level
) -> None:
    found = first_difference(one, other, ALL)
    assert found is not None
    assert (found.aspect, found.level) == (aspect, level)


def test_only_the_aspects_asked_for_are_compared() -> None:
    assert first_difference(result(stderr=b"a"), result(stderr=b"b"), (Aspect.STATUS, Aspect.STDOUT)) is None


def test_what_was_not_captured_counts_by_its_hash() -> None:
    one = Stream(head=b"a", tail=b"z", total_bytes=10, sha256="1" * 64)
    other = one.model_copy(update={"sha256": "2" * 64})
    base = result()
    assert first_difference(
        base.model_copy(update={"stdout": one}), base.model_copy(update={"stdout": other}), (Aspect.STDOUT,)
    )


def test_a_difference_is_shown_line_by_line_without_power() -> None:
    assert diff("a\nb\n", "a\n\x1bc\n").splitlines()[-2:] == ["-b", r"+\x1bc"]
    long = diff("", "\n".join(str(number) for number in range(50)))
    assert "more lines" in long


def test_the_shape_of_a_stream() -> None:
    assert [shape_of(Stream.of(text)) for text in (b"", b"x", b"a\nb\n")] == ["empty", "1 line", "2 lines"]


def test_forms_that_are_only_repeated_in_the_output_are_alike() -> None:
    spelled = {b"--width=10", b"--width", b"-w"}
    shown = [result(b"==> %s <==\n" % words) for words in (b"--width=10", b"--width 10", b"-w 10")]
    first, *others = (without_spellings(one, spelled) for one in shown)
    assert all(first_difference(first, one, ALL) is None for one in others)
    assert first_difference(first, without_spellings(result(b"==> -w 11 <==\n"), spelled), ALL)
