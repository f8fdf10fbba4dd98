"""/hot_leads: for the partner and the helpers; for anybody else the command does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Message
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.script import script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Turn
from partners import tenancy
from partners.models import Bot, Partner
from tests.botrunner.walking import screen
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

BOSS, HELPER = 777, 778


@pytest.fixture
def boss(anna: Bot) -> Bot:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(telegram_id=BOSS, admin_telegram_ids=[HELPER])
    return anna


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


def ask(bot: Bot, act: PanelCommand | PanelPress) -> Message:
    with tenancy.partner(bot.partner_id):
        visit = Visit(bot.partner_id, BOSS, script_for(partner_id=bot.partner_id, now=NOW), NOW)
        said = desk.answer(visit, Turn(Person(BOSS, "Анна", "", "", ""), act))
    assert said is not None
    (message,) = said
    return message


def labels(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.buttons]


def chat_of(tg: SandboxServer, user_id: int) -> ChatDriver:
    chat = tg.person("Кто-то", user_id=user_id).open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    return chat


@pytest.mark.usefixtures("running")
def test_only_the_partner_and_the_helpers_have_the_command(boss: Bot, tg: SandboxServer) -> None:
    make_lead(boss.partner, score=60, first_name="Горячий")
    other = make_bot(make_partner(telegram_id=880), username="other_bot")
    tg.add_bot(token=other.token.reveal(), username="other_bot", name="Другой")
    for user_id in (BOSS, HELPER):
        chat = chat_of(tg, user_id)
        chat.send("/hot_leads")
        assert chat.wait_text("Горячие и не обработаны: 1").button_texts == [["Горячий · 60 баллов"]]
    for user_id in (880, 990):  # the partner of another bot, a lead
        chat = chat_of(tg, user_id)
        count = len(chat.bot_messages)
        chat.send("/hot_leads")
        chat.wait_for(lambda c, count=count: len(c.bot_messages) > count)  # type: ignore[misc]
        assert not any("Горяч" in message.text for message in chat.bot_messages)


def test_pages_of_five_the_newest_first(boss: Bot) -> None:
    for number in range(12):
        make_lead(boss.partner, score=60, first_name=f"Л{number}", last_seen_at=NOW - timedelta(minutes=number))
    first = ask(boss, PanelCommand("/hot_leads"))
    assert not first.edits
    assert "Горячие и не обработаны: 12" in first.text
    assert "Страница 1 из 3" in first.text
    assert labels(first) == [*([f"Л{number} · 60 баллов"] for number in range(5)), ["Раньше ›"]]
    assert first.buttons[-1][0].callback == "p:hot:2"
    second = ask(boss, PanelPress("hot", 2))
    assert second.edits
    assert labels(second) == [*([f"Л{number} · 60 баллов"] for number in range(5, 10)), ["‹ Новее", "Раньше ›"]]
    last = ask(boss, PanelPress("hot", 99))  # meanwhile somebody was handled
    assert labels(last) == [["Л10 · 60 баллов"], ["Л11 · 60 баллов"], ["‹ Новее"]]


def test_the_button_under_the_digest_keeps_the_digest(boss: Bot) -> None:
    make_lead(boss.partner, score=60)
    assert not ask(boss, PanelPress("hot", 0)).edits


def test_nobody_waits(boss: Bot) -> None:
    make_lead(boss.partner, score=50)
    make_lead(make_partner(), score=90)
    assert "Все горячие обработаны" in ask(boss, PanelCommand("/hot_leads")).text


def test_an_act_of_the_partner_shows_that_the_bot_reaches_them(boss: Bot) -> None:
    with tenancy.partner(boss.partner_id):
        Partner.objects.update(unreachable=Partner.Unreachable.BLOCKED)
    ask(boss, PanelCommand("/hot_leads"))
    with tenancy.partner(boss.partner_id):
        assert Partner.objects.get().unreachable == ""


def test_a_card_opens_beside_the_list_and_promises_a_reminder_in_place(boss: Bot) -> None:
    lead = make_lead(boss.partner, score=60, first_name="Горячий")
    card = ask(boss, PanelPress("card", lead.pk))
    assert not card.edits
    assert "Горячий" in card.text
    later = ask(boss, PanelPress("later", lead.pk))
    assert later.edits
    assert "😴 Напомню" in later.text
    assert later.buttons == card.buttons


def test_leads_of_another_partner_are_gone(boss: Bot) -> None:
    foreign = make_lead(make_partner(), score=90, first_name="Чужой")
    for word in ("card", "later"):
        message = ask(boss, PanelPress(word, foreign.pk))
        assert "больше нет" in message.text
        assert "Чужой" not in message.text
        assert message.buttons == ()
