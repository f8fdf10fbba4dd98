from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from botrunner.models import InboxUpdate
from botrunner.services.again import handle_again
from partners import tenancy
from partners.models import Bot
from tests.factories import NOW, make_bot, make_partner
from tests.personas import client_of, operator

pytestmark = pytest.mark.django_db

LIST = "/admin/botrunner/inboxupdate/"


def update(bot: Bot, number: int = 1, **fields: object) -> InboxUpdate:
    values = {"payload": "СЕКРЕТ", "replies": "СЕКРЕТ", "received_at": NOW, "failed_at": NOW, "error": "KeyError"}
    with tenancy.all_partners():
        return InboxUpdate.objects.create(bot=bot, partner_id=bot.partner_id, update_id=number, **values | fields)


def test_only_what_was_set_aside_is_shown_and_never_a_message() -> None:
    bot = make_bot()
    aside = update(bot, 71, error="KeyError: 'from'")
    update(bot, 72, failed_at=None)
    client = client_of(operator())
    listed = client.get(LIST).content.decode()
    assert "KeyError: &#x27;from&#x27;" in listed
    assert ">72<" not in listed
    page = reverse("admin:botrunner_inboxupdate_change", args=[aside.pk])
    for text in (listed, client.get(page).content.decode()):
        assert "СЕКРЕТ" not in text
    assert client.post(page, {"error": "x"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_handle_again() -> None:
    bot = make_bot()
    aside, other = update(bot, 71), update(bot, 72)
    data = {"action": "try_again", "_selected_action": [aside.pk]}
    text = client_of(operator()).post(LIST, data, follow=True).content.decode()
    assert "1 обновление снова в очереди" in text
    with tenancy.all_partners():
        aside.refresh_from_db()
        other.refresh_from_db()
        bot.refresh_from_db()
    assert (aside.failed_at, aside.error) == (None, "")
    assert other.failed_at is not None
    assert bot.generation == 2  # it reads its open updates when it starts


def test_what_has_been_answered_stays_and_stopped_bots_stay_stopped() -> None:
    bot = make_bot(make_partner(), wanted="stopped")
    answered = update(bot, 71, answered_at=NOW)
    waiting = update(bot, 72)
    with tenancy.all_partners():
        assert handle_again(ids=[answered.pk, waiting.pk], now=NOW + timedelta(minutes=1)) == 1
        bot.refresh_from_db()
    assert (bot.wanted, bot.generation) == ("stopped", 1)


def test_one_update_and_thirty_cost_the_same_queries() -> None:
    client, bot = client_of(operator()), make_bot()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    update(bot)
    one = queries()
    for number in range(2, 31):
        update(make_bot(), number)
    assert queries() == one
