"""The sandbox that a stage gets: it answers what is known, makes what is not, and hands what is new to the turn."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache

import structlog
from opentelemetry.trace import SpanKind
from structlog.contextvars import bound_contextvars

from shared.interfaces.executor import Provided, Run, Sandbox, sequences
from shared.models.base import sha256
from shared.models.call import PINNED, BlobRef, Call, CallFile, Surroundings
from shared.models.job import JobId
from shared.models.test_result import FIRST_CONFIRMATION, Status, Stream, TestResult
from shared.store.session import Store, Transaction
from shared.utils import tracing
from shared.utils.monitoring import Metrics
from shared.utils.tracing import Tracing
from worker.recall import Key, Recall, key_of

log = structlog.get_logger()

# What stands in the row of a result; more of a stream goes to a blob.
INLINE_BYTES = 8192
_LOOKED_UP_AT_ONCE = 50
_BLOBS_AT_HAND = 64


@dataclass(frozen=True)
class Fresh:
    """A result that is new to its job, and the contents that it names; a reused one was seen by an earlier job."""

    result: TestResult
    blobs: tuple[bytes, ...] = ()
    is_reused: bool = False


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
        self._not_kept_yet: dict[Key, TestResult] = {}
        self._blobs_not_kept_yet: dict[str, bytes] = {}
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
        """Answer calls in order; what is known of them is looked up for many at once, what is not is made in lanes.

        The steps of a sequence belong together: where one of them is not known, all are made.
        """
        for part in _parts(sequences(runs)):
            yield from self._answers(part)

    def _answers(self, part: Sequence[Sequence[Run]]) -> Iterator[TestResult]:
        runs = {key_of(run): run for steps in part for run in steps}
        _ = self._recall.conditions  # takes a look at the machine, which no transaction should wait for
        known, recalled = self._store.read(lambda tx: self._look_up(tx, runs))
        answered = known.keys() | recalled.keys()
        unknown = {tuple(map(key_of, steps)): steps for steps in part if not answered.issuperset(map(key_of, steps))}
        with closing(self._make_all([*unknown.values()])) as made:
            for steps in part:
                if unknown.pop(tuple(map(key_of, steps)), None) is None:
                    yield from self._told(steps, known, recalled)
                else:
                    yield from self._shown(steps, known, next(made))

    def _told(
        self, steps: Sequence[Run], known: dict[Key, TestResult], recalled: Mapping[Key, TestResult]
    ) -> Iterator[TestResult]:
        for run in steps:
            self._metrics.note_answer()
            if key_of(run) not in known:
                known[key_of(run)] = self._keep_fresh(run, Fresh(recalled[key_of(run)], is_reused=True))
            yield known[key_of(run)]

    def _shown(self, steps: Sequence[Run], known: dict[Key, TestResult], made: Iterable[Fresh]) -> Iterator[TestResult]:
        for run, fresh in zip(steps, made, strict=True):
            if key_of(run) not in known:
                known[key_of(run)] = self._keep_fresh(run, fresh)
            yield known[key_of(run)]

    def _look_up(
        self, tx: Transaction, runs: Mapping[Key, Run]
    ) -> tuple[dict[Key, TestResult], Mapping[Key, TestResult]]:
        """Give what this job knows of some calls, and what earlier ones know of the rest."""
        known = dict(self._known(tx, runs))
        return known, self._recall.answers(tx, [key for key in runs if key not in known])

    def _keep_fresh(self, run: Run, fresh: Fresh) -> TestResult:
        if _is_memorable(run):
            self._not_kept_yet[key_of(run)] = fresh.result
            self._blobs_not_kept_yet.update((sha256(blob), blob) for blob in fresh.blobs)
            self._keep(fresh)
        return fresh.result

    def kept(self) -> None:
        """Hear that all new results have reached the store."""
        self._not_kept_yet.clear()
        self._blobs_not_kept_yet.clear()

    def captured(self, stream: Stream) -> bytes:
        """Give all that was kept of a stream, from the blob where its row holds the ends alone."""
        if stream.blob is None:
            return stream.content
        waiting = self._blobs_not_kept_yet.get(stream.blob)
        return self._blob(stream.blob) if waiting is None else waiting

    def _known(self, tx: Transaction, runs: Mapping[Key, Run]) -> Iterator[tuple[Key, TestResult]]:
        stored = tx.results.known(self._job_id, dict.fromkeys(digest for digest, *_ in runs))
        for key, run in runs.items():
            digest, repetition, _ = key
            found = stored.get((digest, repetition)) or self._not_kept_yet.get(key)
            if found is not None and _is_memorable(run):
                yield key, found

    def _make_all(self, all_steps: Sequence[Sequence[Run]]) -> Generator[Sequence[Fresh]]:
        """Make calls when they are asked for; where there are lanes, up to so many sequences at once."""
        if self._lanes == 1 or len(all_steps) == 1:
            yield from map(self._make, all_steps)
            return
        pool = ThreadPoolExecutor(self._lanes, "lane")
        try:
            waiting = [pool.submit(copy_context().run, self._make, steps) for steps in all_steps]
            for one in waiting:
                yield one.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _make(self, steps: Sequence[Run]) -> Sequence[Fresh]:
        shown = self._inner.map([run._replace(call=self._with_contents(run.call)) for run in steps])
        return [self._watch(run, shown) for run in steps]

    def _watch(self, run: Run, shown: Iterator[TestResult]) -> Fresh:
        digest = run.call.digest()[:12]
        attributes: dict[str, str | int] = {tracing.CALL: digest, tracing.REPETITION: run.repetition}
        with (
            bound_contextvars(call=digest),
            self._traces.span("call", kind=SpanKind.CLIENT, attributes=attributes) as span,
        ):
            result = next(shown)
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
        stdin = self._content(call.stdin) if isinstance(call.stdin, BlobRef) else call.stdin
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


def _parts(all_steps: Iterable[list[Run]]) -> Iterator[Sequence[Sequence[Run]]]:
    """Cut what is asked for into parts to be looked up at once, and no sequence in two."""
    part: list[list[Run]] = []
    for steps in all_steps:
        part.append(steps)
        if sum(map(len, part)) >= _LOOKED_UP_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


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
