"""Manual pages in the style of each program that writes them, each beside the interface that it shows.

A new case is a new file in tests/corpus/man or tests/corpus/mdoc.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.models.cli_tool import Source
from tests.unit.worker.analysis.test_corpus import shown_argument, shown_option
from worker.analysis.claims import UNSURE, OptionClaim, Reading
from worker.analysis.manual.reading import Manual, read_source
from worker.analysis.merge import settle_arguments, settle_options

CORPUS = Path(__file__).resolve().parents[4] / "corpus"
PAGES = sorted(path.relative_to(CORPUS).with_suffix("").as_posix() for path in CORPUS.glob("m*/*.1"))


def as_help(claim: OptionClaim) -> OptionClaim:
    """Let the merge treat a claim of a page as one of a help text: an entry, or what a usage line shows."""
    is_usage = claim.confidence == UNSURE and not claim.description
    return replace(claim, source=Source.USAGE if is_usage else Source.HELP)


def shown_reading(reading: Reading) -> dict[str, Any]:
    """Write down what a page says of one command."""
    return {
        "options": [shown_option(one) for one in settle_options([as_help(one) for one in reading.options], "").options],
        "arguments": [shown_argument(one) for one in settle_arguments(reading.arguments)],
        "commands": {claim.name: list(claim.aliases) for claim in reading.commands if claim.sure},
        "aliases": list(reading.aliases),
    }


def manual_of(path: Path, words: Sequence[str], stem: str) -> Manual:
    return read_source(path.read_text(), words, stem)


def shown(path: Path, words: Sequence[str], stem: str) -> dict[str, Any]:
    """Write down the interface that a page shows: of the command that it is about, and of those below it."""
    manual = manual_of(path, words, stem)
    own = min(manual.readings, key=len)
    below = {" ".join(key): shown_reading(one) for key, one in manual.readings.items() if key != own}
    reading = manual.readings[own]
    return {
        "words": list(words),
        "stem": stem,
        "path": " ".join(own),
        "summary": reading.summary,
        **shown_reading(reading),
        "examples": list(reading.examples),
        "below": below,
    }


def expected_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CORPUS / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", PAGES)
def test_reads_the_interface_that_a_page_shows(name: str) -> None:
    expected = expected_of(name)

    assert shown(CORPUS / f"{name}.1", expected["words"], expected["stem"]) == expected


@pytest.mark.parametrize("name", PAGES)
def test_every_claim_is_that_of_a_page_and_names_its_line(name: str) -> None:
    expected = expected_of(name)
    lines = (CORPUS / f"{name}.1").read_text().split("\n")

    for reading in manual_of(CORPUS / f"{name}.1", expected["words"], expected["stem"]).readings.values():
        for claim in reading.options:
            assert claim.source is Source.MAN
            assert claim.line is not None
            around = "".join(lines[claim.line - 1 : claim.line + 12]).replace("\\", "").replace("\u2013", "--")
            assert claim.names[0].lstrip("-").removeprefix("no-") in around.replace(" ", "")
