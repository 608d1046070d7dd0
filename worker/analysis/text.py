"""Turns what a tool printed into plain lines of text: no colours, overstrikes, frames or special hyphens."""

from __future__ import annotations

import re

from shared.utils.text import decode, without_escapes

# Longer lines and texts are cut: no help for people is that long (the longest known, all that a video tool can do, has
# 15,000 lines), and what follows takes some 0.2 ms a line. What lies beyond is not read.
LONGEST_TEXT_BYTES = 2_000_000
_LONGEST_LINE = 4000
_MOST_LINES = 40_000
_WIDEST_FRAME = 400

_OVERSTRIKE = re.compile(r".\x08")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HYPHENS_AND_BLANKS = str.maketrans(
    {0x2010: "-", 0x2011: "-", 0x2212: "-", 0xA0: " ", 0xAD: None, 0x200B: None, 0xFF1A: ":", 0x3000: "  "}
)
_FRAME_TOP = re.compile(r"^(\s*)[╭┌┏]─[─\s]*(.*?)[\s─]*[╮┐┓]\s*$")
_FRAME_BOTTOM = re.compile(r"^\s*[╰└┗][─━]*[╯┘┛]\s*$")
_FRAME_SIDE = re.compile(r"^(\s*)[│┃](.*?)[│┃]?\s*$")
# A tab parts columns, even where it is no wider than a blank.
_TAB_INSIDE = re.compile(r"(?<=[^\t ])\t")
_BULLET = re.compile(r"^(\s*)[·•▪●○](?=\s+\S)")


def plain_text(raw: bytes) -> str:
    """Decode and clean what a tool printed, two megabytes of it at most; a frame's title becomes a heading."""
    text = without_escapes(decode(raw[:LONGEST_TEXT_BYTES])).replace("\f", "\n")
    text = _OVERSTRIKE.sub("", text).translate(_HYPHENS_AND_BLANKS)
    lines = _CONTROLS.sub("", text).split("\n", _MOST_LINES)[:_MOST_LINES]
    return "\n".join(_plain_line(line[:_LONGEST_LINE]) for line in lines)


def _plain_line(line: str) -> str:
    line = _TAB_INSIDE.sub("  \t", line.rpartition("\r")[2]).expandtabs().rstrip()
    if line.isascii() or len(line) > _WIDEST_FRAME:
        return line
    if _FRAME_BOTTOM.match(line):
        return ""
    top = _FRAME_TOP.match(line)
    if top:
        return f"{top[1]}{top[2]}:" if top[2] else ""
    side = _FRAME_SIDE.match(line)
    return _BULLET.sub(r"\1 ", f"{side[1]} {side[2]}".rstrip() if side else line)
