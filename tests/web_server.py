"""A site on loopback for tests: `answers` says what each path answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answers = dict[str, tuple[int, str]]  # path -> status, where it redirects to


@contextmanager
def serving(answers: Answers, seen: list[str] | None = None) -> Iterator[str]:
    """The site's address. `seen` gets «METHOD path host» of every request."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            if seen is not None:
                seen.append(f"{self.command} {self.path} {self.headers['Host']}")
            status, location = answers.get(self.path, (404, ""))
            self.send_response(405 if self.command == "HEAD" and self.path == "/no-head" else status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET = answer

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
