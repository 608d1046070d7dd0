"""What every executor keeps, whoever starts it; those that really run something run one small tool."""

from __future__ import annotations

import hashlib
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from shared.interfaces.executor import (
    Executor,
    Guard,
    Run,
    Sandbox,
    SandboxUnavailableError,
    ToolNotExecutableError,
    ToolNotFoundError,
)
from shared.models.call import PINNED, BlobRef, Call, CallFile, FileKind, Isolation, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import Change, Status, Stream, TestResult
from tests import container_engine
from tests.backends import every_backend, made, walled_backends
from tests.container_engine import Containers
from tests.fakes.executor import Answer, FakeExecutor, FakeGuard, Halted
from tests.in_images import InImage
from tests.living import processes_with
from tests.ordinary import assert_all_holds_for_an_ordinary_user
from worker.execution.docker import VARIANTS
from worker.execution.local import Local
from worker.execution.sandbox import ContentMissingError

PLAIN = ToolSpec(argv=(os.fsencode(Path(__file__).resolve().parents[1] / "specimens" / "plain.sh"),))
LIMITS = Limits(wall_s=20, cpu_s=20)
FAST_S = 5.0


def fake_plain(call: Call, _repetition: int) -> Answer:
    """Answer as the small tool does, as far as all executors are asked."""
    match call.argv:
        case b"say", *words:
            return b" ".join(words) + b"\n"
        case b"complain", *words:
            return 3, b"", b" ".join(words) + b"\n"
        case b"exit", code:
            return int(code)
        case (b"copy",):
            return call.stdin if isinstance(call.stdin, bytes) else b""
        case _:
            return 2


@pytest.fixture(scope="module")
def in_images(containers: Containers) -> Iterator[Mapping[str, InImage]]:
    kept = {f"docker{variant.suffix}": InImage(containers, variant) for variant in VARIANTS}
    yield kept
    for executor in kept.values():
        executor.close()


IN_IMAGES = [pytest.param(f"docker{variant.suffix}", marks=pytest.mark.slow) for variant in VARIANTS]
REAL = [*(name for name in every_backend() if not name.startswith("docker")), *IN_IMAGES]


