from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.cli_tool import Source, Takes
from worker.analysis.claims import UNSURE
from worker.analysis.usage_line import Usage, parse_usage

NONE, OPTIONAL, REQUIRED = Takes.NONE, Takes.OPTIONAL, Takes.REQUIRED


def read(line: str, words: str = "frob", known: dict[str, Takes] | None = None) -> Usage:
    return parse_usage(line, words.split(), known)


def options(usage: Usage) -> dict[tuple[str, ...], Any]:
    return {claim.names: (claim.takes, claim.value_name) for claim in usage.options}


def arguments(usage: Usage) -> list[tuple[str, bool, bool]]:
    return [(claim.name, claim.required, claim.variadic) for claim in usage.arguments]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("frob SRC DST", [("SRC", True, False), ("DST", True, False)]),
        ("frob SRC [DST]", [("SRC", True, False), ("DST", False, False)]),
        ("frob [[SRC] DST", [("SRC", False, False), ("DST", False, False)]),
        ("frob FILE...", [("FILE", True, True)]),
        ("frob FILE ...", [("FILE", True, True)]),
        ("frob [FILE]...", [("FILE", False, True)]),
        ("frob [FILE...]", [("FILE", False, True)]),
        ("frob [FILE ...]", [("FILE", False, True)]),
        ("frob FILE [FILE ...]", [("FILE", True, True)]),
        ("frob file [files...]", [("file", True, True)]),
        ("frob file(s)", [("file", True, True)]),
        ("frob <jq filter> [file...]", [("jq filter", True, False), ("file", False, True)]),
        ("frob [(<group> | <remote>)...]", [("group", False, True)]),
        ("frob (<group> | <remote>)", [("group", True, False)]),
        ("frob <module>[/<class>] [args...]", [("module", True, False), ("args", False, True)]),
        ("frob [--] <path>...", [("path", True, True)]),
        ("frob [options] file", [("file", True, False)]),
        ("frob [OPTION]... file", [("file", True, False)]),
        ("frob <options> file [flags]", [("file", True, False)]),
        ("frob [build/test flags] [packages] [build flags & test flags]", [("packages", False, False)]),
        ("frob [more options; see below] file", [("file", True, False)]),
        ("frob <spec> (same as the other thing)", [("spec", True, False)]),
        ("frob", []),
        ("", []),
    ],
)
def test_reads_positional_words(line: str, expected: list[tuple[str, bool, bool]]) -> None:
    assert arguments(read(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("frob [-q]", {("-q",): (NONE, None)}),
        ("frob [-abc]", {("-a",): (NONE, None), ("-b",): (NONE, None), ("-c",): (NONE, None)}),
        ("frob [-o FILE]", {("-o",): (REQUIRED, "FILE")}),
        ("frob [-o out_file]", {("-o",): (REQUIRED, "out_file")}),
        ("frob [-L [bind:]port]", {("-L",): (REQUIRED, "[bind:]port")}),
        ("frob [-j [N]]", {("-j",): (OPTIONAL, "N")}),
        ("frob [--exec[=<path>]]", {("--exec",): (OPTIONAL, "path")}),
        ("frob [--size=<n>]", {("--size",): (REQUIRED, "n")}),
        ("frob [-v | --verbose]", {("-v", "--verbose"): (NONE, None)}),
        ("frob [-v|--verbose]", {("-v", "--verbose"): (NONE, None)}),
        ("frob [--tags | --no-tags]", {("--tags",): (NONE, None), ("--no-tags",): (NONE, None)}),
        ("frob [-a | --auto | -d | --drop]", {("-a", "--auto"): (NONE, None), ("-d", "--drop"): (NONE, None)}),
        ("frob --out OUT file", {("--out",): (REQUIRED, "OUT")}),
        ("frob -f key_file name", {("-f",): (REQUIRED, "key_file")}),
    ],
)
def test_reads_options_and_their_values(line: str, expected: dict[tuple[str, ...], Any]) -> None:
    usage = read(line)

    assert options(usage) == expected
    assert {claim.source for claim in usage.options} == {Source.USAGE}
    assert {claim.confidence for claim in usage.options} == {UNSURE}


