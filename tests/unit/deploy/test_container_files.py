"""What can be said of the files for containers without an engine; the rest is `make test-containers`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

_ROOT = Path(__file__).parents[3]
_BASE = "docker-compose.yml"
_OVERRIDES = ("docker-compose.sandbox.yml", "tests/containers/docker-compose.tools.yml")
# What bubblewrap and the runner in it call to build a sandbox and to lock it.
_NEEDED = frozenset({"clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "sethostname", "seccomp", "prctl"})


def _services(name: str) -> dict[str, dict[str, Any]]:
    document = YAML(typ="safe").load((_ROOT / name).read_text(encoding="utf-8"))
    return dict(document["services"])


def _refused_calls() -> set[str]:
    profile = json.loads((_ROOT / "deploy/seccomp.json").read_text(encoding="utf-8"))
    return {name for rule in profile["syscalls"] for name in rule["names"] if rule["action"] != "SCMP_ACT_ALLOW"}


def _lists(service: dict[str, Any]) -> dict[str, list[str]]:
    return {key: value for key, value in service.items() if isinstance(value, list)}


@pytest.mark.parametrize("override", _OVERRIDES)
def test_override_repeats_no_entry_of_a_list_because_compose_v2_adds_them_up_and_refuses_equal_ones(
    override: str,
) -> None:
    base = _services(_BASE)

    for name, service in _services(override).items():
        for key, entries in _lists(service).items():
            assert not set(entries) & set(base[name].get(key, ()))


def test_worker_is_given_no_privilege() -> None:
    worker = _services(_BASE)["worker"]

    assert worker["cap_drop"] == ["ALL"]
    assert worker["read_only"] is True
    assert "no-new-privileges:true" in worker["security_opt"]
    assert not {"privileged", "cap_add", "pid", "network_mode", "devices", "user"} & worker.keys()


def test_only_the_page_of_traces_is_published_and_to_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in _services(_BASE).items() if "ports" in service}

    assert published.keys() == {"jaeger"}
    assert all(port.startswith("${JAEGER_HOST:-127.0.0.1}:") for port in published["jaeger"])


def test_seccomp_profile_refuses_nothing_that_bubblewrap_needs() -> None:
    assert not _NEEDED & _refused_calls()


@pytest.mark.parametrize("name", ["kexec_load", "init_module", "bpf", "keyctl", "open_by_handle_at", "io_uring_setup"])
def test_seccomp_profile_refuses_what_reaches_the_kernel(name: str) -> None:
    assert name in _refused_calls()


def test_everything_that_the_image_is_made_of_is_let_through_to_the_builder() -> None:
    lines = (_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (_ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    copied = {word.rstrip("/") for words in copies for word in words.split()}

    assert copied
    assert copied <= let_through


def test_home_of_a_worker_belongs_to_the_user_of_the_image() -> None:
    user = re.findall(r"^USER (\d+)$", (_ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[-1]
    home = next(entry for entry in _services(_BASE)["worker"]["tmpfs"] if entry.startswith("/home/"))

    assert f"uid={user}," in home
