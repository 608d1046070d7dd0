"""How much of a sandbox bubblewrap can build on this machine, and what stands in its way."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.interfaces.executor import SandboxUnavailableError
from shared.models.test_result import Status, TestResult

_SETTINGS = Path("/proc/sys")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
_OLDEST = (0, 7)
_PLACES = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Variant:
    """How much is built: the first of the variants is all of it, the last the least that is still a sandbox.

    `suffix` says in the level of results what is missing.
    """

    suffix: str
    has_proc: bool
    forbids_namespaces: bool

    def words(self) -> Iterator[str]:
        """Give bubblewrap's own words for it."""
        if self.forbids_namespaces:
            yield from ("--unshare-user", "--disable-userns")
        if self.has_proc:
            yield from ("--proc", "/proc", "--remount-ro", "/proc")


VARIANTS = (
    Variant("", has_proc=True, forbids_namespaces=True),
    Variant("-nested", has_proc=True, forbids_namespaces=False),
    Variant("-noproc", has_proc=False, forbids_namespaces=True),
    Variant("-noproc", has_proc=False, forbids_namespaces=False),
)


@dataclass(frozen=True)
class Foundation:
    """The program that builds sandboxes here, and how much of one it can build."""

    program: str
    variant: Variant


def found_program() -> str:
    """Find bubblewrap.

    Raises:
        SandboxUnavailableError: it is not installed.

    """
    program = shutil.which("bwrap", path=_PLACES)
    if program is None:
        raise SandboxUnavailableError(
            "bubblewrap, which builds the sandbox, is not installed", "Install it: apt-get install bubblewrap"
        )
    return program


def first_that_works(program: str, make_trial_call: Callable[[Foundation], TestResult]) -> Foundation:
    """Take the first variant in which a call can be made.

    Raises:
        SandboxUnavailableError: there is none.

    """
    told = []
    for variant in VARIANTS:
        result = make_trial_call(Foundation(program, variant))
        if result.status is Status.OK:
            return Foundation(program, variant)
        told.append(result.detail)
    raise SandboxUnavailableError(f"no sandbox can be built here: {told[0]}", age_advice(program) or advice())


def age_advice(program: str) -> str:
    """Say what to do where bubblewrap cannot yet give a folder a size; nothing where it can."""
    try:
        told = subprocess.run([program, "--version"], check=True, capture_output=True, env={})  # noqa: S603
        version = tuple(int(part) for part in told.stdout.split()[-1].split(b".")[:2])
    except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
        return ""
    return "" if version >= _OLDEST else f"Upgrade bubblewrap: {_OLDEST[0]}.{_OLDEST[1]} or newer is needed."


def advice(settings: Path = _SETTINGS, marks: tuple[Path, ...] = _CONTAINER_MARKS) -> str:
    """Say what to do where namespaces are refused, from what the kernel and the machine say of themselves."""
    if _number(settings / "user/max_user_namespaces") == 0:
        return "Allow user namespaces: sysctl -w user.max_user_namespaces=10000"
    if _number(settings / "kernel/unprivileged_userns_clone") == 0:
        return "Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1"
    if any(mark.exists() for mark in marks):
        return (
            "Allow the container to build namespaces: --security-opt seccomp=deploy/seccomp.json"
            " --security-opt systempaths=unconfined (and apparmor=unconfined where AppArmor is on)."
        )
    if _number(settings / "kernel/apparmor_restrict_unprivileged_userns") == 1:
        return (
            "AppArmor restricts user namespaces: give /usr/bin/bwrap a profile that allows `userns`,"
            " or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if os.geteuid() == 0:
        return "Start it as an ordinary user; as root it must be able to become one and to build namespaces then."
    return "Try by hand: bwrap --unshare-all --ro-bind / / true"


def _number(setting: Path) -> int | None:
    try:
        return int(setting.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
