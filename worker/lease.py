"""Leases in the hand of their owner: kept alive by one thread per process, asked before every call."""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared.interfaces.clock import Clock
from shared.interfaces.executor import Stop
from shared.models.call import Call
from shared.models.work import Ending, WorkItem
from shared.store.session import Store, Transaction
from shared.store.work import LostLease, Pulse
from shared.utils.errors import TestronautError
from shared.utils.logging import get_logger

log = get_logger(__name__)

BEATS_PER_LEASE = 3


class Cancelled(Stop):
    """Nobody wants the job any more."""

    ending = Ending.CANCELLED


class Draining(Stop):
    """The process is about to end; the item goes back."""

    ending = Ending.RELEASED


class OutOfTime(Stop):
    """The job's time is over; what was found until now is kept."""

    ending = Ending.DONE


class Drain:
    """One byte that says "take nothing new"; children forked later share it, for they hear no signal."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def start(self) -> None:
        """Ask everybody to end soon."""
        self._byte[0] = 1

    @property
    def is_on(self) -> bool:
        """Tell whether the process is about to end."""
        return self._byte[0] == 1


class Lease:
    """The guard of one attempt."""

    def __init__(self, item: WorkItem, store: Store, clock: Clock, drain: Drain) -> None:
        self.item = item
        self._store = store
        self._clock = clock
        self._drain = drain
        self._pulse = Pulse(is_held=True)
        self._ends_at: float | None = None

    def hear(self, pulse: Pulse) -> None:
        """Take in what the last heartbeat learned."""
        self._pulse = pulse

    def end_after(self, seconds: float) -> None:
        """Let the attempt end in time, without waiting for a heartbeat to say so."""
        self._ends_at = self._clock.monotonic() + seconds

    def check(self) -> None:
        """Raise a Stop when the attempt must end."""
        if not self._pulse.is_held:
            raise LostLease
        if self._pulse.is_cancelled:
            raise Cancelled
        if self._pulse.is_late or (self._ends_at is not None and self._clock.monotonic() >= self._ends_at):
            raise OutOfTime
        if self._drain.is_on:
            raise Draining

    def allows(self, call: Call) -> bool:
        """Check, and answer False for a call that killed its worker twice.

        Under suspicion each call is noted before it is made: that is how the culprit is found.
        """
        self.check()
        digest = call.digest()
        if digest == self.item.condemned:
            return False
        if self.item.is_suspicious:
            self._store.write(lambda tx: tx.work.note_call(self.item, digest))
        return True


class Heartbeat:
    """Renews all leases of this process."""

    def __init__(self, store: Store, clock: Clock, drain: Drain, lease_s: float, max_runtime_s: float) -> None:
        self._store = store
        self._clock = clock
        self.drain = drain
        self._lease_s = lease_s
        self._max_runtime_s = max_runtime_s
        self._held: dict[Lease, float] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def hold(self, item: WorkItem) -> Iterator[Lease]:
        """Keep a lease alive as long as the block runs."""
        lease = Lease(item, self._store, self._clock, self.drain)
        with self._lock:
            self._held[lease] = self._clock.monotonic()
            self._start()
        try:
            yield lease
        finally:
            with self._lock:
                del self._held[lease]

    def beat(self) -> None:
        """Renew every lease once; one that has run for too long is given up."""
        now = self._clock.monotonic()
        for lease, since in self._snapshot():
            is_stuck = now - since > self._max_runtime_s
            lease.hear(Pulse(is_held=False) if is_stuck else self._renew(lease.item))

    def close(self) -> None:
        """Stop the thread."""
        self._stopped.set()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(self._lease_s / BEATS_PER_LEASE):
            try:
                self.beat()
            except TestronautError as error:
                log.warning("heartbeat.hindered", error=error.message)
            except Exception:
                log.exception("heartbeat.failed")  # the lease may run out; every write proves it anyway

    def _renew(self, item: WorkItem) -> Pulse:
        def renew(tx: Transaction) -> Pulse:
            return tx.work.renew(item, self._lease_s)

        return self._store.write(renew)

    def _snapshot(self) -> list[tuple[Lease, float]]:
        with self._lock:
            return list(self._held.items())
