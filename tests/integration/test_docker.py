"""What becomes of tools that lie in an image: where they are found, what they are told, what is left of their calls."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.interfaces.executor import Sandbox, SandboxUnavailableError, ToolNotExecutableError, ToolNotFoundError
from shared.models.call import PINNED, Call, Isolation, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import Status, TestResult
from tests.container_engine import CLOSED, HOSTILE_INSIDE, OPEN, PLAIN_INSIDE, Containers, make_image
from tests.fakes.executor import FakeGuard
from tests.integration.servers import ROOT, eventually
from tests.living import processes_with
from worker.execution import docker
from worker.execution.container_engine import ContainerEngineAwayError, found_engine
from worker.execution.docker import VARIANTS, Base, Docker, Variant, best_base
from worker.execution.images import ImageMissingError, ImageNeededError, InstallFailedError
from worker.verification.reproduce import reproduction

LIMITS = Limits(wall_s=15, cpu_s=10, disk_bytes=8 << 20, file_bytes=4 << 20, processes=64)
FRESH = Surroundings(isolation=Isolation.FRESH)
PARTING, SHARING = VARIANTS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("engine_here")]


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda variant: f"docker{variant.suffix}")
def variant(request: pytest.FixtureRequest) -> Variant:
    found: Variant = request.param
    return found


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, Docker]]:
    """Executors that stay warm from test to test, by the suffix of their levels."""
    made = {one.suffix: executor_of(one) for one in VARIANTS}
    yield made
    for executor in made.values():
        executor.close()


def executor_of(variant: Variant) -> Docker:
    return Docker(lambda: Base(found_engine(), variant))


@contextmanager
def opened(executor: Docker, image: str, *words: str, **rest: Any) -> Iterator[Sandbox]:  # noqa: ANN401
    tool = ToolSpec(argv=tuple(os.fsencode(word) for word in words), image=image, install=rest.pop("install", None))
    policy = SandboxPolicy(executor="docker", **rest)
    with executor.open(tool, policy, LIMITS, FakeGuard()) as sandbox:
        yield sandbox


def names_of(kind: str, *filters: str) -> set[str]:
    """Name what the engine has of a kind."""
    words = ["docker", kind, "ls", "--all", "--quiet", *(word for one in filters for word in ("--filter", one))]
    return set(subprocess.run(words, capture_output=True, check=True).stdout.decode().split())


def volumes() -> set[str]:
    listed = subprocess.run(["docker", "volume", "ls", "--quiet"], capture_output=True, check=True)
    return set(listed.stdout.decode().split())


def installed() -> set[str]:
    return names_of("image", "label=testronaut=installed")


def containers_of_calls() -> set[str]:
    return names_of("container", "label=testronaut=call")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A program that needs nothing but a kernel."""
    if shutil.which("gcc") is None:
        pytest.skip("needs a compiler (apt-get install gcc libc6-dev)")
    return compiled(tmp_path_factory.mktemp("static"), "gcc", "-static")


