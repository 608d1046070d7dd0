#!/usr/bin/env python3
"""A tool that means harm: each act tries what must fail, and says `escaped` where it did not.

Typed: hostile.py ACT [ARGUMENT...] -- MARK. The mark finds its processes again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

SOME_TIME_S = 60
ROOM_BYTES = 64 << 20


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write(*folders: str) -> None:
    for folder in folders:
        for name in ("hostile", ".profile", "passwd"):
            with contextlib.suppress(OSError), Path(folder, name).open("a") as file:
                file.write("hostile\n")
                say(f"escaped: {folder}/{name}")


def read(*paths: str) -> None:
    for path in map(Path, paths):
        with contextlib.suppress(OSError):
            say(f"escaped: {list(path.iterdir()) if path.is_dir() else path.read_bytes()[:50]!r}")


def connect(port: str, path: str) -> None:
    addresses: list[tuple[int, tuple[str, int] | str]] = [
        (socket.AF_INET, ("127.0.0.1", int(port))),
        (socket.AF_INET6, ("::1", int(port))),
        (socket.AF_UNIX, path),
        (socket.AF_UNIX, f"\0{path}"),
    ]
    for family, address in addresses:
        with contextlib.suppress(OSError), socket.socket(family) as client:
            client.settimeout(1)
            client.connect(address)
            say(f"escaped: {address!r}")


def fork() -> None:
    made = 0
    for _ in range(5000):
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                time.sleep(SOME_TIME_S)
                os._exit(0)
            made += 1
    say(f"made {made}")


def bomb() -> None:
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def flood() -> None:
    while True:
        os.write(1, b"flood\n" * 10_000)


def outlive() -> None:
    for number in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            os.fork()
            time.sleep(SOME_TIME_S)
            os._exit(0)
    say("began")
    time.sleep(SOME_TIME_S)


def secrets() -> None:
    found = [repr(dict(os.environ)).encode()]
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            found.append((process / "environ").read_bytes())
    if any(b"canary" in environment for environment in found):
        say("escaped: a secret")


def kill(*pids: str) -> None:
    for pid in (-1, os.getppid(), 1, *map(int, pids)):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGKILL):
            with contextlib.suppress(OSError):
                os.kill(pid, number)
    say("done")


def fill() -> None:
    for folder in (Path.cwd(), Path.home(), Path("/tmp"), Path("/dev/shm"), Path("/dev"), Path("/")):
        written = 0
        with contextlib.suppress(OSError):
            for number in range(1000):
                written += (folder / f"fill{number}").write_bytes(b"x" * (1 << 20))
        if written > ROOM_BYTES:
            say(f"escaped: {written} bytes in {folder}")
    say("done")


def many() -> None:
    for number in range(10_000_000):
        os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY))


def leave() -> None:
    os.mkfifo("pipe")
    for name, target in {"link": "/etc/passwd", "zero": "/dev/zero", "to-pipe": "pipe", "up": ".."}.items():
        Path(name).symlink_to(target)
    for name in ("tty", "closed"):
        Path(name).mkdir()
    for name, content in {"closed/inside": "inside", "secret": "secret", "\x1b[31mred\n": "escape"}.items():
        Path(name).write_text(content)
    for name in ("closed", "secret"):
        Path(name).chmod(0)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    with Path("sparse").open("wb") as file:
        file.truncate(60 << 20)
    with contextlib.suppress(OSError):
        for _ in range(300):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)


def codes() -> None:
    say("\x1b]0;owned\x07\x1b[2J\x1b[6n\x9b31m")


def settings() -> None:
    for name in ("kernel/core_pattern", "kernel/hostname", "vm/drop_caches", "kernel/sysrq"):
        with contextlib.suppress(OSError):
            os.close(os.open(f"/proc/sys/{name}", os.O_WRONLY))
            say(f"escaped: {name}")


ACTS: dict[str, Callable[..., None]] = {
    act.__name__: act
    for act in (write, read, connect, fork, bomb, flood, outlive, secrets, kill, fill, many, leave, codes, settings)
}

ACTS[sys.argv[1]](*sys.argv[2 : sys.argv.index("--")])
