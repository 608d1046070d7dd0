"""The plan document: YAML 1.2 that a person can edit and keep in git, or the same as JSON.

Every scalar is text: `no`, `1:30` and `007` stay what was typed. Contents that the store keeps as blobs are written
out, so that a plan is whole in itself.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shared.models.base import bytes_to_json
from shared.models.call import BlobRef, Call, CallFile, FileInput, SpecialInput, Terminal
from shared.models.job import Profile
from shared.models.test_plan import TestCase, TestPlan
from shared.utils.errors import UsageError
from shared.utils.text import near, visible

SCHEMA_VERSION = 1
_MOST_NODES = 3_000_000
_NULL = "tag:yaml.org,2002:null"
_HEAD = "Plan of testronaut. Edit, comment, keep it in git; run it with: testronaut run TOOL --plan FILE"

ReadBlob = Callable[[str], bytes]
Place = tuple[str | int, ...]


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


def write_plan_json(plan: TestPlan, blob: ReadBlob) -> bytes:
    """Write a plan as JSON."""
    return (json.dumps(_content(plan, blob), indent=2, ensure_ascii=False) + "\n").encode()


def write_plan_yaml(plan: TestPlan, blob: ReadBlob) -> bytes:
    """Write a plan as YAML 1.2, with a comment that says what it is."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = None, False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, 120
    target = io.BytesIO()
    target.write(f"# {_HEAD}\n".encode())
    yaml.dump(_content(plan, blob), target)
    return target.getvalue()


def read_plan(text: str, name: str) -> TestPlan:
    """Read a plan from YAML or JSON, which is YAML too; `name` is the file's, for messages.

    Raises:
        PlanError: it is none; the message names line and key.

    """
    quick = _from_json(text)
    if quick is not None:
        return quick
    root = _compose(text, name)
    content = _Reader(name).value(root)
    if not isinstance(content, dict):
        raise PlanError(f"{name}: a plan is a mapping with `tool` and `cases`")
    _require_version(content, name)
    for case in content.get("cases") or ():
        if isinstance(case, dict):
            case.pop("key", None)
    try:
        document = PlanDocument.model_validate(content)
        return TestPlan(tool=document.tool, seed=document.seed, profile=document.profile, cases=tuple(document.cases))
    except ValidationError as error:
        raise _explain(error, root, name) from error


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
        return TestPlan(tool=document.tool, seed=document.seed, profile=document.profile, cases=tuple(document.cases))
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None  # the patient reader says what is wrong, and where


def _content(plan: TestPlan, blob: ReadBlob) -> dict[str, Any]:
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


def _compose(text: str, name: str) -> Node:
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise PlanError(f"{name}{line}: not YAML: {visible(str(error.problem or error.context))}") from error
    except (YAMLError, ValueError) as error:
        raise PlanError(f"{name}: not YAML: {visible(str(error).splitlines()[0])}") from error
    if root is None:
        raise PlanError(f"{name} is empty")
    return root


class _Reader:
    """Turns nodes into plain values, without making ever more of a file that repeats itself by aliases."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def value(self, node: Node) -> object:
        """Give the value of a node: text, None, a list or a mapping."""
        self._count += 1
        if self._count > _MOST_NODES:
            raise PlanError(f"{self._name}: too large for a plan")
        match node:
            case ScalarNode():
                return None if node.tag == _NULL and not node.style else node.value
            case SequenceNode():
                return [self.value(child) for child in node.value]
            case MappingNode():
                return self._mapping(node)
            case _:
                raise PlanError(f"{self._name}:{node.start_mark.line + 1}: this has no place in a plan")

    def _mapping(self, node: MappingNode) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise PlanError(f"{self._name}:{line}: a key must be a word")
            if key.value in found:
                raise PlanError(f"{self._name}:{line}: {visible(key.value)!r} stands here twice")
            found[key.value] = self.value(value)
        return found


def _require_version(content: dict[str, object], name: str) -> None:
    version = content.get("schema_version")
    if str(version) != str(SCHEMA_VERSION):
        given = "is missing" if version is None else f"is {visible(str(version))!r}"
        raise PlanError(f"{name}: schema_version {given}, this version reads {SCHEMA_VERSION}")


def _explain(error: ValidationError, root: Node, name: str) -> PlanError:
    problem = error.errors()[0]
    place: Place = tuple(problem["loc"])
    key = ".".join(str(part) for part in place if not _is_of_pydantic(part)) or "the plan"
    message = str(problem["msg"]).removeprefix("Value error, ")
    line = _line_of(root, place)
    hint = None
    if problem["type"] == "extra_forbidden":
        likely = near(str(place[-1]), _known())
        message = "unknown key"
        hint = f"Near: {', '.join(likely)}." if likely else None
    return PlanError(f"{name}:{line}: {visible(key)}: {visible(message)}", hint)


_WRITTEN = (PlanDocument, TestCase, Call, CallFile, SpecialInput, FileInput, Terminal)


def _known() -> list[str]:
    return sorted({name for model in _WRITTEN for name in model.model_fields})


def _is_of_pydantic(part: str | int) -> bool:
    # Members of a union stand in the place as `function-before[...]` or the name of a class.
    return isinstance(part, str) and ("[" in part or part[:1].isupper())


def _line_of(node: Node, place: Sequence[str | int]) -> int:
    line = int(node.start_mark.line) + 1
    for part in place:
        child = _child(node, part)
        if child is None:
            continue
        key, node = child
        line = int(key.start_mark.line) + 1
    return line


def _child(node: Node, part: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    return None
