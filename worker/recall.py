"""What earlier jobs saw, as far as it may stand for the calls of a job: the conditions must be the very same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from shared.interfaces.executor import Provided, Run
from shared.models.call import Surroundings
from shared.models.job import JobSpec, Network
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

    `found` says how the tool was found when its first call was made, `found_now` looks again.
    """

    def __init__(
        self,
        conditions_of: Callable[[Provided], Conditions | None],
        found: Callable[[], Provided],
        found_now: Callable[[], Provided],
        *,
        may_answer: bool,
    ) -> None:
        self._conditions_of = conditions_of
        self._found = found
        self._found_now = found_now
        self._may_answer = may_answer

    @cached_property
    def conditions(self) -> Conditions | None:
        """Give the conditions of the calls, found out before the first of them."""
        return self._look(self._found)

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
        return self.conditions is not None and self._look(self._found_now) == self.conditions

    def keep(self, tx: Transaction, made: Iterable[TestResult], answered: Iterable[TestResult]) -> None:
        """Keep what was seen for later jobs, and note what was of use to this one."""
        if self.conditions is not None:
            tx.known.add(self._digest, [result for result in made if result.level == self.conditions.level])
            tx.known.touch(self._digest, {result.call_digest for result in answered})

    @cached_property
    def _digest(self) -> str:
        assert self.conditions is not None  # noqa: S101 - asked for where there are some
        return self.conditions.digest()

    def _look(self, find: Callable[[], Provided]) -> Conditions | None:
        try:
            return self._conditions_of(find())
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
