"""Words that every format shares: how a call ended, and what a tool printed, made safe and bounded."""

from __future__ import annotations

from shared.models.test_result import Status
from shared.utils.text import count, visible

_ENDINGS = {
    Status.TIMEOUT_WALL: "stopped: it took too long",
    Status.TIMEOUT_CPU: "stopped: it computed too long",
    Status.OUTPUT_LIMIT: "stopped: it printed too much",
    Status.MEMORY_LIMIT: "stopped: it took too much memory",
    Status.SPAWN_ERROR: "could not be started",
    Status.SANDBOX_ERROR: "the sandbox failed",
}


def ending(status: Status | None, exit_code: int | None, signal: int | None) -> str:
    """Say how a call ended: `exit 2`, `signal 11`, `not executed`."""
    if exit_code is not None:
        return f"exit {exit_code}"
    if signal is not None:
        return f"signal {signal}"
    return "not executed" if status is None else _ENDINGS[status]


def printed(text: str, most: int) -> str:
    """Show what a tool printed, line by line, without power over what shows it; both ends of what is too long."""
    if len(text) > most:
        half = most // 2
        text = f"{text[:half]}\n[... {count(len(text) - 2 * half, 'character')} ...]\n{text[-half:]}"
    return visible(text.replace("\r\n", "\n"), keep="\n\t")


def bounded(line: str, most: int) -> str:
    """Show one line, its end cut off where it is too long."""
    return visible(line) if len(line) <= most else f"{visible(line[:most])} ..."
