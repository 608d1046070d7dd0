"""The report as JUnit XML, for continuous integration: one suite per command, one test case per case."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import NamedTuple, assert_never
from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from shared.models.finding import VerdictWord
from shared.models.job import Fault
from shared.models.test_report import CaseReport, ReportedFinding, TestReport
from shared.utils.text import one_line, visible
from worker.reporting.words import ending, printed

_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_PRINTED = 8_000
_MOST_NAME = 300


class _Known(NamedTuple):
    """What suites and test cases are told with, worked out once.

    Findings go by their id, names of cases by key (no two are alike); `firsts` names a finding's first failed case.
    """

    findings: Mapping[str, ReportedFinding]
    names: Mapping[str, str]
    firsts: Mapping[str, str]
    properties: Mapping[str, str]
    timestamp: str | None

    @classmethod
    def of(cls, report: TestReport) -> _Known:
        """Look through a report once."""
        firsts: dict[str, str] = {}
        for case in report.cases:
            for one in case.findings:
                firsts.setdefault(one, case.key)
        findings = {reported.id: reported for reported in report.findings}
        timestamp = report.started_at.strftime("%Y-%m-%dT%H:%M:%S") if report.started_at else None
        return cls(findings, _names(report.cases), firsts, _properties(report), timestamp)


class JunitWriter:
    """Writes what CI systems read: findings are failures, our errors are errors, what else did not pass is skipped."""

    name = "junit"
    filename = "junit.xml"

    def write(self, report: TestReport) -> bytes:
        """Write one suite per command in the interface's order; what XML cannot hold is written as an escape."""
        document = JUnitXml(xml_safe(report.tool_name))
        known = _Known.of(report)
        for command, cases in _by_command(report.cases).items():
            document.add_testsuite(_suite(f"{report.tool_name} {command}".strip(), cases, known))
        if report.fault:
            document.add_testsuite(_fault_suite(report.tool_name, report.fault, known))
        document.update_statistics()  # type: ignore[no-untyped-call] # junitparser leaves it untyped
        return _render(document)


def xml_safe(text: str) -> str:
    r"""Write what XML 1.0 cannot hold, or what nobody would see, as `\x1b` or `\u202e`.

    A carriage return too: parsers would turn it into a line feed. What XML can hold: https://www.w3.org/TR/xml/#charsets
    """
    return visible(_NO_XML.sub(_escape, text), keep="\n\t")


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"  # noqa: PLR2004 - one byte


def _render(document: JUnitXml) -> bytes:
    # With lxml installed junitparser writes other bytes than without; a parse proves that XML came of it, too.
    written = BytesIO()
    document.write(written)
    root = ET.fromstring(written.getvalue())  # noqa: S314 - written by us
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _names(cases: Sequence[CaseReport]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for case in cases:
        name = f"{one_line(case.line, _MOST_NAME)} [{case.technique}]"
        seen[name] += 1
        names[case.key] = name if seen[name] == 1 else f"{name} #{seen[name]}"
    return names


def _by_command(cases: Sequence[CaseReport]) -> Mapping[str, Sequence[CaseReport]]:
    found: defaultdict[str, list[CaseReport]] = defaultdict(list)
    for case in cases:
        found[case.command].append(case)
    return found


def _suite(title: str, cases: Sequence[CaseReport], known: _Known) -> TestSuite:
    suite = _new_suite(title, known)
    # All at once: the suite is counted anew after each addition.
    suite.add_testcases([_case(case, title, known) for case in cases])
    return suite


def _case(case: CaseReport, title: str, known: _Known) -> TestCase:
    made = TestCase(xml_safe(known.names[case.key]), xml_safe(title), round(case.duration_ms / 1000, 3))
    outcome = _outcome(case, known)
    if outcome is not None:
        made.result = outcome
    return made


def _new_suite(title: str, known: _Known) -> TestSuite:
    suite = TestSuite(xml_safe(title))
    if known.timestamp:
        suite.timestamp = known.timestamp
    for name, value in known.properties.items():
        suite.add_property(name, xml_safe(value))
    return suite


def _properties(report: TestReport) -> Mapping[str, str]:
    version = report.tool.version if report.tool else None
    return {
        "tool": report.tool_name,
        "version": one_line(version or "unknown"),
        "seed": str(report.seed),
        "profile": report.profile.value,
        "digest": report.digest(),
        "job": str(report.job_id),
        "sandbox": report.sandbox.level or "none",
    }


def _outcome(case: CaseReport, known: _Known) -> FinalResult | None:
    match case.verdict:
        case VerdictWord.PASS:
            return None
        case VerdictWord.FAIL:
            return _filled(Failure(), *_failure(case, known))
        case VerdictWord.FLAKY:
            return _filled(Skipped(), f"flaky, seen in {case.rate or 0:.0%} of its tries: {case.reason}", "flaky")
        case VerdictWord.SKIP:
            return _filled(Skipped(), case.reason, "skipped")
        case VerdictWord.ERROR:
            return _filled(Error(), case.reason, ending(case.status, case.exit_code, case.signal))
        case _:
            assert_never(case.verdict)


def _filled(outcome: FinalResult, message: str, kind: str, text: str = "") -> FinalResult:
    outcome.message, outcome.type = xml_safe(one_line(message, _MOST_NAME)), xml_safe(kind)
    if text:
        outcome.text = xml_safe(text)
    return outcome


def _failure(case: CaseReport, known: _Known) -> tuple[str, str, str]:
    # The format knows one failure a test case: more findings share it.
    findings = [known.findings[one] for one in case.findings]
    if not findings:
        return "failed", "failed", ""
    worst = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    text = "\n\n".join("\n".join(_account(case, reported, known)) for reported in findings)
    return f"{worst.id} {worst.finding.severity}: {worst.finding.title}{more}", worst.finding.check, text


def _account(case: CaseReport, reported: ReportedFinding, known: _Known) -> Iterator[str]:
    """Tell a finding; its evidence stands with the first of its cases, or the file would repeat it without end."""
    finding = reported.finding
    seen, tried = finding.confirmed
    yield f"{reported.id} {finding.severity} {finding.code} {finding.check}: {printed(finding.title, _MOST_PRINTED)}"
    yield f"expected: {printed(finding.expected, _MOST_PRINTED)}"
    yield f"got:      {printed(finding.got, _MOST_PRINTED)}"
    yield f"reproduce: {printed(finding.reproduce, _MOST_PRINTED)}"
    yield f"confirmed {seen} of {tried}, fingerprint {finding.fingerprint}"
    first = known.firsts[reported.id]
    if case.key != first:
        yield f"evidence: see {known.names[first]}"
        return
    for evidence in finding.evidence:
        yield f"--- {one_line(evidence.label)}"
        yield printed(evidence.text, _MOST_PRINTED)


def _fault_suite(tool: str, fault: Fault, known: _Known) -> TestSuite:
    """Turn a job that failed into an error, so that no build is green because nothing was tested."""
    suite = _new_suite("testronaut", known)
    case = TestCase(xml_safe(f"test {tool}"), "testronaut")
    case.result = _filled(Error(), fault.message, fault.code, fault.hint)
    suite.add_testcase(case)
    return suite
