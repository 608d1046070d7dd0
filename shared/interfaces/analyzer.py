"""Learns a tool's interface by asking it."""

from __future__ import annotations

from typing import Protocol

from shared.interfaces.executor import Sandbox
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.utils.errors import UntestableError


class NoInterfaceError(UntestableError):
    """The tool shows nothing that could be tested."""

    code = "analysis.no_interface"
    hint = "Give a call that works: --example 'ARGUMENTS'"


class Analyzer(Protocol):
    """Learns a tool's interface by asking it."""

    def analyze(self, spec: JobSpec, sandbox: Sandbox) -> CliTool:
        """Ask the tool what it understands.

        The number of calls is bounded and depends on what the tool answers, never on time: one tool, one interface.

        Raises:
            NoInterfaceError: it shows no option, no argument and no command, and no example was given.

        """
        ...
