"""What every writer keeps, whatever is in a report, and what the assembler keeps, wherever a job stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from jsonschema import Draft202012Validator
from lxml import etree  # type: ignore[import-untyped]

from shared.documents.report import schema
from shared.interfaces.reporter import Assembler, Gathered, Writer
from shared.models.base import sha256
from shared.models.finding import Evidence, VerdictWord
from shared.models.job import Fault, JobState
from shared.models.test_report import TestReport
from tests.fakes.report import HOSTILE, MARKUP, at, attempts, clean, ended, failed, gathered, hostile, huge, job, rich
from tests.hash_seed import is_the_same_under_every_seed
from worker.bootstrap import ASSEMBLE, WRITERS

# What each format's file is called is promised: people fetch them from folders and builds.
FILENAMES = {"html": "report.html", "json": "report.json", "junit": "junit.xml"}
EMPTY_TAGS = frozenset({"meta", "link", "input", "circle", "br", "img"})


def interrupted() -> TestReport:
    return ASSEMBLE(gathered(), is_partial=True)


def misnamed() -> TestReport:
    """Give the report of a failed job in which what is seldom the tool's own choice is hostile, too."""
    report = ended(rich(), JobState.FAILED)
    fault = Fault(code="analysis.no_interface", message=HOSTILE, hint=HOSTILE, exit_code=4)
    names = {"tool_name": HOSTILE, "tool_argv": (HOSTILE, "\x1b"), "warnings": (HOSTILE,)}
    cases = tuple(case.model_copy(update={"command": HOSTILE, "technique": HOSTILE}) for case in report.cases)
    return report.model_copy(update={**names, "fault": fault, "cases": cases, "versions": {HOSTILE: HOSTILE}})


def surrogate() -> TestReport:
    """Give a report with a text that no encoding can hold."""
    report = rich()
    first = report.findings[0]
    odd = first.finding.model_copy(update={"evidence": (Evidence(label="odd", text="before \ud800 after"),)})
    return report.model_copy(update={"findings": (first.model_copy(update={"finding": odd}), *report.findings[1:])})


STORED: Mapping[str, Callable[[], TestReport]] = {
    "rich": rich,
    "hostile": hostile,
    "failed": failed,
    "misnamed": misnamed,
    "clean": clean,
    "interrupted": interrupted,
    "large": lambda: huge(200),
}
REPORTS: Mapping[str, Callable[[], TestReport]] = {**STORED, "surrogate": surrogate}
ALL = pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)


