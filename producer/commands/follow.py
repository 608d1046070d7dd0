"""Commands that follow and steer jobs: watch, status, jobs, cancel, resume."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from producer import screen
from producer.bootstrap import Services, begin
from producer.codes import EXIT_CLEAN
from producer.commands.options import fail_on_option
from producer.console import say, tell
from producer.deliver import TEXT, Delivery, keep
from producer.follow import Progress, look
from producer.here import finish_here
from producer.look import find_job
from producer.outcome import exit_code
from producer.wait import conclude, wait_for
from shared.models.job import Job, JobId, JobState, Mode
from shared.store.session import Transaction
from worker import embedded

_JOB = click.argument("job", required=False)


@click.command()
@_JOB
@fail_on_option
@click.pass_context
def watch(ctx: click.Context, job: str | None, fail_on: str | None) -> int:
    """Follow JOB (the newest by default) until it ends; exit as `run` does."""
    with begin(ctx) as app:
        return wait_for(app, find_job(app, job), fail_on)


@click.command()
@_JOB
@click.pass_context
def status(ctx: click.Context, job: str | None) -> int:
    """Say how JOB (the newest by default) stands."""
    with begin(ctx) as app:
        job_id = find_job(app, job)

        def read(tx: Transaction) -> tuple[Job, Progress]:
            tool = tx.tools.find(job_id)
            learned = (len(tool.commands), tool.option_count) if tool else (0, 0)
            return tx.jobs.get(job_id), look(tx, job_id, learned)

        found, progress = app.store.read(read)
        say(screen.job_status(found, progress))
        return EXIT_CLEAN


@click.command()
@click.option("-n", "--number", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only those in this state.")
@click.pass_context
def jobs(ctx: click.Context, number: int, state: str | None) -> int:
    """List jobs, the newest first."""
    with begin(ctx) as app:
        wanted = JobState(state) if state else None
        found = app.store.read(lambda tx: tx.jobs.newest(number, wanted))
        if found:
            say([screen.job_table(found, datetime.now(UTC))])
        else:
            tell("No job yet. Make one: testronaut run TOOL")
        return EXIT_CLEAN


@click.command()
@_JOB
@click.pass_context
def cancel(ctx: click.Context, job: str | None) -> int:
    """Stop JOB (the newest by default); what it found so far stays."""
    with begin(ctx) as app:
        job_id = find_job(app, job)
        app.store.write(lambda tx: tx.jobs.request_cancel(job_id))
        app.store.write(lambda tx: tx.jobs.advance(job_id))
        is_over = not app.store.read(lambda tx: tx.jobs.is_running(job_id))
        tell(f"Job {screen.short(job_id)} {'is cancelled' if is_over else 'ends as soon as its running calls have'}.")
        return EXIT_CLEAN


@click.command()
@_JOB
@click.option("-j", "--jobs", "at_once", type=click.IntRange(1, 256), help="Calls at once.")
@fail_on_option
@click.pass_context
def resume(ctx: click.Context, job: str | None, at_once: int | None, fail_on: str | None) -> int:
    """Go on with JOB (the newest by default) where it was interrupted; its time begins anew."""
    with begin(ctx) as app:
        job_id = find_job(app, job)
        app.store.write(lambda tx: tx.jobs.restart_clock(job_id))
        found = app.store.read(lambda tx: tx.jobs.get(job_id))
    if found.mode is Mode.QUEUE:
        return _wake_workers(ctx, job_id)
    with begin(ctx) as app:
        return _finish(app, job_id, at_once, fail_on)


def _finish(app: Services, job_id: JobId, at_once: int | None, fail_on: str | None) -> int:
    report = finish_here(app, job_id, at_once)
    conclude(app, report, Delivery(formats=(TEXT,), folder=None), keep(report, embedded.write))
    return exit_code(report, fail_on or app.settings.report.fail_on)


def _wake_workers(ctx: click.Context, job_id: JobId) -> int:
    with begin(ctx, queue=True) as app:
        app.store.write(lambda tx: tx.upkeep.take_over(job_id))
        begun = app.store.write(lambda tx: tx.jobs.advance(job_id))
        waiting = app.store.read(lambda tx: tx.upkeep.ready(0, only=job_id))
        app.tokens.send([*begun, *waiting.elements()])
        tell(f"Job {screen.short(job_id)} goes on with the next free worker: testronaut watch {screen.short(job_id)}")
        return EXIT_CLEAN
