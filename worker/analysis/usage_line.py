"""Reads usage lines: positional words, options that may stand nowhere else, and the place of commands.

frob [-abc] [-o FILE] [--mode={fast,slow}] [-v | --verbose] SOURCE... [DEST]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.models.cli_tool import Source, Takes
from worker.analysis.claims import UNSURE, ArgumentClaim, OptionClaim
from worker.analysis.dialects.heads import Head, Slot, closing, is_upper, option_follows, parse_head, slot_of, stem_of
from worker.analysis.usage_tree import (
    CLOSING,
    DOTS,
    Group,
    Node,
    holds_options,
    is_dots,
    starts_with_option,
    take_apart,
    text_of,
    written_out,
)

_OPTIONS_GO_HERE = re.compile(
    r"(?:^|[\s/-])(?:options?|flags?|switches|opts|optionen|opción|opciones|opzion[ei]|opção|opções|opties?|opcje"
    r"|ключи?|параметры?|опции|オプション|选项|選項)(?: [\w ]{0,60})?$",
    re.IGNORECASE,
)
_COMMAND_GOES_HERE = re.compile(
    r"(?:sub-?)?(?:command|cmd|function|applet)s?|(?:unter)?befehl|kommando|(?:sous-)?commande|(?:sub)?comandos?|(?:под)?команда|コマンド|命令|子命令",
    re.IGNORECASE,
)
_ITS_ARGUMENTS = re.compile(r"(?:(?:sub-?)?command[- _]?)?(?:args?|arguments?|options)", re.IGNORECASE)
_LITERAL = re.compile(r"[a-z][a-z0-9]*(?:[-_:.][a-z0-9]+)*")
_NAME_OF_FILE = re.compile(r"\.[a-z]{2,4}$")
_CHOICE = re.compile(r"[a-z0-9][\w.+-]*")
_VALUE = re.compile(r"<|[A-Z][A-Z0-9_-]*\b(?![a-z])")
_CLUSTER = re.compile(r"-[A-Za-z0-9?#@]{2,60}")
_DASHED = re.compile(r"(?<![\w-])--?[A-Za-z0-9][\w-]*")
_VOWELS = frozenset("aeiouyAEIOUY")
_PROSE = re.compile(r"[`'\"]?[A-Za-z]?[a-z]+[`'\",.;:]*")
_LONGEST_NAME = 60
_LONGEST_WORD = 9


@dataclass(frozen=True)
class Usage:
    """What one usage line says.

    `literal` is a plain word after the command's own and its options: perhaps a command itself. `is_right_after` tells
    that not even options stand between.
    """

    options: tuple[OptionClaim, ...] = ()
    arguments: tuple[ArgumentClaim, ...] = ()
    commands: tuple[str, ...] = ()
    literal: str | None = None
    takes_command: bool = False
    is_right_after: bool = False


def parse_usage(line: str, words: Sequence[str], known: Mapping[str, Takes] | None = None) -> Usage:
    """Read one usage line of a command; `words` are those that call it, the program first.

    `known` says of options that were read elsewhere whether they take a value.
    """
    root = Group("", take_apart(written_out(line)))
    reader = _Reader(known or {}, has_letters=_has_letters(line))
    rows = [_after_command(root.rows[0], words), *root.rows[1:]]
    for number, row in enumerate(rows):
        reader.read_row(row, optional=len(rows) > 1, is_main=number == 0)
    is_alternative = len(rows) > 1 and len(rows[0]) == 1  # `tool file|URL`
    literal = _literal(rows[0]) if _is_of(root.rows[0], words) and not is_alternative else None
    return Usage(
        _told_once(reader.options),
        tuple(reader.arguments),
        tuple(reader.commands),
        literal,
        reader.takes_command,
        is_right_after=literal is not None and rows[0][0] == literal,
    )


def _literal(row: Sequence[Node]) -> str | None:
    """Give the plain word that follows the command and its options."""
    first = next((node for node in row if not (holds_options(node) or _is_place_for_options(node))), None)
    is_word = isinstance(first, str) and _LITERAL.fullmatch(first) and not _NAME_OF_FILE.search(first)
    return str(first) if is_word else None


def _is_place_for_options(node: Node) -> bool:
    """Tell `[OPTIONS]`."""
    row = next((row for row in node.rows if row), []) if isinstance(node, Group) else []
    return bool(row) and not starts_with_option(row) and _OPTIONS_GO_HERE.search(text_of(row)) is not None


def _is_of(row: Sequence[Node], words: Sequence[str]) -> bool:
    """Tell the usage of a command from that of one beside it."""
    plain = [node for node in row if isinstance(node, str)]
    return plain[1 : len(words)] == list(words[1:])


def _after_command(row: list[Node], words: Sequence[str]) -> list[Node]:
    """Leave out the words of the command; brackets that stand between them stay."""
    rest = row[1:]
    kept: list[Node] = []
    for word in words[1:]:
        place = next((number for number, node in enumerate(rest) if isinstance(node, str)), len(rest))
        if place == len(rest) or rest[place] != word:
            break
        kept += rest[:place]
        rest = rest[place + 1 :]
    return [*kept, *rest]


def _has_letters(line: str) -> bool:
    """Tell whether all options beside a cluster are single letters (`tool [-abdc] [-o FILE]`)."""
    names = [word for word in _DASHED.findall(line) if not _CLUSTER.fullmatch(word)]
    return len(names) > 0 and all(len(name) == 2 for name in names)  # noqa: PLR2004 - a dash and a letter


class _Reader:
    """Collects what the rows of one usage line say."""

    def __init__(self, known: Mapping[str, Takes], *, has_letters: bool) -> None:
        self.known = known
        self.has_letters = has_letters
        self.options: list[OptionClaim] = []
        self.arguments: list[ArgumentClaim] = []
        self.commands: list[str] = []
        self.takes_command = False

    def read_row(self, row: Sequence[Node], *, optional: bool, is_main: bool = True, depth: int = 0) -> None:
        """Read words and brackets from left to right; a row that is not the main one only shows options."""
        place = 0
        while place < len(row):
            node = row[place]
            dotted = place + 1 < len(row) and is_dots(row[place + 1])
            if isinstance(node, Group):
                self._read_group(node, optional=optional, is_main=is_main, dotted=dotted, depth=depth)
                place += 1
            elif option_follows(node):
                place += self._read_option(row, place, optional=optional, depth=depth)
            else:
                if is_main:
                    self._add_argument(node, optional=optional, dotted=dotted)
                place += 1

    def _read_group(self, group: Group, *, optional: bool, is_main: bool, dotted: bool, depth: int) -> None:
        rows = [row for row in group.rows if row]
        optional = optional or group.bracket == "["
        if not rows or _is_place_for_options(group) or _is_remark(group, rows):
            return
        if group.bracket == "{" and self._read_braces(rows, is_main=is_main, dotted=dotted):
            return
        if _is_repetition(rows[0], self.arguments):
            self.arguments[-1] = _variadic(self.arguments[-1])
            return
        options, arguments = len(self.options), len(self.arguments)
        self._read_rows(rows, optional=optional, is_main=is_main, depth=depth)
        if dotted:
            self.options[options:] = [_repeatable(claim) for claim in self.options[options:]]
            self.arguments[arguments:] = [_variadic(claim) for claim in self.arguments[arguments:]]

    def _read_rows(self, rows: Sequence[Sequence[Node]], *, optional: bool, is_main: bool, depth: int) -> None:
        if _is_choice(rows):
            words = tuple(text_of(row) for row in rows)
            if is_main:
                self.arguments.append(ArgumentClaim("|".join(words)[:_LONGEST_NAME], not optional, choices=words))
        elif len(rows) > 1:
            self._read_alternatives(rows, optional=optional, is_main=is_main, depth=depth)
        else:
            self.read_row(rows[0], optional=optional, is_main=is_main, depth=depth + 1)

    def _read_braces(self, rows: Sequence[Sequence[Node]], *, is_main: bool, dotted: bool) -> bool:
        """Read `{a,b}`: commands where `...` follows, for each of them has arguments of its own, else choices."""
        words = tuple(word for word in text_of(rows[0]).split(",") if word)
        if len(rows) > 1 or len(words) < 2 or not all(_CHOICE.fullmatch(word) for word in words):  # noqa: PLR2004
            return False
        if dotted:
            self.commands += words
            self.takes_command = True
        elif is_main:
            self.arguments.append(ArgumentClaim("|".join(words)[:_LONGEST_NAME], choices=words))
        return True

    def _read_alternatives(self, rows: Sequence[Sequence[Node]], *, optional: bool, is_main: bool, depth: int) -> None:
        before = len(self.options)
        choices = _choices_of_an_option(rows)
        if choices:
            self._read_option(rows[0][:1], 0, optional=optional, depth=depth + 1)
            self.options[before:] = [_choosing(claim, choices) for claim in self.options[before:]]
            return
        main = next((number for number, row in enumerate(rows) if not starts_with_option(row)), None)
        ends: list[int] = []
        for number, row in enumerate(rows):
            is_first = is_main and number == main
            self.read_row(row, optional=optional or not is_first, is_main=is_first, depth=depth + 1)
            ends.append(len(self.options) - before)
        read = self.options[before:]
        are_single = ends == list(range(1, len(rows) + 1))
        paired = _paired(read)
        self.options[before:] = _exclusive(paired) if are_single and len(paired) > 1 else paired

    def _read_option(self, row: Sequence[Node], place: int, *, optional: bool, depth: int) -> int:
        """Read an option and the word or bracket that stands for its value; say how many nodes that were."""
        word = str(row[place])
        if self._is_given(word) or _OPTIONS_GO_HERE.search(word):
            return 1
        *letters, last = _letters(word, self.known, is_alone=len(row) == 1 and self.has_letters) or (word.rstrip(","),)
        self.options += [OptionClaim((letter,), source=Source.USAGE, confidence=UNSURE) for letter in letters]
        head = parse_head(last)
        if head is None:
            return 1
        head = self._without_cluster(head)
        slot, taken = (head.slot, 0) if head.slot.takes is not Takes.NONE else self._value_of(head, row, place, depth)
        repeated = _is_repeated(row[place + taken : place + taken + 2]) if taken else False
        self.options += _claims(head, replace(slot, repeatable=slot.repeatable or repeated), required=not optional)
        return 1 + taken + repeated

    def _is_given(self, word: str) -> bool:
        """Tell `-Zfast`, a call with the value `fast`, where `-Z` is documented to take one."""
        is_glued = len(word) > 2 and word[0] == "-" != word[1] and word not in self.known  # noqa: PLR2004
        return is_glued and word[2:].isalpha() and word[2:].islower() and self.known.get(word[:2]) is Takes.REQUIRED

    def _without_cluster(self, head: Head) -> Head:
        """Read `-c[sw]` as the options `-c`, `-s` and `-w`, where they are documented so."""
        letters = head.slot.name or ""
        is_flag = any(self.known.get(name) is Takes.NONE for name in head.names)
        are_flags = bool(letters) and all(self.known.get(f"-{letter}") is Takes.NONE for letter in letters)
        return replace(head, slot=Slot()) if head.slot.joined == "" and is_flag and are_flags else head

    def _value_of(self, head: Head, row: Sequence[Node], place: int, depth: int) -> tuple[Slot, int]:
        following = row[place + 1] if place + 1 < len(row) else None
        takes = next((self.known[name] for name in head.names if name in self.known), None)
        is_last = place + 2 >= len(row)
        is_plain = (
            depth > 0
            and isinstance(following, str)
            and (following.startswith("<") or (is_last and is_upper(following)))
        )
        if following is None or (takes is Takes.NONE and not is_plain) or is_dots(following):
            return head.slot, 0
        if isinstance(following, Group):
            return _slot_in(following, takes, is_last=place + 2 == len(row) and depth > 0, otherwise=head.slot)
        is_value = not option_follows(following) and (depth == 0 or place + 2 >= len(row) or _VALUE.match(following))
        return (slot_of(following), 1) if is_value or takes is not None else (head.slot, 0)

    def _add_argument(self, word: str, *, optional: bool, dotted: bool) -> None:
        name = _name_of(word)
        if not name or _OPTIONS_GO_HERE.search(name):
            return
        stands_for_command = _COMMAND_GOES_HERE.fullmatch(name) is not None or (
            self.takes_command and _ITS_ARGUMENTS.fullmatch(name) is not None
        )
        self.takes_command = self.takes_command or stands_for_command
        variadic = dotted or DOTS.search(word) is not None or word.endswith("(s)")
        if self.arguments and _is_same(self.arguments[-1].name, name):
            self.arguments[-1] = _variadic(self.arguments[-1])
        else:
            self.arguments.append(ArgumentClaim(name, not optional, variadic, stands_for_command=stands_for_command))


def _is_repeated(nodes: Sequence[Node]) -> bool:
    """Tell `X [X ...]` behind an option."""
    if len(nodes) < 2 or not isinstance(nodes[1], Group) or isinstance(nodes[0], Group):  # noqa: PLR2004
        return False
    row = nodes[1].rows[0]
    return len(row) == 2 and row[0] == nodes[0] and is_dots(row[1])  # noqa: PLR2004


def _claims(head: Head, slot: Slot, *, required: bool) -> Iterator[OptionClaim]:
    yield OptionClaim(
        head.names,
        slot.takes,
        value_name=slot.name,
        joined=slot.joined,
        choices=slot.choices,
        repeatable=slot.repeatable,
        required=required,
        source=Source.USAGE,
        confidence=UNSURE,
    )
    for names in head.negations:
        yield OptionClaim(names, negates=max(head.names, key=len), source=Source.USAGE, confidence=UNSURE)


def _slot_in(group: Group, takes: Takes | None, *, is_last: bool, otherwise: Slot) -> tuple[Slot, int]:
    """Read a bracket behind an option: `-j [N]`, `--mode {a,b}`, `--to (x | y)`."""
    text = "|".join(text_of(row) for row in group.rows)
    if not text or option_follows(text.lstrip("<[({")):
        return otherwise, 0
    if group.bracket in "{(" or (takes is not None or is_last):
        return slot_of(f"{group.bracket}{text}{CLOSING[group.bracket]}"), 1
    return otherwise, 0


def _name_of(word: str) -> str:
    bare = DOTS.sub("", word).strip("'\",;:=")
    inner = bare[1 : closing(bare, 0) - 1] if bare.startswith("<") else re.split(r"[\[({<]", bare, maxsplit=1)[0]
    name = inner.strip(" ,.:;=|/")
    return name[:_LONGEST_NAME] if name[:1].isalnum() and name.isprintable() else ""


def _is_remark(group: Group, rows: Sequence[Sequence[Node]]) -> bool:
    """Tell `(see also the other command)`, which is said to the reader."""
    words = [node for node in rows[0] if isinstance(node, str)]
    is_prose = all(_PROSE.fullmatch(word) for word in words)
    return group.bracket == "(" and len(rows) == 1 and len(words) == len(rows[0]) > 1 and is_prose


def _is_same(one: str, other: str) -> bool:
    return one.lower().rstrip("s") == other.lower().rstrip("s")


def _is_repetition(row: Sequence[Node], arguments: Sequence[ArgumentClaim]) -> bool:
    """Tell `[FILE ...]` behind `FILE`."""
    words = [node for node in row if isinstance(node, str) and not is_dots(node)]
    return bool(arguments) and len(words) == 1 and len(row) <= 2 and _is_same(arguments[-1].name, _name_of(words[0]))  # noqa: PLR2004


def _is_choice(rows: Sequence[Sequence[Node]]) -> bool:
    """Tell alternatives that are words to be typed from those that stand for something."""
    return len(rows) > 1 and all(
        len(row) == 1 and isinstance(row[0], str) and _LITERAL.fullmatch(row[0]) for row in rows
    )


def _choices_of_an_option(rows: Sequence[Sequence[Node]]) -> tuple[str, ...]:
    """Read `-t one | two | three`."""
    first, *others = rows
    if len(first) != 2 or not all(isinstance(node, str) for node in first) or not option_follows(str(first[0])):  # noqa: PLR2004
        return ()
    words = (str(first[1]), *(text_of(row) for row in others))
    return words if all(_CHOICE.fullmatch(word) for word in words) else ()


def _choosing(claim: OptionClaim, choices: tuple[str, ...]) -> OptionClaim:
    return replace(claim, takes=Takes.REQUIRED, value_name=None, choices=choices)


def _variadic(argument: ArgumentClaim) -> ArgumentClaim:
    return replace(argument, variadic=True)


def _repeatable(claim: OptionClaim) -> OptionClaim:
    return replace(claim, repeatable=True)


def _told_once(claims: Sequence[OptionClaim]) -> tuple[OptionClaim, ...]:
    """Give each option once; what stands twice in one line may be given twice (`[--tag T [--tag T ...]]`)."""
    told: dict[tuple[str, ...], OptionClaim] = {}
    for claim in claims:
        told[claim.names] = _repeatable(told[claim.names]) if claim.names in told else claim
    return tuple(told.values())


def _paired(claims: Sequence[OptionClaim]) -> list[OptionClaim]:
    """Join `-v | --verbose` to one option; other alternatives are options of their own."""
    joined: list[OptionClaim] = []
    for claim in claims:
        last = joined[-1] if joined else None
        if last and _is_short(last) and claim.names[0].startswith("--") and not claim.negates:
            slot = claim if claim.takes is not Takes.NONE else last
            joined[-1] = replace(slot, names=(*last.names, *claim.names))
        else:
            joined.append(claim)
    return joined


def _exclusive(claims: Sequence[OptionClaim]) -> list[OptionClaim]:
    """Say of alternatives that they do not stand together; an option and its opposite may, and the last one counts."""
    names = [max(claim.names, key=len) for claim in claims]
    return [
        replace(claim, conflicts=tuple(other for other in names if stem_of(other) != stem_of(own)))
        for claim, own in zip(claims, names, strict=True)
    ]


def _is_short(claim: OptionClaim) -> bool:
    return len(claim.names) == 1 and len(claim.names[0]) == 2  # noqa: PLR2004 - a dash and a letter


def _letters(word: str, known: Mapping[str, Takes], *, is_alone: bool = False) -> tuple[str, ...]:
    """Take `-abc` apart where it is a cluster of letters and not a word; nothing where it is one option.

    One that stands alone in its bracket, where all else are letters, needs less proof.
    """
    letters = tuple(f"-{letter}" for letter in word[1:])
    if not _CLUSTER.fullmatch(word) or word in known or len(set(letters)) < len(letters):
        return ()
    is_sorted = list(word[1:]) == sorted(word[1:], key=lambda letter: (letter.isalpha(), letter.lower()))
    is_mixed = any(letter.islower() for letter in word[1:]) and any(letter.isupper() for letter in word[2:])
    documented = sum(letter in known for letter in letters)
    is_cluster = is_sorted or is_mixed or documented == len(letters) or len(letters) == 2  # noqa: PLR2004 - `-rf`
    is_no_word = not _VOWELS.intersection(word) or len(letters) > _LONGEST_WORD or 2 * documented >= len(letters)
    return letters if is_cluster or (is_alone and is_no_word) else ()
