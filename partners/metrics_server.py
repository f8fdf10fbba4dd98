"""The little web server of a process that has none: metrics and health, on loopback."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

log = logging.getLogger(__name__)

Ready = Callable[[], dict[str, bool]]
_metrics: Callable[..., Iterable[bytes]] = make_wsgi_app()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        return


def serve(port: int, ready: Ready) -> WSGIServer | None:
    """`/metrics`, `/healthz`, and `/readyz`: 503 if one of the checks of `ready` fails. Port 0: none is wanted.

    A port that is taken must not keep the process from its work.
    """
    if not port:
        return None
    try:
        server = make_server("127.0.0.1", port, _pages(ready), server_class=_Server, handler_class=_Silent)
    except (OSError, OverflowError) as error:  # overflow: above 65535
        log.error("no metrics: port %s is not free (%s). Give each process a METRICS_PORT of its own", port, error)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _pages(ready: Ready) -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                return _metrics(environ, start_response)
            case "/healthz":
                return _answer(start_response, "200 OK", "text/plain", "ok\n")
            case "/readyz":
                checks = ready()
                status = "200 OK" if all(checks.values()) else "503 Service Unavailable"
                text = json.dumps({"ready": all(checks.values()), "checks": checks}) + "\n"
                return _answer(start_response, status, "application/json", text)
        return _answer(start_response, "404 Not Found", "text/plain", "not here\n")

    return app


def _answer(start_response: Callable[..., Any], status: str, kind: str, text: str) -> list[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
