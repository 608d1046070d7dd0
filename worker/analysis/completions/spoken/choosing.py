"""Chooses how to ask a tool for completions: by what its help looks like, what lies beside it, and what it offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.models.call import Call
from worker.analysis.asking import Answer
from worker.analysis.completions.said import WRITTEN, Readings
from worker.analysis.completions.scripts import Speech, read_script, speech_in
from worker.analysis.completions.spoken.protocol import Protocol, encoded, name_of
from worker.analysis.completions.spoken.protocols import PROTOCOLS

Ask = Callable[[Sequence[Call]], Sequence[Answer | None]]

MOST_CANDIDATES = 2
_HEAD = 200_000
_MOST_BEGINNINGS = 3


@dataclass(frozen=True)
class _Sign:
    """What a help looks like where the tool speaks so: a text, and perhaps another that ends at most `reach` behind.

    The two are looked for one after the other, so that the time grows with the text and no faster.
    """

    speech: Speech
    first: re.Pattern[str]
    then: re.Pattern[str] | None = None
    reach: int = 0

    def is_in(self, text: str) -> bool:
        """Tell whether a help looks so; the second text is looked for behind the first few places of the first."""
        for found in islice(self.first.finditer(text), _MOST_BEGINNINGS):
            if self.then is None or self.then.search(text, found.end(), found.end() + self.reach):
                return True
        return False


def _sign(speech: Speech, first: str, then: str | None = None, reach: int = 0) -> _Sign:
    return _Sign(speech, re.compile(first, re.MULTILINE), re.compile(then, re.MULTILINE) if then else None, reach)


_SIGNS = (
    _sign(Speech.COBRA, r"^Use \"[^\"\n]{1,200} [\[<]command[\]>] --help\" for more information"),
    _sign(Speech.COBRA, r"^(?:Run '[^'\n]{1,200} COMMAND --help' for more information|Available Commands:)"),
    _sign(Speech.TYPER, r"--show-completion\b"),
    _sign(Speech.CLICK, r"^Usage: [^\n]{1,200} \[OPTIONS\]", r"Show this message and exit\.", 60_000),
    _sign(Speech.YARGS, r"\[(?:boolean|string|number|count|array)\](?: \[[^\]\n]{1,200}\])?$"),
    _sign(Speech.URFAVE, r"^NAME:\n", r"^USAGE:\n", 4000),
    _sign(Speech.KINGPIN, r"Show context-sensitive help\b"),
    _sign(Speech.ARGCOMPLETE, r"^ {2,}-h, --help {2,}(?:show|Show) this help message and exit"),
    _sign(Speech.CLAP, r"^Usage: [^\n]{1,300}", r"^ +-h, --help\b[^\n]{0,10}(?:\n {8,}| *)Print(?:s)? help", 60_000),
)
_COMMAND = re.compile(r"(?:gen(?:erate)?-|shell-|print-)?completions?|gen-completions?")
_OPTION = re.compile(
    r"(?<![\w-])(--(?:(?:print|generate|gen|show|shell)-)*completions?(?:-script)?(?:-(?:bash|zsh|fish|script))?)(?![\w-])"
)
_KIND = re.compile(r"(?<![\w-])complete-(?:zsh|fish|bash)\b")
_OPTION_FOR_KIND = re.compile(r"(?<![\w-])(--generate)(?![\w-])")
_SHELL_AT_END = re.compile(r"-(bash|zsh|fish)$")
_FLAG_OF_SHELL = re.compile(r"(?<![\w-])--(fish|zsh)(?![\w-])")
_OPTION_OF_SHELL = re.compile(r"(?<![\w-])--shell(?![\w-])")
_SHELLS = ("zsh", "fish")


@dataclass(frozen=True)
class Generated:
    """What a completion that the tool wrote says by itself, and the protocol in which it asks the tool for more."""

    readings: Readings
    speech: Speech | None = None


def candidates(
    words: Sequence[str], help_text: str, commands: Collection[str] = (), scripts: Iterable[str] = ()
) -> tuple[Protocol, ...]:
    """Give the protocols that a tool may speak, the likeliest first, at most two.

    `help_text` is the tool's own help, `commands` are those that it lists, `scripts` are completions that came with
    the tool or that it wrote: what these speak is sure.
    """
    found = list(dict.fromkeys([*_spoken_in(scripts), *_looks_like(help_text[:_HEAD])]))
    if "completion" in commands and not found:
        found.append(Speech.COMP_LINE)
    return tuple(protocol(words) for speech in found for protocol in PROTOCOLS[speech])[:MOST_CANDIDATES]


def choose(ask: Ask, likely: Sequence[Protocol]) -> Protocol | None:
    """Ask the tool in one protocol after the other, at most two calls each, and give the one that it speaks.

    One that only commands answer to is believed without asking: a script that came with the tool speaks it.
    """
    for protocol in likely:
        if not protocol.answers_at_root or protocol.speaks(ask(protocol.calls(()))):
            return protocol
    return None


def generators(help_text: str, commands: Collection[str] = (), command_help: str = "") -> tuple[Call, ...]:
    """Give the calls, at most two, that make the tool write a completion; none where its help names no way.

    `command_help` is the help of the listed command that does so, where it is known.
    """
    command = next((name for name in sorted(commands) if _COMMAND.fullmatch(name)), None)
    argvs = list(_by_command(command, command_help)) if command else list(_by_option(help_text[:_HEAD]))
    return tuple(Call(argv=encoded(argv)) for argv in argvs[: len(_SHELLS)])


def read_generated(words: Sequence[str], answers: Iterable[Answer | None]) -> Generated:
    """Read the completions that a tool wrote; the one with the most commands and options counts."""
    texts = [answer.printed for answer in answers if answer is not None and not answer.is_ours]
    found = [read_script(text, name_of(words), confidence=WRITTEN) for text in texts]
    return Generated(max(found, key=_weight, default={}), next(_spoken_in(texts), None))


def _weight(readings: Readings) -> int:
    return sum(len(reading.options) + len(reading.commands) for reading in readings.values())


def _spoken_in(scripts: Iterable[str]) -> Iterator[Speech]:
    for script in scripts:
        speech = speech_in(script)
        if speech:
            yield speech


def _looks_like(help_text: str) -> Iterator[Speech]:
    return (sign.speech for sign in _SIGNS if sign.is_in(help_text))


def _by_command(command: str, command_help: str) -> Iterator[tuple[str, ...]]:
    flags = set(_FLAG_OF_SHELL.findall(command_help))
    for shell in _SHELLS:
        if flags:
            yield from ([(command, f"--{shell}")] if shell in flags else [])
        elif _OPTION_OF_SHELL.search(command_help):
            yield (command, "--shell", shell)
        else:
            yield (command, shell)


def _by_option(help_text: str) -> Iterator[tuple[str, ...]]:
    kinds = set(_KIND.findall(help_text))
    named = _OPTION_FOR_KIND.search(help_text)
    if kinds and named:
        yield from ((named[1], f"complete-{shell}") for shell in _SHELLS if f"complete-{shell}" in kinds)
        return
    options = dict.fromkeys(_OPTION.findall(help_text))
    ending = [option for option in options if _SHELL_AT_END.search(option)]
    if ending:
        yield from ((option,) for option in sorted(ending, key=lambda option: not option.endswith(_SHELLS)))
        return
    for option in list(options)[:1]:
        yield from ((option, shell) for shell in _SHELLS)
