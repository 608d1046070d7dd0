"""How programs of each language print their own breakdown: tracebacks, panics, uncaught exceptions."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """Whose runtime printed it."""

    PYTHON = "Python"
    RUST = "Rust"
    GO = "Go"
    JAVA = "Java"
    NODE = "Node"


class Frame(NamedTuple):
    """One place in a stack; without a line where the runtime names none."""

    file: str
    function: str = ""


class Crash(NamedTuple):
    """What a runtime printed when it gave up; frames from the outermost to the innermost."""

    language: Language
    exception: str
    message: str
    frames: tuple[Frame, ...]

    @property
    def signature(self) -> str:
        """Name the crash by what does not change with input or place: exception and innermost frames of the tool."""
        own = [frame for frame in self.frames if not _is_of_the_runtime(frame.file)] or list(self.frames)
        places = [f"{_short(frame.file)}:{frame.function}" for frame in own[-_FRAMES_IN_SIGNATURE:]]
        return " ".join([f"{self.language}:{self.exception}", *reversed(places)])


# A panic or traceback by our own limit or by the reader's leaving is no crash of the tool's own doing.
CRASH_SIGNALS = frozenset(
    {
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGFPE,
        signal.SIGBUS,
        signal.SIGILL,
        signal.SIGSYS,
        signal.SIGTRAP,
    }
)

_FRAMES_IN_SIGNATURE = 2

_PYTHON_HEAD = "Traceback (most recent call last):"
_PYTHON_FRAME = re.compile(r'^ {2}(?:[|+] ?)?File "(?P<file>[^"]+)", line \d+(?:, in (?P<function>.+))?$')
_PYTHON_END = re.compile(r"^(?P<exception>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
_RUST_HEAD = re.compile(r"^thread '(?P<thread>[^']*)' (?:\(\d+\) )?panicked at (?P<rest>.*)$")
_RUST_PLACE = re.compile(r"^(?P<file>[^\s:][^:]*\.rs):\d+:\d+:?$")
_RUST_OLD = re.compile(r"^'(?P<message>.*)', (?P<file>[^,]+\.rs):\d+:\d+$")
_GO_HEAD = re.compile(r"^(?P<kind>panic|fatal error): (?P<message>.*)$")
_GO_FUNCTION = re.compile(r"^(?P<function>[\w./*()\-]+)\(.*\)$")
_GO_FILE = re.compile(r"^\t(?P<file>\S+\.go):\d+")
_JAVA_HEAD = re.compile(r'^Exception in thread "[^"]*" (?P<exception>[\w.$]+)(?:: (?P<message>.*))?$')
_JAVA_FRAME = re.compile(r"^\s+at (?:[\w.@-]+/)?(?P<function>[\w.$<>]+)\((?P<file>[^)]*?)(?::\d+)?\)$")
_NODE_END = re.compile(r"^Node\.js v\d+\.\d+")
_NODE_FRAME = re.compile(r"^\s+at (?:(?:async )?(?P<function>[^(]+?) \()?(?P<file>[^()\s]+?):\d+:\d+\)?(?: \{)?$")
_NODE_HEAD = re.compile(
    r"^(?:Uncaught )?(?P<exception>(?:[A-Z]\w*)?(?:Error|Exception)\w*)(?: \[\w+\])?(?:: (?P<message>.*))?$"
)
_NODE_PLACE = re.compile(r"^(?P<file>(?:file://)?[^\s:][^:]*):\d+$")
_RUNTIME = re.compile(
    r"^<frozen|/lib/python[\d.]+/(?!(?:site|dist)-packages)|/rustc/|^library/(?:core|std|alloc)/|/go/src/|^runtime/"
    r"|^node:|^internal/|^java\.|^jdk\.|^sun\."
)
_LIBRARY_PREFIX = re.compile(r"^.*/(?:site-packages|dist-packages|node_modules|registry/src/[^/]+|pkg/mod)/")


def find_crash(text: str) -> Crash | None:
    """Find the last breakdown that a runtime printed in a text, None where there is none.

    It reads what a runtime itself writes, from its first line to its last; a text that merely speaks of an exception
    is none.
    """
    lines = text.splitlines()
    found = (crash for read in _READERS for crash in read(lines))
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def signal_name(number: int) -> str:
    """Name a signal: SIGSEGV."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _python(lines: list[str]) -> Iterator[tuple[int, Crash]]:
    for start in _starts(lines, lambda line: line.strip(" |+") == _PYTHON_HEAD):
        frames: list[Frame] = []
        for number in range(start + 1, len(lines)):
            line = lines[number]
            frame = _PYTHON_FRAME.match(line)
            if frame:
                frames.append(Frame(frame["file"], frame["function"] or ""))
            elif frames and not line.startswith(" ") and (end := _PYTHON_END.match(line)):
                yield number, Crash(Language.PYTHON, end["exception"], end["message"] or "", tuple(frames))
                break
            elif line and not line.startswith(" "):
                break


