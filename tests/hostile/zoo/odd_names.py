#!/usr/bin/env python3
"""Tries: to leave names that lie: ends of lines, no text, too long, like options. Must: be read back as they are."""

import os

NAMES = [
    b"two\nlines",
    b"\xff\xfe",
    b"-rf",
    b"$(touch zoo-run)",
    b" ",
    b"\x1b[2J",
    b"\r",
    b"..\n",
    b"~",
    b"*",
    b"a" * 255,
    b"\xe2\x80\xaegnp.exe",
    b"con",
    b"d5:errore",
    b"\x01\x02\x7f",
]
for name in NAMES:
    with open(name, "wb") as file:
        file.write(name)
try:
    open(b"b" * 256, "wb")
    print("escaped: 256 bytes")
except OSError:
    pass
os.mkdir(b"\xff\n")
os.symlink(b"\xff\n\x1b", b"link\n")
print("held")
