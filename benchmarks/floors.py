"""The least that this machine takes for a call, measured by a small program in C that is compiled for it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import ordinary
from benchmarks.rounds import NotHereError

TRIVIAL = ("/bin/echo", "hello")
_SOURCE = Path(__file__).with_name("floor.c")
_PATIENCE_S = 120
_DISK_BYTES = str(64 << 20)

# What isolates a call as well as we want it to be, with nothing of ours in it.
_SEALED = [
    *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
    *("--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/home/user"),
    *("--setenv", "LC_ALL", "C.UTF-8", "--setenv", "TZ", "UTC"),
    *("--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--cap-drop", "ALL"),
    *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin"),
    *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache", "--proc", "/proc", "--dev", "/dev"),
    *("--size", _DISK_BYTES, "--tmpfs", "/tmp", "--size", _DISK_BYTES, "--tmpfs", "/home/user"),
    *("--size", _DISK_BYTES, "--tmpfs", "/case", "--chdir", "/case", "--remount-ro", "/", "--"),
]
_LIMITED = ["prlimit", "--core=0", "--cpu=10", f"--fsize={_DISK_BYTES}", "--nofile=256", "--nproc=256", "--"]


@dataclass(frozen=True)
class Floor:
    """The compiled program, and the folder where it runs."""

    program: Path
    folder: Path

    def spawn_ms(self, jobs: int, calls: int) -> float:
        """Give the milliseconds of one bare call."""
        return self._ms(jobs, calls, ())

    def sealed_ms(self, jobs: int, calls: int) -> float:
        """Give the milliseconds of one call in a sandbox that bubblewrap builds for it alone, with limits.

        Raises:
            NotHereError: the programs for it are not there, or do not work.

        """
        return self._ms(jobs, calls, (*_found(_SEALED), *_found(_LIMITED)))

    def words(self, jobs: int, calls: int, before: Sequence[str] = ()) -> list[str]:
        """Give the command that makes so many calls, with other words before each."""
        return [str(self.program), str(jobs), str(calls), *before, *TRIVIAL]

    def _ms(self, jobs: int, calls: int, before: Sequence[str]) -> float:
        words = self.words(jobs, calls, before)
        process = ordinary.start(words, self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=_PATIENCE_S)
        if process.returncode:
            raise NotHereError(err.decode(errors="replace").strip() or f"it ended with {process.returncode}")
        *each, all_of_them = out.decode().splitlines()
        # What one job waits for is the call; what several gain shows only in all of them.
        ns = median(int(line) for line in each) if jobs == 1 else int(all_of_them.split()[1]) / calls
        return ns / 1e6


def build(folder: Path) -> Floor:
    """Compile the program.

    Raises:
        NotHereError: there is no compiler, or it does not work.

    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotHereError("no C compiler here (cc)")
    program = folder / "floor"
    made = subprocess.run([compiler, "-O2", "-o", program, _SOURCE], check=False, capture_output=True, text=True)
    if made.returncode:
        raise NotHereError(f"cc: {made.stderr.strip()[-200:]}")
    return Floor(program, folder)


def _found(words: Sequence[str]) -> list[str]:
    program = shutil.which(words[0])
    if program is None:
        raise NotHereError(f"{words[0]} is not here")
    return [program, *words[1:]]
