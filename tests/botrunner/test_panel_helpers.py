"""/invite: a link for one person, agreed to by both sides; and an end to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from content.messages import Message
from content.models import OutboxMessage
from funnels.services.script import forget_scripts
from partners import tenancy
from partners.models import Bot, Invitation, Lead, Partner
from partners.services import invitations
from tests.botrunner.panel_chat import PanelChat
from tests.factories import NOW, make_bot, make_partner
from tests.network import publish_network

OWNER, MARIA, OLEG = 777, 901, 902


@pytest.fixture(params=Partner.Style.values)
def bot(db: None, request: pytest.FixtureRequest) -> Iterator[Bot]:
    publish_network()
    partner = make_partner(telegram_id=OWNER, name="Анна <3", communication_style=request.param)
    yield make_bot(partner, username="anna_bot")
    forget_scripts()


@pytest.fixture
def anna(bot: Bot) -> PanelChat:
    return PanelChat(bot, OWNER)


@pytest.fixture
def maria(bot: Bot) -> PanelChat:
    return PanelChat(bot, MARIA, "Мария <b>", username="maria")


def link_from(anna: PanelChat) -> str:
    """The code of a new invitation."""
    anna.command("/invite")
    text = anna.press("➕ Пригласить помощника")
    return text.partition("anna_bot?start=")[2].partition("<")[0]


def helpers(bot: Bot) -> list[int]:
    with tenancy.partner(bot.partner_id):
        return list(Partner.objects.get().admin_telegram_ids)


def letters(bot: Bot, to: int) -> list[Message]:
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.filter(chat_id=to).order_by("pk").values_list("payload", flat=True)
        return [Message.from_json(row) for row in rows]


def pressed(chat: PanelChat, letter: Message, label: str) -> str:
    chat.said = (letter,)
    return chat.press(label)


def test_from_the_link_to_the_first_command(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    code = link_from(anna)
    assert "Анна &lt;3</b> приглашает" in maria.start(code)
    assert "подтвердил(а)" in maria.press("✅ Да, помогу")
    assert maria.said[0].edits
    assert helpers(bot) == []
    (asks,) = letters(bot, OWNER)
    assert "<b>Мария &lt;b&gt;</b> (@maria) хочет" in asks.text
    assert "✅ Помощник: <b>Мария &lt;b&gt;</b>" in pressed(anna, asks, "✅ Да, это мой помощник")
    assert helpers(bot) == [MARIA]
    assert "Готово" in letters(bot, MARIA)[0].text
    assert "горячие" in maria.command("/hot_leads")
    assert "• Мария &lt;b&gt;" in anna.command("/invite")
    with tenancy.partner(bot.partner_id):
        assert not Lead.objects.exists()


def test_the_partner_does_not_know_this_person(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    maria.start(link_from(anna))
    maria.press("✅ Да, помогу")
    (asks,) = letters(bot, OWNER)
    assert "без доступа" in pressed(anna, asks, "❌ Нет")
    assert "уже решено" in pressed(anna, asks, "✅ Да, это мой помощник")
    assert helpers(bot) == []


def test_the_person_does_not_want_to(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    maria.start(link_from(anna))
    said = maria.said
    assert "приглашение закрыто" in maria.press("Нет, спасибо")
    assert "приглашение закрыто" in pressed(maria, said[0], "✅ Да, помогу")
    assert letters(bot, OWNER) == []


def test_one_link_one_person(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    code = link_from(anna)
    maria.start(code)
    oleg = PanelChat(bot, OLEG, "Олег")
    assert "уже кто-то зашёл" in oleg.start(code)
    assert "не действует" in pressed(oleg, maria.said[0], "✅ Да, помогу")
    assert "не действует" in oleg.start("in-" + "x" * 32)
    assert helpers(bot) == []


def test_too_late(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    code = link_from(anna)
    maria.later(NOW + timedelta(hours=48))
    assert "Срок ссылки вышел" in maria.start(code)


def test_the_partners_own_press_does_not_spend_it(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    code = link_from(anna)
    assert "сработает она у него" in anna.start(code)
    assert "приглашает" in maria.start(code)


def test_a_helper_is_removed(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    with tenancy.all_partners():
        Partner.objects.update(admin_telegram_ids=[5, MARIA])
    forget_scripts()
    assert "• id 5" in anna.command("/invite")
    assert "Убрать помощника id 901?" in anna.press("Убрать: id 901")
    assert "больше не помощник" in anna.press("Да, убрать")
    assert helpers(bot) == [5]
    assert "горяч" not in maria.command("/hot_leads").casefold()
    anna.press_data(f"p:inv_out:{MARIA}")
    assert "Помощники" in anna.text


def test_neither_helper_nor_stranger_invites(bot: Bot, anna: PanelChat, maria: PanelChat) -> None:
    with tenancy.all_partners():
        Partner.objects.update(admin_telegram_ids=[MARIA])
    forget_scripts()
    for chat in (maria, PanelChat(bot, OLEG, "Олег")):
        for data in ("p:inv_new:0", f"p:inv_out:{MARIA}", "p:inv:0", "p:settings:0", "p:set_to:0:style.ty"):
            assert "Помощник" not in chat.press_data(data)
        chat.command("/invite")
        assert "Помощник" not in chat.text
    assert helpers(bot) == [MARIA]
    with tenancy.partner(bot.partner_id):
        assert not Invitation.objects.exists()


def owners_link(bot: Bot) -> str:
    with tenancy.partner(bot.partner_id):
        return invitations.invite(partner=bot.partner, kind=Invitation.Kind.OWNER, now=NOW)


def test_the_partner_in_person_comes_by_a_link(bot: Bot) -> None:
    with tenancy.all_partners():
        Partner.objects.update(telegram_id=None)
    forget_scripts()
    boss = PanelChat(bot, OLEG, "Олег")
    assert "Анна &lt;3?" in boss.start(owners_link(bot))
    assert "панель" in boss.press("✅ Да, это я")
    assert "настройки</b>" in boss.command("/my_settings")
    assert "уже есть партнёр" in _second(bot)


def _second(bot: Bot) -> str:
    other = PanelChat(bot, MARIA, "Мария")
    other.start(owners_link(bot))
    return other.press("✅ Да, это я")
