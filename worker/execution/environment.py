"""The environment that a tool is given: a fixed list, whatever ours is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from shared.models.call import Surroundings

TERMINAL = b"xterm-256color"
STANDARD_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_LINES = 24
_FOR_PIPES = frozenset({"COLUMNS", "LINES", "NO_COLOR"})


@lru_cache(256)
def environment(
    surroundings: Surroundings, repetition: int, home: str, temporary: str, path: tuple[str, ...]
) -> Mapping[str, bytes]:
    """Give what every call of any tool is told; `path` are the folders that its programs are looked for in.

    The seed of hashes is the repetition: reproducible, yet a second run differs.
    """
    told = {
        "PATH": ":".join(path),
        "HOME": home,
        "USER": surroundings.home,
        "LOGNAME": surroundings.home,
        "LC_ALL": surroundings.locale,
        "TZ": surroundings.zone,
        "TERM": "dumb",
        "COLUMNS": str(surroundings.width),
        "LINES": str(_LINES),
        "NO_COLOR": "1",
        "PAGER": "cat",
        "EDITOR": "true",
        "VISUAL": "true",
        "SHELL": "/bin/sh",
        "SOURCE_DATE_EPOCH": "1700000000",
        "PYTHONHASHSEED": str(repetition),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": f"{home}/.cache",
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_DATA_HOME": f"{home}/.local/share",
        "XDG_STATE_HOME": f"{home}/.local/state",
        "TMPDIR": temporary,
    }
    return MappingProxyType({name: os.fsencode(value) for name, value in told.items()})


def at_a_terminal(told: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Change what a call is told that has a terminal: which kind it is; the terminal itself knows its size.

    It is asked for no plain output either. A pager still gets none: it would wait for somebody.
    """
    kept = {name: value for name, value in told.items() if name not in _FOR_PIPES}
    return {**kept, "TERM": TERMINAL}
