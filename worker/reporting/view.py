"""What the page says, as plain values: the verdict, tiles, findings as cards, the interface as a tree, rows of cases.

Text is still as the tool chose it: the template's environment makes all of it safe.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.models.cli_tool import Argument, Command, Option, Takes
from shared.models.finding import Evidence, Finding, Severity, VerdictWord
from shared.models.job import JobState
from shared.models.test_report import CaseReport, Covered, Reach, ReportedFinding, TestReport
from shared.utils.text import count, quote_all
from worker.reporting.words import bounded, ending

_MOST_LINE = 600
_MOST_CASES = 8
_MOST_OPEN = 12
_PROOF_LINES = 4
_PROOF_WIDTH = 300


class Verdict(NamedTuple):
    """One sentence, and the tone it is said in: a severity, `clean`, `open` or `fault`."""

    sentence: str
    tone: str


class ProofLine(NamedTuple):
    """One line of what proves a finding: what was `typed`, what it `said`, how it `ended`."""

    kind: str
    text: str


class Exhibit(NamedTuple):
    """A piece of evidence; the lines of a difference know their side: `+`, `-`, `@` or nothing."""

    label: str
    text: str
    lines: Sequence[tuple[str, str]]


class Card(NamedTuple):
    """A finding with what is worked out for it."""

    reported: ReportedFinding
    finding: Finding
    proof: Sequence[ProofLine]
    exhibits: Sequence[Exhibit]
    lines: Sequence[str]


class Part(NamedTuple):
    """An option or argument as it is written, and how far it was reached."""

    name: str
    about: str
    covered: Covered


class Branch(NamedTuple):
    """A command in the tree: how deep it lies, its own reach, and its parts by theirs."""

    name: str
    depth: int
    summary: str
    covered: Covered
    worked: Sequence[Part]
    refused: Sequence[Part]
    untried: Sequence[tuple[str, Sequence[Part]]]
    is_open: bool

    @property
    def counts(self) -> Mapping[Reach, int]:
        """Count the parts by their reach."""
        never = sum(len(parts) for _, parts in self.untried)
        return {Reach.WORKED: len(self.worked), Reach.REFUSED: len(self.refused), Reach.UNTRIED: never}


def verdict_of(report: TestReport) -> Verdict:
    """Say in one sentence what came of a job."""
    problems = [one for one in report.findings if one.finding.severity is not Severity.NOTE]
    so_far = f" {_found(problems)}." if report.findings else ""
    if report.fault:
        return Verdict(f"The job failed: {report.fault.message}.{so_far}", "fault")
    if report.state is JobState.CANCELLED:
        return Verdict(f"Cancelled after {count(report.executed, 'call')}.{so_far}", "open")
    if report.is_partial:
        return Verdict(f"Not finished: {report.executed:,} of {count(report.planned, 'case')} so far.{so_far}", "open")
    if problems:
        return Verdict(f"{_found(problems)}.", problems[0].finding.severity.value)
    if not report.executed:
        return Verdict("No call was made, so nothing is known.", "open")
    return Verdict(f"Nothing to complain about in {count(report.executed, 'call')}.", "clean")


def _found(problems: Sequence[ReportedFinding]) -> str:
    if not problems:
        return "Nothing but notes"
    worst = bounded(problems[0].finding.title, 200)
    others = f"{count(len(problems), 'problem')}, the worst: " if len(problems) > 1 else "One problem: "
    return f"{others}{worst}"


def severities(report: TestReport) -> Mapping[str, int]:
    """Count the findings by severity, the worst first; notes only where there are any."""
    counts = Counter(reported.finding.severity for reported in report.findings)
    return {one.value: counts[one] for one in Severity if one is not Severity.NOTE or counts[one]}


def reaches(report: TestReport, kind: str) -> Mapping[str, int]:
    """Count the parts of a kind by how far they were reached."""
    return {reach.value: report.coverage.count(kind, reach) for reach in Reach}


def cards(report: TestReport) -> Sequence[Card]:
    """Give the findings as cards, in the report's order."""
    lines = {case.key: case.line for case in report.cases}
    return [_card(reported, report, lines) for reported in report.findings]


def _card(reported: ReportedFinding, report: TestReport, lines: Mapping[str, str]) -> Card:
    finding = reported.finding
    behind = [bounded(lines[key], _MOST_LINE) for key in finding.cases if key in lines]
    return Card(
        reported=reported,
        finding=finding,
        proof=list(_proof(finding, report)),
        exhibits=[_exhibit(evidence) for evidence in finding.evidence],
        lines=behind[:_MOST_CASES],
    )


