"""Finds the completion files that came with a tool, and reads them as data."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

from shared.utils.text import decode
from worker.analysis.completions.said import Readings, joined
from worker.analysis.completions.scripts import Shell, read_script, shell_of
from worker.analysis.foreign import is_anybodys, open_regular

SYSTEM: tuple[Path, ...] = (Path("/usr/local"), Path("/usr"), Path("/opt/homebrew"))
_MOST_FILES = 12
_MOST_BYTES = 2_000_000
_MOST_ENTRIES = 400
_MOST_ABOVE = 5
_BELOW_PREFIX: tuple[tuple[Shell, str], ...] = (
    (Shell.ZSH, "share/zsh/site-functions/_{}"),
    (Shell.ZSH, "share/zsh/vendor-completions/_{}"),
    (Shell.FISH, "share/fish/vendor_completions.d/{}.fish"),
    (Shell.BASH, "share/bash-completion/completions/{}"),
    (Shell.BASH, "share/bash-completion/completions/{}.bash"),
    (Shell.BASH, "share/bash-completion/completions/_{}"),
    (Shell.BASH, "etc/bash_completion.d/{}"),
    (Shell.BASH, "etc/bash_completion.d/{}.bash"),
)
_IN_A_PACKAGE = ("completions", "completion", "complete", "autocomplete", "shell", "contrib/completion", "misc", ".")
_NAMES_IN_A_PACKAGE = (
    "{0}",
    "_{0}",
    *(
        f"{{0}}{end}"
        for end in (".bash", ".zsh", ".fish", ".sh", "-completion.bash", "_completion.bash", "-completion.zsh")
    ),
    *(f"{name}.{shell}" for name in ("completion", "completions") for shell in ("bash", "zsh", "fish", "sh")),
    *(f"{shell}_completion{end}" for shell in ("bash", "zsh", "fish") for end in ("", ".sh")),
)


@dataclass(frozen=True)
class CompletionFile:
    """A completion, the shell that it is for, and the name by which it calls the tool."""

    path: Path
    program: str
    shell: Shell
    text: str


def find_completions(program: str, words: Sequence[str], system: Iterable[Path] = SYSTEM) -> list[CompletionFile]:
    """Find the completion files that came with a tool; those that a shell brings along are of any version.

    `program` is the path of what is executed, `words` are those that call the tool; its name is the first one's last
    part. The tool's own folders come before those of the system.
    Nothing but regular files of at most two megabytes is opened, and at most twelve; what cannot be read is left out,
    and so is what lies beside a program in a folder where everybody may write.
    """
    name = os.path.basename(words[0]) if words else os.path.basename(program)  # noqa: PTH119 - a word, perhaps no path
    executable = Path(program)
    prefixes = list(dict.fromkeys([*_prefixes(executable), *system]))
    found: list[CompletionFile] = []
    seen: set[tuple[int, int]] = set()
    for called in _names(executable, name):
        for shell, path in _places(executable, prefixes, called):
            text = _read(path, seen) if len(found) < _MOST_FILES else None
            kind = (shell or shell_of(text)) if text else None
            if text and kind:
                found.append(CompletionFile(path, called, kind, text))
    return found


def read_files(files: Iterable[CompletionFile]) -> Readings:
    """Give what completion files say, by the path of the tool's commands; the first file is believed the most."""
    return joined(read_script(file.text, file.program, file.shell) for file in files)


def _names(executable: Path, name: str) -> list[str]:
    """Give the tool's name, and the one that its link leads to where that is a longer or shorter form of it."""
    real = os.path.basename(os.path.realpath(executable)) if executable.is_absolute() else name  # noqa: PTH119
    is_form = real != name and (real.startswith(name) or name.startswith(real))
    names = [name, real] if is_form else [name]
    return [one for one in names if one and one[0] not in ".-" and not any(sign in one for sign in "*?[/")]


def _prefixes(executable: Path) -> Iterator[Path]:
    """Give the folders above `bin`, of the program as it is named and as it is found behind links."""
    for path in (executable, Path(os.path.realpath(executable))):
        folder, prefix = path.parent, path.parent.parent
        has_prefix = path.is_absolute() and folder.name in {"bin", "sbin", "libexec"}
        if has_prefix and not is_anybodys(folder) and not is_anybodys(prefix):
            yield prefix


def _places(executable: Path, prefixes: Sequence[Path], name: str) -> Iterator[tuple[Shell | None, Path]]:
    for prefix in prefixes:
        for shell, pattern in _BELOW_PREFIX:
            yield shell, prefix / pattern.format(name)
    yield Shell.BASH, Path("/etc/bash_completion.d") / name
    for path in _in_packages(executable, name):
        yield None, path


def _in_packages(executable: Path, name: str) -> Iterator[Path]:
    """Give files with telling names in the package that the program belongs to."""
    names = {one.format(name) for one in _NAMES_IN_A_PACKAGE}
    for package in _packages(executable, name):
        for folder in _IN_A_PACKAGE:
            for path in _entries(package / folder):
                if path.name in names and not (folder == "." and path.name == name):
                    yield path


def _packages(executable: Path, name: str) -> Iterator[Path]:
    real = Path(os.path.realpath(executable))
    above = list(takewhile(lambda folder: not is_anybodys(folder), list(real.parents)[:_MOST_ABOVE]))
    yield from islice((folder for folder in above if _is_file(folder / "package.json")), 1)
    if real.parent.name == "bin":
        module = name.replace("-", "_")
        for folder in _entries(above[1] / "lib") if len(above) > 1 else ():
            if folder.name.startswith("python"):
                yield folder / "site-packages" / module
    elif above and real.parent != Path("/"):
        yield real.parent


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in islice(entries, _MOST_ENTRIES))
    except OSError:
        return []


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _read(path: Path, seen: set[tuple[int, int]]) -> str | None:
    """Read a regular file that was not read before."""
    try:
        opened = open_regular(path)
        if opened is None:
            return None
        with opened:
            about = os.fstat(opened.fileno())
            key = (about.st_dev, about.st_ino)
            if about.st_size > _MOST_BYTES or key in seen:
                return None
            seen.add(key)
            return decode(opened.read(_MOST_BYTES))
    except (OSError, ValueError):
        return None
