"""/broadcast in the partner's own bot, turn by turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Button, Message
from content.models import OutboxMessage
from funnels.broadcast_words import ButtonName, Line, Say
from funnels.dialogue import Cancel
from funnels.models import Broadcast
from funnels.panel_words import PanelCommand, decode_panel
from funnels.segments import Segment
from funnels.services import brake
from funnels.services.broadcast_confirm import confirm
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Turn, Typed, take_turns
from funnels.tasks import finish_broadcasts
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.factories import make_bot, make_partner
from tests.funnels.broadcast_samples import NOON, make_draft, make_reader, rows, settle
from tests.network import publish_network

ANNA, HELPER = 777, 778
TEXT = "Здравствуйте, {first_name|друзья}! В субботу открытая встреча."


@pytest.fixture(params=[Partner.Style.INFORMAL, Partner.Style.FORMAL])
def bot(db: None, request: pytest.FixtureRequest) -> Iterator[Bot]:
    publish_network()
    partner = make_partner(
        "anna", name="Анна Смирнова", telegram_id=ANNA, admin_telegram_ids=[HELPER], communication_style=request.param
    )
    yield make_bot(partner)
    forget_scripts()


class Chat:
    """Somebody's private chat with the bot, without Telegram in between."""

    def __init__(self, bot: Bot, telegram_id: int = ANNA) -> None:
        self.bot, self.telegram_id, self.now = bot, telegram_id, NOON
        self.said: tuple[Message, ...] = ()

    def act(self, act: Act) -> tuple[Message, ...] | None:
        with tenancy.partner(self.bot.partner_id):
            script = script_for(partner_id=self.bot.partner_id, now=self.now)
            visit = Visit(self.bot.partner_id, self.telegram_id, script, self.now)
            answer = desk.answer(visit, Turn(Person(self.telegram_id, "Анна"), act))
        self.said = answer or self.said
        return answer

    def open(self) -> None:
        assert self.act(PanelCommand("/broadcast")) is not None

    @property
    def text(self) -> str:
        return self.said[-1].text

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.said[-1].buttons for button in row]

    def button(self, label: str) -> Button:
        found = [button for row in self.said[-1].buttons for button in row if label in button.text]
        assert len(found) == 1, f"{label} among {self.labels}"
        return found[0]

    def press(self, label: str) -> None:
        act = decode_panel(self.button(label).callback)
        assert act is not None
        assert self.act(act) is not None

    def write(self, text: str, html: str = "") -> None:
        assert self.act(Typed(text, html)) is not None


@pytest.fixture
def chat(bot: Bot) -> Chat:
    return Chat(bot)


def written(chat: Chat, text: str = TEXT) -> None:
    """Whom and what is said, the question of the mark is open."""
    chat.open()
    chat.press("Все")
    chat.write(text)


def broadcast_of(chat: Chat) -> Broadcast:
    with tenancy.partner(chat.bot.partner_id):
        return Broadcast.objects.select_related("partner").get()


def test_from_the_command_to_the_closing_sum(chat: Chat) -> None:
    make_reader(chat.bot, intent="client")
    make_reader(chat.bot, first_name="")
    make_reader(chat.bot, status=Lead.Status.UNSUBSCRIBED)
    chat.open()
    assert {"Все · 2", "🍎 Здоровье · 1", "📱 Оставили номер · 0"} <= set(chat.labels)
    chat.press("Все")
    assert "Все: 2 человека" in chat.text
    assert "отписались — 1" in chat.text
    chat.write(TEXT)
    _note, sample, question = chat.said
    assert sample.text == "Здравствуйте, Мария! В субботу открытая встреча."
    assert "Это реклама?" in question.text
    chat.press("не реклама")
    assert "Не реклама — подтверждает Анна Смирнова" in chat.text
    chat.press("Отправить 2 людям")
    assert "Рассылка идёт" in chat.text
    assert "Всего: 2" in chat.text
    first, second = rows(chat.bot)
    assert (first.payload["text"], second.payload["text"]) == (
        "Здравствуйте, Иван! В субботу открытая встреча.",
        "Здравствуйте, друзья! В субботу открытая встреча.",
    )
    settle(first, "sent")
    chat.press("Обновить")
    assert "✅ Отправлено: 1\n⏳ Ждут очереди: 1" in chat.text
    settle(second, "failed", "blocked")
    chat.press("Обновить")
    assert "Рассылка закончена" in chat.text
    assert "❌ Не доставлено: 1 (закрыли бота — 1)" in chat.text
    assert broadcast_of(chat).state == Broadcast.State.FINISHED


