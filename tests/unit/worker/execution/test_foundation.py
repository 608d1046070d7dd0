from __future__ import annotations

from pathlib import Path

import pytest

from shared.interfaces.executor import SandboxUnavailableError
from shared.models.test_result import Status, TestResult
from worker.execution.foundation import VARIANTS, Foundation, advice, age_advice, first_that_works


def trial(*suffixes: str, needs_proc: bool = False) -> object:
    def make(foundation: Foundation) -> TestResult:
        works = foundation.variant.suffix in suffixes and not (needs_proc and not foundation.variant.has_proc)
        status = (
            {"status": Status.OK, "exit_code": 0} if works else {"status": Status.SANDBOX_ERROR, "detail": "refused"}
        )
        return TestResult.model_validate({"call_digest": "", **status})

    return make


@pytest.mark.parametrize("suffix", ["", "-nested", "-noproc"])
def test_the_most_that_works_is_taken(suffix: str) -> None:
    suffixes = [variant.suffix for variant in VARIANTS]
    later = suffixes[suffixes.index(suffix) :]
    assert first_that_works("bwrap", trial(*later)).variant.suffix == suffix  # type: ignore[arg-type]


def test_where_nothing_works_it_is_said_why_and_what_to_do() -> None:
    with pytest.raises(SandboxUnavailableError, match="refused") as raised:
        first_that_works("bwrap", trial())  # type: ignore[arg-type]
    assert raised.value.hint


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("user/max_user_namespaces", "0", "user.max_user_namespaces"),
        ("kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor"),
        ("kernel/other", "1", "bwrap --unshare-all"),
    ],
)
def test_the_advice_follows_from_what_the_kernel_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    assert said in advice(tmp_path, ())


def test_a_container_has_to_allow_it(tmp_path: Path) -> None:
    assert "--security-opt" in advice(tmp_path, (tmp_path,))


@pytest.mark.parametrize(("version", "is_old"), [("0.6.1", True), ("0.7.0", False), ("1.0", False), ("unknown", False)])
def test_a_bubblewrap_that_is_too_old_is_to_be_upgraded(tmp_path: Path, version: str, is_old: bool) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\necho bubblewrap {version}\n")
    program.chmod(0o755)
    assert bool(age_advice(str(program))) is is_old
    assert age_advice("/nowhere/bwrap") == ""
