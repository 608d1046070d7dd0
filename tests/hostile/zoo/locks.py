#!/usr/bin/env python3
"""Tries: plant leaves locks on files that all calls see. Must: look gets each lock at once."""

import fcntl
import os
import sys
import time

FILES = ["/usr/bin/env", "/etc/passwd", os.path.abspath(sys.argv[0]), "/dev/null"]

for path in FILES:
    descriptor = os.open(path, os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        print(f"escaped: {path} is locked: {error}")
if sys.argv[1] == "plant":
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 3)
        time.sleep(60)
    print("planted")
else:
    print("held")
