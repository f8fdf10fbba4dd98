"""The public form: what each section keeps, says and refuses, and who may open whose application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from botrunner.redaction import redact
from partners import tenancy
from partners.models import Application
from partners.onboarding.answers import problems_of
from partners.onboarding.sections import SECTIONS, YES
from partners.rates import Rate, allows
from partners.views import join
from tests.factories import make_partner
from tests.partners.applications import ANSWERS, TOKEN, make_application, stored
from tests.personas import client_of, operator, owner, stranger
from tests.telegram import SandboxServer
from tests.yandex import PEM

pytestmark = pytest.mark.django_db

KEY_FILE = {
    "id": "ajekey",
    "service_account_id": "ajeservice",
    "private_key": f"PLEASE DO NOT REMOVE THIS LINE!\n{PEM}",
}
NOBODY_HOME = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests come from one address."""
    monkeypatch.setattr(join, "allows", lambda _rate, _request: True)


@pytest.fixture
def telegram() -> Iterator[SandboxServer]:
    with SandboxServer() as server, override_settings(TELEGRAM_API_URL=server.url):
        server.add_bot(token=TOKEN, username="anna_join_bot", name="Анна")
        yield server


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=False)


def begin(visitor: Client) -> str:
    """The address of the new application, without a section."""
    response = visitor.post("/join/")
    assert response.status_code == 302
    assert response["Location"].endswith("/1/")
    return str(response["Location"]).removesuffix("1/")


def answers_of(number: int) -> dict[str, str]:
    names = [asked.name for asked in SECTIONS[number - 1].questions]
    return {name: ANSWERS[name] for name in names if name in ANSWERS}


def the_only() -> Application:
    with tenancy.all_partners():
        return Application.objects.get()


# The way through


def test_the_whole_way(visitor: Client, telegram: SandboxServer) -> None:
    address = begin(visitor)
    for number in range(1, 8):
        told = answers_of(number) | ({"token": TOKEN} if number == 2 else {})
        response = visitor.post(f"{address}{number}/", told)
        assert response.status_code == 302, response.content.decode()
    assert response["Location"] == address
    assert 'id="send"' in visitor.get(address).content.decode()
    assert visitor.post(address).status_code == 302
    application = the_only()
    assert application.state == Application.State.SUBMITTED
    assert application.token.reveal() == TOKEN
    assert application.bot_username == "anna_join_bot"
    assert {name: consent["version"] for name, consent in application.consents.items()} == {
        "consent_data": 1,
        "consent_rules": 1,
    }
    assert application.submitted_at is not None
    assert visitor.get(f"{address}1/").status_code == 302  # it is closed now
    assert visitor.post(f"{address}1/", {"name": "Другая"}).status_code == 302
    assert the_only().answers["name"] == "Анна Соколова"


def test_wrong_answers_are_kept_and_explained(visitor: Client, english: None) -> None:
    address = begin(visitor)
    told = answers_of(1) | {"phone": "12", "contact": "нет", "time_zone": "Луна"}
    response = visitor.post(f"{address}1/", told)
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count('class="problem"') == 3
    assert the_only().answers["phone"] == "12"
    assert 'value="12"' in visitor.get(f"{address}1/").content.decode()
    assert visitor.get(f"{address}2/").status_code == 200  # one may go on


def test_an_unfinished_application_is_not_sent(visitor: Client) -> None:
    address = begin(visitor)
    visitor.post(f"{address}1/", answers_of(1))
    assert visitor.post(address).status_code == 200
    assert the_only().state == Application.State.DRAFT


def test_what_is_typed_is_saved_in_passing_without_secrets(visitor: Client) -> None:
    address = begin(visitor)
    told = {"display_name": "Помощница", "token": TOKEN}
    response = visitor.post(f"{address}2/", told, headers={"X-Requested-With": "save"})
    assert response.status_code == 204
    application = the_only()
    assert application.answers["display_name"] == "Помощница"
    assert not application.token


def test_what_another_tab_has_sent_is_not_saved_in_passing(visitor: Client) -> None:
    started = make_application()
    response = visitor.post(f"/join/{started.link}/1/", {"name": "Другая"}, headers={"X-Requested-With": "save"})
    assert response.status_code == 409
    assert stored(started).answers["name"] == "Анна Соколова"


def test_before_it_is_sent_everything_is_shown_but_the_keys(visitor: Client, english: None) -> None:
    started = make_application(submitted=False, phone="12", story="Живу в <b>Туле</b>")
    text = visitor.get(f"/join/{started.link}/").content.decode()
    assert "Живу в &lt;b&gt;Туле&lt;/b&gt;" in text
    assert text.count('class="problem"') == 1
    assert "https://anna.example/shop" in text
    assert TOKEN.partition(":")[2] not in text


