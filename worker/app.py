"""The Celery application: five tasks, each takes a turn at its stage."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import svcs
from celery import Celery, signals

from shared.config import Settings
from shared.models.job import StageName
from shared.tokens import CeleryTokens, make_celery, name_of
from shared.utils import logging
from shared.utils.logging import get_logger
from shared.utils.monitoring import Metrics
from shared.utils.prometheus import PrometheusMetrics
from worker.bootstrap import make_registry, make_turns
from worker.lease import Drain
from worker.turn import Turns

log = get_logger(__name__)


@dataclass
class PerProcess:
    """Makes the turns of a process when it first needs them.

    Not a Celery signal: the one for pool children is never sent in a thread pool.
    """

    make: Callable[[], Turns]
    _made: dict[int, Turns] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> Turns:
        """Give the turns of this process; a fork's copy of its parent's is never used."""
        with self._lock:
            if os.getpid() not in self._made:
                self._made[os.getpid()] = self.make()
            return self._made[os.getpid()]

    def close(self) -> None:
        """Let go of what this process holds, if it ever took a turn."""
        turns = self._made.pop(os.getpid(), None)
        if turns:
            turns.close()


def make_app(settings: Settings) -> Celery:
    """Make the application of a worker; nothing connects yet."""
    url, drain = settings.broker.address(), Drain()
    app = make_celery(url)
    registry = make_registry(settings, "testronaut-worker", lambda: CeleryTokens(url))
    registry.register_factory(Metrics, PrometheusMetrics)
    turns = PerProcess(lambda: make_turns(svcs.Container(registry), settings, drain))
    for stage in StageName:
        _add_task(app, stage, turns)
    signals.setup_logging.connect(lambda **_: logging.configure(settings.log.level, settings.log.format), weak=False)
    signals.worker_shutting_down.connect(lambda **_: drain.start(), weak=False)
    signals.worker_process_shutdown.connect(lambda **_: turns.close(), weak=False)
    signals.worker_shutdown.connect(lambda **_: turns.close(), weak=False)
    return app


def _add_task(app: Celery, stage: StageName, turns: PerProcess) -> None:
    @app.task(name=name_of(stage), ignore_result=True)
    def take_turn() -> None:
        try:
            turns.get().take(stage)
        except Exception:
            log.exception("turn.failed")  # the row is as it was, and the steward sends another token


def worker_arguments(settings: Settings) -> list[str]:
    """Say how the Celery worker is started."""
    return [
        "--quiet",
        "worker",
        f"--concurrency={settings.worker.slot_count}",
        f"--queues={','.join(name_of(stage) for stage in StageName)}",
        "--without-gossip",
        "--without-mingle",
        f"--loglevel={settings.log.level}",
    ]
