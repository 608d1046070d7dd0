"""The sandbox that a stage gets: it answers what is known, makes what is not, and hands what is new to the turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import structlog
from opentelemetry.trace import SpanKind
from structlog.contextvars import bound_contextvars

from shared.interfaces.executor import Provided, Sandbox
from shared.models.base import sha256
from shared.models.call import PINNED, BlobRef, Call, CallFile, Surroundings
from shared.models.job import JobId
from shared.models.test_result import FIRST_CONFIRMATION, Status, Stream, TestResult
from shared.store.session import Store
from shared.utils import tracing
from shared.utils.monitoring import Metrics
from shared.utils.tracing import Tracing

log = structlog.get_logger()

# What stands in the row of a result; more of a stream goes to a blob.
INLINE_BYTES = 8192
_LOOKED_UP_AT_ONCE = 50
_BLOBS_AT_HAND = 64


@dataclass(frozen=True)
class Fresh:
    """A new result, and the contents that it names."""

    result: TestResult
    blobs: tuple[bytes, ...] = ()


class RememberingSandbox:
    """Every call that a stage makes, planned or not, is made once for its job, however often the stage is begun."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a call passes on its way
        self,
        inner: Sandbox,
        job_id: JobId,
        store: Store,
        keep: Callable[[Fresh], None],
        metrics: Metrics,
        traces: Tracing,
    ) -> None:
        self._inner = inner
        self._job_id = job_id
        self._store = store
        self._keep = keep
        self._metrics = metrics
        self._traces = traces
        self._not_kept_yet: dict[tuple[str, int], TestResult] = {}
        self._blob = lru_cache(_BLOBS_AT_HAND)(self._read_blob)

    @property
    def tool(self) -> Provided:
        """Say where the tool was found."""
        return self._inner.tool

    def run(self, call: Call, repetition: int = 0, surroundings: Surroundings = PINNED) -> TestResult:
        """Answer a call from what is known, or make it."""
        if not _is_memorable(repetition, surroundings):
            return _slim(self._make(call, repetition, surroundings)).result
        return self._answer(call, repetition, surroundings, self._known([call.digest()]))

    def map(self, calls: Iterable[tuple[Call, int]]) -> Iterator[TestResult]:
        """Answer calls in order; what is known of them is looked up for many at once."""
        rest = iter(calls)
        while part := list(islice(rest, _LOOKED_UP_AT_ONCE)):
            known = self._known([call.digest() for call, _ in part])
            for call, repetition in part:
                yield self._answer(call, repetition, PINNED, known)

    def kept(self) -> None:
        """Hear that all new results have reached the store."""
        self._not_kept_yet.clear()

    def _known(self, digests: list[str]) -> Mapping[tuple[str, int], TestResult]:
        return self._store.read(lambda tx: tx.results.known(self._job_id, digests))

    def _answer(
        self, call: Call, repetition: int, surroundings: Surroundings, known: Mapping[tuple[str, int], TestResult]
    ) -> TestResult:
        key = (call.digest(), repetition)
        answer = known.get(key) or self._not_kept_yet.get(key)
        if answer is not None:
            self._metrics.note_answer()
            return answer
        fresh = _slim(self._make(call, repetition, surroundings))
        self._not_kept_yet[key] = fresh.result
        self._keep(fresh)
        return fresh.result

    def _make(self, call: Call, repetition: int, surroundings: Surroundings) -> TestResult:
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
        return result

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


def _is_memorable(repetition: int, surroundings: Surroundings) -> bool:
    # A result is found again by call and repetition, so surroundings of its own belong to confirmations alone.
    return surroundings == PINNED or repetition >= FIRST_CONFIRMATION


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
