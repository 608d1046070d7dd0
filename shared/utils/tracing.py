"""One trace per job: its context stands in the rows, so that a second attempt lands in the same trace.

Names and attributes follow the OpenTelemetry conventions for CI/CD and process spans, which are still moving: they
stand here and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

ENDPOINT_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TRACES_PATH = "/v1/traces"

# The SDK drops what does not fit without a word; a shard of quick calls makes thousands of spans in a second.
_QUEUE = 20_000
_EXPORT_TIMEOUT_S = 2.0
_FLUSH_TIMEOUT_MS = 500

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
    ids = RandomIdGenerator()
    return f"00-{ids.generate_trace_id():032x}-{ids.generate_span_id():016x}-01"


class Tracing:
    """The spans of one process; without exporters it costs nothing and records nothing."""

    def __init__(self, service: str, exporters: Mapping[str, SpanExporter]) -> None:
        self._provider: TracerProvider | None = None
        self._tracer: Tracer = NoOpTracer()
        if exporters:
            self._provider = TracerProvider(
                resource=Resource.create({"service.name": service, "process.pid": os.getpid()}), shutdown_on_exit=False
            )
            for kind, exporter in exporters.items():
                self._provider.add_span_processor(_processor(kind, exporter))
            self._tracer = self._provider.get_tracer("testronaut")

    @contextmanager
    def span(
        self,
        name: str,
        traceparent: str | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """Open a span below a context that was kept in a row, else below the current one."""
        parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
        with self._tracer.start_as_current_span(name, context=parent, kind=kind, attributes=attributes) as opened:
            yield opened

    def flush(self) -> None:
        """Send what was recorded, for at most half a second: a process that is killed next loses nothing more."""
        if self._provider:
            self._provider.force_flush(_FLUSH_TIMEOUT_MS)

    def close(self) -> None:
        """Send the rest and end."""
        if self._provider:
            self._provider.shutdown()


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
    exporters: dict[str, SpanExporter] = {}
    address = os.environ.get(ENDPOINT_VARIABLE) or endpoint
    if address:
        exporters["wire"] = OTLPSpanExporter(endpoint=address.rstrip("/") + _TRACES_PATH, timeout=_EXPORT_TIMEOUT_S)
    if file:
        exporters["file"] = FileSpanExporter(file)
    return Tracing(service, exporters)


def _processor(kind: str, exporter: SpanExporter) -> BatchSpanProcessor | SimpleSpanProcessor:
    if kind == "memory":
        return SimpleSpanProcessor(exporter)
    return BatchSpanProcessor(exporter, max_queue_size=_QUEUE, schedule_delay_millis=1000)
