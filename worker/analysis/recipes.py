"""Looks for calls of a command that work: given examples, words for its arguments, files, standard input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from shared.models.call import Call, CallFile
from shared.models.cli_tool import Argument, Command, Option, Recipe, Takes, ValueType
from shared.models.test_result import Status
from worker.analysis.asking import Answer, Asker
from worker.knowledge import samples
from worker.knowledge.crashes import find_crash
from worker.knowledge.network import lacks_network
from worker.knowledge.refusals import Refusal, RefusalKind, read_refusals
from worker.knowledge.values import ladder

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
_SHELL = re.compile(r"[|<>;&$`*?(){}\[\]\\~]|\.\.\.")
_MOST_EXAMPLES = 2
_MOST_REPAIRS = 2
_MORE_STEPS = (1, 2)
_MOST_OVERDUE = 5
_SIDE_BY_SIDE = 16
_BEST = (2, True, True)
_NAMES_A_FOLDER = re.compile(r"\bdirector(?:y|ies)\b|\bfolder\b", re.IGNORECASE)


@dataclass(frozen=True)
class Attempt:
    """What to type behind the words of a command."""

    operands: tuple[bytes, ...] = ()
    stdin: bytes | None = None
    repairs: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Bench:
    """What all attempts at one tool share: its files, what it is about, and the texts that are no result."""

    files: tuple[CallFile, ...]
    hint: str
    answers: frozenset[str]

    @cached_property
    def paths(self) -> frozenset[bytes]:
        """Name the files."""
        return frozenset(file.path for file in self.files)

    def call(self, command: Command, attempt: Attempt) -> Call:
        """Type an attempt."""
        return Call(argv=(*command.words, *attempt.operands), stdin=attempt.stdin, files=self.files)


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
        self._most = MOST_CALLS if command.path else MOST_CALLS_OF_THE_TOOL

    @property
    def call(self) -> Call | None:
        """Give the call to make next; None when the search is over."""
        if not self._waiting or len(self._tried) >= self._most:
            return None
        return self._bench.call(self.command, self._waiting[0])

    def hear(self, answer: Answer | None) -> None:
        """Take in what the call showed, and decide what to try after it."""
        if answer is None or _is_hopeless(answer):
            self._waiting.clear()
            return
        attempt = self._waiting.pop(0)
        self._tried[attempt] = answer
        if self._rank(attempt) == _BEST or self._needs_nothing(attempt):
            self._waiting.clear()
            return
        more = [] if answer.worked else _repaired(attempt, answer, self.command)
        useless = {replace(attempt, stdin=samples.TEXT)} if _misses_no_input(answer) else set()
        self._waiting = [one for one in dict.fromkeys([*more, *self._waiting]) if one not in {*self._tried, *useless}]

    @property
    def recipe(self) -> Recipe | None:
        """Give the best call so far that works."""
        ranks = {attempt: self._rank(attempt) for attempt in self._tried}
        best = max(ranks, key=lambda attempt: ranks[attempt], default=None)
        return None if best is None or not ranks[best][0] else _recipe(self._tried[best])

    def _rank(self, attempt: Attempt) -> tuple[int, bool, bool]:
        """Say how good an attempt is: it worked (2) or failed without a word (1), printed, read something."""
        answer = self._tried[attempt]
        works = _works(answer, self._bench)
        return works, works > 0 and bool(answer.texts), works > 0 and self._reads(attempt)

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


def find_recipes(asker: Asker, bench: Bench, commands: Iterable[Command]) -> Iterator[tuple[Command, Recipe]]:
    """Search for a call of each command that works, prints and reads; a few commands take turns at a time."""
    rest = iter(commands)
    while _has_patience(asker) and (some := [_Search(bench, command) for command in islice(rest, _SIDE_BY_SIDE)]):
        while (waiting := [search for search in some if search.call]) and _has_patience(asker):
            calls = [call for search in waiting if (call := search.call)]
            for search, answer in zip(waiting, asker.ask_all(calls), strict=True):
                search.hear(answer)
        yield from ((search.command, search.recipe) for search in some if search.recipe)


def _has_patience(asker: Asker) -> bool:
    """Tell whether it is worth trying more: where many calls wait for something, most do."""
    return sum(is_overdue(answer) for answer in asker.answers) < _MOST_OVERDUE


def _is_hopeless(answer: Answer) -> bool:
    """Tell a command that waits for somebody, or for a network that is not there: other words change nothing."""
    return is_overdue(answer) or (not answer.worked and any(map(lacks_network, answer.texts)))


def _misses_no_input(answer: Answer) -> bool:
    """Tell a failure that says nothing of standard input, or of too little of it."""
    return not answer.worked and not any(map(_INPUT.search, answer.texts))


def is_overdue(answer: Answer) -> bool:
    """Tell a call that did not end by itself."""
    return answer.result.status in {Status.TIMEOUT_WALL, Status.TIMEOUT_CPU}


def attempts(command: Command, hint: str) -> Iterator[Attempt]:
    """Give what could work, the most telling first: all arguments, the required ones, none, a file, an example."""
    if command.subcommands and not command.arguments:
        yield Attempt()
        return
    needed = tuple(word for option in command.options if option.required for word in _given(option))
    required = [argument for argument in command.arguments if argument.required]
    everything = needed + _filled(command.arguments, hint)
    yield Attempt(everything)
    yield Attempt(needed + _filled(required, hint))
    yield from _documented(command)
    yield Attempt(needed + _filled(required, hint), samples.TEXT)
    yield Attempt(needed + tuple(_file_or(argument, hint) for argument in command.arguments))
    for step in _MORE_STEPS:
        yield Attempt(needed + _filled(command.arguments, hint, step))
    if not command.arguments:
        yield Attempt((*needed, samples.file_for(hint).path))


def _filled(arguments: Sequence[Argument], hint: str, step: int = 0) -> tuple[bytes, ...]:
    return tuple(_word_for(argument, hint, step) for argument in arguments)


def _word_for(argument: Argument, hint: str, step: int) -> bytes:
    if argument.value_type is ValueType.FILE:
        return samples.file_for(f"{argument.name} {hint if step == 0 else ''}").path
    values = ladder(argument.value_type, argument.choices, None, argument.name)
    return values[min(step, len(values) - 1)]


def _file_or(argument: Argument, hint: str) -> bytes:
    is_open = argument.value_type in {None, ValueType.TEXT}
    return samples.file_for(hint).path if is_open else _word_for(argument, hint, 0)


def _given(option: Option) -> tuple[bytes, ...]:
    name = option.name.encode()
    if option.takes_value is not Takes.REQUIRED:
        return (name,)
    return (name, ladder(option.value_type, option.choices, option.default, option.value_name)[0])


def _documented(command: Command) -> Iterator[Attempt]:
    """Take examples of the help that need no shell."""
    words = len(command.words)
    plain = [example.split() for example in command.examples if not _SHELL.search(example)]
    for typed in plain[:_MOST_EXAMPLES]:
        argv = tuple(word.strip("'\"").encode() for word in typed[1:])
        if argv[:words] == command.words and len(argv) > words:
            yield Attempt(argv[words:])


def _repaired(attempt: Attempt, answer: Answer, command: Command) -> list[Attempt]:
    """Change what the tool itself says is wrong with a call."""
    refusals = read_refusals(f"{answer.stderr}\n{answer.stdout}")
    if not refusals or attempt.repairs >= _MOST_REPAIRS or command.subcommands:
        return []
    changed = _without_fault(attempt, refusals[0], command)
    return [replace(changed, repairs=attempt.repairs + 1)] if changed else []


def _without_fault(attempt: Attempt, refusal: Refusal, command: Command) -> Attempt | None:
    subject = (refusal.subject or "").encode()
    if refusal.kind is RefusalKind.MISSING_ARGUMENT:
        option = next((option for option in command.options if refusal.subject in option.names), None)
        more = _given(option) if option else (b"sample.txt",)
        return replace(attempt, operands=(*more, *attempt.operands) if option else (*attempt.operands, *more))
    if refusal.kind is RefusalKind.EXTRA_ARGUMENT and attempt.operands:
        return replace(attempt, operands=attempt.operands[:-1])
    if refusal.kind is RefusalKind.NO_SUCH_FILE:
        other = samples.FOLDER if _NAMES_A_FOLDER.search(refusal.line) else b"sample.txt"
        return _exchanged(attempt, subject, other)
    if refusal.kind is RefusalKind.INVALID_CHOICE and refusal.choices:
        return _exchanged(attempt, subject, refusal.choices[0].encode())
    if refusal.kind is RefusalKind.INVALID_VALUE:
        return _exchanged(attempt, subject, b"1")
    return None


def _exchanged(attempt: Attempt, old: bytes, new: bytes) -> Attempt | None:
    if old not in attempt.operands or old == new:
        return None
    return replace(attempt, operands=tuple(new if word == old else word for word in attempt.operands))


def _works(answer: Answer, bench: Bench) -> int:
    complaint = answer.stderr or answer.stdout
    if not answer.result.status.has_exit_code or read_refusals(complaint) or find_crash(complaint):
        return 0
    if any(_USAGE.match(text) or _plain(text) in bench.answers for text in answer.texts):
        return 0
    if answer.worked:
        return 2
    # `no match` and `they differ` are said by this exit code alone.
    is_quiet = answer.result.exit_code == 1 and not answer.stderr.strip() and not _TROUBLE.search(answer.stdout)
    return int(is_quiet)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _recipe(answer: Answer) -> Recipe:
    return Recipe(call=answer.call, exit_code=answer.result.exit_code or 0, prints=bool(answer.texts))


def bench_of(files: tuple[CallFile, ...], hint: str, answers: Sequence[str]) -> Bench:
    """Prepare the attempts at a tool; `answers` are the texts of its help and version."""
    return Bench(samples.merged(files), hint, frozenset(_plain(text) for text in answers))
