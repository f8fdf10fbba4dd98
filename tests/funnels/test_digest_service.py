from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from content.models import OutboxMessage
from funnels.models import Alert, FunnelEvent
from funnels.queries import hot_leads, taken_leads
from funnels.services.day import day_figures
from funnels.services.digest import SHOWN, STALE, due_partners, send_digest
from funnels.services.erasure import erase
from funnels.services.milestones import refresh
from funnels.services.turn_rows import Person
from funnels.services.turns import Opened, Turn, Typed, take_turns
from funnels.tasks import send_digests
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import make_bot, make_lead, make_partner

pytestmark = pytest.mark.django_db

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=MOSCOW)  # the digest's hour
DAY = date(2026, 11, 21)
Kind = FunnelEvent.Kind


@pytest.fixture
def anna() -> Partner:
    partner = make_partner("anna", telegram_id=777, digest_due_at=NOW)
    make_bot(partner)
    return partner


def at(clock: str, day: date = DAY, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone)


def happened(lead: Lead, kind: str, when: datetime, **data: Any) -> None:
    with tenancy.all_partners():
        FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, data=data, at=when)


def came(partner: Partner, when: datetime, **fields: Any) -> Lead:
    lead = make_lead(partner, created_at=when, **fields)
    happened(lead, Kind.STARTED, when)
    return lead


def count(partner: Partner) -> None:
    """What the tick does."""
    with tenancy.all_partners():
        leads = list(Lead.objects.filter(partner=partner).values_list("pk", flat=True))
        refresh(lead_ids=leads, zones={partner.pk: ZoneInfo(partner.time_zone)})


def people(partner: Partner, day: date = DAY) -> dict[str, tuple[int, int]]:
    count(partner)
    with tenancy.partner(partner.pk):
        found = day_figures(partner_id=partner.pk, day=day)
    return {figure.metric: (figure.people, figure.week) for figure in found if figure.people or figure.week}


def send(partner: Partner, now: datetime = NOW) -> bool:
    count(partner)
    with tenancy.partner(partner.pk):
        return send_digest(partner_id=partner.pk, now=now)


def due_at(partner: Partner) -> datetime | None:
    with tenancy.partner(partner.pk):
        return Partner.objects.get(pk=partner.pk).digest_due_at


def sent(partner: Partner) -> list[OutboxMessage]:
    with tenancy.partner(partner.pk):
        return list(OutboxMessage.objects.order_by("pk"))


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────


def test_new_people_are_new_once(anna: Partner) -> None:
    lead = came(anna, at("12:00"))
    happened(lead, Kind.STARTED, at("13:00"))
    old = came(anna, at("12:00", DAY - timedelta(days=30)))
    happened(old, Kind.STARTED, at("14:00"))
    came(anna, at("12:00", DAY - timedelta(days=7)))
    came(anna, at("12:00", DAY - timedelta(days=8)))
    came(anna, at("00:00", DAY + timedelta(days=1)))
    came(make_partner(), at("12:00"))
    assert people(anna) == {"new": (1, 1)}


def test_people_are_counted_not_their_clicks(anna: Partner) -> None:
    first, second = (came(anna, at("12:00", date(2026, 1, 1))) for _ in range(2))
    for lead in (first, first, second):
        happened(lead, Kind.LINK_CLICKED, at("12:00"), slot="shop")
    happened(first, Kind.LINK_CLICKED, at("12:01"), slot="shop.weight")
    happened(first, Kind.LINK_CLICKED, at("12:02"), slot="registration")
    happened(second, Kind.LINK_CLICKED, at("12:03"), slot="blog")
    happened(second, Kind.LINK_CLICKED, at("12:03"), slot="shopping")
    for days in (1, 2):
        happened(first, Kind.LINK_CLICKED, at("12:00", DAY - timedelta(days=days)), slot="shop")
    happened(second, Kind.CONTACT_LEFT, at("13:00"), what="phone")
    happened(second, Kind.CONTACT_LEFT, at("13:01"), what="email")
    happened(second, Kind.BOT_BLOCKED, at("14:00"))
    happened(first, Kind.UNSUBSCRIBED, at("15:00"))
    assert people(anna) == {
        "orders": (1, 1),  # the first one went there two days before already
        "registrations": (1, 0),
        "contacts": (1, 0),
        "blocked": (1, 0),
        "unsubscribed": (1, 0),
    }


