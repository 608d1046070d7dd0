"""An invented tool, `frob`: what was learned about it, the cases of a plan, and how each of them ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shared.models.call import Call, CallFile
from shared.models.cli_tool import Argument, CliTool, Command, Contradiction, Option, Recipe, Source, Takes, ValueType
from shared.models.finding import VerdictWord
from shared.models.test_plan import Intent, TestCase
from shared.models.test_result import Status, Stream, TestResult

SAMPLE = CallFile(path=b"a.txt", content=b"one\ntwo\nthree\n")


class Ran(NamedTuple):
    """A case, how it ended, and what was judged; None where it was not executed."""

    case: TestCase
    result: TestResult | None
    word: VerdictWord
    reason: str = ""
    rate: float | None = None


def tool() -> CliTool:
    commands = (_root(), _sync(), _list(), _remote(), _remote_add())
    return CliTool(
        name="frob",
        argv=(b"frob",),
        version="frob 2.1",
        fingerprint="5e1f" * 16,
        commands={command.path: command for command in commands},
        contradictions=(
            Contradiction(
                command="sync",
                subject="--cert",
                message="the man page says that --cert is optional, the usage line that it is not",
                sources=(Source.MAN, Source.USAGE),
            ),
        ),
    )


def _root() -> Command:
    return Command(
        summary="Keeps lists of things in step.",
        usage=("frob [OPTION]... COMMAND [ARGUMENT]...",),
        options=(
            Option(names=("-h", "--help"), description="show this help", line=6),
            Option(names=("-V", "--version"), description="show the version", line=7),
            _valued(("-c", "--config"), "FILE", ValueType.FILE, "read settings from FILE"),
            Option(names=("--dry",), description="do not write anything", line=9),
            _choosing(("--color",), ("auto", "always", "never"), "when to colour"),
            _valued(("-w", "--width"), "N", ValueType.INTEGER, "columns to print"),
        ),
        subcommands=("sync", "list", "remote"),
        help_argv=(b"--help",),
        version_argv=(b"--version",),
    )


def _sync() -> Command:
    return Command(
        path="sync",
        summary="Bring a target in step with a source.",
        options=(
            _valued(("-j", "--jobs"), "N", ValueType.INTEGER, "do N things at once"),
            _valued(("--key",), "FILE", ValueType.FILE, "private key"),
            _valued(("--cert",), "FILE", ValueType.FILE, "certificate that belongs to the key"),
            Option(names=("-f", "--force"), description="overwrite what is newer"),
            _valued(("--exclude",), "PATTERN", None, "leave out what matches", repeatable=True),
        ),
        arguments=(Argument(name="SOURCE"), Argument(name="TARGET", required=False)),
        help_argv=(b"sync", b"--help"),
    )


def _list() -> Command:
    return Command(
        path="list",
        summary="Print what is in a list.",
        options=(
            _choosing(("--sort",), ("name", "size", "time"), "order of the lines"),
            Option(names=("-l", "--long"), description="one thing a line, with its size"),
            Option(names=("--json",), description="print JSON"),
            Option(names=("-r", "--reverse"), description="the other way round"),
        ),
        arguments=(Argument(name="FILE", variadic=True, value_type=ValueType.FILE),),
        aliases=("ls",),
        recipes=(Recipe(call=Call(argv=(b"list", b"a.txt"), files=(SAMPLE,)), prints=True),),
        help_argv=(b"list", b"--help"),
    )


def _remote() -> Command:
    return Command(path="remote", summary="Manage remotes.", subcommands=("add",), help_argv=(b"remote", b"--help"))


def _remote_add() -> Command:
    return Command(
        path="remote add",
        summary="Add a remote.",
        options=(
            _valued(("-t", "--track"), "BRANCH", None, "branch to follow", repeatable=True),
            Option(names=("--mirror",), description="mirror all of it", deprecated=True),
        ),
        arguments=(Argument(name="NAME"), Argument(name="URL", value_type=ValueType.URL)),
        help_argv=(b"remote", b"add", b"--help"),
    )


def _valued(
    names: tuple[str, ...], value_name: str, kind: ValueType | None, description: str, *, repeatable: bool = False
) -> Option:
    return Option(
        names=names,
        takes_value=Takes.REQUIRED,
        value_name=value_name,
        value_type=kind,
        description=description,
        repeatable=repeatable,
    )


def _choosing(names: tuple[str, ...], choices: tuple[str, ...], description: str) -> Option:
    return Option(
        names=names,
        takes_value=Takes.REQUIRED,
        value_name="WHEN",
        value_type=ValueType.CHOICE,
        choices=choices,
        description=description,
    )


def case(
    line: str, intent: Intent = Intent.MUST_WORK, technique: str = "option", *covers: str, command: str = ""
) -> TestCase:
    """Make a case of the words of a line; whatever names a sample file gets it."""
    argv = tuple(line.encode().split())
    return TestCase(
        call=Call(argv=argv, files=(SAMPLE,) if b"a.txt" in argv else ()),
        intent=intent,
        technique=technique,
        command=command,
        option=next((label.rpartition(":")[2] for label in covers if label.startswith("option:")), None),
        covers=covers,
        because=f"to see what comes of {technique}",
    )


def result(planned: TestCase, exit_code: int = 0, out: bytes = b"", err: bytes = b"", ms: float = 12.5) -> TestResult:
    return TestResult(
        call_digest=planned.key,
        status=Status.NONZERO if exit_code else Status.OK,
        exit_code=exit_code,
        stdout=Stream.of(out),
        stderr=Stream.of(err),
        duration_ms=ms,
        cpu_ms=ms / 2,
        peak_rss_bytes=9 << 20,
        level="bubblewrap",
    )


def _other(planned: TestCase, status: Status, ms: float, detail: str = "") -> TestResult:
    return TestResult(call_digest=planned.key, status=status, duration_ms=ms, level="bubblewrap", detail=detail)


TRACEBACK = b"""Traceback (most recent call last):
  File "/usr/lib/frob/cli.py", line 88, in main
    return command(arguments)
  File "/usr/lib/frob/sync.py", line 31, in sync
    with open(source) as stream:
