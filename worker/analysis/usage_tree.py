"""Takes a usage line apart into words and the brackets around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from worker.analysis.dialects.heads import closing, option_follows

CLOSING = {"[": "]", "(": ")", "{": "}"}
DOTS = re.compile(r"\.{3}|…|(?<=[A-Za-z])\.\.(?=[\])>]|$)")
_ENDING = re.compile(r"(?P<name>(?<![\w-])--[a-z][\w-]{0,40})\[(?P<ending>-[a-z][\w-]{0,40})\]")
_BUNDLE = re.compile(r"(?:\[-\]|(?<!\S)-)\{(?P<letters>\w(?:\|\w){1,40})\}(?P<more>(?:\[\w[^\[\]]{0,40}\])*)")
_OF_A_BUNDLE = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 20
_NO_BRACKETS = str.maketrans("", "", "<>;")


@dataclass
class Group:
    """A bracket: alternatives, each a row of words and brackets."""

    bracket: str
    rows: list[list[Node]] = field(default_factory=lambda: [[]])


Node: TypeAlias = "str | Group"


def written_out(line: str) -> str:
    """Write out what is shortened: `--list[-full]`, and letters in a bundle (`[-]{a|x}[v][f FILE]`)."""
    line = _ENDING.sub(r"\g<name> | \g<name>\g<ending>", line)
    return _BUNDLE.sub(_written_bundle, line)


def _written_bundle(found: re.Match[str]) -> str:
    letters = " | ".join(f"-{letter}" for letter in found["letters"].split("|"))
    more = _OF_A_BUNDLE.sub(r" [-\1]", found["more"])
    return f"[{letters}]{more} "


def take_apart(line: str) -> list[list[Node]]:
    """Take a line apart into words and brackets; what is not closed ends with the line."""
    stack = [Group("")]
    at = 0
    while at < len(line):
        character = line[at]
        if character.isspace():
            at += 1
        elif character == "|":
            stack[-1].rows.append([])
            at += 1
        elif character in CLOSING and len(stack) < _DEEPEST and not _begins_word(line, at):
            group = Group(character)
            stack[-1].rows[-1].append(group)
            stack.append(group)
            at += 1
        elif len(stack) > 1 and character == CLOSING[stack[-1].bracket]:
            stack.pop()
            at += 1
        else:
            end = _word_end(line, at, stack[-1].bracket)
            stack[-1].rows[-1].append(line[at:end])
            at = end
    return stack[0].rows


def _begins_word(line: str, at: int) -> bool:
    """Tell the bracket of `[host:]port` from one that stands for itself."""
    end = closing(line, at)
    return line[end : end + 1].isalnum() and " " not in line[at:end]


def _word_end(line: str, at: int, bracket: str) -> int:
    """Find the end of a word; brackets glued to it belong to it."""
    start = at
    while at < len(line):
        character = line[at]
        if character.isspace() or character == "|" or character == CLOSING.get(bracket):
            break
        at = closing(line, at) if character == "<" or character in CLOSING else at + 1
    return max(at, start + 1)


def text_of(row: Sequence[Node]) -> str:
    """Join the words of a row, without the brackets that are part of them."""
    return " ".join(node for node in row if isinstance(node, str)).translate(_NO_BRACKETS).strip()


def is_dots(node: Node) -> bool:
    """Tell `...`, which says that what stands before it may stand again."""
    return isinstance(node, str) and DOTS.fullmatch(node) is not None


def starts_with_option(row: Sequence[Node]) -> bool:
    """Tell a row that begins with an option."""
    return isinstance(row[0], str) and option_follows(row[0])


def holds_options(node: Node) -> bool:
    """Tell a bracket in which nothing but options stands."""
    if isinstance(node, str):
        return False
    firsts = [row[0] for row in node.rows if row]
    return bool(firsts) and all(isinstance(first, str) and option_follows(first) for first in firsts)
