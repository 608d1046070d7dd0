#!/usr/bin/env python3
"""Tries: to take back what it printed, by the reading end of its own stream. Must: harm nobody but itself."""

import os

os.write(2, b"held\n")
with open("/proc/self/fd/1", "rb", buffering=0) as taken:
    os.write(1, b"taken")
    os.set_blocking(taken.fileno(), False)
    try:
        taken.read(5)
    except OSError:
        pass
