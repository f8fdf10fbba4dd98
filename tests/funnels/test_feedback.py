"""The buttons under an answer: thumbs, sources, the way to the partner. Old, foreign and doubled presses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from content.messages import Message
from content.models import OutboxMessage
from funnels.curator_words import AnswerPress, PressedButton
from funnels.dialogue import AskPartner
from funnels.models import Alert, Conversation, FunnelVersion, Question
from funnels.services.answering.feedback import PASSED_ON
from funnels.services.erasure import erase
from funnels.services.export import export
from funnels.services.takeover import take
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed, take_turns
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_partner

IVAN, OLGA = Person(1, "Иван", username="ivan"), Person(2, "Ольга")
LATER = NOW + timedelta(hours=1)
SOURCES = [
    {"document": 10**9, "title": "Доставка & сроки", "as_of": "2026-01-05"},  # retired and gone meanwhile
    {"document": 2, "title": "Возврат", "as_of": None},
]


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    partner = make_partner(name="Анна", telegram_id=777)
    make_bot(partner)
    return partner


@pytest.fixture
def question(partner: Partner) -> Question:
    return asked(partner, IVAN)


def asked(partner: Partner, person: Person, **fields: Any) -> Question:
    """Answered in two messages, unless `fields` say something else."""
    turn(partner, Opened(), person=person)
    answered = {"state": "answered", "answer": ["<b>Раз.</b>", "Два."], "sources": SOURCES}
    with tenancy.partner(partner.pk):
        return Question.objects.create(
            partner=partner,
            lead=Lead.objects.get(telegram_id=person.telegram_id),
            asker_id=person.telegram_id,
            chat_id=person.telegram_id,
            text="Сколько идёт посылка?",
            asked_at=NOW,
            **{**answered, **fields},
        )


def turn(partner: Partner, act: Act, *, person: Person = IVAN, now: Any = NOW) -> tuple[Message, ...]:
    with tenancy.partner(partner.pk):
        (said,) = take_turns(partner_id=partner.pk, turns=[Turn(person, act, update_id=1)], now=now)
    return said


def press(question: Question, button: PressedButton, *, person: Person = IVAN, now: Any = NOW) -> tuple[Message, ...]:
    return turn(question.partner, AnswerPress(question.pk, button), person=person, now=now)


def stored(question: Question) -> Question:
    with tenancy.partner(question.partner_id):
        return Question.objects.get(pk=question.pk)


def cards(partner: Partner) -> list[str]:
    """What the partner was told."""
    with tenancy.partner(partner.pk):
        return [row.payload["text"] for row in OutboxMessage.objects.filter(chat_id=777).order_by("pk")]


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


def test_a_thumb_is_kept_and_marked_in_the_last_message_of_the_answer(question: Question) -> None:
    edited, thanks = press(question, "up", now=LATER)
    assert (edited.text, edited.edits) == ("Два.", True)
    assert labels(edited) == ["👍 ✓", "👎", "📎 Источники"]
    assert (thanks.text, thanks.edits) == ("Спасибо за оценку!", False)
    assert (stored(question).thumb, stored(question).thumbed_at) == (1, LATER)


def test_a_second_tap_only_shows_the_same_again(question: Question) -> None:
    for button in ("up", "down"):
        first = press(question, button)
        assert press(question, button, now=LATER) == first[:1]
        assert stored(question).thumbed_at == NOW


def test_a_mind_may_be_changed(question: Question) -> None:
    press(question, "up")
    edited, offer = press(question, "down", now=LATER)
    assert labels(edited) == ["👍", "👎 ✓", "📎 Источники"]
    assert "Анна увидит его" in offer.text
    assert [button.callback for row in offer.buttons for button in row] == [f"q:{question.pk}:pass"]
    assert (stored(question).thumb, stored(question).thumbed_at) == (-1, LATER)


def test_the_sources_are_those_of_the_answer_whatever_became_of_the_documents(question: Question) -> None:
    (message,) = press(question, "sources")
    assert message.text.endswith("\n\n• Доставка &amp; сроки, данные на 05.01.2026\n• Возврат")
    assert not message.edits


def test_an_answer_without_sources(partner: Partner) -> None:
    question = asked(partner, IVAN, sources=[])
    (message,) = press(question, "sources")
    assert "не сохранились" in message.text
    assert labels(press(question, "up")[0]) == ["👍 ✓", "👎"]


def test_a_question_is_passed_on_once(partner: Partner, question: Question) -> None:
    press(question, "down")
    (passed,) = press(question, "pass", now=LATER)
    assert passed.text.startswith("Вопрос передан: Анна")
    assert (passed.edits, passed.buttons) == (True, ())
    row = stored(question)
    assert (row.state, row.reason, row.settled_at, row.thumb) == ("unanswered", PASSED_ON, None, -1)
    (card,) = cards(partner)
    assert "НУЖЕН ОТВЕТ" in card
    assert press(question, "pass", now=LATER + timedelta(days=2)) == (passed,)
    assert cards(partner) == [card]


def test_the_card_shows_the_question_even_if_others_were_asked_since(partner: Partner, question: Question) -> None:
    for number in range(4):
        turn(partner, Typed(f"Ещё вопрос {number}"))
    press(question, "pass", now=LATER)
    assert "Сколько идёт посылка?" in cards(partner)[-1]


def test_two_questions_of_one_day_are_both_told(partner: Partner, question: Question) -> None:
    press(question, "pass")
    press(asked(partner, IVAN), "pass", now=LATER)
    assert len(cards(partner)) == 2
    with tenancy.partner(partner.pk):
        assert Alert.objects.get().state == Alert.State.OPEN


def test_after_it_was_passed_on_a_thumb_offers_nothing_more(question: Question) -> None:
    press(question, "pass")
    (edited,) = press(question, "down")
    assert labels(edited) == ["👍", "👎 ✓", "📎 Источники"]
    assert stored(question).state == "unanswered"


def test_what_an_operator_settled_is_not_opened_again(partner: Partner, question: Question) -> None:
    press(question, "pass")
    with tenancy.partner(partner.pk):
        Question.objects.update(settled_at=LATER)
    press(question, "pass", now=LATER)
    assert stored(question).settled_at == LATER
    assert len(cards(partner)) == 1


@pytest.mark.parametrize("button", ["up", "down", "sources", "pass"])
def test_of_others_questions_nothing_is_told(partner: Partner, question: Question, button: PressedButton) -> None:
    theirs = make_partner()
    make_bot(theirs)
    for where in (partner, theirs):
        turn(where, Opened(), person=OLGA)
        absent = turn(where, AnswerPress(10**17, button), person=OLGA)
        assert turn(where, AnswerPress(question.pk, button), person=OLGA) == absent
        assert ("уже не хранится" in absent[0].text, len(absent)) == (True, 1)
    row = stored(question)
    assert (row.thumb, row.state) == (None, "answered")
    assert cards(partner) == []


@pytest.mark.parametrize("state", ["waiting", "thinking", "unanswered", "refused", "dropped"])
@pytest.mark.parametrize("button", ["up", "pass"])
def test_what_has_no_answer_has_no_buttons(partner: Partner, state: str, button: PressedButton) -> None:
    question = asked(partner, IVAN, state=state, answer=[], sources=[])
    (message,) = press(question, button)
    assert "уже не хранится" in message.text
    assert (stored(question).thumb, stored(question).state) == (None, state)


def test_the_buttons_work_while_a_person_speaks_with_the_lead(partner: Partner, question: Question) -> None:
    with tenancy.partner(partner.pk):
        take(lead=Lead.objects.get(), now=NOW)
    assert labels(press(question, "up")[0])[0] == "👍 ✓"
    assert len(press(question, "sources")) == 1
    assert press(question, "pass")[0].text.startswith("Вопрос передан")
    assert len(cards(partner)) == 1


def test_a_press_leaves_the_place_and_what_is_being_asked_for(partner: Partner, question: Question) -> None:
    turn(partner, AskPartner())
    with tenancy.partner(partner.pk):
        before = Conversation.objects.values("step", "path", "asking").get()
    press(question, "down")
    with tenancy.partner(partner.pk):
        assert Conversation.objects.values("step", "path", "asking").get() == before
    assert before["asking"]


def test_an_export_tells_the_questions_and_the_thumbs(partner: Partner, question: Question) -> None:
    press(question, "down", now=LATER)
    with tenancy.partner(partner.pk):
        data = json.loads(export(lead=Lead.objects.get(), now=LATER).text)
    assert data["questions"] == [
        {
            "text": "Сколько идёт посылка?",
            "asked_at": NOW.isoformat(),
            "chat_id": question.chat_id,
            "state": "answered",
            "answer": question.answer,
            "thumb": -1,
            "thumbed_at": LATER.isoformat(),
        }
    ]
    assert data["left_out"]["questions"] == 0


def test_who_was_erased_is_a_stranger_to_the_old_buttons(partner: Partner, question: Question) -> None:
    with tenancy.partner(partner.pk):
        erase(lead=Lead.objects.get(), now=NOW)
        assert Question.objects.values_list("text", "answer", "asker_id", "chat_id").get() == ("", [], 0, 0)
    for button in ("up", "sources", "pass"):
        (message,) = press(question, button, now=LATER)
        assert "уже не хранится" in message.text
    assert cards(partner) == []
