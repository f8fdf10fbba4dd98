"""The knowledge base in the admin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from pytest_django import Settings

from content.knowledge.reading import Source
from content.models import Chunk, Document
from content.services.knowledge import save_source
from content.services.regression import add_lines
from partners import tenancy
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

LIST = reverse("admin:content_document_changelist")
ADD = reverse("admin:content_document_add")
FIELDS = ("title", "category", "text", "partner", "created_on", "updated_on", "as_of", "expires_on")
VALUES = dict.fromkeys(FIELDS, "")


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def client() -> Client:
    return client_of(operator())


def stored(title: str = "Юниты", text: str = "Юниты не сгорают никогда и нигде.") -> Document:
    with tenancy.all_partners():
        document = Document(path=title)
        save_source(document=document, source=Source(title, "business", text), now=NOW)
        return document


def only() -> Document:
    with tenancy.all_partners():
        return Document.objects.select_related("partner").get()


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_file_is_taken_with_what_it_says_of_itself(client: Client) -> None:
    front = "---\ntitle: Доставка\ncategory: delivery\nexpires: 2027-05-01\n---\n"
    text = f"{front}# Доставка\n\nЗаказ идёт три дня, не больше."
    file = SimpleUploadedFile("any.md", text.encode())
    assert client.post(ADD, VALUES | {"file": file}).status_code == 302
    document = only()
    assert (document.title, document.category, str(document.expires_on)) == ("Доставка", "delivery", "2027-05-01")
    with tenancy.all_partners():
        assert Chunk.objects.get().readable == "# Доставка\n\nЗаказ идёт три дня, не больше."


def test_a_text_is_written_for_one_partner(client: Client) -> None:
    anna = make_partner("anna")
    values = VALUES | {"title": "Склад", "text": "Склад на Лесной улице работает вечером.", "partner": str(anna.pk)}
    assert client.post(ADD, values).status_code == 302
    assert only().partner == anna


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Write a text, or choose a file."),
        ({"title": "Юниты", "text": "Другое"}, "There is a document with this title"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "can be read"),
        ({"file": SimpleUploadedFile("a.pdf", b"broken")}, "not a whole PDF"),
        ({"title": "X", "text": "Y", "expires_on": "завтра"}, "expires_on"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_written(
    client: Client, values: dict[str, str], sentence: str, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    stored()
    response = client.post(ADD, VALUES | values, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert only().text.startswith("Юниты")


def test_a_changed_text_has_new_passages_and_is_in_use_again(client: Client) -> None:
    document = stored()
    with tenancy.all_partners():
        Document.objects.update(retired_at=NOW)
    url = reverse("admin:content_document_change", args=[document.pk])
    assert client.post(url, VALUES | {"title": "Юниты", "text": "Теперь они сгорают через год."}).status_code == 302
    with tenancy.all_partners():
        assert [chunk.text for chunk in Chunk.objects.all()] == ["Теперь они сгорают через год."]
    assert only().retired_at is None


def test_findings_say_what_to_do(client: Client) -> None:
    document = stored(text="Пишите на anna@example.com, <script>alert(1)</script> www.example.com")
    text = page(client, reverse("admin:content_document_change", args=[document.pk]))
    assert "{shop_link}" in text
    assert "<script>alert(1)" not in text
    assert "<b>anna…</b>" in text


def test_how_many_passages_have_a_vector(client: Client) -> None:
    stored()
    assert "document-vectors" not in page(client, LIST)
    with override_settings(YANDEX_FOLDER_ID="b1g", YANDEX_API_KEY="key"):
        assert re.search(r'document-vectors">\D+0\D+1\D', page(client, LIST))


def test_retired_in_the_list(client: Client) -> None:
    document = stored()
    client.post(LIST, {"action": "retire_chosen", "_selected_action": [document.pk]})
    assert only().retired_at is not None
    assert "Юниты" in page(client, LIST + "?state=retired")
    assert f"/{document.pk}/change/" not in page(client, LIST + "?state=live")


@pytest.mark.parametrize("persona", [owner, colleague])
def test_partners_have_no_such_page(persona: object) -> None:
    document = stored()
    client = client_of(persona(make_partner("anna")))  # type: ignore[operator]
    for url in (LIST, ADD, reverse("admin:content_document_change", args=[document.pk])):
        assert client.get(url).status_code in (403, 404)


def test_strangers_neither() -> None:
    assert client_of(stranger()).get(LIST).status_code == 403


def test_no_further_query_for_every_row(client: Client) -> None:
    stored()
    page(client, LIST)
    with CaptureQueriesContext(connection) as one:
        page(client, LIST)
    for number in range(29):
        stored(title=f"Документ {number}")
    with CaptureQueriesContext(connection) as thirty:
        page(client, LIST)
    assert len(thirty) == len(one)


def test_what_would_change_is_told_and_nothing_is_saved() -> None:
    client = client_of(operator(), "en")
    document = stored(text="Юниты не сгорают никогда, они копятся на счету партнёра.")
    with tenancy.all_partners():
        add_lines(document=document, questions=["сгорают ли юниты партнёра?"], now=NOW)
    url = reverse("admin:content_document_change", args=[document.pk])
    assert "Regression set:" not in page(client, url)
    tried = VALUES | {"title": "Юниты", "text": "Склад на Лесной улице, www.example.com", "_try": "1"}
    text = client.post(url, tried).content.decode()
    assert "Юниты: found, place 1 → no answer" in text
    assert "1 worse" in text
    assert "Склад на Лесной улице" in text  # what was typed is not lost
    assert "A link of one person" in text
    added = client.post(ADD, tried | {"title": "Новое", "text": "Совсем о другом: склад на Лесной улице."})
    assert "0 worse, 0 better, 1 the same" in added.content.decode()
    assert only().text.startswith("Юниты не сгорают")


def test_a_file_can_be_tried() -> None:
    client = client_of(operator(), "en")
    file = SimpleUploadedFile("any.md", "# Доставка\n\nЗаказ идёт три дня, не больше.".encode())
    text = client.post(ADD, VALUES | {"file": file, "_try": "1"}).content.decode()
    assert "Choose the file once more" in text
    with tenancy.all_partners():
        assert not Document.objects.exists()