def test_yesterday_is_the_partners() -> None:
    partner = make_partner(time_zone="Asia/Vladivostok")
    came(partner, datetime(2026, 11, 20, 14, 30, tzinfo=UTC))  # 0:30 on the 21st
    came(partner, datetime(2026, 11, 21, 14, 30, tzinfo=UTC))  # 0:30 on the 22nd
    assert people(partner) == {"new": (1, 0)}


def test_the_day_of_the_clock_change_has_25_hours() -> None:
    partner, zone, day = make_partner(time_zone="Europe/Berlin"), ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
    for clock in ("00:00", "23:59"):
        came(partner, at(clock, day, zone))
    came(partner, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # 2:30, for the second time
    came(partner, at("00:00", day + timedelta(days=1), zone))
    assert people(partner, day) == {"new": (3, 0)}


# ── Who waits ────────────────────────────────────────────────────────────────────────────────────────────


def alert(lead: Lead, state: str = Alert.State.OPEN) -> None:
    with tenancy.all_partners():
        trigger = Alert.Trigger.CONTACT_LEFT
        Alert.objects.create(lead=lead, partner_id=lead.partner_id, trigger=trigger, day=DAY, at=NOW, state=state)


def test_who_is_hot_and_not_handled(anna: Partner) -> None:
    seen = [NOW - timedelta(minutes=minutes) for minutes in range(3)]
    never = make_lead(anna, score=51, last_seen_at=seen[1])
    news = make_lead(anna, score=80, status=Lead.Status.CONTACTED, last_seen_at=seen[0])
    gone = make_lead(anna, score=80, status=Lead.Status.UNSUBSCRIBED, last_seen_at=seen[2])
    done = make_lead(anna, score=80, status=Lead.Status.CONTACTED)
    for lead in (news, gone):
        alert(lead)
    alert(done, Alert.State.HANDLED)
    make_lead(anna, score=50)
    taken = make_lead(anna, score=80, taken_at=NOW)
    make_lead(anna, score=80, erased_at=NOW)
    make_lead(anna, score=80, status=Lead.Status.ORDERED)
    make_lead(make_partner(), score=80)
    with tenancy.partner(anna.pk):
        assert list(hot_leads(partner_id=anna.pk)) == [news, never, gone]
        assert list(taken_leads(partner_id=anna.pk)) == [taken]


def test_only_the_first_ones_have_buttons(anna: Partner) -> None:
    for _ in range(SHOWN + 1):
        make_lead(anna, score=60)
    assert send(anna)
    payload = sent(anna)[0].payload
    assert f"{SHOWN + 1} горячих лидов ждут ответа" in payload["text"]
    assert len(payload["buttons"]) == SHOWN + 1
    assert payload["buttons"][-1][0]["callback"] == "p:hot:0"


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_digest_and_the_next_is_planned(anna: Partner) -> None:
    came(anna, at("12:00"), first_name="<b>Иван")
    assert send(anna)
    assert not send(anna)
    (message,) = sent(anna)
    assert (message.chat_id, message.lane, message.source) == (777, OutboxMessage.Lane.ALERT, "digest")
    assert message.payload["text"].startswith("☀️ <b>Итоги за вчера, 21 ноября</b>\n\n👥 Новые люди: <b>1</b>")
    assert message.not_after == NOW + STALE
    assert due_at(anna) == NOW + timedelta(days=1)


def test_a_new_hour_brings_no_second_one_on_the_same_day(anna: Partner) -> None:
    came(anna, at("12:00"))
    assert send(anna)
    with tenancy.partner(anna.pk):
        Partner.objects.filter(pk=anna.pk).update(digest_at=time(18), digest_due_at=None)
    assert not send(anna, NOW + timedelta(hours=1))
    assert due_at(anna) == NOW + timedelta(hours=9)
    assert not send(anna, NOW + timedelta(hours=9))
    assert len(sent(anna)) == 1


def test_a_partner_without_a_due_date_gets_one(anna: Partner) -> None:
    with tenancy.partner(anna.pk):
        Partner.objects.filter(pk=anna.pk).update(digest_due_at=None)
    assert not send(anna, NOW - timedelta(hours=1))
    assert due_at(anna) == NOW


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (timedelta(hours=5), 1),
        (timedelta(hours=7), 0),
        (timedelta(days=3, hours=1), 1),
        (timedelta(days=3, hours=7), 0),
    ],
)
def test_an_outage_brings_one_digest_at_the_most(anna: Partner, late: timedelta, told: int) -> None:
    make_lead(anna, score=60)
    assert send(anna, NOW + late) is bool(told)
    assert len(sent(anna)) == told
    for message in sent(anna):  # of the newest of the days
        assert f"Итоги за вчера, {21 + late.days} ноября" in message.payload["text"]
    due = due_at(anna)
    assert due is not None
    assert NOW + late < due <= NOW + late + timedelta(days=1)
    assert due.astimezone(MOSCOW).time() == time(9)


