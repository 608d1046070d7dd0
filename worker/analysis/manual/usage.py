"""Finds the usage lines of a page, and the words that call the command that the page is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from worker.analysis.dialects.heads import option_follows, parse_head
from worker.analysis.dialects.layout import GAP
from worker.analysis.manual.sections import Role, Section
from worker.analysis.manual.typeset.blocks import Block
from worker.analysis.manual.typeset.spans import squeezed
from worker.analysis.usage_line import parse_usage

_MOST_LINES = 60
_LONGEST_LINE = 4000
_MARKED_NAME = re.compile(r"^<([^<>]+)>")
_CONTINUES = re.compile(r"[\[<({|.-]")
_REMARK = re.compile(r"\([A-Z][^|<\[]*\)")
_TAKES_COMMAND = re.compile(
    r"(?<![\w+-])(?:sub-?)?(?:command|cmd|action|verb|operation|applet)(?![\w-])", re.IGNORECASE
)
_WORD = re.compile(r"(?<![\w<>.+=/-])[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?![\w<>.=/-])")
_ANNOUNCED = re.compile(r"usage: (?=\S)", re.IGNORECASE)
_OPTION = re.compile(r"(?<![\w-])(?P<name>-(?:-(?:\[no-\])?)?[A-Za-z0-9?#@](?:\w|[-.](?=\w)){0,60})")
_PARTS = re.compile(r"[-_ ]")


def usage_lines(sections: Sequence[Section], program: str, stem: str) -> list[tuple[str, int]]:
    """Give the usage lines with their lines in the page; each begins with the program or the name of the page."""
    lines: list[tuple[str, int]] = []
    for section in sections:
        if section.role is Role.USAGE:
            lines += _lines_in(section.blocks, program, stem)
    return (lines or list(_announced(sections)))[:_MOST_LINES]


def is_listed(block: Block) -> bool:
    """Tell a line of a list that is set as it stands: an option, and its description in a column beside it."""
    text = block.text.strip()
    gap = GAP.search(text) if option_follows(text) else None
    return gap is not None and parse_head(text[: gap.start()]) is not None


def _lines_in(blocks: Sequence[Block], program: str, stem: str) -> Iterator[tuple[str, int]]:
    starts = {program, stem, stem.replace("-", " ").split(" ")[0]}
    if blocks:
        # A page may call the tool by another name than it is installed under.
        starts.add(_plain_start(blocks[0]).split(" ")[0])
    held: tuple[str, int] | None = None
    for block in blocks:
        text = _plain_start(block)
        if text.split(" ")[0] in starts:
            if held is not None:
                yield held
            held = (text[:_LONGEST_LINE], block.number)
        elif held is not None and _goes_on(block, blocks[0], text):
            held = (f"{held[0]} {text}"[:_LONGEST_LINE], held[1])
        elif held is not None:
            yield held
            held = None
    if held is not None:
        yield held


def _goes_on(block: Block, first: Block, text: str) -> bool:
    if _REMARK.fullmatch(text):
        return False
    is_deeper = not block.after_blank and block.indent > first.indent
    return (is_deeper or _CONTINUES.match(text) is not None) and not is_listed(block)


def _announced(sections: Sequence[Section]) -> Iterator[tuple[str, int]]:
    """Give lines that call themselves usage, in a page without a section for them."""
    for section in sections:
        for block in section.blocks:
            text = block.marked
            if section.role is Role.OTHER and _ANNOUNCED.match(text):
                yield _plain_start(block)[:_LONGEST_LINE], block.number


def _plain_start(block: Block) -> str:
    """Give the line; a name of the tool that is set in italics stands for itself."""
    text = _ANNOUNCED.sub("", block.marked).removeprefix("$ ")
    return _MARKED_NAME.sub(r"\1", text)


def path_of(stem: str, words: Sequence[str], usage: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Give the words behind the tool's own that call what a page is about, as its name and its usage lines tell.

    `git-cherry-pick` is one word and `docker-image-ls` two: the usage line parts them with blanks.
    """
    prefix = "-".join(words)
    normal = _PARTS.sub("-", stem)
    if not normal.startswith(f"{prefix}-"):
        return ()
    rest = normal[len(prefix) + 1 :]
    for line, _ in usage:
        tokens = line.split(" ")[1:]
        for depth in range(1, min(len(tokens), 6) + 1):
            path = tokens[len(words) - 1 : len(words) - 1 + depth]
            if _PARTS.sub("-", "-".join(path)) == rest:
                return tuple(path)
    return (stem[len(prefix) + 1 :],)


def speaks_of(path: Sequence[str], words: Sequence[str], usage: Sequence[tuple[str, int]]) -> bool:
    """Tell whether a usage line calls the command as words behind the tool's own, with blanks between them."""
    called = " ".join([*words[1:], *path])
    return bool(path) and any(f"{line.partition(' ')[2]} ".startswith(f"{called} ") for line, _ in usage)


def by_literal(usage: Sequence[tuple[str, int]], words: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Group usage lines by the plain word behind the command's own: `git notes add`, `git notes copy`.

    Lines without one stand under the empty word. It is a word to be typed only where lines differ in it.
    """
    groups: dict[str, list[tuple[str, int]]] = {}
    for line in usage:
        groups.setdefault(parse_usage(line[0], words).literal or "", []).append(line)
    return groups


def takes_command(usage: Sequence[tuple[str, int]], words: Sequence[str]) -> bool:
    """Tell whether a usage line has a place for a command."""
    return any(_TAKES_COMMAND.search(line[len(words[0]) :]) for line, _ in usage)


def words_in(usage: Sequence[tuple[str, int]], words: Sequence[str]) -> frozenset[str]:
    """Give the plain words of usage lines: those to be typed, where placeholders are marked as such."""
    return frozenset(word for line, _ in usage for word in _WORD.findall(line[len(words[0]) :]))


def options_in(usage: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Give the spellings of options that stand in usage lines."""
    found: set[str] = set()
    for line, _ in usage:
        for name in _OPTION.finditer(line):
            found.add(name["name"].replace("[no-]", ""))
            if "[no-]" in name["name"]:
                found.add(name["name"].replace("[no-]", "no-"))
    return frozenset(found)


def is_usage_of(block: Block, called: Sequence[str]) -> bool:
    """Tell a line that shows how a command is called: by all its words, or by the last of them."""
    text = squeezed(block.text)
    starts = (f"{' '.join(called)} ", f"{called[-1]} ")
    rest = next((text[len(start) :] for start in starts if text.startswith(start)), "")
    return rest[:1] in {"[", "<", "-", "{"} or rest.split(" ")[0].rstrip(".").isupper()
