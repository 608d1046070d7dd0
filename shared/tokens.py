"""Tokens that travel through Celery: names, settings that both sides need, sending and counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from shared.models.job import StageName
from shared.utils import retrying
from shared.utils.errors import TestronautError
from shared.utils.logging import get_logger
from shared.utils.validation import without_password

log = get_logger(__name__)

# Each line was measured; docs/adr/0003 says what goes wrong without it.
_SETTINGS: dict[str, Any] = {
    "task_acks_late": False,
    "task_ignore_result": True,
    "task_publish_retry": False,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_max_tasks_per_child": 500,
    "worker_soft_shutdown_timeout": 20,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_max_retries": None,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {"ack_emulation": False, "socket_timeout": 5, "socket_connect_timeout": 3},
}


class TokensUnavailableError(TestronautError):
    """The broker does not answer."""

    code = "broker.unavailable"
    hint = "Start it, or look at TESTRONAUT_BROKER__URL; work goes on by itself when it is back."


def name_of(stage: StageName) -> str:
    """Name the task of a stage, and its queue."""
    return f"testronaut.{stage}"


def make_celery(url: str) -> Celery:
    """Make the Celery application that producers and workers agree on; nothing connects yet."""
    app = Celery("testronaut", broker=url, set_as_current=False)
    app.conf.update(_SETTINGS)
    app.conf.task_routes = {name_of(stage): {"queue": name_of(stage)} for stage in StageName}
    return app


class CeleryTokens:
    """Tokens in the queues of a Redis broker."""

    def __init__(self, url: str) -> None:
        self._celery = make_celery(url)
        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)
        self._publishing = retrying.publication((OperationalError, OSError))
        self._name = without_password(url)

    def send(self, stages: Iterable[StageName]) -> int:
        """Send one token for each stage named, as many as the broker takes."""
        sent = 0
        for stage, count in Counter(stages).items():
            try:
                self._publish(stage, count)
            except (OperationalError, OSError) as error:
                log.warning("tokens.unsent", stage=stage.value, count=count, error=without_password(str(error)))
                break
            sent += count
        return sent

    def waiting(self, stage: StageName) -> int:
        """Count the tokens of a stage that nobody has taken yet."""
        try:
            return int(self._redis.llen(name_of(stage)))
        except RedisError as error:
            raise self._unavailable(error) from error

    def ping(self) -> None:
        """Return when the broker answers."""
        try:
            self._redis.ping()
        except RedisError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Let go of all connections."""
        self._redis.close()
        self._celery.close()

    def _publish(self, stage: StageName, count: int) -> None:
        with self._celery.producer_or_acquire() as producer:
            for _ in range(count):
                self._publishing(
                    self._celery.send_task, name_of(stage), producer=producer, ignore_result=True, retry=False
                )

    def _unavailable(self, error: RedisError) -> TokensUnavailableError:
        return TokensUnavailableError(f"the broker {self._name} does not answer: {without_password(str(error))}")
