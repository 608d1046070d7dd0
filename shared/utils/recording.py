"""Records spans and sends them out; loaded where somebody wants them, for to load its libraries takes a while."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.utils.tracing import ERROR, Attribute, Kind

_TRACES_PATH = "/v1/traces"

# The SDK drops what does not fit without a word; a shard of quick calls makes thousands of spans in a second.
_QUEUE = 20_000
_DELAY_MS = 1000
_EXPORT_TIMEOUT_S = 2.0
_FLUSH_TIMEOUT_MS = 500
_KINDS = {Kind.INTERNAL: SpanKind.INTERNAL, Kind.SERVER: SpanKind.SERVER, Kind.CLIENT: SpanKind.CLIENT}

_propagator = TraceContextTextMapPropagator()


class RecordedSpan:
    """A span that will be sent."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str | None:
        """Give its context, as a W3C `traceparent`."""
        context = self._span.get_span_context()
        if not context.is_valid:
            return None
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def set_attribute(self, name: str, value: Attribute) -> None:
        """Say something about it."""
        self._span.set_attribute(name, value)

    def mark_failed(self, what: str) -> None:
        """Say that what it covers went wrong."""
        self._span.set_attribute(ERROR, what)
        self._span.set_status(Status(StatusCode.ERROR, what))


class Recorder:
    """The spans of one process, handed to processors as soon as they end."""

    def __init__(self, service: str, processors: Iterable[SpanProcessor]) -> None:
        resource = Resource.create({"service.name": service, "process.pid": os.getpid()})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        for processor in processors:
            self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("testronaut")

    @contextmanager
    def span(
        self, name: str, traceparent: str | None, kind: Kind, attributes: Mapping[str, Attribute] | None
    ) -> Iterator[RecordedSpan]:
        """Open a span below a context that was kept in a row, else below the current one."""
        parent = _propagator.extract({"traceparent": traceparent}) if traceparent else None
        with self._tracer.start_as_current_span(
            name, context=parent, kind=_KINDS[kind], attributes=attributes
        ) as opened:
            yield RecordedSpan(opened)

    def flush(self) -> None:
        """Send what was recorded, for at most half a second."""
        self._provider.force_flush(_FLUSH_TIMEOUT_MS)

    def close(self) -> None:
        """Send the rest and end."""
        self._provider.shutdown()


def open_recorder(service: str, endpoint: str | None, file: Path | None) -> Recorder:
    """Record spans for an OTLP/HTTP endpoint, for a file of OTLP JSON lines, or for both."""
    wire = (
        [OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _TRACES_PATH, timeout=_EXPORT_TIMEOUT_S)] if endpoint else []
    )
    exporters = [*wire, *([FileSpanExporter(file)] if file else [])]
    batches = (BatchSpanProcessor(one, max_queue_size=_QUEUE, schedule_delay_millis=_DELAY_MS) for one in exporters)
    return Recorder(service, batches)
