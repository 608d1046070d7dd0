#!/usr/bin/env python3
"""Tries: to find a way out over a network: interfaces, routes, raw sockets, the machine's name service. Must: not."""

import contextlib
import fcntl
import socket
import struct

SET_FLAGS = 0x8914
escaped = 0


def say(what: str) -> None:
    global escaped
    escaped += 1
    print(f"escaped: {what}")


if {name for _, name in socket.if_nameindex()} - {"lo"}:
    say(f"interfaces {socket.if_nameindex()}")
for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW)):
    with contextlib.suppress(OSError), socket.socket(family, kind, socket.IPPROTO_ICMP):
        say(f"a raw socket of family {family}")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    for address in ("198.51.100.1", "10.0.0.1", "169.254.169.254"):
        with contextlib.suppress(OSError):
            client.connect((address, 53))
            say(f"a route to {address}")
    with contextlib.suppress(OSError):
        fcntl.ioctl(client, SET_FLAGS, struct.pack("16sh22x", b"lo", 0))
        say("it may set up interfaces")
with contextlib.suppress(OSError):
    say(f"names are looked up: {socket.getaddrinfo('example.org', 80)}")
print("not held" if escaped else "held")
