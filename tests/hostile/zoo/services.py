#!/usr/bin/env python3
"""Tries: to reach services of the machine: PORT, PATH of a socket, NAME of one without a path. Must: reach none."""

from __future__ import annotations

import socket
import sys

port, path, name = sys.argv[1:]
escaped = 0
ADDRESSES: list[tuple[int, tuple[str, int] | str]] = [
    (socket.AF_INET, ("127.0.0.1", int(port))),
    (socket.AF_INET, ("0.0.0.0", int(port))),
    (socket.AF_INET6, ("::1", int(port))),
    (socket.AF_INET6, ("::ffff:127.0.0.1", int(port))),
    (socket.AF_UNIX, path),
    (socket.AF_UNIX, f"/proc/1/root{path}"),
    (socket.AF_UNIX, "\0" + name),
    (socket.AF_UNIX, "/run/dbus/system_bus_socket"),
    (socket.AF_UNIX, "/run/docker.sock"),
]
for family, address in ADDRESSES:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as client:
                client.settimeout(0.5)
                client.connect(address)
                client.send(b"zoo")
                if kind == socket.SOCK_DGRAM and family != socket.AF_UNIX:
                    continue  # nobody says whether it arrived
        except OSError:
            continue
        escaped += 1
        print(f"escaped: {address!r}")
try:
    with open("/proc/net/unix") as listed:
        if name in listed.read():
            escaped += 1
            print("escaped: sockets of the machine are listed")
except OSError:
    pass
print("not held" if escaped else "held")
