"""The HTTP manners of the Bot API, spoken without a library."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from tests.botrunner.bot_client import TOKEN
from tests.telegram import ChatDriver, SandboxServer


@pytest.fixture
def chat(tg: SandboxServer) -> ChatDriver:
    tg.add_bot(TOKEN, "anna_bot", "Анна")
    chat = tg.person("Иван").open("anna_bot")
    chat.start()
    return chat


def call(tg: SandboxServer, method: str, token: str = TOKEN, **options: Any) -> tuple[int, dict[str, Any]]:
    response = requests.post(f"{tg.url}/bot{token}/{method}", timeout=10, **options)
    body = response.json()
    assert response.status_code == body.get("error_code", 200)
    return response.status_code, body


@pytest.mark.parametrize(
    ("token", "method", "code", "description"),
    [
        (TOKEN, "getNothing", 404, "Not Found: method not found"),
        ("100:AA-wrong", "getMe", 401, "Unauthorized"),
        ("nonsense", "getMe", 404, "Not Found"),
    ],
)
def test_errors(tg: SandboxServer, chat: ChatDriver, token: str, method: str, code: int, description: str) -> None:
    assert call(tg, method, token) == (code, {"ok": False, "error_code": code, "description": description})


def test_every_way_to_pass_parameters(tg: SandboxServer, chat: ChatDriver) -> None:
    url = f"{tg.url}/bot{TOKEN}/sendmessage"
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    person = str(chat.owner.id)
    requests.get(url, {"chat_id": person, "text": "адрес", "reply_markup": json.dumps(markup)}, timeout=10)
    requests.post(url, {"chat_id": person, "text": "форма", "reply_markup": json.dumps(markup)}, timeout=10)
    requests.post(url, json={"chat_id": person, "text": "джейсон", "reply_markup": markup}, timeout=10)
    parts = {
        "chat_id": (None, person),
        "text": (None, "части"),
        "reply_markup": (None, json.dumps(markup)),
    }
    requests.post(url, files=parts, timeout=10)
    assert [message.text for message in chat.bot_messages] == ["адрес", "форма", "джейсон", "части"]
    assert all(message.button_texts == [["x"]] for message in chat.bot_messages)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"chat_id": "x"}, "Bad Request: chat not found"),
        ({"text": "x", "reply_markup": "{"}, "Bad Request: can't parse reply_markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "Bad Request: object expected as reply_markup"),
        (
            {"text": "x", "reply_markup": '{"inline_keyboard": [1]}'},
            "Bad Request: object expected as reply markup",
        ),
        ({"text": "x", "reply_markup": '{"what": 1}'}, "Bad Request: object expected as reply markup"),
        ({"text": "x", "message_thread_id": "7"}, "Bad Request: message thread not found"),
        (
            {"text": "x", "message_thread_id": "z"},
            'Bad Request: parameter "message_thread_id" must be an integer',
        ),
        ({"text": "x", "parse_mode": "Klingon"}, "Bad Request: unsupported parse_mode"),
    ],
)
def test_bad_parameters(tg: SandboxServer, chat: ChatDriver, params: dict[str, str], description: str) -> None:
    body = {"chat_id": str(chat.owner.id), **params}
    assert call(tg, "sendMessage", data=body)[1]["description"] == description


def test_a_body_that_is_no_json(tg: SandboxServer, chat: ChatDriver) -> None:
    status, body = call(tg, "getMe", data=b"{", headers={"Content-Type": "application/json"})
    assert (status, body["description"]) == (400, "Bad Request: can't parse JSON object")


def test_given_entities(tg: SandboxServer, chat: ChatDriver) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 2}]
    call(tg, "sendMessage", json={"chat_id": chat.owner.id, "text": "да", "entities": entities})
    assert chat.last.html == "<b>да</b>"
    entities[0]["length"] = 9
    _, body = call(tg, "sendMessage", json={"chat_id": chat.owner.id, "text": "да", "entities": entities})
    assert body["description"].startswith("Bad Request: can't parse entities")


def test_a_files_address_needs_a_token_and_a_known_path(tg: SandboxServer, chat: ChatDriver) -> None:
    for path in ("photos/file_9.png", "../state.json", "%2e%2e/state.json", "/etc/passwd"):
        response = requests.get(f"{tg.url}/file/bot{TOKEN}/{path}", timeout=10)
        assert response.status_code == 404
    assert requests.get(f"{tg.url}/file/bot100:AA-wrong/x", timeout=10).status_code == 401


def test_a_webhook_gets_updates_in_order_until_it_takes_them(tg: SandboxServer, chat: ChatDriver) -> None:
    seen: list[tuple[str | None, dict[str, Any]]] = []
    changed = threading.Condition()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with changed:
                seen.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)))
                self.send_response(500 if len(seen) == 1 else 200)
                changed.notify_all()
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        call(
            tg,
            "setWebhook",
            json={"url": f"http://127.0.0.1:{server.server_port}/hook", "secret_token": "s3cret"},
        )
        chat.send("второе")
        with changed:
            assert changed.wait_for(lambda: len(seen) == 3, 10)
        info = call(tg, "getWebhookInfo")[1]["result"]
        assert "500" in info["last_error_message"]
        call(tg, "deleteWebhook")
        server.shutdown()
        thread.join()
    assert {secret for secret, _ in seen} == {"s3cret"}
    texts = [update["message"]["text"] for _, update in seen]
    assert texts == ["/start", "/start", "второе"]


@pytest.mark.parametrize("url", ["http://example.com/hook", "ftp://127.0.0.1/", "nonsense"])
def test_a_webhook_needs_https(tg: SandboxServer, chat: ChatDriver, url: str) -> None:
    _, body = call(tg, "setWebhook", data={"url": url})
    assert body["description"] == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"


def test_no_token_in_the_log(tg: SandboxServer, chat: ChatDriver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    tg.world.state.bots[100].commands = None  # type: ignore[assignment]
    status, _ = call(tg, "getMyCommands")
    assert status == 500
    assert "getMyCommands failed" in caplog.text
    assert "AA-test_token" not in caplog.text.replace(f"/bot{TOKEN}/getMyCommands HTTP", "")
    assert "AA-test_token" not in repr(tg.world.state.bots[100])
