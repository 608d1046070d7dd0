#!/usr/bin/env python3
"""Tries: to open settings of the kernel for writing: all of the machine's, or its own namespaces'. Must: be refused."""

import os
import sys

OWN = (
    "fs/mqueue/",
    "kernel/auto_msgmni",
    "kernel/msg",
    "kernel/sem",
    "kernel/shm",
    "kernel/ns_last_pid",
    "kernel/pid_max",
)
found = escaped = 0
for folder, _, names in os.walk("/proc/sys"):
    for path in (f"{folder}/{name}" for name in names):
        is_own = path.startswith(tuple(f"/proc/sys/{name}" for name in OWN))
        if is_own is not (sys.argv[1] == "own"):
            continue
        found += 1
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        escaped += 1
        print(f"escaped: {path}")
if not found:
    print("there are no settings here")
print("not held" if escaped else "held")
