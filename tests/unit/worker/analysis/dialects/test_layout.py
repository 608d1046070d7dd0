from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.analysis.dialects.layout import Kind, kind_of, lay_out


def sections(text: str) -> list[tuple[str, Kind, list[str]]]:
    return [(one.heading, one.kind, [line.text for line in one.lines]) for one in lay_out(text).sections if one.lines]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Options", Kind.OPTIONS),
        ("optional arguments", Kind.OPTIONS),
        ("Global Flags", Kind.OPTIONS),
        ("Options (and corresponding environment variables)", Kind.OPTIONS),
        ("where options include", Kind.OPTIONS),
        ("Usage of frob:", Kind.OPTIONS),
        ("Commands", Kind.COMMANDS),
        ("CORE COMMANDS", Kind.COMMANDS),
        ("The commands are", Kind.COMMANDS),
        ("Basic Commands (Beginner)", Kind.COMMANDS),
        ("SUBCOMMANDS", Kind.COMMANDS),
        ("positional arguments", Kind.ARGUMENTS),
        ("ARGS", Kind.ARGUMENTS),
        ("Examples", Kind.EXAMPLES),
        ("Environment variables", Kind.ASIDE),
        ("Exit status", Kind.ASIDE),
        ("Additional help topics", Kind.ASIDE),
        ("This frob defaults to", Kind.ASIDE),
        ("Valid arguments for --style are", Kind.ASIDE),
        ("Aliases", Kind.ALIASES),
        ("work on the change (see also: frob help work)", Kind.OTHER),
        ("heat", Kind.OTHER),
    ],
)
def test_a_heading_says_what_stands_below_it(heading: str, kind: Kind) -> None:
    assert kind_of(heading) is kind


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("usage: frob [-h] FILE\n", ["frob [-h] FILE"]),
        ("usage: frob [-h]\n            FILE\n\nIt frobs.", ["frob [-h] FILE"]),
        ("usage: frob [-h]\n       frob -x FILE\n            [-q]\n", ["frob [-h]", "frob -x FILE [-q]"]),
        ("Usage: frob A\n  or:  frob B\n   or: frob C\n", ["frob A", "frob B", "frob C"]),
        (
            "Usage: frob [options] <class>\n           (to run a class)\n   or  frob -jar\n",
            ["frob [options] <class>", "frob -jar"],
        ),
        ("Usage:\n  frob [command]\n  frob run [flags]\n\nCommands:\n", ["frob [command]", "frob run [flags]"]),
        ("Usage:\n\n\tfrob <command>\n\nThe commands are:\n", ["frob <command>"]),
        ("USAGE:\n    frob [FLAGS] <x>\n\nFLAGS:\n    -q\n", ["frob [FLAGS] <x>"]),
        ("Usage:\nfrob install [<spec> ...]\n\nOptions:\n", ["frob install [<spec> ...]"]),
        ("Usage: frob [switches] [file]\n  -0[octal]   end records\n", ["frob [switches] [file]"]),
        ("Usage: frob FILE\nSearch for it.\n", ["frob FILE"]),
        ("The usage of frob is easy.\n", []),
        ("Usage of frob:\n  -n int\n", []),
    ],
)
def test_reads_usage_lines_wherever_they_stand(text: str, usage: list[str]) -> None:
    assert list(lay_out(text.expandtabs()).usage) == usage


def test_parts_sections_at_their_headings() -> None:
    text = "It frobs.\n\nOptions:\n  -q   quiet\n\nCommands:\n  add  Add\n\nSome more words.\n"

    assert sections(text) == [
        ("", Kind.OTHER, ["It frobs."]),
        ("Options", Kind.OPTIONS, ["-q   quiet"]),
        ("Commands", Kind.COMMANDS, ["add  Add", "Some more words."]),
    ]


def test_a_heading_above_entries_needs_no_mark() -> None:
    text = "work on it (see also: frob help work)\n   add   Add\n   rm    Remove\n\ngrow it\n   log   Show\n"

    assert [heading for heading, *_ in sections(text)] == ["work on it (see also: frob help work)", "grow it"]


def test_headings_without_a_word_of_their_own_belong_to_the_one_above_them() -> None:
    text = (
        "These are common commands:\n\nwork on it\n   add   Add\n\ngrow it\n   log   Show\n\nOptions:\n   -q  quiet\n"
    )

    assert [kind for _, kind, _ in sections(text)] == [Kind.COMMANDS, Kind.COMMANDS, Kind.OPTIONS]


def test_a_heading_left_of_what_stands_above_it_does_not_belong_there() -> None:
    text = "Examples:\n  frob -x\n\n Main mode:\n\n  -c, --create   make it\n"

    assert sections(text)[-1][:2] == ("Main mode", Kind.OTHER)


def test_a_line_that_describes_an_entry_is_no_heading() -> None:
    text = "Options:\n  --shape <S>\n          The shape\n\n          Possible values:\n          - round\n  -q\n"

    assert [heading for heading, *_ in sections(text)] == ["Options"]


def test_the_last_line_of_a_paragraph_speaks_for_all_of_it() -> None:
    text = "The build flags are shared by build, clean, get,\nand test commands:\n\n    -a\n        all\n"

    assert sections(text)[-1][1] is Kind.OPTIONS


def test_knows_options_that_other_commands_have_as_well() -> None:
    inherited = {one.heading: one.is_inherited for one in lay_out("Options:\n  -q\n\nGlobal Flags:\n  -v\n").sections}

    assert (inherited["Options"], inherited["Global Flags"]) == (False, True)


@given(st.text(alphabet="aB:-  \n[]", max_size=200))
def test_takes_any_text_apart_and_loses_no_line(text: str) -> None:
    found = lay_out(text)
    kept = sum(len(section.lines) for section in found.sections) + sum(bool(one.heading) for one in found.sections)

    assert kept <= len([line for line in text.split("\n") if line.strip()])


def test_takes_a_sentence_that_goes_on_with_usage_for_no_usage_line() -> None:
    text = "Options:\n  --log    write down what was done and the\n           usage of memory\n"

    assert lay_out(text).usage == ()