FileNotFoundError: [Errno 2] No such file or directory: 'nofile'
"""
_USAGE = b"usage: frob [OPTION]... COMMAND\n\nKeeps lists of things in step.\n"


def ran() -> tuple[Ran, ...]:
    return (*_doorstep(), *_options(), *_misuse())


def _doorstep() -> Iterator[Ran]:
    for path in ("", "sync", "list", "remote", "remote add"):
        asking = case(
            f"{path} --help", Intent.MUST_WORK, "help", f"command:{path}", f"option:{path}:--help", command=path
        )
        yield Ran(asking, result(asking, out=_USAGE, ms=21.0), VerdictWord.PASS)
    version = case("--version", Intent.MUST_WORK, "version", "command:", "option::--version")
    yield Ran(version, result(version, 1, b"frob 2.1\n", ms=19.4), VerdictWord.FAIL)
    base = case("list a.txt", Intent.MUST_WORK, "base", "command:list", "argument:list:FILE", command="list")
    yield Ran(base, result(base, out=b"one\ntwo\nthree\n"), VerdictWord.PASS)


def _options() -> Iterator[Ran]:
    dry = case("--dry list a.txt", Intent.MUST_WORK, "option", "option::--dry")
    yield Ran(dry, result(dry, 2, err=b"frob: unrecognized option '--dry'\n"), VerdictWord.FAIL)
    config = case("-c x.toml list a.txt", Intent.EXPLORE, "option", "option::--config")
    yield Ran(config, result(config, 0, err=b"cannot open: x.toml\n"), VerdictWord.FAIL)
    for word in ("auto", "always", "never"):
        color = case(f"--color {word} list a.txt", Intent.MUST_WORK, "choice", "option::--color")
        yield Ran(color, result(color, out=b"one\ntwo\nthree\n", ms=14.0), VerdictWord.PASS)
    long = case("--width 10 list a.txt", Intent.MUST_WORK, "form.short_vs_long", "option::--width")
    yield Ran(long, result(long, out=b"one\ntwo\nthree\n"), VerdictWord.PASS)
    short = case("-w 10 list a.txt", Intent.MUST_WORK, "form.short_vs_long", "option::--width")
    yield Ran(short, result(short, out=b"one\nthree\n"), VerdictWord.FAIL)
    for option in ("--key k.pem", "--cert c.pem"):
        name = option.split()[0]
        file = case(f"sync {option} a.txt", Intent.EXPLORE, "option", f"option:sync:{name}", command="sync")
        reason = f"exit 1, frob: {name}: no such file"
        yield Ran(file, result(file, 1, err=f"frob: {name}: no such file\n".encode()), VerdictWord.SKIP, reason)
    slow = case("sync -j 0 a.txt", Intent.EXPLORE, "option", "option:sync:--jobs", command="sync")
    ended = _other(slow, Status.TIMEOUT_WALL, 10_000)
    yield Ran(slow, ended, VerdictWord.SKIP, "ended by timeout wall, and no check objects")
    broken = case("sync --force a.txt", Intent.EXPLORE, "option", "option:sync:--force", command="sync")
    detail = "the call took its worker along twice and is not made again"
    yield Ran(broken, _other(broken, Status.SANDBOX_ERROR, 0.0, detail), VerdictWord.ERROR, detail)
    for word in ("name", "size", "time"):
        sort = case(f"list --sort {word} a.txt", Intent.MUST_WORK, "choice", "option:list:--sort", command="list")
        flaky = word == "time"
        yield Ran(
            sort,
            result(sort, out=b"one\n", ms=240.0 if flaky else 16.2),
            VerdictWord.FLAKY if flaky else VerdictWord.PASS,
            "nondeterministic.order does not show every time" if flaky else "",
            0.5 if flaky else None,
        )
    for flag in ("--long", "--json", "--reverse"):
        plain = case(f"list {flag} a.txt", Intent.MUST_WORK, "option", f"option:list:{flag}", command="list")
        yield Ran(plain, result(plain, out=b"one\n", ms=13.1), VerdictWord.PASS)


def _misuse() -> Iterator[Ran]:
    for path in ("", "sync", "list"):
        unknown = case(f"{path} --unheard-of", Intent.MUST_REFUSE, "unknown_option", command=path)
        yield Ran(unknown, result(unknown, 2, err=b"frob: unrecognized option\n"), VerdictWord.PASS)
    missing = case("sync nofile", Intent.MUST_REFUSE, "missing_file", command="sync")
    yield Ran(missing, result(missing, 1, err=TRACEBACK, ms=88.0), VerdictWord.FAIL)
    empty = case("list --json", Intent.EXPLORE, "no_arguments", command="list")
    yield Ran(empty, None, VerdictWord.SKIP, "not executed: the time limit came first")
    track = case("remote add -t main up x", Intent.EXPLORE, "option", "option:remote add:--track", command="remote add")
    yield Ran(track, None, VerdictWord.SKIP, "not executed: the time limit came first")
