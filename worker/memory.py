"""The sandbox that a stage gets: it answers what is known, makes what is not, and hands what is new to the turn."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

import structlog
from opentelemetry.trace import SpanKind
from structlog.contextvars import bound_contextvars

from shared.interfaces.executor import Provided, Run, Sandbox
from shared.models.base import sha256
from shared.models.call import PINNED, BlobRef, Call, CallFile, Surroundings
from shared.models.job import JobId, JobSpec, Network
from shared.models.known_result import Conditions
from shared.models.test_result import FIRST_CONFIRMATION, Status, Stream, TestResult
from shared.store.session import Store, Transaction
from shared.utils import tracing
from shared.utils.errors import TestronautError
from shared.utils.monitoring import Metrics
from shared.utils.tracing import Tracing

log = structlog.get_logger()

# What stands in the row of a result; more of a stream goes to a blob.
INLINE_BYTES = 8192
_LOOKED_UP_AT_ONCE = 50
_BLOBS_AT_HAND = 64

_Key = tuple[str, int, Surroundings]


@dataclass(frozen=True)
class Fresh:
    """A result that is new to its job, and the contents that it names; a reused one was seen by an earlier job."""

    result: TestResult
    blobs: tuple[bytes, ...] = ()
    is_reused: bool = False


class Recall:
    """What earlier jobs saw of a tool under the very conditions of this one; nothing where these cannot be known.

    `found` says how the tool was found when its first call was made, `found_now` looks again.
    """

    def __init__(
        self,
        conditions_of: Callable[[Provided], Conditions | None],
        found: Callable[[], Provided],
        found_now: Callable[[], Provided],
        *,
        may_answer: bool,
    ) -> None:
        self._conditions_of = conditions_of
        self._found = found
        self._found_now = found_now
        self._may_answer = may_answer

    @cached_property
    def conditions(self) -> Conditions | None:
        """Give the conditions of the calls, found out before the first of them."""
        return self._look(self._found)

    def answers(self, tx: Transaction, keys: Iterable[_Key]) -> Mapping[_Key, TestResult]:
        """Give what is known of some calls, and undisputed."""
        if not self._may_answer or self.conditions is None:
            return {}
        places = {
            (digest, repetition, around.digest()): (digest, repetition, around) for digest, repetition, around in keys
        }
        settled = tx.known.settled(self._digest, places)
        return {places[place]: result for place, result in settled.items()}

    def is_the_same_still(self) -> bool:
        """Tell whether the calls until now met the tool that was found before the first of them."""
        return self.conditions is not None and self._look(self._found_now) == self.conditions

    def keep(self, tx: Transaction, made: Iterable[TestResult], answered: Iterable[TestResult]) -> None:
        """Keep what was seen for later jobs, and note what was of use to this one."""
        if self.conditions is not None:
            tx.known.add(self._digest, [result for result in made if result.level == self.conditions.level])
            tx.known.touch(self._digest, {result.call_digest for result in answered})

    @cached_property
    def _digest(self) -> str:
        assert self.conditions is not None  # noqa: S101 - asked for where there are some
        return self.conditions.digest()

    def _look(self, find: Callable[[], Provided]) -> Conditions | None:
        try:
            return self._conditions_of(find())
        except TestronautError:
            return None  # who makes a call meets the same trouble, and says so


def conditions_of(spec: JobSpec, found: Provided, level: str, machine: str) -> Conditions | None:
    """Say what a job's results depend on beside their calls; None where nobody can know, or the world has its say."""
    if found.fingerprint is None or not level or spec.policy.network is Network.ON:
        return None
    return Conditions(
        tool=spec.tool,
        path=found.path,
        called=found.argv,
        fingerprint=found.fingerprint,
        machine=machine,
        limits=spec.limits,
        policy=spec.policy,
        level=level,
    )


