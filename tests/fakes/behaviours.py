"""How the invented tool `frob` may behave, one fault at a time: the plan of it, and what every case then shows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.interfaces.verifier import Observed
from shared.models.call import Call
from shared.models.cli_tool import CliTool, Recipe
from shared.models.job import JobSpec, ToolSpec
from shared.models.test_plan import TestCase
from shared.models.test_result import Status, Stream, TestResult
from tests.fakes import frob
from worker.generation.planner import Planner

SPEC = JobSpec(tool=ToolSpec(argv=(b"frob",)), max_cases=90)

Behaviour = Callable[[TestCase, int], TestResult]
"""What a case shows at one of its repetitions."""

PANIC = b"thread 'main' panicked at src/main.rs:12:5:\nattempt to divide by zero\n"
THROWN = b"""\
Exception in thread "main" java.lang.IllegalStateException: no list
\tat org.frob.Lists.open(Lists.java:31)
\tat org.frob.Main.main(Main.java:12)
"""


@cache
def tool() -> CliTool:
    """Give what was learned of `frob`, and a call of the tool itself that works."""
    learned = frob.tool()
    recipe = Recipe(call=Call(argv=(b"a.txt",), files=(frob.SAMPLE,)), prints=True)
    return learned.model_copy(
        update={"commands": {**learned.commands, "": learned.root.model_copy(update={"recipes": (recipe,)})}}
    )


@cache
def cases() -> tuple[TestCase, ...]:
    """Give its plan."""
    return Planner().generate(tool(), SPEC).cases


def observed(behaviour: Behaviour) -> Observed:
    """Give what a whole job sees of a tool that behaves so."""
    return Observed(
        spec=SPEC,
        tool=tool(),
        cases=cases(),
        results={case.key: behaviour(case, 0) for case in cases()},
        repeated={
            case.key: [behaviour(case, number) for number in range(1, case.repetitions)]
            for case in cases()
            if case.repetitions > 1
        },
    )


def shows(case: TestCase, repetition: int, status: Status = Status.OK, **seen: Any) -> TestResult:  # noqa: ANN401
    streams = {name: Stream.of(seen.pop(name, b"")) for name in ("stdout", "stderr")}
    if status.has_exit_code:
        seen.setdefault("exit_code", 0)
    return TestResult(call_digest=case.key, repetition=repetition, status=status, **streams, **seen)


def failing(code: int = 1, out: bytes = b"", err: bytes = b"") -> Behaviour:
    return lambda case, number: shows(case, number, Status.NONZERO, exit_code=code, stdout=out, stderr=err)


def ended_by(status: Status, **seen: Any) -> Behaviour:  # noqa: ANN401
    return lambda case, number: shows(case, number, status, **seen)


def _sound(case: TestCase, number: int) -> TestResult:
    match case.technique:
        case "help":
            return shows(case, number, stdout=b"usage: frob [OPTION]... COMMAND\n")
        case "version":
            return shows(case, number, stdout=b"frob 2.1\n")
    if case.wrong is not None:
        complaint = f"frob: bad: {case.wrong}\n".encode()
        return shows(case, number, Status.NONZERO, exit_code=2, stderr=complaint)
    return shows(case, number, stdout=b"one\ntwo\nthree\n")


def _about(text: str, *, code: int = 0, stream: str = "stderr") -> Behaviour:
    """Say a text about the option of a case, or about what is wrong with it."""

    def behaviour(case: TestCase, number: int) -> TestResult:
        said = text.format(wrong=case.wrong or "none", option=case.option or "none").encode()
        status = Status.NONZERO if code else Status.OK
        return shows(case, number, status, exit_code=code, **{stream: said})

    return behaviour


def _repeats_its_words(case: TestCase, number: int) -> TestResult:
    return shows(case, number, stdout=b" ".join(case.call.argv) + b"\n")


def _goes_by_its_spelling(case: TestCase, number: int) -> TestResult:
    return shows(case, number, stdout=b"%x bits\n" % (zlib.crc32(b"\0".join(case.call.argv)) & 0xFFFF))


def _in_another_order(case: TestCase, number: int) -> TestResult:
    return shows(case, number, stdout=b"beta\nalpha\n" if number % 2 else b"alpha\nbeta\n")


def _another_word(case: TestCase, number: int) -> TestResult:
    return shows(case, number, stdout=b"word-%s\n" % bytes([ord("a") + number]))


FAULTS: Mapping[str, Behaviour] = {
    "is killed": ended_by(Status.SIGNALLED, signal=11, stderr=b"frob: list 7 is broken\n"),
    "a shell says that it was killed": failing(139, err=b"Segmentation fault\n"),
    "shows a traceback": failing(1, err=frob.TRACEBACK),
    "panics": failing(101, err=PANIC),
    "throws": failing(1, err=THROWN),
    "computes without end": ended_by(Status.TIMEOUT_CPU, cpu_ms=10_000, duration_ms=10_100),
    "waits without end": ended_by(Status.TIMEOUT_WALL, cpu_ms=10, duration_ms=10_000),
    "helps and fails": failing(1, out=b"usage: frob [OPTION]... COMMAND\nfrob 2.1\n"),
    "refuses what is documented": _about("frob: unrecognized option '{option}'\n", code=2),
    "takes anything": lambda case, number: shows(case, number, stdout=b"one\n"),
    "complains with success": _about("frob: error: cannot open {wrong}\n"),
    "refuses with success": _about("frob: unrecognized option '{wrong}'\n"),
    "refuses where results belong": _about("frob: unrecognized option '{wrong}'\n", code=2, stream="stdout"),
    "goes by its spelling": _goes_by_its_spelling,
    "has no order": _in_another_order,
    "never says the same": _another_word,
}
NOISE: Mapping[str, Behaviour] = {
    "nothing": shows,
    "repeats its words": _repeats_its_words,
    "every byte": lambda case, number: shows(case, number, stdout=bytes(range(256)), stderr=bytes(range(256)) * 9),
    "bytes and failure": failing(255, b"\xff\xfe\0" * 99, b"\x1b[31m\x1b]0;title\x07\xff" * 99),
    "much": failing(1, b"x" * (1 << 16), b"error: " * (1 << 13)),
    "many lines": failing(1, b"error: cannot\n" * 999, b"\n" * (1 << 14)),
    "a traceback of nothing": failing(1, err=b"Traceback (most recent call last):\n" * 500),
    "a traceback that is cut": failing(1, err=frob.TRACEBACK[:60]),
    "quotes": failing(2, err=b"'\"`'\"`'\"\xe2\x80\x98" * 999),
    "formats": failing(2, err=b"%s %n {0} {} $(id) `id`\n" * 99),
    "too much": ended_by(Status.OUTPUT_LIMIT, stdout=b"y\n" * 999),
    "too large": ended_by(Status.MEMORY_LIMIT),
    "no start": ended_by(Status.SPAWN_ERROR, detail="it cannot be started: Exec format error"),
    "a signal of no fault": ended_by(Status.SIGNALLED, signal=15),
}
BEHAVIOURS: Mapping[str, Behaviour] = {"is sound": _sound, **FAULTS, **NOISE}


def as_our_error(result: TestResult) -> TestResult:
    """Give a result that shows all that another does, and is a failure of the sandbox."""
    changes = {"status": Status.SANDBOX_ERROR, "exit_code": None, "signal": None, "detail": "the sandbox fell over"}
    return TestResult.model_validate({**dict(result), **changes})
