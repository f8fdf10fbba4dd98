from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django import Settings

from content.models import OutboxMessage
from funnels.models import Alert, FunnelVersion
from funnels.services.alerts import raise_again, raise_alert
from funnels.services.erasure import erase
from funnels.services.reminders import due_partners, remind, remind_later
from funnels.services.statuses import handled
from funnels.services.takeover import take
from funnels.tasks import repeat_alerts
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import make_bot, make_lead, make_partner

pytestmark = pytest.mark.django_db

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=MOSCOW)
MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
Trigger, State = Alert.Trigger, Alert.State
REPEATED, WISHED = "🔁 <b>Ещё не обработан</b>\n", "⏰ <b>Вы просили напомнить</b>\n"


@pytest.fixture
def lead(sample: FunnelVersion) -> Lead:
    """A hot one, of a partner who works from 9 to 21 in Moscow."""
    partner = make_partner("anna", telegram_id=777)
    make_bot(partner)
    return make_lead(partner, score=60, first_name="Иван", username="ivan")


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("partner", "first_link", "last_link").get(pk=lead.pk)


def alert(lead: Lead, trigger: Alert.Trigger = Trigger.CONTACT_LEFT, at: datetime = NOON) -> None:
    with tenancy.partner(lead.partner_id):
        assert raise_alert(lead=fresh(lead), trigger=trigger, now=at) is not None


def tick(lead: Lead, at: datetime) -> int:
    with tenancy.partner(lead.partner_id):
        return remind(partner_id=lead.partner_id, now=at)


def later(lead: Lead, at: datetime) -> str:
    with tenancy.partner(lead.partner_id):
        message = remind_later(lead=fresh(lead), now=at)
    assert message.edits
    assert [f"p:later:{lead.pk}"] == [b.callback for row in message.buttons for b in row if "later" in b.callback]
    return message.text


def told(lead: Lead, chat_id: int = 777) -> list[str]:
    """What the partner was reminded of."""
    with tenancy.partner(lead.partner_id):
        rows = OutboxMessage.objects.filter(chat_id=chat_id, dedupe_key__startswith="remind:").order_by("pk")
        return [row.payload["text"] for row in rows]


def alerts(lead: Lead) -> list[Alert]:
    with tenancy.partner(lead.partner_id):
        return list(Alert.objects.filter(lead=lead).order_by("at", "pk"))


def change(lead: Lead, **fields: Any) -> None:
    with tenancy.partner(lead.partner_id):
        Lead.objects.filter(pk=lead.pk).update(**fields)


def change_partner(lead: Lead, **fields: Any) -> None:
    with tenancy.partner(lead.partner_id):
        Partner.objects.filter(pk=lead.partner_id).update(**fields)


# ── The repeat ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_hot_lead_is_told_again_once(lead: Lead) -> None:
    alert(lead)
    assert tick(lead, NOON + QUARTER - MINUTE) == 0
    assert tick(lead, NOON + QUARTER) == 1
    (text,) = told(lead)
    assert text.startswith(f"{REPEATED}📱 <b>ОСТАВИЛ КОНТАКТ</b>")
    for minutes in (1, 15, 60 * 24):
        assert tick(lead, NOON + QUARTER + minutes * MINUTE) == 0
    assert len(told(lead)) == 1
    assert [(row.remind_at, row.reminders, row.state) for row in alerts(lead)] == [(None, 1, State.OPEN)]


def test_the_card_keeps_its_buttons_and_the_helper_hears_it_too(lead: Lead) -> None:
    change_partner(lead, admin_telegram_ids=[778])
    alert(lead)
    tick(lead, NOON + QUARTER)
    assert told(lead) == told(lead, 778) != []
    with tenancy.partner(lead.partner_id):
        first, again = OutboxMessage.objects.filter(chat_id=777).order_by("pk")
    assert again.payload["buttons"] == first.payload["buttons"]
    assert (again.lane, again.source, again.lead_id) == (OutboxMessage.Lane.ALERT, "lead", lead.pk)


def test_alerts_of_one_lead_are_one_message(lead: Lead) -> None:
    alert(lead)
    alert(lead, Trigger.LINK_CLICKED, NOON + 14 * MINUTE)
    assert tick(lead, NOON + QUARTER) == 1
    (text,) = told(lead)
    assert text.startswith(f"{REPEATED}🛒 <b>ПЕРЕШЁЛ К ЗАКАЗУ</b>")  # the newest of them
    assert tick(lead, NOON + HOUR) == 0
    assert [row.reminders for row in alerts(lead)] == [1, 1]


