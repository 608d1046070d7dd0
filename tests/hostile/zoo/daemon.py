#!/usr/bin/env python3
"""Tries: plant leaves daemons that listen and write for ever. Must: look finds no listener, nor what they wrote."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time

NAME, PORT = "\0zoo-left", 45678
FOLDERS = [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], "/dev/shm"]


def daemon() -> None:
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    kept = [listening(socket.AF_UNIX, NAME), listening(socket.AF_INET, ("127.0.0.1", PORT))]
    os.closerange(0, 3)
    while kept:
        for folder in FOLDERS:
            with contextlib.suppress(OSError):
                os.close(os.open(f"{folder}/zoo-written", os.O_CREAT | os.O_WRONLY))
        time.sleep(0.005)


def listening(family: int, address: str | tuple[str, int]) -> socket.socket:
    server = socket.socket(family)
    with contextlib.suppress(OSError):
        server.bind(address)
        server.listen()
    return server


if sys.argv[1] == "plant":
    daemon()
    while not os.path.exists("zoo-written"):
        time.sleep(0.005)
    print("planted")
else:
    time.sleep(0.05)
    for family, address in ((socket.AF_UNIX, NAME), (socket.AF_INET, ("127.0.0.1", PORT))):
        with contextlib.suppress(OSError), socket.socket(family) as client:
            client.connect(address)
            print(f"escaped: somebody listens at {address!r}")
    for folder in FOLDERS:
        if os.path.exists(f"{folder}/zoo-written"):
            print(f"escaped: somebody wrote to {folder}")
    print("held")
