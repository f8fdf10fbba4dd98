"""/my_settings: each value by a button or typed; what cannot be read changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest

from botrunner.panel.settings_fields import FIELDS
from funnels.services.script import forget_scripts
from funnels.settings_reading import CITIES, read_clock, read_hours, read_zone
from partners import tenancy
from partners.models import AuditEntry, Bot, Partner
from tests.botrunner.panel_chat import PanelChat
from tests.factories import NOW, make_bot, make_partner
from tests.network import publish_network

OWNER = 777
STORY = "Пришла за энергией <b>, осталась ради людей."


@pytest.fixture
def bot(db: None) -> Iterator[Bot]:
    publish_network()
    yield make_bot(make_partner("anna", telegram_id=OWNER, name="Анна", story=STORY))
    forget_scripts()


@pytest.fixture
def chat(bot: Bot) -> PanelChat:
    chat = PanelChat(bot, OWNER)
    chat.command("/my_settings")
    return chat


def stored(bot: Bot) -> Partner:
    with tenancy.all_partners():
        return Partner.objects.get(pk=bot.partner_id)


def test_everything_is_shown(chat: PanelChat) -> None:
    for shown in (
        "Имя: Анна", "энергией &lt;b&gt;", "https://anna.example/shop", "https://anna.example/join", "на вы",
        "Сводка дня: 09:00", "09:00–21:00", "21:00–10:00", "Москва", "включены",
    ):  # fmt: skip
        assert shown in chat.text
    assert len(chat.labels) == len(FIELDS)


@pytest.mark.parametrize("key", FIELDS)
def test_each_field_opens_and_goes_back(chat: PanelChat, key: str) -> None:
    overview = chat.text
    chat.press_data(f"p:set:0:{key}")
    assert "{" not in chat.text
    for row in chat.said[-1].buttons:
        for button in row:
            assert len(button.callback.encode()) <= 64
    assert chat.press("← Назад") == overview


@pytest.mark.parametrize("key", FIELDS)
def test_every_choice_is_taken(bot: Bot, key: str) -> None:
    chat = PanelChat(bot, OWNER)
    chat.press_data(f"p:set:0:{key}")
    offered = [button.callback for row in chat.said[-1].buttons[:-1] for button in row]
    for data in offered:
        before = stored(bot).__dict__
        chat.press_data(data)
        assert "настройки</b>" in chat.text
        chosen = FIELDS[key].chosen(data.rpartition(f"{key}.")[2])
        assert chosen is not None
        assert {name: getattr(stored(bot), name) for name in chosen} == dict(chosen), before


@pytest.mark.parametrize(
    ("key", "text", "values"),
    [
        ("name", "  Анна Смирнова ", {"name": "Анна Смирнова"}),
        ("story", "Раз.\n\nДва.", {"story": "Раз.\n\nДва."}),
        ("shop", "https://nl.example/anna", {"shop_link": "https://nl.example/anna"}),
        ("registration", "https://nl.example/join", {"registration_link": "https://nl.example/join"}),
        ("digest", "8:30", {"digest_at": time(8, 30)}),
        ("work", "с 10 до 20", {"work_from": time(10), "work_to": time(20)}),
        ("quiet", "22:30 – 9:00", {"quiet_from": time(22, 30), "quiet_to": time(9)}),
        ("zone", "якутск", {"time_zone": "Asia/Yakutsk"}),
        ("zone", "europe/paris", {"time_zone": "Europe/Paris"}),
    ],
)
def test_typed(chat: PanelChat, bot: Bot, key: str, text: str, values: dict[str, Any]) -> None:
    chat.press_data(f"p:set:0:{key}")
    chat.write(text)
    assert "Сохранено" in chat.said[0].text
    assert {name: getattr(stored(bot), name) for name in values} == values
    with tenancy.all_partners():
        entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.after.keys()) == ("Telegram 777", values.keys())
    chat.write("Просто вопрос")
    assert {name: getattr(stored(bot), name) for name in values} == values


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("name", "две\nстроки", "Имя — одна строка"),
        ("name", "я" * 121, "Имя — одна строка"),
        ("name", "Анна\x07", "Имя — одна строка"),
        ("story", "я" * 4_001, "История не длиннее"),
        ("shop", "nl.example", "не похоже на ссылку"),
        ("shop", "http://nl.example/anna", "не похоже на ссылку"),
        ("shop", "https://user:password@nl.example/", "не похоже на ссылку"),
        ("registration", "https://" + "a" * 600 + ".example", "не похоже на ссылку"),
        ("digest", "утром", "Время не читается"),
        ("digest", "25:00", "Время не читается"),
        ("work", "с утра", "Нужны начало и конец"),
        ("quiet", "22:00–22:00", "начало и конец не могут совпадать"),
        ("zone", "Луна", "Такого пояса нет"),
    ],
)
def test_what_is_wrong_changes_nothing_and_can_be_typed_again(
    chat: PanelChat, bot: Bot, key: str, text: str, told: str
) -> None:
    before = {field.name: getattr(stored(bot), field.name) for field in Partner._meta.fields}
    chat.press_data(f"p:set:0:{key}")
    for _twice in range(2):
        assert told in chat.write(text)
    assert {field.name: getattr(stored(bot), field.name) for field in Partner._meta.fields} == before
    assert "всё остаётся как было" in chat.cancel()


def test_the_end_of_a_story_that_telegram_has_cut_is_no_story(chat: PanelChat, bot: Bot) -> None:
    before = stored(bot).story
    chat.press_data("p:set:0:story")
    assert "История не длиннее" in chat.write("я" * 4_096)
    assert "История не длиннее" in chat.write("и так далее")
    assert stored(bot).story == before
    chat.later(chat.now + timedelta(seconds=10))
    chat.write("Короткая история")
    assert stored(bot).story == "Короткая история"


def test_the_bot_speaks_in_the_new_style_at_once(chat: PanelChat, bot: Bot) -> None:
    chat.press("ты / вы")
    assert "Твои настройки" in chat.press("на ты")
    assert stored(bot).communication_style == "ty"
    assert "Твоя панель" not in chat.text


def test_hours_that_end_where_they_begin(bot: Bot) -> None:
    with tenancy.all_partners():
        hours = dict.fromkeys(("work_from", "work_to", "quiet_from", "quiet_to"), time(0))
        Partner.objects.update(**hours)
    said = PanelChat(bot, OWNER).command("/my_settings")
    assert "Рабочие часы: круглосуточно" in said
    assert "Тихие часы для лидов: нет" in said


def test_a_story_and_the_registration_may_go_but_not_the_shop(chat: PanelChat, bot: Bot) -> None:
    for label in ("История", "Регистрация"):
        chat.command("/my_settings")
        chat.press(label)
        chat.press("Убрать")
    assert (stored(bot).story, stored(bot).registration_link) == ("", "")
    chat.press_data("p:set_to:0:shop.empty")
    assert stored(bot).shop_link


@pytest.mark.parametrize("argument", ["", "x", "set.on", "digest.99", "zone.moon", "style.xx", "quiet.22-22"])
def test_a_forged_choice_changes_nothing(chat: PanelChat, bot: Bot, argument: str) -> None:
    before = stored(bot).__dict__ | {"_state": None}
    chat.press_data("p:set_to:0" + (f":{argument}" if argument else ""))
    assert stored(bot).__dict__ | {"_state": None} == before
    assert "настройки</b>" in chat.text


def test_another_digest_hour_plans_it_anew(chat: PanelChat, bot: Bot) -> None:
    with tenancy.all_partners():
        Partner.objects.update(digest_due_at=NOW)
    chat.press("Сводка дня")
    chat.press("07:00")
    assert stored(bot).digest_due_at is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [("9", time(9)), ("09:30", time(9, 30)), ("8.05", time(8, 5)), ("в 21", time(21)), ("0700", time(7)),
     ("9 часов", time(9)), ("9:60", None), ("", None), ("9-18", None), ("٩", None)],
)  # fmt: skip
def test_clocks(text: str, clock: time | None) -> None:
    assert read_clock(text) == clock


@pytest.mark.parametrize(
    ("text", "hours"),
    [("9-18", (9, 18)), ("с 22 до 9", (22, 9)), ("21:00—10:00", (21, 10)), ("0-24", (0, 0)), ("9", None),
     ("9-25", None), ("9 18", None)],
)  # fmt: skip
def test_hours(text: str, hours: tuple[int, int] | None) -> None:
    assert read_hours(text) == (hours and (time(hours[0]), time(hours[1])))


def test_every_city_is_a_zone_of_its_own() -> None:
    assert {read_zone(city) for city in CITIES} == set(CITIES.values())
    assert len({zone.rpartition("/")[2] for zone in CITIES.values()}) == len(CITIES)
