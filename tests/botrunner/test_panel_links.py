"""/my_link: a link for each place, its QR code, and who came through it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from analytics.services import rollups
from content.pictures.qr import qr_png
from funnels.models import FunnelEvent
from funnels.services.script import forget_scripts
from partners import tenancy
from partners.models import Bot, Link, Partner
from partners.services import links
from partners.services.links import LONGEST_LABEL
from partners.transliteration import slug
from tests.botrunner.panel_chat import PanelChat
from tests.factories import NOW, make_bot, make_lead, make_link, make_partner
from tests.network import publish_network

OWNER = 777


@pytest.fixture(params=Partner.Style.values)
def bot(db: None, request: pytest.FixtureRequest) -> Iterator[Bot]:
    publish_network()
    partner = make_partner(telegram_id=OWNER, name="Анна", communication_style=request.param)
    yield make_bot(partner, username="anna_bot")
    forget_scripts()


@pytest.fixture
def chat(bot: Bot) -> PanelChat:
    return PanelChat(bot, OWNER)


def stored(bot: Bot) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        return list(Link.objects.order_by("pk").values_list("campaign", "code"))


def test_a_label_makes_a_link_with_its_qr_code(chat: PanelChat, bot: Bot) -> None:
    chat.command("/my_link Визитка <клуб>")
    (card,) = chat.said
    address = "https://t.me/anna_bot?start=vizitka-klub"
    assert "<b>Визитка &lt;клуб&gt;</b>" in card.text
    assert f"<code>{address}</code>" in card.text
    assert "0 человек" in card.text
    assert card.image is not None
    assert card.image.png == qr_png(address, title="@anna_bot", note="Визитка <клуб>")
    assert quote(address, safe="") in card.buttons[0][0].url
    assert stored(bot) == [("Визитка <клуб>", "vizitka-klub")]


def test_the_same_label_finds_it_again(chat: PanelChat, bot: Bot) -> None:
    for text in ("/my_link Клуб", "/my_link клуб", "/my_link klub"):
        assert "start=klub<" in chat.command(text)
    assert len(stored(bot)) == 1
    assert "start=klub-2<" in chat.command("/my_link Клуб!")


def test_another_partners_label_is_not_found(chat: PanelChat, bot: Bot) -> None:
    make_link(make_partner(), code="klub", campaign="Клуб")
    assert "start=klub<" in chat.command("/my_link Клуб")
    assert stored(bot) == [("Клуб", "klub")]


def test_nothing_yet_and_the_first_one_by_a_button(chat: PanelChat, bot: Bot) -> None:
    assert "Пока ни одной" in chat.command("/my_link")
    assert "Для чего ссылка?" in chat.press("➕ Новая ссылка")
    assert "Название ссылки" in chat.write("х" * (LONGEST_LABEL + 1))
    assert "Название ссылки" in chat.write("две\nстроки")
    assert "Сторис" in chat.write("Сторис")
    assert stored(bot) == [("Сторис", "storis")]


def test_cancelled(chat: PanelChat, bot: Bot) -> None:
    chat.command("/my_link")
    chat.press("➕ Новая ссылка")
    assert "всё остаётся как было" in chat.write("Отмена")
    chat.write("Сторис")
    assert stored(bot) == []


def comes(bot: Bot, *links: Link) -> None:
    """Somebody new through these links, one after the other, and is counted."""
    lead = make_lead(bot.partner)
    with tenancy.all_partners():
        for minute, link in enumerate(links):
            at = NOW + timedelta(minutes=minute)
            FunnelEvent.objects.create(partner=bot.partner, lead=lead, kind="started", data={"link": link.pk}, at=at)
    rollups.count_leads([lead.pk], {bot.partner_id: "Europe/Moscow"})


def test_pages_with_people_per_link(chat: PanelChat, bot: Bot) -> None:
    made = [make_link(bot.partner, campaign=f"Место {number}") for number in range(8)]
    for _person in range(2):
        comes(bot, made[7], made[0])
    first = chat.command("/my_link")
    assert "Место 7 — 2 человека" in first
    assert "Место 2 — 0 человек" in first
    assert "Место 1" not in first
    assert "Страница 1 из 2" in first
    second = chat.press("Раньше ›")
    assert "Место 0 — 0 человек" in second
    assert chat.said[0].edits
    chat.press("‹ Новее")
    chat.press("Место 7")
    assert "2 человека" in chat.text
    assert "🛒 Перешли к заказу: <b>0</b>" in chat.text
    chat.press("← Все ссылки")
    assert chat.text == first


def test_a_link_says_what_its_people_did(chat: PanelChat, bot: Bot) -> None:
    link, other = (make_link(bot.partner, campaign=name) for name in ("Клуб", "Сторис"))
    comes(bot, link, other)
    lead = make_lead(bot.partner)
    with tenancy.all_partners():
        for kind, data in (("started", {"link": link.pk}), ("link_clicked", {"slot": "shop"})):
            FunnelEvent.objects.create(partner=bot.partner, lead=lead, kind=kind, data=data, at=NOW)
    rollups.count_leads([lead.pk], {bot.partner_id: "Europe/Moscow"})
    assert "По этой ссылке: 2 человека." in chat.command("/my_link Клуб")
    assert "🛒 Перешли к заказу: <b>1</b>\n📱 Оставили контакт: <b>0</b>" in chat.text
    assert "По этой ссылке: 0 человек." in chat.command("/my_link Сторис")
    assert "Перешли" not in chat.text


def test_as_many_queries_for_thirty_links_as_for_one(chat: PanelChat, bot: Bot) -> None:
    make_link(bot.partner)
    chat.command("/my_link")  # reads what the bot speaks from
    counts = []
    for more in (0, 30):
        for _number in range(more):
            make_link(bot.partner)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            chat.command("/my_link")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_link_that_is_gone(chat: PanelChat) -> None:
    others = make_link(make_partner())
    assert "больше нет" in chat.press_data(f"p:link:{others.pk}")


def test_a_bot_whose_name_is_not_known_yet(chat: PanelChat, bot: Bot) -> None:
    with tenancy.all_partners():
        Bot.objects.update(username="")
    assert "ещё не известен" in chat.command("/my_link Клуб")


def test_there_is_an_end_to_links(chat: PanelChat, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    chat.command("/my_link Клуб")
    assert "больше не помещается" in chat.command("/my_link Сторис")
    assert "start=klub<" in chat.command("/my_link Клуб")


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Ещё Щука, №5", "esche-schuka-no5"),
        ("Ünïcode  café", "unicode-cafe"),
        ("Қазақстан", "kazakstan"),
        ("🔥🔥", ""),
        ("Йод", "yod"),
    ],
)
def test_latin_letters(label: str, code: str) -> None:
    assert slug(label, 48) == code


@given(st.text(max_size=80))
def test_any_label_is_a_code(label: str) -> None:
    code = slug(label, 48)
    assert len(code) <= 48
    if code:
        Link._meta.get_field("code").run_validators(code)
