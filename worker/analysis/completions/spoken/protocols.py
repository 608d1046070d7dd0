"""The protocols that libraries for command lines speak; each is named for the library that made it known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from shared.models.call import Call
from shared.models.cli_tool import Takes
from shared.utils.text import decode
from worker.analysis.asking import Answer
from worker.analysis.completions.said import Value, is_option_name
from worker.analysis.completions.scripts import Speech
from worker.analysis.completions.spoken.protocol import (
    Offer,
    Protocol,
    encoded,
    environment,
    name_of,
    printed,
    variable_of,
    with_colons,
    with_tabs,
)

_DIRECTIVE = re.compile(r":\d{1,4}")
_HELP = "--help"
_ANSWER_FILE = "completions.txt"
_MOST_WORDS = 5_000
_KINDS = frozenset({"plain", "file", "dir"})


class Cobra(Protocol):
    """`__complete PATH WORD`: a word and its description in a line, at the end `:N`."""

    speech = Speech.COBRA

    def call(self, typed: Sequence[str]) -> Call:
        return Call(argv=encoded(("__complete", *typed)))

    def offers(self, answer: Answer) -> list[Offer] | None:
        lines = [line for line in printed(answer) if line.strip()]
        if not lines or not _DIRECTIVE.fullmatch(lines[-1].strip()):
            return None
        return with_tabs([line for line in lines[:-1] if not line.startswith("_activeHelp_")])


class Click(Protocol):
    """`_TOOL_COMPLETE=zsh_complete`: kind, word and help in three lines; `_` where there is no help."""

    speech = Speech.CLICK

    def call(self, typed: Sequence[str]) -> Call:
        words = " ".join([name_of(self.words), *typed]).rstrip()
        env = {
            f"_{variable_of(name_of(self.words))}_COMPLETE": "zsh_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(typed)),
        }
        return Call(argv=encoded([_HELP]), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        lines = printed(answer)
        lines = lines[:-1] if lines and not lines[-1] else lines
        kinds, words, helps = lines[0::3], lines[1::3], lines[2::3]
        if len(lines) % 3 or not _KINDS.issuperset(kinds):
            return None
        plain = [(word, said) for kind, word, said in zip(kinds, words, helps, strict=True) if kind == "plain"]
        return [Offer(word, "" if said == "_" else said) for word, said in plain if word and len(word.split()) == 1]


class Typer(Protocol):
    """`_TOOL_COMPLETE=complete_fish`: a word and its description in a line."""

    speech = Speech.TYPER

    def call(self, typed: Sequence[str]) -> Call:
        env = {
            f"_{variable_of(name_of(self.words))}_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_ARGS": " ".join([name_of(self.words), *typed]),
        }
        return Call(argv=encoded([_HELP]), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return with_tabs(printed(answer)) if not _shows_help(answer) else None


class Argcomplete(Protocol):
    """`_ARGCOMPLETE=1`: words and descriptions go to a file, because a shell reads them from a pipe of their own."""

    speech = Speech.ARGCOMPLETE

    def call(self, typed: Sequence[str]) -> Call:
        line = " ".join([name_of(self.words), *typed])
        env = {
            "_ARGCOMPLETE": "1",
            "_ARGCOMPLETE_IFS": "\n",
            "_ARGCOMPLETE_DFS": "\t",
            "_ARGCOMPLETE_SHELL": "fish",
            "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
            "_ARGCOMPLETE_STDOUT_FILENAME": _ANSWER_FILE,
            "COMP_LINE": line,
            "COMP_POINT": str(len(line.encode(errors="surrogateescape"))),
        }
        return Call(argv=encoded([_HELP]), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        content = next((file.content for file in answer.result.files if file.path == _ANSWER_FILE.encode()), None)
        return with_tabs(decode(content).split("\n")[:_MOST_WORDS]) if content is not None else None


class Clap(Protocol):
    """`COMPLETE=fish TOOL -- TOOL WORDS`: a word and its description in a line.

    What stands before the two dashes is not looked at by a tool that speaks this, so the call for help stands there.
    """

    speech = Speech.CLAP

    def call(self, typed: Sequence[str]) -> Call:
        words = (_HELP, "--", name_of(self.words), *typed)
        return Call(argv=encoded(words), env=environment({"COMPLETE": "fish"}))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return with_tabs(printed(answer)) if not _shows_help(answer) else None


class Yargs(Protocol):
    """`--get-yargs-completions TOOL WORDS`: a word and its description in a line, parted by a colon for zsh."""

    speech = Speech.YARGS

    def call(self, typed: Sequence[str]) -> Call:
        words = (_HELP, "--get-yargs-completions", name_of(self.words), *typed)
        return Call(argv=encoded(words), env=environment({"SHELL": "/bin/zsh", "ZSH_NAME": "zsh"}))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return with_colons(printed(answer)) if not _shows_help(answer) else None


class Kingpin(Protocol):
    """`--completion-bash WORDS`: words, one a line; options only behind two dashes."""

    speech = Speech.KINGPIN
    typed: ClassVar[tuple[tuple[str, ...], ...]] = ((), ("--",))

    def call(self, typed: Sequence[str]) -> Call:
        return Call(argv=encoded(("--completion-bash", *typed)))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return _only_words(answer)


class Urfave(Protocol):
    """`WORDS --generate-bash-completion`: words with what they do, parted by a colon where the shell is zsh."""

    speech = Speech.URFAVE
    flag: ClassVar[str] = "--generate-bash-completion"
    typed: ClassVar[tuple[tuple[str, ...], ...]] = ((), ("-",))

    def call(self, typed: Sequence[str]) -> Call:
        env = {"SHELL": "/bin/zsh", "_CLI_ZSH_AUTOCOMPLETE_HACK": "1"}
        return Call(argv=encoded((*typed, self.flag)), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return with_colons(printed(answer)) if answer.worked and not _shows_help(answer) else None


class NewUrfave(Urfave):
    """The same under the name that its third version gave it."""

    flag = "--generate-shell-completion"


class AutoComplete(Protocol):
    """`TOOL_AUTO_COMPLETE=1` with the words and the number of the one at the cursor; `--x=` takes a value."""

    speech = Speech.AUTO_COMPLETE
    typed: ClassVar[tuple[tuple[str, ...], ...]] = (("",), ("-",))

    def call(self, typed: Sequence[str]) -> Call:
        name = name_of(self.words)
        env = {
            f"{variable_of(name)}_AUTO_COMPLETE": "1",
            "COMP_WORDS": " ".join([name, *typed]).rstrip(),
            "COMP_CWORD": str(len(typed)),
        }
        return Call(argv=encoded([_HELP]), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        found = _only_words(answer)
        return [_with_value(offer) for offer in found] if found is not None else None


class Helper(Protocol):
    """`WORDS --git-completion-helper-all`: all options of a command in one line; `--x=` takes a value."""

    speech = Speech.HELPER
    answers_at_root = False
    typed: ClassVar[tuple[tuple[str, ...], ...]] = ((),)

    def call(self, typed: Sequence[str]) -> Call:
        return Call(argv=encoded((*typed, "--git-completion-helper-all")))

    def offers(self, answer: Answer) -> list[Offer] | None:
        text = " ".join(printed(answer))
        words = [word for word in text.split()[:_MOST_WORDS] if word != "--"]
        if not answer.worked or not all(word.startswith("-") and is_option_name(word.rstrip("=")) for word in words):
            return None
        return [_with_value(Offer(word)) for word in words]


class CompLine(Protocol):
    """`completion -- TOOL WORDS` with the line and the cursor's place in it: words, one a line.

    Only for a tool whose help lists the command `completion`.
    """

    speech = Speech.COMP_LINE

    def call(self, typed: Sequence[str]) -> Call:
        words = (name_of(self.words), *typed)
        line = " ".join(words)
        env = {
            "COMP_CWORD": str(len(typed)),
            "COMP_LINE": line,
            "COMP_POINT": str(len(line.encode(errors="surrogateescape"))),
        }
        return Call(argv=encoded(("completion", "--", *words)), env=environment(env))

    def offers(self, answer: Answer) -> list[Offer] | None:
        return _only_words(answer)


PROTOCOLS: Mapping[Speech, tuple[type[Protocol], ...]] = {
    Speech.COBRA: (Cobra,),
    Speech.CLICK: (Click,),
    Speech.TYPER: (Typer,),
    Speech.ARGCOMPLETE: (Argcomplete,),
    Speech.CLAP: (Clap,),
    Speech.YARGS: (Yargs,),
    Speech.KINGPIN: (Kingpin,),
    Speech.URFAVE: (Urfave, NewUrfave),
    Speech.AUTO_COMPLETE: (AutoComplete,),
    Speech.HELPER: (Helper,),
    Speech.COMP_LINE: (CompLine,),
}


def _with_value(offer: Offer) -> Offer:
    word = offer.word.removesuffix("=")
    return Offer(word, offer.description, Value(Takes.REQUIRED)) if word != offer.word else offer


def _only_words(answer: Answer) -> list[Offer] | None:
    """Read one word a line; None where a line has more."""
    lines = [line.strip() for line in printed(answer) if line.strip()]
    return [Offer(line) for line in lines] if all(len(line.split()) == 1 for line in lines) else None


def _shows_help(answer: Answer) -> bool:
    """Tell help, which is what a tool shows that does not look at the environment: it has indented lines."""
    return any(line[:1] in {" ", "\t"} or line.endswith(":") for line in printed(answer))
