#!/usr/bin/env python3
"""Tries: plant leaves a port that the kernel keeps for a minute, though nobody listens any more. Must: look gets it."""

import socket
import sys

ADDRESS = ("127.0.0.1", 45679)
server = socket.socket()
try:
    server.bind(ADDRESS)
except OSError as error:
    print(f"escaped: it is kept: {error}")
    sys.exit(1)
if sys.argv[1] == "plant":
    server.listen()
    with socket.create_connection(ADDRESS) as client:
        accepted, _ = server.accept()
        accepted.close()  # who closes first waits
        client.recv(1)
    print("planted")
else:
    print("held")
