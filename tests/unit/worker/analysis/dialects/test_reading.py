from __future__ import annotations

import argparse
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import Option, Takes
from tests.effort import effort_of
from worker.analysis.claims import Reading
from worker.analysis.dialects.reading import read_help
from worker.analysis.merge import settle_arguments, settle_options
from worker.analysis.text import plain_text

CORPUS = Path(__file__).resolve().parents[4] / "corpus"
TEXTS = [path.read_text() for path in sorted(CORPUS.glob("*/*.txt"))]

WORD = st.text(string.ascii_lowercase, min_size=2, max_size=8)
LONG = st.lists(WORD, min_size=1, max_size=3).map("-".join).filter(lambda name: name not in {"help", "version"})
LETTER = st.sampled_from(string.ascii_letters.replace("h", ""))
SENTENCE = st.lists(WORD, min_size=1, max_size=14).map(" ".join)


@dataclass(frozen=True)
class Told:
    """An option as a generated interface has it."""

    long: str
    letter: str | None
    takes: Takes
    metavar: str | None
    choices: tuple[str, ...] | None
    description: str

    @property
    def names(self) -> tuple[str, ...]:
        return (*([f"-{self.letter}"] if self.letter else []), f"--{self.long}")


@st.composite
def told_options(draw: st.DrawFn) -> list[Told]:
    longs = draw(st.lists(LONG, min_size=1, max_size=8, unique=True))
    letters = draw(st.lists(LETTER, min_size=len(longs), max_size=len(longs), unique=True))
    found = []
    for long, letter in zip(longs, letters, strict=True):
        takes = draw(st.sampled_from(Takes))
        choices = draw(st.none() | st.lists(WORD, min_size=2, max_size=4, unique=True).map(tuple))
        has_choices = takes is Takes.REQUIRED and choices is not None
        metavar = None if takes is Takes.NONE or has_choices else draw(st.sampled_from(["FILE", "NUM", "X", "A_B"]))
        short = letter if draw(st.booleans()) else None
        found.append(Told(long, short, takes, metavar, choices if has_choices else None, draw(SENTENCE)))
    return found


def as_gnu(options: list[Told]) -> str:
    lines = ["Usage: frob [OPTION]... SOURCE [TARGET]...", "Frob the SOURCE.", ""]
    for option in options:
        value = {Takes.NONE: "", Takes.REQUIRED: f"={option.metavar}", Takes.OPTIONAL: f"[={option.metavar}]"}
        shown = f"={{{','.join(option.choices)}}}" if option.choices else value[option.takes]
        head = f"  {f'-{option.letter}, ' if option.letter else '    '}--{option.long}{shown}"
        words = option.description.split()
        beside = f"{head:<30}  {' '.join(words[:6])}" if len(head) < 29 else head
        lines.append(beside)
        rest = words[6:] if len(head) < 29 else words
        lines += [f"{'':<32}{' '.join(rest[at : at + 6])}" for at in range(0, len(rest), 6)]
    return "\n".join([*lines, "", "Report bugs to: nobody@example.invalid"])


def as_argparse(options: list[Told]) -> str:
    parser = argparse.ArgumentParser(
        prog="frob",
        description="Frob the source.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=78),
    )
    parser.add_argument("source")
    parser.add_argument("target", nargs="*")
    for option in options:
        if option.takes is Takes.NONE:
            parser.add_argument(*option.names, action="store_true", help=option.description)
        else:
            nargs = "?" if option.takes is Takes.OPTIONAL else None
            parser.add_argument(
                *option.names, nargs=nargs, metavar=option.metavar, choices=option.choices, help=option.description
            )
    return parser.format_help()


def settled(text: str) -> list[Option]:
    options = settle_options(read_help(plain_text(text.encode()), ["frob"]).options, "").options
    return [option for option in options if "--help" not in option.names]


@pytest.mark.parametrize("render", [as_gnu, as_argparse])
@given(options=told_options())
def test_reads_back_the_interface_that_was_rendered(render: Callable[[list[Told]], str], options: list[Told]) -> None:
    found = settled(render(options))

    assert [(option.names, option.takes_value, option.value_name, option.choices) for option in found] == [
        (option.names, option.takes, option.metavar, option.choices) for option in options
    ]
    assert [option.description for option in found] == [option.description for option in options]


@pytest.mark.parametrize("render", [as_gnu, as_argparse])
@given(options=told_options())
def test_reads_back_the_arguments_that_were_rendered(render: Callable[[list[Told]], str], options: list[Told]) -> None:
    found = settle_arguments(read_help(render(options), ["frob"]).arguments)

    assert [(one.name.lower(), one.required, one.variadic) for one in found] == [
        ("source", True, False),
        ("target", False, True),
    ]


@given(st.text(max_size=400), st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_reads_any_text(text: str, words: list[str]) -> None:
    assert isinstance(read_help(text, words), Reading)


@given(st.data())
def test_reads_any_mutilated_help_into_options_that_a_command_can_have(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    lines = text.split("\n")
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=30))
    cut = data.draw(st.integers(0, 90))

    options = settled("\n".join(line[:cut] for line in kept))

    assert len({name for option in options for name in option.names}) == sum(len(option.names) for option in options)


