"""Tells what kind of completion a text is, reads it, or names the protocol in which it asks the tool itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from worker.analysis.completions.bash import read_bash
from worker.analysis.completions.fish import read_fish
from worker.analysis.completions.said import MOST_TEXT, SHIPPED, Readings
from worker.analysis.completions.zsh import read_zsh


class Shell(StrEnum):
    """The shell that a completion is written for; those with more to say come first."""

    ZSH = "zsh"
    FISH = "fish"
    BASH = "bash"


class Speech(StrEnum):
    """A way in which a shell asks a tool for words, named by the library that made it known."""

    COBRA = "cobra"
    CLICK = "click"
    TYPER = "typer"
    ARGCOMPLETE = "argcomplete"
    CLAP = "clap"
    YARGS = "yargs"
    KINGPIN = "kingpin"
    URFAVE = "urfave"
    AUTO_COMPLETE = "auto_complete"
    HELPER = "completion_helper"
    COMP_LINE = "comp_line"


_READERS: Mapping[Shell, Callable[[str, str, float], Readings]] = {
    Shell.ZSH: read_zsh,
    Shell.FISH: read_fish,
    Shell.BASH: read_bash,
}
# What a script that asks the tool has in it; the first that fits counts.
_SIGNS: tuple[tuple[re.Pattern[str], Speech], ...] = tuple(
    (re.compile(pattern), speech)
    for pattern, speech in (
        (r"\b__complete(?:NoDesc)?\b", Speech.COBRA),
        (r"\b_TYPER_COMPLETE_ARGS\b", Speech.TYPER),
        (
            r"\b_[A-Z0-9_]{1,60}_COMPLETE=\w{0,8}_?complete\b|\b_[A-Z0-9_]{1,60}_COMPLETE=(?:zsh|bash|fish)_",
            Speech.CLICK,
        ),
        (r"\b_ARGCOMPLETE\b|__python_argcomplete", Speech.ARGCOMPLETE),
        (r"(?<![\w])COMPLETE=[\"']?(?:bash|zsh|fish)\b|_CLAP_COMPLETE_INDEX|_CLAP_IFS", Speech.CLAP),
        (r"--get-yargs-completions\b", Speech.YARGS),
        (r"--completion-bash\b", Speech.KINGPIN),
        (r"--generate-(?:bash|shell)-completion\b", Speech.URFAVE),
        (r"\b[A-Z0-9_]{1,60}_AUTO_COMPLETE=1", Speech.AUTO_COMPLETE),
        (r"--git-completion-helper\b|--completion-helper\b", Speech.HELPER),
    )
)
_ZSH = re.compile(r"#compdef\b|^\s*_arguments\b|^\s*compdef\s", re.MULTILINE)
_FISH = re.compile(r"^\s*complete\s+[^\n]{0,200}?(?:-c|--command)\b", re.MULTILINE)
_BASH = re.compile(r"\bCOMPREPLY\b|\bcompgen\b|^complete\s+-[FWAo]", re.MULTILINE)


def shell_of(text: str) -> Shell | None:
    """Tell for which shell a text completes words; None where it does for none."""
    beginning = text[:MOST_TEXT]
    for pattern, shell in ((_ZSH, Shell.ZSH), (_BASH, Shell.BASH), (_FISH, Shell.FISH)):
        if pattern.search(beginning):
            return shell
    return None


def speech_in(text: str) -> Speech | None:
    """Name the protocol in which a script asks the tool, where it is one of those that we speak."""
    beginning = text[:MOST_TEXT]
    return next((speech for pattern, speech in _SIGNS if pattern.search(beginning)), None)


def read_script(text: str, program: str, shell: Shell | None = None, confidence: float = SHIPPED) -> Readings:
    """Give what a completion says by itself, by the path of its commands; nothing where it only asks the tool."""
    found = shell or shell_of(text)
    return _READERS[found](text[:MOST_TEXT], program, confidence) if found else {}
