#!/usr/bin/env python3
"""Tries: to find descriptors besides its three, and to climb out by any. Must: have three that lead nowhere else."""

import os

escaped = 0
for name in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue  # that of the listing itself
    if int(name) > 2:
        escaped += 1
        print(f"escaped: {name} is {target}")
    elif not target.startswith(("pipe:", "/dev/null", "/dev/pts/")):
        escaped += 1
        print(f"escaped: {name} leads to {target}")
print("not held" if escaped else "held")