def test_a_day_earlier_is_told_of_its_own_yesterday() -> None:
    """Due at 23:50, looked at after midnight: it is still about the day before."""
    partner = make_partner(telegram_id=777, digest_at=time(23, 50), digest_due_at=at("23:50", DAY))
    make_bot(partner)
    came(partner, at("12:00", DAY - timedelta(days=1)))
    assert send(partner, at("00:05", DAY + timedelta(days=1)))
    assert "Итоги за вчера, 20 ноября" in sent(partner)[0].payload["text"]


@pytest.mark.parametrize("fields", [{"telegram_id": None}, {"lead_notifications": False}])
def test_who_cannot_or_will_not_hear_gets_none(fields: dict[str, Any]) -> None:
    partner = make_partner(digest_due_at=NOW, **{"telegram_id": 777} | fields)
    make_bot(partner)
    make_lead(partner, score=60)
    assert not send(partner)
    assert sent(partner) == []
    assert due_at(partner) == NOW + timedelta(days=1)


def test_no_bot_no_digest() -> None:
    partner = make_partner(telegram_id=777, digest_due_at=NOW)
    make_lead(partner, score=60)
    assert not send(partner)


def test_a_calm_day_is_told_a_calm_week_is_not(anna: Partner) -> None:
    came(anna, at("12:00", DAY - timedelta(days=7)))
    assert send(anna)
    assert "Вчера было тихо" in sent(anna)[0].payload["text"]
    assert not send(anna, NOW + timedelta(days=1))
    assert len(sent(anna)) == 1


def test_the_tick_finds_who_is_due() -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    due = make_partner(telegram_id=777, digest_due_at=past)
    make_bot(due)
    unplanned = make_partner(digest_due_at=None)
    later = make_partner(digest_due_at=past + timedelta(days=1))
    make_lead(due, score=60)
    with tenancy.all_partners():
        assert due_partners(now=datetime.now(UTC)) == [due.pk, unplanned.pk]
    send_digests()
    assert len(sent(due)) == 1
    assert due_at(unplanned) is not None
    assert due_at(later) == later.digest_due_at
    with tenancy.all_partners():
        assert due_partners(now=datetime.now(UTC)) == []


def test_erasure_takes_the_name_off_the_digest(anna: Partner) -> None:
    lead = make_lead(anna, score=60, first_name="Аграфена")
    assert send(anna)
    with tenancy.partner(anna.pk):
        OutboxMessage.objects.update(state=OutboxMessage.State.SENT)
        erase(lead=Lead.objects.select_related("partner").get(pk=lead.pk), now=NOW)
    assert sent(anna)[0].payload == {"text": ""}


def test_another_partner_is_not_told(anna: Partner) -> None:
    make_lead(anna, score=60, first_name="Чужая")
    other = make_partner(telegram_id=778, digest_due_at=NOW)
    make_bot(other)
    came(other, at("12:00"))
    assert send(other)
    assert "buttons" not in sent(other)[0].payload


def test_what_goes_wrong_for_one_partner_keeps_nobody_waiting() -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    broken = make_partner(telegram_id=776, digest_due_at=past, time_zone="Mars/Base")
    due = make_partner(telegram_id=777, digest_due_at=past)
    make_bot(due)
    make_lead(due, score=60)
    send_digests()
    assert len(sent(due)) == 1
    with tenancy.partner(broken.pk):
        assert Partner.objects.get().digest_due_at == past  # what it had begun was rolled back


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("act", [Opened(), Typed("Здравствуйте")])
def test_whoever_comes_to_the_bot_is_new_on_that_day(anna: Partner, act: Opened | Typed) -> None:
    for minutes in (0, 5):
        with tenancy.partner(anna.pk):
            turn = Turn(Person(900, "Иван", "", "", ""), act)
            take_turns(partner_id=anna.pk, turns=[turn], now=at("12:00") + timedelta(minutes=minutes))
    assert people(anna) == {"new": (1, 0)}
