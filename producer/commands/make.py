"""Commands that make a job: run, submit, analyze, plan, replay."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from producer import screen
from producer.bootstrap import Services, begin
from producer.codes import EXIT_CLEAN, EXIT_FINDINGS
from producer.commands.options import fail_on_option, format_option, job_options, output_option, request_of
from producer.console import out, say, tell
from producer.deliver import deliver, plan_delivery, require_writable, write_file
from producer.here import finish_here, report_of
from producer.interface.formats import TEXT, WRITERS
from producer.interface.tree import interface_tree
from producer.look import find_finding, find_job
from producer.outcome import exit_code
from producer.submit import Accepted, Prepared, prepare
from producer.submit import submit as accept
from producer.wait import conclude, wait_for
from shared.models.call import BlobRef
from shared.models.finding import Finding
from shared.models.job import JobId, JobState, Mode, StageName
from shared.models.test_plan import TestPlan
from shared.models.test_report import TestReport
from shared.utils import tracing
from shared.utils.errors import UsageError
from shared.utils.logging import bind
from shared.utils.text import count, visible
from shared.utils.tracing import Kind, Span, traceparent_of
from worker import embedded

_JOBS = click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Calls at once.  [default: processors + 1]")
_PLAN = click.option("--plan", "plan_file", type=click.Path(dir_okay=False, path_type=Path), help="Execute this plan.")
_TRACE_FILE = click.option(
    "--trace-file", type=click.Path(dir_okay=False, path_type=Path), help="Write spans here, as OTLP JSON lines."
)


class PlanFileError(UsageError):
    """The file of a plan cannot be read or written."""

    code = "plan.unusable_file"


@click.command()
@click.argument("tool")
@format_option
@output_option
@fail_on_option
@_JOBS
@_PLAN
@_TRACE_FILE
@job_options
@click.pass_context
def run(  # noqa: PLR0913, PLR0917 - the options of the main command
    ctx: click.Context,
    /,
    tool: str,
    formats: tuple[str, ...],
    output: Path | None,
    fail_on: str | None,
    jobs: int | None,
    plan_file: Path | None,
    trace_file: Path | None,
    **options: Any,  # noqa: ANN401 - those that shape the job
) -> int:
    """Test TOOL here and now: learn, plan, execute, judge, report.

    TOOL is a program's name or path; quote it with words that belong to it: 'aws s3'.
    """
    with begin(ctx, trace_file) as app:
        delivery = plan_delivery(formats or app.settings.report.formats, embedded.formats(), output)
        plan = _read(plan_file) if plan_file else None
        prepared = prepare(request_of(tool, **options), app.settings, plan)
        report = _run_here(app, prepared, jobs, delivery.files)
        page = deliver(report, delivery, embedded.write)
        conclude(app, report, delivery, page)
        return exit_code(report, fail_on or app.settings.report.fail_on)


@click.command()
@click.argument("tools", nargs=-1, required=True, metavar="TOOL...")
@click.option("--wait", is_flag=True, help="Follow the jobs to their end, and exit as `run` does.")
@click.option("--key", help="The same key never makes a second job; with several tools one is made of it for each.")
@fail_on_option
@_PLAN
@job_options
@click.pass_context
def submit(  # noqa: PLR0913, PLR0917 - the options of the main command, for the queue
    ctx: click.Context,
    /,
    tools: tuple[str, ...],
    wait: bool,  # noqa: FBT001 - click's way
    key: str | None,
    fail_on: str | None,
    plan_file: Path | None,
    **options: Any,  # noqa: ANN401 - those that shape the job
) -> int:
    """Put a job for each TOOL onto the queue, and print its id.

    A worker resolves the tool where it runs. Without --wait it ends as soon as the jobs are accepted.
    """
    with begin(ctx, queue=True) as app:
        tokens = app.tokens  # a queue that is not configured is a usage error, before anything is stored
        plan = _read(plan_file) if plan_file else None
        prepared = [prepare(request_of(tool, **options), app.settings, plan) for tool in tools]
        keys = [key and (key if len(tools) == 1 else f"{key}/{tool}") for tool in tools]
        accepted = [_enqueue(app, one, its_key) for one, its_key in zip(prepared, keys, strict=True)]
        for one in accepted:
            click.echo(str(one.job_id))
            _tell_of(app, one)
        if not all(one.is_announced for one in accepted):
            tell(
                "testronaut: the broker does not answer; accepted all the same  [broker.unavailable]",
                "  The work begins when the broker is back: a steward sees to it.",
            )
        tokens.close()
        codes = [wait_for(app, one.job_id, fail_on) for one in accepted] if wait else [EXIT_CLEAN]
        return max(codes)


@click.command()
@click.argument("tool")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice([*WRITERS]),
    default=TEXT,
    show_default=True,
    help="bash and fish are completions; carapace and usage are read by the programs of these names.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write to.")
@_JOBS
@job_options
@click.pass_context
def analyze(
    ctx: click.Context,
    /,
    tool: str,
    form: str,
    output: Path | None,
    jobs: int | None,
    **options: Any,  # noqa: ANN401 - those that shape the job
) -> int:
    """Show what TOOL understands: its commands, options, arguments, and calls that work."""
    with begin(ctx) as app:
        if output is not None:
            require_writable(output)
        prepared = prepare(request_of(tool, StageName.ANALYZE, **options), app.settings)
        report = _run_here(app, prepared, jobs)
        _require_success(report)
        found = app.store.read(lambda tx: tx.tools.get(report.job_id))
        if output is not None:
            write_file(output, WRITERS[form](found))
        elif form == TEXT:
            say(interface_tree(found, out().width))
        else:
            sys.stdout.buffer.write(WRITERS[form](found))
        return EXIT_CLEAN


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="TOOL | check FILE")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json", "yaml"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write to.")
@_JOBS
@job_options
@click.pass_context
def plan(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    form: str,
    output: Path | None,
    jobs: int | None,
    **options: Any,  # noqa: ANN401 - those that shape the job
) -> int:
    """Show what would be tried with TOOL, without trying it; or check the plan that stands in FILE."""
    if words[0] == "check" and len(words) == 2:  # noqa: PLR2004 - the word and its file
        found = _read(Path(words[1]))
        click.echo(f"{words[1]}: {count(len(found.cases), 'case')} for {visible(found.tool)}, nothing wrong")
        return EXIT_CLEAN
    if len(words) != 1:
        raise click.UsageError("name one tool (quote it with words that belong to it), or: check FILE")
    with begin(ctx) as app:
        prepared = prepare(request_of(words[0], StageName.GENERATE, **options), app.settings)
        report = _run_here(app, prepared, jobs)
        _require_success(report)
        _show_plan(app, report.job_id, form, output)
        return EXIT_CLEAN


@click.command()
@click.argument("finding_id", metavar="ID")
@click.option("--job", "job_id", help="Job that found it.  [default: the newest]")
@click.option("--print", "is_print_only", is_flag=True, help="Print the line for a shell, and run nothing.")
@_JOBS
@click.pass_context
def replay(ctx: click.Context, finding_id: str, job_id: str | None, is_print_only: bool, jobs: int | None) -> int:  # noqa: FBT001
    """Try finding ID (F1, or its fingerprint) again: 0 when it is still there, 1 when not."""
    with begin(ctx) as app:
        found_by = find_job(app, job_id)
        reported = find_finding(report_of(app, found_by), finding_id)
        if is_print_only:
            click.echo(visible(reported.finding.reproduce))
            return EXIT_CLEAN
        again = _run_here(app, _again(app, found_by, reported.finding), jobs)
        _require_success(again)
        fingerprint = reported.finding.fingerprint
        is_there = any(one.finding.fingerprint == fingerprint for one in again.findings)
        word = "still there" if is_there else "not there any more"
        say([Text(f"{reported.id} {word}: {visible(reported.finding.title)}")])
        return EXIT_CLEAN if is_there else EXIT_FINDINGS


def _run_here(app: Services, prepared: Prepared, jobs: int | None, formats: Sequence[str] = ()) -> TestReport:
    tool = prepared.spec.tool
    if tool.image is not None:
        tell(f"testronaut: looking for {visible(tool.name)} in {tool.image}; what is missing is fetched there first")
    embedded.find_tool(tool, prepared.spec.policy)
    with _root_span(app, prepared) as span:
        return finish_here(app, _accept(app, prepared, Mode.EMBEDDED, span).job_id, jobs, formats)


def _enqueue(app: Services, prepared: Prepared, key: str | None) -> Accepted:
    with _root_span(app, prepared) as span:
        return _accept(app, prepared, Mode.QUEUE, span, key)


def _accept(app: Services, prepared: Prepared, mode: Mode, span: Span, key: str | None = None) -> Accepted:
    traceparent = traceparent_of(span)
    accepted = accept(prepared, mode, app.store, app.tokens, traceparent, key)
    bind(job_id=str(accepted.job_id), trace_id=traceparent.split("-")[1])
    span.set_attribute(tracing.JOB_ID, str(accepted.job_id))
    return accepted


def _root_span(app: Services, prepared: Prepared) -> AbstractContextManager[Span]:
    tool = prepared.spec.tool.name
    attributes: dict[str, str | int] = {tracing.TOOL: tool, tracing.SEED: prepared.spec.seed}
    return app.traces.span("RUN testronaut", kind=Kind.SERVER, attributes=attributes)


def _tell_of(app: Services, accepted: Accepted) -> None:
    job = app.store.read(lambda tx: tx.jobs.get(accepted.job_id))
    known = "" if accepted.is_new else "  (its key was used before: no new job)"
    tell(f"  {visible(job.spec.tool.name)}{known}   follow it: testronaut watch {screen.short(job.id)}")
    link = screen.trace_link(app.settings.telemetry.jaeger_url, job)
    if link:
        tell(f"  trace: {link}")


def _read(file: Path) -> TestPlan:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanFileError(
            f"{file} cannot be read: {error}", "Make one: testronaut plan TOOL -f yaml -o FILE"
        ) from error
    from shared.documents.plan import read_plan  # noqa: PLC0415 - few jobs are given a plan

    return read_plan(text, str(file))


def _show_plan(app: Services, job_id: JobId, form: str, output: Path | None) -> None:
    found = app.store.read(lambda tx: tx.plans.get(job_id))
    if form == "text" and output is None:
        say(screen.plan_lines(found))
        return
    from shared.documents.plan import write_plan_json, write_plan_yaml  # noqa: PLC0415 - as below

    write = write_plan_json if form == "json" else write_plan_yaml
    content = write(found, lambda name: app.store.read(lambda tx: tx.blobs.get(name)))
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise PlanFileError(f"{output} cannot be written: {error.strerror}", "Name another file with -o.") from error
    tell(f"{count(len(found.cases), 'case')} written to {output}; run them with: testronaut run TOOL --plan {output}")


def _again(app: Services, job_id: JobId, finding: Finding) -> Prepared:
    """Give a finding's cases as the plan of a new job, with those that its check compares them with.

    Whoever asks whether it is still there wants to see it, not to hear of it.
    """
    job, tool, whole = app.store.read(lambda tx: (tx.jobs.get(job_id), tx.tools.get(job_id), tx.plans.get(job_id)))
    wanted = set(finding.cases)
    cases = tuple(
        case
        for case in whole.cases
        if case.key in wanted or any(relation.kind == finding.check for relation in case.relations)
    )
    contents = tuple(one.model_dump_json().encode() for one in (whole.model_copy(update={"cases": cases}), tool))
    given = {
        "plan": BlobRef.of(contents[0]),
        "interface": BlobRef.of(contents[1]),
        "last": StageName.REPORT,
        "reuse": False,
    }
    return Prepared(job.spec.model_copy(update=given), contents)


def _require_success(report: TestReport) -> None:
    if report.state is not JobState.SUCCEEDED:
        raise screen.failure_of(report)
