from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import Takes
from worker.analysis.dialects.heads import Head, is_placeholder, parse_beginning, parse_head, parse_list, slot_of

NONE, OPTIONAL, REQUIRED = Takes.NONE, Takes.OPTIONAL, Takes.REQUIRED


def read(text: str) -> Head:
    found = parse_head(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("-f", ("-f",)),
        ("--file", ("--file",)),
        ("-f, --file", ("-f", "--file")),
        ("-k KIND, --kind=KIND, --KIND", ("-k", "--kind")),
        ("-K KIND, --kind=noKIND, --noKIND", ("-K", "--kind")),
        ("--file, -f", ("--file", "-f")),
        ("-f|--file", ("-f", "--file")),
        ("-f | --file", ("-f", "--file")),
        ("-h / --help", ("-h", "--help")),
        ("-? -h -help", ("-?", "-h", "-help")),
        ("-w, --where, --path, --location", ("-w", "--where", "--path", "--location")),
        ("--foo-bar, --foo_bar", ("--foo-bar", "--foo_bar")),
        ("-o, o, --output", ("-o", "o", "--output")),
        ("--conf.d", ("--conf.d",)),
        ("--CAROOT", ("--CAROOT",)),
        ("--withCommas", ("--withCommas",)),
        ("--7z", ("--7z",)),
        ("-1", ("-1",)),
        ("-#", ("-#",)),
        ("-###", ("-###",)),
        ("-.", ("-.",)),
        ("-pass-exit-codes", ("-pass-exit-codes",)),
    ],
)
def test_reads_every_spelling(text: str, names: tuple[str, ...]) -> None:
    assert read(text).names == names


@pytest.mark.parametrize(
    ("text", "takes", "value_name"),
    [
        ("--quiet", NONE, None),
        ("--file=FILE", REQUIRED, "FILE"),
        ("--file FILE", REQUIRED, "FILE"),
        ("-f FILE, --file FILE", REQUIRED, "FILE"),
        ("-f, --file <FILE>", REQUIRED, "FILE"),
        ("-A NUM, --after=NUM", REQUIRED, "NUM"),
        ("-A, --after=NUM", REQUIRED, "NUM"),
        ("-ANUM", REQUIRED, "NUM"),
        ("-O<level>", REQUIRED, "level"),
        ("-Olevel", REQUIRED, "level"),
        ("-o, --out string", REQUIRED, "string"),
        ("-e commandline", REQUIRED, "commandline"),
        ("--arg a v", REQUIRED, "a v"),
        ("--set KEY VALUE", REQUIRED, "KEY VALUE"),
        ("--env KEY=VALUE", REQUIRED, "KEY=VALUE"),
        ("-D<name>=<value>", REQUIRED, "<name>=<value>"),
        ("-L [bind:]port", REQUIRED, "[bind:]port"),
        ("--at [%Y-%m-%d]", REQUIRED, "%Y-%m-%d"),
        ("-cp <path of folders and files>", REQUIRED, "path of folders and files"),
        ("-Wl,<options>", REQUIRED, "options"),
        ('--out="FILE"', REQUIRED, "FILE"),
        ("-flags '[pattern=]arg list'", REQUIRED, "[pattern=]arg list"),
        ("--color[=WHEN]", OPTIONAL, "WHEN"),
        ("--jobs [N]", OPTIONAL, "N"),
        ("-j [N], --jobs[=N]", OPTIONAL, "N"),
        ("--jobs=[N]", OPTIONAL, "N"),
        ("--package [<SPEC>]", OPTIONAL, "SPEC"),
        ("-i[SUFFIX], --in-place[=SUFFIX]", OPTIONAL, "SUFFIX"),
        ("-V[:name]", OPTIONAL, "name"),
        ("-d[t][:MOD]", OPTIONAL, "[t][:MOD]"),
        ('--dry-run string[="client"]', OPTIONAL, "string"),
    ],
)
def test_reads_what_stands_for_the_value(text: str, takes: Takes, value_name: str | None) -> None:
    assert (read(text).slot.takes, read(text).slot.name) == (takes, value_name)


@pytest.mark.parametrize(
    ("text", "takes", "choices"),
    [
        ("--mode {fast,slow}", REQUIRED, ("fast", "slow")),
        ("--mode {FAST,SLOW}", REQUIRED, ("FAST", "SLOW")),
        ("--level [low|high]", REQUIRED, ("low", "high")),
        ("--level=[low|high]", REQUIRED, ("low", "high")),
        ("--level=low|high", REQUIRED, ("low", "high")),
        ("--sort [size|date]", REQUIRED, ("size", "date")),
        ("--mirror=<fetch|push>", REQUIRED, ("fetch", "push")),
        ("--track[=(direct|inherit)]", OPTIONAL, ("direct", "inherit")),
        ("--many {a,b} [{a,b} ...]", REQUIRED, ("a", "b")),
        ("--one {a}", REQUIRED, ("a",)),
    ],
)
def test_reads_choices(text: str, takes: Takes, choices: tuple[str, ...]) -> None:
    assert (read(text).slot.takes, read(text).slot.choices) == (takes, choices)


