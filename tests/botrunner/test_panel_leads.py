"""The buttons under a card: for the partner and the helpers only, and as often as they like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from botrunner.turns import Turns
from content.messages import Message
from funnels.models import Alert, Enrollment, FunnelEvent
from funnels.panel_words import PanelPress, panel_data
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Turn
from partners import tenancy
from partners.models import Bot, Lead
from tests.botrunner.test_contacts import PHONE, agreed, boss, lead_of
from tests.botrunner.test_updates import push_press
from tests.botrunner.walking import screen
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.network import publish_network
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

__all__ = ["boss"]

PARTNER, HELPER, STRANGER = 777, 778, 999
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def bot(db: None) -> Any:
    publish_network()
    yield make_bot(make_partner(telegram_id=PARTNER, admin_telegram_ids=[HELPER], name="Анна"))
    forget_scripts()


@pytest.fixture
def lead(bot: Bot) -> Lead:
    lead = make_lead(bot.partner, first_name="Иван", username="ivan", phone=PHONE)
    with tenancy.all_partners():
        fields: dict[str, Any] = {"lead": lead, "partner": bot.partner}
        for trigger in ("contact_left", "link_clicked"):
            Alert.objects.create(trigger=trigger, day=NOW.date(), at=NOW, **fields)
        Enrollment.objects.create(sequence="weight", next_step="first", fire_at=LATER, entered_at=NOW, **fields)
    return lead


def press(bot: Bot, lead: Lead, word: str, *, who: int = PARTNER, argument: str = "") -> tuple[Message, ...]:
    """As the bot takes it, with the batch that it comes in."""
    turns = Turns(partner_id=bot.partner_id, bot_id=bot.pk, clock=lambda: NOW)
    with tenancy.partner(bot.partner_id):
        (said,) = turns._answers([Turn(Person(who, "Кто-то"), PanelPress(word, lead.pk, argument))], NOW)
    return said


def state(lead: Lead) -> tuple[str, list[str], str, bool]:
    """Status, states of the alerts, why the sequence ended, whether it is taken."""
    with tenancy.all_partners():
        found = Lead.objects.get(pk=lead.pk)
        alerts = list(Alert.objects.filter(lead=lead).order_by("pk").values_list("state", flat=True))
        exit_reason = Enrollment.objects.get(lead=lead).exit_reason
    return found.status, alerts, exit_reason, found.taken_at is not None


def changes(lead: Lead) -> list[dict[str, Any]]:
    with tenancy.all_partners():
        events = FunnelEvent.objects.filter(lead=lead).exclude(kind=FunnelEvent.Kind.SEQUENCE_ENDED)
        return list(events.order_by("pk").values_list("data", flat=True))


UNTOUCHED = ("new", ["open", "open"], "", False)


@pytest.mark.parametrize("who", [PARTNER, HELPER])
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("done", ("contacted", ["handled", "handled"], "", False)),
        ("thinking", ("contacted", ["handled", "handled"], "", False)),
        ("ordered", ("ordered", ["handled", "handled"], "ordered", False)),
        ("partner", ("partner", ["handled", "handled"], "partner", False)),
        ("irrelevant", ("not_interested", ["irrelevant", "irrelevant"], "declined", False)),
        ("take", ("new", ["handled", "handled"], "human", True)),
        ("give", UNTOUCHED),
    ],
)
def test_each_press_twice(bot: Bot, lead: Lead, who: int, word: str, expected: Any) -> None:
    (first,) = press(bot, lead, word, who=who)
    assert state(lead) == expected
    happened = changes(lead)
    assert press(bot, lead, word, who=who) == (first,)
    assert first.edits
    assert "Иван" in first.text
    assert (state(lead), changes(lead)) == (expected, happened)
    assert len(happened) == (word != "give")


@pytest.mark.parametrize("word", desk.PRESSES)
def test_a_forged_press_of_a_lead_does_nothing(bot: Bot, lead: Lead, word: str) -> None:
    (*_other, last) = press(bot, lead, word, who=STRANGER)
    assert "Иван" not in last.text
    assert state(lead) == UNTOUCHED


@pytest.mark.parametrize("word", ["done", "ordered", "irrelevant", "take", "give"])
def test_the_partner_of_another_bot_reaches_nobody(bot: Bot, lead: Lead, word: str) -> None:
    others = make_bot(make_partner(telegram_id=STRANGER))
    (said,) = press(others, lead, word, who=STRANGER)
    assert said.text == "Этого человека в боте больше нет."
    (*_other, last) = press(bot, lead, word, who=STRANGER)
    assert "Иван" not in last.text
    assert state(lead) == UNTOUCHED


def test_an_erased_lead_is_gone(bot: Bot, lead: Lead) -> None:
    with tenancy.all_partners():
        Lead.objects.update(erased_at=NOW)
    assert press(bot, lead, "take")[0].text == "Этого человека в боте больше нет."


def test_an_outcome_can_be_changed(bot: Bot, lead: Lead) -> None:
    (asks,) = press(bot, lead, "done")
    assert [[button.text for button in row] for row in asks.buttons[1:]] == [
        ["🛒 Заказал(а)", "🤝 Стал(а) партнёром"], ["💬 Ещё думает"],
    ]  # fmt: skip
    (tells,) = press(bot, lead, "irrelevant")
    assert [button.callback for row in tells.buttons[1:] for button in row] == [panel_data("done", lead.pk)]
    press(bot, lead, "done")
    press(bot, lead, "partner")
    assert [data["to"] for data in changes(lead)] == ["contacted", "not_interested", "contacted", "partner"]


@pytest.mark.parametrize("status", ["ordered", "partner", "unsubscribed"])
def test_handled_does_not_forget_what_is_known(bot: Bot, lead: Lead, status: str) -> None:
    with tenancy.all_partners():
        Lead.objects.update(status=status)
    press(bot, lead, "done")
    assert state(lead) == (status, ["handled", "handled"], "", False)


def test_a_passed_on_message_is_not_replaced(bot: Bot, lead: Lead) -> None:
    press(bot, lead, "take")
    (said,) = press(bot, lead, "give", argument="heard")
    assert (said.text, said.edits) == ("↩️ <b>Иван</b>: диалог снова ведёт бот.", False)
    assert state(lead)[3] is False


def test_every_button_of_a_card_has_a_service(bot: Bot, lead: Lead) -> None:
    shown = [said for word in ("done", "ordered", "take", "give") for said in press(bot, lead, word)]
    buttons = [button for said in shown for row in said.buttons for button in row if not button.url]
    assert {button.callback.split(":")[1] for button in buttons} <= set(desk.PRESSES)


def test_the_answer_of_the_desk_is_the_partners(bot: Bot, lead: Lead) -> None:
    with tenancy.partner(bot.partner_id):
        visit = Visit(bot.partner_id, PARTNER, script_for(partner_id=bot.partner_id, now=NOW), NOW)
        turn = Turn(Person(PARTNER, "Анна"), PanelPress("no_such_word", lead.pk))
        assert desk.answer(visit, turn) is None


def test_a_card_lives_in_the_partners_chat(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    """Through Telegram: a person without a username, whose name leads to the chat; the card is edited in place."""
    with RunnerThread(tg.url):
        boss.start()
        boss.wait_for(screen)
        chat = agreed(tg, "Пётр <b>", user_id=4_242)
        chat.share_contact(PHONE)
        card = boss.wait_text("ОСТАВИЛ КОНТАКТ")
        assert '<a href="tg://user?id=4242"><b>Пётр &lt;b&gt;</b></a>' in card.html
        assert card.buttons[0][0].url == f"https://t.me/{PHONE}"
        boss.press("🙋 Взять диалог", message_id=card.id)
        boss.wait_text("бот этому человеку не отвечает")
        chat.send("Вы здесь?")
        boss.wait_text("пишет боту")
        boss.press("↩️ Вернуть боту")
        boss.wait_text("диалог снова ведёт бот")
        chat.send("Ау")
        chat.wait_text("Привет! Это автоматический помощник")
        boss.press("✅ Обработан", message_id=card.id)
        asks = boss.wait_text("Чем закончилось?")
        assert asks.id == card.id
        boss.press("🛒 Заказал(а)", message_id=card.id)
        assert boss.wait_text("Итог: 🛒 заказал(а)").id == card.id
        push_press(tg, anna, chat.owner.id, 3, panel_data("irrelevant", lead_of(anna, chat).pk))
        chat.wait_text("меню обновилось")
    assert lead_of(anna, chat).status == Lead.Status.ORDERED
