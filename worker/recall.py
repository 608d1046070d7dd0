"""What earlier jobs saw, as far as it may stand for the calls of a job: the conditions must be the very same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from shared.interfaces.clock import Clock
from shared.interfaces.executor import Provided, Run
from shared.models.call import Surroundings
from shared.models.job import JobId, JobSpec, Network
from shared.models.known_result import Conditions
from shared.models.test_result import TestResult
from shared.store.session import Transaction
from shared.utils.errors import TestronautError

Key = tuple[str, int, Surroundings]
"""What a result is of: the digest of a call, the repetition, the surroundings."""


def key_of(run: Run) -> Key:
    """Say what a run's result will be of."""
    return run.call.digest(), run.repetition, run.surroundings


class Recall:
    """What earlier jobs saw of a tool under the very conditions of this one; nothing where these cannot be known.

    `look` says what the conditions of the calls are before the first of them, `look_again` what they have become.
    """

    def __init__(
        self,
        look: Callable[[], Conditions | None],
        look_again: Callable[[], Conditions | None],
        *,
        may_answer: bool,
    ) -> None:
        self._look = look
        self._look_again = look_again
        self._may_answer = may_answer

    @cached_property
    def conditions(self) -> Conditions | None:
        """Give the conditions of the calls, found out before the first of them."""
        return _unless_out_of_reach(self._look)

    def answers(self, tx: Transaction, keys: Iterable[Key]) -> Mapping[Key, TestResult]:
        """Give what is known of some calls, and undisputed."""
        if not self._may_answer or self.conditions is None:
            return {}
        places = {
            (digest, repetition, around.digest()): (digest, repetition, around) for digest, repetition, around in keys
        }
        settled = tx.known.settled(self._digest, places)
        return {places[place]: result for place, result in settled.items()}

    def is_the_same_still(self) -> bool:
        """Tell whether the calls until now met the tool that was found before the first of them."""
        return self.conditions is not None and _unless_out_of_reach(self._look_again) == self.conditions

    def keep(self, tx: Transaction, made: Iterable[TestResult], answered: Iterable[TestResult]) -> None:
        """Keep what was seen for later jobs, and note what was of use to this one."""
        if self.conditions is not None:
            tx.known.add(self._digest, [result for result in made if result.level == self.conditions.level])
            tx.known.touch(self._digest, {result.call_digest for result in answered})

    @cached_property
    def _digest(self) -> str:
        assert self.conditions is not None  # noqa: S101 - asked for where there are some
        return self.conditions.digest()


class Looks:
    """What was seen a moment ago: the shards of a job follow each other faster than a tool is looked at."""

    def __init__(self, clock: Clock, good_for_s: float) -> None:
        self._clock = clock
        self._good_for_s = good_for_s
        self._seen: dict[JobId, tuple[float, Conditions | None]] = {}

    def at(self, job_id: JobId, look: Callable[[], Conditions | None]) -> Conditions | None:
        """Give the conditions of a job, not older than is good; threads that ask at once may all look."""
        now = self._clock.monotonic()
        good = {job: seen for job, seen in self._seen.items() if now - seen[0] < self._good_for_s}
        seen = good.get(job_id) or (now, look())
        self._seen = {**good, job_id: seen}
        return seen[1]


def _unless_out_of_reach(look: Callable[[], Conditions | None]) -> Conditions | None:
    try:
        return look()
    except TestronautError:
        return None  # who makes a call meets the same trouble, and says so


def conditions_of(spec: JobSpec, found: Provided, level: str, machine: str) -> Conditions | None:
    """Say what a job's results depend on beside their calls; None where nobody can know, or the world has its say."""
    if found.fingerprint is None or not level or spec.policy.network is Network.ON:
        return None
    return Conditions(
        tool=spec.tool,
        path=found.path,
        called=found.argv,
        fingerprint=found.fingerprint,
        machine=machine,
        limits=spec.limits,
        policy=spec.policy,
        level=level,
    )
