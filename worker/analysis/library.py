"""What is written about a tool outside of it, on the machine it lies on: manual pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from shared.interfaces.executor import Provided
from worker.analysis.claims import CommandClaim, Reading
from worker.analysis.manual.reading import Manual, read_manuals


class WrittenLibrary:
    """The manual pages of a tool, read when they are first asked for; of a tool that lies elsewhere there are none."""

    def __init__(self, tool: Provided, words: Sequence[str]) -> None:
        self._tool = tool
        self._words = tuple(words)

    def about(self, path: tuple[str, ...]) -> Sequence[Reading]:
        """Give what is written about a command."""
        found = self._manual.readings.get(path)
        return () if found is None else (found,)

    def below(self, path: tuple[str, ...]) -> Sequence[CommandClaim]:
        """Name the commands below another that something is written about."""
        return tuple(self._below(path))

    def _below(self, path: tuple[str, ...]) -> Iterator[CommandClaim]:
        for place, reading in self._manual.readings.items():
            if place[:-1] == path and place:
                # What has usage lines of its own is no heading.
                yield CommandClaim(place[-1], reading.summary, sure=bool(reading.usage))

    @cached_property
    def _manual(self) -> Manual:
        return read_manuals(self._tool.path, self._words) if self._tool.is_here else Manual()
