#!/usr/bin/env python3
"""Tries: to read and change what is the machine's or its user's: PATH..., by several ways. Must: get at none of it."""

import os
import sys

SECRETS = [
    "/root",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/ssl/private",
    "/var/lib",
    "/var/log",
    "/sys",
    "/boot",
]
SECRETS += [
    "/run",
    "/mnt",
    "/media",
    "/srv",
    "/lost+found",
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/proc/1/root/etc",
]
WAYS = ["", "/proc/self/root", "/proc/self/cwd/../../..", "/proc/1/root", "/proc/1/cwd", "/proc/thread-self/root"]
FOLDERS = [
    "/",
    "/etc",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/home",
    "/dev",
    "/proc",
    "/opt",
]
escaped = 0


def say(what: str) -> None:
    global escaped
    escaped += 1
    print(f"escaped: {what}")


def look(path: str) -> None:
    try:
        found = os.listdir(path) if os.path.isdir(path) else os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    if found != []:
        say(f"read {path}: {found}")


for way in WAYS:
    for path in sys.argv[1:] + (SECRETS if not way else []):
        look(way + path)
for path in sys.argv[1:] + FOLDERS:
    for name in ("zoo-left", ".profile"):
        try:
            with open(f"{path}/{name}", "a") as file:
                file.write("zoo\n")
        except OSError:
            continue
        say(f"wrote {path}/{name}")
print("not held" if escaped else "held")
