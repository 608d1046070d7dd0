"""How things are measured side by side."""

from __future__ import annotations

from benchmarks.rounds import Figures, NotHereError, in_rounds


def test_each_thing_is_measured_once_a_round_and_each_round_begins_with_another() -> None:
    order: list[str] = []

    def measured(name: str) -> float:
        order.append(name)
        return float(len(order))

    figures: dict[str, Figures] = {}
    in_rounds({name: lambda name=name: measured(name) for name in "ab"}, 2, 60, figures)  # type: ignore[misc]
    assert order == ["a", "b", "b", "a"]
    assert figures["a"].rounds == [1.0, 4.0]
    assert (figures["a"].best, figures["a"].middle) == (1.0, 2.5)


def test_what_fails_is_left_out_with_its_reason_and_not_tried_again() -> None:
    tries: list[str] = []

    def fails() -> float:
        tries.append("a")
        raise NotHereError("not installed")

    figures: dict[str, Figures] = {}
    in_rounds({"a": fails, "b": lambda: 1.0}, 3, 60, figures)
    assert (figures["a"].rounds, figures["a"].why_not, tries) == ([], "not installed", ["a"])
    assert figures["b"].rounds == [1.0, 1.0, 1.0]


def test_without_time_nothing_is_measured_and_that_is_said() -> None:
    figures: dict[str, Figures] = {}
    in_rounds({"a": lambda: 1.0}, 5, -1, figures)
    assert (figures["a"].rounds, figures["a"].why_not) == ([], "no time was left for it")
