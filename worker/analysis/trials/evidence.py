"""What an answer says about an option that was given, and what several answers together prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from shared.models.cli_tool import Contradiction, Option, Source, Takes, ValueType
from worker.analysis.asking import Answer
from worker.analysis.attempts import Bench
from worker.analysis.claims import LIKELY, SURE
from worker.analysis.explore import INVENTED
from worker.analysis.recipes import works
from worker.analysis.trials.questions import Question
from worker.knowledge.crashes import find_crash
from worker.knowledge.offers import offered_values
from worker.knowledge.refusals import Refusal, RefusalKind, is_unknown, read_refusals
from worker.knowledge.values import type_asked_for

_REFUSED = 0.3
_MOST_CHOICES = 200
_MOST_WORKING = 4
_ENOUGH = 2
# So many options must be said to miss their value before it means anything that another is not.
ENOUGH_DEMANDS = 2
_SUSPICIOUS = 4
_LONGEST_LIST = 200
_YES_AND_NO = frozenset(
    {
        *("true", "false", "yes", "no", "on", "off", "1", "0", "t", "f", "y", "n"),
        "enable",
        "disable",
        "enabled",
        "disabled",
    }
)


class Says(Enum):
    """What a tool holds against an option as it was given."""

    NOTHING = "nothing"
    UNCLEAR = "unclear"
    OTHERWISE = "otherwise"
    UNKNOWN = "unknown"
    NEEDS_VALUE = "needs a value"
    TAKES_NONE = "takes none"
    LISTS = "lists its choices"
    BAD_VALUE = "bad value"
    NO_FILE = "no such file"


_KINDS = {
    RefusalKind.MISSING_VALUE: Says.NEEDS_VALUE,
    RefusalKind.UNEXPECTED_VALUE: Says.TAKES_NONE,
    RefusalKind.INVALID_CHOICE: Says.BAD_VALUE,
    RefusalKind.INVALID_VALUE: Says.BAD_VALUE,
    RefusalKind.NO_SUCH_FILE: Says.NO_FILE,
}
_OF_A_VALUE = frozenset({Says.BAD_VALUE, Says.NO_FILE})


@dataclass(frozen=True)
class Sighting:
    """A question and what the answer to it says; `choices` and `value_type` are what it asks for instead."""

    question: Question
    says: Says
    choices: tuple[str, ...] = ()
    value_type: ValueType | None = None
    worked: bool = False

    @property
    def is_valued(self) -> bool:
        """Tell whether a value was given."""
        return self.question.value is not None

    @property
    def is_taken(self) -> bool:
        """Tell whether nothing was held against the option."""
        return self.says is Says.NOTHING


@dataclass(frozen=True)
class Habits:
    """How a tool speaks: what it says of how many options, so that what it says of all of them counts for none."""

    demands: int
    said_of_all: frozenset[Says]


@dataclass(frozen=True)
class Conclusion:
    """An option as it is known now, and what contradicts its documentation."""

    option: Option
    contradiction: str | None = None


def sight(question: Question, answer: Answer, option: Option, bench: Bench) -> Sighting:
    """Read what an answer says about the option of its question."""
    text = f"{answer.stderr}\n{answer.stdout}"
    if not answer.result.status.has_exit_code or find_crash(text):
        return Sighting(question, Says.UNCLEAR)
    value = question.value.decode(errors="replace") if question.value is not None else None
    refusals = read_refusals(text)
    if is_unknown(text, question.name):
        return Sighting(question, Says.UNKNOWN)
    choices = offered_values(text, INVENTED, option.names)[:_MOST_CHOICES] if value == INVENTED else ()
    if choices:
        return Sighting(question, Says.LISTS, choices)
    for refusal in refusals:
        says = _of_the_option(refusal, option.names, value)
        if says is not None:
            kind = type_asked_for(refusal.line, (*option.names, *((value,) if value else ())))
            return Sighting(question, says, value_type=kind)
    says = Says.OTHERWISE if refusals or not answer.worked else Says.NOTHING
    return Sighting(question, says, worked=works(answer, bench) > 1)


def _of_the_option(refusal: Refusal, names: Sequence[str], value: str | None) -> Says | None:
    says = _KINDS.get(refusal.kind)
    subject = refusal.subject or ""
    if says in _OF_A_VALUE:
        is_meant = (value is not None and (subject == value or value in refusal.line)) or subject in names
        return says if is_meant and value is not None else None
    is_meant = subject.partition("=")[0] in names
    return says if is_meant else None


def habits_of(sightings: Iterable[Sequence[Sighting]]) -> Habits:
    """Look at what was said of all options; what is said of each of many is said whatever is asked."""
    asked = [frozenset(one.says for one in some) for some in sightings if some]
    common = frozenset[Says].intersection(*asked) if len(asked) >= _SUSPICIOUS else frozenset[Says]()
    return Habits(sum(Says.NEEDS_VALUE in says for says in asked), common)


def conclude(option: Option, sightings: Sequence[Sighting], habits: Habits) -> Conclusion:
    """Settle what is proved: a confirmation by one answer, a correction by two."""
    heard = [one for one in sightings if one.says not in habits.said_of_all or one.is_taken]
    if _count(heard, Says.UNKNOWN) >= _ENOUGH and all(one.says is Says.UNKNOWN for one in heard):
        return Conclusion(_seen(_doubted(option), Source.ERROR), "documented, and refused as unknown")
    takes = _takes(option, heard, habits)
    changed = _with_takes(option, takes)
    if takes is not Takes.NONE:
        changed = _with_values(changed, heard)
    if not any(_confirms(option, one) for one in heard) and changed == option:
        return Conclusion(option)
    return Conclusion(_seen(changed, Source.PROBE), _disagreement(option, changed))


def _doubted(option: Option) -> Option:
    """Trust less what was read in passing, or in a manual alone, which often tells of other modes and versions.

    What has an entry in the help is documented, and the refusal a defect.
    """
    if option.confidence >= LIKELY and Source.HELP in option.sources:
        return option
    return option.model_copy(update={"confidence": min(option.confidence, _REFUSED)})


def conclude_new(option: Option, sightings: Sequence[Sighting]) -> Option | None:
    """Settle what an option takes that only a refusal named; None where the tool does not know it after all."""
    heard = [one.says for one in sightings if one.says is not Says.UNCLEAR]
    if not heard or Says.UNKNOWN in heard:
        return None
    if Says.NEEDS_VALUE in heard:
        takes = Takes.NONE if Says.TAKES_NONE in heard else Takes.REQUIRED
    else:
        takes = Takes.OPTIONAL if _OF_A_VALUE.union({Says.LISTS}).intersection(heard) else Takes.NONE
    changed = _with_takes(option, takes)
    return _seen(_with_values(changed, sightings) if takes is not Takes.NONE else changed, Source.PROBE)


def _count(sightings: Iterable[Sighting], says: Says) -> int:
    return len({one.question.call.digest() for one in sightings if one.says is says})


def _takes(option: Option, heard: Sequence[Sighting], habits: Habits) -> Takes:
    documented = option.takes_value
    if documented is not Takes.REQUIRED and _count(heard, Says.NEEDS_VALUE) >= _ENOUGH:
        return Takes.REQUIRED
    if documented is not Takes.NONE and _count(heard, Says.TAKES_NONE) >= _ENOUGH:
        return Takes.NONE
    # Only where others are said to miss their value does it mean anything that this one is not.
    is_bare_taken = any(one.is_taken and one.worked and not one.is_valued for one in heard)
    minds_values = any(one.is_valued and one.says in {Says.LISTS, Says.BAD_VALUE} for one in heard)
    if documented is Takes.REQUIRED and is_bare_taken and minds_values and habits.demands >= ENOUGH_DEMANDS:
        return Takes.OPTIONAL
    return documented


def _with_takes(option: Option, takes: Takes) -> Option:
    if takes is option.takes_value:
        return option
    update: dict[str, object] = {"takes_value": takes}
    if takes is Takes.NONE:
        update |= {"value_name": None, "value_type": None, "choices": None, "joined": None}
        update |= {"minimum": None, "maximum": None}
    return option.model_copy(update=update)


def _with_values(option: Option, heard: Sequence[Sighting]) -> Option:
    update: dict[str, object] = {}
    choices = _proved_choices(heard)
    if choices and not set(choices) <= set(option.choices or ()):
        update |= {"choices": _with_documented(choices, option.choices or ()), "value_type": ValueType.CHOICE}
    elif not option.choices and (kind := _proved_type(heard)) and option.value_type in {None, ValueType.TEXT}:
        update["value_type"] = kind
    working = dict.fromkeys((*option.working_values, *_working(heard)))
    if working:
        update["working_values"] = tuple(working)[:_MOST_WORKING]
    return option.model_copy(update=update)


def _with_documented(listed: tuple[str, ...], documented: tuple[str, ...]) -> tuple[str, ...]:
    """Keep documented words beside those that the tool lists, unless it lists none of them: then they were misread."""
    is_misread = set(documented).isdisjoint(listed)
    return tuple(dict.fromkeys(listed if is_misread else (*listed, *documented)))


def _proved_choices(heard: Sequence[Sighting]) -> tuple[str, ...]:
    """Give the listed words of which one was then taken, or refused for nothing that has to do with it."""
    listed = next((one.choices for one in heard if one.says is Says.LISTS), ())
    if not listed or _YES_AND_NO.issuperset(word.lower() for word in listed):
        return ()
    tried = [one for one in heard if one.is_valued and (one.question.value or b"").decode(errors="replace") in listed]
    return listed if any(one.says in {Says.NOTHING, Says.OTHERWISE} for one in tried) else ()


def _proved_type(heard: Sequence[Sighting]) -> ValueType | None:
    asked_for = next((_type_of(one) for one in heard if _type_of(one) is not None), None)
    was_refused = [one for one in heard if one.says in _OF_A_VALUE]
    is_taken_now = any(one.is_valued and one.says in {Says.NOTHING, Says.OTHERWISE} for one in heard)
    return asked_for if was_refused and is_taken_now else None


def _type_of(one: Sighting) -> ValueType | None:
    return ValueType.FILE if one.says is Says.NO_FILE and one.value_type is None else one.value_type


def _working(heard: Sequence[Sighting]) -> Iterator[bytes]:
    return (one.question.value for one in heard if one.question.value is not None and one.worked and one.is_taken)


def _confirms(option: Option, one: Sighting) -> bool:
    """Tell an answer that can only be given by who knows the option as it is documented."""
    if option.takes_value is Takes.NONE:
        return one.says is Says.TAKES_NONE
    return one.says in {Says.NEEDS_VALUE, Says.LISTS, *_OF_A_VALUE} or (one.is_taken and one.worked and one.is_valued)


def _seen(option: Option, source: Source) -> Option:
    sources = tuple(dict.fromkeys((*option.sources, source)))
    is_documented = source is not Source.ERROR and not option.hidden
    confidence = max(option.confidence, SURE) if is_documented else option.confidence
    return option.model_copy(update={"sources": sources, "confidence": confidence})


def _disagreement(before: Option, after: Option) -> str | None:
    if before.takes_value is after.takes_value:
        left_out = (
            [word for word in after.choices or () if word not in (before.choices or ())] if before.choices else []
        )
        return f"not documented, but taken: {', '.join(left_out)[:_LONGEST_LIST]}" if left_out else None
    said = {Takes.NONE: "no value", Takes.OPTIONAL: "an optional value", Takes.REQUIRED: "a value"}
    return f"documented with {said[before.takes_value]}, and takes {said[after.takes_value]}"


def contradiction_of(path: str, conclusion: Conclusion) -> Contradiction | None:
    """Record where the tool does not do what it says of an option."""
    if conclusion.contradiction is None:
        return None
    option = conclusion.option
    documented = next((one for one in option.sources if one not in {Source.PROBE, Source.ERROR}), Source.HELP)
    return Contradiction(
        command=path, subject=option.name, message=conclusion.contradiction, sources=(documented, Source.ERROR)
    )
