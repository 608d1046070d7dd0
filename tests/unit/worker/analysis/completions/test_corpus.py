"""Completions in the layout of each shell and maker, each beside what they say; a new case is a new file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.models.cli_tool import Source, Takes
from worker.analysis.claims import ArgumentClaim, OptionClaim, Reading
from worker.analysis.completions.scripts import read_script, shell_of

CORPUS = Path(__file__).resolve().parents[4] / "corpus" / "completions"
SCRIPTS = sorted(
    path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*") if path.suffix != ".json" and path.is_file()
)


def shown_option(claim: OptionClaim) -> dict[str, Any]:
    """Write down what is said of an option; what is not said is left out."""
    said: dict[str, Any] = {
        "names": list(claim.names),
        "takes": claim.takes.value if claim.takes is not Takes.NONE else None,
        "value_name": claim.value_name,
        "choices": list(claim.choices) if claim.choices else None,
        "description": claim.description,
        "repeatable": claim.repeatable,
        "line": claim.line,
    }
    return {key: value for key, value in said.items() if value not in (None, False, "")}


def shown_argument(claim: ArgumentClaim) -> dict[str, Any]:
    """Write down what is said of a positional word."""
    said = {
        "name": claim.name,
        "required": claim.required,
        "variadic": claim.variadic,
        "choices": list(claim.choices) if claim.choices else None,
    }
    return {key: value for key, value in said.items() if value not in (None, False)}


def shown(reading: Reading) -> dict[str, Any]:
    """Write down what is said of a command."""
    said = {
        "options": [shown_option(claim) for claim in reading.options],
        "arguments": [shown_argument(claim) for claim in reading.arguments],
        "commands": {claim.name: claim.summary for claim in reading.commands},
    }
    return {key: value for key, value in said.items() if value}


def read(script: str) -> tuple[str, dict[str, Any]]:
    """Give the program of a script in the corpus, and what the script says of it."""
    expected = json.loads((CORPUS / f"{script}.json").read_text())
    readings = read_script((CORPUS / script).read_text(), expected["program"])
    return expected["program"], {" ".join(path): shown(reading) for path, reading in readings.items()}


@pytest.mark.parametrize("script", SCRIPTS)
def test_reads_what_a_completion_says(script: str) -> None:
    expected = json.loads((CORPUS / f"{script}.json").read_text())

    program, said = read(script)

    assert {"program": program, "commands": said} == expected


@pytest.mark.parametrize("script", SCRIPTS)
def test_tells_the_shell_that_a_completion_is_for(script: str) -> None:
    assert shell_of((CORPUS / script).read_text()) == script.partition("/")[0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_says_where_each_claim_stands(script: str) -> None:
    text = (CORPUS / script).read_text()
    program = json.loads((CORPUS / f"{script}.json").read_text())["program"]

    for reading in read_script(text, program).values():
        assert all(claim.source is Source.COMPLETION and claim.line for claim in reading.options)


@pytest.mark.parametrize("shell", ["fish", "zsh", "bash"])
def test_the_corpus_holds_several_completions_for_a_shell(shell: str) -> None:
    assert len([script for script in SCRIPTS if script.startswith(f"{shell}/")]) >= 2
