#!/usr/bin/env python3
"""Tries: to learn from /proc what the machine is and who works on it: WORD... Must: find none of the words there."""

import os
import sys

words = [word.encode() for word in sys.argv[1:]]
own = {os.getpid(), os.getppid(), 1}
escaped = 0


def told(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def say(what: str) -> None:
    global escaped
    escaped += 1
    print(f"escaped: {what}")


general = ["self/mountinfo", "self/mounts", "self/cgroup", "net/unix", "net/tcp", "locks", "keys", "key-users", "swaps"]
numbers = [name for name in os.listdir("/proc") if name.isdigit()]
each = [f"{number}/{name}" for number in numbers for name in ("environ", "cmdline", "cgroup", "mountinfo")]
for path in general + [path for path in each if not path.startswith(f"{os.getpid()}/")]:
    for word in words:
        if word in told(f"/proc/{path}"):
            say(f"{word!r} in {path}")
for number in numbers:
    if int(number) not in own:
        say(f"process {number}")
for path in ("/proc/kcore", "/proc/kpageflags", "/proc/1/environ", "/proc/kmsg", "/proc/slabinfo", "/proc/vmallocinfo"):
    if told(path)[:1]:
        say(f"{path} can be read")
if any(line.split()[0].strip(b"0") for line in told("/proc/kallsyms").splitlines()[:100]):
    say("addresses of the kernel")
print("not held" if escaped else "held")
