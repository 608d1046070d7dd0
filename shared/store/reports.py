"""Reports, by job."""

from __future__ import annotations

from sqlmodel import col, select

from shared.models.job import JobId
from shared.models.test_report import TestReport, TestReportRow
from shared.store.rows import Rows


class Reports(Rows):
    """The reports of the store."""

    def put(self, job_id: JobId, report: TestReport) -> None:
        """Store a job's report, in place of an earlier one."""
        self.session.merge(TestReportRow(job_id=job_id, digest=report.digest(), made_at=self.now, body=report))

    def find(self, job_id: JobId) -> TestReport | None:
        """Give a job's report, None while there is none."""
        return self.session.exec(select(col(TestReportRow.body)).where(TestReportRow.job_id == job_id)).first()
