"""What the command line ends with, and the order that ends it from outside; light, since every command loads it."""

from __future__ import annotations

from shared.utils.errors import EXIT_OURS, EXIT_UNTESTABLE, EXIT_USAGE

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_CUT = 5
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


class Terminated(BaseException):
    """SIGTERM: end in order, as with Ctrl-C, and say so in the exit code."""


__all__ = [
    "EXIT_CLEAN",
    "EXIT_CUT",
    "EXIT_FINDINGS",
    "EXIT_INTERRUPTED",
    "EXIT_OURS",
    "EXIT_TERMINATED",
    "EXIT_UNTESTABLE",
    "EXIT_USAGE",
    "Terminated",
]
