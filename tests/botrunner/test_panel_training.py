"""/training, /reels_templates, /checklist and /my_income in the partner's own bot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Message
from content.models import LessonProgress
from content.training import courses, reels
from funnels.dialogue import Cancel
from funnels.models import Checklist
from funnels.panel_words import PanelCommand, PanelPress, decode_panel
from funnels.services.presets import first_week
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Turn, Typed
from partners import tenancy
from partners.models import Bot, Partner
from tests.factories import NOW, make_bot, make_link, make_partner
from tests.network import publish_network

BOSS, HELPER = 777, 778


@pytest.fixture(params=[Partner.Style.INFORMAL, Partner.Style.FORMAL])
def bot(db: None, request: pytest.FixtureRequest) -> Iterator[Bot]:
    publish_network()
    partner = make_partner(
        "anna", name="Анна", telegram_id=BOSS, admin_telegram_ids=[HELPER], communication_style=request.param
    )
    yield make_bot(partner, username="anna_bot")
    forget_scripts()


class Chat:
    """Somebody's private chat with the bot, without Telegram in between."""

    def __init__(self, bot: Bot, telegram_id: int = BOSS) -> None:
        self.bot, self.telegram_id, self.now = bot, telegram_id, NOW
        self.said: tuple[Message, ...] = ()

    def act(self, act: Act) -> tuple[Message, ...] | None:
        with tenancy.partner(self.bot.partner_id):
            script = script_for(partner_id=self.bot.partner_id, now=self.now)
            visit = Visit(self.bot.partner_id, self.telegram_id, script, self.now)
            answer = desk.answer(visit, Turn(Person(self.telegram_id, "Анна"), act))
        self.said = answer or self.said
        return answer

    def command(self, name: str, argument: str = "") -> None:
        assert self.act(PanelCommand(name, argument)) is not None

    def write(self, text: str) -> bool:
        return self.act(Typed(text)) is not None

    def press(self, label: str) -> None:
        found = [button for row in self.said[-1].buttons for button in row if label in button.text]
        assert found, f"{label} among {self.labels}"
        act = decode_panel(found[0].callback)
        assert act is not None
        assert self.act(act) is not None

    @property
    def text(self) -> str:
        return self.said[-1].text

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.said[-1].buttons for button in row]


@pytest.fixture
def chat(bot: Bot) -> Chat:
    return Chat(bot)


# /training


def test_a_lesson_from_the_list_to_done_and_on(chat: Chat) -> None:
    chat.command("/training")
    assert not chat.said[-1].edits
    assert "0 из 18" in chat.text
    chat.press("🎬 Reels · 0 из 5")
    assert "Пройдено: <b>0 из 5</b>" in chat.text
    chat.press("Первые три секунды")
    assert "1/2" in chat.text
    assert "📌" not in chat.text
    assert chat.labels == ["← Назад", "Дальше →"]
    chat.press("Дальше")
    assert "📌 <b>Сегодня:</b>" in chat.text
    assert chat.labels == ["← Назад", "✅ Готово"]
    chat.press("Назад")
    assert "1/2" in chat.text
    chat.press("Дальше")
    chat.press("Готово")
    assert "1 из 5" in chat.text
    chat.press("Следующий урок")
    assert "Сценарий на 25 секунд" in chat.text


def test_it_goes_on_where_somebody_stopped(chat: Chat) -> None:
    chat.command("/training")
    chat.press("Как читать статистику")
    chat.press("Что делать, если…")
    chat.press("Дальше")
    chat.now += timedelta(days=3)
    chat.command("/training")
    chat.press("Продолжить")
    assert "Что делать, если…" in chat.text
    assert "2/2" in chat.text


def test_learned_lessons_are_marked_and_read_again_without_a_trace(chat: Chat, bot: Bot) -> None:
    done = PanelPress("lesson_done", 0, "reels.hook")
    assert chat.act(done)
    chat.now += timedelta(days=1)
    assert chat.act(done)
    chat.act(PanelPress("course", 0, "reels"))
    assert "✅ Первые три секунды" in chat.labels
    chat.press("Первые три секунды")
    chat.press("Дальше")
    assert chat.labels == ["← Назад", "✅ Пройден · к курсу"]
    with tenancy.partner(bot.partner_id):
        assert LessonProgress.objects.get().done_at == NOW


def test_everybody_learns_on_their_own_account(bot: Bot) -> None:
    partner, helper = Chat(bot), Chat(bot, HELPER)
    assert partner.act(PanelPress("lesson_done", 0, "reels.hook"))
    partner.command("/training")
    helper.command("/training")
    assert "1 из 18" in partner.text
    assert "0 из 18" in helper.text


