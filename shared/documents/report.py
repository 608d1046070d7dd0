"""The report document: what a job found out, as JSON that others read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.models.base import bytes_to_json
from shared.models.call import BlobRef, Call, CallFile, FileInput, FileKind, InputKind, Isolation, SpecialInput, Stdin
from shared.models.finding import Finding, Severity, VerdictWord
from shared.models.job import JobState, Network, Profile, StageName
from shared.models.test_report import Coverage, Reach, ReportedFinding, TestReport
from shared.utils.text import decode, quote, quote_all

SCHEMA_VERSION: Final = 1
_KINDS = ("command", "option", "argument")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Base64Document(_Document):
    """Bytes that are no UTF-8, or hold NUL."""

    base64: str


class BlobDocument(_Document):
    """A content that only the store holds, named by its SHA-256: one of the user's own files."""

    blob: str
    size: int


class LinkDocument(_Document):
    """A link, and where it leads."""

    link: str | Base64Document


class FolderDocument(_Document):
    """An empty folder."""

    directory: Literal[True] = True


class SpecialInputDocument(_Document):
    """A standard input that is no content: one that stays open and silent, lines without end, or none at all."""

    kind: InputKind


class FileInputDocument(_Document):
    """A standard input that is one of the call's files."""

    file: str | Base64Document


class TerminalDocument(_Document):
    """The size of the terminal that a call was made at."""

    columns: int
    rows: int


BytesDocument = str | Base64Document
ContentDocument = BytesDocument | BlobDocument
InputDocument = ContentDocument | SpecialInputDocument | FileInputDocument
FileDocument = ContentDocument | LinkDocument | FolderDocument


class FindingDocument(_Document):
    """One confirmed problem.

    `argv` begins with the tool's name as it was typed. `tty` is null where the call was made with pipes.
    `compared_with` is the other call as a shell line, where two were compared, and `channel` what differs.
    `fingerprint` is the same in the next job. `confirmed` is `3/3`: times seen of times tried. `cases` counts the cases
    behind it. `accepted` says why it is, and is null where it is not.
    """

    id: str = Field(pattern=r"^F[1-9]\d*$")
    fingerprint: str
    tool: str
    code: str = Field(pattern=r"^TN\d{3}$")
    check: str
    severity: Severity
    argv: list[BytesDocument]
    stdin: InputDocument | None
    tty: TerminalDocument | None
    files: dict[str, FileDocument]
    exit_code: int | None
    signal: int | None
    channel: str | None
    compared_with: str | None
    signature: str
    message: str
    expected: str
    got: str
    reproduce: str
    confirmed: str = Field(pattern=r"^\d+/\d+$")
    cases: int
    accepted: str | None


class EvidenceDocument(_Document):
    """Something seen, under a label."""

    label: str
    text: str


class DetailDocument(_Document):
    """More about a finding, for people: `cases` are the keys of the plan's cases behind it."""

    title: str
    command: str
    first_seen: datetime
    last_seen: datetime
    cases: list[str]
    evidence: list[EvidenceDocument]


class ToolDocument(_Document):
    """The tool under test; version and fingerprint are null where it was never reached."""

    name: str
    version: str | None
    argv: list[BytesDocument]
    fingerprint: str | None


class StageDocument(_Document):
    """When a stage ran, over all its shards and attempts; `reused` of its `calls` were seen by earlier jobs."""

    stage: StageName
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    calls: int
    reused: int
    attempts: int


class SandboxDocument(_Document):
    """Where the calls ran, what they could reach, and what that place does not hold."""

    level: str
    isolation: Isolation
    network: Network
    missing: list[str]


class ReachDocument(_Document):
    """How far the parts of a kind were reached."""

    total: int
    worked: int
    refused: int
    untried: int


class PartDocument(_Document):
    """One part of the interface: `command:PATH`, `option:PATH:--name`, `argument:PATH:NAME`."""

    label: str
    reach: Reach
    cases: int
    why: str


class CoverageDocument(_Document):
    """What was reached of the interface: counts by kind (`command`, `option`, `argument`), then part by part."""

    summary: dict[str, ReachDocument]
    parts: list[PartDocument]


class FaultDocument(_Document):
    """What we could not do; it says nothing about the tool."""

    code: str
    message: str
    hint: str
    exit_code: int


class ReportDocument(_Document):
    """What a job found out.

    `digest` is equal for equal findings, verdicts and coverage, whatever happened on the way. `details` holds, by the
    finding's id, what people want to read of it. A partial report is of a job that was interrupted or still runs.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    job: str
    state: JobState
    is_partial: bool
    fault: FaultDocument | None
    tool: ToolDocument
    seed: int
    profile: Profile
    versions: dict[str, str]
    trace_id: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stages: list[StageDocument]
    sandbox: SandboxDocument
    coverage: CoverageDocument
    planned: int
    executed: int
    totals: dict[VerdictWord, int]
    warnings: list[str]
    digest: str
    findings: list[FindingDocument]
    details: dict[str, DetailDocument]


def schema() -> dict[str, Any]:
    """Give the JSON Schema of the document; `report.schema.json` beside this module is a copy of it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ReportDocument.model_json_schema(mode="serialization"),
        "title": "Testronaut report",
    }


