"""The plan document: YAML 1.2 that a person can edit and keep in git, or the same as JSON.

Every scalar is text: `no`, `1:30` and `007` stay what was typed. Contents that the store keeps as blobs are written
out, so that a plan is whole in itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.models.base import bytes_to_json
from shared.models.call import BlobRef
from shared.models.job import Profile
from shared.models.test_plan import TestCase, TestPlan
from shared.utils.errors import UsageError

SCHEMA_VERSION = 1

ReadBlob = Callable[[str], bytes]


class PlanError(UsageError):
    """A plan that cannot be read."""

    code = "plan.invalid"
    hint = "Compare with what `testronaut plan TOOL -f yaml` writes."


class PlanDocument(BaseModel):
    """A plan as it stands in a file; a case's key is computed where it is absent, and never believed."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int
    tool: str
    seed: int = 0
    profile: Profile = Profile.STANDARD
    cases: list[TestCase]

    def plan(self) -> TestPlan:
        """Give the plan itself.

        Raises:
            ValueError: its cases do not go together.

        """
        return TestPlan(tool=self.tool, seed=self.seed, profile=self.profile, cases=tuple(self.cases))


def write_plan_json(plan: TestPlan, blob: ReadBlob) -> bytes:
    """Write a plan as JSON."""
    return (json.dumps(content_of(plan, blob), indent=2, ensure_ascii=False) + "\n").encode()


def write_plan_yaml(plan: TestPlan, blob: ReadBlob) -> bytes:
    """Write a plan as YAML 1.2, with a comment that says what it is."""
    from shared.documents import plan_yaml  # noqa: PLC0415 - loads YAML, which a plan that is JSON never needs

    return plan_yaml.write(content_of(plan, blob))


def read_plan(text: str, name: str) -> TestPlan:
    """Read a plan from YAML or JSON, which is YAML too; `name` is the file's, for messages.

    Raises:
        PlanError: it is none; the message names line and key.

    """
    quick = _from_json(text)
    if quick is not None:
        return quick
    from shared.documents import plan_yaml  # noqa: PLC0415 - as above

    return plan_yaml.read(text, name)


def _from_json(text: str) -> TestPlan | None:
    """Read a plan that is plain and faultless JSON, as programs write it: in a fraction of the time."""
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text)
        for case in content["cases"]:
            case.pop("key", None)
        document = PlanDocument.model_validate(content)
        if document.schema_version != SCHEMA_VERSION:
            return None
        return document.plan()
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None  # the patient reader says what is wrong, and where


def content_of(plan: TestPlan, blob: ReadBlob) -> dict[str, Any]:
    """Say in plain values what stands in the file of a plan."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": plan.tool,
        "seed": plan.seed,
        "profile": plan.profile.value,
        "cases": [_case(case, blob) for case in plan.cases],
    }


def _case(case: TestCase, blob: ReadBlob) -> dict[str, Any]:
    content: dict[str, Any] = case.model_dump(mode="json", exclude_defaults=True)
    stdin = case.call.stdin
    if isinstance(stdin, BlobRef):
        content["call"]["stdin"] = bytes_to_json(blob(stdin.blob))
    for written, file in zip(content["call"].get("files", ()), case.call.files, strict=False):
        if isinstance(file.content, BlobRef):
            written["content"] = bytes_to_json(blob(file.content.blob))
    return {"key": case.key, **content}