def _proof(finding: Finding, report: TestReport) -> Iterator[ProofLine]:
    if finding.compared_with is not None:
        yield ProofLine("typed", _typed(finding.compared_with.argv, report))
        yield ProofLine("said", bounded(finding.expected, _PROOF_WIDTH))
        yield ProofLine("typed", _typed(finding.call.argv, report))
        yield ProofLine("said", bounded(finding.got, _PROOF_WIDTH))
        return
    yield ProofLine("typed", _typed(finding.call.argv, report))
    if finding.evidence:
        for line in _telling(finding.evidence[0].text):
            yield ProofLine("said", bounded(line, _PROOF_WIDTH))
    if finding.exit_code is not None or finding.signal is not None:
        yield ProofLine("ended", ending(None, finding.exit_code, finding.signal))


def _telling(text: str) -> Sequence[str]:
    """Choose the lines that tell most: all of a few, else the first and the last two, where runtimes name the error."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines if len(lines) <= _PROOF_LINES else [lines[0], "...", *lines[-2:]]


def _typed(argv: Sequence[bytes], report: TestReport) -> str:
    return bounded(f"{report.tool_name} {quote_all(argv)}".strip(), _MOST_LINE)


def _exhibit(evidence: Evidence) -> Exhibit:
    lines = evidence.text.splitlines()
    is_difference = bool(lines) and all(line[:1] in {"+", "-", "@", " ", "("} for line in lines)
    is_difference = is_difference and any(line[:1] in {"+", "-"} for line in lines)
    sided = [(line[0] if line[0] in "+-@" else "", line) for line in lines] if is_difference else []
    return Exhibit(evidence.label, evidence.text, sided)


def tree(report: TestReport) -> Sequence[Branch]:
    """Give the commands in the interface's order, each with its parts by how far they were reached."""
    if report.tool is None:
        return []
    reached = {part.label: part for part in report.coverage.parts}
    are_few = len(report.tool.commands) <= _MOST_OPEN
    return [
        _branch(report.tool_name, command, reached, is_open=are_few or not command.path)
        for command in report.tool.commands.values()
    ]


def _branch(tool: str, command: Command, reached: Mapping[str, Covered], *, is_open: bool) -> Branch:
    parts = list(_parts(command, reached))
    untried: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.covered.reach is Reach.UNTRIED:
            untried[part.covered.why].append(part)
    return Branch(
        name=command.path or tool,
        depth=len(command.path.split()),
        summary=command.summary,
        covered=_covered(command.label, reached),
        worked=[part for part in parts if part.covered.reach is Reach.WORKED],
        refused=[part for part in parts if part.covered.reach is Reach.REFUSED],
        untried=list(untried.items()),
        is_open=is_open,
    )


def _parts(command: Command, reached: Mapping[str, Covered]) -> Iterator[Part]:
    for option in command.options:
        covered = _covered(command.label_of_option(option.name), reached)
        yield Part(_spelled(option), option.description, covered)
    for argument in command.arguments:
        covered = _covered(command.label_of_argument(argument.name), reached)
        yield Part(_named(argument), "", covered)


def _covered(label: str, reached: Mapping[str, Covered]) -> Covered:
    return reached.get(label, Covered(label=label, reach=Reach.UNTRIED))


def _spelled(option: Option) -> str:
    value = option.value_name or "VALUE"
    shown = {Takes.NONE: "", Takes.REQUIRED: f" {value}", Takes.OPTIONAL: f"[={value}]"}[option.takes_value]
    return ", ".join(option.names) + shown


def _named(argument: Argument) -> str:
    name = argument.name + ("..." if argument.variadic else "")
    return name if argument.required else f"[{name}]"


def rows(report: TestReport) -> dict[str, Any]:
    """Give all cases as compact JSON: words that repeat stand once, rows name them by their place."""
    words = _Words()
    return {
        "rows": [_row(case, words) for case in report.cases],
        "words": words.known,
        "verdicts": [word.value for word in VerdictWord],
    }


class _Words:
    """Gives each text a number."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Give the number of a text."""
        return self._places.setdefault(text, len(self._places))

    @property
    def known(self) -> list[str]:
        """Give the texts by their number, each made safe to be shown."""
        return [bounded(text, _MOST_LINE) for text in self._places]


def _row(case: CaseReport, words: _Words) -> list[object]:
    return [
        tuple(VerdictWord).index(case.verdict),
        bounded(case.line, _MOST_LINE),
        words.place(case.command),
        words.place(case.technique),
        words.place(case.intent.value.replace("_", " ")),
        words.place(case.because),
        words.place(case.reason),
        words.place(ending(case.status, case.exit_code, case.signal)),
        round(case.duration_ms, 1),
        " ".join(case.findings),
    ]