def test_two_leads_are_two_messages(lead: Lead) -> None:
    other = make_lead(lead.partner, score=90)
    for one in (lead, other):
        alert(one)
    assert tick(lead, NOON + QUARTER) == 2
    assert len(told(lead)) == 2


@pytest.mark.parametrize(
    ("raised", "due"),
    [("20:50", "09:00"), ("03:00", "09:00"), ("08:50", "09:05")],
)
def test_outside_working_hours_it_waits_for_their_beginning(lead: Lead, raised: str, due: str) -> None:
    at = datetime.combine(NOON.date(), time.fromisoformat(raised), MOSCOW)
    alert(lead, at=at)
    again = datetime.combine(NOON.date() + timedelta(days=raised == "20:50"), time.fromisoformat(due), MOSCOW)
    assert tick(lead, again - MINUTE) == 0
    assert tick(lead, again) == 1


def test_hours_that_changed_meanwhile_hold(lead: Lead) -> None:
    alert(lead)
    change_partner(lead, work_from=time(14))
    assert tick(lead, NOON + QUARTER) == 0
    assert tick(lead, NOON + 2 * HOUR) == 1


def test_an_outage_into_the_night_disturbs_nobody(lead: Lead) -> None:
    alert(lead)
    assert tick(lead, NOON + 11 * HOUR) == 0
    assert tick(lead, NOON + 20 * HOUR) == 0
    assert tick(lead, NOON + 21 * HOUR) == 1


def test_whoever_was_handled_is_not_told_again(lead: Lead) -> None:
    alert(lead)
    with tenancy.partner(lead.partner_id):
        handled(lead=fresh(lead), now=NOON + MINUTE)
    assert tick(lead, NOON + HOUR) == 0
    assert told(lead) == []


@pytest.mark.parametrize(
    "change_it",
    [
        lambda lead: change(lead, score=50),
        lambda lead: change(lead, erased_at=NOON),
        lambda lead: change(lead, taken_at=NOON),
        lambda lead: change_partner(lead, lead_notifications=False),
        lambda lead: change_partner(lead, telegram_id=None),
    ],
    ids=["cold", "erased", "taken", "muted", "unreachable"],
)
def test_who_is_not_told_again(lead: Lead, change_it: Any) -> None:
    alert(lead)
    change_it(lead)
    assert tick(lead, NOON + QUARTER) == 0
    assert told(lead) == []
    assert [(row.remind_at, row.reminders) for row in alerts(lead)] == [(None, 0)]
    with tenancy.all_partners():
        assert due_partners(now=NOON + HOUR) == []  # and the tick does not look at it for ever


def test_an_alert_that_opens_again_is_told_again(lead: Lead) -> None:
    alert(lead, Trigger.QUESTION_UNANSWERED)
    tick(lead, NOON + QUARTER)
    with tenancy.partner(lead.partner_id):
        handled(lead=fresh(lead), now=NOON + HOUR)
        raise_again(
            lead=fresh(lead),
            trigger=Trigger.QUESTION_UNANSWERED,
            headline="question_unanswered",
            key="question:2",
            now=NOON + 2 * HOUR,
        )
    assert tick(lead, NOON + 2 * HOUR + QUARTER) == 1
    assert len(told(lead)) == 2


# ── The wish ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wish_is_promised_and_kept(lead: Lead) -> None:
    alert(lead)
    text = later(lead, NOON + 10 * MINUTE)
    assert text.startswith("📱 <b>ОСТАВИЛ КОНТАКТ</b>")
    assert text.endswith("\n\n😴 Напомню в 15:10")
    assert tick(lead, NOON + HOUR) == 0  # instead of the repeat
    assert tick(lead, NOON + 3 * HOUR + 10 * MINUTE) == 1
    assert [text.startswith(WISHED) for text in told(lead)] == [True]
    assert tick(lead, NOON + 9 * HOUR) == 0


def test_a_wish_of_the_evening_comes_in_the_morning(lead: Lead) -> None:
    alert(lead)
    assert later(lead, NOON + 7 * HOUR).endswith("😴 Напомню завтра в 9:00")
    assert tick(lead, NOON + 20 * HOUR) == 0
    assert tick(lead, NOON + 21 * HOUR) == 1


