"""Every executor that runs something real, by name; a test that wants one is skipped where it cannot be had here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from shared.interfaces.executor import Capabilities, Executor, Guard, Provided, Sandbox, SandboxUnavailableError
from shared.models.call import Isolation, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from tests.container_engine import Containers
from tests.in_images import InImage, in_image
from worker.execution.bubblewrap import Bubblewrap, BubblewrapOnce, best_foundation
from worker.execution.docker import VARIANTS, Variant
from worker.execution.local import Local


@dataclass(frozen=True)
class _Backend:
    """How an executor is made, what of its policy is settled, why it cannot be had here, and whether it has walls."""

    make: Callable[[], Executor]
    obstacle: Callable[[], str]
    settled: Mapping[str, Any] = field(default_factory=dict)
    has_walls: bool = True


def _obstacle_to_bubblewrap() -> str:
    try:
        best_foundation()
    except SandboxUnavailableError as error:
        return f"no sandbox can be built here: {error.message}"
    return ""


class Engine:
    """The container engine of this process, where a test has one started."""

    containers: Containers | None = None


def _in_image(variant: Variant) -> Executor:
    assert Engine.containers is not None
    return InImage(Engine.containers, variant)


def _obstacle_to_images() -> str:
    return "" if Engine.containers else "no container engine is started for this test"


def _obstacle_to_local() -> str:
    return "" if os.geteuid() else "the executor local is refused for root"


_IN_IMAGES = {
    f"docker{variant.suffix}": _Backend(partial(_in_image, variant), _obstacle_to_images) for variant in VARIANTS
}
# A new executor is a line here, and so is another way to use one: what it settles of the policy.
_BACKENDS = {
    "bubblewrap": _Backend(Bubblewrap, _obstacle_to_bubblewrap),
    "bubblewrap-fresh": _Backend(Bubblewrap, _obstacle_to_bubblewrap, {"isolation": Isolation.FRESH}),
    "bubblewrap-once": _Backend(BubblewrapOnce, _obstacle_to_bubblewrap),
    **(_IN_IMAGES if os.environ.get("TESTRONAUT_TEST_IMAGES") else {}),
    "local": _Backend(Local, _obstacle_to_local, has_walls=False),
}


def every_backend() -> tuple[str, ...]:
    """Name them all."""
    return tuple(_BACKENDS)


def walled_backends() -> tuple[str, ...]:
    """Name those that promise to keep a tool in."""
    return tuple(name for name, backend in _BACKENDS.items() if backend.has_walls)


def made(name: str) -> Executor:
    """Make one, or skip the test that asks for it."""
    backend = _BACKENDS[name]
    if obstacle := backend.obstacle():
        pytest.skip(obstacle)
    return _Settled(backend.make(), backend.settled) if backend.settled else backend.make()


def reached(name: str, tool: ToolSpec) -> ToolSpec:
    """Say where a backend has a tool of this machine, for an executor that is made elsewhere."""
    return in_image(tool, Engine.containers) if name in _IN_IMAGES and Engine.containers else tool


@dataclass(frozen=True)
class _Settled:
    """An executor that is used in one way, whatever else a test asks of it."""

    executor: Executor
    settled: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.executor.name

    def probe(self) -> Capabilities:
        return self.executor.probe()

    def provide(self, tool: ToolSpec) -> Provided:
        return self.executor.provide(tool)

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        with self.executor.open(tool, policy.model_copy(update=self.settled), limits, guard) as sandbox:
            yield sandbox

    def close(self) -> None:
        self.executor.close()
