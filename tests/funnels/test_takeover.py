"""While a person speaks with a lead, the bot only listens; the lead's rights are answered all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from content.messages import Message
from content.models import OutboxMessage
from funnels import engine
from funnels.callbacks import Press
from funnels.dialogue import Agree, Card
from funnels.models import Alert, Conversation, Enrollment, FunnelEvent, FunnelVersion, LeadMessage, Question
from funnels.services.alerts import MOST_AN_HOUR
from funnels.services.takeover import give_back, take
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed, take_turns
from funnels.wishes import COMMANDS, WORDS, ChangeTopic, Wish
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner

IVAN = Person(1, "Иван", username="ivan")
LATER = NOW + timedelta(hours=1)
RIGHTS: list[Act] = [
    *(Wish(word) for word in WORDS if word != "help"),
    ChangeTopic("tips", wanted=False),
    Agree("offers", 1),
]


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    partner = make_partner(telegram_id=777, lead_notifications=False)
    make_bot(partner)
    return partner


@pytest.fixture
def lead(partner: Partner) -> Lead:
    act(partner, Opened())
    with tenancy.partner(partner.pk):
        return Lead.objects.get()


def act(partner: Partner, *acts: Act) -> list[tuple[Message, ...]]:
    said = []
    for number, one in enumerate(acts):
        with tenancy.partner(partner.pk):
            said += take_turns(partner_id=partner.pk, turns=[Turn(IVAN, one, update_id=number + 1)], now=NOW)
    return said


def taken(lead: Lead) -> bool:
    with tenancy.partner(lead.partner_id):
        return take(lead=Lead.objects.get(pk=lead.pk), now=NOW)


def given_back(lead: Lead) -> bool:
    with tenancy.partner(lead.partner_id):
        return give_back(lead=Lead.objects.get(pk=lead.pk), now=LATER)


def events(partner: Partner) -> list[str]:
    with tenancy.partner(partner.pk):
        return list(FunnelEvent.objects.order_by("pk").values_list("kind", flat=True))


def passed_on(partner: Partner) -> list[tuple[int, str]]:
    with tenancy.partner(partner.pk):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.ALERT).order_by("pk")
        return [(row.chat_id, row.payload["text"]) for row in rows]


def test_taking_and_giving_back_happen_once(partner: Partner, lead: Lead) -> None:
    assert [taken(lead), taken(lead)] == [True, False]
    assert [given_back(lead), given_back(lead)] == [True, False]
    assert events(partner)[-2:] == ["dialogue_taken", "dialogue_returned"]
    with tenancy.partner(partner.pk):
        assert Lead.objects.get().taken_at is None


def test_sequences_end_and_alerts_are_settled(partner: Partner, lead: Lead) -> None:
    with tenancy.all_partners():
        Enrollment.objects.create(
            lead=lead, partner=partner, sequence="weight", next_step="first", fire_at=LATER, entered_at=NOW
        )
        Alert.objects.create(lead=lead, partner=partner, trigger="contact_left", day=NOW.date(), at=NOW)
    taken(lead)
    with tenancy.partner(partner.pk):
        assert list(Enrollment.objects.values_list("state", "exit_reason")) == [("left", "human")]
        assert list(Alert.objects.values_list("state", "settled_at")) == [("handled", NOW)]


def test_the_bot_listens(partner: Partner, lead: Lead, sample: FunnelVersion) -> None:
    taken(lead)
    before = len(events(partner))
    spoken: list[Act] = [
        Opened(), Typed("Сколько <стоит>?"), Press(sample.pk, "start", "0"), Typed("🏠 Главное меню"), engine.Home(),
        engine.Unsupported(), Wish("help"), COMMANDS["/contact"], COMMANDS["/support"], Card("+79161234567", own=True),
    ]  # fmt: skip
    assert act(partner, *spoken) == [()] * len(spoken)
    heard = events(partner)[before:]
    assert "screen_shown" not in heard
    assert [kind for kind in heard if kind != "button_pressed"] == ["started", "message_received", "contact_asked"]
    with tenancy.partner(partner.pk):
        assert list(LeadMessage.objects.values_list("text", flat=True)) == ["Сколько <стоит>?"]
        place = Conversation.objects.get()
        assert (place.step, place.asking) == ("start", "")
        assert Lead.objects.get().phone == ""


def test_what_is_written_is_passed_on_once(partner: Partner, lead: Lead) -> None:
    """Also to a partner who wants no alerts: nobody else hears the lead."""
    taken(lead)
    for _time in range(2):
        act(partner, Typed("Сколько <стоит>?"), engine.Unsupported(), COMMANDS["/contact"])
    assert passed_on(partner) == [
        (777, "💬 <b>Иван</b> пишет боту:\n<blockquote>Сколько &lt;стоит&gt;?</blockquote>"),
        (
            777,
            "💬 <b>Иван</b> отправил(а) боту фото, голосовое или файл. Бот их не показывает: спросите в личном чате.",
        ),
        (777, "💬 <b>Иван</b> просит позвонить."),
    ]
    with tenancy.partner(partner.pk):
        row = OutboxMessage.objects.order_by("pk").first()
        assert row is not None
        assert [[button["text"] for button in line] for line in row.payload["buttons"]] == [
            ["✍️ Написать"], ["↩️ Вернуть боту"],
        ]  # fmt: skip
        assert row.payload["buttons"][1][0]["callback"] == f"p:give:{lead.pk}:heard"


def test_nobody_buries_the_partner(partner: Partner, lead: Lead) -> None:
    taken(lead)
    act(partner, *[Typed("Ау")] * (MOST_AN_HOUR + 2))
    assert len(passed_on(partner)) == MOST_AN_HOUR
    with tenancy.partner(partner.pk):
        assert LeadMessage.objects.count() == MOST_AN_HOUR + 2


@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_rights_are_answered(partner: Partner, lead: Lead, right: Act) -> None:
    taken(lead)
    (messages,) = act(partner, right)
    assert messages
    assert passed_on(partner) == []


def test_others_of_the_same_batch_are_answered(partner: Partner, lead: Lead) -> None:
    taken(lead)
    with tenancy.partner(partner.pk):
        turns = [Turn(IVAN, engine.Home()), Turn(Person(2, "Ольга"), engine.Home())]
        ivan, olga = take_turns(partner_id=partner.pk, turns=turns, now=NOW)
    assert not ivan
    assert olga


def test_a_question_for_the_phone_is_dropped(partner: Partner, lead: Lead) -> None:
    act(partner, COMMANDS["/contact"])
    taken(lead)
    assert act(partner, Typed("+7 916 123-45-67")) == [()]
    assert passed_on(partner)[0][1].endswith("<blockquote>+7 916 123-45-67</blockquote>")
    given_back(lead)
    assert act(partner, Typed("Сколько идёт доставка?")) == [()]
    with tenancy.partner(partner.pk):
        assert [question.text for question in Question.objects.all()] == ["Сколько идёт доставка?"]


def test_the_bot_answers_again(partner: Partner, lead: Lead) -> None:
    taken(lead)
    given_back(lead)
    (answer,) = act(partner, engine.Home())
    assert answer


def test_a_taken_newcomer_from_nowhere(partner: Partner) -> None:
    """Erased, or made by an import: without a place in the funnel."""
    make_lead(partner, telegram_id=1, taken_at=NOW)
    assert act(partner, Typed("Привет")) == [()]
    assert len(passed_on(partner)) == 1
