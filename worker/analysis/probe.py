"""The built-in analyzer: learns a tool's interface from what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from shared.interfaces.analyzer import NoInterfaceError
from shared.interfaces.executor import Provided, Sandbox
from shared.models.base import sha256
from shared.models.cli_tool import CliTool, Command, Contradiction, Option, Recipe, Source
from shared.models.job import JobSpec, Profile
from shared.utils.errors import TestronautError
from shared.utils.text import decode
from worker.analysis.asking import BUDGETS, Asker, Budget
from worker.analysis.attempts import Bench, bench_of
from worker.analysis.claims import OptionClaim, Reading
from worker.analysis.explore import Explorer, Known, Library
from worker.analysis.library import WrittenLibrary
from worker.analysis.merge import settle_arguments, settle_options
from worker.analysis.recipes import RecipeSearch, from_examples
from worker.analysis.trials.learning import learn_options
from worker.analysis.usage_line import parse_usage
from worker.analysis.version import Version, find_version


class SandboxFailedError(TestronautError):
    """No call could be made at all, so nothing can be said about the tool."""

    code = "analysis.sandbox_failed"


@dataclass
class _Learned:
    """The commands as they are learned, by path, and what does not agree."""

    commands: dict[str, Command] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)


class HelpAnalyzer:
    """Asks for help, recursively, and for calls that work."""

    def __init__(
        self,
        budgets: Mapping[Profile, Budget] = BUDGETS,
        library: Callable[[Provided, Sequence[str]], Library] = WrittenLibrary,
    ) -> None:
        self._budgets = budgets
        self._library = library

    def analyze(self, spec: JobSpec, sandbox: Sandbox) -> CliTool:
        """Ask the tool what it understands."""
        budget = self._budgets[spec.profile]
        asker = Asker(sandbox, budget.reading, spec.limits)
        words = tuple(spec.tool.name.split())
        root = Explorer(asker, words, spec.select, self._library(sandbox.tool, words)).explore()
        _require_answers(asker, spec)
        learned = _commands_of(root, words)
        if _is_empty(learned) and not spec.examples:
            raise NoInterfaceError(f"{spec.tool.name} shows neither help nor a usage line")
        asker.allow(budget.trying + len(spec.examples) * asker.cost)
        version = find_version(asker, learned.commands[""])
        bench = bench_of(spec.files, _hint(spec, learned), [*_texts(root), version.text if version else ""])
        bench, recipes = _recipes(asker, bench, learned, spec.examples)
        tool = _tool(spec, sandbox, root, learned, version, recipes)
        asker.allow(budget.options)
        tried = learn_options(asker, bench, tool.commands)
        return tool.model_copy(
            update={"commands": dict(tried.commands), "contradictions": tool.contradictions + tried.contradictions}
        )


def _require_answers(asker: Asker, spec: JobSpec) -> None:
    hindered = [answer for answer in asker.answers if answer.is_ours]
    if hindered and len(hindered) == len(asker.answers):
        detail = hindered[0].result.detail
        raise SandboxFailedError(f"no call of {spec.tool.name} could be made: {detail}")


def _commands_of(root: Known, words: Sequence[str]) -> _Learned:
    learned = _Learned()
    readings = {known.path: _readings(known, words) for known in root.walk()}
    for known in root.walk():
        path = " ".join(known.path)
        claims = list(_own_claims(known, readings))
        settled = settle_options(claims, path, _spellings_above(known, learned))
        learned.contradictions += settled.contradictions
        learned.commands[path] = _command(known, readings[known.path], settled.options)
        _hand_down(known, claims, learned)
    return learned


def _own_claims(known: Known, readings: Mapping[tuple[str, ...], Sequence[Reading]]) -> Iterator[OptionClaim]:
    """Leave to the commands below what a manual alone lists of theirs: it often has one page for all of them."""
    claims = list(_claims_in(readings[known.path]))
    own = {name for claim in claims if claim.source is not Source.MAN for name in claim.names}
    below = (claim for child in known.children for claim in _claims_in(readings[child.path]))
    theirs = {name for claim in below for name in claim.names} - own
    return (claim for claim in claims if not theirs.issuperset(claim.names))


def _claims_in(readings: Sequence[Reading]) -> Iterator[OptionClaim]:
    return (claim for reading in readings for claim in reading.options)


def _hand_down(known: Known, claims: Sequence[OptionClaim], learned: _Learned) -> None:
    """Mark the options of the commands above that this one's help calls global or inherited."""
    names = {name for claim in claims if claim.inherited for name in claim.names}
    for depth in range(len(known.path) if names else 0):
        path = " ".join(known.path[:depth])
        learned.commands[path] = _handing_down(learned.commands[path], names)


