"""Walks through the commands of a tool, from the tool itself downwards, and reads the help of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared.models.call import Call
from shared.models.job import Selection
from worker.analysis.asking import Asker
from worker.analysis.claims import CommandClaim
from worker.analysis.doors import Door, Page, better, read_page
from worker.knowledge.refusals import refuses_word

# A name that no tool has: what is said about it is said about any word.
INVENTED = "xyzzy-plugh"
_DEEPEST = 5
_MOST_BESIDE = 400
_ON_TRIAL = 2


@dataclass
class Known:
    """A command, the page that shows its help where it has one of its own, and what its parent said about it."""

    path: tuple[str, ...]
    page: Page | None = None
    claim: CommandClaim | None = None
    aliases: list[str] = field(default_factory=list)
    children: list[Known] = field(default_factory=list)

    def walk(self) -> Iterator[Known]:
        """Give the command and all below it, level by level."""
        level = [self]
        while level:
            yield from level
            level = [child for one in level for child in one.children]


class Explorer:
    """Asks for help about one command after the other."""

    def __init__(self, asker: Asker, words: Sequence[str], select: Selection, reserve: int) -> None:
        self._asker = asker
        self._words = tuple(words)
        self._select = select
        self._reserve = reserve

    def explore(self) -> Known:
        """Learn the commands, level by level, until the budget is spent."""
        root = Known((), self._root_page())
        level: list[tuple[Known, tuple[Known, ...]]] = [(root, (root,))] if root.page else []
        for _ in range(_DEEPEST):
            for parent, _ in level:
                parent.children = self._children(parent)
            for parent, above in level:
                self._read_children(parent, above)
            level = [(child, (*above, child)) for parent, above in level for child in parent.children if child.page]
        return root

    def _root_page(self) -> Page | None:
        """Try door after door until one shows a list; a usage line alone may have more behind the next."""
        found: Page | None = None
        for door in Door:
            found = better(found, self._read((), door))
            if found is not None and found.is_rich and not found.is_refusal:
                return better(found, self._fuller(found))
        if found is None or found.is_refusal:
            answer = self._asker.ask(Call())
            found = better(found, read_page(answer, None, self._words))
        return better(found, self._fuller(found)) if found else None

    def _fuller(self, page: Page) -> Page | None:
        """Ask for all of a help of which only a part was shown, as it says itself."""
        argv = page.fuller_argv
        return read_page(self._asker.ask(Call(argv=argv)), page.door, self._words) if argv else None

    def _read(self, path: tuple[str, ...], door: Door) -> Page | None:
        return self._read_all([(path, door)], reserve=0)[0]

    def _read_all(self, asked: Sequence[tuple[tuple[str, ...], Door]], reserve: int) -> list[Page | None]:
        calls = [Call(argv=door.argv(path)) for path, door in asked]
        answers = self._asker.ask_all(calls, reserve)
        return [
            read_page(answer, door, (*self._words, *path)) for (path, door), answer in zip(asked, answers, strict=True)
        ]

    def _children(self, parent: Known) -> list[Known]:
        """Give what may be a command below another: what its help calls one, or what looks like one."""
        reading = parent.page.reading if parent.page else None
        if reading is None:
            return []
        has_commands = reading.takes_command or any(claim.sure for claim in reading.commands)
        claims = [claim for claim in reading.commands if claim.sure or has_commands or parent.path]
        children = [Known((*parent.path, claim.name), claim=claim) for claim in claims[:_MOST_BESIDE]]
        return [child for child in children if self._select.leads_to(" ".join(child.path))]

    def _read_children(self, parent: Known, above: Sequence[Known]) -> None:
        waiting = list(parent.children)
        rejected: set[str] = set()
        for number, door in enumerate(self._doors_below(parent)):
            # Where another door shows nothing for the first of them, it is not tried for the others.
            tried = waiting[:_ON_TRIAL] if number else waiting
            if self._try(door, parent, tried, rejected):
                self._try(door, parent, waiting[len(tried) :], rejected)
            rejected_or_overdue = rejected | {child.path[-1] for child in waiting if self._is_overdue(child, door)}
            waiting = [child for child in waiting if _needs_more(child) and child.path[-1] not in rejected_or_overdue]
        parent.children = list(self._confirmed(parent, above, rejected))

    def _doors_below(self, parent: Known) -> list[Door]:
        first = parent.page.door if parent.page else None
        return list(dict.fromkeys([*([first] if first else []), *Door]))

    def _try(self, door: Door, parent: Known, children: Sequence[Known], rejected: set[str]) -> bool:
        """Ask behind one door about commands; tell whether anything was learned."""
        pages = self._read_all([(child.path, door) for child in children], self._reserve)
        learned = False
        for child, page in zip(children, pages, strict=True):
            if page is None or self._is_echo(page, child, parent, door):
                continue
            learned = learned or child.page is None or page.rank > child.page.rank
            child.page = better(child.page, page)
        if door is not Door.WORD:  # a command may have no page of its own and still be one
            rejected |= {child.path[-1] for child in children if self._is_refused(child, door)}
        return learned

    def _is_refused(self, child: Known, door: Door) -> bool:
        answer = self._asker.known(Call(argv=door.argv(child.path)))
        return answer is not None and any(refuses_word(text, child.path[-1]) for text in answer.texts)

    def _is_overdue(self, child: Known, door: Door) -> bool:
        """Tell a command that does not end when asked for help: it will not behind another door either."""
        answer = self._asker.known(Call(argv=door.argv(child.path)))
        return answer is not None and answer.is_overdue

    def _is_echo(self, page: Page, child: Known, parent: Known, door: Door) -> bool:
        """Tell a page that says nothing of the command: it is shown for its parent and for made-up words as well."""
        if parent.page is not None and _is_same(page.text, parent.page.text):
            return True
        made_up = Call(argv=door.argv((*parent.path, INVENTED)))
        answer = self._asker.ask(made_up)
        name = child.path[-1]
        own = page.text.replace(name, INVENTED)
        return any(_is_same(own, text.replace(name, INVENTED)) for text in (answer.texts if answer else ()))

    def _names_itself(self, child: Known, text: str) -> bool:
        """Tell a page that two commands share from that of one command under another name."""
        return f"{' '.join([self._words[-1], *child.path])} " in text

    def _confirmed(self, parent: Known, above: Sequence[Known], rejected: set[str]) -> Iterator[Known]:
        """Keep commands with help of their own, and those that their parent calls commands; join aliases."""
        by_text: dict[str, Known] = {}
        for child in parent.children:
            text = child.page.text if child.page else None
            if text is not None and any(one.page and _is_same(text, one.page.text) for one in above):
                child.page = text = None
            if child.path[-1] in rejected or (child.page is None and not (child.claim and child.claim.sure)):
                continue
            if text is not None and text in by_text and not self._names_itself(child, text):
                by_text[text].aliases.append(child.path[-1])
                continue
            if text is not None:
                by_text[text] = child
            yield child


def _needs_more(child: Known) -> bool:
    """Tell a command whose page is missing, or is a manual, or points to another place for more."""
    page = child.page
    return page is None or page.is_manual or page.is_refusal or (not page.is_rich and _points_to_help(page, child))


def _points_to_help(page: Page, child: Known) -> bool:
    pointers = (f"help {' '.join(child.path)}", f"{' '.join(child.path)} --help", f"{' '.join(child.path)} -h")
    own = b" ".join(page.argv).decode(errors="replace")
    return any(pointer in page.text and pointer not in own for pointer in pointers)


def _is_same(one: str, other: str) -> bool:
    return one.split() == other.split()
