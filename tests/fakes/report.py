"""What a whole job found out about an invented tool, `frob`: rich, hostile, cut, failed and huge, for tests of reports.

All of it goes through `assemble`, so that no report is tested that no job could have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.interfaces.reporter import Gathered
from shared.models.call import Call, CallFile, FileKind
from shared.models.cli_tool import Option
from shared.models.finding import Evidence, Finding, Severity, Subject, Verdict, VerdictWord
from shared.models.job import Fault, Job, JobId, JobSpec, JobState, Mode, StageName, ToolSpec
from shared.models.test_plan import Intent, TestCase
from shared.models.test_report import SandboxReport, TestReport
from shared.models.work import Attempt, Ending
from tests.fakes.frob import TRACEBACK, Ran, case, ran, result, tool
from worker.reporting.assemble import assemble

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
NOWHERE = "0" * 16  # the fingerprint of a finding that is not in the report
JOB = JobId(UUID("0192f0c1-7a6b-7c3d-8e4f-5a6b7c8d9e0f"))
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

MARKUP = "</script><script>window.canary = 1</script><img src=x onerror='window.canary = 2'>"
OUTSIDE = '<link rel=stylesheet href="http://canary.invalid/a.css"><img src="http://canary.invalid/b.png">'
CONTROLS = "\x1b[31mred\x1b[0m \x00 \x07 \u202eright to left\u202c \ufffd \u2028 {{ 7 * 7 }}"
HOSTILE = f"{MARKUP}{OUTSIDE}{CONTROLS}"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def findings() -> tuple[Finding, ...]:
    keys = {one.case.call.argv: one.case for one in ran()}
    long, short = keys[b"--width", b"10", b"list", b"a.txt"], keys[b"-w", b"10", b"list", b"a.txt"]
    return (
        _finding(
            "TN102",
            "crash.traceback",
            Severity.HIGH,
            keys[b"sync", b"nofile"],
            "`frob sync nofile` ends in a Python traceback (FileNotFoundError)",
            ("a message for people, and an exit code", "FileNotFoundError: [Errno 2] No such file: 'nofile'"),
            signature="FileNotFoundError sync.py:sync",
            evidence=(
                ("standard error", TRACEBACK.decode()),
                ("standard output", "\x1b[1mworking\x1b[0m\x00\u202e\n"),
            ),
        ),
        _finding(
            "TN301",
            "option.documented_rejected",
            Severity.MEDIUM,
            keys[b"--dry", b"list", b"a.txt"],
            "`--dry` stands in the help of `frob` and is refused",
            ("accepted: exit 0", "exit 2: frob: unrecognized option '--dry'"),
            evidence=(("standard error", "frob: unrecognized option '--dry'\n"),),
        ),
        _finding(
            "TN401",
            "exit.error_with_zero",
            Severity.MEDIUM,
            keys[b"-c", b"x.toml", b"list", b"a.txt"],
            'says "cannot open: x.toml" and exits with 0',
            ("an exit code other than 0", "exit 0, and a complaint"),
            evidence=(("standard error", "cannot open: x.toml\n"),),
        ),
        _finding(
            "TN502",
            "form.short_vs_long",
            Severity.MEDIUM,
            short,
            "`-w 10` and `--width 10` differ",
            ("3 lines, as with --width", "2 lines"),
            other=long,
            channel="stdout",
            evidence=(
                ("frob --width 10 list a.txt", "one\ntwo\nthree\n"),
                ("frob -w 10 list a.txt", "one\nthree\n"),
                ("difference on standard output", "@@ -1,3 +1,2 @@\n one\n-two\n three\n"),
            ),
        ),
        _finding(
            "TN202",
            "version.nonzero_exit",
            Severity.LOW,
            keys[(b"--version",)],
            "`frob --version` shows its version and exits with 1",
            ("exit 0: it is documented, and it was answered", "exit 1: frob 2.1"),
            evidence=(("standard output", "frob 2.1\n"),),
        ),
        _finding(
            "TN701",
            "nondeterministic.order",
            Severity.NOTE,
            keys[b"list", b"--sort", b"name", b"a.txt"],
            "`frob list --sort name a.txt` prints its lines in another order each time",
            ("the same order", "another order"),
            evidence=(("difference on standard output", "-one\n+two\n"),),
        ),
    )


def _finding(  # noqa: PLR0913, PLR0917 - what makes a finding
    code: str,
    check: str,
    severity: Severity,
    about: TestCase,
    title: str,
    expected_got: tuple[str, str],
    *,
    other: TestCase | None = None,
    channel: str | None = None,
    signature: str = "",
    evidence: tuple[tuple[str, str], ...] = (),
) -> Finding:
    shown = next(one.result for one in ran() if one.case == about)
    typed = " ".join(word.decode() for word in about.call.argv)
    return Finding(
        subject=Subject(tool="frob", check=check, command=about.command, what=about.option or "", message=title),
        code=code,
        severity=severity,
        title=title,
        message=title,
        expected=expected_got[0],
        got=expected_got[1],
        call=about.call,
        compared_with=other.call if other else None,
        exit_code=shown.exit_code if shown else None,
        channel=channel,
        signature=signature,
        reproduce=f"cd \"$(mktemp -d)\" && printf 'one\\ntwo\\nthree\\n' > a.txt && frob {typed} < /dev/null",
        evidence=tuple(Evidence(label=label, text=text) for label, text in evidence),
        cases=(about.key, *([other.key] if other else [])),
        confirmed=(3, 3),
    )


def attempts() -> tuple[Attempt, ...]:
    lost = Fault(code="work.lost", message="the worker never came back")
    return (
        _attempt(StageName.ANALYZE, 0, "worker-a", 0.0, 1.2, calls=19),
        _attempt(StageName.GENERATE, 0, "worker-a", 1.2, 1.4),
        _attempt(StageName.EXECUTE, 0, "worker-a", 1.4, 4.6, calls=14),
        _attempt(StageName.EXECUTE, 1, "worker-b", 1.4, 2.9, calls=5, ending=Ending.LOST, fault=lost),
        _attempt(StageName.EXECUTE, 1, "worker-a", 4.6, 6.2, fence=2, calls=9),
        _attempt(StageName.VERIFY, 0, "worker-c", 6.2, 8.3, calls=27),
        _attempt(StageName.REPORT, 0, "worker-a", 8.3, None, ending=None),
    )


def _attempt(  # noqa: PLR0913 - what makes an attempt
    stage: StageName,
    shard: int,
    owner: str,
    start: float,
    end: float | None,
    *,
    fence: int = 1,
    calls: int = 0,
    ending: Ending | None = Ending.DONE,
    fault: Fault | None = None,
) -> Attempt:
    return Attempt(
        stage=stage,
        shard=shard,
        fence=fence,
        owner=f"{owner}:4711:slot_{shard}",
        started_at=at(start),
        ended_at=None if end is None else at(end),
        ending=ending,
        fault=fault,
        calls=calls,
    )


def job(state: JobState = JobState.RUNNING, fault: Fault | None = None) -> Job:
    return Job(
        id=JOB,
        mode=Mode.QUEUE,
        state=state,
        spec=JobSpec(tool=ToolSpec(argv=(b"/usr/bin/frob",))),
        traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
        created_at=at(-0.5),
        started_at=START,
        deadline_at=at(300),
        fault=fault,
    )


def gathered(outcomes: Sequence[Ran] | None = None, found: Sequence[Finding] | None = None) -> Gathered:
    """Give what the store would hold of a rich job that time has cut."""
    outcomes = ran() if outcomes is None else outcomes
    found = findings() if found is None else found
    first_seen = {finding.fingerprint: (at(-86_400 * 3), at(-0.5)) for finding in found[1:2]}
    return Gathered(
        job=job(),
        tool=tool(),
        cases=[one.case for one in outcomes],
        results=[one.result for one in outcomes if one.result],
        verdicts=verdicts(outcomes, found),
        findings=found,
        seen=first_seen,
        attempts=attempts(),
        now=at(8.4),
        versions={"testronaut": "0.3.0", "python": "3.11.7", "platform": "Linux 6.1 x86_64"},
        sandbox=SandboxReport(level="bubblewrap", missing=("memory of the whole tree is measured",)),
    )


def verdicts(outcomes: Sequence[Ran], found: Sequence[Finding]) -> Mapping[str, Verdict]:
    behind = {key: finding.fingerprint for finding in found for key in finding.cases[:1]}
    return {
        one.case.key: Verdict(
            key=one.case.key,
            word=one.word,
            reason=one.reason,
            rate=one.rate,
            findings=(behind.get(one.case.key, NOWHERE),) if one.word is VerdictWord.FAIL else (),
        )
        for one in outcomes
    }


def rich() -> TestReport:
    """Give the report of a job that found all kinds of things, as its asker sees it after its end."""
    return ended(assemble(gathered()))


def ended(report: TestReport, state: JobState = JobState.SUCCEEDED) -> TestReport:
    return report.model_copy(update={"state": state, "ended_at": at(8.5)})


def hostile() -> TestReport:
    """Give a rich report in which every text that a tool can choose tries to be something else."""
    base = gathered()
    learned = tool()
    commands = {
        path: command.model_copy(update={"summary": HOSTILE, "options": tuple(_nasty(command.options))})
        for path, command in learned.commands.items()
    }
    nasty = [_nasty_finding(finding) for finding in base.findings]
    words = (b"list", HOSTILE.replace("\0", "").encode(), b"\xff\xfe", b"x" * 5000)
    odd = TestCase(call=Call(argv=words), intent=Intent.EXPLORE, technique=MARKUP, command="list", because=HOSTILE)
    extra = Ran(odd, result(odd, 3, err=HOSTILE.encode()), VerdictWord.SKIP, HOSTILE)
    outcomes = [*ran(), extra]
    return ended(
        assemble(
            base._replace(
                tool=learned.model_copy(update={"commands": commands, "version": HOSTILE}),
                cases=[one.case for one in outcomes],
                results=[one.result for one in outcomes if one.result],
                verdicts={**base.verdicts, odd.key: Verdict(key=odd.key, word=extra.word, reason=extra.reason)},
                findings=nasty,
                sandbox=SandboxReport(level=MARKUP, missing=(HOSTILE,)),
            )
        )
    )


def _nasty(options: Sequence[Option]) -> Iterator[Option]:
    for option in options:
        yield option.model_copy(update={"description": HOSTILE, "default": MARKUP})


def _nasty_finding(finding: Finding) -> Finding:
    evidence = (
        Evidence(label=MARKUP, text=HOSTILE),
        Evidence(label="a long line", text="long " + "y" * (1 << 20)),
        Evidence(label="many lines", text=f"{HOSTILE}\n" * 3),
    )
    call = Call(argv=(b"\xff", MARKUP.encode()), stdin=b"\0\xff", files=(_folder(), _link()))
    texts = dict.fromkeys(("title", "message", "expected", "got", "reproduce"), f"{finding.title} {HOSTILE}")
    # Not `model_copy`: what a finding says of itself is part of its fingerprint.
    return finding.model_copy(update={**texts, "evidence": evidence, "call": call})


def _folder() -> CallFile:
    return CallFile(path=b"in/d\xff", kind=FileKind.DIRECTORY, mode=0o755)


def _link() -> CallFile:
    return CallFile(path=b"in/link", kind=FileKind.LINK, content=b"nowhere")


def failed() -> TestReport:
    """Give the report of a job that never learned the tool."""
    fault = Fault(
        code="analysis.no_interface",
        message="`frob` shows no option, no argument and no command",
        hint="Give a call that works: --example 'ARGUMENTS'",
        exit_code=4,
    )
    base = gathered((), ())._replace(job=job(JobState.FAILED, fault), tool=None, attempts=attempts()[:1])
    return ended(assemble(base, is_partial=True), JobState.FAILED)


def clean() -> TestReport:
    """Give the report of a job that found nothing."""
    outcomes = [one for one in ran() if one.word is VerdictWord.PASS]
    return ended(assemble(gathered(outcomes, ())))


def huge(cases: int) -> TestReport:
    """Give a report of very many cases."""
    outcomes = []
    for number in range(cases):
        planned = case(f"list --sort name item-{number}.txt", Intent.EXPLORE, "option", command="list")
        outcomes.append(Ran(planned, result(planned, out=b"", ms=5 + number % 97), VerdictWord.PASS))
    return ended(assemble(gathered(outcomes, ())))
