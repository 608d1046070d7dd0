"""Options that are documented and refused, and options that nobody documented and that are taken all the same."""

from __future__ import annotations

from collections.abc import Iterator

from shared.interfaces.executor import Run, Sandbox
from shared.interfaces.verifier import Observed, Suspicion
from shared.models.call import Call
from shared.models.cli_tool import Command, Option, Source, Takes
from shared.models.finding import Severity
from shared.models.test_plan import TestCase
from shared.models.test_result import Status, TestResult
from shared.utils.text import decode, one_line
from worker.knowledge.refusals import Refusal, RefusalKind, read_refusals
from worker.verification.checks.base import BaseCheck, line_of, said
from worker.verification.compare import ending
from worker.verification.normalise import generalise
from worker.verification.words import options_of, value_in, without_option

_SURE = 0.9
_MOST_SUBCOMMANDS_ASKED = 3
_TRYING = frozenset({"option", "options", "choice", "form.eq_vs_space", "form.short_vs_long"})
_UNKNOWN = "unknown_option"
_ANY_WORD = b"plugh-xyzzy"
_OTHER_UNKNOWN = (b"--never-heard-of-it", b"--plugh-xyzzy")


class DocumentedRejected(BaseCheck):
    """An option that stands in the help and is refused as unknown."""

    code = "TN301"
    name = "option.documented_rejected"
    severity = Severity.MEDIUM
    title = "a documented option is refused as unknown"
    rationale = (
        "Who reads the help types what stands there; what a manual alone lists may be of another version. Only a "
        "refusal counts that calls the very option unknown, "
        "wherever it stands in the call, with and without a value, in all of its spellings, before and after the "
        "command."
    )
    example = "frob --dry list\nfrob: unrecognized option '--dry'"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look for a refusal that calls a documented option unknown."""
        if case.technique not in _TRYING:
            return None
        held = (self._hold(case, result, option, observed) for option in options_of(case, observed))
        return next(filter(None, held), None)

    def _hold(self, case: TestCase, result: TestResult, option: Option, observed: Observed) -> Suspicion | None:
        refusal = refused_as_unknown(result, option)
        is_told = Source.HELP in option.sources and option.confidence >= _SURE
        if refusal is None or not is_told or _may_mean_the_value(refusal, option):
            return None
        line = next((place.line for place in option.places if place.source is Source.HELP), option.line)
        where = f"line {line} of `{_help_line(case, observed)}`" if line else "its usage"
        return Suspicion(
            case=case,
            result=result,
            what=option.name,
            title=f"`{refusal.subject}` stands in the help and is refused: {one_line(refusal.line, 60)}",
            message=generalise(refusal.line, [*option.names, *(decode(word) for word in case.call.argv)]),
            expected=f"{option.name} is accepted, or refused for another reason: it stands in {where}",
            got=f"{ending(result)}: {one_line(refusal.line)}",
        )

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Try it everywhere else where it could be meant to stand."""
        command = observed.tool.commands[suspicion.case.command]
        option = next(option for option in command.options if option.name == suspicion.what)
        calls = _elsewhere(option, command, suspicion.case.call)
        return not any(_may_take(sandbox.run(call), option) for call in calls)


