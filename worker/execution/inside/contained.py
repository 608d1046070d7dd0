"""Begins the runner in a container, whose walls somebody else has built.

Started with the runner's own words, and one more: the name of the one who shall dispose of the mounts, in a user
namespace that nobody else is in; an empty one where the engine allows none.
"""

# pathlib costs 3 ms of every start.
# ruff: noqa: PTH101, PTH108, PTH123

from __future__ import annotations

import os
import sys

from worker.execution.inside import kernel, runner

_USERS, _GROUPS = "/etc/passwd", "/etc/group"
_DRAFT = "/tmp/list"  # noqa: S108 - of the container, and covered before any tool begins
_MOST_BYTES = 1 << 20


def main() -> None:
    """Take what is allowed, then serve."""
    owner = sys.argv[3]
    if owner:
        try:
            _own_the_mounts()
            _be_known(owner)
            kernel.make_read_only(b"/proc")
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


def _be_known(name: str) -> None:
    """Stand first in the lists of users and groups, where the image has any."""
    user, group = os.getuid(), os.getgid()
    _put_first(_USERS, f"{name}:x:{user}:{group}::/home/{name}:/bin/sh\n")
    _put_first(_GROUPS, f"{name}:x:{group}:\n")


def _put_first(path: str, line: str) -> None:
    try:
        with open(path, "rb") as file:
            rest = file.read(_MOST_BYTES)
    except OSError:
        return
    with open(_DRAFT, "wb") as file:
        file.write(line.encode() + rest)
    os.chmod(_DRAFT, 0o444)
    kernel.show_read_only(_DRAFT.encode(), path.encode())
    os.unlink(_DRAFT)
