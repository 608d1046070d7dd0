"""One structured line per event, on standard error, with what is bound to the context.

Events go to the standard library's loggers, those of our own with their facts beside them. What writes the lines is
loaded with the first of them: most commands that go well have nothing to log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.types import EventDict, Processor, WrappedLogger

_FACTS = "facts"
_NOTHING: Mapping[str, object] = MappingProxyType({})
_context: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=_NOTHING)


class Log:
    """Takes events of one module, each with its facts."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def debug(self, event: str, **facts: object) -> None:
        """Note what only matters to who looks closely."""
        self._take(logging.DEBUG, event, facts)

    def info(self, event: str, **facts: object) -> None:
        """Note what happened."""
        self._take(logging.INFO, event, facts)

    def warning(self, event: str, **facts: object) -> None:
        """Note what should not be so, and did no harm yet."""
        self._take(logging.WARNING, event, facts)

    def error(self, event: str, **facts: object) -> None:
        """Note what went wrong."""
        self._take(logging.ERROR, event, facts)

    def exception(self, event: str, **facts: object) -> None:
        """Note what went wrong, with the exception that is being handled."""
        self._take(logging.ERROR, event, facts, has_exception=True)

    def _take(self, level: int, event: str, facts: Mapping[str, object], *, has_exception: bool = False) -> None:
        if self._log.isEnabledFor(level):
            self._log.log(level, event, exc_info=has_exception, extra={_FACTS: facts})


def get_logger(name: str) -> Log:
    """Give what takes the events of a module, by its name."""
    return Log(name)


@contextmanager
def bound(**facts: object) -> Iterator[None]:
    """Add facts to every line that is written within the block, by this thread or task."""
    token = _context.set({**_context.get(), **facts})
    try:
        yield
    finally:
        _context.reset(token)


def bind(**facts: object) -> None:
    """Add facts to every line from here on."""
    _context.set({**_context.get(), **facts})


def unbind() -> None:
    """Forget all facts that were bound."""
    _context.set(_NOTHING)


def bound_facts() -> Mapping[str, object]:
    """Give the facts that are bound here and now."""
    return _context.get()


def configure(level: str = "warning", style: str = "auto", stream: TextIO | None = None) -> None:
    """Set up the logs of a process; the entry points call it once.

    `level` is debug, info, warning or error; `style` is json, console, or auto: console on a terminal. Records of
    other libraries pass the same chain.
    """
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(_Lines(is_console=style == "console" or (style == "auto" and target.isatty())))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


class _Lines(logging.Formatter):
    """Writes records as lines."""

    def __init__(self, *, is_console: bool) -> None:
        super().__init__()
        self._is_console = is_console
        self._writer: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._writer is None:
            self._writer = _writer(is_console=self._is_console)
        return self._writer.format(record)


def _writer(*, is_console: bool) -> logging.Formatter:
    import structlog  # noqa: PLC0415 - loads much, which a process without a word to say never needs

    writers: tuple[Processor, ...] = (
        (structlog.dev.ConsoleRenderer(colors=False),)
        if is_console
        else (structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(default=repr))
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            _add_facts,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_arguments,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *writers],
    )


def _add_facts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    facts: Mapping[str, object] = getattr(event["_record"], _FACTS, _NOTHING)
    return {**bound_facts(), **event, **facts}


def _without_arguments(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # Celery adds a task's arguments to its records: nobody has asked what stands in them.
    event.pop("data", None)
    return event
