"""Walks through the commands of a tool, from the tool itself downwards, and reads all that is said about each.

The commands of one level are asked about side by side: each family (a command and what may be its subcommands) says
what it wants to read next, and all that all of them want is asked for at once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple, Protocol, TypeAlias

from shared.models.call import Call
from shared.models.job import Selection
from worker.analysis.asking import Answer, Asker
from worker.analysis.claims import CommandClaim, Reading
from worker.analysis.completions.said import Readings
from worker.analysis.completions.spoken.choosing import candidates, choose, generators, read_generated
from worker.analysis.completions.spoken.protocol import Protocol as Spoken
from worker.analysis.doors import Door, Page, better, read_page, reading_call
from worker.analysis.hints import bare_names, fuller_calls, is_about_every_command
from worker.knowledge.refusals import RefusalKind, read_refusals, refuses_word

# A name that no tool has: what is said about it is said about any word.
INVENTED = "xyzzy-plugh"
_DEEPEST = 5
_MOST_BESIDE = 2000
_ON_TRIAL = 2
_HELP_FIRST = 5
_HELP = "help"
_ASKS_FOR_HELP = frozenset({"-h", "--help", "-help", "-?"})
_NAMES_COMMANDS = frozenset({RefusalKind.INVALID_CHOICE, RefusalKind.UNKNOWN_COMMAND})


class Library(Protocol):
    """What is written about a tool outside of it: manuals, completions."""

    def about(self, path: tuple[str, ...]) -> Sequence[Reading]:
        """Give what is written about a command."""
        ...

    def below(self, path: tuple[str, ...]) -> Sequence[CommandClaim]:
        """Name what is written about as a command below another."""
        ...

    @property
    def scripts(self) -> Sequence[str]:
        """Give the completions for shells that came with the tool."""
        ...


class NoLibrary:
    """Nothing is written."""

    def about(self, path: tuple[str, ...]) -> Sequence[Reading]:
        """Give nothing."""
        return ()

    def below(self, path: tuple[str, ...]) -> Sequence[CommandClaim]:
        """Name nothing."""
        return ()

    @property
    def scripts(self) -> Sequence[str]:
        """Give none."""
        return ()


@dataclass
class Known:
    """A command, and all that was read about it.

    `page` is the best text that the tool shows about it, `fuller` are those with more of the same, `written` is what
    stands about it elsewhere, `claim` what its parent says of it. Where asking for its help gave that of the command
    above, it `shows_parent`: the word may be a plain argument. One that did not end is stuck, and is not asked again.
    """

    path: tuple[str, ...]
    page: Page | None = None
    fuller: list[Page] = field(default_factory=list)
    written: Sequence[Reading] = ()
    claim: CommandClaim | None = None
    shows_parent: bool = False
    is_stuck: bool = False
    aliases: list[str] = field(default_factory=list)
    children: list[Known] = field(default_factory=list)

    @property
    def pages(self) -> tuple[Page, ...]:
        """Give all texts that the tool itself shows, the best first."""
        return (*((self.page,) if self.page else ()), *self.fuller)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Give all that was read, the tool's own word first."""
        return (*(page.reading for page in self.pages), *self.written)

    @property
    def has_commands(self) -> bool:
        """Tell whether it is said to have some."""
        return any(one.takes_command or any(claim.sure for claim in one.commands) for one in self.readings)

    @property
    def names(self) -> tuple[str, ...]:
        """Give the words that call it, behind those of the command above."""
        return (*self.path[-1:], *(self.claim.aliases if self.claim else ()), *self.aliases)

    def walk(self) -> Iterator[Known]:
        """Give the command and all below it, level by level."""
        level = [self]
        while level:
            yield from level
            level = [child for one in level for child in one.children]


class _Wish(NamedTuple):
    """A command that a family wants to read about, and the door to try; without one the bare words are typed."""

    path: tuple[str, ...]
    door: Door | None

    @property
    def call(self) -> Call:
        """Give the call that shows it."""
        return reading_call(self.door.argv(self.path) if self.door else [word.encode() for word in self.path])


class _Heard(NamedTuple):
    """What came of a wish: the answer, None where the budget did not reach, and the page that it holds."""

    answer: Answer | None
    page: Page | None

    @property
    def texts(self) -> tuple[str, ...]:
        """Give what was printed."""
        return self.answer.texts if self.answer else ()

    @property
    def is_stuck(self) -> bool:
        """Tell whether the call waited for something, although help was asked for; it would behind each door."""
        return self.answer is not None and self.answer.is_overdue

    def refuses(self, word: str) -> bool:
        """Tell whether the tool said that it does not know a word."""
        return any(refuses_word(text, word) for text in self.texts)

    def commands(self) -> Iterator[str]:
        """Give the commands that a tool names when it is given a word that it does not know."""
        for refusal in chain.from_iterable(map(read_refusals, self.texts)):
            if refusal.kind in _NAMES_COMMANDS and refusal.subject in {INVENTED, None}:
                yield from refusal.choices


