#!/usr/bin/env python3
"""Tries: to stay alive by a byte now and then. Must: be ended by the time, with what it said."""

import sys
import time

while True:
    sys.stdout.write(".")
    sys.stdout.flush()
    time.sleep(0.02)
