"""The report as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import shared.documents.report
from shared.documents.report import schema
from shared.models.base import bytes_from_json
from shared.models.call import BlobRef, Call, CallFile, FileInput, InputKind, SpecialInput, Terminal
from shared.models.finding import Evidence
from shared.models.test_report import TestReport
from tests.fakes.report import HOSTILE, clean, ended, failed, findings, gathered, hostile, huge, rich
from tests.golden_files import assert_golden, assert_same
from worker.reporting.assemble import assemble
from worker.reporting.json_writer import JsonWriter

# What others read of a finding: no field more, none less.
FINDING_FIELDS = """
    id fingerprint tool code check severity argv stdin tty files exit_code signal channel compared_with signature
    message expected got reproduce confirmed cases accepted
"""


def written(report: TestReport) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(JsonWriter().write(report))
    return document


def with_call(call: Call) -> dict[str, Any]:
    found = findings()[0].model_copy(update={"call": call})
    one: dict[str, Any] = written(assemble(gathered(found=(found,))))["findings"][0]
    return one


@pytest.mark.parametrize("make", [rich, hostile, failed, clean, lambda: huge(3)])
def test_every_report_is_what_the_schema_describes(make: Callable[[], TestReport]) -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(written(make()))


def test_the_schema_describes_every_field_and_no_other() -> None:
    document = written(rich())
    Draft202012Validator(schema()).validate(document)
    for broken in ({**document, "more": 1}, {key: document[key] for key in document if key != "digest"}):
        assert not Draft202012Validator(schema()).is_valid(broken)


def test_the_schema_in_the_package_is_the_one_in_the_code() -> None:
    path = Path(shared.documents.report.__file__).with_name("report.schema.json")
    assert_same(path, (json.dumps(schema(), indent=2) + "\n").encode())


def test_the_document_is_as_a_person_last_saw_it() -> None:
    assert_golden("report.json", JsonWriter().write(rich()))


def test_a_finding_says_what_others_read_of_it() -> None:
    found = written(rich())["findings"]
    assert all(list(one) == FINDING_FIELDS.split() for one in found)
    crash, *_, short, _, _ = found
    assert crash["argv"] == ["/usr/bin/frob", "sync", "nofile"]
    assert (crash["confirmed"], crash["cases"], crash["accepted"]) == ("3/3", 1, None)
    assert crash["compared_with"] is None
    assert short["compared_with"] == "frob --width 10 list a.txt"
    assert (short["channel"], short["files"]) == ("stdout", {"a.txt": "one\ntwo\nthree\n"})


def test_coverage_is_counted_by_kind() -> None:
    summary = written(rich())["coverage"]["summary"]
    assert summary["option"] == {"total": 17, "worked": 8, "refused": 5, "untried": 4}
    assert list(summary) == ["command", "option", "argument"]


def test_what_the_tool_printed_survives_as_data() -> None:
    detail = written(hostile())["details"]["F1"]
    assert detail["evidence"][0]["text"] == HOSTILE
    assert "\x1b[31m" in detail["evidence"][0]["text"]
    assert "\0" in detail["title"]


def test_a_lone_surrogate_survives_too() -> None:
    report = rich()
    evidence = (Evidence(label="odd", text="before \udcff after"),)
    finding = report.findings[0].finding.model_copy(update={"evidence": evidence})
    odd = report.findings[0].model_copy(update={"finding": finding})
    assert written(report.model_copy(update={"findings": (odd,)}))["details"]["F1"]["evidence"] == [
        {"label": "odd", "text": "before \udcff after"}
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=6).map(lambda word: word.replace(b"\0", b"")), max_size=3), st.binary(max_size=8))
def test_any_bytes_of_a_call_can_be_read_back(words: list[bytes], stdin: bytes) -> None:
    content = CallFile(path=b"in.bin", content=stdin)
    one = with_call(Call(argv=tuple(words), stdin=stdin, files=(content,)))
    assert [bytes_from_json(word) for word in one["argv"][1:]] == words
    assert bytes_from_json(one["stdin"]) == stdin
    assert bytes_from_json(one["files"]["in.bin"]) == stdin


def test_a_content_that_only_the_store_has_is_named() -> None:
    blob = BlobRef.of(b"large")
    one = with_call(Call(stdin=blob, files=(CallFile(path=b"f", content=blob),)))
    assert one["stdin"] == one["files"]["f"] == {"blob": blob.blob, "size": 5}


def test_folders_links_and_odd_names_have_a_place_among_the_files() -> None:
    assert written(hostile())["findings"][0]["files"] == {
        r"$'in/d\xff'": {"directory": True},
        "in/link": {"link": "nowhere"},
    }


def test_the_tools_name_is_as_it_was_typed_whatever_was_learned() -> None:
    assert written(rich())["tool"]["argv"] == ["/usr/bin/frob"]
    base = gathered()
    spec = base.job.spec.model_copy(update={"tool": base.job.spec.tool.model_copy(update={"argv": (b"frob", b"\xff")})})
    learned = base.tool and base.tool.model_copy(update={"argv": (b"frob", b"\xff")})
    report = assemble(base._replace(job=base.job.model_copy(update={"spec": spec}), tool=learned))
    assert written(ended(report))["tool"]["argv"] == ["frob", {"base64": "/w=="}]


@pytest.mark.parametrize(
    ("call", "stdin", "tty"),
    [
        (Call(), None, None),
        (Call(stdin=SpecialInput(kind=InputKind.SILENT)), {"kind": "silent"}, None),
        (Call(stdin=FileInput(file=b"a.txt")), {"file": "a.txt"}, None),
        (Call(stdin=FileInput(file=b"\xff")), {"file": {"base64": "/w=="}}, None),
        (Call(tty=Terminal(), stdin=b"y"), "y", {"columns": 80, "rows": 24}),
    ],
)
def test_every_kind_of_input_and_a_terminal_are_told(call: Call, stdin: object, tty: object) -> None:
    one = with_call(call)
    assert (one["stdin"], one["tty"]) == (stdin, tty)
