"""One fault, one finding; none in the sound twin; and each finding's line shows it again in a plain shell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import environment, run_program, specimen
from worker import embedded

pytestmark = pytest.mark.slow

# What each fault must yield, and what it may yield besides, because it is so.
FAULTS = {
    "signal": ("TN101", set()),
    "traceback": ("TN102", set()),
    "panic": ("TN103", set()),
    "uncaught": ("TN104", set()),
    "hang": ("TN110", set()),
    "help_nonzero": ("TN201", set()),
    "version_nonzero": ("TN202", set()),
    "documented_rejected": ("TN301", set()),
    "unknown_accepted": ("TN302", set()),
    "error_with_zero": ("TN401", set()),
    "usage_error_with_zero": ("TN402", {"TN401"}),
    "usage_error_on_stdout": ("TN403", set()),
    "equals_differs": ("TN501", set()),
    "short_differs": ("TN502", set()),
    "order": ("TN701", set()),
    "content": ("TN702", set()),
}


def findings(folder: Path, fault: str, profile: str = "quick") -> list[dict[str, object]]:
    tool = specimen(folder, fault)
    ended = run_program(
        "run",
        str(tool),
        "--profile",
        profile,
        "-f",
        "json",
        "--fail-on",
        "low",
        folder=folder,
        EXECUTION__TIMEOUT_S="2",
    )
    assert ended.out, ended.err
    document = ended.document
    assert document["state"] == "succeeded", ended.err
    worst = {finding["severity"] for finding in document["findings"]}
    assert ended.code == (1 if worst & {"high", "medium", "low"} else 0), ended.err
    found: list[dict[str, object]] = document["findings"]
    return found


def test_the_sound_twin_yields_nothing(tmp_path: Path) -> None:
    assert findings(tmp_path, "none") == []


def test_with_terminals_the_sound_twin_yields_nothing_either(tmp_path: Path) -> None:
    assert findings(tmp_path, "none", "standard") == []


def test_a_crash_that_only_a_terminal_shows_is_found(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "at_a_terminal", "standard")
    assert (finding["code"], finding["tty"]) == ("TN101", {"columns": 80, "rows": 24})
    if shutil.which("script") is None:
        return
    shown = subprocess.run(
        ["bash", "-c", str(finding["reproduce"])], check=False, capture_output=True, env=environment(), timeout=30
    )
    assert shown.returncode == 128 + 11


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_yields_its_finding_and_the_line_shows_it_again(fault: str, tmp_path: Path) -> None:
    expected, allowed = FAULTS[fault]
    found = findings(tmp_path, fault)
    codes = {str(finding["code"]) for finding in found}
    assert expected in codes
    assert codes - {expected} <= allowed
    (finding,) = [one for one in found if one["code"] == expected][:1]
    if expected == "TN110":
        return  # a line that never ends is not waited for
    shown = subprocess.run(
        ["bash", "-c", str(finding["reproduce"])], check=False, capture_output=True, env=environment(), timeout=30
    )
    if finding["compared_with"] is None and expected not in {"TN701", "TN702"}:
        signal = finding["signal"]
        assert shown.returncode == (128 + int(str(signal)) if signal else finding["exit_code"])


def test_every_check_has_a_specimen() -> None:
    assert {check.code for check in embedded.checks()} == {code for code, _ in FAULTS.values()}
