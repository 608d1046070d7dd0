"""Pairs of calls that must do the same: nobody needs to know what."""

from __future__ import annotations

from collections.abc import Iterator

from shared.models.cli_tool import Option, Takes
from shared.models.test_plan import Relation, TestCase
from worker.generation.frame import Draft, Frame, Tier, glue, spell

EQ_VS_SPACE = "form.eq_vs_space"
SHORT_VS_LONG = "form.short_vs_long"

BASE_ROLE = "base"

# The parser joins what it joins for all options alike; the short form is a matter of each.
_MOST_JOINED = 4


def forms(frame: Frame) -> Iterator[Draft]:
    """Write options in their other forms: `--o=v` for `--o v`, the short spelling for the long one."""
    if not frame.works:
        return
    joined = 0
    for option in frame.command.options:
        value = frame.value_for(option)
        if not option.long_names:
            continue
        long = max(option.long_names, key=lambda name: (len(name), name))
        if _may_be_joined(option) and (frame.is_thorough or joined < _MOST_JOINED):
            joined += 1
            yield from _pair(frame, option, EQ_VS_SPACE, long, value, (glue(long, value),))
        if option.short_names:
            yield from _pair(frame, option, SHORT_VS_LONG, long, value, spell(option.short_names[0], option, value))


def _may_be_joined(option: Option) -> bool:
    """Tell an option that needs one word; `--pair NAME VALUE` takes two, and no form with `=` can give both."""
    return option.takes_value is Takes.REQUIRED and " " not in (option.value_name or "")


def _pair(  # noqa: PLR0913, PLR0917 - both sides of a comparison
    frame: Frame, option: Option, kind: str, long: str, value: bytes, other: tuple[bytes, ...]
) -> Iterator[Draft]:
    group = f"{kind}:{frame.command.path}:{option.name}"
    base = spell(long, option, value)
    yield Draft(Tier.RELATION, _side(frame, option, base, Relation(kind=kind, group=group, role=BASE_ROLE)))
    yield Draft(Tier.RELATION, _side(frame, option, other, Relation(kind=kind, group=group, role="other")))


def _side(frame: Frame, option: Option, words: tuple[bytes, ...], relation: Relation) -> TestCase:
    return frame.case(
        frame.with_words(*words),
        relation.kind,
        f"{option.name} has more than one form, and all mean the same",
        option=option,
        relations=(relation,),
    )
