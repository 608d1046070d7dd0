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


@dataclass
class _Spent:
    """The seconds that one thing has taken, and those of its newest round."""

    all_s: float = 0.0
    newest_s: float = 0.0

    def add(self, seconds: float) -> None:
        self.all_s, self.newest_s = self.all_s + seconds, seconds


def in_rounds(
    things: Mapping[str, Callable[[], float]], rounds: int, seconds: float, figures: dict[str, Figures]
) -> None:
    """Measure each thing once a round, and fill in figures as they come.

    Two rounds go as far as the time allows; after that whatever has had its share of the time leaves the rest to
    others. A thing that fails is left out from then on.
    """
    end = time.monotonic() + seconds
    share_s = seconds / max(1, len(things))
    spent: dict[str, _Spent] = {name: _Spent() for name in things}
    for number in range(rounds):
        for name in _turned(list(things), number):
            found, taken = figures.setdefault(name, Figures()), spent[name]
            has_time = time.monotonic() + taken.newest_s <= end
            has_share = taken.all_s + taken.newest_s <= share_s
            if not number and not has_time:
                found.why_not = "no time was left for it"
            if found.why_not or not has_time or (number > 1 and not has_share):
                continue
            taken.add(_measure(things[name], found))


def _measure(thing: Callable[[], float], found: Figures) -> float:
    began = time.monotonic()
    try:
        found.rounds.append(thing())
    except NotHereError as error:
        found.rounds, found.why_not = [], str(error)
    return time.monotonic() - began


def _turned(names: list[str], number: int) -> list[str]:
    """Begin each round with another thing."""
    by = number % max(1, len(names))
    return names[by:] + names[:by]
