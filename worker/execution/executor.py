"""What all executors do alike whose sandboxes have runners: they keep places warm in a pool, and say what they hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from shared.interfaces.executor import Capabilities, Guard, Provided, Sandbox
from shared.models.call import Limits
from shared.models.job import SandboxPolicy, ToolSpec
from shared.utils.errors import TestronautError
from worker.execution.pool import Pool
from worker.execution.probe import NotHeldError, Unguarded, unusable


class RunnerExecutor(ABC):
    """An executor of one kind, and what its sandboxes share in this process."""

    name: str

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    @abstractmethod
    def open(
        self, tool: ToolSpec, policy: SandboxPolicy, limits: Limits, guard: Guard
    ) -> AbstractContextManager[Sandbox]:
        """Open a sandbox; what runs calls may outlast it, for the next one of its kind."""

    @abstractmethod
    def _capabilities(self) -> Capabilities:
        """Try out what is enforced here.

        Raises:
            NotHeldError: something that must hold does not.
            TestronautError, OSError: nothing can be called at all.

        """

    def probe(self) -> Capabilities:
        """Say what is enforced here, by trying; never raises for what does not work."""
        try:
            return self._capabilities()
        except NotHeldError as error:
            return error.capabilities
        except (TestronautError, OSError) as error:
            return unusable(self.name, error)

    def provide(self, tool: ToolSpec) -> Provided:
        """Find a tool."""
        with self.open(tool, SandboxPolicy(), Limits(), Unguarded()) as sandbox:
            return sandbox.tool

    def close(self) -> None:
        """End all that is kept warm."""
        self.pool.close()
