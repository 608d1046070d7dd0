#!/usr/bin/env python3
"""Tries: to act on the terminal and the page of whoever reads what it says. Must: be shown, and act on neither."""

import sys

SEQUENCES = [
    b"\x1b]0;owned\x07",
    b"\x1b[2J",
    b"\x1b[6n",
    b"\x1b]52;c;b3duZWQ=\x07",
    b"\x1bP+q\x1b\\",
    b"\x9b31m",
    b"\x90q\x9c",
    b"\xc2\x9b31m",
    b"\r\x1b[K",
    b"\x08\x08",
    b"\x07",
    b"\x0e",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\xef\xbf\xbe",
    b"\x1b[?1049h",
    b"\x1b[20l",
    b"\x1bc",
    b"\x7f",
    b"\x1b]8;;http://inside.invalid\x07link\x1b]8;;\x07",
    b"<script>document.title='owned'</script>",
    b"<img src=x onerror=alert(1)>",
    b"]]>",
    b"&lt;",
    b"\x00",
]
for stream in (sys.stdout.buffer, sys.stderr.buffer):
    stream.write(b"shown " + b" | ".join(SEQUENCES) + b"\n")
