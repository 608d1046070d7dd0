"""Help texts in the layout of each dialect, each beside the interface that it shows; a new case is a new file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.models.cli_tool import Argument, Option, Source, Takes
from worker.analysis.dialects.reading import read_help
from worker.analysis.merge import settle_arguments, settle_options
from worker.analysis.text import plain_text

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
TEXTS = sorted(path.relative_to(CORPUS).with_suffix("").as_posix() for path in CORPUS.glob("*/*.txt"))
DIALECTS = ("gnu", "getopt-usage", "argparse", "click", "cobra", "clap")
OTHERS = (
    "applets",
    "argp",
    "bsd",
    "categories",
    "commander",
    "docopt",
    "kingpin",
    "meow",
    "oclif",
    "operands",
    "optionator",
    "pages",
    "perl",
    "picocli",
    "ruby",
    "single-dash",
    "structopt",
    "translated",
    "typer",
    "urfave",
    "yargs",
)


def shown_option(option: Option) -> dict[str, Any]:
    """Write down what is said of an option; what is not said is left out."""
    said: dict[str, Any] = {
        "names": list(option.names),
        "takes_value": option.takes_value.value if option.takes_value is not Takes.NONE else None,
        "value_name": option.value_name,
        "choices": list(option.choices) if option.choices else None,
        "default": option.default,
        "negates": option.negates,
        "env_var": option.env_var,
        "required": option.required,
        "repeatable": option.repeatable,
        "deprecated": option.deprecated,
        "hidden": option.hidden,
        "minimum": option.minimum,
        "maximum": option.maximum,
        "conflicts": list(option.conflicts) or None,
        "requires": list(option.requires) or None,
        "only_in_usage": option.sources == (Source.USAGE,),
    }
    return {key: value for key, value in said.items() if value is not None and value is not False}


def shown_argument(argument: Argument) -> dict[str, Any]:
    """Write down what is said of a positional word."""
    said = {
        "name": argument.name,
        "required": argument.required,
        "variadic": argument.variadic,
        "choices": list(argument.choices) if argument.choices else None,
    }
    return {key: value for key, value in said.items() if value not in (None, False)}


def shown(text: bytes, words: list[str]) -> dict[str, Any]:
    """Write down the interface that a help text shows."""
    reading = read_help(plain_text(text), words)
    return {
        "words": words,
        "options": [shown_option(option) for option in settle_options(reading.options, "").options],
        "arguments": [shown_argument(argument) for argument in settle_arguments(reading.arguments)],
        "commands": {claim.name: list(claim.aliases) for claim in reading.commands if claim.sure},
        "aliases": list(reading.aliases),
    }


@pytest.mark.parametrize("name", TEXTS)
def test_reads_the_interface_that_a_help_text_shows(name: str) -> None:
    expected = json.loads((CORPUS / f"{name}.json").read_text())

    assert shown((CORPUS / f"{name}.txt").read_bytes(), expected["words"]) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_corpus_holds_several_texts_of_a_dialect(dialect: str) -> None:
    assert len([name for name in TEXTS if name.startswith(f"{dialect}/")]) >= 4


@pytest.mark.parametrize("dialect", OTHERS)
def test_the_corpus_holds_every_dialect(dialect: str) -> None:
    assert any(name.startswith(f"{dialect}/") for name in TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_entries_name_the_line_that_documents_them(name: str) -> None:
    text = plain_text((CORPUS / f"{name}.txt").read_bytes())
    words = json.loads((CORPUS / f"{name}.json").read_text())["words"]

    for option in settle_options(read_help(text, words).options, "").options:
        if option.line is not None and option.negates is None:
            beginning = text.split("\n")[option.line - 1 :][:2]
            assert option.names[0].lstrip("-").removeprefix("no-") in " ".join(beginning)
