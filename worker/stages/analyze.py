"""Learns the tool's interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.interfaces.analyzer import Analyzer
from shared.interfaces.executor import Sandbox
from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.models.work import WorkItem
from shared.store.session import Transaction
from worker.stages.base import Stage


class Asked(NamedTuple):
    """What was asked, and the interface that was given with it."""

    spec: JobSpec
    interface: CliTool | None


class Analyze(Stage[Asked, CliTool]):
    """Ask the tool and store what it says, or store what was given."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer

    def load(self, tx: Transaction, item: WorkItem) -> Asked:
        spec = tx.jobs.get(item.job_id).spec
        given = CliTool.model_validate_json(tx.blobs.get(spec.interface.blob)) if spec.interface else None
        return Asked(spec, given)

    def compute(self, asked: Asked, sandbox: Sandbox) -> Iterator[CliTool]:
        yield asked.interface or self.analyzer.analyze(asked.spec, sandbox)

    def save(self, tx: Transaction, item: WorkItem, found: Sequence[CliTool]) -> None:
        for tool in found:
            tx.tools.put(item.job_id, tool)
