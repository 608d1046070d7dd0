"""The container engine, asked through its own client, the program `docker`."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from shared.interfaces.executor import Guard, SandboxUnavailableError
from shared.utils import retrying

LABEL = "testronaut"
"""What is on everything that we leave with an engine, so that it can be found and removed."""

_CLIENT = "docker"
_HOST = "DOCKER_HOST"
_SOCKET = "/var/run/docker.sock"
_IDENTITY = "{{.ID}} {{.ServerVersion}} {{.KernelVersion}} {{.Architecture}} {{json .SecurityOptions}}"
_PATIENCE_S = 20.0
_MAKING_S = 120.0
_LOOK_S = 0.1
_LAST_BYTES = 1500


class ContainerEngineAwayError(SandboxUnavailableError):
    """The container engine does not answer."""

    code = "container_engine.away"
    is_final = False
    hint = "Start it: systemctl start docker. Or say where one is: DOCKER_HOST"


class ContainerEngineRefusedError(Exception):
    """The engine answers, and does not do what it was asked."""


@dataclass(frozen=True)
class ContainerEngine:
    """One engine: the one that the client finds by its environment and its settings."""

    client: str

    def identity(self) -> str:
        """Say which engine it is, and what it runs on.

        Raises:
            ContainerEngineAwayError: it does not answer.

        """
        code, told = self._ask(["info", "--format", _IDENTITY])
        identity = told.strip()
        if code or not identity or told.startswith(" "):
            raise _away(told)
        return identity

    def ask(self, *words: str, given: IO[bytes] | None = None) -> str:
        """Let it do something, and give what it says.

        Raises:
            ContainerEngineAwayError: it does not answer.
            ContainerEngineRefusedError: it cannot, for the reason that it gives.

        """
        for attempt in retrying.question((ContainerEngineAwayError,)):
            with attempt:
                return self._asked(words, given)
        raise AssertionError("a policy without an end")

    def find(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """Describe the `image` or `container` of a name; None where it has none.

        Raises:
            ContainerEngineAwayError: it does not answer.

        """
        try:
            described = self.ask(kind, "inspect", name)
        except ContainerEngineRefusedError:
            return None
        first: Mapping[str, Any] = json.loads(described)[0]
        return first

    def follow(self, words: list[str], guard: Guard, patience_s: float) -> tuple[int, str]:
        """Let it do something that takes its time; give the exit code and the last of what was said meanwhile.

        Raises:
            Stop: the attempt must end.

        """
        with TemporaryFile() as log:
            with self._started(words, log) as process:
                try:
                    end = time.monotonic() + patience_s
                    while process.poll() is None and time.monotonic() < end:
                        guard.check()
                        _pause(process)
                finally:
                    process.kill()
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LAST_BYTES))
            return process.returncode, log.read().decode(errors="replace").strip()

    def discard(self, kind: str, name: str) -> None:
        """Remove what has a name, with all that runs in it, where there is something and the engine answers."""
        with suppress(ContainerEngineAwayError):
            self._ask([kind, "rm", "--force", name])

    @contextmanager
    def alone(self, name: str, guard: Guard) -> Iterator[None]:
        """Wait until nobody else on this machine makes the thing of a name; the kernel lets go of it whatever happens.

        Raises:
            Stop: the attempt must end.

        """
        with socket.socket(socket.AF_UNIX) as lock:
            while not _is_bound(lock, f"\0{LABEL}-{name}"):
                guard.check()
                time.sleep(_LOOK_S)
            yield

    def _asked(self, words: tuple[str, ...], given: IO[bytes] | None) -> str:
        if given is not None:
            given.seek(0)
        code, told = self._ask(list(words), given)
        if code:
            # What it says is for people: whether it answers at all is asked by itself.
            self.identity()
            raise ContainerEngineRefusedError(told.strip())
        return told

    def _ask(self, words: list[str], given: IO[bytes] | None = None) -> tuple[int, str]:
        try:
            ended = subprocess.run(  # noqa: S603 - the words are ours
                [self.client, *words],
                stdin=subprocess.DEVNULL if given is None else given,
                capture_output=True,
                check=False,
                timeout=_PATIENCE_S if given is None else _MAKING_S,
            )
        except subprocess.TimeoutExpired as error:
            raise ContainerEngineAwayError("the container engine does not answer in time") from error
        told = ended.stderr if ended.returncode else ended.stdout
        return ended.returncode, told.decode(errors="replace")

    def _started(self, words: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the words are ours
            [self.client, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def found_engine() -> ContainerEngine:
    """Find the client of an engine; whether one answers is not known yet.

    Raises:
        SandboxUnavailableError: it is not installed.

    """
    client = shutil.which(_CLIENT)
    if client is None:
        raise SandboxUnavailableError(
            "docker, which runs containers, is not installed", "Install it: apt-get install docker.io"
        )
    return ContainerEngine(client)


def _away(told: str) -> ContainerEngineAwayError:
    host = os.environ.get(_HOST, f"unix://{_SOCKET}")
    path = host.removeprefix("unix://")
    if path.startswith("/") and Path(path).exists() and not os.access(path, os.W_OK):
        return ContainerEngineAwayError(
            f"the container engine lets only some users ask it, by {path}",
            "Become one of them: usermod -aG docker USER. Whoever may ask it has root's rights on its machine.",
        )
    lines = told.strip().splitlines()
    return ContainerEngineAwayError(f"the container engine does not answer: {lines[0] if lines else 'without a word'}")


def _is_bound(lock: socket.socket, name: str) -> bool:
    try:
        lock.bind(name)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_LOOK_S)
    except subprocess.TimeoutExpired:
        return
