"""Cards about leads: what they tell, that nothing typed breaks them, that they always fit into a message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import markup
from content.messages import Message
from funnels.card_text import CardFacts, CardVoice, Headline, answer_labels, named
from funnels.models import Alert, Conversation, FunnelEvent, FunnelVersion, LeadMessage
from funnels.scoring import Score, ScoreLine
from funnels.services.cards import card, settled_card
from funnels.services.presets import alert_texts
from funnels.services.takeover import take
from funnels.timeline import funnel_of
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead, make_link, make_partner
from tests.funnels.samples import GOOD

CONTACT = Alert.Trigger.CONTACT_LEFT
HOSTILE = "</b><a href='https://evil.example'>&amp; <i>\U0001f600\u202e"


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    return make_partner(communication_style=Partner.Style.INFORMAL)


def lead_at_product(partner: Partner, sample: FunnelVersion, **fields: Any) -> Lead:
    link = make_link(partner, campaign="Осень", material="Reels 3")
    values = {"first_name": "Иван", "last_name": "Петров", "username": "ivan", "phone": "+79161234567"}
    values |= {"intent": "client", "pain": "weight", "email": "ivan@mail.example"}
    lead = make_lead(partner, **values | {"first_link": link, "last_link": link} | fields)
    with tenancy.all_partners():
        Conversation.objects.create(lead=lead, partner=partner, version=sample, step="shake", changed_at=NOW)
        for number, text in enumerate(("первое", "второе", "третье", "Сколько <стоит>?")):
            at = NOW + timedelta(minutes=number)
            LeadMessage.objects.create(lead=lead, partner=partner, text=text, at=at)
            FunnelEvent.objects.create(lead=lead, partner=partner, kind="message_received", at=at)
        FunnelEvent.objects.create(lead=lead, partner=partner, kind="contact_left", data={"what": "phone"}, at=NOW)
    return lead


def card_of(lead: Lead, trigger: Alert.Trigger = CONTACT, now: datetime = NOW + timedelta(hours=3)) -> Message:
    with tenancy.partner(lead.partner_id):
        found = Lead.objects.select_related("partner", "first_link", "last_link").get(pk=lead.pk)
        return card(lead=found, trigger=trigger, now=now)


def test_a_card_tells_all(partner: Partner, sample: FunnelVersion) -> None:
    lead = lead_at_product(partner, sample)
    assert card_of(lead).text.splitlines() == [
        "📱 <b>ОСТАВИЛ КОНТАКТ</b>",
        "",
        "<b>Иван Петров</b> @ivan",
        "☎️ +7 916 123-45-67",
        "✉️ ivan@mail.example",
        "Интерес: 🍎 Здоровье · 🔥 Похудеть",
        "Остановился(ась) на: shake",
        "Баллы: <b>28</b> из 100, тёплый",
        "  +20 оставил(а) телефон, 3 ч назад",
        "  +8 написал(а) 4 сообщения, 2 ч назад",
        "В воронке: 3 ч",
        "Откуда: Осень · Reels 3",
        "",
        "Последние сообщения:",
        "<blockquote>второе</blockquote>",
        "<blockquote>третье</blockquote>",
        "<blockquote>Сколько &lt;стоит&gt;?</blockquote>",
    ]


def test_its_buttons(partner: Partner, sample: FunnelVersion) -> None:
    lead = lead_at_product(partner, sample)
    rows = [[(button.text, button.url or button.callback) for button in row] for row in card_of(lead).buttons]
    assert rows == [
        [("✍️ Написать", "https://t.me/ivan")],
        [("✅ Обработан", f"p:done:{lead.pk}"), ("😴 Напомнить через 3 ч", f"p:later:{lead.pk}")],
        [("👎 Не актуально", f"p:irrelevant:{lead.pk}"), ("🙋 Взять диалог", f"p:take:{lead.pk}")],
    ]


def test_whoever_is_taken_can_be_given_back(partner: Partner, sample: FunnelVersion) -> None:
    lead = lead_at_product(partner, sample)
    with tenancy.partner(partner.pk):
        take(lead=lead, now=NOW)
    message = card_of(lead)
    assert message.buttons[2][1].callback == f"p:give:{lead.pk}"
    assert "🙋 Диалог твой: бот этому человеку не отвечает." in message.text


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"username": "ivan"}, "https://t.me/ivan"),
        ({"username": '<b>/"'}, "https://t.me/%3Cb%3E%2F%22"),
        ({"username": "", "phone": "+79161234567"}, "https://t.me/+79161234567"),
        ({"username": "", "phone": ""}, ""),
    ],
)
def test_how_to_write_to_the_lead(partner: Partner, fields: dict[str, str], url: str) -> None:
    message = card_of(make_lead(partner, telegram_id=4242, first_name="Иван", **fields))
    assert [button.url for row in message.buttons for button in row if button.url] == ([url] if url else [])
    assert ('<a href="tg://user?id=4242">Иван</a>' in message.text) is (not fields["username"])
    assert ("нажми на имя" in message.text) is (not url)


def test_the_same_phone_is_told(partner: Partner) -> None:
    lead = make_lead(partner, phone="+79161234567")
    assert "Такой же номер" not in card_of(lead).text
    make_lead(make_partner(), phone="+79161234567")
    assert "Такой же номер" not in card_of(lead).text
    make_lead(partner, phone="+79161234567")
    assert "⚠️ Такой же номер у другого человека" in card_of(lead).text


def test_who_has_done_nothing_has_a_short_card(partner: Partner) -> None:
    text = card_of(make_lead(partner, first_name="Ольга", username="olga")).text
    assert text.splitlines()[2:] == ["<b>Ольга</b> @olga", "Баллы: <b>0</b> из 100, холодный", "В воронке: 3 ч"]


def test_answers_are_in_words_also_of_whoever_has_no_place_in_the_funnel(partner: Partner) -> None:
    text = card_of(make_lead(partner, intent="client", pain="weight")).text
    assert "client" not in text
    assert "weight" not in text
    assert "Интерес: " in text


@pytest.mark.parametrize("trigger", Alert.Trigger)
def test_every_trigger_has_a_headline(partner: Partner, trigger: Alert.Trigger) -> None:
    assert card_of(make_lead(partner), trigger).text.startswith(dict(alert_texts().headlines)[trigger.value])  # type: ignore[index]


def test_a_settled_card_is_short_and_asks(partner: Partner, sample: FunnelVersion) -> None:
    lead = lead_at_product(partner, sample)
    with tenancy.partner(partner.pk):
        lead = Lead.objects.select_related("partner").get(pk=lead.pk)
        asks = settled_card(lead=lead, headline="handled", end="outcome_question", now=NOW)
        tells = settled_card(lead=lead, headline="handled", end="outcome_ordered", now=NOW)
    assert asks.text.splitlines() == [
        "✅ <b>ОБРАБОТАНО</b>", "", "<b>Иван Петров</b> @ivan", "☎️ +7 916 123-45-67", "✉️ ivan@mail.example",
        "Интерес: 🍎 Здоровье · 🔥 Похудеть", "", "Чем закончилось?",
    ]  # fmt: skip
    assert [[button.text for button in row] for row in asks.buttons] == [
        ["✍️ Написать"], ["🛒 Заказал(а)", "🤝 Стал(а) партнёром"], ["💬 Ещё думает"],
    ]  # fmt: skip
    assert [[button.text for button in row] for row in tells.buttons] == [["✍️ Написать"], ["✏️ Изменить итог"]]


def test_answers_in_the_words_of_the_buttons() -> None:
    funnel = funnel_of(GOOD)
    assert funnel is not None
    said = {"intent": "business", "pain": "kids", "detail": "gone", "goal": "10_30k"}
    assert answer_labels(funnel, said | {"goal": ""}, "ty") == {
        "intent": "💼 Бизнес",
        "pain": "🧒 Детям",
        "detail": "gone",
    }
    assert answer_labels(funnel, said, "ty")["goal"] == "💼 Бизнес"


def test_an_erased_person_is_no_link() -> None:
    assert named(CardFacts(name="id -7", telegram_id=-7)) == "id -7"


TYPED = st.one_of(st.just(HOSTILE), st.text(max_size=300), st.just("\U0001f600" * 2_500), st.just("&<>" * 900))
LINES = st.lists(
    st.builds(ScoreLine, st.sampled_from([20, 5]), st.sampled_from(["phone", "step"]), st.just(7), st.just(NOW)),
    max_size=5,
)
FACTS = st.builds(
    CardFacts,
    name=TYPED,
    telegram_id=st.just(1),
    username=st.sampled_from(["", "u" * 64]),
    phone=TYPED,
    has_duplicate=st.booleans(),
    email=TYPED,
    interest=TYPED,
    goal=TYPED,
    place=TYPED,
    score=st.builds(lambda lines: Score(50, 50, 100, tuple(lines)), LINES),
    came_at=st.just(NOW),
    source=TYPED,
    is_taken=st.booleans(),
    words=st.lists(TYPED, max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(FACTS, st.sampled_from(list(alert_texts().headlines)), st.sampled_from(["ty", "vy"]))
def test_whatever_people_type_a_card_is_a_message(facts: CardFacts, headline: Headline, style: Any) -> None:
    voice = CardVoice(alert_texts(), style)
    for text in (
        voice.card(headline, facts, NOW + timedelta(days=400)),
        voice.short(headline, facts, end="contact_removed"),
    ):
        assert markup.telegram_length(markup.visible(text)) <= markup.MESSAGE_LIMIT
        assert markup.fault(text.replace("tg://user?id=1", "https://t.me/1")) is None
        assert "evil.example'>" not in text
