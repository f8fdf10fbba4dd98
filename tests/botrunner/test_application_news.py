"""Operators hear of an application when it is sent in: once, without its keys, and never at the form's cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from botrunner.services import application_news, operator_news, watch
from content.models import OutboxMessage
from partners import tenancy
from partners.models import Application, Bot
from partners.services import application_form, applications
from partners.services.application_form import Started
from tests.factories import make_bot, make_lead, make_partner, token_of
from tests.partners.applications import ANSWERS, TOKEN, make_application, stored
from tests.personas import client_of, colleague, operator, owner

pytestmark = pytest.mark.django_db

OPERATOR = 777_001


@pytest.fixture(autouse=True)
def operators(settings: Any) -> None:
    settings.OPERATOR_TELEGRAM_IDS = [OPERATOR]
    settings.OPERATORS_EMAILS = ["ops@example.org"]


class Away:
    """A mail server that does not answer."""

    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        raise OSError("password=secret")


def speaking_bot() -> Bot:
    """One that works, and that the operator has opened."""
    bot = make_bot(make_partner(), state="running", running_generation=1, heartbeat_at=timezone.now())
    make_lead(bot.partner, telegram_id=OPERATOR)
    return bot


def tick(seconds: int = 0) -> None:
    now = timezone.now() + timedelta(seconds=seconds)
    with tenancy.all_partners():
        operator_news.tell(application_news.NEWS, now=now)
    operator_news.mail(application_news.NEWS, now=now)


def told() -> list[str]:
    with tenancy.all_partners():
        return [row.payload["text"] for row in OutboxMessage.objects.filter(source="applications").order_by("pk")]


def test_an_application_that_was_sent_is_told_once(settings: Any) -> None:
    speaking_bot()
    started = make_application(name="Анна <b>Соколова", time_zone="Asia/Omsk")
    for seconds in (0, 20, 40):
        tick(seconds)
    [text], [letter] = told(), mail.outbox
    assert "Новая заявка: Анна &lt;b&gt;Соколова" in text
    assert "Омск" in text
    assert f"{settings.PUBLIC_URL}/admin/partners/application/{started.application.pk}/change/" in text
    assert letter.subject == "📝 Новая заявка: Анна <b>Соколова"
    for key in (TOKEN.partition(":")[2], started.link, ANSWERS["phone"]):
        assert key not in text + str(letter.body)


def test_the_watch_tells_it() -> None:
    speaking_bot()
    make_application()
    for _tick in range(2):
        watch.look(now=timezone.now(), by_worker=True)
    assert len(told()) == 1
    assert len([letter for letter in mail.outbox if "заявка" in letter.subject]) == 1


def test_a_draft_and_what_is_decided_already_are_no_news() -> None:
    speaking_bot()
    make_application(submitted=False)
    decided = make_application(token=token_of(8))
    with tenancy.all_partners():
        applications.reject(application_id=decided.application.pk, reason="…", by=None, now=timezone.now())
    tick()
    assert told() == []
    assert mail.outbox == []


def test_a_corrected_application_is_told_anew_as_such() -> None:
    speaking_bot()
    started = make_application()
    tick()
    send_again(started)
    tick()
    tick(20)
    first, second = told()
    assert "Новая заявка" in first
    assert "исправили" in second
    assert len(mail.outbox) == 2


def send_again(started: Started) -> None:
    now = timezone.now() + timedelta(hours=1)
    with tenancy.all_partners():
        applications.ask_to_correct(application_id=started.application.pk, note="Не та ссылка", now=now)
    with tenancy.application(started.application.link_key):
        application_form.submit(key=started.application.link_key, now=now)


def test_sending_twice_is_one_message() -> None:
    speaking_bot()
    started = make_application(submitted=False)
    for _press in range(2):
        assert Client().post(f"/join/{started.link}/").status_code == 302
    tick()
    assert len(told()) == len(mail.outbox) == 1


def test_without_a_bot_that_speaks_and_with_a_broken_mail_the_form_is_sent_and_the_news_wait(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.botrunner.test_application_news.Away"
    started = make_application()
    tick()
    row = stored(started)
    assert (row.state, row.telegram, row.mail) == (Application.State.SUBMITTED, "waiting", "waiting")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    speaking_bot()
    tick(20)
    assert len(told()) == len(mail.outbox) == 1


def test_the_partner_whose_bot_carries_the_news_does_not_read_them() -> None:
    bot = speaking_bot()
    make_application(name="Канарейка Чужая")
    tick()
    with tenancy.all_partners():
        number = OutboxMessage.objects.get(source="applications").pk
    address = f"/admin/content/outboxmessage/{number}/change/"
    for user in (owner(bot.partner), colleague(bot.partner)):
        response = client_of(user).get(address, follow=True)
        assert "Канарейка" not in response.content.decode()
        listed = client_of(user).get("/admin/content/outboxmessage/").content.decode()
        assert address not in listed
    assert "Канарейка" in client_of(operator()).get(address).content.decode()
