"""Reads the outline of a bash or zsh script: functions, branches, assignments and commands; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from worker.analysis.completions.shell import Token, tokens_of

_DEEPEST = 40
_NAME = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_ENDS_COMMAND = frozenset({"\n", ";", ";;", ";&", ";|", ";;&", "&", "&&", "||", "|", ")"})
_REDIRECTS = frozenset({"<", ">", ">>", "<&", ">&", "&>", "<<", "<<-", "<<<"})
_ENDS_BRANCH = frozenset({";;", ";&", ";|", ";;&"})


@dataclass(frozen=True)
class Simple:
    """A command and its words; `is_conditional` where it hangs on the one before it (`a && b`)."""

    words: tuple[Token, ...]
    is_conditional: bool = False


@dataclass(frozen=True)
class Assign:
    """An assignment of one word or of an array."""

    name: str
    words: tuple[Token, ...]
    appends: bool = False
    is_conditional: bool = False


@dataclass(frozen=True)
class Branch:
    """A part that runs only sometimes: behind a label of a case, or behind a condition as it was typed and as read."""

    labels: tuple[Token, ...]
    condition: str
    body: tuple[Node, ...]
    tests: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Case:
    """Branches by a word; `subject` as it was typed."""

    subject: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class If:
    """Branches by conditions."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Function:
    """A function and what it does."""

    name: str
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Block:
    """Commands in braces, in brackets or in a loop."""

    body: tuple[Node, ...]


Node = Simple | Assign | Case | If | Function | Block


def parse_script(text: str) -> tuple[Node, ...]:
    """Read a script; what does not look like one gives fewer nodes, never an error."""
    parser = _Parser(tokens_of(text))
    found: list[Node] = []
    while not parser.is_done:
        found += parser.read_list(frozenset(), 0)
        parser.skip()  # what closes nothing
    return tuple(found)


def functions_of(nodes: Sequence[Node]) -> dict[str, tuple[Node, ...]]:
    """Give all functions of a script by name, also those inside others; the first of a name counts."""
    found: dict[str, tuple[Node, ...]] = {}
    for node in walk(nodes):
        if isinstance(node, Function):
            found.setdefault(node.name, node.body)
    return found


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Give all nodes, outer ones first."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(_inside(node))


