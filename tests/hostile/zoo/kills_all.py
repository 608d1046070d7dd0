#!/usr/bin/env python3
"""Tries: to kill all that it can reach, by every signal. Must: reach nobody of ours."""

import contextlib
import os
import signal

for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGUSR1, signal.SIGKILL):
    for pid in (-1, 1, os.getppid(), 2, 3):
        if pid != os.getpid():
            with contextlib.suppress(OSError):
                os.kill(pid, number)
print("held")