_AllHeard: TypeAlias = Mapping[_Wish, _Heard]
_Reads: TypeAlias = Generator[Sequence[_Wish], _AllHeard, None]


class Explorer:
    """Asks for help about one command after the other."""

    def __init__(self, asker: Asker, words: Sequence[str], select: Selection, library: Library | None = None) -> None:
        self._asker = asker
        self._words = tuple(words)
        self._select = select
        self._library = library or NoLibrary()
        self._protocol: Spoken | None = None
        self._generated: Readings = {}

    def explore(self) -> Known:
        """Learn the commands, level by level, until the budget is spent."""
        root = Known((), self._root_page())
        if root.page is not None and self._asker.cost == 1:  # one that is slow to answer is asked for help alone
            self._learn_to_complete(root.page)
        root.written = self._written(())
        self._read_more([root])
        level: list[tuple[Known, tuple[Known, ...]]] = [(root, (root,))]
        for _ in range(_DEEPEST):
            families = [_Family(self, parent, above) for parent, above in level]
            self._satisfy(families)
            for family in families:
                family.parent.children = list(family.confirmed())
            level = [(child, (*above, child)) for parent, above in level for child in parent.children]
            self._read_more([child for child, _ in level])
        return root

    def candidates(self, parent: Known) -> list[Known]:
        """Give what may be a command below another: what its texts call one, or what looks like one."""
        if parent.path[:1] == (_HELP,):  # what stands behind it are the commands themselves
            return []
        listed = [name for page in parent.fuller for name in bare_names(page.text)]
        has_commands = parent.has_commands or bool(listed)
        told = _told_once(
            [
                *(
                    claim
                    for page in parent.pages
                    for claim in page.reading.commands
                    if claim.sure or not page.is_manual
                ),
                # What is only written somewhere may be a word of something else, as one in a usage line may.
                *(replace(claim, in_usage=True) for reading in parent.written for claim in reading.commands),
                *self._library.below(parent.path),
                *map(CommandClaim, listed),
            ]
        )
        claims = [claim for claim in told if _may_be(claim) and (claim.sure or has_commands or parent.path)]
        if has_commands and not parent.path:
            claims.append(CommandClaim(_HELP))
        claims.sort(key=lambda claim: not claim.sure)  # a few go first, and show the way to the help of the others
        return self.begun(parent, claims[:_MOST_BESIDE])

    def begun(self, parent: Known, claims: Iterable[CommandClaim]) -> list[Known]:
        """Begin to learn commands that are claimed to be below another, as far as they are looked at."""
        children = [
            Known((*parent.path, claim.name), claim=claim, written=self._written((*parent.path, claim.name)))
            for claim in claims
        ]
        return [child for child in children if self._select.leads_to(" ".join(child.path))]

    def names_itself(self, child: Known, text: str) -> bool:
        """Tell a page that two commands share from that of one command under another name."""
        return f"{' '.join([self._words[-1], *child.path])} " in text

    def _root_page(self) -> Page | None:
        """Try door after door until one shows a list; a usage line alone may have more behind the next."""
        found: Page | None = None
        for door in Door:
            wish = _Wish((), door)
            found = better(found, self._read_all([wish])[wish].page)
            if found is not None and found.is_rich and not found.is_refusal:
                return found
        if found is None or found.is_refusal or not found.has_lists:
            found = better(found, read_page(self._asker.ask(reading_call(())), None, self._words))
        return found

    def _read_more(self, commands: Sequence[Known]) -> None:
        self._read_fuller(commands)
        self._read_completions(commands)

    def _written(self, path: tuple[str, ...]) -> Sequence[Reading]:
        """Give what is written about a command, by others and by the tool itself for shells."""
        own = self._generated.get(path)
        return (*self._library.about(path), *([_without_certainty(own)] if own else []))

    def _learn_to_complete(self, page: Page) -> None:
        """Let the tool write its completions, where its help names the way, and find how shells ask it for words."""
        commands = [claim.name for claim in page.reading.commands]
        written = self._asker.ask_all(generators(page.text, commands))
        self._generated = read_generated(self._words, written).readings
        likely = candidates(self._words, page.text, commands, self._library.scripts)
        self._protocol = choose(self._asker.ask_all, likely)

    def _read_completions(self, commands: Sequence[Known]) -> None:
        """Ask for the words that the tool offers to shells, unless that would leave nothing for reading help."""
        protocol = self._protocol
        if protocol is None or self._asker.affordable < _HELP_FIRST * len(commands):
            return
        asked = [(known, protocol.calls(known.path)) for known in commands if not known.is_stuck]
        answers = iter(self._asker.ask_all([call for _, calls in asked for call in calls]))
        for known, calls in asked:
            reading = protocol.read([next(answers) for _ in calls])
            known.written = (*known.written, *([_without_certainty(reading)] if reading else []))

    def _read_fuller(self, commands: Iterable[Known]) -> None:
        """Ask for all of a help of which only a part was shown, as it says itself."""
        asked = [
            (known, (*(word.encode() for word in known.path), *argv))
            for known in commands
            if known.page is not None
            for argv in fuller_calls(known.page, is_root=not known.path)
        ]
        answers = self._asker.ask_all([reading_call(argv) for _, argv in asked])
        for (known, _), answer in zip(asked, answers, strict=True):
            page = read_page(answer, None, (*self._words, *known.path))
            if page is None and answer is not None and answer.worked and bare_names(answer.stdout):
                page = Page(None, answer.call.argv, answer.stdout, Reading())
            if page is not None and not page.is_refusal and not is_about_every_command(page.text):
                known.fuller.append(page)

    def _satisfy(self, families: Sequence[_Family]) -> None:
        """Read what the families wish for, until none has a wish left."""
        reads = [family.reads() for family in families]
        wishes = {number: wished for number, read in enumerate(reads) if (wished := next(read, None)) is not None}
        while wishes:
            heard = self._read_all([wish for wished in wishes.values() for wish in wished])
            wishes = {number: wished for number in wishes if (wished := _sent(reads[number], heard)) is not None}

    def _read_all(self, wishes: Sequence[_Wish]) -> _AllHeard:
        answers = self._asker.ask_all([wish.call for wish in wishes])
        return {wish: _Heard(answer, self._page(wish, answer)) for wish, answer in zip(wishes, answers, strict=True)}

    def _page(self, wish: _Wish, answer: Answer | None) -> Page | None:
        """Read what is said about a command; what is said about a made-up word is only compared."""
        return None if INVENTED in wish.path else read_page(answer, wish.door, (*self._words, *wish.path))