@pytest.mark.parametrize("text", ["--in FILE|DIR", "--in <file|dir>", "--config <KEY=VALUE|PATH>", "--x=N[K|M]"])
def test_takes_words_that_stand_for_something_for_no_choices(text: str) -> None:
    assert read(text).slot.choices is None
    assert read(text).slot.takes is REQUIRED


@pytest.mark.parametrize("text", ["--tag T [T ...]", "--tag <T>...", "--tag [T ...]", "-v, --verbose..."])
def test_reads_that_a_value_or_an_option_may_stand_again(text: str) -> None:
    assert read(text).slot.repeatable


def test_takes_no_dash_for_a_value() -> None:
    found = parse_beginning("--keep - keeps it")

    assert found is not None
    assert found[0].slot.takes is Takes.NONE


@pytest.mark.parametrize(
    ("text", "names", "negations"),
    [
        ("-n, --[no-]dry-run", ("-n", "--dry-run"), (("--no-dry-run",),)),
        ("--(no-)glue", ("--glue",), (("--no-glue",),)),
        ("--x/--no-x", ("--x",), (("--no-x",),)),
        ("--x, --no-x", ("--x",), (("--no-x",),)),
        ("--up / --down", ("--up",), (("--down",),)),
        ("--up    --down", ("--up",), (("--down",),)),
        ("-u, --upper / -l, --lower", ("-u", "--upper"), (("-l", "--lower"),)),
        ("--no-x", ("--no-x",), ()),
    ],
)
def test_tells_what_switches_off(text: str, names: tuple[str, ...], negations: tuple[tuple[str, ...], ...]) -> None:
    assert (read(text).names, read(text).negations) == (names, negations)


def test_reads_a_default_in_place_of_a_name() -> None:
    assert (read("--size=500:").slot.takes, read("--size=500:").slot.default) == (REQUIRED, "500")
    assert (read("--all=false:").slot.takes, read("--all=false:").slot.default) == (NONE, "false")
    assert (read("--raw='':").slot.takes, read("--raw='':").slot.default) == (REQUIRED, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "--",
        "---",
        "word",
        "-a and -b together",
        "-v verbose output here now",
        "--foo is used, and --bar is not",
        "-NUM",
        "--with-FEATURE",
        "--TYPE-format",
        "--<name>",
    ],
)
def test_reads_no_head_where_there_is_none(text: str) -> None:
    assert parse_head(text) is None


def test_a_line_without_a_gap_has_room_for_one_plain_word() -> None:
    assert parse_head("--foo bar", plain_words=1) is not None
    assert parse_head("--foo bar baz", plain_words=1) is None


def test_reads_a_beginning_and_says_where_it_ends() -> None:
    begun = parse_beginning("-o, --out=FILE write to FILE")

    assert begun is not None
    head, end = begun
    assert head.names == ("-o", "--out")
    assert "-o, --out=FILE write to FILE"[end:] == " write to FILE"


def test_reads_each_option_of_a_line_that_lists_several() -> None:
    heads = parse_list("-depth -maxdepth LEVELS -xdev")

    assert [(head.names, head.slot.takes) for head in heads] == [
        (("-depth",), NONE),
        (("-maxdepth",), REQUIRED),
        (("-xdev",), NONE),
    ]


def test_knows_patterns_from_options() -> None:
    assert is_placeholder("--enable-FEATURE")
    assert is_placeholder("-NUM")
    assert not is_placeholder("--CAROOT")
    assert not is_placeholder("-N")


@given(st.text(alphabet="-abN=[]{}<>()|,./ '\":…", max_size=60))
def test_reads_any_text_and_never_invents_a_spelling(text: str) -> None:
    head = parse_head(text)

    for name in head.names if head else ():
        assert name.startswith("-")
        assert name.lstrip("-") in text


@given(st.text(alphabet="ab|,{}[]<>.=", max_size=40))
def test_a_slot_has_choices_or_a_name_but_not_both(token: str) -> None:
    slot = slot_of(token)

    assert slot.choices is None or slot.name is None
    assert slot.takes is not NONE


@pytest.mark.parametrize(
    ("text", "names", "negations"),
    [
        ("-loud, -noloud", ("-loud",), (("-noloud",),)),
        ("--loud, --noloud", ("--loud",), (("--noloud",),)),
        ("--loud|--no-loud|--noloud", ("--loud",), (("--no-loud",), ("--noloud",))),
        ("-de, -node", ("-de",), (("-node",),)),
        ("--note, --notice", ("--note", "--notice"), ()),
        ("-t, -not", ("-t", "-not"), ()),
    ],
)
def test_an_opposite_is_no_alias(text: str, names: tuple[str, ...], negations: tuple[tuple[str, ...], ...]) -> None:
    found = read(text)

    assert (found.names, found.negations) == (names, negations)


def test_a_dash_and_the_value_of_another_spelling_stand_for_each_value() -> None:
    head = parse_head("-COLUMN, --columns=COLUMN")

    assert head is not None
    assert head.names == ("--columns",)
    assert head.slot.name == "COLUMN"
