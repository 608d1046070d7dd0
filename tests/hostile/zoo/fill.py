#!/usr/bin/env python3
"""Tries: plant fills every folder, and leaves the files open in a daemon. Must: look finds room, plant an end of it."""

import contextlib
import os
import sys
import time

FOLDERS = [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], "/dev/shm"]
MOST = 64 << 20


def filled(folder: str) -> object:
    kept, written = [], 0
    with contextlib.suppress(OSError):
        for number in range(1000):
            kept.append(open(f"{folder}/zoo-fill{number}", "wb", buffering=0))
            written += kept[-1].write(b"x" * (1 << 20))
            if written > MOST:
                print(f"escaped: {written} bytes in {folder}")
                break
    return kept


if sys.argv[1] == "plant":
    kept = [filled(folder) for folder in FOLDERS]
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 3)
        time.sleep(60)
    print("planted")
else:
    for folder in FOLDERS:
        with open(f"{folder}/room", "wb") as file:
            file.write(b"x" * (1 << 20))
        os.unlink(f"{folder}/room")
    print("held")