class _Family:
    """A command, and what may be its subcommands while they prove it."""

    def __init__(self, explorer: Explorer, parent: Known, above: Sequence[Known]) -> None:
        self.parent = parent
        self._explorer = explorer
        self._above = above
        self._children = explorer.candidates(parent)
        self._rejected: set[str] = set()

    def reads(self) -> _Reads:
        """Try door after door, the most promising first, for those that still need more.

        A few go first, through all doors; where a door shows nothing for them, it is not tried for the others.
        """
        yield from self._ask_for_names()
        first, others = self._children[:_ON_TRIAL], self._children[_ON_TRIAL:]
        useful: list[Door] = []
        for door in self._doors():
            waiting = self._waiting(first)
            if waiting and (yield from self._try(door, waiting)):
                useful.append(door)
        useful.sort(key=lambda door: not any(child.page and child.page.door is door for child in first))
        for number, door in enumerate(dict.fromkeys([*useful, *self._doors()])):
            waiting = self._waiting(others)
            trial = waiting if number == 0 else waiting[:_ON_TRIAL]
            if trial and (yield from self._try(door, trial)) and len(waiting) > len(trial):
                yield from self._try(door, waiting[len(trial) :])

    def confirmed(self) -> Iterator[Known]:
        """Keep commands with help of their own, and those that their parent calls commands; join aliases."""
        by_text: dict[str, Known] = {}
        for child in self._children:
            text = child.page.text if child.page else None
            if text is not None and any(one.page and _is_same(text, one.page.text) for one in self._above):
                child.page = text = None
            if child.path[-1] in self._rejected or not _is_proved(child):
                continue
            is_alias = not (child.written or text is None or self._explorer.names_itself(child, text))
            if is_alias and text in by_text:
                by_text[text].aliases.append(child.path[-1])
                continue
            if text is not None:
                by_text[text] = child
            yield child

    def _ask_for_names(self) -> _Reads:
        """Type a word that no tool has where a command is due: many name those that they have."""
        if not self.parent.has_commands:
            return
        made_up = self._made_up(None)
        heard = yield [made_up]
        known = {name for child in self._children for name in child.names}
        named = [name for name in heard[made_up].commands() if name not in known]
        self._children += self._explorer.begun(self.parent, [CommandClaim(name) for name in dict.fromkeys(named)])

    def _made_up(self, door: Door | None) -> _Wish:
        return _Wish((*self.parent.path, INVENTED), door)

    def _doors(self) -> list[Door]:
        first = self.parent.page.door if self.parent.page else None
        return list(dict.fromkeys([*([first] if first else []), *Door]))

    def _waiting(self, children: Sequence[Known]) -> list[Known]:
        return [child for child in children if _needs_more(child) and child.path[-1] not in self._rejected]

    def _try(self, door: Door, children: Sequence[Known]) -> Generator[Sequence[_Wish], _AllHeard, bool]:
        """Ask behind one door about commands; tell whether anything was learned."""
        made_up, wishes = self._made_up(door), [_Wish(child.path, door) for child in children]
        heard = yield [made_up, *wishes]
        learned = False
        for child, said in zip(children, (heard[wish] for wish in wishes), strict=True):
            child.is_stuck = child.is_stuck or said.is_stuck
            if door is not Door.WORD and said.refuses(child.path[-1]):
                self._rejected.add(child.path[-1])  # behind that door it may have no page of its own and still be one
            if said.page is not None and not self._is_echo(said.page, child, heard[made_up].texts):
                learned = learned or child.page is None or said.page.rank > child.page.rank
                child.page = better(child.page, said.page)
        return learned

    def _is_echo(self, page: Page, child: Known, said: Sequence[str]) -> bool:
        """Tell a page that says nothing of the command: it is shown for its parent, or `said` of a made-up word too."""
        if self.parent.page is not None and _is_same(page.text, self.parent.page.text):
            child.shows_parent = True
            return True
        if _is_its_usage(page, child) and any(_is_same(page.text, text) for text in said):
            return False  # it is the command that is called where none is named
        name = child.path[-1]
        own = page.text.replace(name, INVENTED)
        return any(_is_same(own, text.replace(name, INVENTED)) for text in said)


