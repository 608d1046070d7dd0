"""Real shells that complete: lines are typed as people do, and what the shell answers is read."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
needs_fish = pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")

_SESSION = r"""
PS1='type> ' PS2= HISTFILE=
bind 'set enable-bracketed-paste off' 2>/dev/null
bind 'set bell-style none' 2>/dev/null
bind 'set completion-query-items 0' 2>/dev/null
"""
_PATIENCE_S = 30


def bash_candidates(script: Path, lines: Sequence[str], program: str = "frob", setup: str = "") -> list[list[str]]:
    """Give what bash is told for each line, at whose end the tab key is pressed, sorted."""
    told = script.with_suffix(".told")
    probe = f"""
    {setup}
    source {script.name}
    __spec=$(complete -p {program}) && __spec=${{__spec#*-F }} && __function=${{__spec%% *}}
    __probe() {{
        "$__function" "$@"
        printf '%s\\n' "${{COMPREPLY[@]}}" '--- end' >>{told.name}
    }}
    complete -o bashdefault -o default -F __probe {program}
    """
    told.write_text("")
    _type(script.parent, probe, ["".join(f"{line}\t\x15" for line in lines) + "\n"])
    blocks = told.read_text().split("--- end\n")[:-1]
    return [sorted(word for word in block.split("\n") if word) for block in blocks]


def bash_completed(script: Path, lines: Sequence[str], program: str = "frob", setup: str = "") -> list[list[str]]:
    """Give the words that the program gets for each line, at whose end first tab and then enter is pressed."""
    told = script.with_suffix(".told")
    probe = f"""
    {setup}
    source {script.name}
    {program}() {{ printf '%s\\n' "$@" '--- end' >>{told.name}; }}
    """
    told.write_text("")
    _type(script.parent, probe, [f"{line}\t\n" for line in lines])
    return [block.splitlines() for block in told.read_text().split("--- end\n")[:-1]]


def _type(folder: Path, setup: str, keys: Sequence[str]) -> None:
    """Type into a bash at a terminal, each piece behind a prompt of its own, and leave it."""
    (folder / "session.sh").write_text(_SESSION + setup)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        os.execvpe("bash", ["bash", "--noprofile", "--rcfile", "session.sh", "-i"], environment)
    try:
        for piece in [*keys, "exit\n"]:
            _await_prompt(terminal)
            os.write(terminal, piece.encode())
        while _read(terminal):
            pass
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def _await_prompt(terminal: int) -> None:
    seen = b""
    while not seen.endswith(b"type> "):
        more = _read(terminal)
        assert more, f"bash has left: {seen!r}"
        seen += more


def _read(terminal: int) -> bytes:
    assert select.select([terminal], [], [], _PATIENCE_S)[0], "bash is silent"
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody is at the other end
        return b""


def fish_candidates(script: Path, lines: Sequence[str]) -> list[list[str]]:
    """Give what fish offers for each line, with the descriptions behind a tab, sorted."""
    asked = "".join(f"complete -C {_fish_quoted(line)}\necho '--- end'\n" for line in lines)
    source = f"source {_fish_quoted(script.name)}\n{asked}"
    done = subprocess.run(
        ["fish", "--no-config", "-c", source],
        cwd=script.parent,
        env={"PATH": os.environ["PATH"], "HOME": str(script.parent), "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not done.stderr
    return [sorted(block.splitlines()) for block in done.stdout.split("--- end\n")[:-1]]


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
