"""How much, how often, how long: the numbers of a process, and their text for Prometheus."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shared.utils.monitoring import SHARED_FOLDER_VARIABLE

_CALL_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STAGE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class PrometheusMetrics:
    """Counters and timers of one process; those of several are added up by whoever reads them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Histogram(
            "testronaut_turn_seconds",
            "Seconds of one turn at a stage, by how it ended.",
            ["stage", "ending"],
            buckets=_STAGE_BUCKETS,
            registry=self.registry,
        )
        self._calls = Histogram(
            "testronaut_call_seconds",
            "Seconds of one call of a tool, by status.",
            ["status"],
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self._answered = Counter(
            "testronaut_calls_answered_total", "Calls answered from what is known.", registry=self.registry
        )
        self._findings = Counter(
            "testronaut_findings_total", "Findings stored, by code.", ["code"], registry=self.registry
        )
        self._memory = Gauge(
            "testronaut_process_resident_bytes",
            "Resident memory of the processes.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._cpu = Gauge(
            "testronaut_process_cpu_seconds",
            "CPU seconds of the processes, without those of the tools under test.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    @contextmanager
    def turn(self, stage: str) -> Iterator[list[str]]:
        """Time a turn; the block appends how it ended."""
        ending: list[str] = []
        since = time.perf_counter()
        try:
            yield ending
        finally:
            word = ending[-1] if ending else "crashed"
            self._turns.labels(stage, word).observe(time.perf_counter() - since)
            self.note_process()

    def note_call(self, status: str, seconds: float) -> None:
        """Count one call that was made."""
        self._calls.labels(status).observe(seconds)

    def note_answer(self) -> None:
        """Count one call that did not have to be made."""
        self._answered.inc()

    def note_finding(self, code: str) -> None:
        """Count one finding."""
        self._findings.labels(code).inc()

    def note_process(self) -> None:
        """Look at this process."""
        self._memory.set(resident_bytes())
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._cpu.set(usage.ru_utime + usage.ru_stime)

    def text(self) -> bytes:
        """Write this process's numbers for Prometheus."""
        return generate_latest(self.registry)


class Gauges(Collector):
    """Numbers that somebody else gives at the moment of asking: `{(name, help): {label value: number}}`."""

    def __init__(self, label: str, numbers: Mapping[tuple[str, str], Mapping[str, float]]) -> None:
        self._label = label
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Give each as a gauge; an empty label value means that there is none."""
        for (name, text), values in self._numbers.items():
            gauge = GaugeMetricFamily(name, text, labels=[self._label] if any(values) else None)
            for value, number in values.items():
                gauge.add_metric([value] if value else [], number)
            yield gauge


def shared_text(gauges: Gauges) -> bytes:
    """Write the numbers of all processes that share a folder, and the gauges given, for Prometheus."""
    registry = CollectorRegistry()
    registry.register(gauges)
    if os.environ.get(SHARED_FOLDER_VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def resident_bytes() -> int:
    """Give the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
