"""Each rule of each value, with something that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.models.call import BlobRef, Call, CallFile, FileKind, Limits, Surroundings
from shared.models.cli_tool import Argument, CliTool, Command, Option, Takes
from shared.models.finding import Evidence, Finding, Severity, Subject, Verdict, VerdictWord
from shared.models.job import JobSpec, ToolSpec
from shared.models.test_plan import Intent, Relation, TestCase, TestPlan
from shared.models.test_report import ReportedFinding
from shared.models.test_result import Status, Stream, TestResult

CALL = Call(argv=(b"x",))
CASE = {"call": CALL, "intent": Intent.EXPLORE, "technique": "t"}
RESULT = {"call_digest": "d", "status": Status.OK, "exit_code": 0}
FINDING: dict[str, Any] = {
    "subject": Subject(tool="t", check="a.b"),
    "code": "TN101",
    "severity": Severity.HIGH,
    "title": "title",
    "message": "m",
    "expected": "e",
    "got": "g",
    "call": CALL,
    "reproduce": "t x",
    "cases": ("k",),
    "confirmed": (3, 3),
}
RELATION = {"kind": "k", "group": "g", "role": "base"}


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (Call, {"argv": [b"a\0b"]}, "NUL"),
        (Call, {"argv": [{"base64": "!"}]}, "base64|Only base64|incorrect"),
        (Call, {"argv": ["a"], "extra": 1}, "Extra inputs"),
        (Call, {"files": [CallFile(path=b"a"), CallFile(path=b"a")]}, "same path"),
        (Call, {"files": [CallFile(path=b"a"), CallFile(path=b"a/b")]}, "no directory"),
        (Call, {"env": {"not a name": b""}}, "not the name of an environment variable"),
        (Call, {"env": {"A": b"\0"}}, "NUL"),
        (CallFile, {"path": b"/etc/passwd"}, "not a path below"),
        (CallFile, {"path": b"../up"}, "not a path below"),
        (CallFile, {"path": b"a//b"}, "not a path below"),
        (CallFile, {"path": b""}, "not a path below"),
        (CallFile, {"path": b"a", "mode": 0o4755}, "less than or equal"),
        (CallFile, {"path": b"a", "kind": FileKind.OTHER}, "only files, directories and links"),
        (BlobRef, {"blob": "abc", "size": 1}, "pattern"),
        (BlobRef, {"blob": "a" * 64, "size": -1}, "greater than or equal"),
        (Limits, {"wall_s": 0}, "greater than 0"),
        (Limits, {"processes": 1}, "greater than or equal"),
        (Surroundings, {"folder": "../x"}, "pattern"),
        (Surroundings, {"width": 1}, "greater than or equal"),
        (ToolSpec, {"argv": []}, "at least 1"),
        (ToolSpec, {"argv": [b""]}, "empty"),
        (JobSpec, {"tool": {"argv": ["x"]}, "seed": -1}, "greater than or equal"),
        (JobSpec, {"tool": {"argv": ["x"]}, "max_cases": 0}, "greater than or equal"),
        (JobSpec, {"tool": {"argv": ["x"]}, "max_time_s": 0}, "greater than 0"),
        (JobSpec, {"tool": {"argv": ["x"]}, "profile": "huge"}, "quick"),
        (Option, {"names": []}, "at least 1"),
        (Option, {"names": ["-a", "-a"]}, "twice"),
        (Option, {"names": ["- a"]}, "not the spelling"),
        (Option, {"names": ["-\x1b"]}, "not the spelling"),
        (Option, {"names": ["-a"], "choices": ["x"]}, "takes no value"),
        (Option, {"names": ["-a"], "confidence": 1.5}, "less than or equal"),
        (Option, {"names": ["-a"], "line": 0}, "greater than or equal"),
        (Argument, {"name": ""}, "at least 1"),
        (Command, {"path": " a"}, "not the path of a command"),
        (Command, {"options": [Option(names=("-a",)), Option(names=("-b", "-a"))]}, "in two options"),
        (CliTool, {"name": "t", "argv": ["t"], "fingerprint": "f", "commands": {}}, "itself is missing"),
        (
            CliTool,
            {"name": "t", "argv": ["t"], "fingerprint": "f", "commands": {"": {}, "a b": {"path": "a b"}}},
            "no parent",
        ),
        (
            CliTool,
            {"name": "t", "argv": ["t"], "fingerprint": "f", "commands": {"": {"path": "b"}}},
            "stands under",
        ),
        (TestCase, {**CASE, "technique": ""}, "at least 1"),
        (TestCase, {**CASE, "intent": Intent.MUST_WORK, "wrong": "x"}, "no wrong part"),
        (TestCase, {**CASE, "repetitions": 0}, "greater than or equal"),
        (TestCase, {**CASE, "repetitions": 100}, "less than or equal"),
        (TestCase, {**CASE, "relations": [Relation(**RELATION), Relation(**RELATION)]}, "two roles"),
        (TestPlan, {"tool": "t", "cases": [TestCase(**CASE), TestCase(**CASE)]}, "same call as case 1"),
        (TestPlan, {"tool": ""}, "at least 1"),
        (Stream, {"head": b"abc", "total_bytes": 2}, "longer than the whole"),
        (TestResult, {**RESULT, "exit_code": None}, "does not go with"),
        (TestResult, {**RESULT, "exit_code": 1}, "does not go with"),
        (TestResult, {**RESULT, "signal": 11}, "does not go with"),
        (TestResult, {**RESULT, "status": Status.SIGNALLED, "exit_code": None}, "does not go with"),
        (TestResult, {**RESULT, "status": Status.TIMEOUT_WALL}, "does not go with"),
        (TestResult, {**RESULT, "status": Status.NONZERO, "exit_code": 256}, "less than or equal"),
        (TestResult, {**RESULT, "repetition": -1}, "greater than or equal"),
        (Finding, {**FINDING, "code": "X1"}, "pattern"),
        (Finding, {**FINDING, "title": ""}, "at least 1"),
        (Finding, {**FINDING, "cases": ()}, "at least 1"),
        (Finding, {**FINDING, "confirmed": (0, 3)}, "no confirmation"),
        (Finding, {**FINDING, "confirmed": (4, 3)}, "no confirmation"),
        (Evidence, {"label": "", "text": "x"}, "at least 1"),
        (Verdict, {"key": "k", "word": VerdictWord.FAIL}, "fails by its findings"),
        (Verdict, {"key": "k", "word": VerdictWord.PASS, "findings": ("f",)}, "fails by its findings"),
        (Verdict, {"key": "k", "word": VerdictWord.FLAKY}, "has a rate"),
        (Verdict, {"key": "k", "word": VerdictWord.FLAKY, "rate": 1.0}, "less than 1"),
        (Verdict, {"key": "k", "word": VerdictWord.SKIP}, "needs a reason"),
        (Verdict, {"key": "k", "word": VerdictWord.ERROR}, "needs a reason"),
        (
            ReportedFinding,
            {"id": "G1", "finding": FINDING, "first_seen": "2030-01-01", "last_seen": "2030-01-01"},
            "pattern",
        ),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused(kind: type[BaseModel], given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){message}"):
        kind.model_validate(given)


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CALL.argv = (b"y",)  # type: ignore[misc]


def test_a_content_counts_by_its_hash_wherever_it_is_kept() -> None:
    inline = Call(argv=(b"x",), stdin=b"data", files=(CallFile(path=b"f", content=b"more"),))
    kept = Call(argv=(b"x",), stdin=BlobRef.of(b"data"), files=(CallFile(path=b"f", content=BlobRef.of(b"more")),))
    assert inline.digest() == kept.digest()
    assert inline.digest() != Call(argv=(b"x",), stdin=b"data").digest()


def test_the_order_of_files_does_not_matter() -> None:
    one, other = CallFile(path=b"a"), CallFile(path=b"b")
    assert Call(files=(one, other)) == Call(files=(other, one))


def test_a_field_at_its_default_changes_no_digest() -> None:
    assert Call(argv=(b"x",)).digest() == Call(argv=(b"x",), env={}, files=(), limits=None).digest()
    assert Call(argv=(b"x",)).digest() != Call(argv=(b"x",), stdin=b"").digest()


def test_the_fingerprint_of_a_finding_is_what_stays_the_same() -> None:
    one = Finding(**FINDING)
    again = Finding(**{**FINDING, "title": "another", "cases": ("a", "b"), "confirmed": (2, 3), "got": "else"})
    other = Finding(**{**FINDING, "subject": Subject(tool="t", check="a.b", what="--x")})
    assert one.fingerprint == again.fingerprint != other.fingerprint


def test_a_tool_is_named_without_its_folder() -> None:
    assert ToolSpec(argv=(b"/opt/x/bin/aws", b"s3")).name == "aws s3"


def test_an_option_knows_its_spellings() -> None:
    option = Option(names=("-w", "--width", "-width"), takes_value=Takes.REQUIRED)
    assert option.name == "--width"
    assert option.long_names == ("--width",)
    assert option.short_names == ("-w",)
