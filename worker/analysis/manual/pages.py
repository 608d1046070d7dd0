"""Finds the manual pages of a tool and takes their source from the disk."""

from __future__ import annotations

import bz2
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.analysis.foreign import is_anybodys, open_regular

MOST_PAGES = 600
LARGEST_PAGE_BYTES = 512 * 1024
_LARGEST_FILE_BYTES = 8 * 1024 * 1024
_SYSTEM = ("/usr/share/man", "/usr/X11R6/man")
_LOCAL = ("/usr/local/share/man", "/usr/local/man")
_USUAL: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/games"), _SYSTEM),
    **dict.fromkeys(("/usr/local/bin", "/usr/local/sbin"), _LOCAL),
}
_CONFIGURATIONS = ("/etc/manpath.config", "/etc/man_db.conf", "/etc/man.conf")
_PAGE = re.compile(r"(?P<stem>.+)\.(?P<section>[168][a-z]{0,10})(?:\.(?:gz|xz|lzma|bz2))?")
_MAPPED = re.compile(r"^\s*(?:MANPATH_MAP\s+(?P<bin>\S+)|MANDATORY_MANPATH|manpath)\s+(?P<man>/\S+)", re.MULTILINE)
_INCLUDED = re.compile(r"[\w.+:@/-]{1,200}")
_MOST_ENTRIES = 60_000
_HIGHEST_FOLDERS = 6
_HOLD_PACKAGES = frozenset({"node_modules", "site-packages", "lib"})
_HEADS = ("package.json", "pyproject.toml", "setup.py", "Cargo.toml", "go.mod", "CMakeLists.txt", "configure")
_WORD = re.compile(r"[\w.+@-]+")


@dataclass(frozen=True)
class Page:
    """A page on the disk; `stem` is its name without section and compression."""

    file: Path
    stem: str
    section: str

    def source(self) -> str:
        """Give the source as text; what cannot be read is empty, what is too long is cut. Raises nothing."""
        text = read_page(self.file)
        alias = _alias_in(text)
        return (self.include(alias) or text) if alias else text

    def include(self, name: str) -> str | None:
        """Give the page that `.so` names, from the same tree of pages."""
        if not _INCLUDED.fullmatch(name) or name.startswith("/") or ".." in name:
            return None
        tree = self.file.parent.parent if "/" in name else self.file.parent
        for ending in ("", ".gz", ".xz", ".bz2"):
            text = read_page(tree / (name + ending)) if (tree / name).name else ""
            if text:
                return text
        return None


def find_pages(program: str, words: Sequence[str], environ: Mapping[str, str] | None = None) -> tuple[Page, ...]:
    """Find the pages of a tool: `TOOL.1` first, then `TOOL-SUB.1` and deeper, each name once.

    `program` is the path of the executable and `words` call the tool, its program first. At most 600 pages.
    """
    names = tuple(dict.fromkeys(_names(program, words)))
    found: dict[str, Page] = {}
    for folder in _folders(program, os.environ if environ is None else environ):
        for page in sorted(_pages_in(folder, names), key=lambda one: (len(one.stem), one.stem, one.section)):
            if len(found) < MOST_PAGES:
                found.setdefault(page.stem, page)
    return tuple(sorted(found.values(), key=lambda page: (page.stem not in names, page.stem)))


def read_page(file: Path) -> str:
    """Give the text of a file, decompressed; empty where it is no regular file or cannot be read."""
    try:
        raw = _decompressed(_bytes_of(file))
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError):
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _bytes_of(file: Path) -> bytes:
    opened = open_regular(file)
    if opened is None:
        return b""
    with opened:
        return opened.read(_LARGEST_FILE_BYTES)


def _decompressed(raw: bytes) -> bytes:
    if raw.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31).decompress(raw, LARGEST_PAGE_BYTES)
    if raw.startswith((b"\xfd7zXZ\x00", b"]\x00\x00")):
        return lzma.LZMADecompressor(memlimit=256 * 1024 * 1024).decompress(raw, LARGEST_PAGE_BYTES)
    if raw.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(raw, LARGEST_PAGE_BYTES)
    return raw[:LARGEST_PAGE_BYTES]


def _alias_in(text: str) -> str | None:
    """Give the page that a page of one line stands for."""
    if len(text) > 4000:  # noqa: PLR2004 - an alias is a line, perhaps below a few of comment
        return None
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(('.\\"', "'\\\""))]
    is_alias = len(lines) == 1 and lines[0].startswith(".so ")
    return lines[0][4:].strip() if is_alias else None


