"""Tries out what an executor holds, by calls that do what it should refuse."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from shared.interfaces.executor import Capabilities, Executor, Hold
from shared.models.call import PINNED, Call, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult
from shared.utils.errors import TestronautError
from shared.utils.text import decode
from worker.execution.archive import runner_program
from worker.execution.environment import environment
from worker.execution.inside import trials
from worker.execution.remembered import Remembered

V = TypeVar("V")

_LIMITS = Limits(
    wall_s=10, memory_bytes=512 << 20, disk_bytes=2 << 20, file_bytes=1 << 20, processes=32, open_files=128, cpu_s=10
)
_MOST_NAMES = 200
_SHORT_S = 0.3

# How a call ends that passes a limit, and the program that does it.
_PASSING: Mapping[str, tuple[Status, Limits, str]] = {
    "memory of all processes": (
        Status.MEMORY_LIMIT,
        _LIMITS.model_copy(update={"memory_bytes": 64 << 20, "wall_s": 3}),
        "import os,time; os.fork(); kept = b'x' * (48 << 20); time.sleep(20)",
    ),
    "time on the clock": (
        Status.TIMEOUT_WALL,
        _LIMITS.model_copy(update={"wall_s": _SHORT_S}),
        "import os,signal,time; signal.signal(15, signal.SIG_IGN); os.fork() or os.setsid(); time.sleep(20)",
    ),
    "time of the processor": (
        Status.TIMEOUT_CPU,
        _LIMITS.model_copy(update={"cpu_s": _SHORT_S}),
        "while True: pass",
    ),
    "amount of output": (
        Status.OUTPUT_LIMIT,
        _LIMITS.model_copy(update={"output_bytes": 1 << 16}),
        "while True: print('x' * 1000)",
    ),
}
_DAEMON = "import os,time\nif os.fork(): os._exit(0)\nos.setsid(); time.sleep(20)"
DAEMONS = "what a call leaves running ends with it"
# The first call makes it, the second looks for it and takes it away.
_MEMORY = """
import ctypes, sys
library, flags = ctypes.CDLL(None), int(sys.argv[1], 8)
found = library.shmget(0x7E57, 4096, flags)
if not flags and found != -1:
    library.shmctl(found, 0, None)
    sys.exit("that of the call before is there")
