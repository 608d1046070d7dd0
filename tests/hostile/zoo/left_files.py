#!/usr/bin/env python3
"""Tries: plant leaves files wherever it can, with any owner's habits. Must: look finds every folder as it was."""

import contextlib
import os
import stat
import sys

FOLDERS = [".", os.environ["HOME"], os.environ["TMPDIR"]]
SEALED = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/home", "/dev", "/etc", "/"]
NAMES = [
    ".profile",
    ".bashrc",
    ".config/zoo",
    ".pythonrc",
    "sitecustomize.py",
    "zoo-left",
    "conftest.py",
    ".git/config",
]


def plant(folder: str) -> None:
    for name in NAMES:
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
            with open(f"{folder}/{name}", "w") as file:
                file.write("planted")


def look(folder: str) -> None:
    if not os.path.exists(folder):
        return
    status = os.lstat(folder)
    print(len(folder) > 1, stat.filemode(status.st_mode), status.st_uid == os.getuid(), os.listxattr(folder))
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if os.access(f"{top}/{name}", os.W_OK)]
        print(*sorted(os.path.relpath(f"{top}/{name}", folder) for name in folders + names))


for folder in FOLDERS + (SEALED if "sealed" in sys.argv else []):
    {"plant": plant, "look": look}[sys.argv[1]](folder)
