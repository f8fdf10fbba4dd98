"""What the lead's page tells of the sequences: the step, the next time in the lead's zone, why it ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from funnels.models import Enrollment
from funnels.progress_lead import duration, standings, when
from funnels.services import enrollments, pauses
from partners import tenancy
from partners.models import Bot, Lead
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, publish, sequence_text, tick_at
from tests.personas import client_of, colleague, operator, owner, stranger

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def told(bot: Bot, lead: Lead, now: datetime = NOON) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        lead = Lead.objects.select_related("partner").get(pk=lead.pk)
        return [(row.progress, row.next) for row in standings(lead, now).rows]


def test_the_step_and_the_next_time_in_the_partners_zone(bot: Bot) -> None:
    lead = make_walker(bot)
    assert told(bot, lead) == []
    enter(bot, lead)
    assert told(bot, lead) == [("шаг 1 из 2", "следующее завтра в 12:00")]
    tick_at(bot, NOON + DAY)
    assert told(bot, lead, NOON + DAY) == [("шаг 2 из 2", "следующее завтра в 10:00")]


def test_the_leads_own_zone_where_the_phone_tells_it(bot: Bot) -> None:
    lead = make_walker(bot, phone="+77272583456")  # Almaty: two hours later
    enter(bot, lead)
    assert told(bot, lead) == [("шаг 1 из 2", "следующее завтра в 14:00")]
    with tenancy.partner(bot.partner_id):
        found = standings(lead, NOON)
    assert (found.zone, found.zone_is_the_leads) == ("Asia/Almaty", True)


def test_silence_and_quiet_hours_are_counted_in(bot: Bot) -> None:
    lead = make_walker(bot)
    enter(bot, lead)
    with tenancy.partner(bot.partner_id):
        Lead.objects.filter(pk=lead.pk).update(snoozed_until=NOON + 7 * DAY + 12 * HOUR)
    [(_progress, words)] = told(bot, lead)
    assert words == "следующее 10 марта в 10:00: до этого просили тишины"


def test_a_pause_tells_what_is_left(bot: Bot) -> None:
    lead = make_walker(bot)
    enter(bot, lead)
    with tenancy.partner(bot.partner_id):
        pauses.pause(partner_id=bot.partner_id, sequence="weight", now=NOON + 20 * HOUR)
    assert told(bot, lead) == [("шаг 1 из 2", "на паузе; потом ждать ещё 4 ч")]


def test_why_it_ended_and_when(bot: Bot) -> None:
    lead = make_walker(bot)
    enter(bot, lead)
    tick_at(bot, NOON + DAY)
    with tenancy.partner(bot.partner_id):
        enrollments.leave(lead_id=lead.pk, reason=Enrollment.Exit.CONTACT, now=NOON + DAY)
    assert told(bot, lead) == [("сообщений: 1 из 2", "оставил(а) контакт, 3 марта 2026, 12:00")]


def test_a_text_that_became_shorter(bot: Bot) -> None:
    lead = make_walker(bot)
    enter(bot, lead)
    tick_at(bot, NOON + DAY)
    publish(sequence_text().partition("  - key: second")[0], number=2)
    assert told(bot, lead, NOON + DAY) == [("", "сообщений не осталось: текст сократили")]


def test_the_page_shows_the_next_text_as_the_lead_will_read_it(bot: Bot) -> None:
    lead = make_walker(bot, first_name="<b>Иван")
    enter(bot, lead)
    url = reverse("admin:partners_lead_change", args=[lead.pk])
    for user in (operator(), owner(bot.partner), colleague(bot.partner)):
        text = client_of(user).get(url).content.decode()
        assert "шаг 1 из 2" in text
        assert "Первое, &lt;b&gt;Иван" in text
    assert client_of(stranger()).get(url).status_code == 404


def test_days_have_names() -> None:
    now = datetime(2026, 3, 2, 23, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    assert [when(now + hours * HOUR, now) for hours in (0, 11, 35)] == [
        "сегодня в 23:00",
        "завтра в 10:00",
        "4 марта в 10:00",
    ]
    assert [duration(timedelta(minutes=minutes)) for minutes in (5, 60, 47 * 60 + 59, 52 * 60)] == [
        "5 мин",
        "1 ч",
        "47 ч",
        "2 д 4 ч",
    ]
