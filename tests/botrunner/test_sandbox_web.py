"""The JSON behind the web chat."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.botrunner.bot_client import TOKEN, png
from tests.telegram import PersonDriver, SandboxServer


@pytest.fixture
def ivan(tg: SandboxServer) -> PersonDriver:
    tg.add_bot(TOKEN, "anna_bot", "Анна")
    return tg.person("Иван", username="ivan")


def act(tg: SandboxServer, person: PersonDriver, name: str, /, **body: Any) -> requests.Response:
    return requests.post(f"{tg.url}/api/do/{name}", params={"as": str(person.id)}, json=body, timeout=10)


def get(tg: SandboxServer, path: str, **query: str) -> requests.Response:
    return requests.get(f"{tg.url}{path}", params=query, timeout=10, allow_redirects=False)


def test_a_deep_link_leads_to_the_chat(tg: SandboxServer, ivan: PersonDriver) -> None:
    response = get(tg, "/anna_bot", start="spring_sale")
    assert (response.status_code, response.headers["Location"]) == (302, "/?bot=anna_bot&start=spring_sale")


def test_the_page_is_fenced(tg: SandboxServer, ivan: PersonDriver) -> None:
    response = get(tg, "/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_home_of_a_person_has_no_tokens(tg: SandboxServer, ivan: PersonDriver) -> None:
    ivan.open("anna_bot").start()
    response = get(tg, "/api/home", **{"as": "ivan"})
    assert response.json()["me"] == ivan.id
    assert response.json()["chats"][0]["last"]["text"] == "/start"
    assert "AA-" not in response.text


def test_a_chat_of_another_person_is_closed(tg: SandboxServer, ivan: PersonDriver) -> None:
    maria = tg.person("Мария")
    ivan.open("anna_bot").start()
    key = f"100:{ivan.id}"
    assert get(tg, "/api/chat", **{"as": str(maria.id)}, key=key).status_code == 400
    assert act(tg, maria, "send", chat=key, text="чужое").json() == {"error": "Такого чата нет."}
    group = tg.group("Закрытая", owner=ivan)
    assert act(tg, maria, "send", chat=group.key, text="чужое").status_code == 400


def test_a_foreign_name_of_this_machine_leads_nowhere(tg: SandboxServer, ivan: PersonDriver) -> None:
    port = tg.url.rpartition(":")[2]
    for host, status in ((f"evil.example:{port}", 421), (f"localhost:{port}", 200)):
        response = requests.get(f"{tg.url}/api/home", headers={"Host": host}, timeout=10)
        assert response.status_code == status


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_other_sites_can_not_act(tg: SandboxServer, ivan: PersonDriver, origin: str) -> None:
    url, headers = f"{tg.url}/api/do/send", {"Origin": origin}
    body = {"chat": f"100:{ivan.id}", "text": "x"}
    assert requests.post(url, json=body, headers=headers, timeout=10).status_code == 403
    assert requests.get(f"{tg.url}/api/live", headers=headers, timeout=10).status_code == 403
    assert requests.post(f"{tg.url}/api/upload", data=body, headers=headers, timeout=10).status_code == 403
    form = requests.post(url, data=body, timeout=10)
    assert form.status_code == 404
    assert ivan.open("anna_bot").messages == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nonsense", {}),
        ("send", {"text": "x"}),
        ("send", {"chat": "100:1", "text": "x"}),
        ("press", {"chat": "OWN", "message": "x"}),
        ("press", {"chat": "OWN", "message": 1, "data": "x"}),
        ("edit", {"chat": "OWN", "message": 99, "text": "x"}),
        ("delete", {"chat": "OWN", "message": 99}),
        ("join", {"chat": "OWN"}),
        ("set_member", {"chat": "OWN", "user": 1, "status": "creator"}),
        ("new_group", {"name": " "}),
        ("new_bot", {"name": "x", "username": "wrong"}),
        ("new_bot", {"name": "x", "username": "anna_bot"}),
        ("new_bot", {"name": "x", "username": "я_bot"}),
        ("new_person", {"name": "x", "username": "ivan"}),
    ],
)
def test_what_a_person_can_not_do(tg: SandboxServer, ivan: PersonDriver, name: str, body: dict[str, Any]) -> None:
    body = {key: f"100:{ivan.id}" if value == "OWN" else value for key, value in body.items()}
    response = act(tg, ivan, name, **body)
    assert response.status_code in (400, 404)
    assert "Traceback" not in response.text


def test_a_new_bot_works_at_once(tg: SandboxServer, ivan: PersonDriver) -> None:
    bot = act(tg, ivan, "new_bot", name="Проба", username="proba_bot").json()
    me = requests.get(f"{tg.url}/bot{bot['token']}/getMe", timeout=10).json()
    assert me["result"]["username"] == "proba_bot"


def test_a_group_by_hand(tg: SandboxServer, ivan: PersonDriver) -> None:
    maria = tg.person("Мария")
    key = act(tg, ivan, "new_group", name="Команда", kind="supergroup", forum=True).json()["key"]
    assert act(tg, ivan, "set_member", chat=key, user=100, status="administrator").status_code == 200
    thread = act(tg, ivan, "new_topic", chat=key, name="Вопросы").json()["thread"]
    assert act(tg, maria, "join", chat=key).json()["title"] == "Команда"
    assert act(tg, maria, "send", chat=key, text="Вопрос", thread=thread).status_code == 200
    assert act(tg, maria, "new_topic", chat=key, name="Моя").status_code == 400
    assert act(tg, maria, "set_member", chat=key, user=ivan.id, status="kicked").status_code == 400
    assert act(tg, maria, "leave", chat=key).status_code == 200
    assert act(tg, maria, "send", chat=key, text="Вопрос").status_code == 400


def test_a_picture_from_a_person(tg: SandboxServer, ivan: PersonDriver) -> None:
    def upload(data: bytes, mime: str) -> requests.Response:
        fields = {"chat": f"100:{ivan.id}", "caption": "Смотри"}
        files = {"file": ("x.png", data, mime)}
        return requests.post(f"{tg.url}/api/upload", params={"as": str(ivan.id)}, data=fields, files=files, timeout=10)

    chat = ivan.open("anna_bot")
    chat.start()
    assert upload(png(), "image/png").status_code == 200
    shown = requests.get(f"{tg.url}/files/{chat.last.photo}", timeout=10)
    assert (shown.content, shown.headers["Content-Type"]) == (png(), "image/png")
    assert "не принял" in upload(b"<svg/>", "image/svg+xml").json()["error"]
    assert upload(b"<script>alert(1)</script>", "text/html").status_code == 200
    page = requests.get(f"{tg.url}/files/{chat.last.document}", timeout=10)
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("path", ["/files/state.json", "/files/..%2fstate.json", "/static/..%2fstore.py", "/x", "/etc"])
def test_no_way_to_other_files(tg: SandboxServer, ivan: PersonDriver, path: str) -> None:
    assert get(tg, path).status_code == 404


def test_reading_marks_as_read(tg: SandboxServer, ivan: PersonDriver) -> None:
    chat = ivan.open("anna_bot")
    chat.start()
    tg.do(lambda: tg.world.post(chat.chat, 100, {"text": "Здравствуйте"}))

    def unread() -> int:
        return int(get(tg, "/api/home", **{"as": str(ivan.id)}).json()["chats"][0]["unread"])

    assert unread() == 1
    act(tg, ivan, "read", chat=chat.chat.key, to=2)
    assert unread() == 0