def test_an_option_without_brackets_is_required() -> None:
    usage = read("frob [-q] --out OUT")

    assert {claim.names[0]: claim.required for claim in usage.options} == {"-q": False, "--out": True}


def test_reads_choices_of_options_and_arguments() -> None:
    usage = read("frob [--mode {fast,slow}] [-t one | two | three] {start|stop} {a,b}")

    assert [claim.choices for claim in usage.options] == [("fast", "slow"), ("one", "two", "three")]
    assert [claim.choices for claim in usage.arguments] == [("start", "stop"), ("a", "b")]


def test_what_is_known_of_an_option_decides_about_the_word_behind_it() -> None:
    line = "frob --dry FILE"

    assert arguments(read(line)) == []
    assert arguments(read(line, known={"--dry": NONE})) == [("FILE", True, False)]


def test_a_value_in_angle_brackets_is_believed_before_a_silent_entry() -> None:
    assert options(read("frob [--omit <dev>]", known={"--omit": NONE})) == {("--omit",): (REQUIRED, "dev")}


@pytest.mark.parametrize("line", ["frob [--tag T [T ...]]", "frob [--tag T]...", "frob [--tag <t> [--tag <t> ...]]"])
def test_reads_that_an_option_may_stand_again(line: str) -> None:
    assert [claim.repeatable for claim in read(line).options] == [True]


@pytest.mark.parametrize(
    ("cluster", "letters"),
    [
        ("-46AaCf", ["-4", "-6", "-A", "-a", "-C", "-f"]),
        ("-lhV", ["-l", "-h", "-V"]),
        ("-rf", ["-r", "-f"]),
        ("-name", ["-name"]),
        ("-verbose", ["-verbose"]),
    ],
)
def test_tells_a_cluster_of_letters_from_a_word(cluster: str, letters: list[str]) -> None:
    assert [claim.names[0] for claim in read(f"frob [{cluster}]").options] == letters


def test_a_documented_word_is_no_cluster() -> None:
    assert [claim.names[0] for claim in read("frob [-ab]", known={"-ab": NONE}).options] == ["-ab"]


def test_the_last_letter_of_a_cluster_takes_the_value() -> None:
    assert options(read("frob -cf archive [FILE]")) == {("-c",): (NONE, None), ("-f",): (REQUIRED, "archive")}


def test_leaves_out_the_words_of_the_command() -> None:
    assert arguments(read("frob remote add NAME", "frob remote add")) == [("NAME", True, False)]
    assert arguments(read("/opt/bin/frob.py remote [-v] add NAME", "frob remote add")) == [("NAME", True, False)]


def test_sees_the_place_of_a_command() -> None:
    assert read("frob [OPTIONS] COMMAND [ARGS]...").takes_command
    assert read("frob <command> [<args>]").takes_command
    assert not read("frob FILE").takes_command


def test_braces_before_dots_are_commands() -> None:
    usage = read("frob [-h] {add,remove} ...")

    assert usage.commands == ("add", "remove")
    assert usage.arguments == ()


def test_names_the_plain_word_behind_the_command_which_may_be_another() -> None:
    assert read("frob remote rename <old> <new>", "frob remote").literal == "rename"
    assert read("frob remote [-v | --verbose] show <name>", "frob remote").literal == "show"
    assert read("frob remote <name>", "frob remote").literal is None


@given(st.text(alphabet="-abN=[]{}<>()|,./ …", max_size=80), st.lists(st.text(max_size=5), min_size=1, max_size=3))
def test_reads_any_line(line: str, words: list[str]) -> None:
    usage = parse_usage(line, words)

    assert all(claim.name for claim in usage.arguments)
    assert all(name.startswith("-") for claim in usage.options for name in claim.names)


def test_reads_brackets_however_deep_they_are() -> None:
    assert arguments(read("frob SRC " + "[" * 5000 + " x"))[0] == ("SRC", True, False)
