"""The built-in analyzer: learns a tool's interface from what it says about itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.interfaces.analyzer import NoInterfaceError
from shared.interfaces.executor import Sandbox
from shared.models.base import sha256
from shared.models.cli_tool import CliTool, Command, Contradiction, Option, Recipe
from shared.models.job import JobSpec, Profile
from shared.utils.errors import TestronautError
from shared.utils.text import decode
from worker.analysis.asking import BUDGETS, Asker
from worker.analysis.attempts import Bench, bench_of
from worker.analysis.claims import Reading
from worker.analysis.explore import Explorer, Known
from worker.analysis.merge import settle_arguments, settle_options
from worker.analysis.recipes import RecipeSearch, from_examples
from worker.analysis.trials.learning import CALLS, learn_options
from worker.analysis.usage_line import parse_usage
from worker.analysis.version import Version, find_version

# What is kept for the version and for calls that work, when there are more commands than calls.
_KEPT_FOR_RECIPES = 4


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

    def __init__(self, budgets: Mapping[Profile, int] = BUDGETS) -> None:
        self._budgets = budgets

    def analyze(self, spec: JobSpec, sandbox: Sandbox) -> CliTool:
        """Ask the tool what it understands."""
        budget = self._budgets[spec.profile]
        asker = Asker(sandbox, budget, spec.limits)
        words = tuple(spec.tool.name.split())
        root = Explorer(asker, words, spec.select, reserve=budget // _KEPT_FOR_RECIPES + len(spec.examples)).explore()
        _require_answers(asker, spec)
        learned = _commands_of(root, words)
        if _is_empty(learned) and not spec.examples:
            raise NoInterfaceError(f"{spec.tool.name} shows neither help nor a usage line")
        version = find_version(asker, learned.commands[""])
        bench = bench_of(spec.files, _hint(spec, learned), [*_texts(root), version.text if version else ""])
        bench, recipes = _recipes(asker, bench, learned, spec.examples)
        tool = _tool(spec, sandbox, root, learned, version, recipes)
        asker.grant(CALLS[spec.profile])
        tried = learn_options(asker, bench, tool.commands, CALLS[spec.profile])
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
    for known in root.walk():
        path = " ".join(known.path)
        settled = settle_options(_reading(known, words).options, path, _spellings_above(known, learned))
        learned.contradictions += settled.contradictions
        learned.commands[path] = _command(known, words, settled.options)
    return learned


def _command(known: Known, words: Sequence[str], options: tuple[Option, ...]) -> Command:
    reading, claim = _reading(known, words), known.claim
    aliases = (*(claim.aliases if claim else ()), *known.aliases, *reading.aliases)
    return Command(
        path=" ".join(known.path),
        summary=(claim.summary if claim else "") or reading.summary,
        usage=reading.usage,
        options=options,
        arguments=settle_arguments(reading.arguments),
        subcommands=tuple(child.path[-1] for child in known.children),
        aliases=tuple(alias for alias in dict.fromkeys(aliases) if alias not in known.path),
        examples=reading.examples,
        help_argv=known.page.argv if known.page else None,
    )


def _reading(known: Known, words: Sequence[str]) -> Reading:
    """Give what a command's own page says, or what its parent's list says of its arguments."""
    if known.page is not None:
        return known.page.reading
    if known.claim is None or not known.claim.usage:
        return Reading()
    line = " ".join([*words, *known.path, known.claim.usage])
    usage = parse_usage(line, [*words, *known.path])
    return Reading(options=usage.options, arguments=usage.arguments)


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
    return [known.page.text for known in root.walk() if known.page is not None]


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
