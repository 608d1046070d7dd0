#!/usr/bin/env python3
"""Tries: plant spoils mode, time, attributes and being of its folders. Must: look finds them as they always are."""

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Callable

FOLDERS = [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"]]
if "sealed" in sys.argv:
    FOLDERS.append("/dev/shm")


def plant(folder: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: os.setxattr(folder, "user.zoo", b"planted"),
        lambda: os.utime(folder, (0, 0)),
        lambda: os.rename(folder, folder + "-moved"),
        lambda: shutil.rmtree(folder),
        lambda: os.symlink("/etc", folder),
        lambda: os.chmod(folder, 0o3777),
        lambda: os.chmod(folder, 0),
    ]
    for attempt in attempts:
        with contextlib.suppress(OSError):
            attempt()


def look(folder: str) -> None:
    status = os.lstat(folder)
    kept = [status.st_mtime] if folder == os.getcwd() else []
    print(stat.filemode(status.st_mode), status.st_nlink, os.listxattr(folder), os.listdir(folder), kept)
    with open(f"{folder}/written", "w") as file:
        file.write("written")


for folder in FOLDERS:
    {"plant": plant, "look": look}[sys.argv[1]](folder)