def test_a_second_press_only_moves_it(lead: Lead) -> None:
    alert(lead)
    later(lead, NOON)
    assert later(lead, NOON + HOUR).endswith("Напомню в 16:00")
    assert tick(lead, NOON + 3 * HOUR) == 0
    assert tick(lead, NOON + 4 * HOUR) == 1


def test_a_wish_holds_for_whom_the_repeat_does_not(lead: Lead) -> None:
    alert(lead)
    later(lead, NOON)
    change(lead, score=10, taken_at=NOON)
    change_partner(lead, lead_notifications=False)
    assert tick(lead, NOON + 3 * HOUR) == 1


def test_a_wish_stands_beside_the_repeat_of_a_newer_alert(lead: Lead) -> None:
    alert(lead)
    later(lead, NOON)
    alert(lead, Trigger.LINK_CLICKED, NOON + HOUR)
    assert tick(lead, NOON + HOUR + QUARTER) == 1
    assert tick(lead, NOON + 3 * HOUR) == 1
    assert [text.split("\n")[0] for text in told(lead)] == [REPEATED.strip(), WISHED.strip()]


def test_a_wish_opens_what_was_handled(lead: Lead) -> None:
    alert(lead)
    with tenancy.partner(lead.partner_id):
        handled(lead=fresh(lead), now=NOON)
    later(lead, NOON + HOUR)
    assert [row.state for row in alerts(lead)] == [State.OPEN]
    assert tick(lead, NOON + 4 * HOUR) == 1


def test_a_wish_without_any_alert(lead: Lead) -> None:
    later(lead, NOON)
    assert tick(lead, NOON + 3 * HOUR) == 1


def test_what_is_handled_before_the_wish_is_due_stays_silent(lead: Lead) -> None:
    alert(lead)
    later(lead, NOON)
    with tenancy.partner(lead.partner_id):
        handled(lead=fresh(lead), now=NOON + HOUR)
    assert tick(lead, NOON + 3 * HOUR) == 0


def test_a_dialogue_taken_needs_no_repeat(lead: Lead) -> None:
    alert(lead)
    with tenancy.partner(lead.partner_id):
        take(lead=fresh(lead), now=NOON)
    assert tick(lead, NOON + QUARTER) == 0


# ── Who cannot be told ───────────────────────────────────────────────────────────────────────────────────


def test_without_a_telegram_id_the_operators_hear_once(lead: Lead, settings: Settings) -> None:
    settings.OPERATOR_TELEGRAM_IDS = [11]
    change_partner(lead, telegram_id=None)
    alert(lead)
    assert tick(lead, NOON + QUARTER) == 0
    with tenancy.partner(lead.partner_id):
        (row,) = OutboxMessage.objects.all()
    assert (row.chat_id, row.lead_id) == (11, lead.pk)
    assert "не указан его Telegram id" in row.payload["text"]
    assert "📱 <b>ОСТАВИЛ КОНТАКТ</b>" in row.payload["text"]


def test_an_erased_lead_is_gone_from_the_reminders(lead: Lead) -> None:
    alert(lead)
    later(lead, NOON)
    with tenancy.partner(lead.partner_id):
        erase(lead=fresh(lead), now=NOON + HOUR)
    assert tick(lead, NOON + 3 * HOUR) == 0


def test_the_task_reminds_of_what_is_due(lead: Lead) -> None:
    change_partner(lead, work_from=time(0), work_to=time(0))
    alert(lead, at=datetime.now(UTC) - HOUR)
    other = make_partner(telegram_id=778)
    repeat_alerts()
    repeat_alerts()
    assert len(told(lead)) == 1
    with tenancy.partner(other.pk):
        assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)  # another connection must see the rows
def test_two_ticks_at_once_tell_it_once(sample: FunnelVersion) -> None:
    partner = make_partner("anna", telegram_id=777)
    make_bot(partner)
    lead = make_lead(partner, score=60)
    alert(lead)
    alert(lead, Trigger.LINK_CLICKED, NOON + MINUTE)
    counts: list[int] = []
    holding, done = threading.Event(), threading.Event()

    def first() -> None:
        with tenancy.partner(partner.pk):
            counts.append(remind(partner_id=partner.pk, now=NOON + QUARTER))
            holding.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert holding.wait(60)
    counts.append(tick(lead, NOON + HOUR))
    done.set()
    thread.join(60)
    counts.append(tick(lead, NOON + HOUR))
    assert counts == [1, 0, 0]
    assert len(told(lead)) == 1
