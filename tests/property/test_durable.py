"""Owners, dead or alive, a steward and the clock act on one job in any order; what the rows promise holds throughout.

A lease is never forgotten: one that was lost goes on trying to write, as a frozen process does when it wakes up.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.models.call import Call
from shared.models.job import JobState, StageName
from shared.models.work import Ending, ItemState, WorkItem
from shared.pipeline import stages_until
from shared.store.jobs import JobEndedError
from shared.store.session import Transaction
from shared.store.work import LostLease
from tests.fakes.recall import NOTHING_EARLIER
from tests.world import LEASE_S, SPEC, World
from worker.memory import Fresh, RememberingSandbox

CASES = 6
WHICH = st.integers(0, 5)


class Permissive:
    def check(self) -> None: ...

    def allows(self, call: Call) -> bool:
        return True


@dataclass
class Owner:
    """Somebody who holds a lease, or believes so: what is found lies here until it is written."""

    item: WorkItem
    finds: Iterator[Any]
    found: list[Any] = field(default_factory=list)
    fresh: list[Fresh] = field(default_factory=list)


class Durable(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), shard_size=2)
        self.job_id = self.world.submit(SPEC.model_copy(update={"max_cases": CASES}))
        self.owners: list[Owner] = []
        self.live: set[tuple[int, int]] = set()
        self.fences: dict[int, int] = {}

    @rule(name=st.sampled_from(["a", "b"]))
    def claim(self, name: str) -> None:
        stage = self.world.items()[-1].stage
        item = self.world.store.write(lambda tx: tx.work.claim(stage, name, LEASE_S))
        if item:
            assert item.id not in {number for number, _ in self.live}, "two leases of one item"
            self.live.add((item.id, item.fence))
            self.owners.append(self._owner(item))

    @precondition(lambda self: self.owners)
    @rule(which=WHICH)
    def save_one(self, which: int) -> None:
        owner = self.owners[which % len(self.owners)]
        owner.found.extend(value for value in [next(owner.finds, None)] if value is not None)
        self._write(owner, lambda tx: self._save(tx, owner))

    @precondition(lambda self: self.owners)
    @rule(which=WHICH)
    def finish(self, which: int) -> None:
        owner = self.owners[which % len(self.owners)]
        owner.found.extend(owner.finds)

        def save_end_advance(tx: Transaction) -> None:
            self._save(tx, owner)
            tx.work.end(owner.item, Ending.DONE)
            tx.jobs.advance(owner.item.job_id)

        self._write(owner, save_end_advance)
        self.live.discard((owner.item.id, owner.item.fence))

    @precondition(lambda self: self.owners)
    @rule(which=WHICH)
    def release(self, which: int) -> None:
        owner = self.owners[which % len(self.owners)]
        self._write(owner, lambda tx: tx.work.end(owner.item, Ending.RELEASED))
        self.live.discard((owner.item.id, owner.item.fence))

    @rule(seconds=st.sampled_from([LEASE_S / 2, LEASE_S + 1]))
    def time_passes_for_the_steward(self, seconds: float) -> None:
        self.world.clock.move(seconds)
        self.world.steward.tick()
        leased = {(row.id, row.fence) for row in self.world.items() if row.state is ItemState.LEASED}
        self.live &= leased

    @rule()
    def anybody_advances(self) -> None:
        self.world.store.write(lambda tx: tx.jobs.advance(self.job_id))

    @rule(really=st.integers(0, 19))
    def cancel(self, really: int) -> None:
        if really == 0:
            with suppress(JobEndedError):
                self.world.store.write(lambda tx: tx.jobs.request_cancel(self.job_id))

    @invariant()
    def a_stage_begins_when_all_before_it_is_over(self) -> None:
        items = self.world.items()
        begun = [stage for stage in StageName if any(item.stage is stage for item in items)]
        for item in items:
            is_last = item.stage is begun[-1]
            assert is_last or not item.state.is_open
        assert tuple(begun) == stages_until(begun[-1])

    @invariant()
    def an_ended_job_has_nothing_open(self) -> None:
        if self.world.state(self.job_id) is not JobState.RUNNING:
            assert not [item for item in self.world.items() if item.state.is_open]

    @invariant()
    def fences_only_grow(self) -> None:
        for item in self.world.items():
            assert item.id is not None
            assert item.fence >= self.fences.get(item.id, 0)
            self.fences[item.id] = item.fence

    def teardown(self) -> None:
        self.world.run_to_the_end()
        state = self.world.state(self.job_id)
        assert state is not JobState.RUNNING
        if state is JobState.SUCCEEDED:
            assert len(self.world.results()) == CASES
            assert self.world.digest(self.job_id) == _undisturbed_digest()
        self.world.close()
        self.folder.cleanup()

    def _owner(self, item: WorkItem) -> Owner:
        owner = Owner(item, iter(()))
        owner.finds = self._compute(owner)
        return owner

    def _compute(self, owner: Owner) -> Iterator[Any]:
        world, stage = self.world, self.world.stages[owner.item.stage]
        given = world.store.read(lambda tx: stage.load(tx, owner.item))
        with world.executor.open(SPEC.tool, SPEC.policy, SPEC.limits, Permissive()) as inner:
            sandbox = RememberingSandbox(
                inner, owner.item.job_id, world.store, owner.fresh.append, world.metrics, world.traces, NOTHING_EARLIER
            )
            yield from stage.compute(given, sandbox)

    def _save(self, tx: Transaction, owner: Owner) -> None:
        tx.results.add(owner.item, [fresh.result for fresh in owner.fresh])
        self.world.stages[owner.item.stage].save(tx, owner.item, owner.found)

    def _write(self, owner: Owner, do: Callable[[Transaction], None]) -> None:
        if (owner.item.id, owner.item.fence) in self.live:
            self.world.store.write(do, holding=owner.item)
        else:
            with pytest.raises(LostLease):
                self.world.store.write(do, holding=owner.item)


@cache
def _undisturbed_digest() -> str:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        job_id = world.submit(SPEC.model_copy(update={"max_cases": CASES}))
        world.run_to_the_end()
        digest = world.digest(job_id)
        world.close()
        return digest


TestDurable = Durable.TestCase
TestDurable.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
