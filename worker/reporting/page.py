"""The report as one page that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.models.finding import Severity
from shared.models.test_report import TestReport
from shared.utils.text import count, duration, quote_all, visible
from worker.reporting import charts, view
from worker.reporting.compiled import CompiledTemplates, Memory
from worker.reporting.words import bounded, printed

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_PRINTED = 20_000
_MOST_TEXT = 2_000
_TICKED = re.compile("`([^`]+)`")


class PageWriter:
    """Writes a page for people; whatever a tool printed is text on it, and nothing else."""

    name = "html"
    filename = "report.html"

    def __init__(self, memory: Memory | None = None) -> None:
        compiled = CompiledTemplates(memory, Path(__file__)) if memory else None
        self._template = _environment(compiled).get_template("page.html.j2")

    def write(self, report: TestReport) -> bytes:
        """Write the page."""
        return self._template.render(_content(report)).encode()


def _content(report: TestReport) -> Mapping[str, Any]:
    script = _read("page.js")
    cards = view.cards(report)
    return {
        "report": report,
        "verdict": view.verdict_of(report),
        "version": _version(report),
        "severities": view.severities(report),
        "reaches": {kind: view.reaches(report, kind) for kind in ("command", "option", "argument")},
        "elapsed": duration(charts.elapsed_s(report)),
        "problems": [card for card in cards if card.finding.severity is not Severity.NOTE],
        "notes": [card for card in cards if card.finding.severity is Severity.NOTE],
        "tree": view.tree(report),
        "shares": charts.shares(report),
        "bins": charts.bins(report),
        "slowest": charts.slowest(report),
        "time_line": charts.time_line(report),
        "cases": view.rows(report),
        "again": _again(report),
        "style": Markup(_read("page.css")),  # noqa: S704 - ours, without a word of a report
        "script": Markup(script),  # noqa: S704 - as above
        "script_hash": b64encode(sha256(script.encode()).digest()).decode(),
    }


def _environment(compiled: CompiledTemplates | None) -> Environment:
    # Every expression of the template passes `finalize`: no text can reach the page with its power.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        bytecode_cache=compiled,
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count, day=_day, moment=_moment, printed=_printed, ticked=_ticked, whole=_whole)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "sort_keys": True}
    return environment


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _safe(value: object) -> object:
    return value if isinstance(value, Markup | int | float) else bounded(str(value), _MOST_TEXT)


def _printed(text: str) -> Markup:
    return escape(printed(text, _MOST_PRINTED))


def _whole(command: str) -> Markup:
    """Leave nothing out: it will be copied."""
    return escape(visible(command, keep="\n\t"))


def _ticked(text: str) -> Markup:
    """Set what stands between backticks as code."""
    pieces = _TICKED.split(bounded(text, _MOST_TEXT))
    marked = (Markup("<code>{}</code>").format(piece) if odd % 2 else escape(piece) for odd, piece in enumerate(pieces))
    return Markup("").join(marked)


def _version(report: TestReport) -> str:
    """Give the version as it was printed, without the tool's name before it: the page says that already."""
    printed_version = (report.tool.version if report.tool else None) or ""
    return bounded(printed_version.removeprefix(report.tool_name).strip(), 60)


def _again(report: TestReport) -> str:
    """Write the line that tests the tool again in the same way."""
    typed = quote_all(word.encode(errors="replace") for word in report.tool_argv)
    tool = quote_all([typed.encode()]) if len(report.tool_argv) > 1 else typed
    return f"testronaut run {tool} --seed {report.seed} --profile {report.profile}"


def _day(moment: datetime) -> str:
    return f"{moment:%d %b %Y}".lstrip("0")


def _moment(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M} UTC"
