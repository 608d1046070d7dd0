"""Calls for help and version."""

from __future__ import annotations

import re

from shared.interfaces.verifier import Observed, Suspicion
from shared.models.cli_tool import Option
from shared.models.finding import Severity
from shared.models.test_plan import TestCase
from shared.models.test_result import Status, TestResult
from shared.utils.text import decode, one_line
from worker.verification.checks.base import BaseCheck, line_of, said


class _DocumentedCall(BaseCheck):
    """A call that asks for something by an option which the help itself names, and ends as if it had failed."""

    severity = Severity.LOW
    technique: str
    asked_for: str
    words: re.Pattern[str]

    def judge(self, case: TestCase, result: TestResult, observed: Observed) -> Suspicion | None:
        """Look at the exit code of a documented call that was answered."""
        if case.technique != self.technique or result.status is not Status.NONZERO or not said(result).strip():
            return None
        word = decode(case.call.argv[-1]) if case.call.argv else ""
        command = observed.tool.commands.get(case.command)
        if command is None or not any(self._documents(option, word) for option in command.options):
            return None
        return Suspicion(
            case=case,
            result=result,
            what=word,
            title=f"{line_of(case, observed)} shows {self.asked_for} and exits with {result.exit_code}",
            message=f"exit {result.exit_code}",
            expected="exit 0: it is documented, and it was answered",
            got=f"exit {result.exit_code}: {one_line(said(result))}",
        )

    def _documents(self, option: Option, word: str) -> bool:
        """Tell whether an option is documented to do this: `-h` may mean something else."""
        spoken = " ".join([*option.long_names, option.description])
        return word in option.names and self.words.search(spoken) is not None


class HelpNonzero(_DocumentedCall):
    """Help that is shown as if something were wrong."""

    code = "TN201"
    name = "help.nonzero_exit"
    technique = "help"
    asked_for = "its help"
    words = re.compile(r"\b(?:help|usage)\b", re.IGNORECASE)
    title = "the documented call for help exits with another code than 0"
    rationale = (
        "Who asks for help and gets it was served; an exit code that says otherwise breaks scripts, completion "
        "generators and package tests. Counted only where the help itself documents the option."
    )
    example = "frob --help\n(the help, and exit 1)"


class VersionNonzero(_DocumentedCall):
    """A version that is shown as if something were wrong."""

    code = "TN202"
    name = "version.nonzero_exit"
    technique = "version"
    asked_for = "its version"
    words = re.compile(r"\bversion\b", re.IGNORECASE)
    title = "the documented call for the version exits with another code than 0"
    rationale = (
        "Installers and bug reports ask for the version and believe the exit code. Counted only where the help "
        "documents the option and something was printed."
    )
    example = "frob --version\nfrob 2.1 (exit 1)"
