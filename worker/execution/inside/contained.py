"""Begins the runner in a container, whose walls somebody else has built.

Started with the runner's own words, and one more: `own`, where it shall dispose of the mounts, in a user namespace that
nobody else is in; `shared`, where the engine allows none.
"""

# pathlib costs 3 ms of every start.
# ruff: noqa: PTH123

from __future__ import annotations

import os
import sys

from worker.execution.inside import kernel, runner


def main() -> None:
    """Take what is allowed, then serve."""
    if sys.argv[3] == "own":
        try:
            _own_the_mounts()
        except OSError as error:
            os.write(2, f"{error}\n".encode())
            os._exit(1)
    runner.main()


def _own_the_mounts() -> None:
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEW_USERS | kernel.NEW_MOUNTS)
    # Everybody keeps their numbers: files made before look the same as those made after.
    maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    for name, content in maps.items():
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)
    kernel.hold_what_folders_need()
