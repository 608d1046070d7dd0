"""The executor `docker` for tests that know tools of this machine alone: it puts the folder of a tool into an image."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.interfaces.executor import Guard, Sandbox
from shared.models.call import Limits
from shared.models.job import SandboxPolicy, ToolSpec
from tests.container_engine import Containers
from worker.execution.container_engine import found_engine
from worker.execution.docker import Base, Docker, Variant


class InImage(Docker):
    """Finds a tool in an image that holds its folder; one that lies nowhere here is looked for in there as it is."""

    def __init__(self, containers: Containers, variant: Variant) -> None:
        super().__init__(lambda: Base(found_engine(), variant))
        self._containers = containers

    @contextmanager
    def open(self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard) -> Iterator[Sandbox]:
        with super().open(in_image(tool, self._containers), policy, limits, guard) as sandbox:
            yield sandbox


def in_image(tool: ToolSpec, containers: Containers) -> ToolSpec:
    """Say where a tool lies that was put into an image."""
    path, *fixed = tool.argv
    program = Path(os.fsdecode(path))
    if not program.is_absolute() or not program.exists():
        return tool.model_copy(update={"image": containers.tools})
    place, image = containers.place_of(program.parent)
    return tool.model_copy(update={"argv": (os.fsencode(f"{place}/{program.name}"), *fixed), "image": image})
