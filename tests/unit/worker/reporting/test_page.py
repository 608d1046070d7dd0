"""The report as a page: what stands on it, and that no text can be more than text."""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.models.finding import Evidence, Severity
from shared.models.job import Fault, JobState
from shared.models.test_report import ReportedFinding, TestReport
from shared.utils.text import quote
from tests.fakes.frob import case
from tests.fakes.report import HOSTILE, MARKUP, clean, ended, failed, gathered, hostile, huge, job, rich
from worker.reporting.assemble import assemble
from worker.reporting.page import PageWriter
from worker.reporting.view import verdict_of

ALL = pytest.mark.parametrize("make", [rich, hostile, failed, clean, lambda: huge(3)])
EMPTY = frozenset({"meta", "link", "input", "circle"})


class Outline(HTMLParser):
    """Reads a page as a browser would that forgives nothing."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content.decode())
        self.close()
        assert not self._open

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def ids(self) -> set[str]:
        return {given["id"] or "" for _, given in self.tags if "id" in given}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag, given = self._open[-1] if self._open else ("", {})
        if tag == "script":
            self.scripts[given.get("type") or "code"] = data
        elif tag != "style":
            self.texts.append(data)


def outline(report: TestReport) -> Outline:
    return Outline(PageWriter().write(report))


def rows_of(report: TestReport) -> dict[str, Any]:
    rows: dict[str, Any] = json.loads(outline(report).scripts["application/json"])
    return rows


@ALL
def test_every_page_is_closed_where_it_was_opened_and_names_nothing_twice(make: Callable[[], TestReport]) -> None:
    page = outline(make())
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(set(ids)) == len(ids)
    assert {"findings", "about"} <= page.ids()


@ALL
def test_every_link_leads_to_something_on_the_page(make: Callable[[], TestReport]) -> None:
    page = outline(make())
    links = {given["href"] or "" for tag, given in page.tags if tag == "a"}
    assert links
    assert all(link[0] == "#" and link[1:] in page.ids() for link in links)


@ALL
def test_nothing_on_a_page_asks_for_anything_outside(make: Callable[[], TestReport]) -> None:
    page = outline(make())
    for tag, named in page.tags:
        assert not any(name.startswith("on") for name in named), tag
        assert "src" not in named
        assert tag != "link" or (named["href"] or "").startswith("data:")
    assert Counter(tag for tag, _ in page.tags)["script"] == 2


@ALL
def test_the_policy_allows_this_script_and_no_other(make: Callable[[], TestReport]) -> None:
    page = outline(make())
    policy = next(given["content"] or "" for tag, given in page.tags if given.get("http-equiv"))
    digest = b64encode(sha256(page.scripts["code"].encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy


def test_hostile_text_is_shown_as_what_it_is() -> None:
    page = outline(hostile())
    assert MARKUP in page.text
    assert r"\x1b[31mred\x1b[0m \x00 \x07 \u202eright to left\u202c" in page.text
    assert "{{ 7 * 7 }}" in page.text


def test_no_control_reaches_a_page_raw() -> None:
    content = PageWriter().write(hostile()).decode()
    allowed = {"\n", "\t"}
    raw = {each for each in content if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"}} - allowed
    assert raw == set()


def test_no_line_makes_a_page_large() -> None:
    assert len(PageWriter().write(hostile())) < 400_000


def with_text(text: str) -> TestReport:
    report = rich()
    finding = report.findings[0].finding.model_copy(
        update={
            **dict.fromkeys(("title", "expected", "got", "reproduce", "signature", "channel"), text),
            "evidence": (Evidence(label=text.encode(errors="replace").decode(), text="kept " + text),),
        }
    )
    tool = report.tool and report.tool.model_copy(update={"version": text, "fingerprint": text})
    cases = tuple(one.model_copy(update={"line": text, "because": text, "reason": text}) for one in report.cases)
    return report.model_copy(
        update={
            "findings": (report.findings[0].model_copy(update={"finding": finding}),),
            "tool": tool,
            "tool_name": text,
            "cases": cases,
            "warnings": (text,),
        }
    )


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_characters="`"), min_size=1, max_size=30))
@example(HOSTILE)
@example("<!-- ]]> --> &amp; &#60;script&#62; <svg/onload=x>")
@example("<!--<script>")
@example("\udcff\ud800")
def test_no_text_changes_what_a_page_is_made_of(text: str) -> None:
    made = Counter(tag for tag, _ in outline(with_text(text)).tags)
    plain = Counter(tag for tag, _ in outline(with_text("plain")).tags)
    # A version that is blank, or that repeats the name, is not shown; each line of evidence is a line of proof.
    made["span"], plain["span"] = 0, 0
    assert made == plain


def test_the_rows_of_all_cases_can_be_read_back() -> None:
    report = rich()
    data = rows_of(report)
    lines = [row[1] for row in data["rows"]]
    assert lines == [one.line for one in report.cases]
    assert rows_of(hostile())["rows"][-1][1].startswith(
        f"frob list {quote(HOSTILE.replace(chr(0), '').encode())[:100]}"
    )
    words, verdicts = data["words"], data["verdicts"]
    crash = next(row for row in data["rows"] if row[1] == "frob sync nofile")
    assert verdicts[crash[0]] == "fail"
    assert [words[place] for place in crash[2:5]] == ["sync", "missing_file", "must refuse"]
    assert (words[crash[7]], crash[8], crash[9]) == ("exit 1", 88.0, "F1")


def test_thousands_of_rows_repeat_no_word() -> None:
    assert len(PageWriter().write(huge(2000))) < 250_000


def test_a_finding_shows_what_proves_it_and_how_to_see_it_again() -> None:
    text = outline(rich()).text
    for expected in (
        "frob sync nofile",
        "FileNotFoundError: [Errno 2] No such file or directory: 'nofile'",
        "exit 1",
        "a message for people, and an exit code",
        "cd \"$(mktemp -d)\" && printf 'one\\ntwo\\nthree\\n' > a.txt && frob sync nofile < /dev/null",
        "confirmed 3 of 3",
        "first seen 11 Mar 2026",
        "testronaut explain TN102",
    ):
        assert expected in text


def test_a_long_reproduction_is_not_cut() -> None:
    report = rich()
    line = f"echo {'QUJD' * 3000} | base64 -d | frob"
    finding = report.findings[0].finding.model_copy(update={"reproduce": line})
    long = report.model_copy(update={"findings": (report.findings[0].model_copy(update={"finding": finding}),)})
    assert line in outline(long).text


def test_findings_fold_without_a_script_and_the_worst_is_open() -> None:
    cards = [given for tag, given in outline(rich()).tags if tag == "details" and "card" in (given.get("class") or "")]
    assert [given["id"] for given in cards] == ["F1", "F2", "F3", "F4", "F5", "F6"]
    assert [("open" in given) for given in cards] == [True, False, False, False, False, False]


def test_notes_are_folded_away() -> None:
    content = PageWriter().write(rich()).decode()
    folded = content[content.index('<details class="notes">') :]
    assert "1 note" in folded
    assert re.search(r'<details class="card note" id="F6">', folded)


def test_the_interface_says_how_far_each_part_was_reached_and_why() -> None:
    page = outline(rich())
    reached = Counter((given.get("class") or "") for tag, given in page.tags if tag == "code")
    # Options, arguments and commands, and one of each in the legend.
    assert reached["part worked"] == 8 + 1 + 5 + 1
    assert reached["part refused"] == 5 + 1
    assert reached["part untried"] == 4 + 4 + 1
    assert "exit 2: frob: unrecognized option '--dry'" in page.text
    assert "no case was planned" in page.text
    assert "the man page says that --cert is optional" in page.text


def test_the_page_says_what_it_does_not_show_and_what_the_sandbox_does_not_hold() -> None:
    text = outline(rich()).text
    assert "the time limit cut 2 of 30 cases: raise it with --max-time" in text
    assert "It does not hold: memory of the whole tree is measured" in text


def test_the_page_says_how_to_test_again() -> None:
    report = rich()
    text = outline(report).text
    assert "testronaut run /usr/bin/frob --seed 0 --profile standard" in text
    assert report.digest() in text
    several = report.model_copy(update={"tool_argv": ("aws", "s 3")})
    assert """testronaut run 'aws '"'"'s 3'"'"'' --seed 0""" in outline(several).text


def test_lost_attempts_are_told() -> None:
    assert "execute shard 1 lost, worker-b:4711: the worker never came back" in outline(rich()).text


def test_a_job_that_failed_says_so_and_what_to_do() -> None:
    page = outline(failed())
    assert "The job failed: frob shows no option, no argument and no command." in page.text
    assert "--example 'ARGUMENTS'" in page.text
    assert "interface" not in page.ids()
    assert "cases" not in page.ids()


def one_finding(severity: Severity) -> tuple[ReportedFinding, ...]:
    return tuple(one for one in rich().findings if one.finding.severity is severity)[:1]


@pytest.mark.parametrize(
    ("report", "sentence", "tone"),
    [
        (
            rich(),
            "5 problems, the worst: `frob sync nofile` ends in a Python traceback (FileNotFoundError).",
            "high",
        ),
        (
            rich().model_copy(update={"findings": one_finding(Severity.LOW)}),
            "One problem: `frob --version` shows its version and exits with 1.",
            "low",
        ),
        (clean(), "Nothing to complain about in 18 calls.", "clean"),
        (
            clean().model_copy(update={"findings": one_finding(Severity.NOTE)}),
            "Nothing to complain about in 18 calls.",
            "clean",
        ),
        (ended(assemble(gathered([], ()))), "No call was made, so nothing is known.", "open"),
        (assemble(gathered(found=()), is_partial=True), "Not finished: 28 of 30 cases so far.", "open"),
        (
            assemble(gathered(found=())._replace(job=job(JobState.CANCELLED)), is_partial=True),
            "Cancelled after 28 calls.",
            "open",
        ),
        (
            clean().model_copy(update={"fault": Fault(code="x.y", message="no room")}),
            "The job failed: no room.",
            "fault",
        ),
    ],
)
def test_the_verdict_is_one_sentence(report: TestReport, sentence: str, tone: str) -> None:
    assert verdict_of(report) == (sentence, tone)


def test_a_difference_is_told_side_by_side() -> None:
    content = PageWriter().write(rich()).decode()
    assert '<span class="less">-two</span>' in content
    assert '<span class="place">@@ -1,3 +1,2 @@</span>' in content


def test_a_case_that_was_never_executed_says_so() -> None:
    data = rows_of(ended(assemble(gathered([], ())._replace(cases=[case("list")]))))
    assert data["words"][data["rows"][0][7]] == "not executed"


def test_calls_that_earlier_jobs_saw_are_told() -> None:
    report = rich()
    assert "earlier jobs" not in outline(report).text
    stages = [stage.model_copy(update={"reused": stage.calls}) for stage in report.stages]
    assert "earlier jobs saw all of them" in outline(report.model_copy(update={"stages": tuple(stages)})).text
    stages[0] = report.stages[0].model_copy(update={"calls": 5, "reused": 2})
    few = report.model_copy(update={"stages": (stages[0],)})
    assert "earlier jobs saw 2 of them" in outline(few).text
