#!/usr/bin/env python3
"""Tries: to open each setting of the kernel for writing, core_pattern among them. Must: be refused at all of them."""

import os

found = escaped = 0
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        found += 1
        try:
            os.close(os.open(f"{folder}/{name}", os.O_WRONLY))
        except OSError:
            continue
        escaped += 1
        print(f"escaped: {folder}/{name}")
if not found:
    print("there are no settings here")
print("not held" if escaped else "held")
