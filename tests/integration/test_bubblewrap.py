"""What becomes of the sandbox on machines that do not let it be built whole, and how its probe tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.interfaces.executor import Capabilities, SandboxUnavailableError
from shared.models.call import Call, CallFile, Isolation, Limits, Surroundings
from shared.models.job import Network, SandboxPolicy, ToolSpec
from shared.models.test_result import Status
from tests.fakes.executor import FakeGuard
from tests.ordinary import ROOT, environment, ordinary_python
from worker.execution.bubblewrap import Bubblewrap, BubblewrapOnce, best_foundation
from worker.execution.foundation import VARIANTS, Foundation, Variant
from worker.execution.sandbox import _files

PLAIN = ToolSpec(argv=(os.fsencode(ROOT / "tests" / "specimens" / "plain.sh"),))
LIMITS = Limits(wall_s=20)
_WITHOUT_RIGHTS = "setpriv --ambient-caps=-all --inh-caps=-all"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def foundation() -> Foundation:
    try:
        return best_foundation()
    except SandboxUnavailableError as error:
        pytest.skip(f"no sandbox can be built here: {error.message}")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: f"{variant.suffix}-{variant.forbids_namespaces}")
@pytest.mark.parametrize("kind", [Bubblewrap, BubblewrapOnce])
@pytest.mark.parametrize("isolation", Isolation)
def test_every_variant_makes_calls_and_says_what_it_is(
    foundation: Foundation, variant: Variant, kind: Callable[..., Bubblewrap | BubblewrapOnce], isolation: Isolation
) -> None:
    executor = kind(found_on=lambda: Foundation(foundation.program, variant))
    with closing(executor), executor.open(PLAIN, SandboxPolicy(isolation=isolation), LIMITS, FakeGuard()) as sandbox:
        said = sandbox.run(Call(argv=(b"do", b"cat a; touch b; ls /proc | wc -l"), files=(CallFile(path=b"a"),)))
        left = sandbox.run(Call(argv=(b"do", b"sleep 60 & exit 3")))
        late = sandbox.run(Call(argv=(b"do", b"sleep 60"), limits=Limits(wall_s=0.3)))
    assert (said.status, said.level, [change.path for change in said.files]) == (
        Status.OK,
        executor.name + variant.suffix,
        [b"b"],
    )
    assert (int(said.stdout.content) > 10) is variant.has_proc
    assert left.exit_code == 3
    assert set(left.leftovers) <= ({"sleep", "plain.sh"} if variant.has_proc else {"?"})
    assert left.leftovers
    assert late.status is Status.TIMEOUT_WALL


def test_without_proc_the_probe_names_what_is_missing_and_the_rest_holds(foundation: Foundation) -> None:
    variant = next(variant for variant in VARIANTS if not variant.has_proc)
    capabilities = Bubblewrap(found_on=lambda: Foundation(foundation.program, variant)).probe()
    assert capabilities.is_usable
    assert capabilities.level == "bubblewrap-noproc"
    assert capabilities.missing == ("memory of all processes",)


def test_a_program_that_builds_no_sandbox_is_found_out(tmp_path: Path) -> None:
    pretender = tmp_path / "bwrap"
    pretender.write_text("#!/bin/sh\necho cannot >&2\nexit 1\n")
    pretender.chmod(0o755)
    tmp_path.chmod(0o755)
    executor = Bubblewrap(found_on=lambda: Foundation(str(pretender), VARIANTS[0]))
    with executor.open(PLAIN, SandboxPolicy(), LIMITS, FakeGuard()) as sandbox:
        result = sandbox.run(Call(argv=(b"say", b"x")))
    assert result.status is Status.SANDBOX_ERROR
    assert result.detail
    assert not executor.probe().is_usable


def test_private_files_beside_the_tool_may_come_and_go_while_it_is_tested(tmp_path: Path) -> None:
    tool = Path(shutil.copy(ROOT / "tests" / "specimens" / "plain.sh", tmp_path))
    for open_to_all in (tmp_path, tmp_path.parent):
        open_to_all.chmod(0o755)
    private = tmp_path / "notes"
    private.write_text("private")
    private.chmod(0o600)
    with Bubblewrap().open(ToolSpec(argv=(os.fsencode(tool),)), SandboxPolicy(), LIMITS, FakeGuard()) as sandbox:
        looked = sandbox.run(Call(argv=(b"do", b"cat " + os.fsencode(private))))
        private.unlink()
        said = sandbox.run(Call(argv=(b"say", b"x")))
    assert b"private" not in looked.stdout.content
    assert (said.status, said.stdout.content) == (Status.OK, b"x\n"), said.detail


def test_where_bubblewrap_is_not_installed_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.execution.foundation._PLACES", "/nowhere")
    capabilities = Bubblewrap().probe()
    assert not capabilities.is_usable
    assert "apt-get install bubblewrap" in capabilities.fix
    with (
        Bubblewrap().open(PLAIN, SandboxPolicy(), LIMITS, FakeGuard()) as sandbox,
        pytest.raises(SandboxUnavailableError, match="not installed"),
    ):
        sandbox.run(Call(argv=(b"say", b"x")))


@pytest.fixture
def python() -> str:
    """A Python that works in a user namespace of its own, where its user is nobody known."""
    found = ordinary_python() if os.geteuid() == 0 else sys.executable
    if found is None or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("no Python here that nobody can start, or no util-linux")
    return found


def probed(python: str, before: str, *, is_mounting: bool) -> Capabilities:
    """Probe in a user namespace where something was changed before."""
    unshare = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps"]
    program = (
        "import sys; from worker.execution.bubblewrap import Bubblewrap;"
        " sys.stdout.write(Bubblewrap().probe().model_dump_json())"
    )
    line = f"{before} && exec {_WITHOUT_RIGHTS} {python} -c '{program}'"
    ended = subprocess.run(
        [*unshare, *(["--mount"] if is_mounting else []), "sh", "-c", line],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment(),
        **_as_nobody(),
    )
    if ended.returncode:
        pytest.skip(f"no namespace for the test: {ended.stderr.decode()[-200:]}")
    return Capabilities.model_validate_json(ended.stdout)


def _as_nobody() -> dict[str, Any]:
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def test_where_namespaces_are_forbidden_the_setting_is_named(python: str) -> None:
    capabilities = probed(python, "echo 0 >/proc/sys/user/max_user_namespaces", is_mounting=False)
    assert not capabilities.is_usable
    assert "user.max_user_namespaces" in capabilities.fix


def test_where_proc_cannot_be_mounted_it_is_built_without(python: str) -> None:
    # Where another /proc is mounted somewhere, the kernel allows a new one all the same.
    is_refused = f"! {_WITHOUT_RIGHTS} bwrap --unshare-all --ro-bind / / --proc /proc true"
    capabilities = probed(python, f"mount -t tmpfs tmpfs /proc/acpi && {is_refused}", is_mounting=True)
    assert capabilities.is_usable
    assert capabilities.level == "bubblewrap-noproc"


class TestSurroundings:
    @pytest.fixture
    def run(self) -> Iterator[Any]:
        with (
            closing(Bubblewrap()) as executor,
            executor.open(PLAIN, SandboxPolicy(), LIMITS, FakeGuard()) as sandbox,
        ):
            yield lambda code, **around: sandbox.run(
                Call(argv=(b"do", code.encode())), surroundings=Surroundings(**around)
            )

    def test_folder_home_host_and_user_are_what_they_are_said_to_be(self, run: Any) -> None:  # noqa: ANN401
        told = run("pwd; echo $HOME; uname -n; id -un; id -u; ls /home", folder="there", home="ada", host="engine")
        assert told.stdout.content.decode().split() == ["/there", "/home/ada", "engine", "ada", "1000", "ada"]

    def test_the_zone_holds_for_programs_that_ask_the_machine(self, run: Any) -> None:  # noqa: ANN401
        assert run("unset TZ; date -d @0 +%H", zone="Asia/Tokyo").stdout.content == b"09\n"
        assert run("unset TZ; date -d @0 +%H", zone="Nowhere/At-All").stdout.content == b"00\n"

    @pytest.mark.parametrize("folder", ["usr", "etc", "tmp", "home"])
    def test_a_folder_that_the_system_needs_is_refused(self, run: Any, folder: str) -> None:  # noqa: ANN401
        result = run("pwd", folder=folder)
        assert result.status is Status.SANDBOX_ERROR
        assert f"/{folder}" in result.detail

    def test_folders_of_the_root_may_be_looked_into_and_not_be_written_to(self, run: Any) -> None:  # noqa: ANN401
        told = run("stat -c '%a %n' / /etc /etc/ssl /home $HOME; touch /x /etc/x /dev/x 2>&1 | wc -l")
        modes = told.stdout.content.decode().split()
        assert set(modes[0:10:2]) == {"755"}
        assert modes[-1] == "3"

    def test_there_is_loopback_and_nothing_else(self, run: Any) -> None:  # noqa: ANN401
        told = run("grep -c lo: /proc/net/dev; tail -n +2 /proc/net/route | wc -l")
        assert told.stdout.content.split() == [b"1", b"0"]


def test_with_the_network_on_names_are_looked_up_as_here() -> None:
    policy = SandboxPolicy(network=Network.ON)
    with closing(Bubblewrap()) as executor, executor.open(PLAIN, policy, LIMITS, FakeGuard()) as sandbox:
        told = sandbox.run(Call(argv=(b"do", b"cat /etc/resolv.conf; grep hosts /etc/nsswitch.conf"))).stdout.content
    assert told == Path("/etc/resolv.conf").read_bytes() + b"hosts: files dns\n"


def test_many_prepared_files_are_laid_where_the_kernel_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.execution.sandbox._files", lambda files: pytest.fail("sent") if sent else _files(files))
    sent: list[int] = []
    files = tuple(CallFile(path=b"d/%d" % number) for number in range(20))
    with closing(Bubblewrap()) as executor, executor.open(PLAIN, SandboxPolicy(), LIMITS, FakeGuard()) as sandbox:
        first = sandbox.run(Call(argv=(b"do", b"ls d | wc -l; stat -f -c %T ."), files=files))
        sent.append(1)
        second = sandbox.run(Call(argv=(b"do", b"ls d | wc -l; rm d/7"), files=files))
    if b"overlay" not in first.stdout.content:
        pytest.skip("this kernel lets no ordinary user lay folders over each other")
    assert second.stdout.content == b"20\n"
    assert [change.path for change in second.files] == [b"d/7"]


def test_capabilities_can_be_kept_as_a_document() -> None:
    capabilities = Bubblewrap().probe()
    assert Capabilities.model_validate(json.loads(capabilities.model_dump_json())) == capabilities
