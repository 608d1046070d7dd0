#!/usr/bin/env python3
"""Tries: to leave what blocks or answers when it is opened: pipes, sockets, terminals. Must: be read back at once."""

import os
import socket

os.mkfifo("pipe")
os.mkfifo("closed-pipe", 0)
os.symlink("pipe", "to-pipe")
with socket.socket(socket.AF_UNIX) as server:
    server.bind("socket")
for name, target in {"tty": "/dev/tty", "terminal": "/dev/ptmx", "random": "/dev/random"}.items():
    os.symlink(target, name)
os.rename("prepared", "kept")
os.mkfifo("prepared")
print("held")
