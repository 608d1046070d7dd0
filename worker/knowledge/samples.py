"""Small valid files of our own that lie in the folder of a call, so that a tool finds something to read."""

from __future__ import annotations

from collections.abc import Sequence

from shared.models.call import Call, CallFile, FileKind

EMPTY = b""
BINARY = bytes(range(256))
MISSING = b"no-such-file.txt"
FOLDER = b"folder"
NEW = b"made-by-this-call"

# Lines that can be sorted, counted, searched and cut: words, numbers, a repeated line, a blank one.
TEXT = b"""\
alpha 3 red
beta 1 green
gamma 2 blue

beta 1 green
delta 10 a, b and c
"""

_FILES = {
    b"sample.txt": TEXT,
    b"sample.csv": b"name,count,colour\nalpha,3,red\nbeta,1,green\ngamma,2,blue\n",
    b"sample.json": b'{"name": "alpha", "count": 3, "tags": ["red", "green"], "nested": {"a": 1, "b": null}}\n',
    b"sample.yaml": b"name: alpha\ncount: 3\ntags:\n  - red\n  - green\n",
    b"sample.toml": b'name = "alpha"\ncount = 3\n\n[nested]\na = 1\n',
    b"sample.ini": b"[alpha]\ncount = 3\ncolour = red\n",
    b"sample.xml": b'<?xml version="1.0"?>\n<list><item name="alpha" count="3">red</item></list>\n',
    b"sample.html": b"<!DOCTYPE html>\n<html><head><title>Alpha</title></head><body><p>red</p></body></html>\n",
    b"sample.md": b"# Alpha\n\nSome *red* text.\n\n- beta\n- gamma\n",
    b"sample.py": b'"""Alpha."""\n\n\ndef beta(count):\n    return count + 1\n\n\nprint(beta(2))\n',
    b"sample.js": b"function beta(count) {\n  return count + 1;\n}\n\nconsole.log(beta(2));\n",
    b"sample.sh": b'#!/bin/sh\ncount=2\necho "beta $count"\n',
    b"sample.c": b"int main(void) { return 0; }\n",
    b"sample.css": b".alpha {\n  color: red;\n}\n",
    b"sample.diff": b"--- sample.txt\n+++ sample.txt\n@@ -1,1 +1,1 @@\n-alpha 3 red\n+alpha 4 red\n",
    b"empty.txt": EMPTY,
    b"folder/inside.txt": b"epsilon 5 white\n",
}

BASIC: tuple[CallFile, ...] = Call(files=tuple(CallFile(path=path, content=_FILES[path]) for path in _FILES)).files

_TEXT_FILE = next(file for file in BASIC if file.path == b"sample.txt")
# One letter in a sentence is no ending.
_BY_ENDING = {
    ending: file
    for file in BASIC
    if len(ending := file.path.removeprefix(b"sample.").decode()) > 1 and "/" not in ending
}
_OTHER_ENDINGS = {
    "yml": "yaml",
    "conf": "ini",
    "cfg": "ini",
    "config": "ini",
    "htm": "html",
    "markdown": "md",
    "python": "py",
    "patch": "diff",
    "javascript": "js",
    "stylesheet": "css",
    "text": "txt",
}


def merged(files: Sequence[CallFile]) -> tuple[CallFile, ...]:
    """Lay given files among the basic ones; a given file takes the place of whatever would be in its way."""
    kept = [file for file in BASIC if not any(_are_in_each_others_way(file, given) for given in files)]
    return Call(files=(*files, *kept)).files


def file_for(hint: str) -> CallFile:
    """Choose the basic file that fits a hint best: the name of a value, an ending, a description."""
    plain = "".join(character if character.isalnum() else " " for character in hint.lower())
    ending = hint.lower().rpartition(".")[2]
    endings = (_OTHER_ENDINGS.get(word, word) for word in (ending, *plain.split()))
    return next((_BY_ENDING[ending] for ending in endings if ending in _BY_ENDING), _TEXT_FILE)


def is_file_name(word: str) -> bool:
    """Tell whether a word ends like the name of one of the basic files."""
    stem, _, ending = word.rpartition(".")
    return stem[-1:].isalnum() and _OTHER_ENDINGS.get(ending, ending) in _BY_ENDING


def _are_in_each_others_way(one: CallFile, other: CallFile) -> bool:
    if one.path == other.path:
        return True
    return _is_a_file_above(one, other) or _is_a_file_above(other, one)


def _is_a_file_above(one: CallFile, other: CallFile) -> bool:
    return one.kind is not FileKind.DIRECTORY and other.path.startswith(one.path + b"/")
