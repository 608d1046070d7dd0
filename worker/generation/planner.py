"""Plans the cases of a job: all that the techniques offer, each call once, the most informative first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from shared.models.cli_tool import CliTool
from shared.models.job import JobSpec
from shared.models.test_plan import Intent, Relation, TestCase, TestPlan
from worker.generation import inputs, negative, positive, relations, terminals
from worker.generation.frame import Draft, Frame
from worker.generation.relations import BASE_ROLE

_TECHNIQUES = (
    positive.doorstep,
    negative.misuse,
    positive.options,
    relations.forms,
    negative.refusals,
    inputs.inputs,
    terminals.terminals,
)


class Planner:
    """The built-in generator."""

    def generate(self, tool: CliTool, spec: JobSpec) -> TestPlan:
        """Plan at most `spec.max_cases` cases; same input, same plan, byte for byte."""
        commands = [command for command in tool.commands.values() if spec.select.picks(command.path)]
        offered = chain(
            _interleaved([list(positive.examples(Frame.of(tool.root, spec)))]),
            _interleaved([list(_drafts(Frame.of(command, spec))) for command in commands]),
        )
        kept = islice(_merged(offered), spec.max_cases)
        cases = tuple(_without_lonely(list(kept)))
        return TestPlan(tool=tool.name, seed=spec.seed, profile=spec.profile, cases=cases)


def _drafts(frame: Frame) -> Iterator[Draft]:
    return chain.from_iterable(technique(frame) for technique in _TECHNIQUES)


def _interleaved(by_command: Sequence[Sequence[Draft]]) -> Iterator[TestCase]:
    """Order by tier, and within a tier let the commands take turns: a budget cuts none of them alone."""
    places: Counter[tuple[int, int]] = Counter()
    ordered: list[tuple[int, int, int, TestCase]] = []
    for number, drafts in enumerate(by_command):
        for draft in drafts:
            place = places[number, draft.tier]
            places[number, draft.tier] += 1
            ordered.append((draft.tier, place // _SIDES, number, draft.case))
    return (case for *_, case in sorted(ordered, key=lambda entry: entry[:3]))


# Both sides of a comparison stay together.
_SIDES = 2


def _merged(cases: Iterable[TestCase]) -> Iterator[TestCase]:
    """Give each call once, with all that is known of it; a case stays where it was offered first."""
    by_key: dict[str, TestCase] = {}
    for case in cases:
        known = by_key.get(case.key)
        by_key[case.key] = case if known is None else _both(known, case)
    return iter(by_key.values())


def _both(one: TestCase, other: TestCase) -> TestCase:
    is_disputed = one.intent is not other.intent
    groups = {relation.group for relation in one.relations}
    more = tuple(relation for relation in other.relations if relation.group not in groups)
    return one.model_copy(
        update={
            "intent": Intent.EXPLORE if is_disputed else one.intent,
            "wrong": None if is_disputed else one.wrong,
            "relations": (*one.relations, *more),
            "covers": tuple(dict.fromkeys((*one.covers, *other.covers))),
            "repetitions": max(one.repetitions, other.repetitions),
            "option": one.option or other.option,
        }
    )


def _without_lonely(cases: Sequence[TestCase]) -> Iterator[TestCase]:
    """Take out relations whose other side did not fit into the plan."""
    sides = Counter((relation.group, relation.role == BASE_ROLE) for case in cases for relation in case.relations)
    for case in cases:
        paired = tuple(relation for relation in case.relations if _is_paired(relation, sides))
        yield case if paired == case.relations else case.model_copy(update={"relations": paired})


def _is_paired(relation: Relation, sides: Counter[tuple[str, bool]]) -> bool:
    return bool(sides[relation.group, True] and sides[relation.group, False])
