"""What comes next, for a job and for an item: the order of the stages in pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from shared.models.job import JobState, StageName
from shared.models.work import Ending, ItemState

# Time cuts only these, so that what was found until then is still judged and reported.
CUT_BY_TIME = frozenset({StageName.EXECUTE})

MAX_ERRORS = 3
MAX_LOSSES = 5
MAX_PAUSE_S = 60.0


@dataclass(frozen=True)
class Situation:
    """All that decides what comes next for a job; `shards` is 0 until there is a plan."""

    items: Mapping[StageName, Sequence[ItemState]]
    shards: int = 0
    last: StageName = StageName.REPORT
    is_cancelled: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class Step:
    """What comes next: stages whose ready items are withdrawn, items begun, the end. Nothing at all means wait."""

    withdraw: frozenset[StageName] = frozenset()
    begin: tuple[tuple[StageName, int], ...] = ()
    end: JobState | None = None


def advance(now: Situation) -> Step:
    """Decide what comes next for a running job; the same situation always gives the same step."""
    if now.is_cancelled:
        return _wind_down(now, JobState.CANCELLED)
    if any(ItemState.DEAD in states for states in now.items.values()):
        return _wind_down(now, JobState.FAILED)
    return _go_on(now)


def _wind_down(now: Situation, end: JobState) -> Step:
    is_held = any(ItemState.LEASED in states for states in now.items.values())
    return Step(withdraw=frozenset(StageName), end=None if is_held else end)


def _go_on(now: Situation) -> Step:
    cut = CUT_BY_TIME if now.is_late else frozenset()
    for stage in stages_until(now.last):
        states = now.items.get(stage, ())
        wanted = 0 if stage in cut else _width(now, stage)
        if len(states) < wanted:
            return Step(cut, begin=tuple((stage, shard) for shard in range(wanted)))
        if ItemState.LEASED in states or (ItemState.READY in states and stage not in cut):
            return Step(cut)
    return Step(cut, end=JobState.SUCCEEDED)


def _width(now: Situation, stage: StageName) -> int:
    return now.shards if stage is StageName.EXECUTE else 1


def stages_until(last: StageName) -> tuple[StageName, ...]:
    """Name the stages of a job, in order."""
    order = tuple(StageName)
    return order[: order.index(last) + 1]


def state_after(ending: Ending, failures: int) -> ItemState:
    """Name the state of an item after an attempt; `failures` counts the bad ones since the last culprit was found."""
    match ending:
        case Ending.DONE:
            return ItemState.DONE
        case Ending.CANCELLED:
            return ItemState.CANCELLED
        case Ending.RELEASED:
            return ItemState.READY
        case Ending.REFUSED:
            return ItemState.DEAD
        case Ending.FAILED:
            return ItemState.DEAD if failures >= MAX_ERRORS else ItemState.READY
        case Ending.LOST:
            return ItemState.DEAD if failures >= MAX_LOSSES else ItemState.READY
        case _:
            assert_never(ending)


def pause_s(ending: Ending, failures: int) -> float:
    """Give the seconds before the next attempt: only our own errors are worth waiting for."""
    return min(2.0**failures, MAX_PAUSE_S) if ending is Ending.FAILED else 0.0