def _names(program: str, words: Sequence[str]) -> Iterator[str]:
    """Give the names under which the tool may have a page; the executable may be a link to one of another name."""
    own = [word.rpartition("/")[2] for word in words[:1]]
    files = [program.rpartition("/")[2], *(place.name for place in _links(program))]
    for name in [*own, *files]:
        bare = re.sub(r"\.(?:js|mjs|cjs|py|rb|pl|sh|exe)$", "", name)
        if _WORD.fullmatch(bare):
            yield "-".join([bare, *(word for word in words[1:] if _WORD.fullmatch(word))])


def _folders(program: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Give the trees of pages, those beside the executable first; none twice."""
    seen: set[Path] = set()
    for folder in (*_beside(program), *_configured(program, environ)):
        try:
            real = folder.resolve()
            is_new = real not in seen and real.is_dir()
        except (OSError, RuntimeError, ValueError):
            continue
        if is_new:
            seen.add(real)
            yield real


def _beside(program: str) -> Iterator[Path]:
    """Give the folders that belong to where the executable stands: its prefix, its package, and those of its links.

    What lies in a folder where everybody may write, as `/tmp` is, belongs to nobody's tool.
    """
    for place in _links(program):
        if is_anybodys(place.parent):
            continue
        prefix = place.parent.parent
        yield place.parent / "man"
        if not is_anybodys(prefix):
            yield from (prefix / "share/man", prefix / "man")
        if place.parent.name not in {"bin", "sbin"} or "node_modules" in place.parts:
            for folder in _in_package(place):
                yield from (folder / "man", folder / "share/man", folder / "doc", folder / "docs/man", folder)


def _in_package(place: Path) -> list[Path]:
    """Give the folders from an executable's own up to that of its package; where none is known, its own alone."""
    climbed: list[Path] = []
    for folder in list(place.parents)[:_HIGHEST_FOLDERS]:
        if folder.name in _HOLD_PACKAGES:
            return climbed
        if folder.parent == folder or is_anybodys(folder):
            break
        climbed.append(folder)
    heads = (number for number, folder in enumerate(climbed, 1) if any(_is_there(folder / one) for one in _HEADS))
    return climbed[: next(heads, 1)]


def _is_there(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _links(program: str) -> Iterator[Path]:
    """Give the executable, what its links lead to, and what a small wrapper of its own hands over to."""
    if not program.startswith("/") or "\0" in program:
        return
    place = Path(program)
    for _ in range(10):
        yield place
        try:
            target = place.readlink()
        except (OSError, ValueError):
            break
        place = Path(os.path.normpath(place.parent / target))
    yield Path(os.path.realpath(program))


def _configured(program: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Give the trees that the user names, and those that belong to the folder in which the program is found.

    The pages of a system are of the programs of that system: one that lies elsewhere has another version.
    """
    for folder in environ.get("MANPATH", "").split(":"):
        if folder.startswith("/"):
            yield Path(folder)
    homes = {str(place.parent) for place in _links(program)}
    for file in _CONFIGURATIONS:
        found = _MAPPED.finditer(read_page(Path(file)))
        yield from (Path(one["man"]) for one in found if (one["bin"] or "").rstrip("/") in homes)
    yield from (Path(tree) for home, trees in _USUAL.items() if home in homes for tree in trees)


def _pages_in(folder: Path, names: Sequence[str]) -> Iterator[Page]:
    """Give the pages of a tree whose name is one of these or begins with one; folders of languages are left out."""
    entries = _entries(folder)
    for chapter in entries:
        if re.fullmatch(r"man[168]\w*", chapter.name) and chapter.is_dir():
            yield from _matching(_entries(Path(chapter.path)), names)
    yield from _matching(entries, names)


def _matching(entries: Iterable[os.DirEntry[str]], names: Sequence[str]) -> Iterator[Page]:
    is_wanted = _matcher(names)
    for entry in entries:
        found = _PAGE.fullmatch(entry.name) if is_wanted(entry.name) else None
        if found and is_wanted(f"{found['stem']}.") and entry.is_file():
            yield Page(Path(entry.path), found["stem"], found["section"])


def _matcher(names: Sequence[str]) -> Callable[[str], bool]:
    beginnings = tuple(f"{name}{joint}" for name in names for joint in (".", "-", "_"))
    return lambda name: name.startswith(beginnings)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(entry)
                if len(found) >= _MOST_ENTRIES:
                    break
    except (OSError, ValueError):
        return found
    return found
