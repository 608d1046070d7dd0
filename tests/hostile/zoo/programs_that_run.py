#!/usr/bin/env python3
"""Tries: to write to the programs that run it, by the links that the kernel keeps to them. Must: be refused."""

import os

escaped = 0
for number in filter(str.isdigit, os.listdir("/proc")):
    for link in ("exe", "cwd", "root"):
        path = f"/proc/{number}/{link}"
        try:
            os.close(os.open(path, os.O_WRONLY if link == "exe" else os.O_WRONLY | os.O_TMPFILE))
        except OSError:
            continue
        if number != str(os.getpid()) or link != "cwd":  # its own folder is its own
            escaped += 1
            print(f"escaped: {path}")
print("not held" if escaped else "held")
