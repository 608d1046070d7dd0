from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import Takes
from tests.effort import effort_of
from worker.analysis.allowance import Allowance
from worker.analysis.manual.pages import Page
from worker.analysis.manual.reading import Manual, read_manuals, read_source
from worker.analysis.merge import settle_options

CORPUS = Path(__file__).resolve().parents[4] / "corpus"
SOURCES = [path.read_text() for path in sorted(CORPUS.glob("m*/*.1"))]
LINES = sorted({line for source in SOURCES for line in source.split("\n")})


def write(folder: Path, name: str, source: str) -> None:
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "share/man/man1").mkdir(parents=True, exist_ok=True)
    (folder / "share/man/man1" / name).write_text(source)


def page(usage: str, *options: str, more: str = "") -> str:
    entries = "".join(f".TP\n\\fB{option}\\fR\nDoes it.\n" for option in options)
    return f".TH X 1\n.SH SYNOPSIS\n{usage}\n.SH OPTIONS\n{entries}{more}"


def spellings(manual: Manual) -> dict[str, list[str]]:
    return {
        " ".join(path): [name for claim in reading.options for name in claim.names]
        for path, reading in manual.readings.items()
    }


def test_reads_the_pages_of_a_tool_and_of_its_commands(tmp_path: Path) -> None:
    write(tmp_path, "frob.1", page("frob [--loud] COMMAND", "--loud"))
    write(tmp_path, "frob-cherry-pick.1", page("frob cherry-pick [-x]", "-x"))
    write(tmp_path, "frob-image-list.1", page("frob image list", "--all"))

    found = spellings(read_manuals(str(tmp_path / "bin/frob"), ["frob"]))

    assert found == {"": ["--loud", "--loud"], "cherry-pick": ["-x", "-x"], "image list": ["--all"]}


def test_the_page_of_another_program_is_none_of_the_tool(tmp_path: Path) -> None:
    commands = ".SH COMMANDS\n.TP\nfrob-listed(1)\nDoes it.\n"
    write(tmp_path, "frob.1", page("frob [--loud] COMMAND", "--loud", more=commands))
    write(tmp_path, "frob-keygen.1", page("frob-keygen [--bits N]", "--bits N"))
    write(tmp_path, "frob-listed.1", page("listed [--so]", "--so"))

    assert set(spellings(read_manuals(str(tmp_path / "bin/frob"), ["frob"]))) == {"", "listed"}


def test_a_page_of_its_own_counts_more_than_what_another_says_by_the_way(tmp_path: Path) -> None:
    by_the_way = ".SH COMMANDS\n.SS add [--new]\n.TP\n\\-\\-old\nIs gone.\n"
    write(tmp_path, "frob.1", page("frob COMMAND", "--loud", more=by_the_way))
    write(tmp_path, "frob-add.1", page("frob add", "--new"))

    assert spellings(read_manuals(str(tmp_path / "bin/frob"), ["frob"]))["add"] == ["--new"]


PROSE = '.\\" ' + "words " * 400 + "\n"


def test_reads_no_more_pages_than_the_allowance_covers(tmp_path: Path) -> None:
    sources = {name: page(name.replace("-", " "), "--new", more=PROSE) for name in ("frob", "frob-add", "frob-cut")}
    for name, source in sources.items():
        write(tmp_path, f"{name}.1", source)
    allowance = Allowance(len(sources["frob"]) + len(sources["frob-add"]) + 10)

    found = read_manuals(str(tmp_path / "bin/frob"), ["frob"], allowance)

    assert set(spellings(found)) == {"", "add"}
    assert allowance.is_spent


def test_a_page_that_another_names_is_paid_for_as_well(tmp_path: Path) -> None:
    more = page("frob", "--more")
    write(tmp_path, "more.1", more)
    source = page("frob", "--loud", more=PROSE + ".so man1/more.1\n")
    write(tmp_path, "frob.1", source)

    def read(left: int) -> bool:
        manual = read_manuals(str(tmp_path / "bin/frob"), ["frob"], Allowance(len(source) + left))
        return any("--more" in names for names in spellings(manual).values())

    assert read(len(more))
    assert not read(len(more) - 1)


@pytest.mark.parametrize("repeated", [".a\n", ".IP -a\nx\n", ".SS a\n.TP\n-b\n"], ids=["macros", "items", "sections"])
def test_much_that_is_made_of_little_is_paid_for(tmp_path: Path, repeated: str) -> None:
    start = ".TH FROB 1\n.SH OPTIONS\n.de a\n" + ".IP -a\nx\n" * 6 + "..\n"
    write(tmp_path, "frob.1", start + repeated * 1000)
    allowance = Allowance(len(start + repeated * 1000) * 2)

    assert read_manuals(str(tmp_path / "bin/frob"), ["frob"], allowance) == Manual()
    assert allowance.is_spent


