"""Counters and timers, and their text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.utils.monitoring import SHARED_FOLDER_VARIABLE, NoMetrics
from shared.utils.prometheus import Gauges, PrometheusMetrics, resident_bytes, shared_text


def test_turns_and_calls_are_counted_and_timed() -> None:
    metrics = PrometheusMetrics()
    with metrics.turn("execute") as ending:
        ending.append("done")
    metrics.note_call("ok", 0.02)
    metrics.note_answer()
    metrics.note_finding("TN101")
    text = metrics.text().decode()
    assert 'testronaut_turn_seconds_count{ending="done",stage="execute"} 1.0' in text
    assert 'testronaut_call_seconds_bucket{le="0.025",status="ok"} 1.0' in text
    assert "testronaut_calls_answered_total 1.0" in text
    assert 'testronaut_findings_total{code="TN101"} 1.0' in text


def test_a_turn_that_breaks_down_is_counted_as_crashed() -> None:
    metrics = PrometheusMetrics()
    with pytest.raises(KeyError), metrics.turn("verify"):
        raise KeyError
    assert 'ending="crashed",stage="verify"' in metrics.text().decode()


def test_a_process_says_how_much_it_uses() -> None:
    metrics = PrometheusMetrics()
    with metrics.turn("report"):
        pass
    text = metrics.text().decode()
    (line,) = [line for line in text.splitlines() if line.startswith("testronaut_process_resident_bytes ")]
    assert float(line.split()[1]) > 1 << 20
    assert resident_bytes() > 1 << 20


def test_gauges_are_asked_for_at_the_moment() -> None:
    gauges = Gauges("stage", {("ready", "Waiting."): {"analyze": 3.0}, ("jobs", "Running."): {"": 2.0}})
    text = shared_text(gauges).decode()
    assert 'ready{stage="analyze"} 3.0' in text
    assert "jobs 2.0" in text


def test_processes_that_share_a_folder_are_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, SHARED_FOLDER_VARIABLE: str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    script = "from shared.utils.prometheus import PrometheusMetrics; PrometheusMetrics().note_finding('TN101')"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    script = "import sys; from shared.utils.prometheus import *; sys.stdout.buffer.write(shared_text(Gauges('s', {})))"
    shown = subprocess.run([sys.executable, "-c", script], check=True, env=environment, capture_output=True).stdout
    assert 'testronaut_findings_total{code="TN101"} 2.0' in shown.decode()


def test_who_counts_nothing_lets_everything_pass() -> None:
    metrics = NoMetrics()
    with metrics.turn("execute") as ending:
        ending.append("done")
    metrics.note_call("ok", 0.02)
    metrics.note_answer()
    metrics.note_finding("TN101")
