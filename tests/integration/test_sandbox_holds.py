"""What a hostile tool tries and does not get, whoever starts its sandbox; and which tools are reached all the same."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shared.interfaces.executor import SandboxUnavailableError
from shared.models.call import FileKind, Limits
from shared.models.job import Network, SandboxPolicy
from shared.models.test_result import FileChange, Status, TestResult
from tests.living import processes_with
from tests.ordinary import NOBODY, ROOT, environment, ordinary_python, run_as_ordinary
from worker.execution.bubblewrap import best_foundation

HOSTILE = ROOT / "tests" / "specimens" / "hostile.py"
LIMITS = Limits(wall_s=15, cpu_s=10, disk_bytes=8 << 20, file_bytes=4 << 20, processes=64)
OFF = SandboxPolicy(network=Network.OFF)
WATCHED = ("/etc", "/usr", "/usr/bin", "/usr/local/bin", "/dev", "/dev/shm", "/tmp")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _can_be_built() -> None:
    try:
        best_foundation()
    except SandboxUnavailableError as error:
        pytest.skip(f"no sandbox can be built here: {error.message}")


@dataclass
class Host:
    """The machine as its user has it: a home with something precious, and services that only the user may reach."""

    is_root: bool
    home: Path
    mark: str = field(default_factory=lambda: f"mark-{secrets.token_hex(8)}")

    def call(
        self,
        *argv: str,
        tool: Path | str = HOSTILE,
        limits: Limits = LIMITS,
        policy: SandboxPolicy = OFF,
        path: str | None = None,
        executor: str = "bubblewrap",
    ) -> TestResult:
        """Make a call; the mark in its words finds its processes again."""
        words = [*argv, "--", self.mark] if tool == HOSTILE else list(argv)
        asked = {
            "executor": executor,
            "tool": {"argv": [str(tool)]},
            "call": {"argv": words},
            "limits": limits.model_dump(mode="json"),
            "policy": policy.model_dump(mode="json"),
        }
        ended = self._run(["-m", "tests.integration.make_call"], json.dumps(asked).encode(), path)
        assert ended.returncode == 0, ended.stderr.decode()
        return TestResult.model_validate_json(ended.stdout)

    def _run(self, words: list[str], given: bytes, path: str | None) -> subprocess.CompletedProcess[bytes]:
        home = {"HOME": str(self.home), **({"PATH": path} if path else {})}
        if not self.is_root:
            return run_as_ordinary(words, given, extra=home)
        env = {**environment(), **home}
        return subprocess.run(
            [sys.executable, *words], input=given, capture_output=True, check=False, cwd=ROOT, env=env
        )

    def state(self) -> Mapping[str, Any]:
        """Note what must stay as it is."""
        passwd = sha256(Path("/etc/passwd").read_bytes()).hexdigest()
        return {"passwd": passwd, "home": listing(self.home), **{folder: names_in(folder) for folder in WATCHED}}

    def survivors(self) -> list[str]:
        """Name the processes that carry the mark."""
        return processes_with(self.mark)


def listing(folder: Path) -> list[tuple[str, int, int, bytes]]:
    ours = folder / ".cache"  # where we keep what was found out about this machine
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(ours))
    return [(str(path), path.lstat().st_mode, path.lstat().st_mtime_ns, path.read_bytes()) for path in paths]


def names_in(folder: str) -> set[str]:
    # Others work on this machine at the same time, but no name of theirs is one that the tool leaves.
    return {
        path.name for path in Path(folder).iterdir() if path.name.startswith(("hostile", "fill", "testronaut-trial"))
    }


@pytest.fixture(params=["root", "ordinary"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    is_root = request.param == "root"
    if is_root and os.geteuid():
        pytest.skip("this test must be started by root")
    if not is_root and ordinary_python() is None:
        pytest.skip("no Python here that nobody can start with our packages")
    folder = Path(tempfile.mkdtemp(prefix="home-", dir="/var/tmp"))
    (folder / "precious").write_text("precious")
    if not is_root and os.geteuid() == 0:
        for path in (folder, folder / "precious"):
            os.chown(path, NOBODY, NOBODY)
    yield Host(is_root, folder)
    shutil.rmtree(folder)


@pytest.fixture
def attack(host: Host) -> Iterator[Callable[..., TestResult]]:
    """Let the hostile tool act; afterwards the machine is as it was, and nothing of the tool runs any more."""
    before = host.state()

    def act(*argv: str, **rest: Any) -> TestResult:  # noqa: ANN401 - whatever a call takes
        result = host.call(*argv, **rest)
        assert b"escaped" not in result.stdout.content, result.stdout.content
        assert result.status is not Status.SANDBOX_ERROR, result.detail
        return result

    yield act
    assert host.state() == before
    assert host.survivors() == []


Attack = Callable[..., TestResult]


class TestAttacks:
    def test_the_home_of_the_user_is_out_of_reach(self, attack: Attack, host: Host) -> None:
        homes = {str(host.home), str(Path.home()), "/root", "/home"}
        assert attack("write", *homes, "/home/user/..").status is Status.OK
        assert attack("read", str(host.home / "precious"), "/root/.ssh", "/root/.profile").status is Status.OK

    def test_the_system_cannot_be_written_to(self, attack: Attack) -> None:
        folders = ("/", "/etc", "/usr", "/usr/bin", "/usr/local/bin", "/boot", "/var", "/opt", "/dev", "/sys", "/run")
        assert attack("write", *folders).status is Status.OK

    def test_settings_of_the_kernel_cannot_be_changed(self, attack: Attack) -> None:
        assert attack("settings").status is Status.OK

    def test_secrets_of_the_system_cannot_be_read(self, attack: Attack) -> None:
        paths = ("/etc/shadow", "/etc/gshadow", "/etc/ssl/private", "/var/lib", "/run", "/sys", "/proc/1/root")
        assert attack("read", *paths).status is Status.OK

    def test_secrets_of_the_environment_do_not_get_through(self, attack: Attack) -> None:
        assert attack("secrets").status is Status.OK

    @pytest.mark.parametrize("network", [Network.OFF, Network.LOOPBACK])
    def test_services_of_the_machine_cannot_be_reached(self, attack: Attack, tmp_path: Path, network: Network) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
            other.bind(str(tmp_path / "socket"))
            other.listen()
            port = str(server.getsockname()[1])
            assert (
                attack("connect", port, str(tmp_path / "socket"), policy=SandboxPolicy(network=network)).exit_code == 0
            )

    def test_forks_are_counted(self, attack: Attack) -> None:
        result = attack("fork")
        assert 0 < int(result.stdout.content.split()[-1]) < LIMITS.processes
        assert result.leftovers

    def test_a_bomb_of_forks_ends_with_its_time(self, attack: Attack) -> None:
        result = attack("bomb", limits=LIMITS.model_copy(update={"wall_s": 1, "cpu_s": 30}))
        assert result.status is Status.TIMEOUT_WALL

    def test_a_flood_is_cut(self, attack: Attack) -> None:
        result = attack("flood", limits=LIMITS.model_copy(update={"output_bytes": 1 << 20}))
        assert result.status is Status.OUTPUT_LIMIT
        assert result.stdout.head.startswith(b"flood\n")

    def test_nobody_outlives_the_time(self, attack: Attack) -> None:
        began = time.monotonic()
        result = attack("outlive", limits=LIMITS.model_copy(update={"wall_s": 1}))
        assert (result.status, result.stdout.content) == (Status.TIMEOUT_WALL, b"began\n")
        assert time.monotonic() - began < 10

    def test_killing_everything_kills_nothing_of_ours(self, attack: Attack) -> None:
        with subprocess.Popen(["/bin/sleep", "60"]) as bystander:
            try:
                result = attack("kill", str(os.getpid()), str(bystander.pid))
                assert bystander.poll() is None
            finally:
                bystander.kill()
        assert (result.status, result.stdout.content) == (Status.OK, b"done\n")

    def test_the_disk_has_an_end(self, attack: Attack) -> None:
        free = os.statvfs("/").f_bavail
        assert attack("fill").status is Status.OK
        assert os.statvfs("/").f_bavail > free // 2

    def test_files_have_a_highest_number(self, attack: Attack) -> None:
        result = attack("many", limits=LIMITS.model_copy(update={"wall_s": 60, "cpu_s": 60}))
        assert result.status is Status.MEMORY_LIMIT
        assert len(result.files) <= 1000

    def test_what_it_leaves_is_read_without_being_followed(self, attack: Attack) -> None:
        result = attack("leave", limits=LIMITS.model_copy(update={"disk_bytes": 64 << 20, "file_bytes": 64 << 20}))
        assert result.status is Status.OK, result.stderr.content
        seen = {change.path: change for change in result.files}
        assert kind_and_content(seen[b"pipe"]) == (FileKind.OTHER, None)
        assert kind_and_content(seen[b"socket"]) == (FileKind.OTHER, None)
        assert kind_and_content(seen[b"link"]) == (FileKind.LINK, b"/etc/passwd")
        assert kind_and_content(seen[b"zero"]) == (FileKind.LINK, b"/dev/zero")
        assert kind_and_content(seen[b"closed/inside"]) == (FileKind.FILE, b"inside")
        assert kind_and_content(seen[b"secret"]) == (FileKind.FILE, None)
        assert seen[b"\x1b[31mred\n"].content == b"escape"
        assert (seen[b"sparse"].size, seen[b"sparse"].content) == (60 << 20, None)
        assert not any(path.startswith((b"up/", b"zero/")) for path in seen)

    def test_codes_for_a_terminal_are_only_bytes(self, attack: Attack) -> None:
        result = attack("codes")
        assert result.stdout.content.startswith(b"\x1b]0;owned\x07\x1b[2J\x1b[6n")


def kind_and_content(change: FileChange) -> tuple[FileKind, bytes | None]:
    return change.kind, change.content


class TestReach:
    @pytest.fixture
    def closed(self) -> Iterator[Path]:
        """A folder of root's that nobody else may enter, like its home."""
        if os.geteuid():
            pytest.skip("this test must be started by root")
        folder = Path(tempfile.mkdtemp(prefix="closed-", dir="/var/tmp"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        yield folder
        shutil.rmtree(folder)

    @pytest.fixture
    def roots(self, tmp_path: Path) -> Host:
        if os.geteuid():
            pytest.skip("this test must be started by root")
        return Host(is_root=True, home=tmp_path)

    def test_an_environment_in_a_closed_folder_runs(self, closed: Path, roots: Host) -> None:
        venv.create(closed / "env", symlinks=True)
        tool = closed / "env" / "bin" / "tool"
        tool.write_text(f"#!{closed}/env/bin/python\nimport sys, os\nprint(sys.prefix, os.listdir({str(closed)!r}))\n")
        tool.chmod(0o755)
        (closed / "secret").write_text("secret")
        result = roots.call(tool=tool)
        assert result.stdout.content.decode() == f"{closed}/env ['env']\n", result.stderr.content

    def test_a_copied_interpreter_in_a_closed_folder_runs(self, closed: Path, roots: Host) -> None:
        interpreter = closed / "opt" / "bin" / "shell"
        interpreter.parent.mkdir(parents=True)
        shutil.copy("/bin/sh", interpreter)
        tool = closed / "tools" / "tool"
        tool.parent.mkdir()
        tool.write_text(f"#!{interpreter}\n. $(dirname $0)/part\n")
        (closed / "tools" / "part").write_text("echo both\n")
        tool.chmod(0o755)
        assert roots.call(tool=tool).stdout.content == b"both\n"

    def test_a_program_that_is_closed_itself_is_out_of_reach(self, closed: Path, roots: Host) -> None:
        tool = closed / "tool"
        shutil.copy("/bin/true", tool)
        tool.chmod(0o700)
        with pytest.raises(AssertionError, match=r"ToolOutOfReachError.*is closed to ordinary users"):
            roots.call(tool=tool)

    @pytest.mark.parametrize("name", ["python3", "pip"])
    def test_what_lies_in_the_home_of_root_runs(self, roots: Host, name: str) -> None:
        found = shutil.which(name)
        if found is None or not os.path.realpath(found).startswith("/root/"):
            pytest.skip(f"{name} does not lie in the home of root here")
        result = roots.call("--version", tool=name, path=os.environ["PATH"])
        assert result.status is Status.OK, result.stderr.content
        assert result.stdout.content.split()[0].lower() == name.rstrip("3").encode()


class TestShown:
    def test_records_keys_and_sockets_of_a_project_stay_hidden(self, host: Host) -> None:
        project = host.home / "project"
        (project / "bin").mkdir(parents=True)
        (project / ".testronaut").mkdir()
        (project / ".testronaut" / "store.db").write_text("records")
        (project / "token").write_text("token")
        (project / "token").chmod(0o600)
        (project / "part").write_text("part")
        tool = project / "bin" / "tool"
        tool.write_text(
            f"#!/bin/sh\ncd {project} && ls -A .testronaut; cat token; cat part; echo x >part; ls {host.home}\n"
        )
        tool.chmod(0o755)
        host.home.chmod(0o755)
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(project / "socket"))
        if os.geteuid() == 0 and not host.is_root:
            for path in [project, *project.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        result = host.call(tool=tool)
        server.close()
        assert result.stdout.content == b"partproject\n", result.stderr.content
        assert (project / "part").read_text() == "part"

    def test_the_machine_itself_is_reached_only_where_the_network_is_on(self, host: Host) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            result = host.call("connect", port, "none", policy=SandboxPolicy(network=Network.ON))
        assert b"escaped" in result.stdout.content


class TestDeath:
    def test_a_killed_worker_takes_its_sandbox_along(self, host: Host) -> None:
        asked = {
            "executor": "bubblewrap",
            "tool": {"argv": [str(HOSTILE)]},
            "call": {"argv": ["outlive", "--", host.mark]},
            "limits": Limits(wall_s=60).model_dump(mode="json"),
            "policy": {},
        }
        python = sys.executable if host.is_root else ordinary_python()
        identity: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        worker = subprocess.Popen(
            [str(python), "-m", "tests.integration.make_call"],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env={**environment(), "HOME": str(host.home)},
            **(identity if os.geteuid() == 0 and not host.is_root else {}),
        )
        assert worker.stdin
        worker.stdin.write(json.dumps(asked).encode())
        worker.stdin.close()
        eventually(lambda: len(host.survivors()) > 5)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        eventually(lambda: not host.survivors())


def eventually(is_true: Callable[[], bool], timeout_s: float = 20.0) -> None:
    end = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)