def test_pause_resume_cancel(chat: Chat) -> None:
    make_reader(chat.bot)
    make_reader(chat.bot)
    written(chat)
    chat.press("не реклама")
    chat.press("Отправить 2 людям")
    settle(rows(chat.bot)[0], "sent")
    chat.press("Пауза")
    assert "на паузе" in chat.text
    assert "⏸ Ждут продолжения: 1" in chat.text
    chat.press("Продолжить")
    chat.press("Отменить")
    assert "Отменить рассылку?" in chat.text
    chat.press("продолжать")
    assert "Рассылка идёт" in chat.text
    chat.press("Отменить")
    chat.press("Да, отменить")
    assert "Рассылка отменена" in chat.text
    assert "➖ Не отправлено: 1 (рассылка отменена — 1)" in chat.text
    chat.open()
    assert "Кому написать?" in chat.text


def test_a_going_broadcast_is_shown_by_the_command(chat: Chat) -> None:
    make_reader(chat.bot)
    draft = make_draft(chat.bot.partner)
    with tenancy.partner(chat.bot.partner_id):
        confirm(broadcast=draft, now=NOON)
    chat.open()
    assert ["Рассылка идёт" in message.text for message in chat.said] == [True, False]


def test_a_bad_text_is_kept_and_its_problems_are_told(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat, "{имя}, гарантированный доход 100 000 рублей в месяц!")
    assert "Так отправить нельзя" in chat.text
    assert "•" in chat.text
    assert broadcast_of(chat).text.startswith("{имя}")
    chat.write("Встречаемся <b>завтра</b> & пьём чай")
    assert chat.said[1].text == "Встречаемся &lt;b&gt;завтра&lt;/b&gt; &amp; пьём чай"
    chat.press("Изменить текст")
    chat.write("Жирное", "<b>Жирное</b>")
    assert chat.said[1].text == "<b>Жирное</b>"


def test_an_advert_gets_its_mark(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat)
    chat.press("указать erid")
    chat.write("ромашка")
    assert "ещё раз" in chat.text
    chat.write("2VtzqwQ4abc ООО «Ромашка» & Ко, ИНН 7700000000")
    assert "реклама, ООО «Ромашка» &amp; Ко" in chat.text
    assert chat.said[1].text.endswith("Реклама. ООО «Ромашка» &amp; Ко, ИНН 7700000000. erid: 2VtzqwQ4abc")
    chat.press("Изменить пометку")
    assert "Это реклама?" in chat.text


def test_a_test_goes_to_the_author_alone(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat)
    chat.press("не реклама")
    last = chat.said[-1]
    chat.press("Отправить тест")
    note, test = rows(chat.bot)
    assert {row.chat_id for row in (note, test)} == {ANNA}
    assert {row.lane for row in (note, test)} == {OutboxMessage.Lane.ALERT}
    assert "Тест рассылки" in note.payload["text"]
    assert test.payload["text"] == "Здравствуйте, Анна! В субботу открытая встреча."
    chat.said = (last,)
    chat.press("В магазин")
    chat.press("Отправить 1 человеку")
    link, stop = (row[0] for row in rows(chat.bot)[-1].payload["buttons"])
    assert link["text"] == "🛒 В магазин"
    assert stop["callback"] == "c:stop"


def test_old_buttons_do_no_harm(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat)
    chat.press("не реклама")
    ready = chat.said
    chat.press("Отправить 1 человеку")
    for label in ("Отправить 1", "Изменить текст", "Отмена", "Отправить тест", "В магазин"):
        chat.said = ready
        chat.press(label)
        assert "Рассылка идёт" in chat.text
    assert len(rows(chat.bot)) == 1
    other = Chat(make_bot(make_partner("boris", telegram_id=ANNA)))
    other.said = ready
    other.press("Отправить 1")
    assert "уже нет" in other.text


def test_what_was_begun_and_left_is_forgotten(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat)
    written(chat)
    chat.press("Отмена")
    assert "никому ничего не отправлено" in chat.text
    with tenancy.partner(chat.bot.partner_id):
        assert not Broadcast.objects.exists()