def _rust(lines: list[str]) -> Iterator[tuple[int, Crash]]:
    for number, line in enumerate(lines):
        head = _RUST_HEAD.match(line)
        if not head:
            continue
        old, place = _RUST_OLD.match(head["rest"]), _RUST_PLACE.match(head["rest"])
        if old:
            yield number, Crash(Language.RUST, "panic", old["message"], (Frame(old["file"]),))
        elif place:
            message = lines[number + 1] if number + 1 < len(lines) else ""
            yield number, Crash(Language.RUST, "panic", message, (Frame(place["file"]),))


def _go(lines: list[str]) -> Iterator[tuple[int, Crash]]:
    for start in _starts(lines, lambda line: bool(_GO_HEAD.match(line))):
        head = _GO_HEAD.match(lines[start])
        trace = next((number for number in _starts(lines, _is_goroutine) if number > start), None)
        if head and trace is not None:
            frames = tuple(reversed(_go_frames(lines[trace + 1 :])))
            yield trace, Crash(Language.GO, head["kind"], head["message"], frames)


def _is_goroutine(line: str) -> bool:
    return line.startswith("goroutine ") and line.endswith("]:")


def _go_frames(lines: list[str]) -> list[Frame]:
    frames: list[Frame] = []
    function = ""
    for line in lines:
        if not line.strip():
            break
        named, place = _GO_FUNCTION.match(line), _GO_FILE.match(line)
        function = named["function"] if named else function
        if place:
            frames.append(Frame(place["file"], function))
    return frames


def _java(lines: list[str]) -> Iterator[tuple[int, Crash]]:
    for start in _starts(lines, lambda line: bool(_JAVA_HEAD.match(line))):
        head = _JAVA_HEAD.match(lines[start])
        frames: list[Frame] = []
        for line in lines[start + 1 :]:
            frame = _JAVA_FRAME.match(line)
            if frame:
                frames.append(Frame(f"{frame['function'].rpartition('.')[0]}/{frame['file']}", frame["function"]))
            elif frames:
                break
        if head and frames:
            yield start, Crash(Language.JAVA, head["exception"], head["message"] or "", tuple(reversed(frames)))


def _node(lines: list[str]) -> Iterator[tuple[int, Crash]]:
    for end in _starts(lines, lambda line: bool(_NODE_END.match(line))):
        block = lines[max(0, end - _NODE_BLOCK) : end]
        head = next((found for line in block if (found := _NODE_HEAD.match(line))), None)
        frames = [
            Frame(found["file"].removeprefix("file://"), (found["function"] or "").strip())
            for line in block
            if (found := _NODE_FRAME.match(line))
        ]
        places = [Frame(found["file"].removeprefix("file://")) for line in block if (found := _NODE_PLACE.match(line))]
        if head:
            outermost_first = (*reversed(frames), *places[:1])
            yield end, Crash(Language.NODE, head["exception"], head["message"] or "", outermost_first)


_NODE_BLOCK = 60
_READERS = (_python, _rust, _go, _java, _node)


def _starts(lines: list[str], is_start: Callable[[str], bool]) -> list[int]:
    return [number for number, line in enumerate(lines) if is_start(line)]


def _is_of_the_runtime(file: str) -> bool:
    return _RUNTIME.search(file) is not None


def _short(file: str) -> str:
    """Name a file without the place where it is installed."""
    inside = _LIBRARY_PREFIX.sub("", file)
    return inside if inside != file else "/".join(file.rsplit("/", 2)[-2:])
