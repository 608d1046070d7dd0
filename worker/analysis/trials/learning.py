"""Tries out options, within a budget of calls: asks, confirms, and settles what was learned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.models.call import Call
from shared.models.cli_tool import Command, Contradiction, Option, Source, Takes
from worker.analysis.asking import Answer, Asker
from worker.analysis.attempts import Bench
from worker.analysis.recipes import has_patience
from worker.analysis.trials.evidence import ENOUGH_DEMANDS, Says, conclude, conclude_new, contradiction_of, habits_of
from worker.analysis.trials.questions import ANY_NAME, Question, is_doubtful, is_open, stand_of
from worker.analysis.trials.trial import Manner, Trial, was_asked_bare, was_joined_in_vain
from worker.knowledge.offers import offered_names

# At most so many calls of one command, whatever the tool may be asked; a call that was made before costs nothing.
CALLS_OF_A_COMMAND = 24
# What is asked of the tool itself, beside the calls of its options.
CALLS_OF_THE_TOOL = 300

_NAMES_ASKED_OF = 30
_NEW_NAMES = 20
_SIDE_BY_SIDE = 16
_CONFIDENCE_OF_THE_HIDDEN = 0.9
_WITHOUT_A_WORD_BETWEEN = 2
_BARE_FOR_THE_MANNER = 6
_HALF = 0.5
# What was asked of another command already comes after everything else.
_LAST = 10


# What is said of an option, word for word.
Documentation = tuple[tuple[str, ...], str, Takes, str | None]


@dataclass(frozen=True)
class Learned:
    """The commands with what was learned of their options, by path, and what contradicts the documentation."""

    commands: Mapping[str, Command]
    contradictions: tuple[Contradiction, ...] = ()


def learn_options(asker: Asker, bench: Bench, commands: Mapping[str, Command]) -> Learned:
    """Try out the options of commands, the least known first, as far as the budget reaches."""
    trials = _Trials(asker, bench, commands)
    trials.ask_for_names()
    trials.ask()
    return trials.learned()


class _Trials:
    """All trials of a tool, and the calls that are left for them."""

    def __init__(self, asker: Asker, bench: Bench, commands: Mapping[str, Command]) -> None:
        self._asker = asker
        self._bench = bench
        self._commands = {path: command for path, command in commands.items() if _may_be_run(command)}
        self._all = commands
        self._overdue = asker.overdue
        self._stands = {path: stand_of(command, bench) for path, command in self._commands.items()}
        self._asked: Counter[str] = Counter()
        self._trials: list[Trial] = []
        self._new: dict[str, list[str]] = {}

    def ask_for_names(self) -> None:
        """Ask which options there are, with a name that could be any of them."""
        asked = [path for path, command in self._commands.items() if _has_long_names(command)][:_NAMES_ASKED_OF]
        calls = [Call(argv=(*self._commands[path].words, ANY_NAME.encode()), files=self._bench.files) for path in asked]
        answers = self._asker.ask_all(calls)
        for path, answer in zip(asked, answers, strict=True):
            self._new[path] = list(self._names_in(path, answer))[:_NEW_NAMES] if answer else []

    def _names_in(self, path: str, answer: Answer) -> Iterator[str]:
        """Give the names that nobody documented, where the others show that these are the command's options."""
        offered = [name for text in answer.texts for name in offered_names(text, ANY_NAME)]
        own = {name for option in self._commands[path].options for name in option.names}
        if not own.intersection(offered):
            return
        known = own | set(_names_above(path, self._all))
        yield from (name for name in dict.fromkeys(offered) if name.startswith("--") and name not in known)

    def ask(self) -> None:
        """Ask about one option after the other, a few at a time, until all are known or the calls are spent."""
        waiting = list(self._ordered())
        active: list[Trial] = []
        while has_patience(self._asker, self._overdue):
            manner = self._manner()
            active = [trial for trial in active if self._question(trial, manner)]
            while waiting and len(active) < _SIDE_BY_SIDE:
                trial = waiting.pop(0)
                active += [trial] if self._question(trial, manner) else []
            if not active or not self._make(active, manner):
                return

    def _make(self, active: Sequence[Trial], manner: Manner) -> bool:
        """Make one call for each trial; tell whether any could be made."""
        asked = [(trial, question) for trial in active if (question := self._question(trial, manner))]
        answers = self._asker.ask_all([question.call for _, question in asked])
        for (trial, question), answer in zip(asked, answers, strict=True):
            self._trials += [] if trial.sightings or answer is None else [trial]
            self._asked[trial.command.path] += 1
            trial.hear(question, answer)
        return any(answer is not None for answer in answers)

    def _question(self, trial: Trial, manner: Manner) -> Question | None:
        path = trial.command.path
        if self._asked[path] >= (CALLS_OF_A_COMMAND if path else CALLS_OF_THE_TOOL) and not trial.sightings:
            return None
        return trial.next_question(manner)

    def _manner(self) -> Manner:
        """Tell a parser that called names unknown when they were joined to a value, and took them with a blank."""
        apart = sum(was_joined_in_vain(trial) for trial in self._trials)
        asked_bare = sum(was_asked_bare(trial) for trial in self._trials)
        demands = habits_of(trial.sightings for trial in self._trials).demands
        is_settled = asked_bare >= _BARE_FOR_THE_MANNER
        return Manner(apart >= _WITHOUT_A_WORD_BETWEEN, ENOUGH_DEMANDS if is_settled else demands)

    def _ordered(self) -> Iterator[Trial]:
        """Put first what would teach most; commands take turns."""
        ranked: list[tuple[tuple[int, int, int], Trial]] = []
        seen: set[Documentation] = set()
        for order, (path, command) in enumerate(self._commands.items()):
            for place, option in enumerate((*_new_options(self._new.get(path, ()), command), *command.options)):
                if _shows_something_else(option, command):
                    continue
                trial = Trial(command, option, self._stands[path], is_new=option.hidden and option.line is None)
                documentation = _documentation(option)
                is_repeated = documentation in seen
                seen.add(documentation)
                ranked.append(((_rank(trial) + (_LAST if is_repeated else 0), place, order), trial))
        ranked.sort(key=lambda one: one[0])
        return (trial for _, trial in ranked)

    def learned(self) -> Learned:
        """Settle everything."""
        habits = habits_of(trial.sightings for trial in self._trials if not trial.is_new)
        refusing = self._refuse_everything()
        settled: defaultdict[str, dict[Option, Option]] = defaultdict(dict)
        found: defaultdict[str, list[Option]] = defaultdict(list)
        contradictions: list[Contradiction] = []
        proved: dict[Documentation, Option] = {}
        for trial in self._trials:
            path = trial.command.path
            if path in refusing:
                continue
            if trial.is_new:
                new = conclude_new(trial.option, trial.sightings)
                found[path] += [new] if new else []
                continue
            conclusion = conclude(trial.option, trial.sightings, habits)
            settled[path][trial.option] = conclusion.option
            told = contradiction_of(path, conclusion)
            contradictions += [told] if told else []
            proved.setdefault(_documentation(trial.option), conclusion.option)
        commands = {path: _settled(command, settled[path], found[path]) for path, command in self._all.items()}
        untried = self._untried()
        shared = {path: _with_shared(command, proved, untried[path]) for path, command in commands.items()}
        return Learned(shared, tuple(contradictions))

    def _untried(self) -> Mapping[str, frozenset[str]]:
        """Name the options of each command of which nothing was asked."""
        tried: defaultdict[str, set[str]] = defaultdict(set)
        for trial in self._trials:
            tried[trial.command.path].add(trial.option.name)
        names = {path: {option.name for option in command.options} for path, command in self._all.items()}
        return {path: frozenset(names[path] - tried[path]) for path in names}

    def _refuse_everything(self) -> frozenset[str]:
        """Name the commands that call most of their options unknown: something else is wrong there."""
        asked: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        for trial in self._trials:
            if trial.sightings and not trial.is_new:
                asked[trial.command.path] += 1
                unknown[trial.command.path] += all(one.says is Says.UNKNOWN for one in trial.sightings)
        return frozenset(path for path, count in asked.items() if unknown[path] > count * _HALF)


