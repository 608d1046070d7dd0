"""Implementations chosen by name: built-in ones, and those that installed packages bring as entry points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar, cast

from shared.utils.errors import TestronautError, UsageError
from shared.utils.text import near, visible

T = TypeVar("T")


@cache
def _installed() -> Any:  # noqa: ANN401 - before Python 3.12 of another type than after
    """Read what all installed packages bring, which is the same for every kind of choice."""
    return entry_points()


class UnknownNameError(UsageError):
    """Nothing that is installed has the name."""

    code = "choice.unknown"


class BrokenPluginError(TestronautError):
    """A package brings something under an entry point that cannot be loaded."""

    code = "plugin.broken"
    is_final = True
    hint = "Upgrade or uninstall the package that brings it."


@dataclass(frozen=True)
class Choices(Generic[T]):
    """What can be chosen: factories without arguments, by name. Nothing is loaded before it is asked for.

    `noun` is what messages call one of them. A built-in name cannot be taken over by a package.
    """

    noun: str
    group: str
    builtins: Mapping[str, Callable[[], T]]

    @cached_property
    def _plugged(self) -> Mapping[str, EntryPoint]:
        return {point.name: point for point in _installed().select(group=self.group) if point.name not in self.builtins}

    def names(self) -> list[str]:
        """Name everything that can be chosen, built-in ones first."""
        return [*self.builtins, *sorted(self._plugged)]

    def make(self, name: str) -> T:
        """Make the one with this name.

        Raises:
            UnknownNameError: there is none; the message lists the known ones.
            BrokenPluginError: it cannot be loaded or made.

        """
        if name in self.builtins:
            return self.builtins[name]()
        if name in self._plugged:
            return self._load(self._plugged[name])
        likely = near(name, self.names(), most=1)
        hint = f"Did you mean {likely[0]}? " if likely else ""
        raise UnknownNameError(f"no {self.noun} is called {visible(name)!r}", f"{hint}Known: {', '.join(self.names())}")

    def make_all(self) -> list[T]:
        """Make every one of them."""
        return [self.make(name) for name in self.names()]

    def _load(self, point: EntryPoint) -> T:
        try:
            return cast("T", point.load()())
        except Exception as error:
            message = (
                f"the {self.noun} {point.name!r} ({point.value}) cannot be loaded: {type(error).__name__}: {error}"
            )
            raise BrokenPluginError(message) from error