@pytest.mark.parametrize("link", ["anna.example/shop", "https://anna.example/shop"])
def test_a_link_without_its_beginning_is_completed(link: str) -> None:
    assert problems_of(stored(make_application(submitted=False, shop_link=link))) == {}


@pytest.mark.parametrize(
    ("name", "answer"),
    [("group_id", "мой канал"), ("group_id", "5"), ("shop_link", "http://x.example"), ("shop_link", "магазин")],
)
def test_a_wrong_answer_is_told_what_a_right_one_looks_like(name: str, answer: str, english: None) -> None:
    said = problems_of(stored(make_application(submitted=False, **{name: answer})))[name]
    assert "-1001234567890" in said or "https://" in said


def test_a_withdrawn_consent_is_gone(visitor: Client) -> None:
    address = begin(visitor)
    visitor.post(f"{address}7/", answers_of(7))
    given = the_only().consents["consent_data"]
    visitor.post(f"{address}7/", answers_of(7))
    assert the_only().consents["consent_data"] == given  # the first time counts
    visitor.post(f"{address}7/", {"consent_rules": YES})
    assert set(the_only().consents) == {"consent_rules"}


# The token


def test_a_token_that_telegram_does_not_know(visitor: Client, telegram: SandboxServer) -> None:
    address = begin(visitor)
    telegram.revoke(TOKEN)
    response = visitor.post(f"{address}2/", {"token": TOKEN})
    assert 'class="problem"' in response.content.decode()
    assert TOKEN not in response.content.decode()
    assert not the_only().token


