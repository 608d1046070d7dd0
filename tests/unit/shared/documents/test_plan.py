"""Plans as files: what is written is read again, by the quick reader of faultless JSON as by the patient one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.documents.plan import PlanError, read_plan, write_plan_json, write_plan_yaml
from shared.models.call import Call, CallFile
from shared.models.test_plan import Intent, TestCase, TestPlan

PLAN = TestPlan(
    tool="frob",
    seed=7,
    cases=(
        TestCase(call=Call(argv=(b"no", b"1:30", b"007", b"\xff")), intent=Intent.MUST_WORK, technique="given"),
        TestCase(
            call=Call(argv=(b"x",), stdin=b"null\n", files=(CallFile(path=b"a", content=b"~"),), env={"A": b"true"}),
            intent=Intent.MUST_REFUSE,
            technique="given",
            wrong="x",
        ),
    ),
)


@pytest.mark.parametrize("write", [write_plan_json, write_plan_yaml])
def test_what_is_written_is_read_again(write: Callable[..., bytes]) -> None:
    assert read_plan(write(PLAN, lambda _: b"").decode(), "plan") == PLAN


def test_json_that_a_person_wrote_is_read_as_yaml_is() -> None:
    told = {"schema_version": "1", "tool": "frob", "cases": [{"call": {"argv": [7]}, "intent": "explore"}]}
    told["cases"][0]["technique"] = "given"  # type: ignore[index]
    assert read_plan(json.dumps(told), "plan").cases[0].call.argv == (b"7",)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"cases": [{"key": "believed"}]}, "cases"), ({"schema_version": 99}, "99"), ({"colour": "red"}, "colour")],
)
def test_what_is_wrong_in_json_is_said_with_its_place(change: dict[str, object], said: str) -> None:
    told = json.dumps({**json.loads(write_plan_json(PLAN, lambda _: b"")), **change}, indent=1)
    with pytest.raises(PlanError, match=said):
        read_plan(told, "plan")


def test_a_key_is_never_believed() -> None:
    told = json.loads(write_plan_json(PLAN, lambda _: b""))
    told["cases"][0]["key"] = "0" * 64
    assert read_plan(json.dumps(told), "plan") == PLAN
