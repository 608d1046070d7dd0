"""One trace per job: its context stands in the rows, so that a second attempt lands in the same trace.

Names and attributes follow the OpenTelemetry conventions for CI/CD and process spans, which are still moving: they
stand here and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from pathlib import Path
from secrets import token_hex
from typing import Protocol

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

Attribute = str | int


class Kind(Enum):
    """What a span is to the one around it: a part of it, what serves somebody else, or what asks somebody else."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"


class Span(Protocol):
    """What is open while it lasts."""

    @property
    def traceparent(self) -> str | None:
        """Give its context for a row, None where nobody records it."""
        ...

    def set_attribute(self, name: str, value: Attribute) -> None:
        """Say something about it."""
        ...

    def mark_failed(self, what: str) -> None:
        """Say that what it covers went wrong."""
        ...


class _NoSpan:
    """A span that nobody records."""

    traceparent = None

    def set_attribute(self, name: str, value: Attribute) -> None:
        """Forget it."""

    def mark_failed(self, what: str) -> None:
        """Forget it."""


_NO_SPAN = _NoSpan()


def new_traceparent() -> str:
    """Begin a trace that nobody records yet, as a W3C `traceparent`."""
    return f"00-{token_hex(16)}-{token_hex(8)}-01"


class Recorder(Protocol):
    """Makes spans, and sends them to somebody."""

    def span(
        self, name: str, traceparent: str | None, kind: Kind, attributes: Mapping[str, Attribute] | None
    ) -> AbstractContextManager[Span]:
        """Open a span below a context that was kept in a row, else below the current one."""
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

    def span(
        self,
        name: str,
        traceparent: str | None = None,
        kind: Kind = Kind.INTERNAL,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> AbstractContextManager[Span]:
        """Open a span below a context that was kept in a row, else below the current one."""
        if self._recorder is None:
            return nullcontext(_NO_SPAN)
        return self._recorder.span(name, traceparent, kind, attributes)

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
    return span.traceparent or new_traceparent()


def open_tracing(service: str, endpoint: str | None = None, file: Path | None = None) -> Tracing:
    """Record spans for an OTLP/HTTP endpoint, for a file of OTLP JSON lines, for both or for nobody.

    The environment's `OTEL_EXPORTER_OTLP_ENDPOINT` wins over the endpoint given.
    """
    address = os.environ.get(ENDPOINT_VARIABLE) or endpoint
    if not address and not file:
        return Tracing()
    from shared.utils.recording import open_recorder  # noqa: PLC0415 - loads much, which most commands never need

    return Tracing(open_recorder(service, address, file))
