"""The rules, one file per family; this list is the one list of them."""

from __future__ import annotations

from worker.verification.checks.base import BaseCheck
from worker.verification.checks.crash import Hang, Panic, Signal, Traceback, Uncaught
from worker.verification.checks.documentation import HelpNonzero, VersionNonzero
from worker.verification.checks.forms import EqVsSpace, ShortVsLong
from worker.verification.checks.messages import ErrorWithZero, UsageErrorOnStdout, UsageErrorWithZero
from worker.verification.checks.options import DocumentedRejected, UnknownAccepted
from worker.verification.checks.surroundings import NondeterministicContent, NondeterministicOrder

BUILT_IN: tuple[type[BaseCheck], ...] = (
    Signal,
    Traceback,
    Panic,
    Uncaught,
    Hang,
    HelpNonzero,
    VersionNonzero,
    DocumentedRejected,
    UnknownAccepted,
    ErrorWithZero,
    UsageErrorWithZero,
    UsageErrorOnStdout,
    EqVsSpace,
    ShortVsLong,
    NondeterministicOrder,
    NondeterministicContent,
)
