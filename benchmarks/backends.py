"""Our ways of making a call; a new one is a line here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from benchmarks.rounds import NotHereError
from shared.models.job import SandboxPolicy, ToolSpec

IMAGE_WANTED = os.environ.get("BENCH_IMAGE", "")
_IMAGE = IMAGE_WANTED or "tools-of-tests"
_OPTIONS = {"executor": "--sandbox"}


@dataclass(frozen=True)
class Backend:
    """What a policy asks for, under a name, and the image that tools lie in, if in any.

    An engine of containers is asked by the user who asks us: an ordinary one may not.
    """

    name: str
    asked: Mapping[str, str]
    image: str | None = None

    @property
    def keeps_user(self) -> bool:
        """Tell whether only the user may make it who asks."""
        return self.image is not None

    def tool(self, *words: bytes) -> ToolSpec:
        """Ask for a tool where its calls are made."""
        return ToolSpec(argv=words, image=self.image)

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
        asked = self.asked if self.image is None else {**self.asked, "image": self.image}
        return [word for key, value in asked.items() for word in (_OPTIONS.get(key, f"--{key}"), value)]


BACKENDS = (
    Backend("bubblewrap reuse", {"executor": "bubblewrap", "isolation": "reuse"}),
    Backend("bubblewrap fresh", {"executor": "bubblewrap", "isolation": "fresh"}),
    Backend("bubblewrap-once", {"executor": "bubblewrap-once"}),
    Backend("docker reuse", {"executor": "docker", "isolation": "reuse"}, _IMAGE),
    Backend("docker fresh", {"executor": "docker", "isolation": "fresh"}, _IMAGE),
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
