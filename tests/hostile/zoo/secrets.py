#!/usr/bin/env python3
"""Tries: to find in any environment, or in memory that it may read, WORD. Must: find it nowhere."""

import os
import sys

word = sys.argv[1].encode()[::-1]  # said backwards, or it would find its own command line
escaped = 0
for number in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline"):
        try:
            with open(f"/proc/{number}/{name}", "rb") as file:
                if word in file.read():
                    escaped += 1
                    print(f"escaped: {name} of {number}")
        except OSError:
            continue
print("not held" if escaped else "held")
