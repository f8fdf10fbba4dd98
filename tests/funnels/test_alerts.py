"""Alerts: once per lead, trigger and day of the partner's zone; the row in any case, the message to who wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from content.models import OutboxMessage
from funnels.callbacks import Press
from funnels.dialogue import Agree, Card
from funnels.models import Alert, FunnelVersion
from funnels.services.alerts import raise_again, raise_alert, readers_of, settle
from funnels.services.clicks import Tracked, follow
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed, take_turns
from funnels.wishes import COMMANDS
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner

IVAN = Person(1, "Иван", username="ivan")
Trigger = Alert.Trigger
MINUTE = timedelta(minutes=1)


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    partner = make_partner(telegram_id=777, admin_telegram_ids=[778, 777])
    make_bot(partner)
    return partner


def raised(lead: Lead, now: datetime = NOW, trigger: Trigger = Trigger.CONTACT_LEFT) -> bool:
    with tenancy.partner(lead.partner_id):
        found = Lead.objects.select_related("partner", "first_link", "last_link").get(pk=lead.pk)
        return raise_alert(lead=found, trigger=trigger, now=now) is not None


def told(partner: Partner) -> list[tuple[int, str]]:
    """Who got which headline, in order."""
    with tenancy.partner(partner.pk):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.ALERT).order_by("pk")
        return [(row.chat_id, row.payload["text"].splitlines()[0]) for row in rows]


def alerts(partner: Partner) -> list[tuple[str, str]]:
    with tenancy.partner(partner.pk):
        return list(Alert.objects.order_by("pk").values_list("trigger", "state"))


def act(partner: Partner, *acts: Act, now: datetime = NOW) -> None:
    for number, one in enumerate(acts):
        with tenancy.partner(partner.pk):
            turn = Turn(IVAN, one, update_id=int(now.timestamp()) + number)
            take_turns(partner_id=partner.pk, turns=[turn], now=now)


def test_the_partner_and_the_helpers_are_told_once(partner: Partner) -> None:
    lead = make_lead(partner)
    assert [raised(lead), raised(lead), raised(lead, NOW + MINUTE)] == [True, False, False]
    headline = "📱 <b>ОСТАВИЛ КОНТАКТ</b>"
    assert told(partner) == [(777, headline), (778, headline)]
    assert raised(lead, trigger=Trigger.LINK_CLICKED)
    assert raised(make_lead(partner))
    assert len(told(partner)) == 6


def test_a_day_is_one_of_the_partners_zone(partner: Partner) -> None:
    with tenancy.all_partners():
        Partner.objects.update(time_zone="Asia/Vladivostok")  # UTC+10
    lead = make_lead(partner)
    evening = datetime(2026, 3, 2, 13, 59, tzinfo=UTC)
    assert [raised(lead, evening), raised(lead, evening + MINUTE), raised(lead, evening + 2 * MINUTE)] == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"lead_notifications": False}, {"telegram_id": None, "admin_telegram_ids": []}])
def test_the_row_is_made_although_nobody_is_told(partner: Partner, fields: dict[str, Any]) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(**fields)
    assert raised(make_lead(partner))
    assert alerts(partner) == [("contact_left", "open")]
    assert told(partner) == []


def test_helpers_are_told_when_the_partner_has_no_telegram(partner: Partner) -> None:
    partner.telegram_id = None
    assert readers_of(partner) == (778, 777)


def test_nobody_hears_of_the_erased(partner: Partner) -> None:
    assert not raised(make_lead(partner, erased_at=NOW))
    assert alerts(partner) == []


def test_what_must_not_be_missed_opens_the_alert_again(partner: Partner) -> None:
    lead = make_lead(partner)
    asked: dict[str, Any] = {"trigger": Trigger.QUESTION_UNANSWERED, "headline": "question_unanswered", "now": NOW}
    with tenancy.partner(partner.pk):
        lead = Lead.objects.select_related("partner").get(pk=lead.pk)
        raise_again(lead=lead, key="question:1", **asked)
        settle(lead=lead, state=Alert.State.HANDLED, now=NOW)
        raise_again(lead=lead, key="question:2", **asked)
        raise_again(lead=lead, key="question:2", **asked)  # the same update, once more
    assert alerts(partner) == [("question_unanswered", "open")]
    assert [chat for chat, _headline in told(partner)] == [777, 778, 777, 778]


# What raises them


def test_a_contact_and_what_is_added_to_it(partner: Partner) -> None:
    act(partner, Opened(), COMMANDS["/contact"], Agree("data", 1), Card("+79161234567", own=True))
    act(partner, Typed("ivan@mail.example"), now=NOW + MINUTE)
    mine = [headline for chat, headline in told(partner) if chat == 777]
    assert mine == ["📱 <b>ОСТАВИЛ КОНТАКТ</b>", "✏️ <b>ДОПОЛНИЛ КОНТАКТ</b>"]
    assert alerts(partner) == [("contact_left", "open")]
    with tenancy.partner(partner.pk):
        card = OutboxMessage.objects.order_by("pk").first()
        assert card is not None
        assert "+20 оставил(а) телефон, только что" in card.payload["text"]


def test_a_question_to_the_partner_is_on_the_card(partner: Partner) -> None:
    act(partner, Opened(), COMMANDS["/support"], Typed("Где мой <заказ>?"))
    act(partner, COMMANDS["/support"], Typed("Ау?"), now=NOW + MINUTE)
    assert [headline for chat, headline in told(partner) if chat == 777] == ["❓ <b>НУЖЕН ОТВЕТ</b>"] * 2
    with tenancy.partner(partner.pk):
        first, second = OutboxMessage.objects.filter(chat_id=777).order_by("pk")
    assert first.payload["text"].endswith("<blockquote>Где мой &lt;заказ&gt;?</blockquote>")
    assert second.payload["text"].endswith("<blockquote>Ау?</blockquote>")


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("shop", ["link_clicked"]),
        ("shop.collagen", ["link_clicked"]),
        ("registration", ["registration_started"]),
        ("blog", []),
    ],
)
def test_a_click(partner: Partner, sample: FunnelVersion, slot: str, expected: list[str]) -> None:
    lead = make_lead(partner)
    with tenancy.partner(partner.pk):
        for now in (NOW, NOW + MINUTE):
            follow(tracked=Tracked(partner.pk, lead.pk, sample.pk, "shake", slot), counts=True, now=now)
    assert [trigger for trigger, _state in alerts(partner)] == expected
    with tenancy.partner(partner.pk):
        assert Lead.objects.get(pk=lead.pk).score == 20


def test_an_old_link_of_an_erased_person(partner: Partner, sample: FunnelVersion) -> None:
    lead = make_lead(partner, erased_at=NOW)
    with tenancy.partner(partner.pk):
        follow(tracked=Tracked(partner.pk, lead.pk, sample.pk, "shake", "shop"), counts=True, now=NOW)
        assert (Lead.objects.get(pk=lead.pk).score, Alert.objects.count()) == (0, 0)


def test_a_look_ahead_of_a_browser_raises_nothing(partner: Partner, sample: FunnelVersion) -> None:
    lead = make_lead(partner)
    with tenancy.partner(partner.pk):
        follow(tracked=Tracked(partner.pk, lead.pk, sample.pk, "shake", "shop"), counts=False, now=NOW)
    assert alerts(partner) == []


def test_an_ordinary_turn_tells_nobody(partner: Partner, sample: FunnelVersion) -> None:
    act(partner, Opened(), Press(sample.pk, "start", "0"), Typed("А это не больно?"))
    assert (alerts(partner), told(partner)) == ([], [])