class TestImages:
    """Whatever an image holds, calls can be made in it and are seen as anywhere else."""

    def test_a_static_program_in_an_image_with_nothing_else(
        self, kept: dict[str, Docker], variant: Variant, containers: Containers, static: bytes
    ) -> None:
        image = make_image(containers.address, "nothing", contents={"/tool": (0o755, static)})
        with opened(kept[variant.suffix], image, "/tool") as sandbox:
            result = sandbox.run(Call(argv=(b"a", b"b"), stdin=b"in"))
        assert (result.status, result.exit_code) == (Status.NONZERO, 3), result.detail
        assert result.stdout.content == b"/tool a b in"
        assert result.stderr.content == b"/case"
        assert [change.path for change in result.files] == [b"made"]

    def test_a_program_of_another_c_library(
        self, kept: dict[str, Docker], containers: Containers, tmp_path: Path
    ) -> None:
        loader = next(iter(Path("/lib").glob("ld-musl-*.so.1")), None)
        if loader is None or shutil.which("musl-gcc") is None:
            pytest.skip("needs another C library (apt-get install musl-tools)")
        program = compiled(tmp_path, "musl-gcc")
        contents = {"/tool": (0o755, program), str(loader): (0o755, loader.resolve().read_bytes())}
        image = make_image(containers.address, "musl", contents=contents)
        with opened(kept[""], image, "/tool") as sandbox:
            result = sandbox.run(Call(argv=(b"a",), stdin=b"in"))
        assert (result.exit_code, result.stdout.content) == (3, b"/tool a in"), result.detail

    def test_what_an_image_tells_its_programs_is_told_below_what_every_tool_is_told(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        settings = ["ENV PATH=/opt:/usr/bin HOME=/nowhere LD_PRELOAD=/nothing.so GREETING='good day' COLUMNS=7"]
        image = derived(containers, "telling", settings)
        with opened(kept[""], image, "plain.sh") as sandbox:
            found = sandbox.tool
            told = sandbox.run(Call(argv=(b"do", b"echo $PATH $HOME $LD_PRELOAD $GREETING $COLUMNS")))
        assert (found.path, found.argv) == ("/opt/plain.sh", (b"plain.sh",))
        assert told.stdout.content == b"/opt:/usr/bin /home/user /nothing.so good day 80\n"

    def test_folders_that_an_image_would_keep_cannot_be_written_to(self, containers: Containers) -> None:
        image = derived(containers, "keeping", [f"VOLUME {OPEN}", "VOLUME /tmp", "VOLUME /tmp/kept"])
        before = volumes()
        with closing(executor_of(PARTING)) as executor, opened(executor, image, PLAIN_INSIDE) as sandbox:
            result = sandbox.run(Call(argv=(b"do", f"ls -d {OPEN}; echo x >{OPEN}/x".encode())))
        assert result.stdout.content == f"{OPEN}\n".encode()
        assert b"Read-only" in result.stderr.content
        assert volumes() == before

    def test_only_the_image_is_seen_of_all_machines(self, kept: dict[str, Docker], containers: Containers) -> None:
        with opened(kept[""], containers.tools, PLAIN_INSIDE) as sandbox:
            told = sandbox.run(Call(argv=(b"do", b"pwd; echo $HOME; uname -n; id -u; ls /proc/1/root; touch /x")))
        assert told.stdout.content.split() == [b"/case", b"/home/user", b"sandbox", b"1000"]

    def test_the_one_who_calls_is_known_where_the_image_lists_users(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        code = (
            "id -un; id -gn; echo $USER; for file in /etc/passwd /etc/group; do chmod 600 $file; echo x >>$file; done"
        )
        call, around = Call(argv=(b"do", code.encode())), Surroundings(home="ada")
        with opened(kept[""], containers.tools, PLAIN_INSIDE) as sandbox:
            results = [sandbox.run(call, number, around) for number in range(2)]
        assert [result.stdout.content for result in results] == [b"ada\nada\nada\n"] * 2

    @pytest.mark.parametrize("folder", ["usr", "proc", "testronaut"])
    def test_a_folder_that_the_container_needs_is_refused(
        self, kept: dict[str, Docker], containers: Containers, folder: str
    ) -> None:
        with opened(kept[""], containers.tools, PLAIN_INSIDE) as sandbox:
            result = sandbox.run(Call(), surroundings=Surroundings(folder=folder))
        assert result.status is Status.SANDBOX_ERROR
        assert f"/{folder}" in result.detail


class TestFinding:
    def test_a_tool_is_found_in_the_image_and_its_fingerprint_is_that_of_the_image(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        other = derived(containers, "other", ["ENV PATH=/usr/bin", "LABEL other=1"])
        found = {}
        for image in (containers.tools, other):
            for program in ("cat", "ls"):
                with opened(kept[""], image, program, "--") as sandbox:
                    found[image, program] = sandbox.tool
        first = found[containers.tools, "cat"]
        assert (first.path, first.argv) == ("/usr/bin/cat", (b"cat", b"--"))
        assert len({one.fingerprint for one in found.values()}) == 4

    def test_what_is_not_there_is_missed_with_what_looks_like_it(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        with opened(kept[""], containers.tools, "hostil.py") as sandbox, pytest.raises(ToolNotFoundError) as told:
            _ = sandbox.tool
        assert "--install" in told.value.hint
        with opened(kept[""], containers.tools, "/opt/hostil.py") as sandbox, pytest.raises(ToolNotFoundError) as told:
            _ = sandbox.tool
        assert "hostile.py" in told.value.hint

    @pytest.mark.parametrize(("path", "flaw"), [(CLOSED, "not executable"), ("/opt", "folder"), ("opt", "folder")])
    def test_what_cannot_be_executed_is_told(
        self, kept: dict[str, Docker], containers: Containers, path: str, flaw: str
    ) -> None:
        asked = path if path.startswith("/") else f"./{path}"
        with (
            opened(kept[""], containers.tools, asked) as sandbox,
            pytest.raises(ToolNotExecutableError, match=flaw),
        ):
            _ = sandbox.tool

    def test_without_an_image_there_is_nothing_to_look_in(self, kept: dict[str, Docker]) -> None:
        with (
            kept[""].open(ToolSpec(argv=(b"cat",)), SandboxPolicy(), LIMITS, FakeGuard()) as sandbox,
            pytest.raises(ImageNeededError),
        ):
            _ = sandbox.tool

    def test_an_image_that_is_not_here_and_cannot_be_pulled_is_named(self, kept: dict[str, Docker]) -> None:
        with (
            opened(kept[""], "127.0.0.1:1/no-such-image", "cat") as sandbox,
            pytest.raises(ImageMissingError, match="no-such-image"),
        ):
            _ = sandbox.tool


class TestInstalling:
    def test_a_tool_is_installed_once_for_all_who_need_it(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        # Slow enough for the other to come in between.
        install = f"sleep 0.5; echo {secrets.token_hex(8)} >/opt/mark; cp /opt/plain.sh /usr/bin/installed"
        with opened(kept[""], containers.tools, "cat") as sandbox:
            assert sandbox.tool  # what is done at the first use of an engine must not part the two
        printed, before = [], installed()

        def show() -> None:
            with (
                closing(executor_of(PARTING)) as executor,
                opened(executor, containers.tools, "installed", install=install) as sandbox,
            ):
                printed.append(sandbox.run(Call(argv=(b"do", b"cat /opt/mark; id -u"))).stdout.content)

        threads = [threading.Thread(target=show) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(printed) == 2
        assert printed[0] == printed[1]
        assert printed[0].endswith(b"1000\n")
        assert len(installed() - before) == 1
        assert names_of("container", "name=testronaut-installed") == set()

    def test_a_command_that_fails_is_shown_with_its_last_words_and_leaves_nothing(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        before = installed()
        install = "seq 1 100; echo 'no such package' >&2; exit 7"
        with (
            opened(kept[""], containers.tools, "cat", install=install) as sandbox,
            pytest.raises(InstallFailedError, match=r"(?s)ended with 7.*\n  100\n  no such package"),
        ):
            _ = sandbox.tool
        assert installed() == before
        assert names_of("container", "name=testronaut-installed") == set()


# The first call makes it, the second says whether it is there.
MEMORY = "import ctypes,sys; print(ctypes.CDLL(None).shmget(0x7E57, 4096, int(sys.argv[1], 8)) >= 0)"


# A first process that began at another time is that of another container; the same number, of another namespace.
PLACE = "import os; print(open('/proc/1/stat').read().rpartition(')')[2].split()[19], os.getpid())"


class TestParting:
    def are_parted(self, executor: Docker, image: str, around: Surroundings = PINNED, **policy: Any) -> bool:  # noqa: ANN401
        """Tell whether two calls, one after the other, see processes of their own alone."""
        with opened(executor, image, "python3", **policy) as sandbox:
            call = Call(argv=(b"-c", PLACE.encode()))
            first, second = (sandbox.run(call, number, around).stdout.content.split() for number in range(2))
        return first[0] != second[0] or first[1] == second[1]

    def test_calls_that_shall_be_parted_are_so_in_any_variant_and_no_others(
        self, kept: dict[str, Docker], variant: Variant, containers: Containers
    ) -> None:
        executor, image = kept[variant.suffix], containers.tools
        assert self.are_parted(executor, image, FRESH)
        assert self.are_parted(executor, image, isolation=Isolation.FRESH)
        assert not self.are_parted(executor, image)

    def test_what_the_kernel_keeps_is_not_found_by_the_next_call(
        self, kept: dict[str, Docker], variant: Variant, containers: Containers
    ) -> None:
        with opened(kept[variant.suffix], containers.tools, "python3") as sandbox:
            calls = [Call(argv=(b"-c", MEMORY.encode(), flags)) for flags in (b"1600", b"0")]
            found = [sandbox.run(call).stdout.content for call in calls]
        assert found == [b"True\n", b"False\n"]

    def test_a_container_that_a_call_has_for_itself_ends_with_it(self, containers: Containers) -> None:
        with closing(executor_of(SHARING)) as executor, opened(executor, containers.tools, PLAIN_INSIDE) as sandbox:
            sandbox.run(Call(argv=(b"say", b"x")))
            before = containers_of_calls()
            sandbox.run(Call(argv=(b"say", b"x")), surroundings=FRESH)
            assert containers_of_calls() <= before


Attack = Callable[..., TestResult]


class TestAttacks:
    @pytest.fixture
    def attack(self, kept: dict[str, Docker], variant: Variant, containers: Containers) -> Iterator[Attack]:
        """Let the hostile tool act; the next call is made as if nothing had been, and nothing runs any more."""
        mark = f"mark-{secrets.token_hex(8)}"
        executor = kept[variant.suffix]

        def act(*argv: str, limits: Limits = LIMITS, policy: SandboxPolicy | None = None) -> TestResult:
            tool = ToolSpec(argv=(HOSTILE_INSIDE.encode(),), image=containers.tools)
            call = Call(argv=tuple(word.encode() for word in (*argv, "--", mark)), limits=limits)
            with executor.open(tool, policy or SandboxPolicy(), LIMITS, FakeGuard()) as sandbox:
                result, after = sandbox.run(call), sandbox.run(Call(argv=(b"codes", b"--", b"x")))
            assert result.status is not Status.SANDBOX_ERROR, result.detail
            assert b"escaped" not in result.stdout.content, result.stdout.content
            assert (after.status, after.files) == (Status.OK, ()), after
            return result

        yield act
        assert processes_with(mark) == []

    def test_nothing_but_its_own_folders_can_be_written_to(self, attack: Attack) -> None:
        folders = ("/", "/etc", "/usr", "/usr/bin", "/opt", "/dev", "/sys", "/proc", "/home", "/var")
        assert attack("write", *folders, OPEN, "/testronaut", "/testronaut/lib").status is Status.OK

    def test_what_is_the_runners_cannot_be_read(self, attack: Attack) -> None:
        assert attack("read", "/proc/1/environ", "/proc/1/fd", "/proc/1/mem", "/proc/1/cwd").status is Status.OK

    def test_settings_of_the_kernel_cannot_be_changed(self, attack: Attack) -> None:
        assert attack("settings").status is Status.OK

    def test_secrets_of_the_environment_do_not_get_through(
        self, attack: Attack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CANARY_TOKEN", "canary-4711")
        assert attack("secrets").status is Status.OK

    @pytest.mark.parametrize("network", [Network.OFF, Network.LOOPBACK])
    def test_services_of_the_machine_cannot_be_reached(self, attack: Attack, tmp_path: Path, network: Network) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
            other.bind(str(tmp_path / "socket"))
            other.listen()
            words = ("connect", str(server.getsockname()[1]), str(tmp_path / "socket"))
            assert attack(*words, policy=SandboxPolicy(network=network)).exit_code == 0

    def test_forks_are_counted(self, attack: Attack) -> None:
        result = attack("fork")
        assert 0 < int(result.stdout.content.split()[-1]) < LIMITS.processes
        assert result.leftovers

    def test_a_bomb_of_forks_ends_with_its_time(self, attack: Attack) -> None:
        limits = LIMITS.model_copy(update={"wall_s": 1, "cpu_s": 30})
        assert attack("bomb", limits=limits).status is Status.TIMEOUT_WALL

    def test_a_flood_is_cut(self, attack: Attack) -> None:
        result = attack("flood", limits=LIMITS.model_copy(update={"output_bytes": 1 << 20}))
        assert result.status is Status.OUTPUT_LIMIT

    def test_nobody_outlives_the_time(self, attack: Attack) -> None:
        result = attack("outlive", limits=LIMITS.model_copy(update={"wall_s": 1}))
        assert (result.status, result.stdout.content) == (Status.TIMEOUT_WALL, b"began\n")

    def test_killing_everything_kills_nothing_of_ours(self, attack: Attack) -> None:
        result = attack("kill", str(os.getpid()))
        assert (result.status, result.stdout.content) == (Status.OK, b"done\n")

    def test_the_disk_has_an_end(self, attack: Attack) -> None:
        assert attack("fill").status is Status.OK

    def test_files_have_a_highest_number(self, attack: Attack) -> None:
        result = attack("many", limits=LIMITS.model_copy(update={"wall_s": 60, "cpu_s": 60}))
        assert result.status is Status.MEMORY_LIMIT

    def test_what_it_leaves_is_not_followed_and_not_left_to_the_next(self, attack: Attack) -> None:
        room = LIMITS.model_copy(update={"disk_bytes": 64 << 20, "file_bytes": 64 << 20})
        assert attack("leave", limits=room).status is Status.OK


class TestEndings:
    def test_a_killed_worker_takes_its_containers_along(self, containers: Containers) -> None:
        before, mark = containers_of_calls(), f"mark-{secrets.token_hex(8)}"
        asked = {
            "executor": "docker",
            "tool": {"argv": [HOSTILE_INSIDE], "image": containers.tools},
            "call": {"argv": ["outlive", "--", mark]},
            "limits": Limits(wall_s=60).model_dump(mode="json"),
            "policy": {},
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.make_call"], stdin=subprocess.PIPE, cwd=ROOT
        )
        assert worker.stdin
        worker.stdin.write(json.dumps(asked).encode())
        worker.stdin.close()
        eventually(lambda: len(processes_with(mark)) > 5, "processes of the call")
        its_own = containers_of_calls() - before
        assert its_own
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        eventually(lambda: not processes_with(mark), "the end of its processes")
        eventually(lambda: not its_own & containers_of_calls(), "the end of its containers")

    def test_a_client_that_dies_costs_its_call_alone(self, containers: Containers) -> None:
        with closing(executor_of(PARTING)) as executor, opened(executor, containers.tools, PLAIN_INSIDE) as sandbox:
            sandbox.run(Call(argv=(b"say", b"x")))
            killer = threading.Thread(target=kill_clients)
            killer.start()
            hindered = sandbox.run(Call(argv=(b"do", b"sleep 60")))
            killer.join()
            said = sandbox.run(Call(argv=(b"say", b"y")))
        assert hindered.status is Status.SANDBOX_ERROR
        assert (said.status, said.stdout.content) == (Status.OK, b"y\n")
        eventually(lambda: containers_of_calls() == set(), "the end of all containers")

    def test_a_container_that_does_not_end_is_removed(self, containers: Containers) -> None:
        before = containers_of_calls()
        with closing(executor_of(PARTING)) as executor, opened(executor, containers.tools, PLAIN_INSIDE) as sandbox:
            sandbox.run(Call(argv=(b"say", b"x")))
            its_own = containers_of_calls() - before
            subprocess.run(["docker", "pause", *its_own], check=True, stdout=subprocess.DEVNULL)
        assert its_own
        assert not its_own & containers_of_calls()

    def test_a_guard_that_stops_a_call_ends_what_it_began(
        self, kept: dict[str, Docker], containers: Containers
    ) -> None:
        mark = f"mark-{secrets.token_hex(8)}"

        class StopsWhenItRuns(FakeGuard):
            def check(self) -> None:
                if processes_with(mark):
                    raise KeyboardInterrupt

        tool = ToolSpec(argv=(PLAIN_INSIDE.encode(),), image=containers.tools)
        call = Call(argv=(b"do", f"setsid sh -c 'trap \"\" TERM; sleep 61; : {mark}' & sleep 61".encode()))
        with (
            kept[""].open(tool, SandboxPolicy(), LIMITS, StopsWhenItRuns()) as sandbox,
            pytest.raises(KeyboardInterrupt),
        ):
            sandbox.run(call)
        eventually(lambda: processes_with(mark) == [], "the end of its processes")


def kill_clients() -> None:
    """Kill the clients of all containers of this process, as soon as the call runs."""
    eventually(lambda: bool(processes_with("sleep\0" + "60")), "the call")
    for pid in processes_with("\0--interactive\0"):
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        if int(parent) == os.getpid():
            os.kill(int(pid), signal.SIGKILL)


class TestEngines:
    @pytest.fixture(autouse=True)
    def _nothing_remembered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def test_what_the_engine_allows_is_found_out_and_remembered(
        self, containers: Containers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = best_base()
        docker._best_of.cache_clear()
        monkeypatch.setattr(docker, "VARIANTS", VARIANTS[::-1])
        assert best_base() == first == Base(found_engine(), PARTING)

    def test_where_no_engine_answers_it_is_said_how_to_start_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/socket")
        capabilities = Docker().probe()
        assert not capabilities.is_usable
        assert "DOCKER_HOST" in capabilities.fix
        with opened(Docker(), "any", "cat") as sandbox, pytest.raises(ContainerEngineAwayError):
            sandbox.run(Call())

    def test_where_there_is_no_client_it_is_said_how_to_get_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "apt-get install docker.io" in Docker().probe().fix
        with opened(Docker(), "any", "cat") as sandbox, pytest.raises(SandboxUnavailableError, match="not installed"):
            sandbox.run(Call())


def test_the_line_that_shows_a_finding_again_runs_in_the_image(containers: Containers) -> None:
    tool = ToolSpec(argv=(b"plain.sh",), image=containers.tools, install="cp /opt/plain.sh /usr/bin; echo installed")
    call = Call(argv=(b"do", b"echo $A; cat"), stdin=b"in", env={"A": b"one two"})
    shown = subprocess.run(["bash", "-c", reproduction(tool, [(call, None)])], capture_output=True, check=True)
    assert shown.stdout == b"one two\nin"


def derived(containers: Containers, name: str, settings: Sequence[str]) -> str:
    """Make another image of what lies in that of the tools."""
    changes = [word for setting in settings for word in ("--change", setting)]
    source = subprocess.run(["docker", "create", containers.tools, "/none"], capture_output=True, check=True)
    container = source.stdout.decode().strip()
    subprocess.run(["docker", "commit", *changes, container, name], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["docker", "rm", container], check=True, stdout=subprocess.DEVNULL)
    return name


_SOURCE = """
#include <stdio.h>
#include <unistd.h>
int main(int words, char **word) {
    char part[100];
    for (int i = 0; i < words; i++) printf("%s ", word[i]);
    fwrite(part, 1, fread(part, 1, sizeof part, stdin), stdout);
    fputs(getcwd(part, sizeof part), stderr);
    fclose(fopen("made", "w"));
    return 3;
}
"""


def compiled(folder: Path, *compiler: str) -> bytes:
    source, program = folder / "tool.c", folder / "tool"
    source.write_text(_SOURCE)
    subprocess.run([*compiler, "-o", str(program), str(source)], check=True)
    return program.read_bytes()
