"""The report as JUnit XML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from shared.models.finding import VerdictWord
from shared.models.test_plan import Intent
from shared.models.test_report import TestReport
from tests.fakes.frob import Ran, case, result
from tests.fakes.report import clean, ended, failed, findings, gathered, hostile, huge, rich
from tests.golden_files import assert_golden
from worker.reporting.assemble import assemble
from worker.reporting.junit import JunitWriter, xml_safe

ALL = pytest.mark.parametrize("make", [rich, hostile, failed, clean, lambda: huge(3)])


def written(report: TestReport) -> ET.Element:
    return ET.fromstring(JunitWriter().write(report))


def test_the_document_is_as_a_person_last_saw_it() -> None:
    assert_golden("junit.xml", JunitWriter().write(rich()))


@ALL
def test_every_report_is_parsed_by_either_parser(make: Callable[[], TestReport]) -> None:
    content = JunitWriter().write(make())
    assert ET.fromstring(content).tag == etree.fromstring(content).tag == "testsuites"


@ALL
def test_the_bytes_do_not_depend_on_the_parser_that_is_installed(
    make: Callable[[], TestReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_lxml = JunitWriter().write(make())
    monkeypatch.setattr("junitparser.junitparser.etree", ET)
    assert JunitWriter().write(make()) == with_lxml


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=40))
@example("\0\x01\x08\t\n\x0b\r\x1b\x7f\x85\ud800\udfff\ufffe\uffff\U0010ffff")
def test_any_text_survives_the_way_through_xml(text: str) -> None:
    safe = xml_safe(text)
    element = ET.Element("x", {"y": safe})
    element.text = safe
    content = ET.tostring(element, encoding="utf-8")
    assert (ET.fromstring(content).text or "") == safe
    assert (etree.fromstring(content).text or "") == safe
    assert xml_safe(safe) == safe


def test_what_xml_can_hold_stays_as_it_is_and_all_else_is_named() -> None:
    assert xml_safe("a\tb\nc é 中 \U0001f600 <&>") == "a\tb\nc é 中 \U0001f600 <&>"
    assert xml_safe("\0\x1b\r\udcff\ufffe") == r"\x00\x1b\x0d\udcff\ufffe"


def test_there_is_a_suite_for_each_command_and_a_test_case_for_each_case() -> None:
    report = rich()
    root = written(report)
    names = [suite.get("name") for suite in root]
    assert names == ["frob", "frob sync", "frob list", "frob remote", "frob remote add"]
    assert len(root.findall(".//testcase")) == report.planned
    assert root.get("tests") == str(report.planned)
    assert [root.get(kind) for kind in ("failures", "errors", "skipped")] == ["5", "1", "6"]


def test_a_failure_names_the_finding_and_holds_what_proves_it() -> None:
    failure = written(rich()).find(".//testcase[@name='frob sync nofile [missing_file]']/failure")
    assert failure is not None
    assert failure.get("type") == "crash.traceback"
    assert (failure.get("message") or "").startswith("F1 high: `frob sync nofile` ends in a Python traceback")
    text = failure.text or ""
    assert "reproduce: cd " in text
    assert "FileNotFoundError: [Errno 2]" in text
    assert r"\x1b[1mworking\x1b[0m\x00\u202e" in text


def test_flaky_cases_are_skipped_with_their_rate_and_errors_are_ours() -> None:
    root = written(rich())
    flaky = root.find(".//testcase[@name='frob list --sort time a.txt [choice]']/skipped")
    assert flaky is not None
    assert flaky.get("message") == "flaky, seen in 50% of its tries: nondeterministic.order does not show every time"
    error = root.find(".//testcase[@name='frob sync --force a.txt [option]']/error")
    assert error is not None
    assert "took its worker along" in (error.get("message") or "")


def test_evidence_stands_once_however_many_cases_share_a_finding() -> None:
    outcomes = [case(f"sync nofile {number}", Intent.MUST_REFUSE, command="sync") for number in range(3)]
    crash = findings()[0].model_copy(update={"cases": tuple(one.key for one in outcomes)})
    given_ = gathered([Ran(one, result(one, 1), VerdictWord.SKIP, "x") for one in outcomes], (crash,))
    verdicts = {
        one.key: given_.verdicts[one.key].model_copy(
            update={"word": VerdictWord.FAIL, "findings": (crash.fingerprint,)}
        )
        for one in outcomes[1:]
    }
    content = JunitWriter().write(ended(assemble(given_._replace(verdicts={**given_.verdicts, **verdicts})))).decode()
    assert content.count("FileNotFoundError: [Errno 2] No such file or directory") == 1
    assert content.count("evidence: see frob sync nofile 1 [option]") == 1


def test_no_two_test_cases_of_a_suite_are_called_alike() -> None:
    one = case("list a.txt")
    other = one.model_copy(update={"call": one.call.model_copy(update={"stdin": b"x"})})
    root = written(ended(assemble(gathered([Ran(each, result(each), VerdictWord.PASS) for each in (one, other)], ()))))
    assert [each.get("name") for each in root.iter("testcase")] == [
        "frob list a.txt [option]",
        "frob list a.txt [option] #2",
    ]


def test_each_suite_knows_what_was_tested_and_how() -> None:
    report = rich()
    for suite in written(report):
        known = {each.get("name"): each.get("value") for each in suite.iter("property")}
        assert known["seed"] == "0"
        assert known["digest"] == report.digest()
        assert (known["tool"], known["version"]) == ("frob", "frob 2.1")


def test_a_job_that_failed_is_an_error_although_nothing_was_tested() -> None:
    error = written(failed()).find("./testsuite[@name='testronaut']/testcase/error")
    assert error is not None
    assert error.get("type") == "analysis.no_interface"
    assert "shows no option" in (error.get("message") or "")
    assert error.text == "Give a call that works: --example 'ARGUMENTS'"


def test_one_line_stays_one_line_and_bounded() -> None:
    for each in written(hostile()).iter():
        for value in each.attrib.values():
            assert len(value) < 1000
            assert not re.search(r"[\x00-\x1f]", value)
