"""/my_stats and /my_leads in the partner's own chat: the numbers of the pages, and lists to page through."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.models import Rollup
from analytics.periods import last_days
from analytics.queries.overview import overview
from analytics.queries.tallies import Whose
from analytics.services import rollups
from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Message
from funnels.milestones import Did
from funnels.models import FunnelEvent
from funnels.panel_words import PanelCommand, PanelPress, decode_panel
from funnels.services.digest import digest_of
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Turn
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.factories import NOW, make_lead, make_partner

BOSS, HELPER = 777, 778
ZONE = "Asia/Vladivostok"  # seven hours ahead of Moscow: other days
DAY = timedelta(days=1)


@pytest.fixture
def boss(anna: Bot) -> Bot:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(
            telegram_id=BOSS, admin_telegram_ids=[HELPER], time_zone=ZONE, communication_style="ty"
        )
    forget_scripts()
    return anna


def answers(bot: Bot, act: PanelCommand | PanelPress, who: int = BOSS) -> Message | None:
    with tenancy.partner(bot.partner_id):
        visit = Visit(bot.partner_id, who, script_for(partner_id=bot.partner_id, now=NOW), NOW)
        said = desk.answer(visit, Turn(Person(who, "Анна", "", "", ""), act))
    return said[0] if said else None


def ask(bot: Bot, name: str, argument: str = "") -> Message:
    said = answers(bot, PanelCommand(name, argument))
    assert said is not None
    return said


def press(bot: Bot, message: Message, label: str) -> Message:
    button = next(b for row in message.buttons for b in row if b.text == label)
    act = decode_panel(button.callback)
    assert act is not None
    said = answers(bot, act)
    assert said is not None
    return said


def lived(bot: Bot, *events: tuple[str, datetime, dict[str, Any]], **fields: Any) -> Lead:
    lead = make_lead(bot.partner, **{"created_at": events[0][1] if events else NOW} | fields)
    with tenancy.all_partners():
        for kind, at, data in events:
            FunnelEvent.objects.create(partner=bot.partner, lead=lead, kind=kind, data=data, at=at)
        Rollup.objects.get_or_create(pk=1, defaults={"counted_at": NOW})
    rollups.count_leads([lead.pk], {bot.partner_id: ZONE})
    return lead


def clicks(bot: Bot, at: datetime) -> None:
    lived(bot, ("started", at, {}), ("link_clicked", at, {"slot": "shop"}))


def test_the_numbers_are_those_of_the_page_and_of_the_digest(boss: Bot) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo(ZONE))  # NOW is the evening of this day there
    clicks(boss, midnight - timedelta(minutes=1))  # yesterday, though in Moscow it was the same day
    clicks(boss, midnight)
    lived(boss, ("started", midnight, {}))
    lived(boss, ("started", NOW - 9 * DAY, {}))
    today = ask(boss, "/my_stats", "сегодня")
    assert "👥 Пришли: <b>2</b> · было 1" in today.text
    assert "🛒 Перешли к заказу: <b>1</b> · было 1" in today.text
    assert "Твоя статистика: 2 марта" in today.text
    assert f"Посчитано в {NOW.astimezone(ZoneInfo(ZONE)):%H:%M}" in today.text
    week = ask(boss, "/my_stats")
    assert "👥 Пришли: <b>3</b> · было 1" in week.text
    assert "24 февраля – 2 марта" in week.text
    with tenancy.partner(boss.partner_id):
        report = overview(Whose(boss.partner_id), last_days(7, midnight.date()))
        digest = digest_of(partner=Partner.objects.get(pk=boss.partner_id), day=midnight.date())
    assert report.deeds[Did.CAME].now == 3
    assert {figure.metric: figure.people for figure in digest.figures if figure.people} == {"new": 2, "orders": 1}


def test_the_periods_are_buttons_and_the_picture_shows_the_path(boss: Bot) -> None:
    clicks(boss, NOW)
    week = ask(boss, "/my_stats")
    assert week.image is not None
    assert week.image.png.startswith(b"\x89PNG")
    assert [b.text for row in week.buttons for b in row] == ["Сегодня", "Вчера", "• Неделя", "Месяц", "Год"]
    yesterday = press(boss, week, "Вчера")
    assert yesterday.edits
    assert yesterday.image is None
    assert "никто не приходил" in yesterday.text


@pytest.mark.parametrize("name", ["/my_stats", "/my_leads"])
def test_a_word_that_is_none_gets_the_list_of_them(boss: Bot, name: str) -> None:
    said = ask(boss, name, "<b>вчерась")
    assert "[[" not in said.text
    assert "вчерась" not in said.text
    assert name in said.text


def test_before_anything_was_counted(boss: Bot) -> None:
    assert "ещё считаются" in ask(boss, "/my_stats").text


def test_lists_of_leads(boss: Bot) -> None:
    for number in range(8):
        lived(boss, first_name=f"Лид <{number}>", created_at=NOW - number * DAY)
    hot = lived(boss, first_name="Горячая", score=70, phone="+79990000000", pain="weight", created_at=NOW - 30 * DAY)
    make_lead(make_partner(), first_name="Чужой")
    every = ask(boss, "/my_leads")
    assert "· 9" in every.text
    assert "Страница 1 из 2" in every.text
    older = press(boss, every, "Раньше ›")
    assert "Горячая · 70 баллов" in [b.text for row in older.buttons for b in row]
    assert press(boss, older, "‹ Новее").text == every.text
    for word in ("Горячие", "с телефоном", "похудеть", "ждут", "HOT"):
        only = ask(boss, "/my_leads", word)
        assert next(b.callback for row in only.buttons for b in row) == f"p:card:{hot.pk}", word
        assert "· 1" in only.text
    assert "· 8" in press(boss, every, "Новые за неделю").text
    assert "Таких пока нет" in press(boss, every, "Бизнес").text


def test_a_card_from_a_list_shouts_only_of_what_happened(boss: Bot) -> None:
    lived(boss, first_name="Тихая", score=5)
    shown = ask(boss, "/my_leads")
    card = press(boss, shown, "Тихая · 5 баллов")
    assert card.text.startswith("👤 <b>КАРТОЧКА ЛИДА</b>")
    assert "АКТИВНОСТЬ" not in card.text


def test_helpers_have_them(boss: Bot) -> None:
    lived(boss, first_name="Иван")
    for name in ("/my_stats", "/my_leads"):
        assert answers(boss, PanelCommand(name), HELPER)
        assert name.removeprefix("/") in dict(desk.described("helper"))
