"""Our ways of making a call; a new one is a line here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from benchmarks.rounds import NotHereError
from shared.models.job import SandboxPolicy

IMAGE = os.environ.get("BENCH_IMAGE", "debian:bookworm-slim")
_OPTIONS = {"executor": "--sandbox"}


@dataclass(frozen=True)
class Backend:
    """What a policy asks for, under a name; `keeps_user` where only the user may make it who asks."""

    name: str
    asked: Mapping[str, str]
    keeps_user: bool = False

    @property
    def policy(self) -> SandboxPolicy:
        """Give the policy.

        Raises:
            NotHereError: policies cannot say this.

        """
        try:
            return SandboxPolicy.model_validate(self.asked)
        except ValidationError as error:
            unknown = ", ".join(str(problem["loc"][0]) for problem in error.errors())
            raise NotHereError(f"a policy cannot say: {unknown}") from error

    @property
    def options(self) -> list[str]:
        """Say the same to the command line."""
        return [word for key, value in self.asked.items() for word in (_OPTIONS.get(key, f"--{key}"), value)]


BACKENDS = (
    Backend("bubblewrap reuse", {"executor": "bubblewrap", "isolation": "reuse"}),
    Backend("bubblewrap fresh", {"executor": "bubblewrap", "isolation": "fresh"}),
    Backend("bubblewrap-once", {"executor": "bubblewrap-once"}),
    Backend("docker reuse", {"executor": "docker", "isolation": "reuse", "image": IMAGE}, keeps_user=True),
    Backend("docker fresh", {"executor": "docker", "isolation": "fresh", "image": IMAGE}, keeps_user=True),
    Backend("local", {"executor": "local"}),
)


def backend(name: str) -> Backend:
    """Find one by its name.

    Raises:
        NotHereError: there is none.

    """
    for one in BACKENDS:
        if one.name == name:
            return one
    raise NotHereError(f"there is no backend {name!r}; there are: {'; '.join(one.name for one in BACKENDS)}")
