"""Plans as YAML: what a person has written is read patiently, so that every fault is named with its line."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shared.documents.plan import SCHEMA_VERSION, PlanDocument, PlanError
from shared.models.call import Call, CallFile, FileInput, SpecialInput, Terminal
from shared.models.test_plan import TestCase, TestPlan
from shared.utils.text import near, visible

_HEAD = "Plan of testronaut. Edit, comment, keep it in git; run it with: testronaut run TOOL --plan FILE"
_MOST_NODES = 3_000_000
_NULL = "tag:yaml.org,2002:null"

Place = tuple[str | int, ...]


def write(content: Mapping[str, Any]) -> bytes:
    """Write the content of a plan, with a comment that says what it is."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = None, False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, 120
    target = io.BytesIO()
    target.write(f"# {_HEAD}\n".encode())
    yaml.dump(content, target)
    return target.getvalue()


def read(text: str, name: str) -> TestPlan:
    """Read a plan from YAML, or from JSON that is not faultless; `name` is the file's, for messages.

    Raises:
        PlanError: it is none; the message names line and key.

    """
    root = _compose(text, name)
    content = _Reader(name).value(root)
    if not isinstance(content, dict):
        raise PlanError(f"{name}: a plan is a mapping with `tool` and `cases`")
    _require_version(content, name)
    for case in content.get("cases") or ():
        if isinstance(case, dict):
            case.pop("key", None)
    try:
        return PlanDocument.model_validate(content).plan()
    except ValidationError as error:
        raise _explain(error, root, name) from error


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
