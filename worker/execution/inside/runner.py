"""Serves calls from inside a sandbox, one after the other, each in folders that are empty again.

Started with the numbers of the descriptors that orders come in by and answers go out by. The first order is the
setting, which holds for all calls. Each tool is begun from this process, or, where a call shall be alone, from a fork
of it in new namespaces.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time

from worker.execution.inside import filesystem, kernel, layers, processes, seccomp, volumes, wire
from worker.execution.inside.watch import AbandonedError, streams_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_DESCRIPTORS = 1 << 20
_CALLS_BETWEEN_COLLECTIONS = 32


def main() -> None:
    """Serve one order after the other until the other end closes."""
    orders, answers = _own_alone(*(int(word) for word in sys.argv[1:3]))
    kernel.seal()
    processes.reset_signals()
    # What is loaded stays; what a call leaves is collected between two of them, and no fork copies what only counts.
    gc.freeze()
    gc.disable()
    try:
        server = Server(orders, answers)
        server.prepare(wire.receive(orders))
        while True:
            server.serve(wire.receive(orders))
    except (AbandonedError, EOFError, BrokenPipeError, ConnectionResetError):
        processes.end_all(processes.Usage())
    os._exit(0)  # nothing to tidy up that the kernel would not


def _own_alone(*numbers: int) -> list[int]:
    """Keep some descriptors from the tool and close all others; the standard ones then lead nowhere, or to the log."""
    ours = [os.dup(number) for number in numbers]
    os.dup2(os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC), 0)
    os.dup2(2, 1)
    kept = sorted({0, 1, 2, *ours})
    for below, above in zip(kept, [*kept[1:], _highest_descriptor()]):  # noqa: B905 - no such word in Python 3.9
        os.closerange(below + 1, above)
    return ours


def _highest_descriptor() -> int:
    """Give a number that none of our descriptors reaches, however many whoever started us had open."""
    try:
        return max(int(name) for name in os.listdir("/proc/self/fd")) + 1  # noqa: PTH208
    except OSError:
        return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], _MOST_DESCRIPTORS)


class Server:
    """Makes calls as they are ordered; what goes wrong on our side is part of the answer."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders = orders
        self._answers = answers
        self._ends = processes.hear_of_ends()
        self._setting: dict[str, Any] = {}
        self._volumes: list[volumes.Volume] = []
        self._layers = layers.Layers(b"", 0)
        self._condition: tuple[object, ...] = ()
        self._is_ready = False
        self._is_spoilt = False
        self._number = 0

    def prepare(self, setting: dict[str, Any]) -> None:
        """Take in what holds for all calls, and say whether it could be done."""
        try:
            self._setting = setting
            if setting["renewal"] == b"mount":
                kernel.unshare(kernel.NEW_MOUNTS)
                if setting["has_proc"]:
                    kernel.make_read_only(b"/proc")
            processes.limit(setting["rlimits"])
            self._volumes = volumes.volumes_of(setting)
            self._layers = layers.Layers(setting["layers"], setting["disk_bytes"])
            has_layers = bool(setting["layers"]) and self._layers.can_be_laid(setting["folder"])
            is_filtered = seccomp.install()
            self._condition = self._condition_now()
        except (OSError, KeyError, ValueError) as error:
            self._send(_failure(error))
        else:
            self._send({"is_filtered": int(is_filtered), "has_layers": int(has_layers)})

    def serve(self, news: dict[str, Any]) -> None:
        """Make one call, of which is told what is not in the setting, and answer; tidy up when the answer is out."""
        order = {**self._setting, **news}
        self._number = order["number"]
        if self._is_spoilt:
            self._send(_not_begun(OSError("a tool has changed what the next one would inherit")))
            return
        if order["layer"] and not self._has_layer(order):
            return
        if order["is_alone"]:
            self._serve_alone(order)
        else:
            self._send(self._answer(order))
        if not order["leaves"]:
            self._tidy_up()

    def _tidy_up(self) -> None:
        """Get ready for the next call, of which nothing is begun where that cannot be done."""
        if self._number % _CALLS_BETWEEN_COLLECTIONS == 0:
            gc.collect()
        self._is_spoilt = self._condition_now() != self._condition
        try:
            if not self._is_ready:
                self._renew()
        except OSError:
            return  # the next order hears of it

    def _send(self, answer: dict[str, Any]) -> None:
        """Answer under the number of the order, so that no other can be meant."""
        wire.send(self._answers, {**answer, "number": self._number})

    def _condition_now(self) -> tuple[object, ...]:
        kept = processes.kept_by_kernel() if self._setting["one_ipc"] else []
        ports = processes.held_ports() if self._setting["own_network"] else b""
        return (*processes.condition(), kept, ports)

    def _has_layer(self, order: dict[str, Any]) -> bool:
        """Prepare the layer of a call, before any fork; else ask for its files, or say why they cannot be had."""
        if order["layer"] in self._layers:
            return True
        if "files" not in order:
            self._send({"wants_files": 1})
            return False
        try:
            self._layers.prepare(order["layer"], order["files"])
        except OSError as error:
            self._send(_failure(error))
            return False
        return True

    def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        try:
            if not order["keeps"] and not self._is_ready:
                self._renew()
        except OSError as error:
            return _not_begun(error)
        try:
            self._is_ready = False
            return self._observe_layered(order) if order["layer"] else self._observe(order)
        except (OSError, KeyError, ValueError) as error:
            return _failure(error)

    def _renew(self) -> None:
        """Make all as it was before the first call; then no time is lost with it when the next one comes."""
        self._renew_volumes()
        if self._setting["renewal"] == b"mount":
            kernel.unshare(kernel.NEW_IPC)
        self._note()
        self._is_ready = True

    def _renew_volumes(self) -> None:
        for volume in self._volumes:
            volume.renew()
        filesystem.make(self._setting["folder"], [])

    def _note(self) -> None:
        for volume in self._volumes:
            volume.note()

    def _observe(self, order: dict[str, Any]) -> dict[str, Any]:
        before: dict[bytes, filesystem.Entry] = {}
        with _Standing(order["folder"]) as folder:
            if order["files"] or order["keeps"]:
                filesystem.make(order["folder"], order["files"])
                self._note()
                before = filesystem.look(folder)
            seen = self._run(order)
            return {**seen, "changes": filesystem.changes(folder, before, filesystem.look(folder), order["disk_bytes"])}

    def _observe_layered(self, order: dict[str, Any]) -> dict[str, Any]:
        laid = self._layers.lay(order["layer"], order["folder"])
        try:
            with _Standing(order["folder"]):
                seen = self._run(order)
            return {**seen, "changes": laid.changes(order["disk_bytes"])}
        finally:
            laid.take_away()

    def _run(self, order: dict[str, Any]) -> dict[str, Any]:
        streams = streams_of(order)
        try:
            began = time.monotonic()
            try:
                leader = processes.spawn(order, streams.actions)
            except processes.NotExecutedError as error:
                return {"spawn_error": error.number}
            streams.close_theirs()
            watch = streams.watched(order, leader, began)
            watch.follow(self._orders, self._ends)
            return watch.end()
        finally:
            streams.close()

    def _serve_alone(self, order: dict[str, Any]) -> None:
        """Make one call in namespaces that nothing else was ever in."""
        try:
            if not self._is_ready:
                self._renew()  # what it starts from is as it was before any tool ran
            child = kernel.fork_into(kernel.NEW_PIDS | kernel.NEW_MOUNTS | kernel.NEW_IPC)
        except OSError as error:
            self._send(_not_begun(error))
            return
        if child == 0:
            self._be_alone(order)
        if os.waitpid(child, 0)[1]:
            self._send({"error": "the process that was to make the call has died"})

    def _be_alone(self, order: dict[str, Any]) -> None:
        """Answer as the first process of the new namespaces, with which everything in them ends."""
        status = 1
        try:
            kernel.end_with_parent()
            self._ends = processes.hear_of_ends()
            if order["has_proc"]:
                kernel.mount("proc", b"/proc")
            self._volumes, self._is_ready = volumes.volumes_of(order), True
            self._renew_volumes()
            self._send(self._answer(order))
            status = 0
        except (AbandonedError, BrokenPipeError, ConnectionResetError):
            status = 0
        except OSError as error:
            self._send(_failure(error))
            status = 0
        finally:
            os._exit(status)


class _Standing:
    """Stands in a folder, and gives a descriptor of it that was opened before anything untrusted ran."""

    def __init__(self, path: bytes) -> None:
        self._path = path

    def __enter__(self) -> int:
        self._folder = filesystem.open_folder(self._path)
        os.fchdir(self._folder)
        return self._folder

    def __exit__(self, *_: object) -> None:
        os.chdir("/")
        os.close(self._folder)


def _not_begun(error: Exception) -> dict[str, Any]:
    """Say that nothing of the call has run, so that it may be made elsewhere."""
    return {**_failure(error), "not_begun": 1}


def _failure(error: Exception) -> dict[str, Any]:
    return {"error": f"{type(error).__name__}: {error}"}