@pytest.mark.timeout(60)
def test_no_page_lasts_long_whatever_its_macros_make_of_it(tmp_path: Path) -> None:
    start = ".TH FROB 1\n.SH OPTIONS\n.de a\n" + ".IP -a\nx\n" * 6 + "..\n"
    for name in ("frob", "frob-add"):
        write(tmp_path, f"{name}.1", start + ".a\n" * 160_000)
    allowance = Allowance(500_000)

    assert read_manuals(str(tmp_path / "bin/frob"), ["frob"], allowance) == Manual()


def test_a_tool_without_a_page_has_no_reading(tmp_path: Path) -> None:
    assert read_manuals(str(tmp_path / "frob"), ["no-such-tool-anywhere"]) == Manual()


def test_a_page_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    manual = read_source(Page(tmp_path / "missing.1", "frob", "1").source(), ["frob"])

    assert [(path, reading.options) for path, reading in manual.readings.items()] == [((), ())]


@pytest.mark.parametrize(
    ("tag", "names", "takes", "value"),
    [
        (r"\fB\-f\fR, \fB\-\-file\fR=\fIname\fR", ("-f", "--file"), Takes.REQUIRED, "name"),
        (r"\fB\-f\fIname\fR", ("-f",), Takes.REQUIRED, "name"),
        (r"\fB\-\-file\fR[\fB=\fIname\fR]", ("--file",), Takes.OPTIONAL, "name"),
        (r"\-\-exec command ;", ("--exec",), Takes.REQUIRED, "command"),
        (r"\-\-sign, \-\-sign=KEY", ("--sign",), Takes.OPTIONAL, "KEY"),
        (r"\fB\-perm \-\fImode\fR", ("-perm",), Takes.REQUIRED, "mode"),
        (r"\-<n>, \-C <n>, \-\-context <n>", ("-C", "--context"), Takes.REQUIRED, "n"),
        (r"\-L <first>,<last>, \-L :<name>", ("-L",), Takes.REQUIRED, "<first>,<last>"),
        ("\u2013dry", ("--dry",), Takes.NONE, None),
        (r"\fB\-\-key=\fR \fIPATH\fR", ("--key",), Takes.REQUIRED, "PATH"),
        (r"\-\-quiet[=true]", ("--quiet",), Takes.NONE, None),
        (r"\fB\-\-wait\fR (deprecated)", ("--wait",), Takes.NONE, None),
    ],
)
def test_reads_the_heads_of_entries(tag: str, names: tuple[str, ...], takes: Takes, value: str | None) -> None:
    reading = read_source(f".SH OPTIONS\n.TP\n{tag}\nDoes it.\n", ["frob"]).readings[()]

    assert [(claim.names, claim.takes, claim.value_name) for claim in reading.options] == [(names, takes, value)]


@pytest.mark.parametrize(
    "source",
    [
        ".SH OPTIONS\n.PP\n\\-\\-prose is what nobody should type.\n",
        ".SH DESCRIPTION\nLike \\fBtar\\fR with \\fB\\-xf\\fR.\n",
        '.SH "EXIT STATUS"\n.TP\n\\-1\nIt failed.\n',
        ".SH OPTIONS\n.TP\n\\-NUM\nMany.\n",
        ".SH EXAMPLES\n.TP\n\\fB\\-\\-not\\-here\\fR\nno.\n",
        ".SH OPTIONS\n.TP\n\\-42\nIs a number.\n",
    ],
)
def test_what_only_looks_like_an_option_is_none(source: str) -> None:
    assert read_source(source, ["frob"]).readings[()].options == ()


def test_a_description_that_begins_with_an_option_is_no_entry() -> None:
    source = ".SH OPTIONS\n.TP\n\\-a\n\\-b is another one.\n.sp\nUsage is simple.\n.sp\n\\-c as well.\n"

    claims = read_source(source, ["frob"]).readings[()].options

    assert [(claim.names, claim.description) for claim in claims] == [
        (("-a",), "-b is another one. Usage is simple. -c as well.")
    ]


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3))
def test_reads_any_text(text: str, words: list[str]) -> None:
    assert isinstance(read_source(text, words), Manual)


@given(st.binary(max_size=300))
def test_reads_any_bytes_behind_a_macro(raw: bytes) -> None:
    text = raw.decode("latin-1")

    for macro in (".TP\n", ".Bl -tag\n.It Fl ", ".if ", ".de X\n", "\\*[", ".TS\n", ".ds x ", ".Oo ", "\\f["):
        assert isinstance(read_source(f".SH OPTIONS\n{macro}{text}", ["frob"]), Manual)


@given(st.lists(st.sampled_from(LINES), max_size=40), st.integers(0, 90))
def test_reads_any_mutilated_page_into_options_that_a_command_can_have(lines: list[str], cut: int) -> None:
    for reading in read_source("\n".join(line[:cut] for line in lines), ["frob", "sub"]).readings.values():
        options = settle_options(reading.options, "").options
        assert len({name for option in options for name in option.names}) == sum(len(one.names) for one in options)


