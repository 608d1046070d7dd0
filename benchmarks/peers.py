"""Other test runners, and the same trivial cases written for each: run echo, compare its output and exit code."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rounds import NotHereError
from tests.ordinary import ROOT

PEERS = Path(os.environ.get("PEERS", ROOT / ".bench")).absolute()
_FILES = 10
_CASES = "cases"

Write = Callable[[Path, Sequence[int]], None]


@dataclass(frozen=True)
class Peer:
    """Another runner: its command in a folder of cases, how these are written, and what it needs besides."""

    name: str
    words: tuple[str, ...]
    write: Write
    isolates: str = "nothing"
    needs: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """Give the command, its program found.

        Raises:
            NotHereError: it is not installed, or something that it needs.

        """
        for program in self.needs:
            _found(program)
        return [_found(self.words[0]), *self.words[1:]]

    def prepare(self, folder: Path, cases: int) -> None:
        """Write cases below a folder, spread over a few files."""
        place = folder / _CASES
        place.mkdir()
        for number in range(min(_FILES, cases)):
            self.write(place / f"group_{number}", range(number, cases, _FILES))


def bin_folder() -> Path:
    """Say where peers are found that were installed for this."""
    return PEERS / "bin" if (PEERS / "bin").is_dir() else PEERS


def said(case: int) -> str:
    """Give what a case must print, without the end of the line; `echo` gets these words."""
    return f"case {case}"


def _found(program: str) -> str:
    path = shutil.which(program, path=f"{bin_folder()}:{os.environ.get('PATH', os.defpath)}")
    if path is None:
        raise NotHereError(f"{program} is not installed (make bench-peers)")
    if any(not folder.stat().st_mode & stat.S_IXOTH for folder in Path(path).resolve().parents):
        raise NotHereError(f"{program} lies where not everybody may enter (make bench-peers)")
    return path


def _bats(path: Path, cases: Sequence[int]) -> None:
    one = '@test "{0}" {{\n  run /bin/echo {0}\n  [ "$status" -eq 0 ]\n  [ "$output" = "{0}" ]\n}}\n'
    path.with_suffix(".bats").write_text("".join(one.format(said(case)) for case in cases))


def _shelltest(path: Path, cases: Sequence[int]) -> None:
    one = "/bin/echo {0}\n>>>\n{0}\n>>>= 0\n\n"
    path.with_suffix(".test").write_text("".join(one.format(said(case)) for case in cases))


def _cram(path: Path, cases: Sequence[int]) -> None:
    path.with_suffix(".t").write_text("".join(f"  $ /bin/echo {said(case)}\n  {said(case)}\n\n" for case in cases))


def _pytest(path: Path, cases: Sequence[int]) -> None:
    text = f"""
import subprocess

import pytest


@pytest.mark.parametrize("words", {[said(case) for case in cases]!r})
def test_says_it(words):
    ended = subprocess.run(["/bin/echo", *words.split()], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0
    assert ended.stdout == words + "\\n"
"""
    path.with_name(f"test_{path.name}.py").write_text(text)


_PYTEST = ("pytest", "-q", "-p", "no:cacheprovider", _CASES)
BATS, BATS_TWO, PYTEST = "bats", "bats -j 2", "pytest and subprocess"
PEERS_KNOWN = (
    Peer(PYTEST, _PYTEST, _pytest),
    Peer(BATS, ("bats", _CASES), _bats),
    Peer(BATS_TWO, ("bats", "-j", "2", _CASES), _bats, needs=("parallel",)),
    Peer("shelltestrunner", ("shelltest", _CASES), _shelltest),
    Peer("shelltestrunner -j 2", ("shelltest", "-j2", _CASES), _shelltest),
    Peer("prysk, a shell for 50 cases", ("prysk", "-q", _CASES), _cram, isolates="a folder for 50 cases"),
    Peer("cram, a shell for 50 cases", ("cram", "-q", _CASES), _cram, isolates="a folder for 50 cases"),
    Peer("pytest and subprocess, -n 2", (*_PYTEST, "-n", "2"), _pytest),
)
