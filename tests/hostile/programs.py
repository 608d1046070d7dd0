"""The table of the zoo: what each program must come to. What each tries stands in its first lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.models.call import FileKind
from shared.models.test_result import Change, FileChange, Status, TestResult

Proof = Callable[[TestResult], object]
_SOON = {"wall_s": 1}
_OF_ITS_OWN = (Status.OK, Status.SIGNALLED, Status.TIMEOUT_WALL)
_IN_IMAGES, _SHARED_ALONE = ("docker", "docker-shared"), ("docker-shared",)
_OWN_TIME = {"cpu_s": 0.5, "wall_s": 15}


@dataclass(frozen=True)
class Program:
    """What is typed, how it may end, what it must have said, and what else must be true of its result.

    `needs_walls`: it is let loose only where a backend promises to keep it in. `flaw`: why it does not hold yet, in the
    backends that are `flawed`, or in all.
    """

    typed: str
    ends: tuple[Status, ...] = (Status.OK,)
    says: bytes = b"held\n"
    proof: Proof = lambda _: None
    limits: Mapping[str, float] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    stdin: bytes | None = None
    needs_walls: bool = True
    flaw: str = ""
    flawed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """A call that plants something, and one that looks for it: it must see what it saw before."""

    plant: str
    look: str
    needs_walls: bool = True
    flaw: str = ""
    flawed: tuple[str, ...] = ()


def _signal(number: int) -> Proof:
    def proof(result: TestResult) -> None:
        assert (result.signal, result.exit_code) == (number, None)

    return proof


def _code(number: int) -> Proof:
    def proof(result: TestResult) -> None:
        assert (result.signal, result.exit_code) == (None, number)

    return proof


def _leaves(*names: str) -> Proof:
    def proof(result: TestResult) -> None:
        assert set(names) <= set(result.leftovers), result.leftovers

    return proof


def _leaves_nobody(result: TestResult) -> None:
    assert result.leftovers == ()


def _ends_soon_after_its_first_word(result: TestResult) -> None:
    assert result.stdout.head.startswith(b"first\n")
    assert result.duration_ms < 5000


def _both_ends(result: TestResult) -> None:
    assert result.stdout.head.startswith(b"first\ny\n")
    assert set(result.stdout.tail) == set(b"y\n")


def _bytes_as_they_were(result: TestResult) -> None:
    assert result.stdout.head.startswith(b"\x00\xff\xfe\x1b\n")


def _only_complaints(result: TestResult) -> None:
    assert result.stdout.total_bytes == 0
    assert result.stderr.head.startswith(b"complaint\n")


def _drops(result: TestResult) -> None:
    assert set(result.stdout.content) == set(b".")


def _seen(result: TestResult) -> Mapping[bytes, FileChange]:
    for change in result.files:
        assert change.content is None or change.kind is FileKind.LINK or len(change.content) == change.size
    return {change.path: change for change in result.files}


def _links(**targets: bytes) -> Proof:
    def proof(result: TestResult) -> None:
        seen = _seen(result)
        found = {name: (seen[name.encode()].kind, seen[name.encode()].content) for name in targets}
        assert found == {name: (FileKind.LINK, target) for name, target in targets.items()}
        assert not any(path.startswith(tuple(name.encode() + b"/" for name in targets)) for path in seen)

    return proof


def _large_and_empty(result: TestResult) -> None:
    (change,) = result.files
    assert (change.size, change.content) == (1 << 40, None)


def _never_more_than_allowed(result: TestResult) -> None:
    (change,) = result.files
    assert change.size == 4 << 20
    assert (result.signal, result.exit_code) == (25, None)


def _few_of_many(result: TestResult) -> None:
    assert 0 < len(result.files) <= 1000


def _deep(result: TestResult) -> None:
    assert result.files[0].path == b"d"
    assert len(result.files) < 1000


def _moved_and_linked(result: TestResult) -> None:
    _links(prepared=b"/etc")(result)
    seen = _seen(result)
    assert seen[b"moved"].content == b"aaaa"
    assert (seen[b"made/self"].kind, seen[b"made/self"].content) == (FileKind.LINK, b"/proc/self")


def _nothing_was_opened(result: TestResult) -> None:
    seen = _seen(result)
    for name in (b"pipe", b"closed-pipe", b"socket", b"prepared"):
        assert (seen[name].kind, seen[name].content) == (FileKind.OTHER, None)
    assert seen[b"kept"].content == b"aaaa"
    _links(**{"to-pipe": b"pipe", "tty": b"/dev/tty", "terminal": b"/dev/ptmx", "random": b"/dev/random"})(result)


def _what_was_closed(result: TestResult) -> None:
    seen = _seen(result)
    assert seen[b"closed/deeper/inside"].content == b"inside\n"
    assert (seen[b"closed"].mode, seen[b"secret"].kind) == (0, FileKind.FILE)


def _what_is_inside(result: TestResult) -> None:
    assert [(change.path, change.content) for change in result.files] == [(b"inside", b"inside\n")]


def _names_as_they_are(result: TestResult) -> None:
    seen = _seen(result)
    assert {
        seen[name].content == name for name in (b"two\nlines", b"\xff\xfe", b"-rf", b"\r", b"..\n", b"a" * 255)
    } == {True}
    assert seen[b"\xff\n"].kind is FileKind.DIRECTORY
    assert seen[b"link\n"].content == b"\xff\n\x1b"


def _one_state(result: TestResult) -> None:
    moving = _seen(result).get(b"moving")
    assert moving is None or moving.content in {b"aaaa", b"bbbbbbbb", b"/etc/passwd", b""}
    assert _seen(result)[b"growing"].kind is FileKind.FILE


def _named_late(result: TestResult) -> None:
    if result.files:
        assert {path: change.content for path, change in _seen(result).items()} == {b"late": b"named late"}


def _three_changes(result: TestResult) -> None:
    assert {path: change.change for path, change in _seen(result).items()} == {
        b"same": Change.CHANGED,
        b"moved": Change.CHANGED,
        b"mode": Change.CHANGED,
    }
    assert _seen(result)[b"same"].content == _seen(result)[b"moved"].content == b"bbbb"


def _heard(result: TestResult) -> None:
    assert (result.stdout.content, result.stderr.content) == (b"held\n", b"swapped\n")


def _complained_only(result: TestResult) -> None:
    assert result.stderr.content == b"held\n"


_ANY_NAME = (")", "\n", ") Z 1 1 1 1", "(x) Z 0 0", "", " ", "a b) X 1 (", "\x1b[2J")

ESCAPES = (
    Program("new_namespaces.c"),
    Program("foreign_namespaces.c"),
    Program("join_namespaces.c"),
    Program("mounts.c"),
    Program("change_root.c"),
    Program("trace_runner.c"),
    Program("read_runner.c"),
    Program("steal_descriptors.c"),
    Program("compare_runner.c"),
    Program("become_root.c", flaw="that nothing gains privileges is held by one word alone", flawed=_IN_IMAGES),
    Program("devices.c"),
    Program("keyring.c"),
    Program("io_uring.c"),
    Program("bpf.c"),
    Program("perf.c"),
    Program("userfaultfd.c"),
    Program("foreign_calls.c"),
    Program("vsock.c"),
    Program("terminal_input.c"),
    Program("file_handles.c"),
    Program("kernel_log.c"),
    Program("privileged_calls.c"),
    Program("priority.c"),
    Program("hard_links.c {precious} {socket}"),
    Program("dumps.c"),
    Program("kernel_settings.py machine"),
    Program("kernel_settings.py own"),
    Program(
        "proc_writes.py /proc", flaw="what the engine covers with nothing takes what is written", flawed=_SHARED_ALONE
    ),
    Program("proc_writes.py /proc/pressure", flaw="/proc of a container is not read-only", flawed=_SHARED_ALONE),
    Program("proc_tells.py {home} {temporary} {name}"),
    Program("host_files.py {home} {temporary} {precious} {socket}"),
    Program("own_tool.sh"),
    Program("programs_that_run.py"),
    Program("services.py {port} {socket} {name}"),
    Program("network.py"),
    Program("secrets.py {secret}"),
    Program("held_descriptors.py"),
)

FLOODS = (
    Program("yes.sh", (Status.OUTPUT_LIMIT,), b"", _both_ends, needs_walls=False),
    Program("both_streams.sh", (Status.OUTPUT_LIMIT,), b"", needs_walls=False),
    Program("stderr_only.sh", (Status.OUTPUT_LIMIT,), b"", _only_complaints, needs_walls=False),
    Program("endless_line.sh", (Status.OUTPUT_LIMIT,), b"xxx", needs_walls=False),
    Program("binary.sh", (Status.OUTPUT_LIMIT,), b"", _bytes_as_they_were, needs_walls=False),
    Program("spliced.c", (Status.OUTPUT_LIMIT,), b"", needs_walls=False),
    Program("drip.py", (Status.TIMEOUT_WALL,), b"", _drops, {"wall_s": 1}, needs_walls=False),
    Program("talks_after_end.sh", (Status.OK, Status.OUTPUT_LIMIT), b"", _ends_soon_after_its_first_word),
)

BOMBS = (
    Program("forks.c", (Status.TIMEOUT_WALL, Status.TIMEOUT_CPU), b"", limits=_SOON),
    Program("threads.c"),
    Program("zombies.c"),
    Program("memory.c", (Status.MEMORY_LIMIT,), b"", needs_walls=False),
    Program("memory_of_children.c", (Status.MEMORY_LIMIT,), b"", needs_walls=False),
    Program("memory_shared.c", (Status.MEMORY_LIMIT,), b"", needs_walls=False),
    Program("memory_in_files.c", (Status.MEMORY_LIMIT, Status.OK), b""),
    Program("memory_in_segments.c", (Status.MEMORY_LIMIT, Status.OK), b""),
    Program("memory_without_leader.c", (Status.MEMORY_LIMIT,), b""),
    Program("time_without_leader.c", (Status.TIMEOUT_CPU,), b"", limits=_OWN_TIME),
    Program("left_without_leader.c", proof=_leaves("left_without_le")),
    Program("burners.c", (Status.TIMEOUT_CPU,), b"", limits=_OWN_TIME, needs_walls=False),
    Program("sparse.c", proof=_large_and_empty, limits={"file_bytes": 2 << 40}),
    Program("inodes.c", (Status.OK, Status.MEMORY_LIMIT), b"", _few_of_many),
    Program("deep.c", proof=_deep),
    Program("large_file.c", (Status.SIGNALLED,), b"", _never_more_than_allowed, needs_walls=False),
    Program("open_files.c", needs_walls=False),
    Program("words.c", needs_walls=False),
    Program("pipes.c"),
    Program("stack.c", (Status.SIGNALLED,), b"", _signal(11), needs_walls=False),
    Program("fill.py plant", says=b"planted\n", proof=_few_of_many),
    Program("crowd.c plant", says=b"planted\n", proof=_leaves("crowd")),
)

SIGNALS = (
    Program("ignores_term.sh", (Status.TIMEOUT_WALL,), b"began\n", limits=_SOON, needs_walls=False),
    Program("blocks_all.c", (Status.TIMEOUT_WALL,), b"", limits=_SOON, needs_walls=False),
    Program("kills_group.sh", (Status.SIGNALLED,), b"", _signal(9), needs_walls=False),
    Program("kills_all.py"),
    Program("stops_itself.sh", (Status.TIMEOUT_WALL,), b"began\n", limits=_SOON, needs_walls=False),
    Program("stops_group.sh", (Status.TIMEOUT_WALL,), b"began\n", limits=_SOON, needs_walls=False),
    Program("stops_runner.sh"),
    Program("signal_runner.c", says=b"planted\n"),
    Program("traced.c stops", _OF_ITS_OWN, b"", limits=_SOON, needs_walls=False),
    Program("traced.c signals", _OF_ITS_OWN, b"", limits=_SOON, needs_walls=False),
    Program("traced.c executes", _OF_ITS_OWN, b"", limits=_SOON, needs_walls=False),
    Program("siblings.c", (Status.NONZERO,), b"", _leaves("siblings"), needs_walls=False),
    Program("starve_runner.c", says=b"planted\n"),
    Program("exits_139.sh", (Status.NONZERO,), b"", _code(139), needs_walls=False),
    Program("dies_of.sh 11", (Status.SIGNALLED,), b"", _signal(11), needs_walls=False),
    Program("dies_of.sh 13", (Status.SIGNALLED,), b"", _signal(13), needs_walls=False),
    Program("dies_of.sh 34", (Status.SIGNALLED,), b"", _signal(34), needs_walls=False),
    Program("exits_large.c", (Status.NONZERO,), b"", _code(7), needs_walls=False),
    Program("storm.c", (Status.NONZERO,), b"", _code(23), needs_walls=False),
    Program("holds_pipes.sh", proof=_leaves("sleep"), needs_walls=False),
    Program("holds_stderr.sh", proof=_leaves("sleep"), needs_walls=False),
    Program("runaway.c plant", says=b"planted\n"),
    Program("at_exit.c plant", says=b"planted\n", proof=_leaves("at_exit")),
)

DESCRIPTORS = (
    Program("closes_all.c", (Status.NONZERO,), b"", _code(7), needs_walls=False),
    Program("closes_and_stays.c", (Status.TIMEOUT_WALL,), b"", limits=_SOON, needs_walls=False),
    Program("writes_everywhere.c", needs_walls=False),
    Program("passes_streams.c", proof=_leaves_nobody, needs_walls=False),
    Program("doubles.c", says=b"", proof=_heard, needs_walls=False),
    Program("own_output.py", says=b"", proof=_complained_only, stdin=b"x" * 100_000, needs_walls=False),
    Program("nameless_file.c", proof=_named_late, needs_walls=False),
)

LEFT_BEHIND = (
    Program("replaced_folder.sh", proof=_moved_and_linked, files=("prepared",)),
    Program(
        "replaced_file.sh",
        proof=_links(
            passwd=b"/etc/passwd",
            memory=b"/proc/self/mem",
            zero=b"/dev/zero",
            input=b"/dev/stdin",
            self=b"/proc/1/environ",
        ),
        files=("passwd", "memory", "zero", "input", "self"),
        needs_walls=False,
    ),
    Program("pipes_and_sockets.py", proof=_nothing_was_opened, files=("prepared",), needs_walls=False),
    Program("closed.sh", proof=_what_was_closed, needs_walls=False),
    Program("closed_folder.sh", proof=_what_is_inside),
    Program("odd_names.py", proof=_names_as_they_are, needs_walls=False),
    Program(
        "loops.sh",
        proof=_links(one=b"two", two=b"one", self=b"self", here=b".", above=b"..", top=b"/"),
        needs_walls=False,
    ),
    Program("changing.c", proof=_one_state),
    Program("second_names.c", proof=_few_of_many, needs_walls=False),
)

NAMES_AND_TIMES = (
    Program("clock.c"),
    Program("rewritten.sh", proof=_three_changes, files=("same", "moved", "mode"), needs_walls=False),
    Program("dates.sh", proof=_few_of_many, needs_walls=False),
    Program("names.c", proof=_leaves(*_ANY_NAME)),
    Program("long_words.sh", proof=_leaves("sleep"), needs_walls=False),
    Program("escapes.py", says=b"shown "),
)

PROGRAMS = (*ESCAPES, *FLOODS, *BOMBS, *SIGNALS, *DESCRIPTORS, *LEFT_BEHIND, *NAMES_AND_TIMES)

PAIRS = (
    Pair("left_files.py plant sealed", "left_files.py look sealed"),
    Pair("left_files.py plant", "left_files.py look", needs_walls=False),
    Pair("spoiled_folders.py plant sealed", "spoiled_folders.py look sealed"),
    Pair("spoiled_folders.py plant", "spoiled_folders.py look", needs_walls=False),
    Pair("closed_folder.sh", "left_files.py look", needs_walls=False),
    Pair("sysv.c plant", "sysv.c look"),
    Pair("queue.c plant", "queue.c look"),
    Pair("kept_key.c plant", "kept_key.c look"),
    Pair("daemon.py plant", "daemon.py look"),
    Pair("runaway.c plant", "runaway.c look"),
    Pair("at_exit.c plant", "at_exit.c look"),
    Pair("locks.py plant", "locks.py look"),
    Pair("kept_settings.py plant", "kept_settings.py look"),
    Pair("fill.py plant", "fill.py look"),
    Pair("crowd.c plant", "crowd.c look"),
    Pair("waiting_port.py plant", "waiting_port.py look"),
    Pair("terminals.c plant", "terminals.c look"),
    Pair("disturb_self.c", "state.py", needs_walls=False),
    Pair("lower_runner.c", "state.py sealed"),
    Pair("signal_runner.c", "state.py sealed"),
)
