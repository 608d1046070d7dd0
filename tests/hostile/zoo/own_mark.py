#!/usr/bin/env python3
"""Tries: to meet other calls that are made at the same time: WORD. Must: find its own word everywhere, and no other."""

import ctypes
import os
import socket
import sys
import time

word = sys.argv[1]
FOLDERS = [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], "/dev/shm"]
library = ctypes.CDLL(None)
memory = library.shmget(0x7A6F6F, 4096, 0o1000 | 0o2000 | 0o666)  # it must not be there yet
met = [] if memory >= 0 else ["shared memory"]
server = socket.socket(socket.AF_UNIX)
try:
    server.bind("\0zoo-mark")
except OSError:
    met.append("a socket")
for _ in range(3):
    for folder in FOLDERS:
        with open(f"{folder}/mark-{word}", "a") as file:
            file.write(word)
    time.sleep(0.01)
    for folder in FOLDERS:
        names = sorted(name for name in os.listdir(folder) if name.startswith("mark-"))
        if names != [f"mark-{word}"]:
            met.append(f"{folder}: {names}")
with open(f"mark-{word}") as file:
    if file.read() != word * 3:
        met.append("what was written")
if not [name for name in os.listdir("/proc") if name.isdigit()]:
    met.append("no processes")
print(*[f"escaped: it met {what}" for what in met], sep="\n")
print("held", word)
