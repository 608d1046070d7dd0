"""Mends what faults leave behind: expired leases, jobs that stand still, tokens that never arrived."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count as count_up
from itertools import takewhile

from shared.interfaces.tokens import Tokens
from shared.models.job import JobId, StageName
from shared.store.session import Store
from shared.utils.errors import TestronautError
from shared.utils.logging import get_logger

log = get_logger(__name__)

TICKS_PER_LEADERSHIP = 5
MAX_TOKENS_PER_TICK = 1000
TICKS_PER_CLEARING = 150
FORGOTTEN_AT_ONCE = 500
MAX_STEPS_PER_CLEARING = 100


@dataclass(frozen=True)
class Steward:
    """Looks after all jobs when it leads, or after one job, which needs no election."""

    store: Store
    tokens: Tokens
    tick_s: float
    grace_s: float
    kept_bytes: int
    """How much of what jobs saw is kept for later ones."""
    only: JobId | None = None

    def run(self, is_over: Callable[[float], bool]) -> None:
        """Tick, and wait with `is_over(seconds)` until it answers True; now and then, clear up as well."""
        for number in count_up():
            self._do_or_log(self.tick)
            if number % TICKS_PER_CLEARING == 0:
                self._do_or_log(self.clear_up)
            if is_over(self.tick_s):
                return

    def _do_or_log(self, do: Callable[[], None]) -> None:
        try:
            do()
        except TestronautError as error:
            log.warning("steward.hindered", error=error.message)
        except Exception:
            log.exception("steward.failed")  # whatever it was, the next tick finds the rows as they are

    def tick(self) -> None:
        """Look once, if it is on us to look."""
        if self._leads():
            self._give_back()
            self._move_on()
            self._top_up()

    def clear_up(self) -> None:
        """Forget what was of no use for longest, until no more is kept than may be; a little in each transaction."""
        if self._leads():
            steps = takewhile(bool, (self._forget_some() for _ in range(MAX_STEPS_PER_CLEARING)))
            forgotten = sum(steps)
            if forgotten:
                log.info("results.forgotten", count=forgotten)

    def _forget_some(self) -> int:
        if self.store.read(lambda tx: tx.known.size_bytes()) <= self.kept_bytes:
            return 0
        return self.store.write(lambda tx: tx.known.forget_oldest(FORGOTTEN_AT_ONCE))

    def _leads(self) -> bool:
        if self.only:
            return True
        return self.store.write(lambda tx: tx.upkeep.lead(_me(), TICKS_PER_LEADERSHIP * self.tick_s))

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
