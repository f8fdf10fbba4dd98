"""The stand-in over HTTP, on this machine only. `fail` makes its next answers bad ones."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from content.ai.standin import errors
from content.ai.standin.cloud import Body, Cloud, completed
from content.ai.standin.errors import Refused

MOST_BYTES = 1_000_000
PLACES = 10
METHODS = ("completion", "textEmbedding", "imageGenerationAsync", "iam", "operation")


class Fault(StrEnum):
    EXPIRED = "expired"
    NO_ROLE = "no_role"
    BILLING = "billing"
    QUOTA = "quota"
    DOWN = "down"
    CUT = "cut"  # the connection ends before the answer
    SLOW = "slow"  # no answer until the stand-in is stopped
    TRUNCATED = "truncated"
    CUT_WORD = "cut_word"  # truncated before the first sentence ends
    FILTERED = "filtered"
    NONSENSE = "nonsense"
    NOT_DRAWN = "not_drawn"  # the operation ends with an error


_REFUSED: Mapping[Fault, Refused] = {
    Fault.EXPIRED: errors.EXPIRED,
    Fault.NO_ROLE: errors.NO_ROLE,
    Fault.BILLING: errors.BILLING,
    Fault.QUOTA: errors.QUOTA,
    Fault.DOWN: errors.INTERNAL,
}
_TEXTS = {
    Fault.TRUNCATED: ("Первое предложение целое. А второе обор", "ALTERNATIVE_STATUS_TRUNCATED_FINAL"),
    Fault.CUT_WORD: ("Это предложение обор", "ALTERNATIVE_STATUS_TRUNCATED_FINAL"),
    Fault.FILTERED: ("Я не могу обсуждать эту тему.", "ALTERNATIVE_STATUS_CONTENT_FILTER"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked: tests look at it."""

    method: str
    headers: Mapping[str, str]
    body: Body


class Standin:
    """`with Standin() as cloud: …cloud.url…`. `always` is what `fail` leaves when its times are over.

    `latency`: seconds that a model thinks.
    """

    def __init__(self, cloud: Cloud | None = None, port: int = 0, latency: float = 0.0) -> None:
        self.cloud, self.latency = cloud or Cloud(), latency
        self.calls: list[Call] = []
        self.always: dict[str, Fault] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.waiting = threading.Event()  # somebody is being kept waiting
        self._stopped = threading.Event()
        self._places = threading.BoundedSemaphore(PLACES)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True

    def fail(self, method: str, *faults: Fault) -> None:
        self._faults[method].extend(faults)

    def asked(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve_forever(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def reply(self, call: Call, argument: str) -> Body | None:
        """None: no answer at all. Raises Refused."""
        self.calls.append(call)
        fault = self._faults[call.method].popleft() if self._faults[call.method] else self.always.get(call.method)
        if fault is Fault.SLOW:
            self.waiting.set()
            self._stopped.wait()
        if fault in (Fault.SLOW, Fault.CUT):
            return None
        if refused := _REFUSED.get(fault or Fault.SLOW):
            raise refused
        if fault is Fault.NONSENSE:
            return {"result": {"alternatives": []}}
        if fault is Fault.NOT_DRAWN:
            return {"id": argument, "done": True, "error": errors.NOT_DRAWN.operation_error()}
        if call.method != "iam":
            self.cloud.admit(call.headers.get("authorization", ""))
        if fault in _TEXTS:
            text, status = _TEXTS[fault]
            return completed(text, 100, status)
        return self._answer(call, argument)

    def _answer(self, call: Call, argument: str) -> Body:
        if call.method == "operation":
            return self.cloud.operation(argument)
        answers: dict[str, Callable[[Body], Body]] = {
            "iam": self.cloud.token,
            "completion": self.cloud.completion,
            "textEmbedding": self.cloud.embedding,
            "imageGenerationAsync": self.cloud.picture,
        }
        if not self._places.acquire(blocking=False):
            raise errors.QUOTA
        try:
            if call.method == "completion":
                self._stopped.wait(self.latency)
            return answers[call.method](call.body)
        except (KeyError, TypeError, AttributeError):
            raise Refused(400, "The request is malformed") from None
        finally:
            self._places.release()


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)
            body = b"{}" if not length else self.rfile.read(length)
            name = self.path.rpartition("/")[2]
            method = "iam" if self.path == "/iam/v1/tokens" else name
            known = self.path in ("/iam/v1/tokens", f"/foundationModels/v1/{name}") and method in METHODS
            with suppress(ConnectionError):
                self._serve(method if known else "", body)

        def do_GET(self) -> None:
            start, _slash, number = self.path.rpartition("/")
            with suppress(ConnectionError):
                self._serve("operation" if start == "/operations" else "", b"{}", number)

        def _serve(self, method: str, raw: bytes, argument: str = "") -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = json.loads(raw)
                if not method or not isinstance(body, dict):
                    raise Refused(404 if not method else 400, "Not Found")
                answer = standin.reply(Call(method, headers, body), argument)
            except ValueError:
                self._send(400, Refused(400, "The request is not JSON").body())
            except Refused as refused:
                self._send(refused.code, refused.iam_body() if method == "iam" else refused.body())
            else:
                if answer is None:
                    self.close_connection = True
                else:
                    self._send(200, answer)

        def _send(self, code: int, body: dict[str, Any]) -> None:
            content = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the path says nothing new."""

    return Handler
