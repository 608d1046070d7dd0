"""What is written about a tool outside of it, on the machine it lies on: manual pages, completions for shells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from shared.interfaces.executor import Provided
from worker.analysis.allowance import MOST_WRITTEN, Allowance
from worker.analysis.claims import CommandClaim, Reading
from worker.analysis.completions.files import CompletionFile, find_completions, read_files
from worker.analysis.manual.reading import read_manuals


class WrittenLibrary:
    """What lies beside a tool, read when it is first asked for; about one that lies elsewhere there is nothing."""

    def __init__(self, tool: Provided, words: Sequence[str], most_written: int = MOST_WRITTEN) -> None:
        self._tool = tool
        self._words = tuple(words)
        self._allowance = Allowance(most_written)

    def about(self, path: tuple[str, ...]) -> Sequence[Reading]:
        """Give what is written about a command, the manual first."""
        return tuple(readings[path] for readings in self._sources if path in readings)

    def below(self, path: tuple[str, ...]) -> Sequence[CommandClaim]:
        """Name the commands below another that something is written about."""
        return tuple(self._below(path))

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Give the completions that came with the tool."""
        return tuple(file.text for file in self._files)

    def _below(self, path: tuple[str, ...]) -> Iterator[CommandClaim]:
        for readings in self._sources:
            for place, reading in readings.items():
                if place and place[:-1] == path:
                    # What has usage lines of its own is no heading.
                    yield CommandClaim(place[-1], reading.summary, sure=bool(reading.usage), in_usage=True)

    @cached_property
    def _sources(self) -> tuple[Mapping[tuple[str, ...], Reading], ...]:
        if not self._tool.is_here:
            return ()
        return read_manuals(self._tool.path, self._words, self._allowance).readings, read_files(self._files)

    @cached_property
    def _files(self) -> Sequence[CompletionFile]:
        found = find_completions(self._tool.path, self._words) if self._tool.is_here else []
        return [file for file in found if self._allowance.covers(len(file.text))]
