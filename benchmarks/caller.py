"""A process like a worker: it holds one open sandbox, and makes calls when it is told to.

It reads an `Opening`, then an `Order` a line, and answers each with an `Answer`; at the end of its input it ends.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from shared.interfaces.executor import Executor
from shared.models.base import Raw, Value
from shared.models.call import Call, CallFile, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.utils import logging
from shared.utils.errors import TestronautError
from tests.fakes.executor import FakeGuard
from worker.bootstrap import EXECUTORS

PLAIN = "plain"
_SAID_BYTES = 64


class Opening(Value):
    """Which tool is called, and where; the executor `plain` is no sandbox at all, but Python's own way."""

    tool: ToolSpec
    policy: SandboxPolicy
    limits: Limits = Limits()


class Order(Value):
    """Calls to make, so many at once; none is begun after so many seconds.

    `files` lie in the folder of each, the very same values for all of them, where a call's own are made for it alone.
    """

    calls: tuple[Call, ...]
    files: tuple[CallFile, ...] = ()
    jobs: int = 1
    seconds: float = 600.0


class Made(Value):
    """What a call showed: how long we waited for its answer, how long it took by its result, and how it ended."""

    answered_ms: float
    lasted_ms: float = 0.0
    status: str
    said: Raw = b""
    leftovers: int = 0
    detail: str = ""


class Answer(Value):
    """What came of an order, or why nothing can come of it."""

    made: tuple[Made, ...] = ()
    took_ms: float = 0.0
    why_not: str = ""


MakeCall = Callable[[Call], Made]


def main() -> None:
    """Serve until nobody asks any more."""
    logging.configure("error")
    try:
        with _opened(Opening.model_validate_json(sys.stdin.readline())) as make_call:
            _say(Answer())
            for line in sys.stdin:
                _say(_obey(Order.model_validate_json(line), make_call))
    except TestronautError as error:
        _say(Answer(why_not=f"{error.message}. {error.hint}"))


@contextmanager
def _opened(opening: Opening) -> Iterator[MakeCall]:
    if opening.policy.executor == PLAIN:
        yield lambda call: _plain([*opening.tool.argv, *call.argv])
        return
    with (
        closing(EXECUTORS.make(opening.policy.executor)) as executor,
        _usable(executor).open(opening.tool, opening.policy, opening.limits, FakeGuard()) as sandbox,
    ):

        def sealed(call: Call) -> Made:
            began = time.perf_counter()
            result = sandbox.run(call)
            return Made(
                answered_ms=(time.perf_counter() - began) * 1000,
                lasted_ms=result.duration_ms,
                status=result.status.value,
                said=result.stdout.head[:_SAID_BYTES],
                leftovers=len(result.leftovers),
                detail=result.detail,
            )

        yield sealed


def _usable(executor: Executor) -> Executor:
    capabilities = executor.probe()
    if not capabilities.is_usable:
        raise TestronautError("it is not usable here", capabilities.fix)
    return executor


def _plain(words: list[bytes]) -> Made:
    began = time.perf_counter()
    ended = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True)
    took_ms = (time.perf_counter() - began) * 1000
    status = "nonzero" if ended.returncode else "ok"
    return Made(answered_ms=took_ms, lasted_ms=took_ms, status=status, said=ended.stdout[:_SAID_BYTES])


def _obey(order: Order, make_call: MakeCall) -> Answer:
    calls = [call.model_copy(update={"files": order.files}) for call in order.calls] if order.files else order.calls
    end = time.perf_counter() + order.seconds

    def in_time(call: Call) -> Made | None:
        return make_call(call) if time.perf_counter() < end else None

    began = time.perf_counter()
    if order.jobs == 1:
        made = [in_time(call) for call in calls]
    else:
        with ThreadPoolExecutor(order.jobs) as pool:
            made = list(pool.map(in_time, calls))
    took_ms = (time.perf_counter() - began) * 1000
    return Answer(made=tuple(one for one in made if one is not None), took_ms=took_ms)


def _say(answer: Answer) -> None:
    sys.stdout.write(f"{answer.model_dump_json()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
