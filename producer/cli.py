"""The command line: commands that load when they are called, one outermost handler, the exit codes."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from producer.codes import EXIT_INTERRUPTED, EXIT_OURS, EXIT_TERMINATED, EXIT_USAGE, Terminated
from shared.utils.errors import TestronautError
from shared.utils.text import near, visible

# Name -> the module of `producer.commands` that holds it, and what `--help` says of it without loading it.
COMMANDS = {
    "run": ("make", "Test a tool here and now: learn, plan, execute, judge, report."),
    "submit": ("make", "Put the same job onto the queue, for workers anywhere."),
    "analyze": ("make", "Show what a tool understands."),
    "plan": ("make", "Show what would be tried, without trying it."),
    "replay": ("make", "Try a finding again and say whether it is still there."),
    "watch": ("follow", "Follow a job until it ends; exit as `run` does."),
    "status": ("follow", "Say how a job stands."),
    "jobs": ("follow", "List jobs, the newest first."),
    "cancel": ("follow", "Stop a job; what it found so far stays."),
    "resume": ("follow", "Go on with a job that was interrupted."),
    "show": ("look", "Show what a job found, or one finding with its evidence."),
    "report": ("look", "Write the report of a job again, in any format."),
    "explain": ("look", "Explain a check: why it matters, when it does not."),
    "trace": ("look", "Draw when each part of a job was worked on."),
    "doctor": ("setup", "Say what works here, and how to mend what does not."),
    "worker": ("operate", "Start a worker with its steward."),
    "steward": ("operate", "Start a steward alone."),
    "db": ("operate", "Look after the schema of the database."),
}


class LazyGroup(click.Group):
    """Commands are listed from a table, and their modules loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of their use."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load a command."""
        if name not in COMMANDS:
            return None
        with _nothing_collected():
            module = importlib.import_module(f"producer.commands.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the near ones for a mistyped command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            likely = near(args[0], COMMANDS)
            hint = f" Did you mean {' or '.join(likely)}?" if likely else ""
            raise click.UsageError(f"no command is called {visible(args[0])!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="testronaut", prog_name="testronaut", message="%(prog)s %(version)s")
@click.option("-v", "--verbose", count=True, help="Log what happens; twice for every call.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but what went wrong.")
@click.pass_context
def testronaut(ctx: click.Context, verbose: int, quiet: bool) -> None:  # noqa: FBT001 - click's way
    """Test any command-line tool without writing a test.

    `testronaut run TOOL` learns the tool's interface, plans calls, makes them in a sandbox, judges what they show and
    reports what is wrong, each with a line that shows it again.

    \b
    Exit codes: 0 nothing found, 1 findings, 2 usage, 3 Testronaut failed, 4 the tool cannot be tested,
                5 cut short by the time limit, 130 interrupted, 143 terminated.
    """  # noqa: D301 - click reads the mark
    ctx.obj = {"verbose": verbose, "quiet": quiet}


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Leave out of the search for garbage what is made meanwhile: modules stay, and to look through them takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line, and give its exit code; the outermost handler of everything that people type."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        result = testronaut.main(args=None if words is None else list(words), standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - whatever it was, people get a word and a code, never a traceback
        return _code_after(error)
    finally:
        gc.freeze()  # the process ends: nothing of it needs to be collected one by one
    return result if isinstance(result, int) else 0


def start() -> None:
    """Run the command line as a process, and end it without taking apart all that was loaded: the kernel does so.

    What was to be done at the end is done; where threads still work, or output cannot be got rid of, it ends as usual.
    """
    code = main()
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way, and it has had this name since Python 2
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


def _code_after(error: BaseException) -> int:  # noqa: PLR0911 - one line a kind
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show()
            return EXIT_USAGE
        case click.Abort() | KeyboardInterrupt():
            return EXIT_INTERRUPTED
        case Terminated():
            return EXIT_TERMINATED
        case TestronautError():
            return _say(error)
        case BrokenPipeError():
            return _leave_quietly()
        case Exception():
            return _report(error)
        case _:
            raise error


def _terminate(_: int, __: FrameType | None) -> None:
    raise Terminated


def _say(error: TestronautError) -> int:
    click.echo(f"testronaut: {visible(error.message)}  [{error.code}]", err=True)
    if error.hint:
        click.echo(f"  {visible(error.hint)}", err=True)
    return error.exit_code


def _report(error: Exception) -> int:
    bug_report = importlib.import_module("shared.utils.bug_report")
    config = importlib.import_module("shared.config")
    context: dict[str, Any] = {"asked": " ".join(sys.argv)}
    place = bug_report.write_bug_report(bug_report.Path(config.STORE_FOLDER) / "errors", error, context)
    told = visible(bug_report.without_secrets(str(error)))
    click.echo(f"testronaut: a fault in Testronaut: {type(error).__name__}: {told}", err=True)
    click.echo(f"  A report for its makers, without secrets: {place or 'could not be written'}", err=True)
    return EXIT_OURS


def _leave_quietly() -> int:
    # Whoever read our output has left: nothing more may be written, also not at the interpreter's end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


if __name__ == "__main__":
    start()
