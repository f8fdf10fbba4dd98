"""Unanswered questions: put together, answered once with a document, told to everybody who asked."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from content.knowledge.reading import Source
from content.models import Chunk, Document, OutboxMessage, RegressionQuestion
from funnels.models import Alert, Question
from funnels.services.answering import inbox, late
from funnels.services.answering.inbox import NotPossible
from funnels.services.answering.waiting import Group, group_of, waiting
from funnels.services.erasure import erase
from funnels.tasks import send_late_answers
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.question_samples import unanswered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

Outcome = Question.Outcome
TEXT = "Да, в Армению доставляем за неделю: [выбрать]({shop_link})."
SOURCE = Source("Доставка в Армению", "delivery", TEXT)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def anna() -> Partner:
    partner = make_partner("anna", name="Анна")
    make_bot(partner)
    return partner


@pytest.fixture
def boris() -> Partner:
    partner = make_partner("boris", name="Борис", communication_style="ty")
    make_bot(partner)
    return partner


def answer(*questions: Question, source: Source = SOURCE, partner_id: int | None = None) -> Document:
    with tenancy.all_partners():
        ids = [question.pk for question in questions]
        return inbox.answer(questions=ids, source=source, partner_id=partner_id, author=None, now=LATER)


def tell(partner: Partner, limit: int = 500) -> int:
    with tenancy.partner(partner.pk):
        return late.send_due(partner_id=partner.pk, now=LATER, limit=limit)


def sent() -> list[OutboxMessage]:
    with tenancy.all_partners():
        return list(OutboxMessage.objects.filter(source=late.SOURCE).order_by("pk"))


def texts() -> list[str]:
    return [message.payload["text"] for message in sent()]


def outcomes() -> list[str]:
    with tenancy.all_partners():
        return list(Question.objects.order_by("pk").values_list("outcome", flat=True))


def seen(**options: Any) -> list[Group]:
    with tenancy.all_partners():
        return waiting(**options)


# What waits


def test_similar_questions_stand_together(anna: Partner, boris: Partner) -> None:
    one = unanswered(make_lead(anna), "Есть ли доставка в Армению?")
    lead = make_lead(boris)
    two = unanswered(lead, "доставка в армению есть?", hours=2)
    three = unanswered(lead, "Доставка в Армению  есть", hours=3)
    other = unanswered(make_lead(boris), "Есть ли халяль сертификат?", hours=1)
    group, alone = seen()
    assert list(group.questions) == [one, two, three]
    assert (group.people, group.first, group.last) == (2, one.asked_at, three.asked_at)
    assert [partner.slug for partner in group.partners] == ["boris", "anna"]
    assert group.wordings == [one.text, three.text]
    assert list(alone.questions) == [other]
    with tenancy.all_partners():
        assert group_of(two.pk).leader == one  # type: ignore[union-attr]
        assert group_of(0) is None


def test_the_largest_or_the_newest_first(anna: Partner) -> None:
    for number in range(2):
        unanswered(make_lead(anna), "Есть ли доставка в Армению?", hours=number)
    unanswered(make_lead(anna), "Есть ли халяль сертификат?", hours=5)
    assert [group.people for group in seen()] == [2, 1]
    assert [group.people for group in seen(order="newest")] == [1, 2]


def test_only_what_nobody_has_answered_waits(anna: Partner, boris: Partner) -> None:
    lead = make_lead(anna)
    for state in Question.State:
        unanswered(lead, f"Вопрос {state}", state=state)
    unanswered(lead, "Улажен", settled_at=NOW)
    assert [group.leader.text for group in seen()] == ["Вопрос unanswered"]
    assert seen(partner_id=boris.pk) == []
    with tenancy.partner(boris.pk):
        assert waiting() == []


def test_what_was_put_aside_can_be_brought_back(anna: Partner) -> None:
    question = unanswered(make_lead(anna), "Есть ли халяль сертификат?")
    with tenancy.all_partners():
        assert inbox.settle(questions=[question.pk], outcome=Outcome.ASIDE, now=LATER) == 1
    assert seen() == []
    assert len(seen(aside=True)) == 1
    with tenancy.all_partners():
        assert inbox.reopen(questions=[question.pk]) == 1
    assert len(seen()) == 1


# Answering


def test_one_answer_for_everybody_who_asked(anna: Partner, boris: Partner) -> None:
    annas, boriss = make_lead(anna, first_name="Олеся"), make_lead(boris)
    one = unanswered(annas, "Это Олеся, есть ли доставка в Армению?")
    two = unanswered(boriss, "<b>доставка</b> в Армению?")
    document = answer(one, two)
    assert sent() == []  # the tick tells them
    send_late_answers()
    first, second = sent()
    assert [(first.partner_id, first.lead_id), (second.partner_id, second.lead_id)] == [
        (anna.pk, annas.pk),
        (boris.pk, boriss.pk),
    ]
    assert first.lane == OutboxMessage.Lane.REPLY
    assert "Ваш вопрос:\n<blockquote>Это Олеся, есть" in first.payload["text"]
    assert "Твой вопрос:\n<blockquote>&lt;b&gt;доставка&lt;/b&gt; в Армению?</blockquote>" in second.payload["text"]
    assert "/r/" in first.payload["text"]
    assert first.payload["text"].split("/r/")[1] != second.payload["text"].split("/r/")[1]
    pressed = [button["callback"] for row in first.payload["buttons"] for button in row]
    assert pressed == [f"q:{one.pk}:{button}" for button in ("up", "down", "sources")]
    with tenancy.all_partners():
        one.refresh_from_db()
        assert (one.state, one.settled_at, one.document) == (Question.State.UNANSWERED, LATER, document)
        assert one.answer == [first.payload["text"]]
        assert one.sources == [{"document": document.pk, "title": SOURCE.title, "as_of": None}]
        assert Chunk.objects.get().document == document
        lines: set[Any] = set(RegressionQuestion.objects.values_list("text", "partner", "document"))
    assert lines == {
        ("Это [имя], есть ли доставка в Армению?", None, document.pk),
        ("<b>доставка</b> в Армению?", None, document.pk),
    }
    assert outcomes() == ["sent", "sent"]
    assert seen() == []


def test_telling_twice_tells_once(anna: Partner) -> None:
    lead = make_lead(anna)
    questions = [unanswered(lead, "Есть ли доставка в Армению?", hours=hours) for hours in range(3)]
    answer(*questions)
    assert [tell(anna, limit=2) for _round in range(3)] == [2, 1, 0]  # a crash between two rounds
    assert len(sent()) == 1
    with tenancy.all_partners():  # as if the row's change had been lost
        Question.objects.update(outcome=Outcome.DUE)
    tell(anna)
    assert len(sent()) == 1


def test_whoever_comes_second_is_told(anna: Partner) -> None:
    one, two = (unanswered(make_lead(anna), "Есть ли доставка в Армению?") for _ in range(2))
    answer(one)
    for chosen in ([one], [one, two]):
        with pytest.raises(NotPossible, match="Somebody was quicker"):
            answer(*chosen, source=Source("Иначе", "", "Другой ответ на это."))
    with tenancy.all_partners():
        assert Document.objects.count() == 1
        with pytest.raises(NotPossible):
            inbox.settle(questions=[one.pk], outcome=Outcome.NEEDLESS, now=LATER)


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once(anna: Partner) -> None:
    question = unanswered(make_lead(anna), "Есть ли доставка в Армению?")
    both = threading.Barrier(2)
    results: list[object] = []

    def act(title: str) -> None:
        try:
            both.wait(60)
            results.append(answer(question, source=Source(title, "", TEXT)).title)
        except NotPossible:
            results.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[title]) for title in ("Один", "Другой")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert "late" in results
    with tenancy.all_partners():
        assert Document.objects.count() == RegressionQuestion.objects.count() == 1


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (Source("X", "", "Пишите на anna@example.com, она ответит."), "findings"),
        (Source("Пишите на anna@example.com", "", "Она ответит на всё."), "findings"),
        (Source("X", "", "Этот чай лечит диабет и гипертонию."), "findings"),
        (Source("X", "", "---"), "Nothing of this text"),
    ],
)
def test_what_may_not_be_said_is_not_sent(anna: Partner, source: Source, sentence: str) -> None:
    question = unanswered(make_lead(anna), "Есть ли доставка в Армению?")
    with pytest.raises(NotPossible, match=sentence):
        answer(question, source=source)
    assert outcomes() == [""]


def test_a_title_stands_once(anna: Partner) -> None:
    one, two = (unanswered(make_lead(anna), "Есть ли доставка в Армению?") for _ in range(2))
    answer(one)
    with pytest.raises(NotPossible, match="another title"):
        answer(two)
    answer(two, partner_id=anna.pk)  # a partner's own may have the same


def test_for_one_partner_only(anna: Partner, boris: Partner) -> None:
    one, two = unanswered(make_lead(anna), "Где склад?"), unanswered(make_lead(boris), "Где склад?")
    with pytest.raises(NotPossible, match="whole network"):
        answer(one, two, partner_id=anna.pk)
    document = answer(one, partner_id=anna.pk)
    assert document.partner_id == anna.pk
    tell(anna)
    assert len(sent()) == 1
    with tenancy.all_partners():
        assert RegressionQuestion.objects.get().partner_id == anna.pk
    with tenancy.partner(boris.pk):
        assert not Document.objects.exists()


# Who is told, and when


def test_who_is_not_told(anna: Partner) -> None:
    leads = [make_lead(anna, blocked_at=NOW), make_lead(anna, taken_at=NOW), make_lead(anna)]
    answer(*(unanswered(lead, "Есть ли доставка в Армению?") for lead in leads))
    tell(anna)
    assert outcomes() == ["blocked", "taken", "sent"]
    assert [message.lead_id for message in sent()] == [leads[2].pk]


def test_without_a_bot_nobody_is_told() -> None:
    carl = make_partner("carl")
    answer(unanswered(make_lead(carl), "Есть ли доставка в Армению?"))
    tell(carl)
    assert (outcomes(), sent()) == (["no_bot"], [])


def test_whoever_was_erased_meanwhile_is_forgotten(anna: Partner) -> None:
    lead = make_lead(anna)
    answer(unanswered(lead, "Есть ли доставка в Армению?"))
    with tenancy.partner(anna.pk):
        erase(lead=Lead.objects.get(pk=lead.pk), now=LATER)
    tell(anna)
    assert (outcomes(), sent()) == (["erased"], [])


def test_an_answer_on_its_way_is_forgotten_with_the_person(anna: Partner) -> None:
    lead = make_lead(anna)
    answer(unanswered(lead, "Есть ли доставка в Армению?"))
    tell(anna)
    with tenancy.partner(anna.pk):
        erase(lead=Lead.objects.get(pk=lead.pk), now=LATER)
    [message] = sent()
    assert (message.state, message.payload) == ("skipped", {"text": ""})


def test_not_at_night_of_the_lead(anna: Partner) -> None:
    night = NOW.replace(hour=20)  # 23:00 in Moscow, 01:00 in Almaty
    kazakh = make_lead(anna, phone="+77012345678")
    with tenancy.partner(anna.pk):
        partner = Partner.objects.get(pk=anna.pk)
    assert late.not_before(None, partner, NOW) == NOW
    assert late.not_before(make_lead(anna), partner, night) == NOW.replace(hour=7) + timedelta(days=1)
    assert late.not_before(kazakh, partner, night) == NOW.replace(hour=5) + timedelta(days=1)


def test_a_question_of_a_group_is_answered_there(anna: Partner) -> None:
    lead = make_lead(anna)
    question = unanswered(lead, "Есть ли доставка в Армению?", lead=None, chat_id=-100, thread_id=5)
    answer(question)
    tell(anna)
    [message] = sent()
    assert (message.chat_id, message.thread_id, message.lead_id) == (-100, 5, None)
    assert message.payload["reply_to"] == question.message_id
    assert "buttons" not in message.payload
    assert anna.shop_link in message.payload["text"]


def test_a_long_answer_is_several_messages(anna: Partner) -> None:
    text = "\n\n".join(f"Абзац {number}. " + "Слово за слово. " * 40 for number in range(9))
    source = Source("Долго", "", text, as_of=date(2026, 3, 1))
    question = unanswered(make_lead(anna), "Расскажите про всё " * 40)
    answer(question, source=source)
    tell(anna)
    assert len(sent()) == 2
    assert "…</blockquote>" in texts()[0]
    assert texts()[1].endswith("<i>Данные на 01.03.2026</i>")
    assert ["buttons" in message.payload for message in sent()] == [False, True]


# Alerts


def raised(lead: Lead, trigger: str = Alert.Trigger.QUESTION_UNANSWERED) -> Alert:
    with tenancy.all_partners():
        return Alert.objects.create(lead=lead, partner_id=lead.partner_id, trigger=trigger, day=NOW.date(), at=NOW)


def states() -> list[str]:
    with tenancy.all_partners():
        return list(Alert.objects.order_by("pk").values_list("state", flat=True))


def test_the_partner_is_not_asked_to_answer_any_more(anna: Partner) -> None:
    lead, asks_more, taken = make_lead(anna), make_lead(anna), make_lead(anna, taken_at=NOW)
    for person in (lead, asks_more, taken):
        raised(person)
    raised(lead, Alert.Trigger.CONTACT_LEFT)
    answer(*(unanswered(person, "Есть ли доставка в Армению?") for person in (lead, asks_more, taken)))
    unanswered(asks_more, "Есть ли халяль сертификат?")
    assert states() == ["open"] * 4
    tell(anna)
    assert states() == ["handled", "open", "open", "open"]


@pytest.mark.parametrize(("outcome", "state"), [("aside", "open"), ("in_person", "handled"), ("needless", "handled")])
def test_settled_without_an_answer(anna: Partner, outcome: str, state: str) -> None:
    lead = make_lead(anna)
    raised(lead)
    question = unanswered(lead, "Есть ли доставка в Армению?")
    with tenancy.all_partners():
        assert inbox.settle(questions=[question.pk], outcome=Outcome(outcome), now=LATER) == 1
    assert (outcomes(), states(), seen()) == ([outcome], [state], [])
    assert tell(anna) == 0
