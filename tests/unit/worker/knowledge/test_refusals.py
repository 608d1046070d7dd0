from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import effort_of
from worker.knowledge.refusals import Refusal, RefusalKind, is_unknown, read_refusals, refuses_word

UNKNOWN_OPTION = RefusalKind.UNKNOWN_OPTION
UNKNOWN_COMMAND = RefusalKind.UNKNOWN_COMMAND
MISSING_VALUE = RefusalKind.MISSING_VALUE
UNEXPECTED_VALUE = RefusalKind.UNEXPECTED_VALUE
INVALID_VALUE = RefusalKind.INVALID_VALUE
INVALID_CHOICE = RefusalKind.INVALID_CHOICE
MISSING_ARGUMENT = RefusalKind.MISSING_ARGUMENT
EXTRA_ARGUMENT = RefusalKind.EXTRA_ARGUMENT
NO_SUCH_FILE = RefusalKind.NO_SUCH_FILE
CONFLICT = RefusalKind.CONFLICT
REQUIRES = RefusalKind.REQUIRES
OTHER_USAGE = RefusalKind.OTHER_USAGE

WORDINGS = [
    # getopt, getopt_long, BSD
    ("frob: invalid option -- 'x'", UNKNOWN_OPTION, "-x"),
    ("frob: illegal option -- x", UNKNOWN_OPTION, "-x"),
    ("frob: unknown option -- -", UNKNOWN_OPTION, "--"),
    ("frob: unrecognized option '--xyz'", UNKNOWN_OPTION, "--xyz"),
    ("frob: unrecognized option `--xyz'", UNKNOWN_OPTION, "--xyz"),
    ("frob: unrecognised option \u2018--xyz\u2019", UNKNOWN_OPTION, "--xyz"),
    ("frob: option '--xyz' requires an argument", MISSING_VALUE, "--xyz"),
    ("frob: option requires an argument -- 'x'", MISSING_VALUE, "-x"),
    ("frob: option '--xyz' doesn't allow an argument", UNEXPECTED_VALUE, "--xyz"),
    ("frob: option '--xyz' is ambiguous; possibilities: '--xyza' '--xyzb'", OTHER_USAGE, "--xyz"),
    # argparse, optparse
    ("frob sub: error: argument -o/--out: expected one argument", MISSING_VALUE, "--out"),
    ("frob: error: argument --n: invalid int value: 'q'", INVALID_VALUE, "--n"),
    ("frob: error: argument cmd: invalid choice: 'q' (choose from a, b)", INVALID_CHOICE, "q"),
    ("frob: error: argument -a: not allowed with argument -b", CONFLICT, "-a"),
    ("frob: error: argument -q/--quiet: ignored explicit argument '3'", UNEXPECTED_VALUE, "--quiet"),
    ("frob: error: one of the arguments -a -b is required", REQUIRES, "-a"),
    ("frob: error: ambiguous option: --x could match --xa, --xb", OTHER_USAGE, "--x"),
    ("frob: error: no such option: --foo", UNKNOWN_OPTION, "--foo"),
    ("frob: error: --foo option requires 1 argument", MISSING_VALUE, "--foo"),
    ("frob: error: -f option does not take a value", UNEXPECTED_VALUE, "-f"),
    # click, typer
    ("Error: No such option: --foo Did you mean --fob?", UNKNOWN_OPTION, "--foo"),
    ("Error: No such option '--foo'.", UNKNOWN_OPTION, "--foo"),
    ("\u2502 No such option: --foo                      \u2502", UNKNOWN_OPTION, "--foo"),
    ("Error: Option '--foo' requires an argument.", MISSING_VALUE, "--foo"),
    ("Error: Option '--foo' does not take a value.", UNEXPECTED_VALUE, "--foo"),
    ("Error: Missing argument 'FILE'.", MISSING_ARGUMENT, "FILE"),
    ("Error: Missing option '--name'.", MISSING_ARGUMENT, "--name"),
    ("Error: Invalid value for '--n': 'q' is not a valid integer.", INVALID_VALUE, "--n"),
    ("Error: Invalid value for 'FILE': Path 'nofile' does not exist.", NO_SUCH_FILE, "nofile"),
    ("Error: No such command 'foo'.", UNKNOWN_COMMAND, "foo"),
    ("Error: Got unexpected extra argument (foo)", EXTRA_ARGUMENT, "foo"),
    # cobra, pflag, Go flag, kingpin, urfave
    ("Error: unknown flag: --foo", UNKNOWN_OPTION, "--foo"),
    ("Error: unknown shorthand flag: 'x' in -xyz", UNKNOWN_OPTION, "-x"),
    ('Error: unknown command "foo" for "frob"', UNKNOWN_COMMAND, "foo"),
    ("Error: flag needs an argument: --foo", MISSING_VALUE, "--foo"),
    ("Error: flag needs an argument: 'x' in -x", MISSING_VALUE, "-x"),
    ('Error: invalid argument "q" for "-n, --num" flag: strconv.ParseInt: invalid syntax', INVALID_VALUE, "--num"),
    ('Error: required flag(s) "name" not set', MISSING_ARGUMENT, "--name"),
    ("Error: accepts 1 arg(s), received 0", MISSING_ARGUMENT, None),
    ("Error: accepts at most 1 arg(s), received 2", EXTRA_ARGUMENT, None),
    ("flag provided but not defined: -foo", UNKNOWN_OPTION, "-foo"),
    ("Incorrect Usage: flag provided but not defined: -foo", UNKNOWN_OPTION, "-foo"),
    ('invalid value "q" for flag -n: parse error', INVALID_VALUE, "-n"),
    ("frob: error: unknown long flag '--foo', try --help", UNKNOWN_OPTION, "--foo"),
    ("No help topic for 'foo'", UNKNOWN_COMMAND, "foo"),
    # clap 2 to 4, structopt, getopts, lexopt
    ("error: unexpected argument '--foo' found", UNKNOWN_OPTION, "--foo"),
    ("error: unexpected argument 'foo' found", EXTRA_ARGUMENT, "foo"),
    ("error: Found argument '--foo' which wasn't expected, or isn't valid in this context", UNKNOWN_OPTION, "--foo"),
    ("error: a value is required for '--foo <FOO>' but none was supplied", MISSING_VALUE, "--foo"),
    ("error: The argument '--foo <foo>' requires a value but none was supplied", MISSING_VALUE, "--foo"),
    ("error: unexpected value '3' for '--foo' found; no more were expected", UNEXPECTED_VALUE, "--foo"),
    ("error: invalid value 'q' for '--num <NUM>': invalid digit found in string", INVALID_VALUE, "--num"),
    ("error: unrecognized subcommand 'foo'", UNKNOWN_COMMAND, "foo"),
    ("error: the argument '--a' cannot be used with '--b'", CONFLICT, "--a"),
    ("error: the following required arguments were not provided:", MISSING_ARGUMENT, None),
    ("Argument to option 'x' missing", MISSING_VALUE, "-x"),
    ("Unrecognized option: 'x'", UNKNOWN_OPTION, "-x"),
    # commander, yargs, oclif
    ("error: unknown option '--foo'", UNKNOWN_OPTION, "--foo"),
    ("error: missing required argument 'name'", MISSING_ARGUMENT, "name"),
    ("error: option '-x, --xx <v>' argument missing", MISSING_VALUE, "--xx"),
    ("error: too many arguments. Expected 1 argument but got 2.", EXTRA_ARGUMENT, None),
    ("Not enough arguments following: foo", MISSING_VALUE, "--foo"),
    ("Missing required argument: foo", MISSING_ARGUMENT, "foo"),
    ("Nonexistent flag: --foo", UNKNOWN_OPTION, "--foo"),
    ("Unexpected argument: foo", EXTRA_ARGUMENT, "foo"),
    # optparse, with nothing before the option
    ("--xyz option requires 1 argument", MISSING_VALUE, "--xyz"),
    ("- --xyz option requires 1 argument", MISSING_VALUE, "--xyz"),
    # optionator
    ("Value for 'xyz' of type '[String]' required.", MISSING_VALUE, "--xyz"),
    ("Invalid value for option 'xyz' - expected type Int, received value: q.", INVALID_VALUE, "--xyz"),
    # OptionParser, Thor, picocli, commons-cli, Getopt::Long, parse-options, shells
    ("frob: invalid option: --foo (OptionParser::InvalidOption)", UNKNOWN_OPTION, "--foo"),
    ("frob: missing argument: --foo (OptionParser::MissingArgument)", MISSING_VALUE, "--foo"),
    ("frob: needless argument: --foo=3", UNEXPECTED_VALUE, "--foo=3"),
    ('Unknown switches "--foo"', UNKNOWN_OPTION, "--foo"),
    ('Could not find command "foo".', UNKNOWN_COMMAND, "foo"),
    ("Unknown option: '--foo'", UNKNOWN_OPTION, "--foo"),
    ("Missing required parameter: '<file>'", MISSING_ARGUMENT, "<file>"),
    ("Unmatched argument at index 0: 'foo'", EXTRA_ARGUMENT, "foo"),
    ("Missing argument for option: x", MISSING_VALUE, "-x"),
    ("Unknown option: foo", UNKNOWN_OPTION, "--foo"),
    ("Option foo requires an argument", MISSING_VALUE, "--foo"),
    ("error: unknown option `foo'", UNKNOWN_OPTION, "--foo"),
    ("error: unknown switch `Z'", UNKNOWN_OPTION, "-Z"),
    ("error: switch `m' requires a value", MISSING_VALUE, "-m"),
    ("error: option `depth' expects a numerical value", INVALID_VALUE, "--depth"),
    ("error: options '--x' and '--y' cannot be used together", CONFLICT, "--x"),
    ("frob: 'foo' is not a frob command. See 'frob --help'.", UNKNOWN_COMMAND, "foo"),
    ("./frob.sh: line 3: -x: invalid option", UNKNOWN_OPTION, "-x"),
    ("frob: bad option: -x", UNKNOWN_OPTION, "-x"),
    ("frob: error: unrecognized command-line option '--foo'", UNKNOWN_OPTION, "--foo"),
    ("frob: unknown predicate `--foo'", UNKNOWN_OPTION, "--foo"),
    ("frob: option --foo: is unknown", UNKNOWN_OPTION, "--foo"),
    ("foo: applet not found", UNKNOWN_COMMAND, "foo"),
    # files
    ("frob: cannot access 'nofile': No such file or directory", NO_SUCH_FILE, "nofile"),
    ("frob: nofile: No such file or directory", NO_SUCH_FILE, "nofile"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'nofile'", NO_SUCH_FILE, "nofile"),
    ("open nofile: no such file or directory", NO_SUCH_FILE, "nofile"),
    ("Error: ENOENT: no such file or directory, open 'nofile'", NO_SUCH_FILE, "nofile"),
    ("nofile (No such file or directory)", NO_SUCH_FILE, "nofile"),
    # operands
    ("frob: missing file operand", MISSING_ARGUMENT, None),
    ("frob: extra operand 'x'", EXTRA_ARGUMENT, "x"),
    ("frob: invalid number of lines: \u2018x\u2019", INVALID_VALUE, "x"),
]

ORDINARY = [
    "",
    "usage: frob [-h] FILE",
    "Usage: frob [OPTIONS] COMMAND [ARGS]...",
    "  -x, --xyz   invalid option values are ignored",
    "      --requires-an-argument    this option takes a value",
    "3 files changed, no argument left",
    "The manual says that an unknown option is an error.",
    "This option takes no value.",
    "alpha 3 red",
    '{"error": "none", "option": "--x"}',
    "Options:",
    "Copyright 2024; no such thing as a free lunch",
    "drwxr-xr-x 2 user user 4096 options",
]


@pytest.mark.parametrize(("line", "kind", "subject"), WORDINGS, ids=[line[:50] for line, *_ in WORDINGS])
def test_reads_the_refusal_of_a_known_parser(line: str, kind: RefusalKind, subject: str | None) -> None:
    first = read_refusals(line)[0]

    assert (first.kind, first.subject) == (kind, subject)


@pytest.mark.parametrize("line", ORDINARY)
def test_takes_no_ordinary_line_for_a_refusal(line: str) -> None:
    assert read_refusals(line) == ()


def test_gives_every_word_that_one_line_refuses_and_tells_options_from_arguments() -> None:
    found = read_refusals("frob: error: unrecognized arguments: --foo bar -x")

    assert [(one.kind, one.subject) for one in found] == [
        (UNKNOWN_OPTION, "--foo"),
        (EXTRA_ARGUMENT, "bar"),
        (UNKNOWN_OPTION, "-x"),
    ]


def test_gives_every_argument_that_is_missing() -> None:
    found = read_refusals("frob: error: the following arguments are required: file, -x/--xx")

    assert [one.subject for one in found] == ["file", "--xx"]


def test_gives_both_readings_where_a_parser_leaves_out_the_dashes() -> None:
    found = read_refusals("Unknown arguments: foo, b")

    assert {(one.kind, one.subject) for one in found} == {
        (UNKNOWN_OPTION, "--foo"),
        (EXTRA_ARGUMENT, "foo"),
        (UNKNOWN_OPTION, "-b"),
        (EXTRA_ARGUMENT, "b"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "frob: error: argument --mode: invalid choice: 'q' (choose from 'fast', 'slow')",
        "Error: Invalid value for '-m' / '--mode': 'q' is not one of 'fast', 'slow'.",
        "error: option '-m, --mode <m>' argument 'q' is invalid. Allowed choices are fast, slow.",
        "error: invalid value 'q' for '--mode <MODE>'\n  [possible values: fast, slow]\n",
        "frob: invalid argument 'q' for '--mode'\nValid arguments are:\n  - 'fast', 'slow'\nTry 'frob --help'.",
    ],
)
def test_reads_the_choices_that_a_refusal_names(text: str) -> None:
    first = read_refusals(text)[0]

    assert (first.kind, first.subject, first.choices) == (INVALID_CHOICE, "--mode", ("fast", "slow"))


def test_keeps_the_line_as_it_was_printed() -> None:
    text = "usage: frob FILE\nfrob: unrecognised option \u2018--x\u2019\n"

    assert read_refusals(text) == (Refusal(UNKNOWN_OPTION, "--x", (), "frob: unrecognised option \u2018--x\u2019"),)


def test_finds_a_refusal_behind_a_long_usage_text_and_before_one() -> None:
    usage = "\n".join(f"  --o{number}" for number in range(5000))

    assert is_unknown(f"{usage}\nfrob: unrecognized option '--x'", "--x")
    assert is_unknown(f"frob: unrecognized option '--x'\n{usage}", "--x")


def test_passes_over_what_stands_in_the_middle_of_long_output() -> None:
    data = "\n".join("some data" for _ in range(1000))

    assert read_refusals(f"{data}\nfrob: unrecognized option '--x'\n{data}") == ()


@pytest.mark.parametrize("asked", ["--foo", "-foo", "foo", "--foo=3"])
def test_names_an_option_whatever_its_dashes_and_value(asked: str) -> None:
    assert is_unknown("error: unknown option `foo'", asked)


def test_tells_which_option_is_unknown() -> None:
    assert not is_unknown("frob: unrecognized option '--foo'", "--fo")
    assert not is_unknown("frob: option '--foo' requires an argument", "--foo")


def test_tells_which_word_is_refused() -> None:
    assert refuses_word("Error: No such command 'foo'.", "foo")
    assert refuses_word("frob: foo: No such file or directory", "foo")
    assert not refuses_word("Error: No such command 'foo'.", "fo")


@given(st.text())
def test_reads_any_text(text: str) -> None:
    assert all(isinstance(one, Refusal) for one in read_refusals(text))


@given(st.sampled_from([line for line, *_ in WORDINGS]), st.text(alphabet="'\"`:()[]{}<>-. \nabx", max_size=80))
def test_reads_a_refusal_with_anything_behind_it(line: str, more: str) -> None:
    assert all(one.line in line + more for one in read_refusals(line + more))


def test_looks_at_no_more_lines_of_a_longer_text() -> None:
    line = "frob: error: this option, whatever argument it takes, is fine\n"

    read_refusals(line)  # the first time, expressions are compiled

    assert effort_of(lambda: read_refusals(line * 40_000)) < 2 * effort_of(lambda: read_refusals(line * 400))
