"""What a sandbox shows of this machine, and what it makes up, as words for bubblewrap."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.models.call import Surroundings
from shared.models.job import Network
from worker.execution.hidden import Hidden

RUNNER_PLACE = "/run.zip"
LAYERS = "/layers"
TEMPORARY = "/tmp"  # noqa: S108 - a private one
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a private one
_UID = 1000
_LINKED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_NEEDED = frozenset({*_LINKED, "dev", "etc", "home", "layers", "proc", "tmp", "usr"})
_ZONES = "/usr/share/zoneinfo"
_ETC = "/etc"

# Of the machine's settings only what programs need to run at all, and nothing that is anybody's secret.
_SETTINGS = (
    "alternatives",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "fonts",
    "groff",
    "host.conf",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "magic",
    "magic.mime",
    "manpath.config",
    "mime.types",
    "os-release",
    "perl",
    "pki/ca-trust",
    "pki/tls/certs",
    "protocols",
    "rpc",
    "services",
    "shells",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "xattr.conf",
    "xdg",
)
_SOME_SETTINGS = ("java-*", "python3*")


@dataclass(frozen=True)
class Shown:
    """What of this machine is shown besides the system: paths, links, and what stays hidden in the paths."""

    binds: Sequence[str]
    links: Sequence[tuple[str, str]] = ()
    hidden: Hidden = field(default_factory=Hidden)


def settings() -> tuple[str, ...]:
    """Name the settings that are shown, of those that are there."""
    # What matches is asked of the kernel by its name, and the folder read once: all calls of a job wait for this.
    some = {name for pattern in _SOME_SETTINGS for name in fnmatch.filter(_names_in(_ETC), pattern)}
    paths = [f"{_ETC}/{name}" for name in sorted(some.union(_SETTINGS))]
    return tuple(path for path in paths if os.access(path, os.R_OK))


def system_words() -> Iterator[str]:
    """Show the system, read-only, with the links or folders that this machine has in its root."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _LINKED:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from bind_words(settings())


def bind_words(paths: Sequence[str]) -> Iterator[str]:
    """Show paths at their own places, below folders that anybody may look into."""
    for folder in sorted({folder for path in paths for folder in _folders_above(path)}):
        yield from ("--perms", "0755", "--dir", folder)
    for path in paths:
        yield from ("--ro-bind", path, path)


def _folders_above(path: str) -> Iterator[str]:
    """Name the folders that a path lies in, without the root."""
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def volumes_of(surroundings: Surroundings) -> tuple[tuple[str, int], ...]:
    """Give the folders that can be written to, with their modes."""
    return (
        (folder_of(surroundings), 0o755),
        (home_of(surroundings), 0o755),
        (TEMPORARY, 0o1777),
        (_SHARED_MEMORY, 0o1777),
    )


def own_words(surroundings: Surroundings, disk_bytes: int | None) -> Iterator[str]:
    """Make the folders that can be written to, each with room for so much and no more; None: only their places."""
    if disk_bytes is None:
        yield from ("--perms", "0700", "--dir", LAYERS)
    for path, mode in volumes_of(surroundings):
        room = ("--dir",) if disk_bytes is None else ("--size", str(disk_bytes), "--tmpfs")
        # The size counts for the next word alone, and so do the permissions.
        yield from ("--perms", f"{mode:04o}", *room, path)


def shown_words(shown: Shown) -> Iterator[str]:
    """Show the tool where it lies, and lay something empty over what is hidden of it."""
    for link, at in shown.links:
        yield from ("--symlink", at, link)
    yield from bind_words(shown.binds)
    for folder in shown.hidden.folders:
        yield from ("--tmpfs", folder, "--remount-ro", folder)
    for file in shown.hidden.files:
        yield from ("--ro-bind", "/dev/null", file)


def identity_words(surroundings: Surroundings) -> Iterator[str]:
    """Be an ordinary user of a machine with a name of its own."""
    yield from ("--uid", str(_UID), "--gid", str(_UID), "--hostname", surroundings.host)
    zone = surroundings.zone if Path(_ZONES, surroundings.zone).is_file() else "UTC"
    yield from ("--symlink", f"{_ZONES}/{zone}", "/etc/localtime")


def made_up(surroundings: Surroundings, network: Network) -> Mapping[str, bytes]:
    """Give the files that would tell of this machine, with what they say instead."""
    user, host = surroundings.home, surroundings.host
    lookups = "files dns" if network is Network.ON else "files"
    files = {
        "/etc/passwd": f"root:x:0:0:root:/root:/bin/sh\n{user}:x:{_UID}:{_UID}::{home_of(surroundings)}:/bin/sh\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        "/etc/group": f"root:x:0:\n{user}:x:{_UID}:\nnogroup:x:65534:\n",
        "/etc/hosts": f"127.0.0.1 localhost {host}\n::1 localhost\n",
        "/etc/hostname": f"{host}\n",
        "/etc/nsswitch.conf": f"passwd: files\ngroup: files\nhosts: {lookups}\n"
        "services: files\nprotocols: files\nrpc: files\n",
        "/etc/machine-id": "0" * 31 + "1\n",
    }
    if network is Network.ON:
        files["/etc/resolv.conf"] = _resolvers()
    return {path: content.encode() for path, content in files.items()}


def folder_of(surroundings: Surroundings) -> str:
    """Give the folder that a call is made in."""
    return f"/{surroundings.folder}"


def home_of(surroundings: Surroundings) -> str:
    """Give the home of the one who makes it."""
    return f"/home/{surroundings.home}"


def is_taken(surroundings: Surroundings) -> bool:
    """Tell whether the root needs the name of the call's folder for something else."""
    return surroundings.folder in _NEEDED


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []


def _resolvers() -> str:
    try:
        return Path("/etc/resolv.conf").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
