"""A server that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any

import pytest
from django.test import override_settings

from content.ai import http
from content.ai.accounts import network_providers
from content.ai.openai import OpenAi
from content.ai.troubles import AiError, Trouble
from content.ai.types import Prompt, Turn
from partners.fields import Secret

PROMPT = Prompt("Отвечай.", (Turn("user", "Готов?"), Turn("assistant", "Да"), Turn("user", "Точно?")))
CANARY = "sk-canary-0123456789"


class Server:
    """Gives the next of `answers`, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.drips, self.pause = False, threading.Event()
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def write(self, file: BufferedIOBase, content: bytes) -> None:
        """With `drips` set one byte at a time, until nobody listens any more."""
        with suppress(ConnectionError):
            for byte in content if self.drips else ():
                self.pause.wait(0.02)
                file.write(bytes([byte]))
            file.write(content if not self.drips else b"")

    def handler(server: Server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((self.path, dict(self.headers), body))
                code, answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(code)
                if code == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                server.write(self.wfile, content)

            def log_message(self, format: str, *args: Any) -> None: ...

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), server.handler())
    threading.Thread(target=listener.serve_forever, args=[0.05], daemon=True).start()
    url = f"http://127.0.0.1:{listener.server_address[1]}/v1"
    with override_settings(
        OPENAI_BASE_URL=url, OPENAI_API_KEY=CANARY, OPENAI_MODEL="qwen", AI_RETRY_PAUSES=[0], AI_READ_TIMEOUT=5
    ):
        yield server
    listener.shutdown()
    listener.server_close()


def provider() -> OpenAi:
    [one] = network_providers()
    assert isinstance(one, OpenAi)
    return one


def said(text: str | None, reason: str | None = "stop", **more: Any) -> tuple[int, Any]:
    return 200, {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": reason}], **more}


def test_a_completion(server: Server) -> None:
    server.answers = [said("Готов.", usage={"prompt_tokens": 12, "completion_tokens": 3})]
    completion = provider().complete(PROMPT)
    assert (completion.text, completion.status) == ("Готов.", "ok")
    assert (completion.tokens_in, completion.tokens_out) == (12, 3)
    [(path, headers, body)] = server.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {CANARY}"
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "user"]
    assert (body["model"], body["max_tokens"]) == ("qwen", 800)


def test_a_server_that_does_not_count_is_counted_for(server: Server) -> None:
    server.answers = [said("Готов.", None)]
    completion = provider().complete(PROMPT)
    assert completion.tokens_in > 5
    assert completion.tokens_out > 2


@pytest.mark.parametrize(("count", "tokens"), [(-5, 0), (10**30, 10_000_000), ("7", 7)])
def test_absurd_counts_are_bounded(server: Server, count: object, tokens: int) -> None:
    server.answers = [said("Готов.", usage={"prompt_tokens": count, "completion_tokens": count})]
    assert provider().complete(PROMPT).tokens_in == tokens


@pytest.mark.parametrize(
    ("reason", "status"), [("length", "truncated"), ("content_filter", "filtered"), ("x", "truncated")]
)
def test_what_is_wrong_with_an_answer(server: Server, reason: str, status: str) -> None:
    server.answers = [said("Гот", reason)]
    assert provider().complete(PROMPT).status == status


@pytest.mark.parametrize(
    ("answers", "trouble", "charged"),
    [
        ([(401, {"error": f"bad key {CANARY}"})], Trouble.WRONG_KEY, False),
        ([(403, {})], Trouble.FORBIDDEN, False),
        ([(402, {})], Trouble.BILLING, False),
        ([(404, {})], Trouble.NO_MODEL, False),
        ([(400, {"error": "maximum context length"})], Trouble.TOO_LONG, False),
        ([(400, {})], Trouble.REFUSED, False),
        ([(302, {})], Trouble.REFUSED, False),
        ([(429, {})], Trouble.QUOTA, False),
        ([(503, b"<html>")], Trouble.DOWN, False),
        ([(200, b"<html>")], Trouble.NONSENSE, True),
        ([(200, {"choices": []})], Trouble.NONSENSE, True),
        ([(200, [])], Trouble.NONSENSE, True),
        ([(200, {"choices": [{"message": None}]})], Trouble.NONSENSE, True),
    ],
)
def test_failures(server: Server, answers: list[tuple[int, Any]], trouble: Trouble, charged: bool) -> None:
    server.answers = answers
    with pytest.raises(AiError) as raised:
        provider().complete(PROMPT)
    assert (raised.value.trouble, raised.value.perhaps_charged) == (trouble, charged)
    assert CANARY not in repr(raised.value) + str(raised.getrepr(chain=True))
    assert len(server.asked) == (2 if trouble in (Trouble.QUOTA, Trouble.DOWN) else 1)
    assert all(path == "/v1/chat/completions" for path, _headers, _body in server.asked)


def test_an_answer_that_drips_is_not_waited_for(server: Server) -> None:
    server.answers, server.drips = [said("Готов. " * 200)], True
    with override_settings(AI_CONNECT_TIMEOUT=0.1, AI_READ_TIMEOUT=0.2), pytest.raises(AiError) as raised:
        provider().complete(PROMPT)
    assert (raised.value.trouble, raised.value.perhaps_charged) == (Trouble.SLOW, True)


def test_an_endless_answer_is_not_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1_000)
    server.answers = [said("Готов. " * 200)]
    with pytest.raises(AiError) as raised:
        provider().complete(PROMPT)
    assert raised.value.trouble == Trouble.NONSENSE


def test_nothing_is_repeated_when_nobody_waits_any_more(server: Server) -> None:
    server.answers = [(503, {})]
    with override_settings(AI_RETRY_PAUSES=[0] * 10_000, AI_READ_TIMEOUT=0.3), pytest.raises(AiError):
        provider().complete(PROMPT)
    assert 1 < len(server.asked) < 10_000


def test_no_money_is_no_passing_quota(server: Server) -> None:
    server.answers = [(429, {"error": {"code": "insufficient_quota"}})]
    with pytest.raises(AiError) as raised:
        provider().complete(PROMPT)
    assert raised.value.trouble == Trouble.BILLING


def test_the_key_is_not_shown() -> None:
    one = OpenAi("http://127.0.0.1/v1", "qwen", Secret(CANARY))
    assert CANARY not in repr(one) + one.account + str(one.places)