def write_report(report: TestReport) -> bytes:
    """Write a report as JSON; a lone surrogate, which UTF-8 does not know, stays what it is as an escape."""
    content = report_document(report).model_dump(mode="json")
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return (_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n").encode()


def report_document(report: TestReport) -> ReportDocument:
    """Turn a report into its document."""
    return ReportDocument(
        job=str(report.job_id),
        state=report.state,
        is_partial=report.is_partial,
        fault=FaultDocument(**report.fault.model_dump()) if report.fault else None,
        tool=_tool(report),
        seed=report.seed,
        profile=report.profile,
        versions=report.versions,
        trace_id=report.trace_id,
        created_at=report.created_at,
        started_at=report.started_at,
        ended_at=report.ended_at,
        stages=[StageDocument(**time.model_dump(), seconds=time.seconds) for time in report.stages],
        sandbox=SandboxDocument(
            level=report.sandbox.level,
            isolation=report.sandbox.isolation,
            network=report.sandbox.network,
            missing=[*report.sandbox.missing],
        ),
        coverage=_coverage(report.coverage),
        planned=report.planned,
        executed=report.executed,
        totals={word: report.totals.get(word, 0) for word in VerdictWord},
        warnings=[*report.warnings],
        digest=report.digest(),
        findings=[_finding(reported, report) for reported in report.findings],
        details={reported.id: _detail(reported) for reported in report.findings},
    )


def _tool(report: TestReport) -> ToolDocument:
    learned = report.tool
    return ToolDocument(
        name=report.tool_name,
        version=learned.version if learned else None,
        argv=_words_of(report),
        fingerprint=learned.fingerprint if learned else None,
    )


def _words_of(report: TestReport) -> list[BytesDocument]:
    """Give the tool's words as they were typed, byte by byte where the interface remembers them."""
    remembered = report.tool.argv if report.tool else ()
    is_same = tuple(decode(word) for word in remembered) == report.tool_argv
    return _words(remembered) if is_same else [*report.tool_argv]


def _words(words: Iterable[bytes]) -> list[BytesDocument]:
    return [_bytes(word) for word in words]


def _bytes(raw: bytes) -> BytesDocument:
    written = bytes_to_json(raw)
    return written if isinstance(written, str) else Base64Document(**written)


def _content(content: BlobRef | bytes) -> ContentDocument:
    return BlobDocument(**content.model_dump()) if isinstance(content, BlobRef) else _bytes(content)


def _input(stdin: Stdin) -> InputDocument:
    if isinstance(stdin, SpecialInput):
        return SpecialInputDocument(kind=stdin.kind)
    return FileInputDocument(file=_bytes(stdin.file)) if isinstance(stdin, FileInput) else _content(stdin)


def _files(files: Sequence[CallFile]) -> dict[str, FileDocument]:
    return {_name(file.path): _file(file) for file in files}


def _name(path: bytes) -> str:
    """Give the name of a file as a key: itself, or quoted for a shell where it is no UTF-8."""
    try:
        return path.decode()
    except UnicodeDecodeError:
        return quote(path)


def _file(file: CallFile) -> FileDocument:
    if file.kind is FileKind.DIRECTORY:
        return FolderDocument()
    if file.kind is FileKind.LINK and not isinstance(file.content, BlobRef):
        return LinkDocument(link=_bytes(file.content))
    return _content(file.content)


def _finding(reported: ReportedFinding, report: TestReport) -> FindingDocument:
    finding = reported.finding
    seen, tried = finding.confirmed
    return FindingDocument(
        id=reported.id,
        fingerprint=finding.fingerprint,
        tool=finding.subject.tool,
        code=finding.code,
        check=finding.check,
        severity=finding.severity,
        argv=[*_words_of(report), *_words(finding.call.argv)],
        stdin=None if finding.call.stdin is None else _input(finding.call.stdin),
        tty=None if finding.call.tty is None else TerminalDocument(**finding.call.tty.model_dump()),
        files=_files(finding.call.files),
        exit_code=finding.exit_code,
        signal=finding.signal,
        channel=finding.channel,
        compared_with=_other_line(finding, report),
        signature=finding.signature,
        message=finding.message,
        expected=finding.expected,
        got=finding.got,
        reproduce=finding.reproduce,
        confirmed=f"{seen}/{tried}",
        cases=len(finding.cases),
        accepted=None,
    )


def _other_line(finding: Finding, report: TestReport) -> str | None:
    other: Call | None = finding.compared_with
    return None if other is None else f"{report.tool_name} {quote_all(other.argv)}".strip()


def _detail(reported: ReportedFinding) -> DetailDocument:
    finding = reported.finding
    return DetailDocument(
        title=finding.title,
        command=finding.subject.command,
        first_seen=reported.first_seen,
        last_seen=reported.last_seen,
        cases=[*finding.cases],
        evidence=[EvidenceDocument(label=one.label, text=one.text) for one in finding.evidence],
    )


def _coverage(coverage: Coverage) -> CoverageDocument:
    return CoverageDocument(
        summary={kind: _reached(coverage, kind) for kind in _KINDS},
        parts=[PartDocument(**part.model_dump()) for part in coverage.parts],
    )


def _reached(coverage: Coverage, kind: str) -> ReachDocument:
    return ReachDocument(
        total=coverage.count(kind),
        worked=coverage.count(kind, Reach.WORKED),
        refused=coverage.count(kind, Reach.REFUSED),
        untried=coverage.count(kind, Reach.UNTRIED),
    )