def _rank(trial: Trial) -> int:
    option = trial.option
    if trial.is_new:
        return 2
    if is_open(option):
        return 0
    if is_doubtful(option):
        return 1
    return 4 if option.takes_value is Takes.NONE else 3


def _may_be_run(command: Command) -> bool:
    """Tell a command that has shown its own help; what only may be one is never run for this."""
    return not command.path or command.help_argv is not None


def _has_long_names(command: Command) -> bool:
    return any(option.long_names for option in command.options)


def _names_above(path: str, commands: Mapping[str, Command]) -> Iterator[str]:
    words = path.split()
    for depth in range(len(words)):
        command = commands[" ".join(words[:depth])]
        yield from (name for option in command.options for name in option.names)


def _shows_something_else(option: Option, command: Command) -> bool:
    """Tell the options that print help or the version: what follows them is not looked at."""
    shown = {word.decode(errors="replace") for argv in (command.help_argv, command.version_argv) for word in argv or ()}
    return bool({"--help", "--version", *shown}.intersection(option.names))


def _new_options(names: Iterable[str], command: Command) -> Iterator[Option]:
    known = {name for option in command.options for name in option.names}
    for name in names:
        positive = f"--{name[5:]}" if name.startswith("--no-") else None
        yield Option(
            names=(name,),
            hidden=True,
            negates=positive if positive in known else None,
            sources=(Source.ERROR,),
            confidence=_CONFIDENCE_OF_THE_HIDDEN,
        )


def _documentation(option: Option) -> Documentation:
    return (option.names, option.description, option.takes_value, option.value_name)


def _with_shared(command: Command, proved: Mapping[Documentation, Option], untried: frozenset[str]) -> Command:
    """Believe of options that are documented word for word like another what that one was proved to take."""
    changed = tuple(
        _like(option, proved.get(_documentation(option))) if option.name in untried and option.description else option
        for option in command.options
    )
    return command.model_copy(update={"options": changed})


def _like(option: Option, other: Option | None) -> Option:
    if other is None or Source.PROBE not in other.sources:
        return option
    what = ("takes_value", "value_name", "value_type", "choices", "joined", "minimum", "maximum")
    return option.model_copy(update={name: getattr(other, name) for name in what})


def _settled(command: Command, settled: Mapping[Option, Option], found: Sequence[Option]) -> Command:
    """Exchange the options of which something was learned, and add those that nobody documented."""
    options = (settled.get(option, option) for option in command.options)
    return command.model_copy(update={"options": (*options, *found)})