class RememberingSandbox:
    """Every call that a stage makes, planned or not, is made once for its job, however often the stage is begun.

    What earlier jobs saw of it stands for a call that this job has not made.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all that a call passes on its way
        self,
        inner: Sandbox,
        job_id: JobId,
        store: Store,
        keep: Callable[[Fresh], None],
        metrics: Metrics,
        traces: Tracing,
        recall: Recall,
        lanes: int = 1,
    ) -> None:
        self._inner = inner
        self._job_id = job_id
        self._store = store
        self._keep = keep
        self._metrics = metrics
        self._traces = traces
        self._recall = recall
        self._lanes = lanes
        self._not_kept_yet: dict[_Key, TestResult] = {}
        self._blob = lru_cache(_BLOBS_AT_HAND)(self._read_blob)

    @property
    def tool(self) -> Provided:
        """Say where the tool was found."""
        return self._inner.tool

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        """Answer a call from what is known, or make it."""
        (result,) = self.map([Run(call, repetition, surroundings)])
        return result

    def map(self, runs: Iterable[Run]) -> Iterator[TestResult]:
        """Answer calls in order; what is known of them is looked up for many at once, what is not is made in lanes."""
        rest = iter(runs)
        while part := list(islice(rest, _LOOKED_UP_AT_ONCE)):
            yield from self._answers({_key(run): run for run in part}, part)

    def _answers(self, runs: Mapping[_Key, Run], order: Sequence[Run]) -> Iterator[TestResult]:
        _ = self._recall.conditions  # takes a look at the machine, which no transaction should wait for
        known, recalled = self._store.read(lambda tx: self._look_up(tx, runs))
        unknown = [run for key, run in runs.items() if key not in known and key not in recalled]
        with closing(self._make_all(unknown)) as made:
            for run in order:
                key = _key(run)
                if key in known or key in recalled:
                    self._metrics.note_answer()
                if key not in known:
                    fresh = Fresh(recalled[key], is_reused=True) if key in recalled else next(made)
                    known[key] = self._keep_fresh(run, fresh)
                yield known[key]

    def _look_up(
        self, tx: Transaction, runs: Mapping[_Key, Run]
    ) -> tuple[dict[_Key, TestResult], Mapping[_Key, TestResult]]:
        """Give what this job knows of some calls, and what earlier ones know of the rest."""
        known = dict(self._known(tx, runs))
        return known, self._recall.answers(tx, [key for key in runs if key not in known])

    def _keep_fresh(self, run: Run, fresh: Fresh) -> TestResult:
        if _is_memorable(run):
            self._not_kept_yet[_key(run)] = fresh.result
            self._keep(fresh)
        return fresh.result

    def kept(self) -> None:
        """Hear that all new results have reached the store."""
        self._not_kept_yet.clear()

    def _known(self, tx: Transaction, runs: Mapping[_Key, Run]) -> Iterator[tuple[_Key, TestResult]]:
        stored = tx.results.known(self._job_id, dict.fromkeys(digest for digest, *_ in runs))
        for key, run in runs.items():
            digest, repetition, _ = key
            found = stored.get((digest, repetition)) or self._not_kept_yet.get(key)
            if found is not None and _is_memorable(run):
                yield key, found

    def _make_all(self, runs: Sequence[Run]) -> Generator[Fresh]:
        """Make calls when they are asked for; where there are lanes, up to so many at once."""
        if self._lanes == 1 or len(runs) == 1:
            yield from map(self._make, runs)
            return
        pool = ThreadPoolExecutor(self._lanes, "lane")
        try:
            waiting = [pool.submit(copy_context().run, self._make, run) for run in runs]
            for one in waiting:
                yield one.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _make(self, run: Run) -> Fresh:
        call, repetition, surroundings = run
        digest = call.digest()[:12]
        attributes: dict[str, str | int] = {tracing.CALL: digest, tracing.REPETITION: repetition}
        with (
            bound_contextvars(call=digest),
            self._traces.span("call", kind=SpanKind.CLIENT, attributes=attributes) as span,
        ):
            result = self._inner.run(self._with_contents(call), repetition, surroundings)
            span.set_attribute(tracing.CALL_STATUS, result.status.value)
            if result.exit_code is not None:
                span.set_attribute(tracing.EXIT_CODE, result.exit_code)
            if not result.status.has_exit_code:
                tracing.mark_failed(span, result.status.value)
            self._note(result)
        return _slim(result)

    def _note(self, result: TestResult) -> None:
        self._metrics.note_call(result.status.value, result.duration_ms / 1000)
        if result.status is Status.SANDBOX_ERROR:
            log.warning("call.hindered", detail=result.detail)
        else:
            log.debug("call.finished", status=result.status.value, duration_ms=round(result.duration_ms, 1))

    def _with_contents(self, call: Call) -> Call:
        stdin = self._content(call.stdin) if call.stdin is not None else None
        files = tuple(self._with_content(file) for file in call.files)
        is_same = stdin is call.stdin and all(old is new for old, new in zip(call.files, files, strict=True))
        return call if is_same else call.model_copy(update={"stdin": stdin, "files": files})

    def _with_content(self, file: CallFile) -> CallFile:
        content = self._content(file.content)
        return file if content is file.content else file.model_copy(update={"content": content})

    def _content(self, content: BlobRef | bytes) -> bytes:
        return self._blob(content.blob) if isinstance(content, BlobRef) else content

    def _read_blob(self, name: str) -> bytes:
        return self._store.read(lambda tx: tx.blobs.get(name))


def _key(run: Run) -> _Key:
    return run.call.digest(), run.repetition, run.surroundings


def _is_memorable(run: Run) -> bool:
    # A result is found again by call and repetition, so surroundings of its own belong to confirmations alone.
    return run.surroundings == PINNED or run.repetition >= FIRST_CONFIRMATION


def _slim(result: TestResult) -> Fresh:
    stdout, stdout_blob = _split(result.stdout)
    stderr, stderr_blob = _split(result.stderr)
    if stdout is result.stdout and stderr is result.stderr:
        return Fresh(result)
    blobs = tuple(blob for blob in (stdout_blob, stderr_blob) if blob is not None)
    return Fresh(result.model_copy(update={"stdout": stdout, "stderr": stderr}), blobs)


def _split(stream: Stream) -> tuple[Stream, bytes | None]:
    captured = stream.head + stream.tail
    if len(captured) <= INLINE_BYTES:
        return stream, None
    half = INLINE_BYTES // 2
    end = stream.tail if len(stream.tail) >= half else captured
    ends = {"head": captured[:half], "tail": end[-half:], "blob": sha256(captured)}
    return stream.model_copy(update=ends), captured
