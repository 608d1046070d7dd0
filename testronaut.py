"""What a plug-in may import: protocols, values, base classes. Nothing else of the project is promised to it.

A package extends Testronaut by entry points, each a factory without arguments:

    [project.entry-points."testronaut.analyzers"]   name = "module:Class"     an Analyzer
    [project.entry-points."testronaut.generators"]  name = "module:Class"     a Generator
    [project.entry-points."testronaut.executors"]   name = "module:Class"     an Executor
    [project.entry-points."testronaut.checks"]      name = "module:Class"     a Check
    [project.entry-points."testronaut.reporters"]   name = "module:Class"     a Writer
"""

from __future__ import annotations

from shared.interfaces.analyzer import Analyzer, NoInterfaceError
from shared.interfaces.executor import (
    Capabilities,
    Executor,
    Guard,
    GuardedSandbox,
    Hold,
    Provided,
    Sandbox,
    SandboxUnavailableError,
    Stop,
    ToolNotExecutableError,
    ToolNotFoundError,
    ToolOutOfReachError,
)
from shared.interfaces.generator import Generator
from shared.interfaces.reporter import Writer
from shared.interfaces.verifier import Check, Observed, Suspicion, Verifier
from shared.models.call import (
    PINNED,
    BlobRef,
    Call,
    CallFile,
    FileInput,
    FileKind,
    InputKind,
    Limits,
    SpecialInput,
    Surroundings,
    Terminal,
)
from shared.models.cli_tool import Argument, CliTool, Command, Option, Recipe, Source, Takes, ValueType
from shared.models.finding import Evidence, Finding, Severity, Subject, Verdict, VerdictWord
from shared.models.job import JobSpec, Network, Profile, SandboxPolicy, Selection, StageName, ToolSpec
from shared.models.test_plan import Aspect, Intent, Relation, TestCase, TestPlan
from shared.models.test_report import CaseReport, Coverage, Covered, Reach, ReportedFinding, TestReport
from shared.models.test_result import Change, FileChange, Status, Stream, TestResult, WaitsFor
from shared.utils.errors import TestronautError, UntestableError, UsageError

__all__ = [
    "PINNED",
    "Analyzer",
    "Argument",
    "Aspect",
    "BlobRef",
    "Call",
    "CallFile",
    "Capabilities",
    "CaseReport",
    "Change",
    "Check",
    "CliTool",
    "Command",
    "Coverage",
    "Covered",
    "Evidence",
    "Executor",
    "FileChange",
    "FileInput",
    "FileKind",
    "Finding",
    "Generator",
    "Guard",
    "GuardedSandbox",
    "Hold",
    "InputKind",
    "Intent",
    "JobSpec",
    "Limits",
    "Network",
    "NoInterfaceError",
    "Observed",
    "Option",
    "Profile",
    "Provided",
    "Reach",
    "Recipe",
    "Relation",
    "ReportedFinding",
    "Sandbox",
    "SandboxPolicy",
    "SandboxUnavailableError",
    "Selection",
    "Severity",
    "Source",
    "SpecialInput",
    "StageName",
    "Status",
    "Stop",
    "Stream",
    "Subject",
    "Surroundings",
    "Suspicion",
    "Takes",
    "Terminal",
    "TestCase",
    "TestPlan",
    "TestReport",
    "TestResult",
    "TestronautError",
    "ToolNotExecutableError",
    "ToolNotFoundError",
    "ToolOutOfReachError",
    "ToolSpec",
    "UntestableError",
    "UsageError",
    "ValueType",
    "Verdict",
    "VerdictWord",
    "Verifier",
    "WaitsFor",
    "Writer",
]

if __name__ == "__main__":
    from producer.cli import start

    start()