def test_a_text_is_taken_only_while_it_is_waited_for(chat: Chat) -> None:
    make_reader(chat.bot)
    assert chat.act(Typed("привет")) is None
    assert chat.act(Cancel()) is None
    chat.open()
    assert chat.act(Typed("привет")) is None
    chat.press("Все")
    assert chat.act(Typed("🏠 Главное меню")) is None
    chat.now = NOON + timedelta(hours=3)
    assert chat.act(Typed("Здравствуйте!")) is None
    chat.now = NOON
    assert chat.act(Typed("отмена")) is not None
    assert chat.act(Typed("привет")) is None


def test_nobody_to_write_to(chat: Chat) -> None:
    chat.open()
    chat.press("Горячие")
    assert "писать пока некому" in chat.text
    chat.press("По интересу")
    assert "🏃 Спорт · 0" in chat.labels
    chat.press("Назад")
    assert "Все · 0" in chat.labels


@pytest.mark.parametrize("stranger", [HELPER, 999])
def test_for_anybody_else_the_command_does_not_exist(chat: Chat, stranger: int) -> None:
    make_reader(chat.bot)
    written(chat)
    ready = chat.said
    other = Chat(chat.bot, stranger)
    for act in (PanelCommand("/broadcast"), Typed("чужой текст"), Cancel()):
        assert other.act(act) is None
    for row in ready[-1].buttons:
        press = decode_panel(row[0].callback)
        assert press is not None
        assert other.act(press) is None
    assert broadcast_of(chat).text == TEXT


def test_a_lead_gets_the_answer_to_an_unknown_command(bot: Bot) -> None:
    def answer(command: str) -> tuple[Message, ...]:
        with tenancy.partner(bot.partner_id):
            turn = Turn(Person(ANNA + 5, "Иван"), PanelCommand(command))
            return take_turns(partner_id=bot.partner_id, turns=[turn], now=NOON)[0]

    assert [m.text for m in answer("/broadcast")] == [m.text for m in answer("/no_such_command")]


def test_the_author_hears_of_the_brake(chat: Chat) -> None:
    for _number in range(brake.LEAST):
        make_reader(chat.bot)
    written(chat)
    chat.press("не реклама")
    chat.press(f"Отправить {brake.LEAST} людям")
    for row in rows(chat.bot):
        settle(row, "failed", "Bad Request: wrong file identifier")
    failed = rows(chat.bot)[0]
    with tenancy.partner(chat.bot.partner_id):
        assert brake.check(partner_id=chat.bot.partner_id, source=failed.source, now=NOON)
    told = rows(chat.bot)[-1]
    assert told.chat_id == ANNA
    assert "на паузе" in told.payload["text"]
    assert "wrong file identifier" in told.payload["text"]


def test_a_segment_of_the_admin_has_no_name_here(chat: Chat) -> None:
    make_reader(chat.bot, phone="+79161234567", intent="client")
    segment = Segment(has_phone=True, intents=("client",))
    draft = make_draft(chat.bot.partner, segment, author_telegram_id=ANNA)
    with tenancy.partner(chat.bot.partner_id):
        press = decode_panel(f"p:bc_look:{draft.pk}")
    assert press is not None
    chat.act(press)
    assert "Кому: …, 1 человек" in chat.text


def test_the_author_hears_of_the_end_once(chat: Chat) -> None:
    make_reader(chat.bot)
    written(chat)
    chat.press("не реклама")
    chat.press("Отправить 1 человеку")
    finish_broadcasts()
    assert broadcast_of(chat).state == Broadcast.State.SENDING
    settle(rows(chat.bot)[0], "sent")
    finish_broadcasts()
    finish_broadcasts()
    assert broadcast_of(chat).state == Broadcast.State.FINISHED
    _sent, told = rows(chat.bot)
    assert (told.chat_id, told.lane) == (ANNA, OutboxMessage.Lane.ALERT)
    assert "Рассылка закончена" in told.payload["text"]
    assert "✅ Отправлено: 1" in told.payload["text"]


def test_every_word_and_every_button_is_used() -> None:
    base = Path(settings.BASE_DIR)
    files = [*base.glob("botrunner/panel/broadcast*.py"), base / "funnels/services/broadcast_speech.py"]
    source = "".join(file.read_text() for file in files)
    for keys in (Say, ButtonName, Line):
        assert {key for key in get_args(keys) if f'"{key}"' not in source} == set()
    pressed = set(re.findall(r'"(bc_[a-z]+)"', source)) | {"bc_sample"}
    assert pressed == {word for word in desk.PRESSES if word.startswith("bc_")}
