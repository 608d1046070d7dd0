"""The trial of one option: what was seen of it, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.models.cli_tool import Command, Option, Takes, ValueType
from worker.analysis.asking import Answer
from worker.analysis.explore import INVENTED
from worker.analysis.trials.evidence import ENOUGH_DEMANDS, Says, Sighting, sight
from worker.analysis.trials.questions import (
    Question,
    Stand,
    bare,
    bare_again,
    is_doubtful,
    is_open,
    values_for,
    with_value,
)

CALLS_OF_AN_OPTION = 3


@dataclass(frozen=True)
class Manner:
    """How the tool is asked, from what was seen so far.

    `apart` where it knows no `--name=value`; `demands` counts the options that it said to miss their value.
    """

    apart: bool
    demands: int


@dataclass
class Trial:
    """One option of a command, and what was seen of it so far."""

    command: Command
    option: Option
    stand: Stand
    is_new: bool = False
    sightings: list[Sighting] = field(default_factory=list)
    is_over: bool = False

    def next_question(self, manner: Manner) -> Question | None:
        """Say what to ask next: the most telling thing first, then what would confirm or correct it."""
        if self.is_over or len(self.sightings) >= CALLS_OF_AN_OPTION:
            return None
        if not self.sightings:
            return self._first(apart=manner.apart)
        question = self._after(self.sightings[-1], manner)
        asked = {one.question.call.digest() for one in self.sightings}
        return question if question and question.call.digest() not in asked else None

    def hear(self, question: Question, answer: Answer | None) -> None:
        """Take in what the call showed."""
        if answer is None:
            self.is_over = True
            return
        self.sightings.append(sight(question, answer, self.option, self.stand.bench))
        self.is_over = self.sightings[-1].says is Says.UNCLEAR

    def _first(self, *, apart: bool) -> Question:
        if self.option.takes_value is Takes.NONE:
            return bare(self.stand, self.option)
        # What it lists when it refuses a word may be more than what is documented.
        is_asked = is_open(self.option) or bool(self.option.choices)
        value = INVENTED.encode() if is_asked else next(values_for(self.option))
        return with_value(self.stand, self.option, value, apart=apart)

    def _after(self, last: Sighting, manner: Manner) -> Question | None:
        if last.says is Says.UNKNOWN:
            return self._unknown_again(last)
        return self._after_knowing(last, manner)

    def _after_knowing(self, last: Sighting, manner: Manner) -> Question | None:
        match last.says:
            case Says.LISTS:
                return self._given(_default_or_first(self.option, last.choices), apart=manner.apart)
            case Says.BAD_VALUE | Says.NO_FILE:
                return self._with_better_value(last, apart=manner.apart)
            case Says.TAKES_NONE if self.option.takes_value is not Takes.NONE:
                return self._given(b"1", apart=False)
            case Says.NEEDS_VALUE if self.option.takes_value is not Takes.REQUIRED and not last.is_valued:
                return self._second_sighting()
            case Says.NOTHING | Says.OTHERWISE:
                return self._valued_too(last) if self.is_new else self._bare_too(last, manner)
            case _:
                return None

    def _with_better_value(self, last: Sighting, *, apart: bool) -> Question | None:
        kind = ValueType.FILE if last.says is Says.NO_FILE else last.value_type
        tried = {one.question.value for one in self.sightings}
        value = next((value for value in values_for(self.option, kind) if value not in tried), None)
        return self._given(value, apart=apart) if value is not None else None

    def _second_sighting(self) -> Question:
        return self._given(INVENTED.encode(), apart=False) if self.is_new else bare_again(self.stand, self.option)

    def _valued_too(self, last: Sighting) -> Question | None:
        return None if last.is_valued else self._given(INVENTED.encode(), apart=False)

    def _given(self, value: bytes, *, apart: bool) -> Question:
        return with_value(self.stand, self.option, value, apart=apart)

    def _unknown_again(self, last: Sighting) -> Question | None:
        """Ask in another form: many parsers know no value in the same word."""
        if not last.is_valued:
            return bare_again(self.stand, self.option)
        if last.question.is_joined and last.question.value is not None:
            return with_value(self.stand, self.option, last.question.value, apart=True)
        return bare(self.stand, self.option)

    def _bare_too(self, last: Sighting, manner: Manner) -> Question | None:
        is_wanted = is_doubtful(self.option) or self._has_choices or manner.demands < ENOUGH_DEMANDS
        return bare(self.stand, self.option) if is_wanted and last.is_valued else None

    @property
    def _has_choices(self) -> bool:
        return any(one.says is Says.LISTS for one in self.sightings)


def was_joined_in_vain(trial: Trial) -> bool:
    """Tell an option that was called unknown with its value in one word, and was known with a blank between."""
    sightings = trial.sightings
    if len(sightings) < 2:  # noqa: PLR2004 - both forms
        return False
    first, second = sightings[:2]
    is_joined = first.says is Says.UNKNOWN and first.question.is_joined
    return is_joined and second.is_valued and second.says is not Says.UNKNOWN


def was_asked_bare(trial: Trial) -> bool:
    """Tell an option that should miss its value, and was given without."""
    is_demanding = trial.option.takes_value is Takes.REQUIRED
    return is_demanding and any(not one.is_valued for one in trial.sightings)


def _default_or_first(option: Option, choices: Sequence[str]) -> bytes:
    chosen = option.default if option.default in choices else choices[0]
    return (chosen or choices[0]).encode()
