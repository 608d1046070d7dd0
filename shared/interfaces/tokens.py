"""The messages that wake workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from shared.models.job import StageName


class Tokens(Protocol):
    """Wakes workers. A token may be lost, doubled or late without harm: rows say what is to be done."""

    def send(self, stages: Iterable[StageName]) -> int:
        """Send one token for each stage named, and give how many were sent.

        Never raises: what is not sent now, the steward sends later.
        """
        ...

    def waiting(self, stage: StageName) -> int:
        """Count the tokens of a stage that nobody has taken yet.

        Raises:
            TokensUnavailableError: nobody can tell at the moment.

        """
        ...

    def ping(self) -> None:
        """Return when tokens can be sent.

        Raises:
            TokensUnavailableError: they cannot.

        """
        ...

    def close(self) -> None:
        """Let go of all connections; may be called twice."""
        ...


class NoTokens:
    """Wakes nobody: who works on a job here looks at its rows anyway."""

    def send(self, stages: Iterable[StageName]) -> int:
        """Send nothing."""
        return 0

    def waiting(self, stage: StageName) -> int:
        """Count nothing."""
        return 0

    def ping(self) -> None:
        """Be always well."""

    def close(self) -> None:
        """Hold nothing."""
