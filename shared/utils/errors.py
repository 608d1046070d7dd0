"""The root of our own errors: a stable code, what happened to what and where, and the next thing to type."""

from __future__ import annotations

from typing import ClassVar

EXIT_USAGE = 2
EXIT_OURS = 3
EXIT_UNTESTABLE = 4


class TestronautError(Exception):
    """Something that Testronaut could not do; never what the tool under test did.

    The message says what happened, to which value, where. `hint` is the next thing to type, `exit_code` what the
    command line ends with, and `is_final` says that trying again cannot help.
    """

    __test__ = False
    code: str = "testronaut.failed"
    exit_code: int = EXIT_OURS
    is_final: ClassVar[bool] = False
    hint: str = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint


class UsageError(TestronautError):
    """The user asked for something that cannot be; raised before a job exists."""

    code = "usage.invalid"
    exit_code = EXIT_USAGE
    is_final = True


class UntestableError(TestronautError):
    """The tool cannot be tested, whatever we try."""

    code = "tool.untestable"
    exit_code = EXIT_UNTESTABLE
    is_final = True


def family() -> tuple[type[TestronautError], ...]:
    """Give every error class that is loaded, root first, then by code; docs/errors.md is made of it."""
    found: dict[str, type[TestronautError]] = {}
    waiting = [TestronautError]
    while waiting:
        parent = waiting.pop()
        found[f"{parent.__module__}.{parent.__qualname__}"] = parent
        waiting.extend(parent.__subclasses__())
    return tuple(sorted(found.values(), key=lambda kind: (kind is not TestronautError, kind.code)))
