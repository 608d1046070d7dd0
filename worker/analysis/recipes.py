"""Looks for calls of a command that work: given examples, words for its arguments, files, standard input."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from shared.models.call import Call
from shared.models.cli_tool import Command, Recipe
from worker.analysis.asking import Answer, Asker
from worker.analysis.attempts import Attempt, Bench, attempts, plain, repaired
from worker.analysis.ground import misses_ground, prepared
from worker.knowledge import samples
from worker.knowledge.crashes import find_crash
from worker.knowledge.network import lacks_network
from worker.knowledge.refusals import read_refusals

MOST_CALLS_OF_THE_TOOL = 10
MOST_CALLS = 5
_TROUBLE = re.compile(
    r"\b(?:fail(?:ed|ure)?|errors?|cannot|can't|could not|unable|not found|invalid|missing|no such|must|usage)\b",
    re.IGNORECASE,
)
_INPUT = re.compile(
    r"\b(?:stdin|standard input|input|empty|no data|EOF|end[- ]of[- ]file|parse|pars\w+)\b", re.IGNORECASE
)
_USAGE = re.compile(r"^\s*usage\b", re.IGNORECASE)
_MOST_OVERDUE = 5
_SIDE_BY_SIDE = 16
_BEST = (2, True, True)
# The same complaint from so many commands, or so many times from one, has nothing to do with the words of a call.
_MOST_COMMANDS_ALIKE = 4
_MOST_TIMES_ALIKE = 3
_LONGEST_COMPLAINT = 600


def from_examples(asker: Asker, bench: Bench, examples: Sequence[tuple[bytes, ...]]) -> Iterator[Recipe]:
    """Make the calls that the user says work, and keep those that do."""
    for argv in examples:
        answer = asker.ask(Call(argv=argv, files=bench.files))
        if answer is not None and answer.worked:
            yield _recipe(answer)


class _Search:
    """The attempts at one command: the best of a few, repaired by what the tool says."""

    def __init__(self, bench: Bench, command: Command) -> None:
        self._bench = bench
        self.command = command
        self._waiting = list(dict.fromkeys(attempts(command, bench.hint)))
        self._tried: dict[Attempt, Answer] = {}
        self.misses_ground = False
        self._most = MOST_CALLS if command.path else MOST_CALLS_OF_THE_TOOL

    @property
    def call(self) -> Call | None:
        """Give the call to make next; None when the search is over."""
        if not self._waiting or len(self._tried) >= self._most:
            return None
        return self._bench.call(self.command, self._waiting[0])

    def hear(self, answer: Answer | None) -> None:
        """Take in what the call showed, and decide what to try after it."""
        if answer is None or (answer.is_overdue and not self._waiting[0].is_example):
            self.give_up()
            return
        attempt = self._waiting.pop(0)
        if answer.is_overdue:  # an example may well take its time; what else there is may not
            self._waiting = [one for one in self._waiting if not one.is_example]
            return
        self._tried[attempt] = answer
        self.misses_ground = misses_ground(answer)
        if self._rank(attempt) == _BEST or self._needs_nothing(attempt) or self.misses_ground:
            self.give_up()
            return
        more = [] if answer.worked else repaired(attempt, answer, self.command, self._bench)
        if not more and not answer.worked and any(map(lacks_network, answer.texts)):
            self.give_up()
            return
        useless = {replace(attempt, stdin=samples.TEXT)} if _misses_no_input(answer) else set()
        self._waiting = [one for one in dict.fromkeys([*more, *self._waiting]) if one not in {*self._tried, *useless}]

    def give_up(self) -> None:
        """Try nothing more."""
        self._waiting.clear()

    @property
    def recipe(self) -> Recipe | None:
        """Give the best call so far that works."""
        ranks = {attempt: self._rank(attempt) for attempt in self._tried}
        best = max(ranks, key=lambda attempt: ranks[attempt], default=None)
        return None if best is None or not ranks[best][0] else _recipe(self._tried[best])

    def _rank(self, attempt: Attempt) -> tuple[int, bool, bool]:
        """Say how good an attempt is: it worked (2) or failed without a word (1), printed, read something."""
        answer = self._tried[attempt]
        rank = works(answer, self._bench)
        return rank, rank > 0 and bool(answer.texts), rank > 0 and self._reads(attempt)

    def _needs_nothing(self, attempt: Attempt) -> bool:
        """Tell a subcommand without arguments that prints something although it was given nothing."""
        is_bare = attempt == Attempt() and bool(self.command.path) and not self.command.arguments
        return is_bare and self._rank(attempt)[:2] == _BEST[:2]

    def _reads(self, attempt: Attempt) -> bool:
        """Tell whether a file is read, or standard input: documented so, or seen to make a difference."""
        if self._bench.paths.intersection(attempt.operands):
            return bool(self.command.arguments) or self._differs(attempt, Attempt())
        return attempt.stdin is not None and self._differs(attempt, replace(attempt, stdin=None))

    def _differs(self, attempt: Attempt, other: Attempt) -> bool:
        known = self._tried.get(other)
        return known is not None and known.texts != self._tried[attempt].texts


class RecipeSearch:
    """The search for calls that work, command by command; `bench` is where most of them do."""

    def __init__(self, asker: Asker, bench: Bench) -> None:
        self._asker = asker
        self.bench = bench
        self._complaints: defaultdict[str, list[str]] = defaultdict(list)

    def find(self, commands: Iterable[Command]) -> Iterator[tuple[Command, Recipe]]:
        """Search for a call of each command that works, prints and reads; a few commands take turns at a time.

        Commands that miss a folder of the tool's own are tried once more in one.
        """
        known = list(commands)
        ungrounded: list[Command] = []
        yield from self._find(known, ungrounded)
        bench = prepared(self._asker, self.bench, known) if ungrounded and has_patience(self._asker) else None
        if bench is not None:
            self.bench = bench
            yield from self._find(ungrounded, [])

    def _find(self, commands: Iterable[Command], ungrounded: list[Command]) -> Iterator[tuple[Command, Recipe]]:
        rest = iter(commands)
        while has_patience(self._asker) and (some := self._searches(rest)):
            while (waiting := [search for search in some if search.call]) and has_patience(self._asker):
                self._step(waiting)
            for search in some:
                recipe = search.recipe
                if recipe:
                    yield search.command, recipe
                elif search.misses_ground:
                    ungrounded.append(search.command)

    def _searches(self, commands: Iterator[Command]) -> list[_Search]:
        return [_Search(self.bench, command) for command in islice(commands, _SIDE_BY_SIDE)]

    def _step(self, waiting: Sequence[_Search]) -> None:
        """Make the next call of each search."""
        calls = [call for search in waiting if (call := search.call)]
        for search, answer in zip(waiting, self._asker.ask_all(calls), strict=True):
            search.hear(answer)
            if answer is not None and self._is_heard_everywhere(search.command, answer):
                search.give_up()

    def _is_heard_everywhere(self, command: Command, answer: Answer) -> bool:
        """Tell a complaint that many commands make, or one makes again and again, whatever is typed."""
        complaint = _complaint(answer)
        if not complaint:
            return False
        heard = self._complaints[complaint]
        heard.append(command.path)
        return len(set(heard)) >= _MOST_COMMANDS_ALIKE or heard.count(command.path) >= _MOST_TIMES_ALIKE


def has_patience(asker: Asker, before: int = 0) -> bool:
    """Tell whether it is worth trying more: where many calls wait for something, most do; `before` do not count."""
    return asker.overdue - before < _MOST_OVERDUE


def _complaint(answer: Answer) -> str:
    """Give what a failed call said, where that is no refusal of a word, nor a usage text."""
    text = plain("\n".join(answer.texts))
    if answer.worked or len(text) > _LONGEST_COMPLAINT or any(map(_USAGE.match, answer.texts)):
        return ""
    return "" if any(map(read_refusals, answer.texts)) else text


def _misses_no_input(answer: Answer) -> bool:
    """Tell a failure that says nothing of standard input, or of too little of it."""
    return not answer.worked and not any(map(_INPUT.search, answer.texts))


def works(answer: Answer, bench: Bench) -> int:
    """Tell a call that did its work (2) from one that said no without a word (1) and one that was refused (0)."""
    complaint = answer.stderr or answer.stdout
    if not answer.result.status.has_exit_code or read_refusals(complaint) or find_crash(complaint):
        return 0
    if any(_USAGE.match(text) or plain(text) in bench.answers for text in answer.texts):
        return 0
    if answer.worked:
        return 2
    # `no match` and `they differ` are said by this exit code alone.
    is_quiet = answer.result.exit_code == 1 and not answer.stderr.strip() and not _TROUBLE.search(answer.stdout)
    return int(is_quiet)


def _recipe(answer: Answer) -> Recipe:
    return Recipe(call=answer.call, exit_code=answer.result.exit_code or 0, prints=bool(answer.texts))