class Outline(HTMLParser):
    """Reads a page as a browser would that forgives nothing; `shown` is what people see of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.shown = ""
        self._open: list[str] = []
        self.feed(content.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.tags.append(tag)
        if tag not in EMPTY_TAGS:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY_TAGS:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in {"script", "style"}:
            self.shown += data


def read_json(content: bytes) -> str:
    document = json.loads(content)
    Draft202012Validator(schema()).validate(document)
    return json.dumps(document, ensure_ascii=False)


def read_xml(content: bytes) -> str:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "properties", "property"),
        *("failure", "error", "skipped", "system-out", "system-err"),
    }
    return "".join(text for element in root.iter() for text in (*element.attrib.values(), element.text or ""))


def read_page(content: bytes) -> str:
    return Outline(content).shown


READERS: Mapping[str, Callable[[bytes], str]] = {".json": read_json, ".xml": read_xml, ".html": read_page}


def read(writer: Writer, content: bytes) -> str:
    """Give the text that stands in a document, as a parser of its kind reads it."""
    return READERS.get(PurePosixPath(writer.filename).suffix, bytes.decode)(content)


class TestWriters:
    @pytest.fixture(params=WRITERS.names())
    def writer(self, request: pytest.FixtureRequest) -> Writer:
        return WRITERS.make(request.param)

    def test_it_goes_by_the_name_that_it_is_chosen_by(self, writer: Writer, request: pytest.FixtureRequest) -> None:
        assert request.node.callspec.params["writer"] == writer.name

    def test_its_file_is_one_plain_name_with_an_ending(self, writer: Writer) -> None:
        assert re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9]+)+", writer.filename)
        assert writer.filename == FILENAMES.get(writer.name, writer.filename)

    @ALL
    def test_a_parser_of_its_kind_reads_the_document(self, writer: Writer, make: Callable[[], TestReport]) -> None:
        assert read(writer, writer.write(make()))

    @ALL
    def test_the_same_report_gives_the_same_document(self, writer: Writer, make: Callable[[], TestReport]) -> None:
        assert writer.write(make()) == WRITERS.make(writer.name).write(make())

    @pytest.mark.parametrize("make", STORED.values(), ids=STORED)
    def test_a_report_from_the_store_gives_the_same_document(
        self, writer: Writer, make: Callable[[], TestReport]
    ) -> None:
        report = make()
        stored = TestReport.model_validate_json(report.model_dump_json())
        assert writer.write(stored) == writer.write(report)

    @ALL
    def test_nothing_in_a_document_can_move_a_cursor_nor_hide_from_people(
        self, writer: Writer, make: Callable[[], TestReport]
    ) -> None:
        content = writer.write(make())
        assert not set(content) & ({*range(0x20), 0x7F} - set(b"\n\t"))
        if not writer.filename.endswith(".json"):  # what programs read gets every letter as it was
            assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", content.decode())

    def test_what_looks_like_markup_is_text_and_whole(self, writer: Writer) -> None:
        content = writer.write(hostile())
        assert MARKUP in read(writer, content).replace('\\"', '"')
        if writer.filename.endswith(".html"):
            assert "img" not in Outline(content).tags
            assert Outline(content).tags.count("script") == Outline(writer.write(rich())).tags.count("script")

    def test_the_findings_are_in_it(self, writer: Writer) -> None:
        text = read(writer, writer.write(rich()))
        for reported in rich().findings:
            is_a_problem = any(reported.id in case.findings for case in rich().cases)
            assert reported.finding.check in text or not is_a_problem

    def test_a_job_that_failed_is_no_clean_one(self, writer: Writer) -> None:
        content = writer.write(failed())
        assert content != writer.write(clean())
        assert "shows no option, no argument and no command" in read(writer, content)


class TestAllWriters:
    def test_no_two_write_the_same_file(self) -> None:
        filenames = [WRITERS.make(name).filename for name in WRITERS.names()]
        assert len(set(filenames)) == len(filenames)

    def test_every_promised_file_is_written(self) -> None:
        assert FILENAMES.keys() <= set(WRITERS.names())

    @pytest.mark.slow
    def test_nothing_depends_on_how_python_hashes_words(self) -> None:
        assert is_the_same_under_every_seed(all_documents)


def all_documents() -> str:
    """Name all documents by their content."""
    return " ".join(sha256(WRITERS.make(name).write(make())) for name in WRITERS.names() for make in REPORTS.values())


def stages_of_a_job() -> Mapping[str, Gathered]:
    """Give what the store holds of a job at each point of its life."""
    whole = gathered()
    planned = whole._replace(results=(), verdicts={}, findings=(), attempts=attempts()[:2])
    return {
        "just submitted": planned._replace(job=job(), tool=None, cases=(), attempts=()),
        "learned": planned._replace(cases=(), attempts=attempts()[:1]),
        "planned": planned,
        "executed in part": whole._replace(results=whole.results[:7], verdicts={}, findings=()),
        "executed": whole._replace(verdicts={}, findings=()),
        "judged": whole,
        "cancelled": planned._replace(job=job(JobState.CANCELLED)),
    }


POINTS = pytest.mark.parametrize("known", stages_of_a_job().values(), ids=stages_of_a_job())


class TestAssembler:
    @pytest.fixture
    def assemble(self) -> Assembler:
        return ASSEMBLE

    @POINTS
    @pytest.mark.parametrize("is_partial", [False, True])
    def test_there_is_a_report_wherever_a_job_stands(
        self, assemble: Assembler, known: Gathered, *, is_partial: bool
    ) -> None:
        report = assemble(known, is_partial=is_partial)
        assert report.is_partial is is_partial
        assert assemble(known, is_partial=is_partial) == report
        assert TestReport.model_validate_json(report.model_dump_json()) == report
        for name in WRITERS.names():
            assert WRITERS.make(name).write(report)

    @POINTS
    def test_it_counts_every_case_once(self, assemble: Assembler, known: Gathered) -> None:
        report = assemble(known)
        assert [case.key for case in report.cases] == [case.key for case in known.cases]
        assert sum(report.totals.values()) == len(report.cases) == report.planned
        assert set(report.totals) == set(VerdictWord)
        assert report.executed == len({result.call_digest for result in known.results})

    @POINTS
    def test_each_case_is_told_as_it_was_judged_or_why_it_was_not(self, assemble: Assembler, known: Gathered) -> None:
        places = {reported.id for reported in assemble(known).findings}
        for case in assemble(known).cases:
            verdict = known.verdicts.get(case.key)
            assert case.verdict is (verdict.word if verdict else VerdictWord.SKIP)
            assert case.verdict is not VerdictWord.SKIP or case.reason
            assert set(case.findings) <= places

    def test_findings_are_numbered_in_their_order_and_know_when_they_were_seen(self, assemble: Assembler) -> None:
        known = gathered()
        report = assemble(known)
        assert [one.id for one in report.findings] == [f"F{number}" for number in range(1, len(known.findings) + 1)]
        assert [one.finding for one in report.findings] == list(known.findings)
        for one in report.findings:
            assert one.first_seen <= one.last_seen
            if one.finding.fingerprint in known.seen:
                assert (one.first_seen, one.last_seen) == known.seen[one.finding.fingerprint]

    def test_nothing_that_happened_on_the_way_changes_what_was_found_out(self, assemble: Assembler) -> None:
        known = gathered()
        other = known._replace(
            attempts=attempts()[:3],
            now=at(5000),
            versions={"testronaut": "9"},
            results=[result.model_copy(update={"duration_ms": 1.0, "peak_rss_bytes": 1}) for result in known.results],
            seen={},
            job=known.job.model_copy(update={"created_at": known.job.created_at - timedelta(days=9)}),
        )
        assert assemble(other).digest() == assemble(known).digest() == ended(assemble(known)).digest()

    def test_another_verdict_does(self, assemble: Assembler) -> None:
        known = gathered()
        key = next(key for key, verdict in known.verdicts.items() if verdict.word is VerdictWord.PASS)
        skipped = known.verdicts[key].model_copy(update={"word": VerdictWord.SKIP, "reason": "refused"})
        other = known._replace(verdicts={**known.verdicts, key: skipped})
        assert assemble(other).digest() != assemble(known).digest()


def test_the_hostile_text_is_hostile() -> None:
    assert "\x1b" in HOSTILE
    assert "\u202e" in HOSTILE
