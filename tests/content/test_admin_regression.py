from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import Document, RegressionQuestion
from content.services.regression import add_lines
from partners import tenancy
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = reverse("admin:content_regressionquestion_changelist")
ADD = reverse("admin:content_regressionquestion_add")
VALUES = {"text": "Где Олеся?", "expected": "answer", "document": "", "partner": ""}


@pytest.fixture
def document() -> Document:
    with tenancy.all_partners():
        return Document.objects.create(path="a.md", title="Склад", text="…", changed_at=NOW)


def stored() -> list[str]:
    with tenancy.all_partners():
        return list(RegressionQuestion.objects.values_list("text", flat=True))


def test_a_line_is_added_without_what_is_personal(document: Document) -> None:
    client = client_of(operator(), "en")
    assert client.post(ADD, VALUES | {"document": document.pk}).status_code == 302
    assert stored() == ["Где [имя]?"]
    again = client.post(ADD, VALUES | {"document": document.pk, "text": "Где Мария?"})
    assert "This question is in the set already." in again.content.decode()


@pytest.mark.parametrize("values", [{"expected": "answer"}, {"expected": "nothing", "document": "yes"}])
def test_an_answer_has_a_document_and_nothing_else_has(document: Document, values: dict[str, str]) -> None:
    if "document" in values:
        values = values | {"document": str(document.pk)}
    page = client_of(operator(), "en").post(ADD, VALUES | values)
    assert "An answer comes from a document" in page.content.decode()
    assert stored() == []


def test_it_is_the_operators() -> None:
    anna = make_partner("anna")
    for user in (owner(anna), colleague(anna), stranger()):
        assert client_of(user).get(LIST).status_code == 403


def test_thirty_rows_cost_the_queries_of_one(document: Document) -> None:
    client = client_of(operator(), "en")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    with tenancy.all_partners():
        add_lines(document=document, questions=["Первый?"], now=NOW)
    one = queries()
    with tenancy.all_partners():
        add_lines(document=document, questions=[f"Вопрос {number}?" for number in range(29)], now=NOW)
    assert queries() == one