def _handing_down(command: Command, names: AbstractSet[str]) -> Command:
    if names.isdisjoint(name for option in command.options if not option.inherited for name in option.names):
        return command
    options = tuple(
        option if names.isdisjoint(option.names) else option.model_copy(update={"inherited": True})
        for option in command.options
    )
    return command.model_copy(update={"options": options})


def _command(known: Known, readings: Sequence[Reading], options: tuple[Option, ...]) -> Command:
    claim = known.claim
    of_readings = (alias for reading in readings for alias in reading.aliases)
    aliases = (*(claim.aliases if claim else ()), *known.aliases, *of_readings)
    return Command(
        path=" ".join(known.path),
        summary=(claim.summary if claim else "") or next((one.summary for one in readings if one.summary), ""),
        usage=next((one.usage for one in readings if one.usage), ()),
        options=options,
        arguments=settle_arguments(next((one.arguments for one in readings if one.arguments), ())),
        subcommands=tuple(child.path[-1] for child in known.children),
        aliases=tuple(alias for alias in dict.fromkeys(aliases) if alias not in known.path),
        examples=tuple(dict.fromkeys(example for one in readings for example in one.examples)),
        help_argv=known.page.argv if known.page else None,
    )


def _readings(known: Known, words: Sequence[str]) -> Sequence[Reading]:
    """Give what a command's own texts say, and what its parent's usage lines or list say of it."""
    prefix = [*words, *known.path]
    lines = known.claim.usage.splitlines() if known.claim else ()
    usages = [parse_usage(" ".join([*prefix, line]), prefix) for line in lines if line.strip()]
    said = tuple(Reading(options=usage.options, arguments=usage.arguments) for usage in usages)
    return (*known.readings, *said)


def _spellings_above(known: Known, learned: _Learned) -> Iterator[str]:
    for depth in range(len(known.path)):
        command = learned.commands[" ".join(known.path[:depth])]
        yield from (name for option in command.options for name in option.names)


def _is_empty(learned: _Learned) -> bool:
    root = learned.commands[""]
    return not (root.options or root.arguments or root.subcommands)


def _hint(spec: JobSpec, learned: _Learned) -> str:
    """Say what the tool is about; the ending of its own name says what it is written in, not what it eats."""
    return f"{spec.tool.name.partition('.')[0]} {learned.commands[''].summary}"


def _texts(root: Known) -> list[str]:
    return [page.text for known in root.walk() for page in known.pages]


def _recipes(
    asker: Asker, bench: Bench, learned: _Learned, examples: Sequence[tuple[bytes, ...]]
) -> tuple[Bench, dict[str, tuple[Recipe, ...]]]:
    """Find calls that work, for the tool itself first, then command by command; and the bench where most do."""
    found: dict[str, tuple[Recipe, ...]] = {}
    by_path: dict[str, list[tuple[bytes, ...]]] = {}
    for argv in examples:
        by_path.setdefault(_path_of(argv, learned), []).append(argv)
    for path, given in by_path.items():
        found[path] = tuple(from_examples(asker, bench, given))
    others = [command for path, command in learned.commands.items() if not found.get(path)]
    search = RecipeSearch(asker, bench)
    for command, recipe in search.find(others):
        found[command.path] = (recipe,)
    return search.bench, found


def _path_of(argv: Sequence[bytes], learned: _Learned) -> str:
    """Give the longest path of a command with which a call begins."""
    words = [decode(word) for word in argv]
    paths = (" ".join(words[:depth]) for depth in range(len(words), 0, -1))
    return next((path for path in paths if path in learned.commands), "")


def _tool(  # noqa: PLR0913, PLR0917 - all that was learned
    spec: JobSpec,
    sandbox: Sandbox,
    root: Known,
    learned: _Learned,
    version: Version | None,
    recipes: Mapping[str, tuple[Recipe, ...]],
) -> CliTool:
    commands = {
        path: command.model_copy(update={"recipes": recipes.get(path, ())})
        for path, command in learned.commands.items()
    }
    if version is not None:
        commands[""] = commands[""].model_copy(update={"version_argv": version.argv})
    return CliTool(
        name=spec.tool.name,
        argv=spec.tool.argv,
        version=version.line if version else None,
        fingerprint=sandbox.tool.fingerprint or _unknown(root),
        contradictions=tuple(learned.contradictions),
        commands=commands,
    )


def _unknown(root: Known) -> str:
    """Name a tool that nobody could fingerprint: by its help, and so that it equals no fingerprint."""
    return f"unknown:{sha256((root.page.text if root.page else '').encode())}"
