"""Small valid files of our own that lie in the folder of a call, so that a tool finds something to read."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
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


def _tar(name: bytes, content: bytes) -> bytes:
    """Write an archive of one file, in the oldest format that every reader knows."""
    head = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(content) + b"00000000000\0"
    rest = b"0".ljust(257 - 156, b"\0") + b"ustar\x0000"
    blank = (head + b" " * 8 + rest).ljust(_TAR_BLOCK, b"\0")
    head = blank.replace(b" " * 8, b"%06o\0 " % sum(blank), 1)
    return head + content.ljust(-(-len(content) // _TAR_BLOCK) * _TAR_BLOCK, b"\0") + b"\0" * 2 * _TAR_BLOCK


_TAR_BLOCK = 512

# Written down, so that they are the same bytes whatever library compresses here.
_ASKED_FOR_ONLY = {
    b"sample.gz": b64decode(
        "H4sIAAAAAAACA0vMKchIVDBWKEpN4UpKLUlUMFRIL0pNzeNKT8zNTVQwUkjKKU3lQpVKSc0B8QwUEnUUkhQS81IUkrkA6hAAYEgAAAA="
    ),
    b"sample.bz2": b64decode(
        "QlpoOTFBWSZTWV5oS8IAABBZgAAQQAR4AD7HVgAgAEhKU9JpoeSP1Q9Qah6mgMgCOXhEMbzxG0E4eWPm8VspxzQXdqps3EXwVhEUkP9JREEf"
        "F3JFOFCQXmhLwg=="
    ),
    b"sample.xz": b64decode(
        "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4ABHAD1dADCbCmckju5XwSrcsP10kfQPDwrhH6Y2BUewmozBit9Ot0txgdxcdCmGiTcVusxGWoDp"
        "SQZmsQluB7uHAzMAAAAA6hAAYAABVUiY1U2fkEKZDQEAAAAAAVla"
    ),
    b"sample.zip": b64decode(
        "UEsDBBQAAAAAAABgP1jeGUBFEAAAABAAAAAKAAAAaW5zaWRlLnR4dGVwc2lsb24gNSB3aGl0ZQpQSwECFAMUAAAAAAAAYD9Y3hlARRAAAAAQ"
        "AAAACgAAAAAAAAAAAAAAgAEAAAAAaW5zaWRlLnR4dFBLBQYAAAAAAQABADgAAAA4AAAAAAA="
    ),
    b"sample.png": b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
    ),
    # To the database that lies in a file, an empty one is empty.
    b"sample.db": EMPTY,
    b"sample.tar": _tar(b"inside.txt", b"epsilon 5 white\n"),
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


_KINDS = {
    **_BY_ENDING,
    **{
        path.removeprefix(b"sample.").decode(): CallFile(path=path, content=_ASKED_FOR_ONLY[path])
        for path in _ASKED_FOR_ONLY
    },
}
_KINDS |= {word: _KINDS[ending] for word, ending in _OTHER_ENDINGS.items() if ending in _KINDS}
_KINDS |= {"gzip": _KINDS["gz"], "gzipped": _KINDS["gz"], "bzip2": _KINDS["bz2"], "lzma": _KINDS["xz"]}
_KINDS |= dict.fromkeys(("database", "sqlite", "sqlite3"), _KINDS["db"])
_KINDS |= {"archive": _KINDS["tar"], "image": _KINDS["png"], "zipfile": _KINDS["zip"]}
_LONGEST_REFUSAL = 4000
_KIND = r"((?:[\w.-]{1,20} ){1,3}?)"
_WRONG_KIND = re.compile(
    rf"\bnot (?:in |an? |the |look like |appear to be )*(?:valid |proper |legal )?{_KIND}"
    r"(?:format|files?|archives?|data|documents?|images?|input)\b"
    rf"|\b(?:invalid|malformed|corrupt(?:ed)?|bad|unrecogni[sz]ed|expected(?: an?)?) {_KIND}"
    r"(?:format|files?|archives?|data|documents?|images?|input|header)\b"
    r"|\b(?:does not look like|doesn't look like|cannot find|is not) an? ((?:[\w-]{1,20} ?){1,3})",
    re.IGNORECASE,
)
# A file below so many bytes is worth keeping even where all together are too large.
SMALL = 4096


def merged(files: Sequence[CallFile]) -> tuple[CallFile, ...]:
    """Lay given files among the basic ones; a given file takes the place of whatever would be in its way."""
    return laid(files, BASIC)


def laid(extra: Sequence[CallFile], files: Sequence[CallFile]) -> tuple[CallFile, ...]:
    """Lay more files among those that are there; one of the new takes the place of whatever would be in its way."""
    kept = [file for file in files if not any(_are_in_each_others_way(file, one) for one in extra)]
    return Call(files=(*extra, *kept)).files


def kind_asked_for(text: str) -> CallFile | None:
    """Give a file of the kind that a refusal names: `not in frob format`, `invalid frob file`; None where it does not.

    Beside the basic files there are some that no tool needs until it asks for them: archives, compressed files, images.
    """
    for found in _WRONG_KIND.finditer(" ".join(text[:_LONGEST_REFUSAL].split())):
        words = re.findall(r"[a-z0-9]+", (found[1] or found[2] or found[3] or "").lower())
        file = next((_KINDS[word] for word in reversed(words) if word in _KINDS), None)
        if file is not None:
            return file
    return None


def file_like(name: str) -> CallFile:
    """Give the file whose content the ending of a name promises; a text where it promises nothing."""
    return _KINDS.get(name.lower().rpartition(".")[2], _TEXT_FILE)


def kinds_mentioned(text: str) -> tuple[CallFile, ...]:
    """Give basic files of the kinds that a text speaks of, the one it speaks of most first; a text is none."""
    words = Counter(re.findall(r"[a-z]+", text.lower()))
    kinds: Counter[CallFile] = Counter()
    for word, file in _KINDS.items():
        if file in BASIC and file is not _TEXT_FILE and len(word) > 1:
            kinds[file] += words[word]
    return tuple(file for file, count in kinds.most_common() if count)


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
