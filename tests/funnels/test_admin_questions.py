"""The list of questions to the curator, and the inbox of those without an answer, in the panel."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from content.knowledge.reading import Source
from content.models import Document, RegressionQuestion
from content.services.knowledge import save_source
from content.services.regression import add_lines
from funnels.models import Question
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.question_samples import unanswered
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = reverse("admin:funnels_question_changelist")
INBOX = reverse("admin:funnels_question_inbox")
SETTLE = reverse("admin:funnels_question_settle")
ARMENIA = "Есть ли доставка в Армению?"
HALAL = "Есть ли халяль сертификат?"
WRITTEN = {"title": "Доставка в Армению", "text": "Да, в Армению доставляем за неделю.", "category": "faq"}


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def anna() -> Partner:
    partner = make_partner("anna", name="Анна", quiet_from="00:00", quiet_to="00:00")
    make_bot(partner)
    return partner


@pytest.fixture
def client() -> Client:
    return client_of(operator(), "en")


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def url_of(question: Question, name: str = "answer") -> str:
    return reverse(f"admin:funnels_question_{name}", args=[question.pk])


def post(client: Client, question: Question, *also: Question, **values: Any) -> Any:
    sent = WRITTEN | {"question": [row.pk for row in (question, *also)]} | values
    return client.post(url_of(question), sent)


def confirm(client: Client, question: Question, *also: Question, **values: Any) -> Any:
    looked = post(client, question, *also, **values)
    return post(client, question, *also, _confirm="1", checked=looked.context["print"], **values)


def outcomes() -> list[str]:
    with tenancy.all_partners():
        return list(Question.objects.order_by("pk").values_list("outcome", flat=True))


def stored(title: str, text: str) -> Document:
    with tenancy.all_partners():
        document = Document(path=title)
        save_source(document=document, source=Source(title, "", text), now=NOW)
    return document


# Who sees what


def test_everybody_sees_the_own_questions(anna: Partner) -> None:
    mine = unanswered(make_lead(anna), ARMENIA)
    theirs = unanswered(make_lead(make_partner()), HALAL)
    for user, seen in ((operator(), 2), (owner(anna), 1), (colleague(anna), 1), (stranger(), 0)):
        client = client_of(user, "en")
        for url in (LIST, INBOX):
            text = page(client, url)
            assert [ARMENIA in text, HALAL in text] == [seen > 0, seen > 1], (user, url)
        for question, known in ((mine, seen > 0), (theirs, seen > 1)):
            status = client.get(url_of(question, "change")).status_code
            assert status == (200 if known else 404)
    assert Client().get(INBOX).status_code == 302


def test_a_partner_cannot_look_into_the_inbox_of_another(anna: Partner) -> None:
    unanswered(make_lead(anna), ARMENIA)
    assert ARMENIA not in page(client_of(stranger(), "en"), f"{INBOX}?partner={anna.pk}")


def test_only_operators_answer(anna: Partner) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    for user in (owner(anna), colleague(anna), stranger()):
        client = client_of(user, "en")
        assert "Without an answer</summary>" not in page(client, INBOX)
        assert client.get(url_of(question)).status_code == 403
        assert post(client, question, _confirm="1").status_code == 403
        assert client.post(SETTLE, {"ids": str(question.pk), "do": "needless"}).status_code == 403
    assert outcomes() == [""]


# The list


def test_a_question_tells_how_it_was_answered(client: Client, anna: Partner) -> None:
    fields: dict[str, Any] = {
        "state": Question.State.ANSWERED,
        "answer": ["<b>Да</b>, <i>доставляем</i>.", "<script>alert(1)</script>"],
        "sources": [{"document": 1, "title": "Доставка", "as_of": "2026-01-01"}],
        "provider": "yandex",
        "model": "yandexgpt-lite",
        "falls": ["openai: slow"],
        "roubles": Decimal("0.2"),
        "tokens": 812,
        "thumb": -1,
    }
    question = unanswered(make_lead(anna), "<img src=x> доставка?", **fields)
    text = page(client, url_of(question, "change"))
    why = "openai: The provider did not finish in time"
    for part in ("<b>Да</b>", "Доставка", "yandexgpt-lite", why, "812", "👎", "&lt;img src=x&gt;"):
        assert part in text
    assert "<script>alert" not in text
    assert "<img src=x>" not in page(client, LIST)


def test_bad_answers_are_found(client: Client, anna: Partner) -> None:
    good: dict[str, Any] = {"state": Question.State.ANSWERED, "thumb": 1}
    unanswered(make_lead(anna), "Хороший ответ", **good)
    unanswered(make_lead(anna), "Палец вниз", **good | {"thumb": -1})
    unanswered(make_lead(anna), "Модель упала", **good | {"falls": ["yandex: slow"]})
    unanswered(make_lead(anna), "Без ответа")
    for query, seen in (
        ("quality=bad", {"Палец вниз", "Модель упала", "Без ответа"}),
        ("thumb=-1", {"Палец вниз"}),
        ("thumb=none", {"Без ответа"}),
        ("state__exact=unanswered", {"Без ответа"}),
        ("q=упала", {"Модель упала"}),
    ):
        text = page(client, f"{LIST}?{query}")
        assert {
            words for words in ("Хороший ответ", "Палец вниз", "Модель упала", "Без ответа") if words in text
        } == seen


def test_nothing_is_changed_here(client: Client, anna: Partner) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    client.post(url_of(question, "change"), {"text": "Другое"})
    assert client.get(reverse("admin:funnels_question_add")).status_code == 403
    assert ARMENIA in page(client, LIST)


# The inbox


def test_a_group_tells_who_asked_and_what_comes_near(client: Client, anna: Partner) -> None:
    stored("Доставка в Казахстан", "Доставка в Казахстан идёт от пяти до десяти дней, заказ привозит курьер.")
    boris = make_partner("boris", name="Борис")
    unanswered(make_lead(anna), ARMENIA)
    unanswered(make_lead(boris), "<i>доставка</i> в армению есть")
    text = page(client, INBOX)
    assert "<b>2</b> <span>people" in text
    assert "Анна, Борис" in text
    assert "&lt;i&gt;доставка&lt;/i&gt; в армению есть" in text
    assert "Доставка в Казахстан" in text
    assert "The question names a thing that no document speaks of." in text


def test_what_is_answered_by_now_is_told(client: Client, anna: Partner) -> None:
    unanswered(make_lead(anna), ARMENIA)
    stored("Доставка в Армению", "Доставка в Армению идёт неделю, есть курьер и самовывоз.")
    assert "By now the bot would answer from it." in page(client, INBOX)


def test_without_documents_nothing_is_near(client: Client, anna: Partner) -> None:
    unanswered(make_lead(anna), ARMENIA)
    assert "No document has a word of it." in page(client, INBOX)


def test_a_partners_own_documents_come_near_as_well(client: Client, anna: Partner) -> None:
    unanswered(make_lead(anna), "Где ваш склад?")
    with tenancy.all_partners():
        document = Document(path="own", partner=anna)
        save_source(
            document=document,
            source=Source("Склад Анны", "", "Склад партнёра на Лесной улице открыт вечером."),
            now=NOW,
        )
    assert "Склад Анны" in page(client_of(owner(anna)), INBOX)
    assert "Склад Анны" in page(client, f"{INBOX}?partner={anna.pk}")
    assert "Склад Анны" not in page(client, INBOX)


def test_filters(client: Client, anna: Partner) -> None:
    boris = make_partner("boris", name="Борис")
    for hours in range(2):
        unanswered(make_lead(anna), ARMENIA, hours=hours)
    unanswered(make_lead(boris), HALAL, hours=9)
    assert HALAL not in page(client, f"{INBOX}?partner={anna.pk}")
    assert ARMENIA not in page(client, f"{INBOX}?q=халяль")
    text = page(client, f"{INBOX}?order=newest&partner=x&p=zz")
    assert text.index(HALAL) < text.index(ARMENIA)
    assert "Nothing was put aside." in page(client, f"{INBOX}?show=aside")


def test_twenty_to_a_page(client: Client, anna: Partner) -> None:
    things = (
        "манго", "халяль", "офис", "вебинар", "фисташка", "собака", "мяч", "окно", "дверь", "стол", "лампа",
        "книга", "чашка", "нож", "вилка", "тарелка", "диван", "ковёр", "зеркало", "шкаф", "полка", "ваза",
    )  # fmt: skip
    for thing in things:
        unanswered(make_lead(anna), f"{thing}?")
    assert page(client, INBOX).count("inbox-group") == 20
    assert page(client, f"{INBOX}?p=2").count("inbox-group") == 2


def test_put_aside_and_back(client: Client, anna: Partner) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    sent = {"ids": f"{question.pk},x,-1", "do": "aside"}
    response = client.post(f"{SETTLE}?q=арм", sent)
    assert response.headers["Location"].startswith(f"{INBOX}?q=")
    assert outcomes() == ["aside"]
    assert "Somebody was quicker" in client.post(SETTLE, sent, follow=True).content.decode()
    assert "Back into the inbox" in page(client, f"{INBOX}?show=aside")
    client.post(SETTLE, sent | {"do": "reopen"})
    assert outcomes() == [""]
    client.post(SETTLE, sent | {"do": "sent"})  # not for anybody to say
    assert outcomes() == [""]


@pytest.mark.parametrize("url", [LIST, INBOX])
def test_thirty_rows_cost_the_queries_of_one(client: Client, anna: Partner, url: str) -> None:
    stored("Доставка в Казахстан", "Доставка в Казахстан идёт от пяти до десяти дней, заказ привозит курьер.")
    unanswered(make_lead(anna), ARMENIA)
    page(client, url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, url)
        return len(captured)

    one = queries()
    for number in range(29):
        unanswered(make_lead(make_partner()), f"{ARMENIA} {number * 'манго '}")
    assert queries() == one


# Answering


def test_look_then_confirm(client: Client, anna: Partner) -> None:
    delivery = stored("Доставка в Казахстан", "Доставка в Казахстан идёт от пяти до десяти дней, привозит курьер.")
    with tenancy.all_partners():
        add_lines(document=delivery, questions=["сколько дней идёт доставка в Казахстан"], now=NOW)
    one = unanswered(make_lead(anna), ARMENIA)
    two = unanswered(make_lead(anna, taken_at=NOW), "доставка в Армению есть?")
    form = page(client, url_of(one))
    assert 'value="Есть ли доставка в Армению"' in form  # the title to begin with
    assert "Save and send" not in form
    look = post(client, one, two, _check="1").content.decode()
    for part in (
        "Save and send to 1 person",
        "Not told the answer: a person has the dialogue: 1",
        "<blockquote>Есть ли доставка в Армению?</blockquote>",
        "no answer → found, place 1",
        "Regression set: 0 worse, 0 better, 1 the same.",
    ):
        assert part in look, part
    with tenancy.all_partners():
        assert Document.objects.count() == 1
    assert confirm(client, one, two).headers["Location"] == INBOX
    assert outcomes() == ["due", "due"]
    with tenancy.all_partners():
        document = Document.objects.get(title=WRITTEN["title"])
        assert (document.partner, document.category, document.collection) == (None, "faq", "")
        assert RegressionQuestion.objects.filter(document=document).count() == 2


def test_what_was_not_looked_at_is_not_sent(client: Client, anna: Partner) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    looked = post(client, question, _check="1").context["print"]
    changed = post(client, question, _confirm="1", checked=looked, text="Нет, не доставляем, к сожалению.")
    assert changed.status_code == 200
    assert post(client, question, _confirm="1").status_code == 200
    assert outcomes() == [""]
    confirmed = post(client, question, _confirm="1", checked=looked)
    assert confirmed.status_code == 302


def test_what_is_worse_afterwards_is_told(client: Client, anna: Partner) -> None:
    with tenancy.all_partners():
        RegressionQuestion.objects.create(text="как доехать до аэропорта Еревана", expected="nothing", added_at=NOW)
    question = unanswered(make_lead(anna), ARMENIA)
    text = "Как доехать до аэропорта Еревана: на автобусе. В Армению доставляем."
    look = post(client, question, title="Как доехать до аэропорта Еревана", text=text).content.decode()
    assert "1 worse, 0 better" in look


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": "Звоните +7 916 123-45-67 или пишите в бот."}, "A phone, an address or an account."),
        ({"text": "Подробности: https://example.com/page"}, "A link of one person or one day"),
        ({"text": ""}, "This field is required."),
        ({"text": "***"}, "Nothing of this text can be shown"),
        ({"title": ""}, "This field is required."),
        ({"title": "Пишите на anna@example.com"}, "A phone, an address or an account."),
        ({"expires_on": "2020-01-01"}, "This day is over"),
        ({"whose": "777"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_sent_is_told_and_nothing_is_lost(
    client: Client, anna: Partner, values: dict[str, str], sentence: str
) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    answer = post(client, question, _confirm="1", **values)
    text = answer.content.decode()
    assert sentence in text
    assert (WRITTEN | values)["text"] in text
    assert outcomes() == [""]


def test_an_unticked_question_waits_on(client: Client, anna: Partner) -> None:
    one, two = unanswered(make_lead(anna), ARMENIA), unanswered(make_lead(anna), ARMENIA)
    confirm(client, one)
    assert outcomes() == ["due", ""]
    assert two.text in page(client, INBOX)


def test_only_the_asking_partner_may_have_it_alone(client: Client, anna: Partner) -> None:
    one = unanswered(make_lead(anna), ARMENIA)
    confirm(client, one, whose=str(anna.pk))
    with tenancy.all_partners():
        assert Document.objects.get().partner == anna
    two, three = unanswered(make_lead(anna), HALAL), unanswered(make_lead(make_partner()), HALAL)
    assert "Select a valid choice" in post(client, two, three, whose=str(anna.pk)).content.decode()


def test_whoever_comes_second_is_told_and_keeps_the_text(client: Client, anna: Partner) -> None:
    question = unanswered(make_lead(anna), ARMENIA)
    looked = post(client, question).context["print"]
    assert confirm(client_of(operator(), "en"), question).status_code == 302
    late = post(client, question, _confirm="1", checked=looked, text="Мой длинный ответ про Армению.")
    assert "Somebody was quicker" in late.content.decode()
    assert "Мой длинный ответ про Армению." in late.content.decode()
    assert "does not wait any more" in client.get(url_of(question), follow=True).content.decode()
    with tenancy.all_partners():
        assert Document.objects.count() == 1
