"""Tools that lie in an image, as a user tests them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.container_engine import Containers
from tests.e2e.command_line import environment, run_program

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("engine_here")]


def test_a_fault_of_a_tool_in_an_image_is_found_and_shown_again_in_it(containers: Containers, tmp_path: Path) -> None:
    words = ("run", "frob", "--image", containers.tools, "--profile", "quick", "-f", "json")
    ended = run_program(*words, folder=tmp_path)
    assert ended.code == 1, ended.err
    document = ended.document
    assert document["sandbox"]["level"] == "docker"
    assert document["sandbox"]["missing"] == []
    (finding,) = document["findings"]
    assert (finding["check"], finding["confirmed"]) == ("option.documented_rejected", "3/3")
    shown = subprocess.run(
        ["bash", "-c", finding["reproduce"]], check=False, capture_output=True, env=environment(), cwd=tmp_path
    )
    assert shown.returncode == finding["exit_code"]
    assert b"frob:" in shown.stderr


def test_a_tool_is_installed_before_it_is_looked_at(containers: Containers, tmp_path: Path) -> None:
    install = "cp /usr/local/bin/frob /usr/bin/brand-new"
    ended = run_program(
        "analyze", "brand-new", "--image", containers.tools, "--install", install, "-f", "json", folder=tmp_path
    )
    assert ended.code == 0, ended.err
    assert ended.document["tool"] == "brand-new"
    names = [name for option in ended.document["commands"][""]["options"] for name in option["names"]]
    assert "--number" in names


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("brand-old", "--image", "{image}"), 4, "--install"),
        (("frob", "--image", "{image}", "--sandbox", "bubblewrap"), 2, "--sandbox docker"),
    ],
)
def test_what_cannot_be_is_told_with_the_way_out(
    containers: Containers, tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    ended = run_program("run", *(word.format(image=containers.tools) for word in words), folder=tmp_path)
    assert ended.code == code, ended.err
    assert told in ended.err


def test_without_an_engine_it_is_said_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/socket")
    ended = run_program("run", "frob", "--image", "debian", folder=tmp_path)
    assert ended.code == 3
    assert "container_engine.away" in ended.err
    assert "DOCKER_HOST" in ended.err
