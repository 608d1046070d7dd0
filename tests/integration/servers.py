"""Private servers and workers on loopback, each stopped by its own process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# It execs, so that signals reach the server; PostgreSQL refuses to run as root.
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def eventually(is_true: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
    """Wait for another process to show something."""
    end = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError(f"not seen in {timeout_s} s: {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def require_redis() -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server (apt-get install redis-server)")


def postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("needs PostgreSQL (apt-get install postgresql)")
    return found[-1].parent


class RedisServer:
    """A Redis that keeps nothing, and can be stopped and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        require_redis()
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        with (self._folder / "redis.log").open("ab") as log:
            command = ["redis-server", *arguments, "--save", "", "--appendonly", "no"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        eventually(lambda: _answers(self.port), "redis")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
            self._process = None


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    binaries = postgres_binaries()
    as_user = _AS_POSTGRES if os.geteuid() == 0 else []
    data, port = f"{tempfile.gettempdir()}/pg-{os.getpid()}-{time.monotonic_ns()}", free_port()
    initdb = [f"{binaries}/initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run([*as_user, *initdb], check=True, stdout=subprocess.DEVNULL, cwd="/")
    server = [f"{binaries}/postgres", "-D", data, "-p", str(port), "-k", data, "-c", "listen_addresses=127.0.0.1"]
    try:
        with _process([*as_user, *server, "-c", "fsync=off"], folder / "postgres.log", stop=signal.SIGINT):
            eventually(lambda: _pg_is_ready(binaries, port), "postgres")
            yield f"postgresql+psycopg://app@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(data)


class Worker:
    """One worker with its steward, as a container would hold them."""

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "worker"],
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=log.parent,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the whole container at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, timeout_s: float = 40.0) -> None:
        """Ask for the end, as a deployment would."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout_s)


@contextmanager
def _process(command: Sequence[str], log: Path, stop: int = signal.SIGTERM) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd="/")
    try:
        yield
    finally:
        process.send_signal(stop)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def _pg_is_ready(binaries: Path, port: int) -> bool:
    command = [f"{binaries}/pg_isready", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
