"""What every executor keeps about the input of a call, about its terminal, and about calls that do not end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from shared.interfaces.executor import Executor, Run
from shared.models.call import Call, CallFile, FileInput, FileKind, InputKind, Limits, SpecialInput, Terminal
from shared.models.test_result import Status, TestResult, WaitsFor
from tests.contracts.test_executor import LIMITS, in_images, opened, real, run
from tests.ordinary import assert_all_holds_for_an_ordinary_user
from worker.execution.docker import Docker

__all__ = ["in_images", "real", "run"]  # fixtures

HELD_UP = 'import fcntl; a, b = open("f", "w"), open("f", "w"); fcntl.flock(a, 2); fcntl.flock(b, 2)'

Do = Callable[..., TestResult]

SHORT = LIMITS.model_copy(update={"wall_s": 0.6})
AT_ONE = Terminal()
SILENT = SpecialInput(kind=InputKind.SILENT)
ENDLESS = SpecialInput(kind=InputKind.ENDLESS)
CLOSED = SpecialInput(kind=InputKind.CLOSED)
FILE = CallFile(path=b"deep/a.txt", content=b"from a file\n")


class TestInputs:
    def test_nothing_is_read_where_nothing_is_given(self, run: Do) -> None:
        assert run("cat; readlink /proc/self/fd/0").stdout.content == b"/dev/null\n"

    def test_lines_come_as_long_as_they_are_wanted(self, run: Do) -> None:
        assert run("head -n 100000 | sort -u", stdin=ENDLESS).stdout.content == b"y\n"

    def test_a_closed_input_is_not_there(self, run: Do) -> None:
        result = run("test -e /proc/self/fd/0 && echo there; read line; echo $?", stdin=CLOSED)
        assert b"there" not in result.stdout.content
        assert result.stdout.content.split()[-1] != b"0"

    def test_a_file_of_the_folder_is_opened_as_a_shell_does(self, run: Do) -> None:
        result = run("cat; pwd; readlink /proc/self/fd/0", stdin=FileInput(file=FILE.path), files=(FILE,))
        said, folder, file = result.stdout.content.splitlines()
        assert (said, file) == (b"from a file", folder + b"/deep/a.txt")
        assert result.files == ()

    def test_a_folder_cannot_be_read(self, run: Do) -> None:
        folder = CallFile(path=b"d", kind=FileKind.DIRECTORY, mode=0o755)
        result = run("cat", stdin=FileInput(file=b"d"), files=(folder,))
        assert b"directory" in result.stderr.content

    @pytest.mark.parametrize("file", [b"not-there", b"link", b"below/a.txt", b"deep"])
    def test_what_is_not_there_or_leads_elsewhere_is_not_opened(self, real: Executor, file: bytes) -> None:
        links = (
            CallFile(path=b"link", kind=FileKind.LINK, content=b"deep/a.txt"),
            CallFile(path=b"below", kind=FileKind.LINK, content=b"deep"),
        )
        call = Call(argv=(b"copy",), stdin=FileInput(file=file), files=(FILE, *links))
        with opened(real) as sandbox:
            result = sandbox.run(call)
        assert result.status is (Status.NONZERO if file == b"deep" else Status.SANDBOX_ERROR)
        assert not result.stdout.total_bytes

    @pytest.mark.slow
    def test_a_silent_input_shows_who_waits_for_it(self, run: Do) -> None:
        waiting = run("cat", stdin=SILENT, limits=SHORT)
        assert (waiting.status, waiting.waits_for) == (Status.TIMEOUT_WALL, WaitsFor.INPUT)
        assert run("echo well", stdin=SILENT).stdout.content == b"well\n"


class TestTerminals:
    def test_all_three_streams_are_one_terminal_of_a_size_and_a_kind(self, run: Do) -> None:
        size = "python3 -c 'import os; print(os.ttyname(2), *os.get_terminal_size(1))'"
        code = f"{size}; test -t 0 -a -t 1 -a -t 2 && echo all; echo $TERM ${{COLUMNS-no}} ${{NO_COLOR-no}}"
        result = run(code, tty=Terminal(columns=132, rows=43))
        (place, *size_seen), *rest = (line.split() for line in result.stdout.content.splitlines())
        assert place.startswith(b"/dev/pts/")
        assert (size_seen, rest) == ([b"132", b"43"], [[b"all"], [b"xterm-256color", b"no", b"no"]])
        assert result.stderr.total_bytes == 0

    def test_what_is_printed_is_kept_as_a_terminal_gets_it(self, run: Do) -> None:
        assert run("printf 'a\\nb'; echo no >&2", tty=AT_ONE).stdout.content == b"a\r\nbno\r\n"

    def test_it_is_the_terminal_of_the_session_and_only_of_such_calls(self, run: Do) -> None:
        said = run("echo hello >/dev/tty", tty=AT_ONE)
        assert (said.status, said.stdout.content) == (Status.OK, b"hello\r\n")
        assert run("echo hello >/dev/tty").status is Status.NONZERO

    def test_much_is_printed_without_loss(self, run: Do) -> None:
        limits = LIMITS.model_copy(update={"kept_bytes": 4 << 20})
        whole = "".join(f"{number}\r\n" for number in range(1, 50_001)).encode()
        assert run("seq 50000", tty=AT_ONE, limits=limits).stdout.content == whole

    def test_an_end_of_the_tool_is_an_end_and_a_signal_a_signal(self, run: Do) -> None:
        assert run("exit 7", tty=AT_ONE).exit_code == 7
        assert run("kill -SEGV $$", tty=AT_ONE).signal == 11

    def test_what_is_typed_is_read_and_then_the_input_ends(self, run: Do) -> None:
        assert run("cat; echo over", tty=AT_ONE).stdout.content == b"over\r\n"
        lines = run("cat; echo over", tty=AT_ONE, stdin=b"one\ntwo\n").stdout.content
        assert lines == b"one\r\ntwo\r\none\r\ntwo\r\nover\r\n"
        assert run("cat; echo over", tty=AT_ONE, stdin=b"half").stdout.content == b"halfhalfover\r\n"

    def test_a_tool_that_throws_away_what_was_typed_too_early_gets_its_answer(self, run: Do) -> None:
        flush = "python3 -c 'import termios; termios.tcflush(0, termios.TCIFLUSH)'; read word; echo got $word"
        assert b"got secret" in run(flush, tty=AT_ONE, stdin=b"secret\n").stdout.content

    def test_keys_have_their_meaning(self, run: Do) -> None:
        result = run("sleep 0.1; cat", tty=AT_ONE, stdin=b"abc\x03")
        assert (result.status, result.signal) == (Status.SIGNALLED, 2)

    def test_lines_are_typed_without_end(self, run: Do) -> None:
        result = run("head -n 5000 | wc -l", tty=AT_ONE, stdin=ENDLESS)
        assert b"5000" in result.stdout.content

    @pytest.mark.parametrize("stdin", [CLOSED, FileInput(file=FILE.path)])
    def test_the_input_may_come_from_elsewhere(self, run: Do, stdin: SpecialInput | FileInput) -> None:
        result = run("test -t 0 || echo no; test -t 1 && echo yes; cat", tty=AT_ONE, stdin=stdin, files=(FILE,))
        assert result.stdout.content.startswith(b"no\r\nyes\r\n")
        assert (b"from a file" in result.stdout.content) == isinstance(stdin, FileInput)

    @pytest.mark.slow
    def test_who_still_waits_after_the_end_is_not_waited_for(self, run: Do) -> None:
        result = run("while :; do cat; done", tty=AT_ONE)
        assert (result.status, result.waits_for) == (Status.TIMEOUT_WALL, WaitsFor.INPUT)
        assert result.detail
        assert result.duration_ms < LIMITS.wall_s * 500

    @pytest.mark.slow
    def test_nobody_types_at_a_silent_one(self, run: Do) -> None:
        result = run("cat; echo over", tty=AT_ONE, stdin=SILENT, limits=SHORT)
        assert (result.status, result.waits_for) == (Status.TIMEOUT_WALL, WaitsFor.INPUT)
        assert result.stdout.total_bytes == 0

    def test_a_loop_is_no_waiting(self, run: Do) -> None:
        result = run("while :; do :; done", tty=AT_ONE, limits=SHORT)
        assert (result.status, result.waits_for) == (Status.TIMEOUT_WALL, WaitsFor.PROCESSOR)

    def test_a_tool_may_let_go_of_it_and_take_it_again(self, run: Do) -> None:
        code = "place=$(readlink /proc/$$/fd/0); exec </dev/null >/dev/null 2>&1; sleep 0.2; echo again >$place"
        assert run(code, tty=AT_ONE).stdout.content == b"again\r\n"

    def test_what_runs_on_loses_it_and_is_named(self, run: Do) -> None:
        assert run("sleep 60 & exit 0", tty=AT_ONE).leftovers == ()
        result = run("trap '' HUP; sleep 60 & until grep -q sleep /proc/$!/comm; do :; done", tty=AT_ONE)
        assert (result.status, result.leftovers) == (Status.OK, ("sleep",))

    def test_nothing_can_be_typed_by_the_tool_itself(self, run: Do) -> None:
        result = run("python3 -c 'import fcntl; fcntl.ioctl(0, 0x5412, b\"x\")'", tty=AT_ONE)
        assert b"PermissionError" in result.stdout.content

    def test_limits_hold(self, run: Do) -> None:
        limits = LIMITS.model_copy(update={"output_bytes": 1 << 20, "kept_bytes": 2048})
        result = run("yes", tty=AT_ONE, limits=limits)
        assert result.status is Status.OUTPUT_LIMIT
        assert result.stdout.head.startswith(b"y\r\ny\r\n")

    def test_calls_at_terminals_do_not_meet(self, real: Executor) -> None:
        said: dict[int, list[bytes]] = {}

        def sit(number: int) -> None:
            with opened(real) as sandbox:
                call = Call(argv=(b"copy",), tty=AT_ONE, stdin=b"%d\n" % number)
                said[number] = [result.stdout.content for result in sandbox.map([Run(call), Run(call, 1)])]

        threads = [threading.Thread(target=sit, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said == {1: [b"1\r\n1\r\n"] * 2, 2: [b"2\r\n2\r\n"] * 2}


@pytest.mark.slow
class TestWaiting:
    @pytest.mark.parametrize(
        ("code", "word"),
        [
            ("while :; do :; done", WaitsFor.PROCESSOR),
            ("sleep 60", WaitsFor.SLEEP),
            ("kill -STOP $$", WaitsFor.STOPPED),
            (f"python3 -c '{HELD_UP}'", WaitsFor.LOCK),
            ("mkfifo a b; cat <>a >b & cat <>b >a", WaitsFor.LOCK),
        ],
        ids=["loop", "sleep", "stopped", "lock", "circle"],
    )
    def test_what_a_late_call_was_at_is_told(self, run: Do, code: str, word: WaitsFor) -> None:
        result = run(code, limits=SHORT)
        assert (result.status, result.waits_for) == (Status.TIMEOUT_WALL, word)

    def test_of_a_call_that_ended_nothing_is_told(self, run: Do) -> None:
        assert run("sleep 0.1").waits_for is WaitsFor.UNKNOWN

    def test_a_slow_starter_gets_the_time_that_it_needs_here(self, real: Executor) -> None:
        if isinstance(real, Docker):
            pytest.skip("it is the same one for all tests, and knows by now how quick the tool is")
        limits = Limits(wall_s=0.5)
        with opened(real, limits=limits) as sandbox:
            slow = Call(argv=(b"do", b"sleep 0.9; echo there"))
            assert sandbox.run(slow).status is Status.TIMEOUT_WALL
            for turn in range(2):
                assert sandbox.run(Call(argv=(b"do", b"sleep 0.15")), turn).status is Status.OK
            assert sandbox.run(slow).stdout.content == b"there\n"

    def test_calls_that_were_late_beside_each_other_are_made_again_one_by_one(self, real: Executor) -> None:
        late: list[TestResult] = []
        with opened(real, limits=Limits(wall_s=0.4)) as sandbox:
            call = Call(argv=(b"do", b"sleep 60"))
            threads = [threading.Thread(target=lambda: late.append(sandbox.run(call))) for _ in range(2)]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert time.monotonic() - began >= 3 * 0.4
        assert [result.status for result in late] == [Status.TIMEOUT_WALL] * 2


@pytest.mark.slow
def test_all_of_this_holds_for_an_ordinary_user() -> None:
    assert_all_holds_for_an_ordinary_user(__file__)
