"""What of this machine a tool must see to run: its own prefix and what runs it, and never anybody's home."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from shutil import which
from urllib.parse import unquote, urlsplit

from shared.interfaces.executor import ToolNotExecutableError, ToolNotFoundError, ToolOutOfReachError
from shared.utils.text import visible as shown
from worker.execution.elf import read_linked
from worker.execution.environment import STANDARD_PATH

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives")
_STORES = ("/nix/store", "/gnu/store")
_OPTIONAL = re.compile(r"(/opt/[^/]+)/.")
_CLOSED = ("/boot", "/dev", "/etc", "/proc", "/run", "/sys")
_SHARED = frozenset({"/", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var"})  # noqa: S108 - never used
_MOST_LINKS = 40
_FIRST_BYTES = 4096
# What pip writes where the path of an interpreter is too long for a first line, or has a blank in it.
_LONG_FIRST_LINE = re.compile(rb"#!/bin/sh\n'''exec' (.+) \"\$0\" \"\$@\"\n")


@dataclass(frozen=True)
class View:
    """What is shown inside, at the places where it lies outside.

    `real` is the program at the end of all links, `links` lead there and are shown step by step. `path` are folders to
    look for programs in, `packages` folders whose files the tool loads, all that are below them, `libraries` such whose
    own files it loads; `env` says where they are. Not `is_known`: it may be any program, later.
    """

    program: str
    real: str
    binds: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    path: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    env: Mapping[str, bytes] = field(default_factory=dict)
    is_known: bool = True


def view_of(program: str, search: Sequence[str], homes: Collection[str], *, is_named: bool) -> View:
    """Find out what a program needs; `search` are the folders that programs are looked for in, here.

    Raises:
        ToolNotFoundError, ToolNotExecutableError, ToolOutOfReachError: it, or what runs it, is not to be had.

    """
    survey = _Survey(search, homes)
    real = survey.add_program(program, is_looked_for=is_named)
    return survey.view(program, real)


def known_homes() -> frozenset[str]:
    """Name the folders of people and services on this machine, of whom the kernel itself knows nothing."""
    listed = {entry.pw_dir for entry in pwd.getpwall()} | {os.path.expanduser("~")}  # noqa: PTH111
    own = {home for home in listed if home.startswith("/") and not is_below(home, (*SYSTEM, *_CLOSED))}
    return frozenset(own | {os.path.realpath(home) for home in own} | {"/root"}) - {"/"}


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Tell whether a path is one of the folders, or lies in one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def trace(path: str) -> tuple[list[tuple[str, str]], str]:
    """Follow a path link by link: each link with what it says, and the real path at the end.

    Raises:
        OSError: something on the way is missing or closed, or the links go round.

    """
    links: list[tuple[str, str]] = []
    at, parts = "/", deque(path.split("/"))
    while parts:
        part = parts.popleft()
        if part in {"", "."}:
            continue
        if part == "..":
            at = os.path.dirname(at)  # noqa: PTH120
            continue
        step = os.path.join(at, part)  # noqa: PTH118
        if not os.path.islink(step):  # noqa: PTH114
            os.lstat(step)
            at = step
            continue
        links.append((step, os.readlink(step)))  # noqa: PTH115
        if len(links) > _MOST_LINKS:
            raise OSError(f"too many links: {path}")
        at = "/" if links[-1][1].startswith("/") else at
        parts.extendleft(reversed(links[-1][1].split("/")))
    return links, at


def prefix_of(path: str) -> str | None:
    """Give the folder that holds a program and all that was installed with it, by the customs of installers."""
    for store in _STORES:
        if is_below(path, [store]):
            return store
    before, is_package, _ = path.partition("/node_modules/")
    if is_package:
        return before + "/node_modules"
    if own := _OPTIONAL.match(path):
        return own[1]
    folder = Path(path).parent
    return str(folder.parent) if folder.name in {"bin", "sbin", "shims"} else None


def is_too_much(folder: str, homes: Collection[str]) -> bool:
    """Tell whether a folder holds more than one program's files: a home, or what holds homes, or a system's folder."""
    if folder in _SHARED or is_below(folder, _CLOSED) or Path(folder).parent in {Path("/home"), Path("/var")}:
        return True
    return any(is_below(home, [folder]) or folder == f"{home}/.local" for home in homes)


@dataclass
class _Survey:
    search: Sequence[str]
    homes: Collection[str]
    binds: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    looked_for: set[str] = field(default_factory=set)
    interpreters: list[str] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    seen: dict[str, str] = field(default_factory=dict)
    env: dict[str, bytes] = field(default_factory=dict)
    is_known: bool = True

    def add_program(self, program: str, *, is_looked_for: bool = False) -> str:
        """Add a program and, in turn, what runs it; give its real path."""
        if is_looked_for:
            self.looked_for.add(str(Path(program).parent))
        if program not in self.seen:
            links, real = _traced(program)
            self.seen[program] = real
            self.links.update(links)
            for link, _ in links:
                self._add_prefix(link)
            self._add_file(real)
            self._add_libraries(real)
            for interpreter, is_searched in _Script(real, self.search).interpreters:
                self.interpreters.append(interpreter)
                self.add_program(interpreter, is_looked_for=is_searched)
        return self.seen[program]

    def view(self, program: str, real: str) -> View:
        binds = _outermost(bind for bind in self.binds if not is_below(bind, SYSTEM))
        shown_already = (*SYSTEM, *binds)
        return View(
            program=program,
            real=real,
            binds=binds,
            links=tuple((link, at) for link, at in self.links.items() if not is_below(link, shown_already)),
            path=tuple(dict.fromkeys([*self._visible_folders(binds), *STANDARD_PATH])),
            interpreters=tuple(self.interpreters),
            packages=tuple(sorted(one for one in self.packages if not _is_listed_in_any(one, self.packages))),
            libraries=tuple(sorted(self.libraries)),
            env=self.env,
            is_known=self.is_known,
        )

    def _visible_folders(self, binds: Sequence[str]) -> list[str]:
        own = [folder for folder in self.search if folder in self.looked_for or is_below(folder, binds)]
        return [folder for folder in own if folder not in STANDARD_PATH]

    def _add_file(self, real: str) -> None:
        if is_below(real, _CLOSED) and not is_below(real, SYSTEM):
            raise ToolOutOfReachError(f"{shown(real)} lies where no sandbox may look")
        folder, is_script = Path(real).parent, _Script(real, self.search).is_script
        if self._add_prefix(real):
            prefix = prefix_of(real)
            if is_script and prefix and not is_below(real, SYSTEM):
                self.packages.add(prefix)
            return
        is_shown_around = is_script and not is_too_much(str(folder), self.homes)
        self.binds.add(str(folder) if is_shown_around else real)
        if is_shown_around:
            self.packages.add(str(folder))  # a script may load whatever lies beside it
        if is_script and folder.name == "bin":
            self._add_own_packages(folder.parent)

    def _add_own_packages(self, base: Path) -> None:
        """Add what a user installed for themselves, and tell the interpreter of it: their home is not shown."""
        for packages in sorted(base.glob("lib/python3*/site-packages")):
            self.binds.add(str(packages))
            self.packages.add(str(packages))
            self.env["PYTHONUSERBASE"] = os.fsencode(base)

    def _add_libraries(self, real: str) -> None:
        linked = read_linked(real)
        for folder in linked.folders:
            if Path(folder).is_dir() and not is_too_much(folder, self.homes):
                self.binds.add(folder)
                self.libraries.add(folder)
        if linked.loader and not Path(linked.loader).exists():
            raise ToolNotExecutableError(f"{shown(real)} is started by {shown(linked.loader)}, which is not here", "")
        if linked.loader:
            self.add_program(linked.loader)

    def _add_prefix(self, path: str) -> bool:
        if is_below(path, SYSTEM):
            return True
        prefix = prefix_of(path)
        if prefix is None or is_too_much(prefix, self.homes):
            return False
        is_new = prefix not in self.binds
        self.binds.add(prefix)
        if is_new:
            self._add_contents(prefix, path)
        return True

    def _add_contents(self, prefix: str, path: str) -> None:
        """Add what is known of a prefix by the custom that it follows."""
        if Path(prefix).name == "node_modules":
            self.packages.add(prefix)
        if Path(path).parent.name == "shims":
            self.is_known = False  # it finds its program when it is called
        if (settings := Path(prefix, "pyvenv.cfg")).is_file():
            self._add_environment(Path(prefix), settings)

    def _add_environment(self, prefix: Path, settings: Path) -> None:
        python = prefix / "bin" / "python"
        if python.exists():
            self.add_program(str(python))
        for base in _base_folders(settings):
            self._add_prefix(str(Path(base, "python3")))
        for packages in sorted(prefix.glob("lib*/python*/site-packages")):
            self.packages.add(os.path.realpath(packages))
            for source in _sources_elsewhere(packages):
                if not is_too_much(source, self.homes):
                    self.binds.add(source)
                    self.packages.add(source)


@dataclass(frozen=True)
class _Script:
    """A program as its first lines describe it."""

    path: str
    search: Sequence[str]

    @cached_property
    def start(self) -> bytes:
        try:
            with Path(self.path).open("rb") as file:
                return file.read(_FIRST_BYTES)
        except OSError:
            return b""  # it may be executed, not read

    @property
    def is_script(self) -> bool:
        return self.start.startswith(b"#!")

    @property
    def interpreters(self) -> Iterator[tuple[str, bool]]:
        """Give what runs it, and whether that was looked for in folders of programs."""
        if not self.is_script:
            return
        words = self.start[2:].splitlines()[0].decode(errors="surrogateescape").split()
        if long := _LONG_FIRST_LINE.match(self.start):
            yield self._found(shlex.split(os.fsdecode(long[1]))[0]), False
        if words:
            yield self._found(words[0]), False
        if words and Path(words[0]).name == "env" and (name := _asked_of_env(words[1:])):
            yield self._found(name), "/" not in name

    def _found(self, name: str) -> str:
        found = which(name, path=os.pathsep.join(self.search))
        if found is None:
            message = f"{shown(self.path)} is run by {shown(name)}, which cannot be executed here"
            raise ToolNotExecutableError(message, f"Install {shown(name)} first.")
        return found


def _asked_of_env(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith("-") and "=" not in word), None)


def _traced(program: str) -> tuple[list[tuple[str, str]], str]:
    try:
        return trace(program)
    except PermissionError as error:
        raise ToolOutOfReachError(f"{shown(program)} lies in a folder that is closed to us") from error
    except OSError as error:
        raise ToolNotFoundError(f"{shown(program)} leads nowhere") from error


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not is_below(path, kept):
            kept.append(path)
    return tuple(kept)


def _is_listed_in_any(folder: str, others: Iterable[str]) -> bool:
    """Tell whether a folder is looked at with another one; what lies in one with a dot is not."""
    return any(
        folder != other and is_below(folder, [other]) and "/." not in folder.removeprefix(other) for other in others
    )


def _base_folders(settings: Path) -> Iterator[str]:
    for line in settings.read_text(errors="replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home" and value.strip().startswith("/"):
            yield value.strip()


def _sources_elsewhere(packages: Path) -> Iterator[str]:
    """Give the folders that an environment loads from where they are worked on: its .pth files and PEP 610 say so."""
    for listed in sorted(packages.glob("*.pth")):
        lines = listed.read_text(errors="replace").splitlines()
        yield from (os.path.realpath(line) for line in lines if line.startswith("/") and Path(line).is_dir())
    for origin in sorted(packages.glob("*.dist-info/direct_url.json")):
        yield from _editable_source(origin)


def _editable_source(origin: Path) -> Iterator[str]:
    try:
        said = json.loads(origin.read_text())
        url, is_editable = urlsplit(said["url"]), said.get("dir_info", {}).get("editable", False)
    except (ValueError, KeyError, AttributeError):
        return
    folder = unquote(url.path)
    if is_editable and url.scheme == "file" and Path(folder).is_dir():
        yield os.path.realpath(folder)
