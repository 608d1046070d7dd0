"""Measures things side by side: round by round, each once a round, so that what disturbs one disturbs all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median


class NotHereError(Exception):
    """Something cannot be measured here; the message says why."""


@dataclass
class Figures:
    """What the rounds of one thing gave, or why there are none."""

    rounds: list[float] = field(default_factory=list)
    why_not: str = ""

    @property
    def best(self) -> float:
        """Give the round that was disturbed least."""
        return min(self.rounds)

    @property
    def middle(self) -> float:
        """Give what is usual here and now."""
        return median(self.rounds)


def in_rounds(
    things: Mapping[str, Callable[[], float]], rounds: int, seconds: float, figures: dict[str, Figures]
) -> None:
    """Measure each thing once a round, as often as the time allows, but once at least; figures are filled as they come.

    A thing that fails is left out from then on.
    """
    end = time.monotonic() + seconds
    took: dict[str, float] = {}
    for number in range(rounds):
        for name in _turned(list(things), number):
            found = figures.setdefault(name, Figures())
            began = time.monotonic()
            if found.why_not or (number and began + took[name] > end):
                continue
            try:
                found.rounds.append(things[name]())
            except NotHereError as error:
                found.rounds, found.why_not = [], str(error)
            took[name] = time.monotonic() - began


def _turned(names: list[str], number: int) -> list[str]:
    """Begin each round with another thing."""
    by = number % max(1, len(names))
    return names[by:] + names[:by]
