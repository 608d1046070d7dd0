"""The report as JSON, for programs."""

from __future__ import annotations

from shared.documents.report import write_report
from shared.models.test_report import TestReport


class JsonWriter:
    """Writes the document that `report.schema.json` describes."""

    name = "json"
    filename = "report.json"

    def write(self, report: TestReport) -> bytes:
        """Write the whole report; bytes that are no text stand in base64."""
        return write_report(report)
