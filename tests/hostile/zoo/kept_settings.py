#!/usr/bin/env python3
"""Tries: plant changes each setting of the kernel that it may, to another number. Must: look finds all as they were."""

import contextlib
import os
import sys

NAMED = ("fs/mqueue", "kernel", "net/core", "net/ipv4", "net/unix", "user")
MOVING = ("random/", "ns_last_pid", "pty/nr", "tainted")
for name in NAMED:
    for folder, _, files in sorted(os.walk(f"/proc/sys/{name}")):
        for path in sorted(f"{folder}/{file}" for file in files):
            if any(part in path for part in MOVING):
                continue
            with contextlib.suppress(OSError, ValueError), open(path) as file:
                value = file.read().strip()
                if sys.argv[1] == "look":
                    print(path, value)
                elif value.isdigit():
                    with open(path, "w") as changed:
                        changed.write(str(int(value) // 2 or 1))
