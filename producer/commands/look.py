"""Commands that look at results: show, report, explain, trace."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from producer import screen
from producer.bootstrap import begin
from producer.codes import EXIT_CLEAN
from producer.commands.options import format_option, output_option
from producer.console import say, tell
from producer.deliver import TEXT, deliver, plan_delivery
from producer.here import report_of
from producer.look import find_finding, find_job, is_finding
from shared.utils.errors import UsageError
from shared.utils.text import near, visible
from worker import embedded

_MOST_FINDINGS = 1000


class UnknownCheckError(UsageError):
    """No check has the code or name."""

    code = "check.unknown"


@click.command()
@click.argument("names", nargs=-1, metavar="[JOB] [F1]")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def show(ctx: click.Context, names: tuple[str, ...], form: str) -> int:
    """Show what JOB (the newest by default) found, or one of its findings with all its evidence."""
    findings = [name for name in names if is_finding(name)]
    jobs = [name for name in names if not is_finding(name)]
    if len(findings) > 1 or len(jobs) > 1:
        raise click.UsageError("name at most one job and one finding: testronaut show JOB F1")
    with begin(ctx) as app:
        report = report_of(app, find_job(app, jobs[0] if jobs else None))
        if form == "json":
            sys.stdout.buffer.write(embedded.write(report, "json")[1])
        elif findings:
            say(screen.finding_details(find_finding(report, findings[0]), report))
        else:
            say([screen.head(report), Text(""), *screen.summary(report, _MOST_FINDINGS), *screen.notes(report)])
        return EXIT_CLEAN


@click.command()
@click.argument("job", required=False)
@format_option
@output_option
@click.pass_context
def report(ctx: click.Context, job: str | None, formats: tuple[str, ...], output: Path | None) -> int:
    """Write the report of JOB (the newest by default) again, in any format."""
    with begin(ctx) as app:
        delivery = plan_delivery(formats or (TEXT,), embedded.formats(), output)
        found = report_of(app, find_job(app, job))
        page = deliver(found, delivery, embedded.write)
        if TEXT in delivery.formats:
            say([screen.head(found), Text(""), *screen.summary(found)])
        place = output or page
        if place:
            tell(f"  Report:  {place}")
        return EXIT_CLEAN


@click.command()
@click.argument("check", required=False)
def explain(check: str | None) -> int:
    """Explain CHECK, by its code or name; without one, list all of them."""
    known = embedded.checks()
    if check is None:
        say(screen.check_lines(known))
        return EXIT_CLEAN
    found = next((one for one in known if check in {one.code, one.name}), None)
    if found is None:
        likely = near(check, [name for one in known for name in (one.code, one.name)])
        hint = f"Near: {', '.join(likely)}." if likely else "List them: testronaut explain"
        raise UnknownCheckError(f"no check is called {visible(check)!r}", hint)
    say(screen.check_details(found))
    return EXIT_CLEAN


@click.command()
@click.argument("job", required=False)
@click.pass_context
def trace(ctx: click.Context, job: str | None) -> int:
    """Draw when each stage and shard of JOB (the newest by default) was worked on, and by whom."""
    with begin(ctx) as app:
        job_id = find_job(app, job)
        found, attempts = app.store.read(lambda tx: (tx.jobs.get(job_id), tx.work.attempts(job_id)))
        say(screen.waterfall(found, attempts, screen.trace_link(app.settings.telemetry.jaeger_url, found)))
        return EXIT_CLEAN
