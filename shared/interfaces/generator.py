"""Plans test cases."""

from __future__ import annotations

from typing import Protocol

from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.models.test_plan import TestPlan


class Generator(Protocol):
    """Plans test cases; a pure function of what was learned and the job's spec."""

    def generate(self, tool: CliTool, spec: JobSpec) -> TestPlan:
        """Plan at most `spec.max_cases` cases, the most informative first; same input, same plan, byte for byte."""
        ...
