"""Implementations by name."""

from __future__ import annotations

import pytest

from shared.utils.choosing import BrokenPluginError, Choices, UnknownNameError

KINDS: Choices[object] = Choices("thing", "testronaut.nothing", {"list": list, "dict": dict})


def test_a_name_makes_one() -> None:
    assert KINDS.make("list") == []
    assert KINDS.make("list") is not KINDS.make("list")


def test_an_unknown_name_lists_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no thing is called 'lisst'") as caught:
        KINDS.make("lisst")
    assert caught.value.hint == "Did you mean list? Known: list, dict"


def test_all_are_made_in_order() -> None:
    assert KINDS.make_all() == [[], {}]


def test_a_package_that_cannot_be_loaded_is_named() -> None:
    # Any installed entry point that is no factory will do.
    plugged: Choices[object] = Choices("plug-in", "pytest11", {})
    names = plugged.names()
    assert names
    with pytest.raises(BrokenPluginError, match=names[0]):
        plugged.make(names[0])
