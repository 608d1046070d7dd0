"""The environment that a tool is given: a fixed list, whatever ours is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from shared.models.call import Surroundings

STANDARD_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_LINES = 24


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