def test_all_learned(chat: Chat) -> None:
    for course in courses.shipped().values():
        for lesson in course.lessons:
            assert chat.act(PanelPress("lesson_done", 0, f"{course.key}.{lesson.key}"))
    assert "🎓" in "".join(chat.labels)
    assert not any("Следующий" in label for label in chat.labels)
    chat.command("/training")
    assert "Пройдены все уроки: 18" in chat.text
    assert not any("Продолжить" in label for label in chat.labels)


@pytest.mark.parametrize(
    "press",
    [
        PanelPress("lesson", 0, "reels.gone"),
        PanelPress("lesson", 0, "reels"),
        PanelPress("lesson", 99, "reels.hook"),
        PanelPress("lesson", 0),
        PanelPress("lesson_done", 0, "gone.hook"),
        PanelPress("course", 0, "gone"),
    ],
)
def test_a_button_of_a_lesson_that_is_gone(chat: Chat, press: PanelPress) -> None:
    assert chat.act(press)
    assert "обновился" in chat.text
    chat.press("Все курсы")
    assert "Обучение" in chat.text


# /reels_templates


def test_scripts_by_topic_with_the_partners_own_links(chat: Chat) -> None:
    chat.command("/reels_templates")
    assert chat.labels == [topic.title for topic in reels.shipped().values()]
    chat.press("Вес")
    assert "1 из 3" in chat.text
    for part in ("Хук", "Кадры", "Текст", "Призыв", "Обязательно"):
        assert part in chat.text
    assert "https://t.me/anna_bot" in chat.text
    first = chat.text
    chat.press("Другой")
    assert "2 из 3" in chat.text
    chat.press("Другой")
    chat.press("Другой")
    assert chat.text == first
    chat.press("Предыдущий")
    assert "3 из 3" in chat.text
    chat.press("Темы")
    assert len(chat.labels) == 8


def test_the_link_of_a_script_is_the_bots_wherever_telegram_is(chat: Chat, settings: Any) -> None:
    settings.TELEGRAM_LINK_URL = "http://127.0.0.1:8081"
    chat.command("/reels_templates", "спорт")
    assert "http://127.0.0.1:8081/anna_bot" in chat.text
    assert "t.me" not in chat.text


def test_a_topic_may_be_written(chat: Chat) -> None:
    chat.command("/reels_templates", "спорт")
    assert "🏃 Спорт · 1 из 3" in chat.text
    chat.command("/reels_templates", "<b>астрология")
    assert "Такой темы нет" in chat.text
    assert "астрология" not in chat.text
    assert chat.act(PanelPress("reel", 0, "gone"))
    assert len(chat.labels) == 8


def test_every_script_is_shown_whole(chat: Chat) -> None:
    for key, topic in reels.shipped().items():
        for number, script in enumerate(topic.scripts):
            assert chat.act(PanelPress("reel", number, key))
            assert script.title in chat.text
            assert "{" not in chat.text
            assert "|" not in chat.text


# /checklist


def test_three_tasks_are_ticked_with_buttons(chat: Chat) -> None:
    chat.command("/checklist")
    assert "День 1. Бот глазами посетителя" in chat.text
    assert "0 из 21" in chat.text
    chat.press("☐ Проверить свои ссылки")
    assert "✅ Проверить свои ссылки" in chat.labels
    assert "1 из 21" in chat.text
    chat.press("✅ Проверить свои ссылки")
    assert "0 из 21" in chat.text
    chat.press("День 2")
    assert "День 2. О себе, честно" in chat.text
    assert {"‹ День 1", "День 3 ›"} <= set(chat.labels)


def test_what_the_bot_sees_is_ticked_by_itself(chat: Chat, bot: Bot) -> None:
    make_link(bot.partner)
    chat.act(PanelPress("week_day", 3))
    assert "✅ Сделать первую ссылку" in chat.labels
    assert "Отмечено само" in chat.text
    chat.press("✅ Сделать первую ссылку")
    assert "✅ Сделать первую ссылку" in chat.labels


def test_the_day_follows_the_calendar_and_what_is_open(chat: Chat) -> None:
    chat.command("/checklist")
    for task in first_week().days[0].tasks:
        assert chat.act(PanelPress("week_task", 1, task.key))
    chat.command("/checklist")
    assert "День 1." in chat.text
    chat.now += timedelta(days=2)
    chat.command("/checklist")
    assert "День 2." in chat.text
    assert "Сегодня день 3 из 7" in chat.text
    chat.now += timedelta(days=30)
    chat.command("/checklist")
    assert "Неделя прошла" in chat.text


