"""A container engine of the tests' own, and images made from files of this machine: none is pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest

_SPECIMENS = Path(__file__).parent / "specimens"
PLAIN_INSIDE, HOSTILE_INSIDE, FROB_INSIDE = "/opt/plain.sh", "/opt/hostile.py", "/usr/local/bin/frob"
CLOSED, OPEN = "/opt/closed", "/open"
"""In the image of tools: something that may not be executed, and a folder that everybody may write to."""

FOLDER_INSIDE = "/opt/folder"
_STARTING_S = 20.0
_PROGRAMS = (
    *("sh", "basename", "cat", "chmod", "cp", "date", "dirname", "echo", "env", "grep", "head", "id", "ln", "ls"),
    *("mkdir", "mkfifo", "mv", "printf", "readlink", "rm", "sed", "seq", "setsid", "sleep", "sort", "stat", "tail"),
    *("test", "touch", "tr", "true", "truncate", "uname", "wc", "yes"),
)
_ROOT_LINKS = [path for path in map(Path, ("/bin", "/lib", "/lib64")) if path.is_symlink()]
_LARGE = frozenset({"test", "idlelib", "lib2to3", "pydoc_data", "ensurepip", "distutils"})
_ZONES = ("Asia/Tokyo", "Pacific/Auckland", "America/St_Johns")
# The daemon ends with whoever starts it, and no mount of its own is seen by anybody else.
_ALONE = ("setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "private")
_UNROUTED = ("--bridge", "none", "--iptables=false", "--ip6tables=false")


@dataclass(frozen=True)
class Containers:
    """An engine by its address, an image with the tools of tests, and a folder for what is found out about it."""

    address: str
    tools: str
    cache: Path
    _images: dict[Path, str] = field(default_factory=dict)

    def place_of(self, folder: Path) -> tuple[str, str]:
        """Put a folder into an image beside the tools, once; give the place that it has there, and the image."""
        if folder not in self._images:
            name = f"tools-of-tests-{len(self._images)}"
            self._images[folder] = make_image_of_tools(self.address, name, folder)
        return FOLDER_INSIDE, self._images[folder]


@contextmanager
def own_engine() -> Iterator[str]:
    """Start an engine that nobody else uses, give its address, and end it by its own process."""
    # An engine and what it calls lie where administrators look, whether we were started as one or not.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    if os.geteuid() or shutil.which("dockerd", path=path) is None or shutil.which("docker") is None:
        pytest.skip("needs root and a container engine (apt-get install docker.io)")
    # Where the default of pytest is, the path of a socket would be too long.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    settings = folder / "settings.json"
    settings.write_text("{}")
    places = {"data-root": "data", "exec-root": "run", "pidfile": "pid"}
    words = [word for option, name in places.items() for word in (f"--{option}", str(folder / name))]
    address = f"unix://{folder}/socket"
    with (folder / "log").open("wb") as log:
        command = [*_ALONE, "dockerd", "--config-file", str(settings), "--host", address, *words, *_UNROUTED]
        daemon = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", env={**os.environ, "PATH": path})
    try:
        if not _answers(address, daemon):
            pytest.skip(f"no container engine can be started here: {(folder / 'log').read_text()[-300:]}")
        yield address
    finally:
        daemon.terminate()
        daemon.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(address: str, daemon: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _STARTING_S
    while daemon.poll() is None and time.monotonic() < end:
        if subprocess.run(["docker", "--host", address, "info"], capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False


def make_image(
    address: str,
    name: str,
    paths: Iterable[str | Path] = (),
    contents: Mapping[str, tuple[int, bytes]] | None = None,
    settings: Iterable[str] = (),
) -> str:
    """Make an image of files of this machine at their own places, and of contents with their modes at given ones.

    A place that ends with a slash is a folder's.
    """
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for path in sorted({str(path) for path in paths}):
                archive.add(path, filter=_small)
            for path, (mode, content) in (contents or {}).items():
                member = tarfile.TarInfo(path.strip("/"))
                member.type = tarfile.DIRTYPE if path.endswith("/") else tarfile.REGTYPE
                member.size, member.mode = len(content), mode
                archive.addfile(member, BytesIO(content))
        file.seek(0)
        changes = [word for setting in settings for word in ("--change", setting)]
        subprocess.run(
            ["docker", "--host", address, "import", *changes, "-", name],
            stdin=file,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return name


def make_image_of_tools(address: str, name: str = "tools-of-tests", folder: Path | None = None) -> str:
    """Make an image with a shell, a Python, the small programs that tests call, our specimens, and a folder."""
    programs = [path for name in (*_PROGRAMS, "python3") if (path := shutil.which(name, path="/usr/bin:/bin"))]
    zones = [f"/usr/share/zoneinfo/{zone}" for zone in _ZONES if Path("/usr/share/zoneinfo", zone).exists()]
    faulty = (_SPECIMENS / "frob.sh").read_text().replace("FAULT=none", "FAULT=documented_rejected", 1)
    beside = (
        {f"{FOLDER_INSIDE}/{path.name}": path for path in sorted(folder.iterdir()) if path.is_file()} if folder else {}
    )
    contents = {
        **{place: (path.stat().st_mode & 0o777, path.read_bytes()) for place, path in beside.items()},
        **{path: (0o755, (_SPECIMENS / Path(path).name).read_bytes()) for path in (PLAIN_INSIDE, HOSTILE_INSIDE)},
        FROB_INSIDE: (0o755, faulty.encode()),
        CLOSED: (0o644, b"#!/bin/sh\n"),
        f"{OPEN}/": (0o777, b""),
        "/etc/passwd": (0o644, b"root:x:0:0:root:/root:/bin/sh\n"),
        "/etc/group": (0o644, b"root:x:0:\n"),
    }
    paths: list[str | Path] = [*_ROOT_LINKS, *needed_by(programs), *zones, *_standard_library()]
    return make_image(address, name, paths, contents, ["ENV PATH=/usr/local/bin:/usr/bin:/bin"])


def needed_by(programs: Iterable[str]) -> list[str]:
    """Name programs, the libraries that they are linked to, and all links on the way."""
    linked = subprocess.run(["ldd", *programs], capture_output=True, check=False).stdout.decode()
    libraries = [word for line in linked.splitlines() for word in line.split() if word.startswith("/")]
    given = {library.rstrip(":") for library in libraries} | set(programs)
    return sorted({path for one in given for path in _followed(one)})


def _followed(name: str) -> Iterator[str]:
    while True:
        path = Path(name).parent.resolve() / Path(name).name
        yield str(path)
        if not path.is_symlink():
            return
        name = str(path.parent / path.readlink())


def _standard_library() -> list[str]:
    """Name the folder of the system's Python, and what its compiled modules are linked to."""
    folder = Path("/usr/lib", Path("/usr/bin/python3").resolve().name)
    if not folder.is_dir():
        return []
    modules = [str(path) for path in folder.glob("lib-dynload/_[cjs]*.so")]
    return [str(folder), *(path for path in needed_by(modules) if not path.startswith(f"{folder}/"))]


def _small(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(member.name).name
    return None if name in _LARGE or name.startswith("config-") else member
