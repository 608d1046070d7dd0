"""One structured line per event, on standard error, with what is bound to the context."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


def configure(level: str = "warning", style: str = "auto", stream: TextIO | None = None) -> None:
    """Set up the logs of a process; the entry points call it once.

    `level` is debug, info, warning or error; `style` is json, console, or auto: console on a terminal. Records of
    other libraries pass the same chain.
    """
    target = stream or sys.stderr
    is_console = style == "console" or (style == "auto" and target.isatty())
    common = _common_processors()
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, _without_arguments],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_writers(is_console=is_console)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _common_processors() -> Sequence[Processor]:
    return (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    )


def _writers(*, is_console: bool) -> Sequence[Processor]:
    if is_console:
        return (structlog.dev.ConsoleRenderer(colors=False),)
    return (structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(default=repr))


def _without_arguments(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Celery adds a task's arguments to its records: nobody has asked what stands in them.
    event.pop("data", None)
    return event
