"""Submitting."""

from __future__ import annotations

from pathlib import Path

import pytest

from producer.submit import FilesError, Prepared, Request, prepare, read_files, submit
from shared.config import Reuse, Settings, ToolHints
from shared.models.call import BlobRef
from shared.models.cli_tool import CliTool, Command
from shared.models.job import Mode, Profile, StageName
from shared.models.test_plan import TestPlan
from shared.tokens import CeleryTokens
from shared.utils.errors import UsageError
from shared.utils.tracing import new_traceparent
from tests.world import SPEC, World


def test_a_job_begins_with_one_item_and_one_token(world: World) -> None:
    world.submit()
    assert [item.stage for item in world.items()] == [StageName.ANALYZE]
    assert world.tokens.sent == [StageName.ANALYZE]


def test_the_same_key_gives_the_same_job(world: World) -> None:
    assert world.submit(key="once") == world.submit(key="once")
    assert world.submit() != world.submit()


def test_a_job_is_accepted_while_the_broker_is_away(world: World) -> None:
    tokens = CeleryTokens("redis://127.0.0.1:1/0")
    accepted = submit(Prepared(SPEC), Mode.QUEUE, world.store, tokens, new_traceparent())
    tokens.close()
    assert not accepted.is_announced
    assert len(world.items()) == 1


def test_a_spec_is_filled_up_from_profile_and_settings() -> None:
    spec = prepare(Request(tool="'a tool' sub", profile=Profile.QUICK), Settings()).spec
    assert spec.tool.argv == (b"a tool", b"sub")
    assert (spec.max_cases, spec.max_time_s) == (120, 30.0)
    assert spec.limits.wall_s == Settings().execution.timeout_s


def test_results_are_reused_unless_an_option_or_a_setting_says_no() -> None:
    unwanted = Settings(reuse=Reuse(enabled=False))
    assert prepare(Request(tool="x"), Settings()).spec.reuse
    assert not prepare(Request(tool="x", no_cache=True), Settings()).spec.reuse
    assert not prepare(Request(tool="x"), unwanted).spec.reuse


def test_an_option_wins_over_the_profile_both_ways() -> None:
    spec = prepare(Request(tool="x", profile=Profile.QUICK, max_cases=500, max_time_s=2.0), Settings()).spec
    assert (spec.max_cases, spec.max_time_s) == (500, 2.0)


def test_an_image_goes_with_the_tool_and_chooses_who_runs_it() -> None:
    spec = prepare(Request(tool="git", image="debian:12", install="apt-get install -y git"), Settings()).spec
    assert (spec.tool.image, spec.tool.install) == ("debian:12", "apt-get install -y git")
    assert spec.policy.executor == "docker"
    assert prepare(Request(tool="git"), Settings()).spec.policy.executor == "auto"


def test_who_is_named_is_asked_with_or_without_an_image() -> None:
    assert prepare(Request(tool="git", image="x", sandbox="podman"), Settings()).spec.policy.executor == "podman"
    assert prepare(Request(tool="git", sandbox="docker"), Settings()).spec.policy.executor == "docker"


@pytest.mark.parametrize(
    ("image", "install"), [("", None), ("--privileged", None), ("a b", None), ("x" * 256, None), (None, "make install")]
)
def test_an_image_that_is_none_and_an_install_without_one_are_refused(image: str | None, install: str | None) -> None:
    with pytest.raises(UsageError):
        prepare(Request(tool="git", image=image, install=install), Settings())


def test_hints_for_a_tool_are_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "given.txt").write_text("given")
    settings = Settings(tools=(ToolHints(name="frob", examples=("list -a",), files=str(tmp_path)),))
    spec = prepare(Request(tool="/usr/bin/frob", examples=("sync",)), settings).spec
    assert spec.examples == ((b"sync",), (b"list", b"-a"))
    assert [file.path for file in spec.files] == [b"given.txt"]
    assert not prepare(Request(tool="other"), settings).spec.files


def test_a_large_file_travels_as_a_blob_and_a_small_one_in_the_spec(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "large.bin").write_bytes(b"x" * 5000)
    (tmp_path / "small.txt").write_text("small")
    (tmp_path / "link").symlink_to("/etc/passwd")
    files, blobs = read_files([tmp_path])
    assert {file.path for file in files} == {b"deep/large.bin", b"small.txt"}
    assert blobs == [b"x" * 5000]
    (large,) = [file.content for file in files if file.path == b"deep/large.bin"]
    assert large == BlobRef.of(b"x" * 5000)


def test_a_missing_folder_of_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="nowhere is not a folder"):
        read_files([tmp_path / "nowhere"])


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(201):
        (tmp_path / str(number)).touch()
    with pytest.raises(FilesError, match="201 files"):
        read_files([tmp_path])


def test_a_tool_that_is_no_command_line_is_refused() -> None:
    with pytest.raises(UsageError, match="not a tool"):
        prepare(Request(tool="'open"), Settings())


def test_a_given_plan_and_interface_are_named_by_their_content() -> None:
    plan = TestPlan(tool="x", seed=7)
    interface = CliTool(name="x", argv=(b"x",), fingerprint="f", commands={"": Command()})
    prepared = prepare(Request(tool="x"), Settings(), plan, interface)
    assert prepared.spec.plan == BlobRef.of(prepared.blobs[0])
    assert prepared.spec.interface == BlobRef.of(prepared.blobs[1])
    assert prepared.spec.seed == 7
    assert TestPlan.model_validate_json(prepared.blobs[0]) == plan
