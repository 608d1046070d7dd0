"""What this machine is made of, as far as it may show in what any tool does here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from shared.models.base import digest_of
from worker.execution.remembered import own_version

# Written anew whenever a package of the system is installed, upgraded or removed.
_PACKAGE_RECORDS = (
    "/etc/ld.so.cache",
    "/lib/apk/db/installed",
    "/run/current-system",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/var/lib/dpkg/status",
    "/var/lib/pacman/local",
    "/var/lib/rpm/Packages",
    "/var/lib/rpm/rpmdb.sqlite",
)
# Where people install beside the system's packages; an upgrade gives a folder there another name.
_PEOPLE_INSTALL_HERE = ("/opt", "/usr/local/bin", "/usr/local/lib", "/usr/local/lib/python3*/*-packages")
_NAMED_RELEASE = Path("/etc/os-release")


def machine() -> str:
    """Hash what every call here meets beside its tool: the kernel, the system's packages, and what makes the calls.

    It reads a few dates and one small file, so that whoever wants to know may ask each time.
    """
    kernel = os.uname()
    return digest_of([kernel.sysname, kernel.release, kernel.machine, _release(), own_version(), *_dated()])


def _release() -> str:
    try:
        return _NAMED_RELEASE.read_text(errors="replace")
    except OSError:
        return ""


def _dated() -> Iterator[str]:
    installed = [path for pattern in _PEOPLE_INSTALL_HERE for path in sorted(glob(pattern))]  # noqa: PTH207 - absolute
    for path in (*_PACKAGE_RECORDS, *installed):
        try:
            status = os.stat(path)  # noqa: PTH116 - nothing else is wanted of it
        except OSError:
            continue
        yield f"{path} {status.st_size} {status.st_mtime_ns}"
