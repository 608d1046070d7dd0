"""Mends what faults leave behind: expired leases, jobs that stand still, tokens that never arrived."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from shared.interfaces.tokens import Tokens
from shared.models.job import JobId, StageName
from shared.store.session import Store
from shared.utils.errors import TestronautError

log = structlog.get_logger()

TICKS_PER_LEADERSHIP = 5
MAX_TOKENS_PER_TICK = 1000


@dataclass(frozen=True)
class Steward:
    """Looks after all jobs when it leads, or after one job, which needs no election."""

    store: Store
    tokens: Tokens
    tick_s: float
    grace_s: float
    only: JobId | None = None

    def run(self, is_over: Callable[[float], bool]) -> None:
        """Tick, and wait with `is_over(seconds)` until it answers True."""
        while True:
            self._tick_or_log()
            if is_over(self.tick_s):
                return

    def _tick_or_log(self) -> None:
        try:
            self.tick()
        except TestronautError as error:
            log.warning("steward.hindered", error=error.message)
        except Exception:
            log.exception("steward.failed")  # whatever it was, the next tick finds the rows as they are

    def tick(self) -> None:
        """Look once, if it is on us to look."""
        if self.only or self.store.write(lambda tx: tx.upkeep.lead(_me(), TICKS_PER_LEADERSHIP * self.tick_s)):
            self._give_back()
            self._move_on()
            self._top_up()

    def _give_back(self) -> None:
        count = self.store.write(lambda tx: tx.upkeep.give_back_expired())
        if count:
            log.info("leases.expired", count=count)

    def _move_on(self) -> None:
        for job_id in self.store.read(lambda tx: tx.upkeep.jobs_to_advance(self.only)):
            self.tokens.send(self._advance(job_id))

    def _advance(self, job_id: JobId) -> tuple[StageName, ...]:
        return self.store.write(lambda tx: tx.jobs.advance(job_id))

    def _top_up(self) -> None:
        ready = self.store.read(lambda tx: tx.upkeep.ready(self.grace_s, self.only))
        for stage, count in ready.items():
            missing = min(count - self.tokens.waiting(stage), MAX_TOKENS_PER_TICK)
            if missing > 0:
                log.info("tokens.topped_up", stage=stage.value, count=missing)
                self.tokens.send([stage] * missing)


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
