"""Works on a job in this process, and leaves a partial report where that is interrupted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from producer import screen
from producer.bootstrap import Services
from producer.codes import Terminated
from producer.console import tell, watching
from producer.deliver import keep
from shared.models.job import JobId
from shared.models.test_report import TestReport
from worker import embedded


def finish_here(app: Services, job_id: JobId, jobs: int | None, formats: Iterable[str] = ()) -> TestReport:
    """Work on a job until it ends, and give its report; an interruption leaves a job that can be resumed.

    `formats` are those that the report will be written in.
    """
    try:
        with watching(job_id, app.store, is_quiet=app.is_quiet):
            embedded.work_on(job_id, app.settings, app.traces, jobs, partial(embedded.get_ready_to_write, formats))
    except (KeyboardInterrupt, Terminated):
        _leave(app, job_id)
        raise
    return report_of(app, job_id)


def report_of(app: Services, job_id: JobId) -> TestReport:
    """Give the report of a job; what is known so far where there is none yet."""
    stored = app.store.read(lambda tx: tx.reports.find(job_id))
    job = app.store.read(lambda tx: tx.jobs.get(job_id))
    if stored is None:
        return embedded.report_so_far(job_id, app.store)
    # The report is made by the last stage, just before the job ends.
    return stored.model_copy(update={"state": job.state, "ended_at": job.ended_at})


def _leave(app: Services, job_id: JobId) -> None:
    report = report_of(app, job_id)
    page = keep(report, embedded.write)
    name = screen.short(job_id)
    tell(
        "",
        f"testronaut: interrupted; what was found is kept. Go on with: testronaut resume {name}"
        if report.is_partial
        else f"testronaut: interrupted, when all was done. Look at it with: testronaut show {name}",
        *([f"  {'Partial report' if report.is_partial else 'Report'}: {page}"] if page else []),
    )
