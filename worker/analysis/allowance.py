"""How much text is read about a tool: one allowance for all that it says, another for all that is written of it."""

from __future__ import annotations

# What takes the longest takes some 8 us a character: half a minute for all of it, and no call is made meanwhile.
MOST_SAID = 4_000_000
MOST_WRITTEN = 4_000_000


class Allowance:
    """So many characters may be read; counted in the order of reading, so that one tool has one interface."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    @property
    def is_spent(self) -> bool:
        """Tell whether nothing more may be read."""
        return self._left <= 0

    def covers(self, characters: int) -> bool:
        """Pay for a text that is to be read; the first for which there is not enough ends it, and is not read."""
        is_enough = characters <= self._left
        self._left = self._left - characters if is_enough else 0
        return is_enough
