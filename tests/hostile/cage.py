"""A sandbox of one backend with the zoo in it, and the machine around it that must not notice."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.interfaces.executor import Sandbox
from shared.models.call import Call, CallFile, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult
from tests.backends import made, reached, walled_backends
from tests.fakes.executor import FakeGuard
from tests.hostile.host import Host, baited

LIMITS = Limits(
    wall_s=20,
    cpu_s=10,
    memory_bytes=64 << 20,
    output_bytes=512 << 10,
    kept_bytes=64 << 10,
    file_bytes=4 << 20,
    disk_bytes=8 << 20,
    processes=64,
    open_files=128,
)
_PYTHONS = ("/usr/local/bin/python3", "/usr/bin/python3", "/bin/python3")


@dataclass(frozen=True)
class Cage:
    """One open sandbox, and what is around it."""

    backend: str
    sandbox: Sandbox
    host: Host

    @property
    def tool(self) -> ToolSpec:
        """Say what the programs are words of, for whoever asks for it by himself."""
        return reached(self.backend, _entrance(self.host.tools))

    @property
    def has_walls(self) -> bool:
        """Tell whether the backend promises to keep a tool in."""
        return self.backend in walled_backends()

    def run(
        self,
        *typed: str,
        limits: Mapping[str, float] | None = None,
        files: Sequence[str] = (),
        stdin: bytes | None = None,
    ) -> TestResult:
        """Let a program act; whatever it does, its result can be kept, nothing of ours broke, and nobody is left."""
        result = self.sandbox.run(self.call(*typed, limits=limits or {}, files=files, stdin=stdin))
        assert result.status is not Status.SANDBOX_ERROR, result.detail
        assert TestResult.model_validate_json(result.model_dump_json()) == result
        assert self.host.survivors() == []
        return result

    def call(
        self,
        *typed: str,
        limits: Mapping[str, float] | None = None,
        files: Sequence[str] = (),
        stdin: bytes | None = None,
    ) -> Call:
        """Make a call of a program's name and its words, in which what there is to take stands in braces."""
        program, *words = typed
        _require(program, self.host.tools)
        return Call(
            argv=tuple(os.fsencode(word.format_map(self.host.bait)) for word in (_built(program), *words)),
            env={"ZOO_MARK": self.host.mark.encode()},
            files=tuple(CallFile(path=os.fsencode(name), content=b"aaaa") for name in files),
            limits=LIMITS.model_copy(update=limits) if limits else None,
            stdin=stdin,
        )

    @contextmanager
    def another(self) -> Iterator[Cage]:
        """Open one more, in which nobody ever was."""
        with _opened(self.backend, self.host.tools) as sandbox:
            yield Cage(self.backend, sandbox, self.host)


@contextmanager
def caged(backend: str, tools: Path) -> Iterator[Cage]:
    """Open a sandbox, and prove at the end that nothing came of it but its results."""
    with baited(tools) as host, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY_TOKEN", host.secret)
        before = host.state()
        with _opened(backend, tools) as sandbox:
            cage = Cage(backend, sandbox, host)
            yield cage
        assert host.survivors() == []
        if cage.has_walls:
            assert host.state() == before


@contextmanager
def _opened(backend: str, tools: Path) -> Iterator[Sandbox]:
    entrance, policy = _entrance(tools), SandboxPolicy()
    with closing(made(backend)) as executor, executor.open(entrance, policy, LIMITS, FakeGuard()) as sandbox:
        yield sandbox


def _entrance(tools: Path) -> ToolSpec:
    return ToolSpec(argv=(os.fsencode(tools / "enter.sh"),))


def _built(program: str) -> str:
    return program.removesuffix(".c")


def _require(program: str, tools: Path) -> None:
    if not (tools / _built(program)).exists():
        pytest.skip("there is no compiler of C here")
    if program.endswith(".py") and not any(map(os.path.exists, _PYTHONS)):
        pytest.skip("there is no Python that a sandbox shows here")