@pytest.fixture(params=[*REAL, "fake"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    yield from lent(request)


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest) -> Iterator[Executor]:
    yield from lent(request)


def lent(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param.startswith("docker"):
        request.getfixturevalue("engine_here")
        warm = request.getfixturevalue("in_images")[request.param]
        with opened(warm) as sandbox:
            assert sandbox.tool  # the first use of an engine takes seconds, which no test should measure
        yield warm
    else:
        with closing(FakeExecutor(fake_plain) if request.param == "fake" else made(request.param)) as one:
            yield one


@contextmanager
def opened(
    executor: Executor, tool: ToolSpec = PLAIN, limits: Limits = LIMITS, guard: Guard | None = None
) -> Iterator[Sandbox]:
    with executor.open(tool, SandboxPolicy(network=Network.OFF), limits, guard or FakeGuard()) as sandbox:
        yield sandbox


@pytest.fixture
def run(real: Executor) -> Callable[..., TestResult]:
    """Let the tool do a piece of shell."""

    def do(code: str, *, limits: Limits = LIMITS, around: Surroundings = PINNED, **rest: object) -> TestResult:
        call = Call.model_validate({"argv": (b"do", code.encode()), **rest})
        with opened(real, limits=limits) as sandbox:
            result = sandbox.run(call, surroundings=around)
        assert result.status is not Status.SANDBOX_ERROR, result.detail
        return result

    return do


class TestEveryone:
    def test_output_and_messages_come_apart_and_the_code_is_told(self, executor: Executor) -> None:
        with opened(executor) as sandbox:
            said = sandbox.run(Call(argv=(b"say", b"a", b"b")))
            complained = sandbox.run(Call(argv=(b"complain", b"no")))
        assert (said.status, said.exit_code, said.stdout, said.stderr) == (Status.OK, 0, Stream.of(b"a b\n"), Stream())
        assert (complained.status, complained.exit_code) == (Status.NONZERO, 3)
        assert (complained.stdout.content, complained.stderr.content) == (b"", b"no\n")

    def test_a_result_says_what_it_is_of(self, executor: Executor) -> None:
        call, around = Call(argv=(b"exit", b"7")), Surroundings(zone="Asia/Tokyo")
        with opened(executor) as sandbox:
            result = sandbox.run(call, 3, around)
        assert (result.call_digest, result.repetition, result.surroundings) == (call.digest(), 3, around)
        assert result.exit_code == 7
        assert result.level == executor.probe().level

    def test_input_arrives_byte_for_byte(self, executor: Executor) -> None:
        with opened(executor) as sandbox:
            assert sandbox.run(Call(argv=(b"copy",), stdin=b"\xff\x00\n")).stdout.content == b"\xff\x00\n"
            assert sandbox.run(Call(argv=(b"copy",), stdin=b"")).stdout.content == b""
            assert sandbox.run(Call(argv=(b"copy",))).stdout.content == b""

    def test_calls_are_made_in_order_each_with_its_repetition(self, executor: Executor) -> None:
        calls = [Run(Call(argv=(b"say", word)), number) for number, word in enumerate([b"x", b"y", b"x"])]
        with opened(executor) as sandbox:
            results = list(sandbox.map(calls))
        assert [result.stdout.content for result in results] == [b"x\n", b"y\n", b"x\n"]
        assert [result.repetition for result in results] == [0, 1, 2]

    def test_a_refused_call_is_not_made_and_is_no_fault_of_the_tool(self, executor: Executor) -> None:
        refused = Call(argv=(b"say", b"x"))
        with opened(executor, guard=FakeGuard(condemned=refused)) as sandbox:
            result = sandbox.run(refused)
            assert sandbox.run(Call(argv=(b"say", b"y"))).status is Status.OK
        assert result.status is Status.SANDBOX_ERROR
        assert result.stdout == Stream()

    def test_the_guard_stops_before_a_call(self, executor: Executor) -> None:
        with opened(executor, guard=FakeGuard(stops_at=1)) as sandbox, pytest.raises(Halted):
            sandbox.run(Call(argv=(b"say", b"x")))

    def test_the_guard_is_asked_during_a_call_too(self, executor: Executor) -> None:
        with opened(executor, guard=FakeGuard(stops_at=2)) as sandbox, pytest.raises(Halted):
            sandbox.run(Call(argv=(b"say", b"x")))

    def test_a_missing_tool_is_missed_at_the_first_call_not_before(self) -> None:
        for executor in (made("bubblewrap"), FakeExecutor(missing=ToolNotFoundError("no"))):
            with opened(executor, ToolSpec(argv=(b"no-such-tool-4711",))) as sandbox:
                with pytest.raises(ToolNotFoundError):
                    _ = sandbox.tool
                with pytest.raises(ToolNotFoundError):
                    sandbox.run(Call())

    def test_what_is_enforced_is_named(self, executor: Executor) -> None:
        capabilities = executor.probe()
        assert capabilities.is_usable
        assert capabilities.level
        assert capabilities.holds


def steps_of(*lines: str, **rest: object) -> list[Run]:
    """Write the steps of a sequence, each after the one before."""
    steps: list[Run] = []
    for line in lines:
        after = steps[-1].call.digest() if steps else None
        steps.append(Run(Call.model_validate({"argv": (b"do", line.encode()), "after": after, **rest})))
    return steps


class TestSequences:
    def test_a_step_finds_what_the_steps_before_it_left_and_the_next_call_does_not(self, real: Executor) -> None:
        steps = steps_of(
            "echo one >a; echo two >$HOME/b; echo three >$TMPDIR/c", "cat a $HOME/b; rm a", "ls; cat $TMPDIR/c"
        )
        with opened(real) as sandbox:
            first, second, third, alone = sandbox.map([*steps, Run(Call(argv=(b"do", b"ls . $HOME $TMPDIR")))])
        assert (second.stdout.content, third.stdout.content) == (b"one\ntwo\n", b"three\n")
        assert [change.change for change in (*first.files, *second.files)] == [Change.CREATED, Change.DELETED]
        assert not {b"a", b"b", b"c"} & set(alone.stdout.content.split())

    def test_processes_end_with_their_step(self, real: Executor) -> None:
        steps = steps_of("sleep 60 & echo $! >pid", "kill -0 $(cat pid) && echo alive")
        with opened(real) as sandbox:
            first, second = sandbox.map(steps)
        assert first.leftovers == ("sleep",)
        assert second.stdout.content == b""

    def test_two_sequences_and_another_try_do_not_meet(self, real: Executor) -> None:
        again = [run._replace(repetition=1) for run in steps_of("ls; touch a", "ls")]
        with opened(real) as sandbox:
            results = list(sandbox.map([*steps_of("ls; touch a", "ls"), *again, *steps_of("ls; touch b", "ls")]))
        assert [result.stdout.content for result in results] == [b"", b"a\n", b"", b"a\n", b"", b"b\n"]

    def test_a_step_alone_is_not_made(self, executor: Executor) -> None:
        first, second = (run.call for run in steps_of("touch a", "ls"))
        with opened(executor) as sandbox:
            assert sandbox.run(second).status is Status.SANDBOX_ERROR
            results = list(sandbox.map([Run(first), Run(Call(argv=(b"exit", b"0"))), Run(second)]))
        assert results[2].status is Status.SANDBOX_ERROR
        assert "after" in results[2].detail

    def test_after_a_refused_step_no_other_is_made(self, executor: Executor) -> None:
        steps = steps_of("true", "echo x", "echo y")
        with opened(executor, guard=FakeGuard(condemned=steps[1].call)) as sandbox:
            results = list(sandbox.map(steps))
        assert [result.status is Status.SANDBOX_ERROR for result in results] == [False, True, True]

    def test_a_sequence_whose_first_step_is_refused_is_not_begun(self, executor: Executor) -> None:
        steps = steps_of("true", "echo x")
        with opened(executor, guard=FakeGuard(condemned=steps[0].call)) as sandbox:
            results = list(sandbox.map([*steps, Run(Call(argv=(b"exit", b"0")))]))
        assert [result.status for result in results] == [Status.SANDBOX_ERROR, Status.SANDBOX_ERROR, Status.OK]

    def test_a_stop_between_two_steps_leaves_nothing(self, real: Executor) -> None:
        mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
        steps = steps_of("true", f"sleep 61; : {mark}")
        with opened(real, guard=FakeGuard(stops_at=8)) as sandbox, pytest.raises(Halted):
            list(sandbox.map(steps))
        assert processes_with(mark) == []


class TestEnds:
    def test_death_by_a_signal_is_no_exit_code(self, real: Executor) -> None:
        with opened(real) as sandbox:
            died = sandbox.run(Call(argv=(b"die", b"SEGV")))
            left = sandbox.run(Call(argv=(b"exit", b"139")))
        assert (died.status, died.signal, died.exit_code) == (Status.SIGNALLED, 11, None)
        assert (left.status, left.signal, left.exit_code) == (Status.NONZERO, None, 139)

    def test_a_tool_that_cannot_be_executed_is_told_before_any_call(self, real: Executor, tmp_path: Path) -> None:
        plain_file = Path(container_engine.CLOSED) if isinstance(real, InImage) else tmp_path / "tool"
        if not isinstance(real, InImage):
            plain_file.write_text("#!/bin/sh\n")
        with (
            opened(real, ToolSpec(argv=(os.fsencode(plain_file),))) as sandbox,
            pytest.raises(ToolNotExecutableError),
        ):
            sandbox.run(Call())

    def test_a_call_that_is_too_long_for_the_kernel_cannot_be_started(self, run: Callable[..., TestResult]) -> None:
        result = run("true", env={"LONG": b"x" * (1 << 18)})
        assert result.status is Status.SPAWN_ERROR
        assert "too long" in result.detail

    def test_time_on_the_clock_ends_a_call_with_all_that_it_began(self, run: Callable[..., TestResult]) -> None:
        began = time.monotonic()
        result = run(
            "trap '' TERM; setsid sleep 60 & echo said; sleep 60", limits=LIMITS.model_copy(update={"wall_s": 0.5})
        )
        assert result.status is Status.TIMEOUT_WALL
        assert result.stdout.content == b"said\n"
        assert 500 <= result.duration_ms < FAST_S * 1000
        assert time.monotonic() - began < FAST_S

    def test_time_of_the_processor_is_told_apart(self, run: Callable[..., TestResult]) -> None:
        result = run("while :; do :; done", limits=LIMITS.model_copy(update={"cpu_s": 0.4}))
        assert result.status is Status.TIMEOUT_CPU
        assert 400 <= result.cpu_ms < FAST_S * 1000

    def test_time_of_the_processor_counts_for_all_processes_together(self, run: Callable[..., TestResult]) -> None:
        burn = "(while :; do :; done) & " * 2 + "wait"
        result = run(burn, limits=LIMITS.model_copy(update={"cpu_s": 1}))
        assert result.status is Status.TIMEOUT_CPU

    def test_memory_counts_for_all_processes_together(self, run: Callable[..., TestResult]) -> None:
        one = "head -c 40M /dev/zero | tail -c 40M | sleep 20 &"  # tail keeps what it cannot print
        result = run(f"{one} {one} wait", limits=LIMITS.model_copy(update={"memory_bytes": 64 << 20}))
        assert result.status is Status.MEMORY_LIMIT

    def test_endless_output_is_ended_and_both_ends_are_kept(self, run: Callable[..., TestResult]) -> None:
        limits = LIMITS.model_copy(update={"output_bytes": 1 << 20, "kept_bytes": 2048})
        result = run("echo first; yes", limits=limits)
        assert result.status is Status.OUTPUT_LIMIT
        assert result.stdout.total_bytes > 1 << 20
        assert result.stdout.head.startswith(b"first\ny\n")
        assert len(result.stdout.head) == len(result.stdout.tail) == 1024

    def test_the_hash_covers_what_is_not_kept(self, run: Callable[..., TestResult]) -> None:
        result = run("seq 1 2000", limits=LIMITS.model_copy(update={"kept_bytes": 1024}))
        whole = "".join(f"{number}\n" for number in range(1, 2001)).encode()
        assert result.stdout.sha256 == hashlib.sha256(whole).hexdigest()
        assert result.stdout.total_bytes == len(whole)
        assert (result.stdout.head, result.stdout.tail) == (whole[:512], whole[-512:])

    def test_a_file_that_grows_too_large_ends_the_tool_and_says_so(self, run: Callable[..., TestResult]) -> None:
        result = run("exec head -c 2M /dev/zero >large", limits=LIMITS.model_copy(update={"file_bytes": 1 << 20}))
        assert (result.status, result.signal) == (Status.SIGNALLED, 25)
        assert "1048576" in result.detail

    def test_the_limits_of_a_call_come_before_those_of_the_job(self, real: Executor) -> None:
        call = Call(argv=(b"do", b"sleep 20"), limits=LIMITS.model_copy(update={"wall_s": 0.3}))
        with opened(real) as sandbox:
            assert sandbox.run(call).status is Status.TIMEOUT_WALL


class TestStreams:
    def test_much_input_and_output_at_once_do_not_lock(self, real: Executor) -> None:
        content = os.urandom(4 << 20)
        limits = LIMITS.model_copy(update={"kept_bytes": 16 << 20})
        with opened(real, limits=limits) as sandbox:
            result = sandbox.run(Call(argv=(b"copy",), stdin=content))
        assert result.stdout.content == content

    def test_a_tool_that_ignores_its_input_is_well(self, run: Callable[..., TestResult]) -> None:
        assert run("exit 0", stdin=b"x" * (4 << 20)).status is Status.OK

    def test_what_is_left_running_does_not_hold_the_call_and_is_named(self, run: Callable[..., TestResult]) -> None:
        result = run("sleep 60 & until grep -q sleep /proc/$!/comm; do :; done; echo done")
        assert (result.status, result.stdout.content, result.leftovers) == (Status.OK, b"done\n", ("sleep",))
        assert result.duration_ms < FAST_S * 1000

    def test_a_daemon_with_closed_streams_is_named_too(self, run: Callable[..., TestResult]) -> None:
        result = run(
            "setsid sleep 60 </dev/null >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do :; done; echo done"
        )
        assert result.leftovers == ("sleep",)

    def test_the_last_member_of_a_pipeline_is_given_its_moment(self, run: Callable[..., TestResult]) -> None:
        result = run("(: | cat; echo late) & exit 0")
        assert (result.stdout.content, result.leftovers) == (b"late\n", ())

    def test_signals_are_at_their_defaults(self, run: Callable[..., TestResult]) -> None:
        result = run("grep -E 'SigBlk|SigIgn' /proc/self/status")
        _, blocked, _, ignored = result.stdout.content.decode().split()
        # The two that the C library keeps for itself (32, 33) cannot be reset by anybody, and may be inherited.
        own = ~(0b11 << 31)
        assert (int(blocked, 16) & own, int(ignored, 16) & own) == (0, 0), result

    def test_no_descriptor_of_ours_arrives(self, run: Callable[..., TestResult]) -> None:
        assert run("ls /proc/$$/fd").stdout.content.split() in ([b"0", b"1", b"2"], [b"0", b"1", b"10", b"2"])

    def test_new_files_are_readable_by_others(self, run: Callable[..., TestResult]) -> None:
        assert run("umask").stdout.content == b"0022\n"


class TestSurroundings:
    def test_the_environment_is_a_fixed_list(
        self, run: Callable[..., TestResult], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CANARY_TOKEN", "canary-4711")
        lines = run("env", env={"ASKED": b"yes"}).stdout.content.decode().splitlines()
        told = dict(line.split("=", 1) for line in lines)
        assert told.pop("ASKED") == "yes"
        assert told["PATH"] == "/usr/local/bin:/usr/bin:/bin"
        assert set(told) - {"PWD", "_"} == {
            *("PATH", "HOME", "USER", "LOGNAME", "LC_ALL", "TZ", "TERM", "COLUMNS", "LINES", "NO_COLOR", "PAGER"),
            *("EDITOR", "VISUAL", "SHELL", "SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE"),
            *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR"),
        }

    def test_the_environment_of_the_tool_comes_before_ours_and_that_of_the_call_before_it(self, real: Executor) -> None:
        tool = PLAIN.model_copy(update={"env": {"TERM": b"tool", "PAGER": b"tool"}})
        with opened(real, tool) as sandbox:
            result = sandbox.run(Call(argv=(b"do", b"echo $TERM $PAGER $COLUMNS"), env={"PAGER": b"call"}))
        assert result.stdout.content == b"tool call 80\n"

    def test_a_second_run_has_another_hash_seed_and_nothing_else(self, real: Executor) -> None:
        with opened(real) as sandbox:
            seeds = [sandbox.run(Call(argv=(b"do", b"echo $PYTHONHASHSEED")), number) for number in (0, 1, 100)]
        assert [result.stdout.content for result in seeds] == [b"0\n", b"1\n", b"100\n"]

    def test_surroundings_are_told(self, run: Callable[..., TestResult]) -> None:
        around = Surroundings(zone="Asia/Tokyo", locale="C", width=120, folder="elsewhere", home="somebody")
        code = (
            "date -d @0 +%H; echo $LC_ALL $COLUMNS $USER; basename $PWD; basename $HOME; test -w $HOME && echo writable"
        )
        told = run(code, around=around).stdout.content.split()
        assert told == [b"09", b"C", b"120", b"somebody", b"elsewhere", b"somebody", b"writable"]

    def test_nothing_is_left_for_the_next_call(self, run: Callable[..., TestResult], real: Executor) -> None:
        call = Call(argv=(b"do", b"ls -A . $HOME $TMPDIR; touch x $HOME/y $TMPDIR/z"))
        with opened(real) as sandbox:
            first, second = sandbox.run(call), sandbox.run(call)
        names = [result.stdout.content.replace(b"\n", b" ").split() for result in (first, second)]
        assert not {b"x", b"y", b"z"} & set(names[1])
        assert first.files == second.files

    def test_what_a_call_does_to_the_process_that_begins_it_does_not_reach_the_next(self, real: Executor) -> None:
        limits = "for name in nofile nproc fsize core stack memlock; do prlimit --pid $PPID --$name=90:90; done"
        spoil = f"{limits}; renice -n 15 $PPID; taskset -p 1 $PPID; ionice -c 3 -p $PPID; chrt -b -p 0 $PPID"
        asks = "(taskset -p $$; ionice -p $$; chrt -p $$) | sed 's/[0-9]*.s current//'"
        look = Call(argv=(b"do", f"ulimit -n; ulimit -f; ulimit -s; ulimit -l; nice; {asks}".encode()))
        with opened(real) as sandbox:
            before = sandbox.run(look)
            sandbox.run(Call(argv=(b"do", f"({spoil}) >/dev/null 2>&1".encode())))
            assert sandbox.run(look).stdout.content == before.stdout.content

    def test_many_prepared_files_are_out_of_reach_of_calls_without_them(self, real: Executor) -> None:
        files = tuple(CallFile(path=b"%d" % number, content=b"good") for number in range(20))
        reads = Call(argv=(b"do", b"cat 7"), files=files)
        writes = "find / -xdev -name 7 -exec sh -c 'echo bad >{}' ';' 2>/dev/null; ls -A /layers; echo x >/layers/x"
        spoils = Call(argv=(b"do", writes.encode()))
        fresh = Surroundings(isolation=Isolation.FRESH)
        with opened(real) as sandbox:
            sandbox.run(reads)
            for around in (PINNED, fresh):
                spoilt = sandbox.run(spoils, surroundings=around)
                assert (spoilt.stdout.content, spoilt.exit_code) == (b"", 2), spoilt
                assert sandbox.run(reads, surroundings=around).stdout.content == b"good"

    def test_what_a_call_does_to_the_folders_around_the_tool_is_no_matter_of_the_next(self, real: Executor) -> None:
        if real.name == "docker":
            pytest.skip("the tool of this test lies on this machine")
        top = Path(mkdtemp(prefix="around-"))
        tool = top / "below" / "frob"
        tool.parent.mkdir()
        tool.write_text('#!/bin/sh\neval "$1"\necho good\n')
        for path in (top, tool.parent, tool):
            path.chmod(0o755)
        replaces = f"mkdir -p {tool.parent} && printf '#!/bin/sh\necho bad\n' >{tool}; chmod 755 {tool}"
        spoils = (
            f"mv {top} {top}.moved && {replaces}",
            f"rm -rf {top}",
            "cd /; rmdir $OLDPWD; rm -rf $HOME $TMPDIR",
            "chmod 000 /dev/pts/ptmx",
        )
        try:
            with opened(real, ToolSpec(argv=(os.fsencode(tool),))) as sandbox:
                for spoil in spoils if real.name != "local" else spoils[2:]:
                    sandbox.run(Call(argv=(f"{spoil} 2>/dev/null".encode(),)))
                    for around in (PINNED, Surroundings(isolation=Isolation.FRESH)):
                        result = sandbox.run(Call(argv=(b":",)), surroundings=around)
                        assert (result.status, result.stdout.content) == (Status.OK, b"good\n"), (spoil, result)
        finally:
            rmtree(top)

    def test_the_way_to_us_is_closed_however_many_descriptors_we_have(self, real: Executor) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2000:
            pytest.skip("so many descriptors may not be open here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (2000, hard))
        try:
            with ExitStack() as many:
                for _ in range(1200):
                    many.enter_context(Path("/dev/null").open("rb"))
                with opened(real) as sandbox:
                    listed = sandbox.run(Call(argv=(b"do", b"ls /proc/$$/fd"))).stdout.content.split()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert set(listed) <= {b"0", b"1", b"2", b"10"}


class TestFiles:
    def test_prepared_files_lie_there_with_one_fixed_time(self, run: Callable[..., TestResult]) -> None:
        files = (
            CallFile(path=b"a/b\xff.txt", content=b"\x00b", mode=0o640),
            CallFile(path=b"closed", kind=FileKind.DIRECTORY, mode=0o500),
            CallFile(path=b"closed/in.txt", content=b"in"),
            CallFile(path=b"link", kind=FileKind.LINK, content=b"a"),
        )
        seen = run(
            "stat -c '%n %a %Y %F' * a/*; readlink link; cat closed/in.txt; cat a/b* | wc -c", files=files
        ).stdout.content
        assert seen.splitlines() == [
            b"a 755 1700000000 directory",
            b"closed 500 1700000000 directory",
            b"link 777 1700000000 symbolic link",
            b"a/b\xff.txt 640 1700000000 regular file",
            b"a",
            b"in2",
        ]

    @pytest.mark.parametrize("others", [0, 30])
    def test_what_changed_is_seen_even_where_size_and_time_are_as_before(
        self, run: Callable[..., TestResult], others: int
    ) -> None:
        files = (
            *(CallFile(path=b"other/%d" % number) for number in range(others)),
            CallFile(path=b"kept", content=b"kept"),
            CallFile(path=b"gone", content=b"gone"),
            CallFile(path=b"sly", content=b"aaaa"),
            CallFile(path=b"mode", content=b"m"),
        )
        code = "cat kept; rm gone; printf bbbb >sly; touch -d @1700000000 sly; chmod 600 mode; mkdir d; echo x >d/n"
        seen = {change.path: change for change in run(code, files=files).files}
        assert {path: change.change for path, change in seen.items()} == {
            b"gone": Change.DELETED,
            b"sly": Change.CHANGED,
            b"mode": Change.CHANGED,
            b"d": Change.CREATED,
            b"d/n": Change.CREATED,
        }
        assert (seen[b"sly"].content, seen[b"sly"].sha256) == (b"bbbb", hashlib.sha256(b"bbbb").hexdigest())
        assert (seen[b"mode"].mode, seen[b"d"].kind, seen[b"d/n"].content) == (0o600, FileKind.DIRECTORY, b"x\n")

    def test_many_prepared_files_are_there_as_few_are_and_nothing_else_is_told(self, real: Executor) -> None:
        files = tuple(CallFile(path=b"d%d/%d" % (number % 3, number), content=b"%d" % number) for number in range(40))
        code = (
            "stat -c '%a %Y' . d1 d1/7; rm -r d0; mkdir d0; echo new >d0/0; mv d1/7 seven; cp d2/2 two;"
            " : >>d1/4; chmod 700 d2; ls / | grep -c layers; ls -A /layers 2>/dev/null; touch /layers/x 2>/dev/null"
        )
        with opened(real) as sandbox:
            first = sandbox.run(Call(argv=(b"do", code.encode()), files=files))
            second = sandbox.run(Call(argv=(b"do", code.encode()), files=files))
        lines = first.stdout.content.splitlines()
        assert lines[:3] == [b"755 1700000000", b"755 1700000000", b"644 1700000000"]
        seen = {change.path: change.change for change in first.files}
        gone = {b"d0/%d" % number: Change.DELETED for number in range(3, 40, 3)}
        assert seen == {
            **gone,
            b"d0/0": Change.CHANGED,
            b"d1/7": Change.DELETED,
            b"seven": Change.CREATED,
            b"two": Change.CREATED,
            b"d2": Change.CHANGED,
        }
        assert second.files == first.files

    def test_a_large_file_is_told_by_its_hash(self, run: Callable[..., TestResult]) -> None:
        (change,) = run("head -c 200000 /dev/zero >large").files
        assert (change.size, change.content) == (200_000, None)
        assert change.sha256 == hashlib.sha256(bytes(200_000)).hexdigest()

    def test_nothing_that_is_no_file_is_opened(self, run: Callable[..., TestResult]) -> None:
        result = run("mkfifo pipe; ln -s /etc/passwd link; ln -s pipe other; ln -s . loop; truncate -s 1G sparse || :")
        seen = {change.path: change for change in result.files}
        assert (seen[b"pipe"].kind, seen[b"pipe"].content) == (FileKind.OTHER, None)
        assert (seen[b"link"].kind, seen[b"link"].content) == (FileKind.LINK, b"/etc/passwd")
        assert seen[b"other"].content == b"pipe"
        assert b"loop/loop" not in seen

    def test_a_content_that_was_not_fetched_is_our_mistake(self, real: Executor) -> None:
        with opened(real) as sandbox, pytest.raises(ContentMissingError):
            sandbox.run(Call(stdin=BlobRef.of(b"x")))

    def test_files_that_cannot_be_made_are_our_error(self, real: Executor) -> None:
        call = Call(argv=(b"do", b"true"), files=(CallFile(path=b"x" * 300, content=b""),))
        with opened(real) as sandbox:
            result = sandbox.run(call)
        assert result.status is Status.SANDBOX_ERROR
        assert result.detail


class TestMeasures:
    def test_time_and_memory_of_all_descendants_are_measured(self, run: Callable[..., TestResult]) -> None:
        result = run("sh -c 'head -c 40M /dev/zero | tail -c 40M | wc -c'")
        assert result.status is Status.OK
        assert result.peak_rss_bytes > 40 << 20
        assert 0 < result.cpu_ms < 20_000
        assert result.duration_ms > 0

    def test_nothing_stays_behind_in_this_process(self, real: Executor) -> None:
        with opened(real) as sandbox:
            sandbox.run(Call(argv=(b"say", b"x")))
            before = descriptors_and_children()
            sandbox.run(Call(argv=(b"do", b"sleep 60 &")))
            assert descriptors_and_children() == before
        with opened(real, guard=FakeGuard(stops_at=3)) as sandbox:
            with pytest.raises(Halted):
                sandbox.run(Call(argv=(b"do", b"sleep 60")))
            assert descriptors_and_children()[1] == before[1]

    def test_two_threads_use_sandboxes_of_their_own_at_once(self, real: Executor) -> None:
        said: dict[int, list[bytes]] = {}

        def speak(number: int) -> None:
            with opened(real) as sandbox:
                calls = [Run(Call(argv=(b"say", b"%d" % number)), turn) for turn in range(5)]
                said[number] = [result.stdout.content for result in sandbox.map(calls)]

        threads = [threading.Thread(target=speak, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said == {1: [b"1\n"] * 5, 2: [b"2\n"] * 5}


class TestStopping:
    def test_a_stop_during_a_call_ends_it_at_once_with_all_that_it_began(self, real: Executor) -> None:
        began, mark = time.monotonic(), f"mark-{os.getpid()}-{time.monotonic_ns()}"
        with opened(real, guard=FakeGuard(stops_at=6)) as sandbox, pytest.raises(Halted):
            sandbox.run(Call(argv=(b"do", f"setsid sh -c 'trap \"\" TERM; sleep 61; : {mark}' & sleep 61".encode())))
        assert time.monotonic() - began < FAST_S
        assert processes_with(mark) == []


def test_local_is_refused_for_root() -> None:
    if os.geteuid():
        pytest.skip("only root is refused")
    assert not Local().probe().is_usable
    with opened(Local()) as sandbox, pytest.raises(SandboxUnavailableError):
        sandbox.run(Call(argv=(b"say", b"x")))


@pytest.mark.parametrize("name", walled_backends())
def test_it_holds_all_that_it_names(name: str) -> None:
    with closing(made(name)) as executor:
        capabilities = executor.probe()
    assert capabilities.missing == ()
    assert len(capabilities.holds) >= 15


@pytest.mark.slow
@pytest.mark.usefixtures("engine_here")
@pytest.mark.parametrize("name", [f"docker{variant.suffix}" for variant in VARIANTS])
def test_docker_holds_all_that_it_names(in_images: Mapping[str, InImage], name: str) -> None:
    capabilities = in_images[name].probe()
    assert (capabilities.is_usable, capabilities.level, capabilities.missing) == (True, name, ())
    assert len(capabilities.holds) >= 30


@pytest.mark.slow
def test_all_of_this_holds_for_an_ordinary_user() -> None:
    assert_all_holds_for_an_ordinary_user(__file__)


def descriptors_and_children() -> tuple[list[str], list[str]]:
    own = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    return sorted(path.name for path in Path("/proc/self/fd").iterdir()), own
