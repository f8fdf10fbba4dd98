"""A lead leaves a contact: the real runner, the real Bot API calls, the real database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from botrunner.models import InboxUpdate
from content.messages import Button, Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.models import Conversation, FunnelEvent, LeadMessage
from funnels.wishes import CONTACT
from partners import tenancy
from partners.models import Bot, Consent, Lead, Partner
from tests.botrunner.bot_client import png
from tests.botrunner.test_updates import push_press
from tests.botrunner.walking import TO_PRODUCT, events, go, open_bot, screen, the_lead, wait_until_closed
from tests.factories import make_lead
from tests.runner import RunnerThread, now
from tests.telegram import ChatDriver, SandboxServer

PHONE = "+79161234567"
MENU = [["🍎 Здоровье", "💼 Бизнес"], ["💡 Узнать больше", "❓ Задать вопрос"], ["🏠 Главное меню"]]
ASKS_PHONE = [["📱 Отправить мой номер"], ["Отмена"]]


@pytest.fixture
def boss(anna: Bot, tg: SandboxServer) -> ChatDriver:
    """The partner's own chat with the bot."""
    person = tg.person("Анна", user_id=777)
    chat = person.open("anna_bot")
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(telegram_id=777)
    return chat


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


def kinds(bot: Bot, telegram_id: int | None = None) -> list[str]:
    return [kind for kind, _step in events(bot, telegram_id)]