PAGES: dict[str, Callable[[int], str]] = {
    "entries": lambda number: f".TP\n\\fB\\-\\-option{number}\\fR=\\fIname\\fR\nDoes it.",
    "items": lambda number: f".It Fl -option{number} Ns = Ns Ar name\nDoes it.",
    "commands": lambda number: f".SS command{number} [options]\nDoes it.",
    "listed": lambda number: f".TP\ncommand{number}\nDoes it.",
    "headings": lambda number: f".SH HEADING {number}",
    "heads": lambda _: ".TP\n\\-a",
    "prose": lambda _: "words and \\fBwords\\fR \\- and",
    "nested": lambda _: ".RS\n.TP\n\\-a\nis",
    "opened": lambda _: ".Oo Fl a",
    "strings": lambda number: f".ds x{number} \\*[x{number - 1}]\\*[x{number - 1}]\n\\*[x{number}]",
    "macros": lambda _: ".de X\n.X\n.X\n..\n.X",
    "conditions": lambda _: ".if n \\{\\\n.ie ((((((((((((1+1 \\{",
    "table": lambda _: ".TS\nl l.\nT{\na\tb",
    "usage": lambda number: f".SH SYNOPSIS\nfrob word{number} [-a] [-b",
    "escapes": lambda _: "\\fB\\f[\\*[\\(\\[u\\h'\\w\"\\",
    "continued": lambda _: "a\\",
    "italics": lambda _: ".BI \\-a b \\-c d \\-e f",
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("start", [".SH COMMANDS\n", ".Sh OPTIONS\n.Bl -tag\n"])
def test_reading_takes_time_in_proportion_to_the_page(kind: str, start: str) -> None:
    def effort(count: int) -> int:
        source = start + "\n".join(PAGES[kind](number) for number in range(count))
        return effort_of(lambda: read_source(source, ["frob"]))

    small, large = effort(60), effort(240)

    assert large < 8 * small


def test_what_a_nested_entry_says_is_said_of_that_entry() -> None:
    source = (
        ".SH OPTIONS\n.TP\n\\-\\-run \\fIPROGRAM\\fR\nRun it with:\n.RS\n.TP\nKIND\n(default: 3) One of: red, blue.\n"
    )

    claims = read_source(source, ["frob"]).readings[()].options

    assert [(claim.default, claim.choices, claim.description) for claim in claims] == [
        (None, None, "Run it with: KIND")
    ]


def commands_in(source: str) -> dict[str, bool]:
    return {claim.name: claim.sure for claim in read_source(source, ["frob"]).readings[()].commands}


def test_a_heading_in_capitals_is_no_command_unless_it_stands_below_commands() -> None:
    phrase = ".TH X 1\n.SH SYNOPSIS\nfrob [-q]\n.SH FROB RULES\nThey are many.\n"
    below = ".TH X 1\n.SH COMMANDS\n.SS FROB ADD\nAdds one.\n"

    assert commands_in(phrase) == {}
    assert commands_in(below) == {"add": True}


def test_words_listed_inside_the_entry_of_an_option_are_no_commands() -> None:
    source = (
        ".TH X 1\n.SH SYNOPSIS\nfrob [options] command [args]\n.SH COMMANDS\n"
        ".TP\n.B \\-\\-polish\nOpens a menu.\n.RS\n.TP\n.B wax\nPuts wax on.\n.P\nThere is more.\n"
        ".TP\n.B buff\nRubs it.\n.TP\n.B leave\nEnds.\n.RE\n.TP\n.B \\-\\-grind\nGrinds.\n"
    )

    assert commands_in(source) == {}


def test_what_stands_behind_a_dash_in_a_heading_is_no_argument() -> None:
    found = read_source(
        ".TH X 1\n.SH COMMANDS\n.SS frob add ROD - put one more in it\n.TP\n\\-\\-now\nAt once.\n", ["frob"]
    )

    assert [claim.name for claim in found.readings[("add",)].arguments] == ["ROD"]


def heads_in(tag: str) -> list[tuple[str, ...]]:
    return [claim.names for claim in read_source(f".SH OPTIONS\n.TP\n{tag}\nDoes it.\n", ["frob"]).readings[()].options]


def test_a_head_that_is_too_long_is_cut_between_names() -> None:
    names = [f"-frobnicate{number}" for number in range(60)]

    found = [name for head in heads_in(", ".join(name.replace("-", "\\-") for name in names)) for name in head]

    assert found
    assert set(found) <= set(names)


def test_options_in_place_of_another_with_its_value_are_not_its_aliases() -> None:
    assert heads_in("\\-r, \\-\\-mend \\fIrod\\fR...|\\-a|\\-\\-all") == [("-r", "--mend"), ("-a", "--all")]
