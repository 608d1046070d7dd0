"""Tokens that are kept where a test can see them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.models.job import StageName


class FakeTokens:
    def __init__(self) -> None:
        self.sent: list[StageName] = []

    def send(self, stages: Iterable[StageName]) -> int:
        before = len(self.sent)
        self.sent.extend(stages)
        return len(self.sent) - before

    def waiting(self, stage: StageName) -> int:
        return self.sent.count(stage)

    def ping(self) -> None: ...

    def close(self) -> None: ...

    def lose_all(self) -> None:
        self.sent.clear()
