from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from botrunner.services.outgoing import settle
from content.messages import Html
from content.models import OutboxMessage
from content.outbox.delivery import Result
from funnels.services.erasure import erase
from funnels.services.presence import mark_unblocked
from funnels.services.unreachable import tell_instead
from partners import tenancy
from partners.models import Bot, Lead, Partner
from partners.queries import no_signals
from tests.factories import NOW, make_bot, make_lead, make_partner

pytestmark = pytest.mark.django_db
State, Lane = OutboxMessage.State, OutboxMessage.Lane


@pytest.fixture
def anna(settings: Settings) -> Bot:
    settings.OPERATOR_TELEGRAM_IDS = [11]
    return make_bot(make_partner("anna", name="Анна <Смирнова>", telegram_id=777))


def card(bot: Bot, key: str = "alert:1:777", **fields: Any) -> OutboxMessage:
    """A message to the partner that is just being sent."""
    lead = make_lead(bot.partner, first_name="Иван")
    values = {"source": "lead", "lane": Lane.ALERT, "chat_id": 777, "payload": {"text": "📱 <b>Иван</b>"}}
    with tenancy.all_partners():
        return OutboxMessage.objects.create(
            partner=bot.partner,
            bot=bot,
            lead=lead,
            dedupe_key=key,
            state=State.SENDING,
            created_at=NOW,
            not_before=NOW,
            **values | fields,
        )


def fail(message: OutboxMessage, reason: str = "blocked", state: str = State.FAILED) -> None:
    with tenancy.all_partners():
        settle(results=[Result(message.pk, state, reason)], blocked=[], now=NOW)


def told(bot: Bot) -> list[str]:
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.filter(chat_id=11, bot=bot, lane=Lane.ALERT)
        return [row.payload["text"] for row in rows]


def unreachable(bot: Bot) -> str:
    with tenancy.partner(bot.partner_id):
        return Partner.objects.get(pk=bot.partner_id).unreachable


@pytest.mark.parametrize(
    ("reason", "stored", "why"),
    [
        ("blocked", "blocked", "заблокировал своего бота"),
        ("Chat not found", "never_opened", "ещё не открывал своего бота"),
    ],
)
def test_the_operators_get_the_card(anna: Bot, reason: str, stored: str, why: str) -> None:
    fail(card(anna), reason)
    (text,) = told(anna)
    lines = text.split("\n")
    assert lines[:2] == ["⚠️ <b>Партнёр не получил сигнал</b>", "Чей лид: <b>Анна &lt;Смирнова&gt; (anna)</b>"]
    assert why in lines[2]
    assert lines[3:] == ["", "📱 <b>Иван</b>"]
    assert unreachable(anna) == stored


def test_once_per_card(anna: Bot) -> None:
    message = card(anna)
    fail(message)
    with tenancy.all_partners():
        OutboxMessage.objects.filter(pk=message.pk).update(state=State.SENDING)  # an operator sent it again
    fail(message)
    assert len(told(anna)) == 1


@pytest.mark.parametrize(
    ("fields", "reason", "state"),
    [
        ({"key": "remind:1:0:777"}, "blocked", State.FAILED),  # they have had the card
        ({"source": "digest"}, "blocked", State.FAILED),
        ({"lane": Lane.BROADCAST}, "blocked", State.FAILED),
        ({"chat_id": 778}, "blocked", State.FAILED),  # a helper
        ({}, "message is too long", State.FAILED),
        ({}, "", State.SENT),
        ({}, "no answer", State.UNKNOWN),
    ],
)
def test_nothing_else_is_passed_on(anna: Bot, fields: dict[str, Any], reason: str, state: str) -> None:
    fail(card(anna, **fields), reason, state)
    assert told(anna) == []


def test_helpers_without_a_partner_are_one_loss(anna: Bot) -> None:
    with tenancy.partner(anna.partner_id):
        Partner.objects.update(telegram_id=None)
    for chat_id in (778, 779):
        fail(card(anna, key=f"alert:1:{chat_id}", chat_id=chat_id))
    assert len(told(anna)) == 1
    assert unreachable(anna) == ""


def test_an_erased_card_is_not_told(anna: Bot) -> None:
    fail(card(anna, payload={"text": ""}))
    assert told(anna) == []


def test_a_refused_digest_marks_the_partner(anna: Bot) -> None:
    fail(card(anna, source="digest"))
    assert unreachable(anna) == "blocked"


def test_operators_who_cannot_be_reached_are_not_told_of_themselves(anna: Bot) -> None:
    fail(card(anna, chat_id=11, source="operators"))
    assert len(told(anna)) == 1
    assert unreachable(anna) == ""


def test_whoever_comes_back_is_reachable(anna: Bot) -> None:
    fail(card(anna))
    with tenancy.partner(anna.partner_id):
        mark_unblocked(partner_id=anna.partner_id, telegram_id=778, now=NOW)
    assert unreachable(anna) == "blocked"
    with tenancy.partner(anna.partner_id):
        mark_unblocked(partner_id=anna.partner_id, telegram_id=777, now=NOW)
    assert unreachable(anna) == ""


def test_the_operators_copy_is_erased_with_the_lead(anna: Bot) -> None:
    lead = make_lead(anna.partner)
    with tenancy.partner(anna.partner_id):
        tell_instead(partner=anna.partner, lead_id=lead.pk, key="a", card=Html("Иван"), why="no_telegram_id", now=NOW)
        assert "не указан его Telegram id" in OutboxMessage.objects.get().payload["text"]
        erase(lead=Lead.objects.select_related("partner").get(pk=lead.pk), now=NOW)
        row = OutboxMessage.objects.get()
    assert (row.state, row.payload) == (State.SKIPPED, {"text": ""})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"telegram_id": None}, "Telegram id"),
        ({"unreachable": "blocked"}, "blocked"),
        ({"unreachable": "never_opened"}, "never been opened"),
        ({"lead_notifications": False}, "switched"),
    ],
)
def test_what_the_admin_says(fields: dict[str, Any], words: str) -> None:
    with translation.override("en"):
        said = no_signals(Partner(**{"telegram_id": 777} | fields))
    assert (words in said) if words else said == ""
