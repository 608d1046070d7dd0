"""Plans with every kind of input: written for people, and read back as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.documents.plan import PlanError, read_plan, write_plan_json, write_plan_yaml
from shared.models.call import BlobRef, Call, FileInput, InputKind, SpecialInput, Terminal
from shared.models.test_plan import Intent, TestCase, TestPlan

CALLS = (
    Call(),
    Call(stdin=b"no\n"),
    Call(stdin=b"\xff"),
    *(Call(stdin=SpecialInput(kind=kind)) for kind in InputKind),
    Call(stdin=FileInput(file=b"a.txt")),
    Call(tty=Terminal()),
    Call(tty=Terminal(columns=40, rows=10), stdin=b"y\n"),
)
PLAN = TestPlan(
    tool="frob", cases=tuple(TestCase(call=call, intent=Intent.EXPLORE, technique="typed") for call in CALLS)
)
HEAD = "schema_version: 1\ntool: frob\ncases:\n- intent: explore\n  technique: t\n  call:\n"


@pytest.mark.parametrize("write", [write_plan_json, write_plan_yaml])
def test_a_plan_is_the_same_after_it_was_written(write: Callable[..., bytes]) -> None:
    assert read_plan(write(PLAN, lambda _: b"").decode(), "plan") == PLAN


def test_a_kept_input_is_written_out() -> None:
    case = TestCase(call=Call(stdin=BlobRef.of(b"kept")), intent=Intent.EXPLORE, technique="typed")
    written = write_plan_yaml(TestPlan(tool="frob", cases=(case,)), lambda _: b"kept").decode()
    assert read_plan(written, "plan").cases[0].call.stdin == b"kept"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("    stdin: {kind: silent}\n", Call(stdin=SpecialInput(kind=InputKind.SILENT))),
        ("    stdin: {file: a.txt}\n", Call(stdin=FileInput(file=b"a.txt"))),
        ("    stdin: silent\n", Call(stdin=b"silent")),
        ("    tty: {}\n", Call(tty=Terminal())),
        ("    tty: {columns: 132}\n", Call(tty=Terminal(columns=132))),
    ],
)
def test_a_person_writes_it_shortly(written: str, expected: Call) -> None:
    assert read_plan(HEAD + written, "plan").cases[0].call == expected


def test_a_wrong_kind_is_told_with_line_and_choices() -> None:
    with pytest.raises(PlanError) as caught:
        read_plan(HEAD + "    stdin: {kind: loud}\n", "plan.yaml")
    assert "plan.yaml:7: cases.0.call.stdin.kind" in caught.value.message
    assert "'silent', 'endless' or 'closed'" in caught.value.message


def test_a_mistyped_key_is_told_with_those_that_are_near() -> None:
    with pytest.raises(PlanError) as caught:
        read_plan(HEAD + "    tty: {colums: 132}\n", "plan.yaml")
    assert "columns" in (caught.value.hint or "")
