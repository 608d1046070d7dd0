"""The worker process, and the steward process beside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack

import svcs

from shared.config import Settings, load_settings
from shared.health import ask_all
from shared.interfaces.tokens import Tokens
from shared.store import schema
from shared.store.session import Store, open_store
from shared.tokens import CeleryTokens
from shared.utils import logging
from shared.utils.errors import EXIT_OURS, TestronautError
from shared.utils.logging import get_logger
from shared.utils.monitoring import SHARED_FOLDER_VARIABLE
from worker.app import make_app, worker_arguments
from worker.bootstrap import describe_fault, make_registry, make_steward
from worker.health import Endpoints, serving

log = get_logger(__name__)

_STEWARD = "steward"
_BESIDE = "--beside"
_POLL_S = 0.5


def main(words: list[str]) -> int:
    """Start a worker with its steward, or with the word `steward` the steward alone."""
    try:
        settings = load_settings()
        logging.configure(settings.log.level, settings.log.format)
        if words[:1] == [_STEWARD]:
            return _steward(settings, parent=os.getppid() if _BESIDE in words else None)
        return _worker(settings)
    except TestronautError as error:
        log.error("worker.refused", code=error.code, error=error.message, hint=error.hint)  # noqa: TRY400 - foreseen
        return error.exit_code
    except Exception as error:
        log.exception("worker.failed", hint=describe_fault(error).hint)
        return EXIT_OURS


def _worker(settings: Settings) -> int:
    _share_numbers()
    _require_schema(settings)
    app = make_app(settings)
    # Started by exec, before Celery forks: a thread of ours in its main process could leave a lock held in a child.
    beside = subprocess.Popen([sys.executable, "-P", "-m", "worker", _STEWARD, _BESIDE])  # noqa: S603 - ourselves
    try:
        app.worker_main(worker_arguments(settings))
    finally:
        beside.terminate()
        beside.wait()
        _forget_numbers()
    return 0


def _share_numbers() -> None:
    # prometheus-client looks for the folder when it is imported, which has happened: so begin again with it.
    if SHARED_FOLDER_VARIABLE not in os.environ:
        os.environ[SHARED_FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="testronaut-numbers-")
        os.execv(sys.executable, [sys.executable, "-P", "-m", "worker", *sys.argv[1:]])  # noqa: S606 - ourselves


def _require_schema(settings: Settings) -> None:
    store = open_store(settings.database.url)
    try:
        schema.require(store.engine)
    finally:
        store.close()


def _steward(settings: Settings, parent: int | None) -> int:
    url = settings.broker.address()
    is_over = _wait_beside(parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        registry = make_registry(settings, "testronaut-steward", lambda: CeleryTokens(url))
        container = stack.enter_context(svcs.Container(registry))
        if parent is not None:
            stack.callback(_forget_numbers)  # for a worker that was killed; one that ends by itself does it again
        store, tokens = container.get(Store), container.get_abstract(Tokens)
        if settings.worker.health_port:
            asking = stack.enter_context(svcs.Container(registry))
            endpoints = Endpoints(lambda: ask_all(asking), lambda: parent in {None, os.getppid()}, store)
            _serve(stack, endpoints, settings)
        make_steward(settings, store, tokens).run(is_over)
    return 0


def _wait_beside(parent: int | None) -> Callable[[float], bool]:
    def wait(seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if parent not in {None, os.getppid()}:
                return True  # a killed worker cannot end its steward
            time.sleep(min(left, _POLL_S))
        return False

    return wait


def _serve(stack: ExitStack, endpoints: Endpoints, settings: Settings) -> None:
    host, port = settings.worker.health_host, settings.worker.health_port
    try:
        stack.enter_context(serving(endpoints, host, port))
    except OSError as error:
        # Another worker on this host has it; work matters more than being watched.
        log.warning("health.unserved", error=str(error), hint="Set TESTRONAUT_WORKER__HEALTH_PORT to a free port or 0.")


def _forget_numbers() -> None:
    folder = os.environ.get(SHARED_FOLDER_VARIABLE)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
