from __future__ import annotations

import pytest
from pytest_django import Settings

from content.messages import Html
from content.models import OutboxMessage
from funnels.services.operators import tell_operators
from partners import tenancy
from tests.factories import NOW, make_bot, make_partner


@pytest.mark.django_db
def test_each_operator_hears_it_once_through_the_partners_bot(settings: Settings) -> None:
    settings.OPERATOR_TELEGRAM_IDS = [11, 12]
    bot = make_bot()
    with tenancy.partner(bot.partner_id):
        for expected in (2, 0):
            assert tell_operators(partner_id=bot.partner_id, key="brake:1", text=Html("Стоп"), now=NOW) == expected
        rows = list(OutboxMessage.objects.values_list("bot_id", "chat_id", "payload"))
        assert not OutboxMessage.objects.exclude(lane=OutboxMessage.Lane.ALERT, lead=None).exists()
    assert rows == [(bot.pk, telegram_id, {"text": "Стоп"}) for telegram_id in (11, 12)]


@pytest.mark.django_db
def test_without_a_bot_or_operators_nobody_hears(settings: Settings) -> None:
    partner = make_partner()
    settings.OPERATOR_TELEGRAM_IDS = [11]
    with tenancy.partner(partner.pk):
        assert tell_operators(partner_id=partner.pk, key="a", text=Html("Стоп"), now=NOW) == 0
    settings.OPERATOR_TELEGRAM_IDS = []
    bot = make_bot()
    with tenancy.partner(bot.partner_id):
        assert tell_operators(partner_id=bot.partner_id, key="a", text=Html("Стоп"), now=NOW) == 0
