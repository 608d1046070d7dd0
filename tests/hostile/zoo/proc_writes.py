#!/usr/bin/env python3
"""Tries: to open for writing what the kernel shows of the machine and of others: FOLDER. Must: be refused."""

import os
import sys
from collections.abc import Iterator

OTHERS = {"self", "thread-self", "sys", "pressure", str(os.getpid())}
OPEN_TO_ALL = ("/attr/", "/timerslack_ns")  # the kernel looks at who it is when something is written
left = 5000
escaped = 0


def files(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        if folder == "/proc":
            folders[:] = [name for name in folders if name not in OTHERS]
        yield from (f"{folder}/{name}" for name in names)


for path in files(sys.argv[1]):
    left -= 1
    if left < 0:
        break
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        if any(name in path for name in OPEN_TO_ALL):
            os.write(descriptor, b"1")
    except OSError:
        continue
    escaped += 1
    print(f"escaped: {path}")
print("not held" if escaped else "held")
