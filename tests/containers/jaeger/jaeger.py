"""Stands in for Jaeger: takes spans as OTLP/HTTP on 4318, shows a trace on 16686 in the form of Jaeger's own JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.integration.collector import Collector, collecting

_COLLECTOR_PORT = 4318
_PAGE_PORT = 16686
_TRACES = "/api/traces/"


def main() -> None:
    """Serve both ports until told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host = os.environ.get("JAEGER_LISTEN_HOST", "localhost")
    with collecting(host, _COLLECTOR_PORT) as collector:
        ThreadingHTTPServer((host, _PAGE_PORT), _showing(collector)).serve_forever()


def _showing(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Showing(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(HTTPStatus.OK, "text/html", b"")

        def do_GET(self) -> None:
            if self.path.startswith(_TRACES):
                found = _trace(collector, self.path.removeprefix(_TRACES))
                status = HTTPStatus.OK if found["data"] else HTTPStatus.NOT_FOUND
                self._answer(status, "application/json", json.dumps(found).encode())
            else:
                self._answer(HTTPStatus.OK, "text/html", b"<title>Not Jaeger</title>")

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Showing


def _trace(collector: Collector, trace_id: str) -> dict[str, list[dict[str, object]]]:
    spans = [span for span in collector.spans if span.trace_id == trace_id]
    processes = {span.service: {"serviceName": span.service} for span in spans}
    shown = [
        {"spanID": span.span_id, "operationName": span.name, "processID": span.service, "traceID": trace_id}
        for span in spans
    ]
    return {"data": [{"traceID": trace_id, "spans": shown, "processes": processes}] if spans else []}


if __name__ == "__main__":
    main()
