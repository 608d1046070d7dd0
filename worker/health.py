"""Says over HTTP how a worker is: /livez, /readyz and /metrics; served in the steward's process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shared.health import Health
from shared.models.job import StageName
from shared.store.session import Store, Transaction
from shared.utils.errors import TestronautError
from shared.utils.logging import get_logger
from shared.utils.prometheus import Gauges, shared_text

log = get_logger(__name__)

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_JSON = "application/json"
_MOST_SECONDS_A_REQUEST = 10

Answer = tuple[HTTPStatus, str, bytes]


class Endpoints:
    """What is answered at each path, without HTTP.

    `is_live` tells whether the worker that this process stands beside still runs; it never asks the broker.
    """

    def __init__(self, ask: Callable[[], Sequence[Health]], is_live: Callable[[], bool], store: Store) -> None:
        self._ask = ask
        self._is_live = is_live
        self._store = store
        self._one_at_a_time = threading.Lock()

    def answer(self, path: str) -> Answer:
        """Answer one request."""
        match path.partition("?")[0]:
            case "/livez":
                return self._livez()
            case "/readyz":
                return self._readyz()
            case "/metrics":
                return HTTPStatus.OK, _PROMETHEUS, shared_text(self._gauges())
            case _:
                known = {"paths": ["/livez", "/readyz", "/metrics"]}
                return HTTPStatus.NOT_FOUND, _JSON, json.dumps(known).encode()

    def _livez(self) -> Answer:
        is_live = self._is_live()
        status = HTTPStatus.OK if is_live else HTTPStatus.SERVICE_UNAVAILABLE
        return status, _JSON, json.dumps({"live": is_live}).encode()

    def _readyz(self) -> Answer:
        with self._one_at_a_time:
            found = self._ask()
        is_ready = all(health.is_well for health in found)
        body = {
            "ready": is_ready,
            "services": {
                health.service: {"well": health.is_well, "detail": health.detail, "hint": health.hint}
                for health in found
            },
        }
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return status, _JSON, json.dumps(body).encode()

    def _gauges(self) -> Gauges:
        def look(tx: Transaction) -> dict[tuple[str, str], dict[str, float]]:
            return {
                ("testronaut_items_ready", "Work items that wait, by stage."): _by_name(tx.upkeep.ready(0)),
                ("testronaut_items_leased", "Work items that somebody holds, by stage."): _by_name(tx.upkeep.leased()),
                ("testronaut_jobs_running", "Jobs that have not ended."): {"": float(tx.upkeep.running())},
            }

        try:
            return Gauges("stage", self._store.read(look))
        except TestronautError as error:
            log.warning("metrics.hindered", error=error.message)
            return Gauges("stage", {})


@contextmanager
def serving(endpoints: Endpoints, host: str, port: int) -> Iterator[int]:
    """Serve the endpoints from a thread as long as the block runs; gives the port, the free one found for 0."""
    server = ThreadingHTTPServer((host, port), _handler(endpoints))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(endpoints: Endpoints) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _MOST_SECONDS_A_REQUEST

        def do_GET(self) -> None:
            try:
                status, kind, body = endpoints.answer(self.path)
            except Exception:  # the outermost handler of a request
                log.exception("health.failed", path=self.path)
                status, kind, body = HTTPStatus.INTERNAL_SERVER_ERROR, _JSON, b"{}"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            log.debug("health.asked", path=self.path)

    return Handler


def _by_name(counts: Mapping[StageName, int]) -> dict[str, float]:
    return {str(stage): float(count) for stage, count in counts.items()}
