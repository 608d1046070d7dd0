"""One trace per job: its context stands in the rows, so that a second attempt lands in the same trace.

Names and attributes follow the OpenTelemetry conventions for CI/CD and process spans, which are still moving: they
stand here and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

ENDPOINT_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
JOB_ID = "cicd.pipeline.run.id"
TOOL = "testronaut.tool.name"
SEED = "testronaut.seed"
STAGE = "cicd.pipeline.task.name"
SHARD = "testronaut.shard"
FENCE = "testronaut.fence"
ENDING = "cicd.pipeline.task.run.result"
CALL = "testronaut.call"
REPETITION = "testronaut.repetition"
CALL_STATUS = "testronaut.call.status"
EXIT_CODE = "process.exit.code"
ERROR = "error.type"

_propagator = TraceContextTextMapPropagator()


def new_traceparent() -> str:
    """Begin a trace that nobody records yet, as a W3C `traceparent`."""
    return f"00-{token_hex(16)}-{token_hex(8)}-01"


class Recorder(Protocol):
    """Makes spans, and sends them to somebody."""

    @property
    def tracer(self) -> Tracer:
        """Give what opens spans."""
        ...

    def flush(self) -> None:
        """Send what was recorded until now."""
        ...

    def close(self) -> None:
        """Send the rest and end."""
        ...


class Tracing:
    """The spans of one process; without a recorder it costs nothing and records nothing."""

    def __init__(self, recorder: Recorder | None = None) -> None:
        self._recorder = recorder

    @contextmanager
    def span(
        self,
        name: str,
        traceparent: str | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """Open a span below a context that was kept in a row, else below the current one."""
        if self._recorder is None:
            yield INVALID_SPAN
            return
        parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
        tracer = self._recorder.tracer
        with tracer.start_as_current_span(name, context=parent, kind=kind, attributes=attributes) as opened:
            yield opened

    def flush(self) -> None:
        """Send what was recorded, for at most half a second: a process that is killed next loses nothing more."""
        if self._recorder:
            self._recorder.flush()

    def close(self) -> None:
        """Send the rest and end."""
        if self._recorder:
            self._recorder.close()


def traceparent_of(span: Span) -> str:
    """Give the context of a span for a row; of one that nobody records, a new one."""
    context = span.get_span_context()
    if not context.is_valid:
        return new_traceparent()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def mark_failed(span: Span, what: str) -> None:
    """Say that what a span covers went wrong."""
    span.set_attribute(ERROR, what)
    span.set_status(Status(StatusCode.ERROR, what))


def open_tracing(service: str, endpoint: str | None = None, file: Path | None = None) -> Tracing:
    """Record spans for an OTLP/HTTP endpoint, for a file of OTLP JSON lines, for both or for nobody.

    The environment's `OTEL_EXPORTER_OTLP_ENDPOINT` wins over the endpoint given.
    """
    address = os.environ.get(ENDPOINT_VARIABLE) or endpoint
    if not address and not file:
        return Tracing()
    from shared.utils.recording import open_recorder  # noqa: PLC0415 - loads much, which most commands never need

    return Tracing(open_recorder(service, address, file))
