"""What to type behind the words of a command so that it may work: from its arguments, its examples, its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from shared.models.call import Call, CallFile, Terminal
from shared.models.cli_tool import Argument, Command, Option, Takes, ValueType
from worker.analysis.asking import Answer
from worker.knowledge import samples
from worker.knowledge.network import lacks_network
from worker.knowledge.offers import offered_companions
from worker.knowledge.refusals import Refusal, RefusalKind, read_refusals
from worker.knowledge.values import LOCAL_URL, ladder

_SHELL = re.compile(r"[&$`*?(){}\[\]\\~]|\.\.\.|<<|>>")
_REDIRECTED = re.compile(r"\s(?P<way>[<>])\s*(?P<file>[^\s<>]{1,200})")
_PLACEHOLDER = re.compile(r"<[^<>\s]{1,40}>")
_FILE_NAME = re.compile(r"[\w./-]{0,100}[\w-]\.[A-Za-z][A-Za-z0-9]{0,5}")
_MISSES_A_FILE = re.compile(
    r"\bno such file\b|\bnot found\b|\bdoes not exist\b"
    r"|\b(?:cannot|can't|could not|unable to) (?:find|open|stat|read|access)\b",
    re.IGNORECASE,
)
_CANNOT_PARSE = re.compile(
    r"\b(?:cannot|can't|could not|unable to|failed to) (?:parse|decode|recogni[sz]e|understand|load)\b"
    r"|\b(?:parse|syntax|decoding) ?error\b|\binvalid syntax\b|\bunexpected (?:token|character|end)\b"
    r"|\bexpecting value\b",
    re.IGNORECASE,
)
_MOST_KINDS = 2
_LONGEST_READ = 4000
_PLAIN_NAME = re.compile(r"[A-Za-z][\w-]{0,60}")
_MOST_EXAMPLES = 2
_MOST_REPAIRS = 2
_MOST_COMPANIONS = 4
_MORE_STEPS = (1, 2)
_LONGEST_LINE_OF_EXAMPLE = 300
_NAMES_A_FOLDER = re.compile(r"\bdirector(?:y|ies)\b|\bfolder\b", re.IGNORECASE)
_NEEDS_A_TERMINAL = re.compile(
    r"\b(?:tty|not a terminal|no terminal|terminal is required)\b"
    r"|\b(?:must|should) be (?:run )?(?:in|on|from) a terminal\b",
    re.IGNORECASE,
)
_MUST_SPECIFY = re.compile(r"\b(?:must|need to|have to|please) (?:specify|give|supply|provide|choose)\b", re.IGNORECASE)
_A_WORD = re.compile(r"[a-z][a-z-]{2,40}")


@dataclass(frozen=True)
class Attempt:
    """What to type behind the words of a command, and what lies there or stands around it beside the basic files."""

    operands: tuple[bytes, ...] = ()
    stdin: bytes | None = None
    files: tuple[CallFile, ...] = ()
    tty: Terminal | None = None
    repairs: int = field(default=0, compare=False)
    is_example: bool = field(default=False, compare=False)


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

    @cached_property
    def mentioned(self) -> tuple[CallFile, ...]:
        """Give files of the kinds of which the help speaks."""
        return samples.kinds_mentioned(" ".join(sorted(self.answers)))

    def call(self, command: Command, attempt: Attempt) -> Call:
        """Type an attempt."""
        files = samples.laid(attempt.files, self.files) if attempt.files else self.files
        return Call(argv=(*command.words, *attempt.operands), stdin=attempt.stdin, files=files, tty=attempt.tty)


def bench_of(files: tuple[CallFile, ...], hint: str, answers: Sequence[str]) -> Bench:
    """Prepare the attempts at a tool; `hint` begins with its name, `answers` are its help and version."""
    return Bench(samples.merged(files), hint, frozenset(plain(text) for text in answers))


def plain(text: str) -> str:
    """Give a text with one blank wherever there is any."""
    return " ".join(text.split())


def attempts(command: Command, hint: str) -> Iterator[Attempt]:
    """Give what could work, the most telling first: all arguments, the required ones, none, a file, an example."""
    if command.subcommands and not command.arguments:
        yield Attempt()
        return
    needed = tuple(word for option in command.options if option.required for word in _given(option))
    required = [argument for argument in command.arguments if argument.required]
    everything = needed + _filled(command.arguments, hint)
    yield from _documented(command, hint.partition(" ")[0])
    yield Attempt(everything)
    yield Attempt(needed + _filled(required, hint))
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


def _documented(command: Command, tool: str) -> Iterator[Attempt]:
    """Take the examples of the help that need no more of a shell than a pipe or a file for input or output."""
    examples = (example for example in command.examples if len(example) <= _LONGEST_LINE_OF_EXAMPLE)
    made = (_from_example(example, command, tool) for example in examples)
    yield from [attempt for attempt in made if attempt is not None][:_MOST_EXAMPLES]


def _from_example(example: str, command: Command, tool: str) -> Attempt | None:
    pieces = [piece.strip() for piece in example.split("|")]
    # Of a pipe, the part that calls the tool; a single command is called by whatever it is called there.
    number = next((at for at, piece in enumerate(pieces) if piece.split()[:1] == [tool]), 0)
    redirected = {found["way"] for found in _REDIRECTED.finditer(pieces[number])}
    typed = _REDIRECTED.sub("", pieces[number])
    if _SHELL.search(typed) or _PLACEHOLDER.search(typed) or any(mark in typed for mark in "<>;"):
        return None
    argv = tuple(word.strip("'\"").encode() for word in typed.split()[1:])
    words = command.words
    is_fed = number > 0 or "<" in redirected
    if argv[: len(words)] != words or not (len(argv) > len(words) or is_fed):
        return None
    operands = argv[len(words) :]
    attempt = Attempt(operands, samples.TEXT if is_fed else None, is_example=True)
    return replace(attempt, files=tuple(_made(attempt, _FILE_NAME)))


def _made(attempt: Attempt, named: re.Pattern[str]) -> Iterator[CallFile]:
    """Make a file of every word that is named so and is none yet, with what its ending promises."""
    known = {file.path for file in (*samples.BASIC, *attempt.files)}
    for word in dict.fromkeys(attempt.operands):
        name = word.decode(errors="replace")
        if _is_below(word) and named.fullmatch(name) and word not in known:
            yield CallFile(path=word, content=samples.file_like(name).content)


def repaired(attempt: Attempt, answer: Answer, command: Command, bench: Bench) -> list[Attempt]:
    """Change what the tool itself says is wrong with a call; none where it says nothing that helps."""
    if attempt.repairs >= _MOST_REPAIRS or command.subcommands:
        return []
    text = f"{answer.stderr}\n{answer.stdout}"
    refusals = read_refusals(text)
    changed = [*_with_named_files(attempt, text), *_with_companion(attempt, text, command)]
    first = _without_fault(attempt, refusals[0], command) if refusals and not changed else None
    changed += [first] if first else []
    changed += [*_with_named_option(attempt, text, command), *_with_another_kind(attempt, text, bench)]
    changed += [*_with_mentioned_kind(attempt, text, bench)]
    changed += [*_without_network(attempt, text), *_with_terminal(attempt, text)]
    return [replace(one, repairs=attempt.repairs + 1) for one in dict.fromkeys(changed)]


def _with_companion(attempt: Attempt, text: str, command: Command) -> Iterator[Attempt]:
    """Add one of the options of which the tool says that one must be there."""
    by_name = {name: option for option in command.options for name in option.names}
    options = (by_name[name] for name in offered_companions(text) if name in by_name)
    # What makes something of its input shows more than what needs something made before; and asks for no value.
    ordered = sorted(dict.fromkeys(options), key=lambda option: option.takes_value is Takes.REQUIRED)
    operands = attempt.operands or ((b"sample.txt",) if command.arguments else ())
    for option in ordered[:_MOST_COMPANIONS]:
        yield replace(attempt, operands=(*_given(option), *operands))


def _with_named_option(attempt: Attempt, text: str, command: Command) -> Iterator[Attempt]:
    """Add the option whose name stands in plain words in what the tool asks for: `specify a list of fields`."""
    line = next((line for line in text.splitlines()[:20] if _MUST_SPECIFY.search(line[:500])), None)
    if line is None:
        return
    words = {form for word in _A_WORD.findall(line[:500].lower()) for form in (word, word.removesuffix("s"))}
    named = (option for option in command.options for name in option.long_names if name[2:].removesuffix("s") in words)
    for option in list(dict.fromkeys(named))[:2]:
        yield replace(attempt, operands=(*_given(option), *attempt.operands))


def _with_another_kind(attempt: Attempt, text: str, bench: Bench) -> Iterator[Attempt]:
    """Give a file of the kind that the tool says it wanted."""
    file = samples.kind_asked_for(text)
    if file is None or attempt.files:
        return
    other = _with_last_file(attempt, file.path, bench)
    if other is not None and other != attempt:
        yield replace(other, files=() if file.path in bench.paths else (file,))
    elif attempt.stdin is not None and isinstance(file.content, bytes) and attempt.stdin != file.content:
        yield replace(attempt, stdin=file.content)


def _with_mentioned_kind(attempt: Attempt, text: str, bench: Bench) -> Iterator[Attempt]:
    """Give the kinds of files of which the help speaks, where the tool makes nothing of the one it got."""
    if _CANNOT_PARSE.search(text[:_LONGEST_READ]):
        others = (_with_last_file(attempt, file.path, bench) for file in bench.mentioned[:_MOST_KINDS])
        yield from (other for other in others if other is not None)


def _with_last_file(attempt: Attempt, path: bytes, bench: Bench) -> Attempt | None:
    """Give another file in place of the last that is given; None where none is."""
    at = max((place for place, word in enumerate(attempt.operands) if word in bench.paths), default=None)
    if at is None:
        return None
    return replace(attempt, operands=(*attempt.operands[:at], path, *attempt.operands[at + 1 :]))


def _without_network(attempt: Attempt, text: str) -> Iterator[Attempt]:
    """Give an address that needs no network, where one was given that does."""
    remote = [word for word in attempt.operands if word.startswith(b"http")]
    if remote and lacks_network(text):
        yield replace(attempt, operands=tuple(LOCAL_URL if word in remote else word for word in attempt.operands))


def _with_terminal(attempt: Attempt, text: str) -> Iterator[Attempt]:
    """Give a terminal to who asks for one, or fails and says nothing at all: there is nobody to say it to."""
    if attempt.tty is None and (not text.strip() or _NEEDS_A_TERMINAL.search(text[:_LONGEST_READ])):
        yield replace(attempt, tty=Terminal())


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


def _with_named_files(attempt: Attempt, text: str) -> Iterator[Attempt]:
    """Make the files that a documented example takes for granted, where the tool misses one of them."""
    if not attempt.is_example or not _MISSES_A_FILE.search(text[:_LONGEST_READ]):
        return
    # A plain word behind the options may be a file; an option's own word is seldom one.
    made = tuple(_made(attempt, _PLAIN_NAME))
    if any(re.search(rf"\b{re.escape(file.path.decode())}\b", text[:_LONGEST_READ]) for file in made):
        yield replace(attempt, files=(*attempt.files, *made))


def _is_below(name: bytes) -> bool:
    return not name.startswith((b"/", b"-", b".")) and b"//" not in name and b".." not in name


def _exchanged(attempt: Attempt, old: bytes, new: bytes) -> Attempt | None:
    if old not in attempt.operands or old == new:
        return None
    return replace(attempt, operands=tuple(new if word == old else word for word in attempt.operands))