class UnknownAccepted(BaseCheck):
    """An option that does not exist and is taken without a word."""

    code = "TN302"
    name = "option.unknown_accepted"
    severity = Severity.MEDIUM
    title = "an unknown option is accepted without a word"
    rationale = (
        "A mistyped option that is ignored leaves the user with a result that is not the one asked for. The call "
        "counts only when it shows exactly what it shows without the option, when other made-up options are ignored "
        "alike, when a word without a dash in its place is not ignored, and when the tool does not hand its words on "
        "to somebody else."
    )
    example = "frob --unheard-of a.txt\n(exit 0, as if the option were not there)"

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look for an unknown option without any effect."""
        command = observed.tool.commands.get(case.command)
        if case.technique != _UNKNOWN or case.wrong is None or command is None or not command.options:
            return None
        if result.status is not Status.OK or not command.recipes or case.wrong in said(result):
            return None
        return Suspicion(
            case=case,
            result=result,
            what="unknown option",
            title=f"{line_of(case, observed)} takes an option that does not exist, and ignores it",
            message="accepted and ignored",
            expected=f"a refusal that names {case.wrong}",
            got="exit 0, and the same output as without it",
        )

    def premise(self, suspicion: Suspicion, observed: Observed, sandbox: Sandbox) -> bool:
        """Compare with the call without it, and try other made-up options."""
        call, wrong = suspicion.case.call, (suspicion.case.wrong or "").encode()
        runs = [_without(call, wrong), *(_instead(call, wrong, other) for other in _like(wrong))]
        plain, *others = sandbox.map(map(Run, runs))
        if not all(_looks_the_same(plain, result) for result in (suspicion.result, *others)):
            return False
        # A tool to which any word is as good as none has no options that could be mistyped.
        return not _looks_the_same(plain, sandbox.run(_instead(call, wrong, _ANY_WORD)))


def refused_as_unknown(result: TestResult, option: Option) -> Refusal | None:
    """Give the refusal that calls one of an option's spellings unknown, None when it ended in another way."""
    if result.status is not Status.NONZERO:
        return None
    unknown = (one for one in read_refusals(said(result)) if one.kind is RefusalKind.UNKNOWN_OPTION)
    return next((one for one in unknown if _names(one.subject, option)), None)


def _may_mean_the_value(refusal: Refusal, option: Option) -> bool:
    """Tell a refusal of `-std=1` as a whole: where nobody knows the right values, the value may be what is wrong."""
    is_whole = refusal.subject not in option.names
    return is_whole and option.takes_value is not Takes.NONE and not option.choices


def _may_take(result: TestResult, option: Option) -> bool:
    """Tell whether an option may be understood after all: a call worked, or was refused without a word about it.

    A parser that reads options only before the first operand takes a later one for a file, and names it. A call that
    the sandbox could not make shows nothing.
    """
    if result.status in {Status.OK, Status.SANDBOX_ERROR}:
        return True
    return result.status is Status.NONZERO and not any(name in said(result) for name in option.names)


def _names(subject: str | None, option: Option) -> bool:
    if subject is None:
        return False
    word = subject.partition("=")[0]
    return word in option.names or word.lstrip("-") in {name.lstrip("-") for name in option.names}


def _help_line(case: TestCase, observed: Observed) -> str:
    argv = observed.tool.commands[case.command].help_argv or ()
    return " ".join([observed.tool.name, *(decode(word) for word in argv)])


def _elsewhere(option: Option, command: Command, call: Call) -> Iterator[Call]:
    words = command.words
    operands = call.argv[len(words) :]
    value = () if option.takes_value is Takes.NONE else (value_in(call, option),)
    for name in option.names:
        word = name.encode()
        yield _typed(call, *words, word)
        yield _typed(call, *words, word, b"1")
        yield _typed(call, *words, *without_option(operands, option), word, *value)
        if value:
            yield _typed(call, *words, word + b"=" + value[0])
        if words:
            yield _typed(call, word, *value, *words)
    for sub in command.subcommands[:_MOST_SUBCOMMANDS_ASKED]:
        yield _typed(call, *words, sub.encode(), option.name.encode(), *value)


def _typed(call: Call, *argv: bytes) -> Call:
    return call.model_copy(update={"argv": argv})


def _without(call: Call, word: bytes) -> Call:
    return _typed(call, *(one for one in call.argv if one != word))


def _instead(call: Call, word: bytes, other: bytes) -> Call:
    return _typed(call, *(other if one == word else one for one in call.argv))


def _like(word: bytes) -> tuple[bytes, ...]:
    if word.startswith(b"--"):
        return _OTHER_UNKNOWN
    if len(word) > 2:  # noqa: PLR2004 - `-name` style
        return tuple(other[1:] for other in _OTHER_UNKNOWN)
    return tuple(bytes([b"-"[0], letter]) for letter in b"JX" if letter != word[1])


def _looks_the_same(one: TestResult, other: TestResult) -> bool:
    return (one.status, one.stdout.sha256, one.stderr.sha256) == (
        other.status,
        other.stdout.sha256,
        other.stderr.sha256,
    )