LINES: dict[str, Callable[[int], str]] = {
    "entries": lambda number: f"  -{chr(97 + number % 26)}, --option-{number}=FILE   does it (default: {number})",
    "negations": lambda number: f"  --no-option-{number}   does it",
    "commands": lambda number: f"  command{number} A... B... % does it",
    "headings": lambda number: f"{' ' * (number % 7)}Heading {number}:",
    "arguments": lambda number: f"Arguments:\n  argument{number}    does it",
    "braces": lambda _: "  {a,b,c}",
    "brackets": lambda _: "usage: frob [[[[<{(((--a[b[c<d a-a-a-a-a-a-a-a-a-a-a-a-a-a-a",
    "operands": lambda number: f"  key{number}=VALUE   does it",
    "letters": lambda number: f" -{chr(97 + number % 26)}  does it\n  {chr(97 + number % 26)}  does it too",
    "values": lambda number: f"NAME{number} is one of the following:",
    "mentions": lambda number: (
        f"  --option{number}   disabled with --no-option{number}, requires -b/--c or [aliases: --d]"
    ),
    "columns": lambda _: "  -a  all  -b  both  -c  each" + "  word" * 20,
    "types": lambda number: f"  --option{number} (string) one of: a, b\n  more of it",
    "prose": lambda _: "words and words - and",
    "notes": lambda number: f"  --option{number}=X   one of: a, b ({'(a|' * 20} default default is",
}


def effort_on(shape: str, count: int) -> int:
    text = "Options:\n" + "\n".join(LINES[shape](number) for number in range(count))
    return effort_of(lambda: settle_options(read_help(text, ["frob"]).options, ""))


@pytest.mark.slow
@pytest.mark.parametrize("shape", LINES)
def test_work_grows_no_faster_than_the_text(shape: str) -> None:
    effort_on(shape, 5)  # what is only done once

    assert effort_on(shape, 2000) < 5.5 * effort_on(shape, 500)


@pytest.mark.slow
@pytest.mark.parametrize("shape", LINES)
def test_work_grows_no_faster_than_a_text_of_20_000_lines(shape: str) -> None:
    assert effort_on(shape, 20_000) < 25 * effort_on(shape, 1000)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Usage: frob FILE\n\nFrob a file. Or\nseveral.\n\nOptions:\n  -q  quiet\n", "Frob a file. Or several."),
        ("frob 1.2.3\nSomebody\nFrobs things well.\n\nUSAGE:\n    frob\n", "Frobs things well."),
        ("frob: unknown option -- -\nusage: frob [-q]\n", ""),
        ("usage: frob [-q]\n\n  -q   frob quietly\n", ""),
    ],
)
def test_finds_the_sentence_that_says_what_it_does(text: str, summary: str) -> None:
    assert read_help(text, ["frob"]).summary == summary


def test_finds_examples_of_its_own() -> None:
    text = (
        "usage: frob\n\nExamples:\n  # frob a\n  $ frob a.txt\n  frob -x b.txt   # well\n  cat x | frob\n  frobnicate\n"
    )

    assert read_help(text, ["frob"]).examples == ("frob a.txt", "frob -x b.txt")


def test_options_of_usage_lines_of_other_commands_are_left_to_these() -> None:
    text = "usage: frob remote [-v]\n   or: frob remote add [-t <b>] <name>\n   or: frob remote rm <name>\n"

    reading = read_help(text, ["frob", "remote"])

    assert [claim.names for claim in reading.options] == [("-v",)]
    assert [(claim.name, claim.sure) for claim in reading.commands] == [("add", True), ("rm", True)]
    assert reading.arguments == ()


def test_asking_for_help_is_no_command() -> None:
    reading = read_help("Commands:\n  add   Add it\n  help  Print help\n", ["frob"])

    assert [claim.name for claim in reading.commands] == ["add"]


def test_topics_may_be_commands_and_are_asked() -> None:
    reading = read_help("USAGE\n  $ sieve [COMMAND]\n\nTOPICS\n  pan   Put one under\n  ship  Send it off\n", ["sieve"])
    assert [(claim.name, claim.sure) for claim in reading.commands] == [("pan", False), ("ship", False)]


def test_a_row_of_many_names_is_not_one_option() -> None:
    said = (
        "Options:\n  -q   be quiet\n\nUse one of\n  -f, --field, -x, --extract, -X, --extract-all, --list\non rods.\n"
    )

    found = [claim.names for claim in read_help(said, ["frob"]).options]

    assert found == [("-q",), ("-f",), ("--field",), ("-x",), ("--extract",), ("-X",), ("--extract-all",), ("--list",)]


def test_a_number_with_its_sign_stands_for_a_value() -> None:
    found = read_help(" -offset +int     offset into file\n -bend        bend it\n", ["frob"]).options

    assert [(claim.names, claim.value_name) for claim in found] == [(("-offset",), "int"), (("-bend",), None)]


def test_a_dash_and_a_star_are_no_option() -> None:
    found = read_help("Options:\n  -q   be quiet\n  -y | -* anything  say yes\n", ["frob"]).options

    assert [claim.names for claim in found] == [("-q",), ("-y",)]