def test_a_token_when_telegram_is_away_is_kept(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    address = begin(visitor)
    with override_settings(TELEGRAM_API_URL=NOBODY_HOME):
        response = visitor.post(f"{address}2/", {"token": TOKEN}, follow=True)
    assert 'class="warning"' in response.content.decode()
    assert the_only().token.reveal() == TOKEN
    assert TOKEN.partition(":")[2] not in response.content.decode() + caplog.text


def test_a_stored_token_is_never_shown_and_kept_by_an_empty_field(visitor: Client, telegram: SandboxServer) -> None:
    address = begin(visitor)
    visitor.post(f"{address}2/", {"token": TOKEN})
    visitor.post(f"{address}2/", {"token": "", "display_name": "Анна"})
    assert the_only().token.reveal() == TOKEN
    for page in (address, f"{address}2/"):
        assert TOKEN.partition(":")[2] not in visitor.get(page).content.decode()


def test_a_group_that_the_bot_cannot_see_is_told_and_one_that_it_sees_is_named(
    visitor: Client, telegram: SandboxServer
) -> None:
    address = begin(visitor)
    visitor.post(f"{address}2/", {"token": TOKEN})
    ticks = dict.fromkeys(("bot_is_admin", "topics_are_on", "bot_may_manage"), YES)
    response = visitor.post(f"{address}3/", {"group_id": "-100404", **ticks}, follow=True)
    assert 'class="warning"' in response.content.decode()
    group = telegram.group("Завтраки", forum=True, owner=telegram.person("Анна"), admins=["anna_join_bot"])
    copied = f"− {-group.id}"  # as some phones copy it
    response = visitor.post(f"{address}3/", {"group_id": copied, **ticks}, follow=True)
    assert 'class="warning"' not in response.content.decode()
    assert the_only().answers["group_title"] == "Завтраки"


# The key file


def upload(visitor: Client, address: str, data: bytes, **told: str) -> str:
    file = SimpleUploadedFile("key.json", data, content_type="application/json")
    return visitor.post(f"{address}4/", {"key_file": file, **told}, follow=True).content.decode()


def test_a_key_file_fills_in_what_it_knows(visitor: Client) -> None:
    address = begin(visitor)
    upload(visitor, address, b"PLEASE DO NOT REMOVE\n" + json.dumps(KEY_FILE).encode(), folder_id="b1gfolder")
    application = the_only()
    assert application.private_key.reveal() == PEM.strip()
    assert (application.answers["key_id"], application.answers["service_account_id"]) == ("ajekey", "ajeservice")
    assert "PRIVATE KEY" not in visitor.get(f"{address}4/").content.decode()
    upload(visitor, address, b"", folder_id="", forget_private_key=YES)
    assert not the_only().private_key


@pytest.mark.parametrize(
    "data",
    [
        b"{" + b" " * (1024 * 1024),
        b"not json at all",
        b"\xff\xfe\x00binary",
        b"[1, 2]",
        b"{}",
        json.dumps(KEY_FILE | {"private_key": "-----BEGIN PRIVATE KEY-----"}).encode(),
        json.dumps(KEY_FILE | {"id": 7}).encode(),
        json.dumps(KEY_FILE | {"id": "x" * 65}).encode(),
        b'{"a":' * 100_000,
    ],
    ids=["huge", "no json", "binary", "a list", "empty", "half a key", "a number", "long", "deep"],
)
def test_other_files_are_refused_with_a_sentence(visitor: Client, data: bytes) -> None:
    address = begin(visitor)
    text = upload(visitor, address, data, folder_id="b1gfolder")
    assert 'class="problem"' in text
    application = the_only()
    assert not application.private_key
    assert application.answers["folder_id"] == "b1gfolder"  # nothing else is lost


# Who may open it


@pytest.mark.parametrize("path", ["", "1/", "7/", "live/"])
def test_a_strangers_guess_finds_nothing(visitor: Client, path: str) -> None:
    started = make_application()
    assert visitor.get(f"/join/{started.link}/{path}", follow=True).status_code == 200
    for guess in ("A" * 22, started.link[:-1], started.link.swapcase(), str(started.application.link_key)):
        assert visitor.get(f"/join/{guess}/{path}").status_code == 404
        assert visitor.post(f"/join/{guess}/{path}").status_code in (404, 405)


def test_a_link_expires(visitor: Client) -> None:
    started = make_application()
    with tenancy.all_partners():
        Application.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert visitor.get(f"/join/{started.link}/").status_code == 404


def test_it_does_not_matter_who_is_logged_in() -> None:
    started = make_application(submitted=False)
    for user in (operator(), owner(make_partner()), stranger()):
        assert client_of(user).get(f"/join/{started.link}/1/").status_code == 200


@pytest.mark.parametrize("number", [0, 8, 99])
def test_there_are_seven_sections(visitor: Client, number: int) -> None:
    started = make_application(submitted=False)
    assert visitor.get(f"/join/{started.link}/{number}/").status_code == 404


# Hostile visitors


def test_a_robot_that_fills_every_field_starts_nothing(visitor: Client) -> None:
    assert visitor.post("/join/", {"website": "https://spam.example"}).status_code == 200
    with tenancy.all_partners():
        assert not Application.objects.exists()


def test_no_answer_becomes_markup(visitor: Client) -> None:
    name = '</script><img src=x onerror="alert(1)">'
    started = make_application(submitted=False, **dict.fromkeys(("name", "story", "contact", "country"), name))
    for path in ("1/", "6/", ""):
        assert "<img src=x" not in visitor.get(f"/join/{started.link}/{path}").content.decode()


def test_what_postgresql_cannot_store_is_left_out(visitor: Client) -> None:
    address = begin(visitor)
    response = visitor.post(f"{address}6/", {"story": "a\0b" + "я" * 10_000})
    story = the_only().answers["story"]
    assert story == "ab" + "я" * 10_000  # to be shortened by its author, not by us
    assert story in response.content.decode()
    assert "maxlength" not in response.content.decode()  # a browser would cut what is pasted without a word
    visitor.post(f"{address}6/", {"story": "я" * 100_000})
    assert len(the_only().answers["story"]) == 20_000


def test_posts_need_the_csrf_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/join/").status_code == 403


def test_links_stay_out_of_the_log() -> None:
    started = make_application()
    line = redact(f"Not Found: /join/{started.link}/9/")
    assert line == "Not Found: /join/•••/9/"
    assert redact("/join/guide/") == "/join/guide/"


def test_an_answer_that_is_no_question_is_not_stored(visitor: Client) -> None:
    address = begin(visitor)
    visitor.post(f"{address}1/", answers_of(1) | {"state": "approved", "partner_key": "1", "shop_link": "https://x.y"})
    application = the_only()
    assert application.state == Application.State.DRAFT
    assert "state" not in application.answers
    assert "shop_link" not in application.answers  # of another section


def test_addresses_have_rates(rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = Rate(f"test{timezone.now().timestamp()}", 2, 60)
    first, second = rf.get("/", REMOTE_ADDR="203.0.113.7"), rf.get("/", REMOTE_ADDR="203.0.113.8")
    assert [allows(rate, first) for _ in range(3)] == [True, True, False]
    assert allows(rate, second)
    with override_settings(REDIS_URL="redis://127.0.0.1:9/0"):
        assert allows(rate, first)  # better than a closed form


def test_too_often_is_told(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    started = make_application(submitted=False)
    monkeypatch.setattr(join, "allows", lambda _rate, _request: False)
    for address in ("/join/", f"/join/{started.link}/", f"/join/{started.link}/1/"):
        response = visitor.post(address)
        assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert stored(started).answers["name"] == "Анна Соколова"