"""
MEMORY = "memory that processes share ends with their call"

_Attempt = Callable[[str, Limits, Call], TestResult]


class NotHeldError(Exception):
    """Something does not hold; an error, so that it is tried again the next time, unlike what holds."""

    def __init__(self, capabilities: Capabilities) -> None:
        super().__init__(capabilities.fix)
        self.capabilities = capabilities


class Unguarded:
    """A guard for calls that belong to no attempt."""

    def check(self) -> None:
        """Let it go on."""

    def allows(self, call: Call) -> bool:
        """Refuse nothing."""
        return True


def python_here() -> ToolSpec:
    """Give the Python that tries things out: the one that runs the runner on this machine."""
    return ToolSpec(argv=(os.fsencode(runner_program().python),))


def examine(
    executor: Executor, level: str, dispensable: Collection[str], python: ToolSpec | None = None
) -> Capabilities:
    """Try everything with a Python; an executor is usable where all holds that are not dispensable hold.

    Raises:
        SandboxUnavailableError: nothing can be called at all.

    """
    attempt = partial(_run, executor, python or python_here())
    forgotten = _forgets(attempt)
    with ThreadPoolExecutor(len(_PASSING)) as pool:
        passing = [pool.submit(_passes, attempt, name) for name in _PASSING]
        holds = (*_trials(attempt), _leaves_nothing(attempt), forgotten, *(future.result() for future in passing))
    missing = [hold.name for hold in holds if not hold.holds and hold.name not in dispensable]
    fix = f"It does not hold: {', '.join(missing)}. Use another executor." if missing else ""
    return Capabilities(executor=executor.name, is_usable=not missing, level=level, holds=holds, fix=fix)


def tried_once(depends_on: str, folder: Path, try_it: Callable[[], Capabilities]) -> Capabilities:
    """Try out what an executor holds, unless an earlier process did so where all was the same.

    Raises:
        NotHeldError: it cannot be used.

    """
    remembered = Remembered(folder)
    with suppress(ValueError):
        if (known := remembered.recall("capabilities", depends_on)) is not None:
            return Capabilities.model_validate_json(known)
    capabilities = try_it()
    if not capabilities.is_usable:
        raise NotHeldError(capabilities)
    remembered.keep("capabilities", depends_on, capabilities.model_dump_json().encode())
    return capabilities


def found_once(variants: Sequence[V], depends_on: str, folder: Path, find: Callable[[], V]) -> V:
    """Find out which of several variants works, the best of them first.

    Only the best is remembered: that less works may be for a reason that passes.
    """
    remembered = Remembered(folder)
    known = remembered.recall("foundation", depends_on)
    found = next((variant for variant in variants if repr(variant).encode() == known), None)
    if found is None:
        found = find()
        if found == variants[0]:
            remembered.keep("foundation", depends_on, repr(found).encode())
    return found


def unusable(name: str, error: TestronautError | OSError) -> Capabilities:
    """Say why nothing can be called, and what to do about it."""
    fix = error.hint if isinstance(error, TestronautError) else f"Something is wrong with this machine: {error}"
    return Capabilities(executor=name, is_usable=False, fix=fix)


def _run(executor: Executor, python: ToolSpec, program: str, limits: Limits, call: Call) -> TestResult:
    asked = call.model_copy(update={"argv": (b"-I", b"-S", b"-c", program.encode(), *call.argv)})
    with executor.open(python, SandboxPolicy(), limits, Unguarded()) as sandbox:
        return sandbox.run(asked)


def _trials(attempt: _Attempt) -> Iterator[Hold]:
    program = Path(trials.__file__).read_text(encoding="utf-8")
    with _canaries() as canaries:
        result = attempt(program, _LIMITS, Call(stdin=json.dumps(canaries).encode()))
    if result.status is not Status.OK:
        told = result.detail or result.stderr.content.decode(errors="replace")[-300:]
        yield from (Hold(name=name, holds=False, detail=f"{result.status.value}: {told}") for name in trials.TRIALS)
    else:
        for name, holds, detail in json.loads(result.stdout.content):
            yield Hold(name=name, holds=holds, detail=detail)


@contextmanager
def _canaries() -> Iterator[Mapping[str, Any]]:
    """Set out what must not be seen or reached from inside, and say what it is."""
    name = secrets.token_hex(8)
    with (
        socket.create_server(("127.0.0.1", 0)) as service,
        socket.socket(socket.AF_UNIX) as nameless,
        NamedTemporaryFile(prefix="testronaut-canary-") as file,
    ):
        nameless.bind(f"\0{name}")
        nameless.listen()
        home = Path.home()
        yield {
            "home": str(home),
            "home_names": _names_in(home),
            "temporary_file": file.name,
            "variables": list(environment(PINNED, 0, "", "", ())),
            "port": service.getsockname()[1],
            "socket_name": name,
            "pid": os.getpid(),
            "host": PINNED.host,
            "file_bytes": _LIMITS.file_bytes,
            "disk_bytes": _LIMITS.disk_bytes,
            "open_files": _LIMITS.open_files,
            "processes": _LIMITS.processes,
        }


def _names_in(home: Path) -> list[str]:
    shown = runner_program().prefix or ""
    try:
        names = sorted(os.listdir(home))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
    return [name for name in names if not shown.startswith(str(home / name))][:_MOST_NAMES]


def _passes(attempt: _Attempt, name: str) -> Hold:
    expected, limits, program = _PASSING[name]
    result = attempt(program, limits, Call())
    holds = result.status is expected
    return Hold(name=name, holds=holds, detail="" if holds else f"{result.status.value} {result.detail}".strip())


def _leaves_nothing(attempt: _Attempt) -> Hold:
    mark = f"testronaut-{secrets.token_hex(8)}"
    result = attempt(_DAEMON, _LIMITS, Call(argv=(mark.encode(),)))
    if result.status is not Status.OK:
        return Hold(name=DAEMONS, holds=False, detail=f"{result.status.value} {result.detail}".strip())
    survivors = sum(mark.encode() in _command_line(folder) for folder in Path("/proc").glob("[0-9]*"))
    return Hold(name=DAEMONS, holds=not survivors, detail=f"{survivors} survived" if survivors else "")


def _forgets(attempt: _Attempt) -> Hold:
    first, second = (attempt(_MEMORY, _LIMITS, Call(argv=(flags,))) for flags in (b"1600", b"0"))
    flaws = [result for result in (first, second) if result.status is not Status.OK]
    detail = "".join(f"{flaw.status.value} {flaw.detail or decode(flaw.stderr.content)}".strip() for flaw in flaws[:1])
    return Hold(name=MEMORY, holds=not flaws, detail=detail)


def _command_line(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""