def _sent(read: _Reads, heard: _AllHeard) -> Sequence[_Wish] | None:
    try:
        return read.send(heard)
    except StopIteration:
        return None


def _told_once(claims: Iterable[CommandClaim]) -> list[CommandClaim]:
    """Give each command once, the first sure claim of it before any other."""
    told: dict[str, CommandClaim] = {}
    for claim in claims:
        known = told.get(claim.name)
        if known is None or (claim.sure and not known.sure):
            told[claim.name] = claim
    taken = {alias for claim in told.values() for alias in claim.aliases if claim.sure}
    return [claim for name, claim in told.items() if name not in taken and name != _HELP]


def _needs_more(child: Known) -> bool:
    """Tell a command whose page is missing, or is a manual, or points to another place for more."""
    page = child.page
    if child.is_stuck:
        return False
    return page is None or page.is_manual or page.is_refusal or (not page.is_rich and _points_to_help(page, child))


def _points_to_help(page: Page, child: Known) -> bool:
    pointers = (f"help {' '.join(child.path)}", f"{' '.join(child.path)} --help", f"{' '.join(child.path)} -h")
    own = b" ".join(page.argv).decode(errors="replace")
    return any(pointer in page.text and pointer not in own for pointer in pointers)


def _may_be(claim: CommandClaim) -> bool:
    """Tell a word from a letter of a usage line: `tar c|x`."""
    return len(claim.name) > 1 or (claim.sure and not claim.in_usage)


def _without_certainty(reading: Reading) -> Reading:
    """Take what is offered for commands that must prove it: arguments are offered in the same way."""
    return replace(reading, commands=tuple(replace(claim, sure=False) for claim in reading.commands))


def _is_proved(child: Known) -> bool:
    """Tell a command from what only looks like one; asking for help is one where it has options of its own."""
    if child.path == (_HELP,):
        options = child.page.reading.options if child.page and child.page.has_lists else ()
        return any(not _ASKS_FOR_HELP.issuperset(claim.names) for claim in options)
    if child.page is not None or child.claim is None:
        return child.page is not None
    return child.claim.sure and not (child.claim.in_usage and child.shows_parent)


def _is_its_usage(page: Page, child: Known) -> bool:
    """Tell a page whose usage lines are all of this command, by all its words."""
    words = [line.split()[1:] for line in page.reading.usage]
    return bool(words) and all(line[: len(child.path)] == list(child.path) for line in words)


def _is_same(one: str, other: str) -> bool:
    return one.split() == other.split()