def _inside(node: Node) -> list[Node]:
    match node:
        case Function() | Block():
            return list(node.body)
        case Case() | If():
            return [inner for branch in node.branches for inner in (*branch.tests, *branch.body)]
        case _:
            return []


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def is_done(self) -> bool:
        return self.place >= len(self.tokens)

    def skip(self) -> None:
        self.place += 1

    def read_list(self, ends: Collection[str], depth: int) -> list[Node]:
        """Read commands up to one of the words or marks that end the list; that one is not taken."""
        found: list[Node] = []
        is_conditional = False
        while not self.is_done:
            token = self.tokens[self.place]
            if _is(token, ends) or (token.is_mark and token.text == ")"):
                break
            if token.is_mark and token.text in _ENDS_COMMAND:
                is_conditional = token.text in {"&&", "||"} or (is_conditional and token.text == "\n")
                if token.text in _ENDS_BRANCH and _ENDS_BRANCH.intersection(ends):
                    break
                self.skip()
                continue
            before = self.place
            found += self._read_command(depth, is_conditional=is_conditional)
            is_conditional = False
            self.place = max(self.place, before + 1)
        return found

    def _read_command(self, depth: int, *, is_conditional: bool) -> list[Node]:  # noqa: PLR0911 - one for each word
        token = self.tokens[self.place]
        if depth >= _DEEPEST:
            self.skip()
            return []
        if token.is_mark:
            self.skip()
            return [Block(tuple(self._body(")", depth)))] if token.text == "(" else []
        match token.raw:
            case "if":
                return [self._read_if(depth)]
            case "case":
                return [self._read_case(depth)]
            case "for" | "select" | "while" | "until" | "repeat":
                return [self._read_loop(depth)]
            case "{":
                self.skip()
                return [Block(tuple(self._body("}", depth)))]
            case "function":
                self.skip()
                return [self._read_function(depth)]
            case "!" | "then" | "do" | "time":
                self.skip()
                return []
        if self._marks_follow("(", ")"):
            return [self._read_function(depth)]
        return self._read_simple(is_conditional=is_conditional)

    def _body(self, end: str, depth: int) -> list[Node]:
        found = self.read_list({end}, depth + 1)
        self._take(end)
        return found

    def _take(self, text: str) -> bool:
        is_there = not self.is_done and _is(self.tokens[self.place], {text})
        self.place += is_there
        return is_there

    def _marks_follow(self, *marks: str) -> bool:
        following = self.tokens[self.place + 1 : self.place + 1 + len(marks)]
        return [token.text for token in following if token.is_mark] == list(marks)

    def _read_function(self, depth: int) -> Node:
        name = "" if self.is_done else self.tokens[self.place].text
        self.skip()
        while self._take("(") or self._take(")") or self._take("\n"):
            pass
        if self._take("{"):
            return Function(name, tuple(self._body("}", depth)))
        if self._take("("):
            return Function(name, tuple(self._body(")", depth)))
        return Function(name, ())

    def _read_if(self, depth: int) -> Node:
        branches: list[Branch] = []
        end = "if"
        while end != "fi" and not self.is_done:
            self.skip()
            start = self.place
            tests = self.read_list({"then", "fi"}, depth + 1) if end != "else" else []
            condition = " ".join(token.raw for token in self.tokens[start : min(self.place, start + 60)]).strip("; \n")
            self._take("then")
            body = self.read_list({"elif", "else", "fi"}, depth + 1)
            branches.append(Branch((), condition, tuple(body), tuple(tests)))
            if self.is_done or self.tokens[self.place].is_mark:
                break
            end = self.tokens[self.place].raw
        self._take("fi")
        return If(tuple(branches))

    def _read_case(self, depth: int) -> Node:
        self.skip()
        subject: list[str] = []
        while not self.is_done and not _is(self.tokens[self.place], {"in", "{", "\n"}):
            subject.append(self.tokens[self.place].raw)
            self.skip()
        while self._take("\n") or self._take("in") or self._take("{"):
            pass
        branches: list[Branch] = []
        while not self.is_done and not _is(self.tokens[self.place], {"esac", "}"}):
            labels = self._read_labels()
            body = self.read_list({*_ENDS_BRANCH, "esac"}, depth + 1)
            branches.append(Branch(labels, "", tuple(body)))
            while any(self._take(mark) for mark in (*_ENDS_BRANCH, "\n", ")")):
                pass
        self.skip()
        return Case(" ".join(subject), tuple(branches))

    def _read_labels(self) -> tuple[Token, ...]:
        """Read `a|b)` or `(a|b)`, and take the bracket; brackets inside (`(un|)tie`) make no words that are known."""
        labels: list[Token] = []
        self._take("(")
        depth = 0
        has_inner = False
        while not self.is_done:
            token = self.tokens[self.place]
            if token.is_mark and (token.text in _ENDS_BRANCH or (token.text == ")" and not depth)):
                break
            if token.is_mark:
                depth += {"(": 1, ")": -1}.get(token.text, 0)
                has_inner = has_inner or token.text == "("
            else:
                labels.append(token)
            self.skip()
        self._take(")")
        return () if has_inner else tuple(labels)

    def _read_loop(self, depth: int) -> Node:
        while not self.is_done and not _is(self.tokens[self.place], {"do", "{"}):
            if _is(self.tokens[self.place], {"done"}):
                break
            self.skip()
        end = "}" if self._take("{") else "done"
        self._take("do")
        return Block(tuple(self._body(end, depth)))

    def _read_simple(self, *, is_conditional: bool) -> list[Node]:
        words: list[Token] = []
        found: list[Node] = []
        while not self.is_done:
            token = self.tokens[self.place]
            if token.is_mark and token.text in _REDIRECTS:
                self.place += 2
            elif token.is_mark:
                if token.text in _ENDS_COMMAND or token.text == "(":
                    break
                self.skip()
            elif token.opens_array:
                self.place += 2
                found.append(_array(token, self._read_array(), is_conditional=is_conditional))
            else:
                words.append(token)
                self.skip()
        found += _assignments(words, is_conditional=is_conditional)
        if words and not _NAME.match(words[0].raw):
            found.append(Simple(tuple(words), is_conditional))
        return found

    def _read_array(self) -> tuple[Token, ...]:
        words: list[Token] = []
        depth = 1
        while not self.is_done and depth:
            token = self.tokens[self.place]
            if token.is_mark:
                depth += {"(": 1, ")": -1}.get(token.text, 0)
            else:
                words.append(token)
            self.skip()
        return tuple(words)


def _is(token: Token, texts: Collection[str]) -> bool:
    return (token.text if token.is_mark else token.raw) in texts


def _array(token: Token, words: tuple[Token, ...], *, is_conditional: bool) -> Assign:
    name = token.raw.rstrip("=")
    return Assign(name.rstrip("+"), words, appends=name.endswith("+"), is_conditional=is_conditional)


def _assignments(words: Sequence[Token], *, is_conditional: bool) -> Iterator[Assign]:
    """Read `x=word`, alone or behind `local`."""
    declares = bool(words) and words[0].raw in {"local", "declare", "typeset", "readonly", "export"}
    for token in words:
        found = _NAME.match(token.raw[:80])
        if found is None and not declares:
            return
        if found:
            value = Token(token.text[found.end() :], token.line, token.raw[found.end() :])
            yield Assign(found[1], (value,), appends=bool(found[2]), is_conditional=is_conditional)
