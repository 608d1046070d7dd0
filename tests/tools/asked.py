"""Puts options to a tool itself and sees which of them it does not know, by its own words for one that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.interfaces.executor import Run, Sandbox
from shared.models.call import PINNED, Call
from shared.models.test_result import Stream, TestResult

_INVENTED = "zqinvented"
_AFTER_NAME = 12


def unknown_options(sandbox: Sandbox, path: str, names: Sequence[str], strict: Sequence[str]) -> list[str]:
    """Give those of the names that a command refuses in the words it has for an option that does not exist.

    A tool that names no option it refuses, or takes any, refuses none of them.
    """
    invented = [f"--{_INVENTED}", f"-{_INVENTED}"]
    told = _answers(sandbox, path, [*invented, *names], strict)
    refusals = {name[: len(name) - len(_INVENTED)]: _lines_about(name, told[name]) for name in invented}
    return [name for name in names if _lines_about(name, told[name]) & refusals[_dashes(name)]]


def _answers(sandbox: Sandbox, path: str, names: Sequence[str], strict: Sequence[str]) -> dict[str, str]:
    calls = [Call(argv=tuple(word.encode() for word in _words(path, name, strict))) for name in names]
    results = sandbox.map([Run(call, 0, PINNED) for call in calls])
    return {name: _text(sandbox, result) for name, result in zip(names, results, strict=True)}


def _words(path: str, name: str, strict: Sequence[str]) -> Iterator[str]:
    yield from path.split()
    yield from (word.replace("{}", name) for word in strict)


def _text(sandbox: Sandbox, result: TestResult) -> str:
    streams: tuple[Stream, ...] = (result.stderr, result.stdout)
    return "\n".join(sandbox.captured(stream).decode(errors="replace") for stream in streams)


def _lines_about(name: str, text: str) -> set[str]:
    """Give the beginnings of the lines that name an option, with a mark in its place; what follows may be advice."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])|(?<![\w-]){re.escape(name.lstrip('-'))}(?![\w-])")
    found = ((line, pattern.search(line)) for line in text.splitlines())
    return {f"{line[: at.start()]}*{line[at.end() :][:_AFTER_NAME]}" for line, at in found if at}


def _dashes(name: str) -> str:
    return "--" if name.startswith("--") else "-"