def data_of(bot: Bot, kind: str) -> list[dict[str, Any]]:
    with tenancy.partner(bot.partner_id):
        return list(FunnelEvent.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


def lead_of(bot: Bot, chat: ChatDriver) -> Lead:
    with tenancy.partner(bot.partner_id):
        return Lead.objects.get(telegram_id=chat.owner.id)


def asking(bot: Bot, chat: ChatDriver) -> str:
    with tenancy.partner(bot.partner_id):
        return Conversation.objects.get(lead__telegram_id=chat.owner.id).asking


def consents(bot: Bot) -> list[tuple[str, int, bool]]:
    with tenancy.partner(bot.partner_id):
        rows = Consent.objects.order_by("pk")
        return [(row.kind, row.text_version, row.withdrawn_at is None) for row in rows]


def agreed(tg: SandboxServer, name: str = "Иван", **fields: Any) -> ChatDriver:
    """Has agreed, and is asked for the number."""
    chat = tg.person(name, **fields).open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    chat.send("/contact")
    chat.wait_text("Согласие на обработку данных")
    chat.press("Согласен(на)")
    chat.wait_text("Теперь номер")
    return chat


@pytest.mark.usefixtures("running")
def test_from_the_product_to_the_partners_phone(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    chat = tg.person("<b>Иван", username="ivan", phone=PHONE).open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    go(chat, *TO_PRODUCT)
    chat.press("📞 Хочу, чтобы мне позвонили")
    consent = chat.wait_text("Согласие на обработку данных")
    assert "Анна Смирнова, независимый партнёр" in consent.text
    assert consent.button_texts == [["Согласен(на)"], ["Нет, спасибо"]]
    assert lead_of(anna, chat).phone == ""
    chat.press("Согласен(на)")
    chat.wait_text("Теперь номер")
    assert chat.reply_keyboard == ASKS_PHONE
    chat.press("📱 Отправить мой номер")
    chat.wait_text("Записано: +7 916 123-45-67")
    assert chat.reply_keyboard == MENU
    chat.wait_text("оставить ещё и e-mail")
    chat.send(" Ivan@Example.COM ")
    chat.wait_text("Готово, спасибо!")
    lead = lead_of(anna, chat)
    assert (lead.phone, lead.email) == (PHONE, "Ivan@example.com")
    assert consents(anna) == [("data", 1, True)]
    card = boss.wait_text("ОСТАВИЛ КОНТАКТ")
    assert "<b>Иван @ivan" in card.text
    assert "+7 916 123-45-67" in card.text
    assert "Интерес: 🍎 Хочу улучшить здоровье · 🔥 Похудеть · 5–10 кг" in card.text
    assert "Ivan@example.com" in boss.wait_text("ДОПОЛНИЛ КОНТАКТ").text
    assert data_of(anna, "contact_left") == [{"what": "phone"}, {"what": "email"}]
    assert asking(anna, chat) == ""


def test_the_consent_knows_its_update(running: RunnerThread, anna: Bot, tg: SandboxServer) -> None:
    agreed(tg)
    with tenancy.partner(anna.partner_id):
        consent = Consent.objects.get()
        assert consent.given_in is not None
        update = InboxUpdate.objects.get(update_id=consent.given_in)
        assert "c:agree:data:1" in update.payload
    assert consent.channel == "bot"


@pytest.mark.usefixtures("running")
def test_a_typed_number_of_the_partners_country(anna: Bot, tg: SandboxServer) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(country="UZ")
    chat = agreed(tg)
    chat.send("90 123 45 67")
    chat.wait_text("Записано: +998 90 123 45 67")
    chat.press("Без e-mail")
    chat.wait_text("Готово, спасибо!")
    assert lead_of(anna, chat).phone == "+998901234567"
    with tenancy.partner(anna.partner_id):
        assert not LeadMessage.objects.exists()


@pytest.mark.usefixtures("running")
def test_no_consent_no_contact(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    chat.send("/contact")
    chat.wait_text("Согласие на обработку данных")
    chat.send("8 916 123-45-67")
    chat.wait_text("сначала нужно согласие")
    chat.share_contact(PHONE)
    chat.wait_for(lambda c: sum("сначала нужно согласие" in message.text for message in c.bot_messages) == 2)
    chat.press("Нет, спасибо")
    chat.wait_text("контакт не нужен")
    assert lead_of(anna, chat).phone == ""
    assert consents(anna) == []
    with tenancy.partner(anna.partner_id):
        assert not LeadMessage.objects.exists()
    assert asking(anna, chat) == ""


@pytest.mark.usefixtures("running")
def test_somebody_elses_card_is_refused(anna: Bot, tg: SandboxServer) -> None:
    chat = agreed(tg)
    for owner_id in (0, chat.owner.id + 1):
        chat.share_contact(PHONE, owner_id=owner_id)
        chat.wait_text("карточка другого человека")
    assert lead_of(anna, chat).phone == ""
    assert asking(anna, chat) == "phone:0"
    chat.share_contact(PHONE)
    chat.wait_text("Записано")


@pytest.mark.usefixtures("running")
def test_two_mistakes_are_helped_the_third_text_is_a_question(anna: Bot, tg: SandboxServer) -> None:
    chat = agreed(tg)
    chat.send("позвоните вечером")
    chat.wait_text("Не получается найти здесь номер")
    chat.send("8916123456")
    chat.wait_text("Такого номера не бывает")
    chat.send("А зачем вам номер?")
    chat.wait_text("С номером пока не вышло")
    chat.wait_text("Точного ответа у автоматического помощника нет")
    assert chat.reply_keyboard == MENU
    assert asking(anna, chat) == ""
    with tenancy.partner(anna.partner_id):
        assert list(LeadMessage.objects.values_list("text", flat=True)) == ["А зачем вам номер?"]


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    "way", ["Отмена", "/cancel", "🏠 Главное меню", "🍎 Здоровье", "🍎 Хочу улучшить здоровье", "/start", "/menu"]
)
def test_every_way_out_brings_the_menu_back(anna: Bot, tg: SandboxServer, way: str) -> None:
    chat = agreed(tg)
    if way == "🍎 Хочу улучшить здоровье":
        chat.press(way)
    else:
        chat.send(way)
    chat.wait_for(lambda c: c.reply_keyboard == MENU)
    wait_until_closed(anna, 4)
    assert asking(anna, chat) == ""
    chat.send("8 916 123-45-67")
    chat.wait_text("Точного ответа у автоматического помощника нет")
    assert lead_of(anna, chat).phone == ""


@pytest.mark.usefixtures("running")
def test_a_sticker_does_not_end_the_question(anna: Bot, tg: SandboxServer) -> None:
    chat = agreed(tg)
    chat.send_photo(png())
    chat.wait_text("помощник не разбирает")
    assert asking(anna, chat) == "phone:0"


@pytest.mark.usefixtures("running")
def test_the_same_phone_of_another_lead_is_told_not_merged(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    make_lead(Partner(pk=anna.partner_id), phone=PHONE, first_name="Первый")
    chat = agreed(tg)
    chat.share_contact(PHONE)
    assert "Такой же номер у другого человека" in boss.wait_text("ОСТАВИЛ КОНТАКТ").text
    assert data_of(anna, "contact_left") == [{"what": "phone", "duplicates": 1}]
    with tenancy.partner(anna.partner_id):
        assert Lead.objects.filter(phone=PHONE).count() == 2


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("data", ["c:agree:data:99", "c:agree:offers:99"])
def test_an_old_version_is_not_agreed_to(anna: Bot, tg: SandboxServer, data: str) -> None:
    chat = open_bot(tg)
    push_press(tg, anna, chat.owner.id, 3, data)
    chat.wait_text("Текст согласия обновился")
    assert consents(anna) == []


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("data", ["c:", "c:nothing", "c:agree:data:0", "c:agree:all:1", "c:topic:news:on", "c:stop:1"])
def test_buttons_that_we_never_made(anna: Bot, tg: SandboxServer, data: str) -> None:
    chat = open_bot(tg)
    push_press(tg, anna, chat.owner.id, 3, data)
    chat.wait_text("меню обновилось")


@pytest.mark.usefixtures("running")
def test_buttons_of_a_dialogue_that_is_over(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    for data in ("c:skip", "c:cancel"):
        push_press(tg, anna, chat.owner.id, 3, data)
    chat.wait_for(lambda c: sum("уже закрыт" in message.text for message in c.bot_messages) == 2)


@pytest.mark.usefixtures("running")
def test_a_partner_without_telegram_is_not_told(anna: Bot, tg: SandboxServer) -> None:
    chat = agreed(tg)
    chat.share_contact(PHONE)
    chat.wait_text("Записано")
    with tenancy.partner(anna.partner_id):
        assert not OutboxMessage.objects.exists()


@pytest.mark.usefixtures("running")
def test_support_goes_to_the_partner(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    chat = open_bot(tg)
    chat.send("/support")
    chat.wait_text("получит его лично")
    chat.send("Где <мой> заказ?")
    chat.wait_text("Вопрос передан")
    assert "Где <мой> заказ?" in boss.wait_text("НУЖЕН ОТВЕТ").text
    with tenancy.partner(anna.partner_id):
        assert list(LeadMessage.objects.values_list("text", flat=True)) == ["Где <мой> заказ?"]
    assert kinds(anna, chat.owner.id)[-2:] == ["support_asked", "message_received"]


@pytest.mark.usefixtures("running")
def test_a_contact_withdraws_the_queued_request_for_it(anna: Bot, tg: SandboxServer) -> None:
    chat = agreed(tg)
    lead = lead_of(anna, chat)
    buttons = ((Button("Сайт", url="https://nl.example"),), (Button("📞", CONTACT),))
    with tenancy.partner(anna.partner_id):
        for key, message in (("asks", Message(Html("Позвонить?"), buttons=buttons)), ("other", Message(Html("Совет")))):
            later = now().replace(year=2090)
            one = Promise(chat.owner.id, key, message, not_before=later, lead_id=lead.pk)
            lane = OutboxMessage.Lane.SEQUENCE
            promise(partner_id=anna.partner_id, bot_id=anna.pk, lane=lane, promises=[one], now=now())
    chat.share_contact(PHONE)
    chat.wait_text("Записано")
    with tenancy.partner(anna.partner_id):
        states = dict(OutboxMessage.objects.values_list("dedupe_key", "state"))
    assert states == {"asks": "skipped", "other": "queued"}


def test_the_lead_is_the_only_one(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = agreed(tg)
        chat.share_contact(PHONE)
        chat.wait_text("Записано")
    assert the_lead(anna).phone == PHONE