def test_the_last_task_brings_the_congratulation(chat: Chat) -> None:
    chat.command("/checklist")
    for task in first_week().tasks:
        assert chat.act(PanelPress("week_task", 7, task.key))
    page, congratulation = chat.said
    assert page.edits
    assert not congratulation.edits
    assert "Первая неделя пройдена" in congratulation.text
    assert "▓▓▓▓▓▓▓ 21 из 21" in congratulation.text
    chat.command("/checklist")
    assert "Первая неделя пройдена" in chat.text
    chat.press("Посмотреть план")
    assert "День 1." in chat.text


def test_a_day_or_a_task_that_is_not_there(chat: Chat) -> None:
    assert chat.act(PanelPress("week_day", 99))
    assert "День 7." in chat.text
    assert chat.act(PanelPress("week_task", 2, "gone"))
    assert "0 из 21" in chat.text


def test_a_first_act_in_the_bot_is_noticed(chat: Chat, bot: Bot) -> None:
    chat.command("/checklist")
    with tenancy.partner(bot.partner_id):
        assert Checklist.objects.get().seen_at == NOW


# /my_income


def test_the_calculator_by_buttons(chat: Chat) -> None:
    chat.command("/my_income")
    assert "личных покупок" in chat.text
    chat.press("100 PV")
    assert "Личные покупки: <b>100 PV</b>" in chat.text
    chat.press("3\u202f000 PV")
    assert "3\u202f100 PV × 24 % × 35\u202f₽ = <b>26\u202f040\u202f₽</b>" in chat.text
    assert "До уровня B1 — ещё <b>2\u202f400 PV</b>" in chat.text
    assert "ветки с M3, их число: 1" in chat.text
    for condition in ("70 PV каждый месяц", "6\u202f000–6\u202f700\u202f₽", "январь 2026", "доход не гарантируется"):
        assert condition in chat.text
    chat.press("Другой объём")
    assert "Личные покупки: <b>100 PV</b>" in chat.text


def test_the_calculator_by_typed_numbers(chat: Chat) -> None:
    chat.command("/my_income")
    assert chat.write("восемь")
    assert "нужно число" in chat.text
    assert chat.write("-3")
    assert "Меньше нуля" in chat.text
    assert chat.write("6 700 000")
    assert "не рубли ли" in chat.text
    assert chat.write("69,5 pv")
    assert "69,5 PV" in chat.text
    assert chat.write("2000")
    assert "Выплата: <b>0\u202f₽</b>" in chat.text
    assert "Не хватает 0,5 PV" in chat.text
    assert not chat.write("70")  # nothing is waited for any more


def test_before_the_first_level_and_above_the_table(chat: Chat) -> None:
    assert chat.act(PanelPress("income", 0, "70-0"))
    assert "Выплата: <b>0\u202f₽</b>" in chat.text
    assert "До уровня M1 — ещё <b>680 PV</b>" in chat.text
    assert "1\u202f312,50\u202f₽" in chat.text
    assert chat.act(PanelPress("income", 0, "100-9000000"))
    assert "Выше в таблице уровней нет" in chat.text
    assert "по ставке M3" in chat.text


def test_the_waiting_ends_with_anything_else(chat: Chat) -> None:
    chat.command("/my_income")
    assert chat.act(Cancel())
    assert "всё остаётся как было" in chat.text
    assert chat.act(Cancel()) is None
    chat.command("/my_income")
    assert chat.write("отмена")
    assert not chat.write("70")
    chat.command("/my_income")
    chat.command("/training")
    assert not chat.write("70")
    chat.command("/my_income")
    chat.now += timedelta(hours=3)
    assert not chat.write("70")


def test_the_menu_works_while_a_number_is_waited_for(chat: Chat) -> None:
    chat.command("/my_income")
    assert not chat.write("🏠 Главное меню")


@pytest.mark.parametrize("argument", ["", "x", "-", "70", "70-x", "1e9-1", "99999-1"])
def test_a_forged_button_asks_again(chat: Chat, argument: str) -> None:
    assert chat.act(PanelPress("income", 0, argument))
    assert "личных покупок" in chat.text


def test_a_number_of_one_account_is_not_the_others(bot: Bot) -> None:
    Chat(bot).command("/my_income")
    assert not Chat(bot, HELPER).write("70")
