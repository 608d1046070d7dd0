"""The hierarchy of our own errors."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import producer
import shared
import worker
from shared.models.job import Fault
from shared.utils.bug_report import render, without_secrets, write_bug_report
from shared.utils.errors import (
    EXIT_OURS,
    EXIT_UNTESTABLE,
    EXIT_USAGE,
    TestronautError,
    UntestableError,
    UsageError,
    family,
)
from shared.utils.logging import bound


def load_everything() -> None:
    for package in (shared, worker, producer):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", "execution.runner")):
                importlib.import_module(module.name)


def test_every_error_has_a_code_of_its_own_and_a_family() -> None:
    load_everything()
    ours = [kind for kind in family() if not kind.__module__.startswith("tests.")]
    codes = [kind.code for kind in ours]
    assert len(set(codes)) == len(codes), sorted(code for code in codes if codes.count(code) > 1)
    for kind in ours:
        assert kind.code.count(".") == 1, kind
        assert kind.exit_code in {EXIT_USAGE, EXIT_OURS, EXIT_UNTESTABLE}, kind
        assert kind.__doc__, kind


def test_usage_errors_and_untestable_tools_are_final() -> None:
    assert UsageError("x").is_final
    assert UntestableError("x").is_final
    assert not TestronautError("x").is_final


def test_a_hint_may_be_given_where_the_error_is_raised() -> None:
    assert TestronautError("x", "do this").hint == "do this"
    assert TestronautError("x").hint == ""


def test_a_fault_says_what_an_error_said() -> None:
    class SomethingElseError(UntestableError):
        code = "test.something"
        hint = "try"

    fault = Fault.of(SomethingElseError("it broke"))
    assert (fault.code, fault.message, fault.hint, fault.exit_code) == ("test.something", "it broke", "try", 4)
    assert Fault.of(ValueError("x")) == Fault(code="internal.unexpected", message="ValueError: x", exit_code=3)


def boom() -> None:
    raise RuntimeError("cannot reach postgresql://app:topsecret@db/x with password=hunter2")


def caught() -> RuntimeError:
    with pytest.raises(RuntimeError) as found:
        boom()
    return found.value


def test_a_bug_report_says_what_was_asked_where_it_broke_and_no_secret(tmp_path: Path) -> None:
    place = write_bug_report(tmp_path / "errors", caught(), {"asked": "testronaut run frob", "trace id": "4bf9"})
    assert place is not None
    text = place.read_text()
    for wanted in ("RuntimeError", "testronaut run frob", "4bf9", "boom()", "sqlalchemy", "python"):
        assert wanted in text
    for secret in ("topsecret", "hunter2"):
        assert secret not in text


def test_a_bug_report_names_the_job_and_the_trace_that_were_worked_on(tmp_path: Path) -> None:
    with bound(job_id="0192f0c1", trace_id="4bf92f35", shard=3):
        place = write_bug_report(tmp_path, caught(), {})
    assert place is not None
    for line in ("job_id       0192f0c1", "trace_id     4bf92f35", "shard        3"):
        assert line in place.read_text()


def test_the_same_fault_gives_the_same_file(tmp_path: Path) -> None:
    places = {write_bug_report(tmp_path, caught(), {}) for _ in range(2)}
    assert len(places) == 1


def test_a_bug_report_that_cannot_be_kept_here_is_kept_elsewhere(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    place = write_bug_report(blocked / "errors", caught(), {})
    assert place is not None
    assert place.exists()
    place.unlink()


def test_escape_codes_of_an_error_are_shown_as_text() -> None:
    assert "\x1b" not in render(ValueError("\x1b[2J"), {})


@pytest.mark.parametrize(
    "text", ["token=abc123", "api_key: abc123", 'secret="abc123"', "redis://:abc123@h", "frob --auth-token 'abc123'"]
)
def test_secrets_are_taken_out(text: str) -> None:
    assert "abc123" not in without_secrets(text)
