"""What every clock keeps."""

from __future__ import annotations

from datetime import UTC

import pytest

from shared.interfaces.clock import Clock, SystemClock
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_time_is_aware_and_never_goes_back(clock: Clock) -> None:
    first, tick = clock.now(), clock.monotonic()
    assert first.tzinfo is UTC
    assert clock.now() >= first
    assert clock.monotonic() >= tick


def test_a_moved_clock_tells_the_same_by_both_ways() -> None:
    clock = FakeClock()
    now, tick = clock.now(), clock.monotonic()
    clock.move(90)
    assert (clock.now() - now).total_seconds() == clock.monotonic() - tick == 90
