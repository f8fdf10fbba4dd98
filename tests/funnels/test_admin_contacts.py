"""Contacts and consents in the panel: who sees them in full, who only that they are there, who nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from partners.models import Consent, Lead
from tests.factories import make_consent, make_lead, make_partner
from tests.personas import client_of, colleague, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "+79161234567", "ivan@mail.example"
LIST = "admin:partners_lead_changelist"


@pytest.fixture
def lead() -> Lead:
    return make_lead(make_partner(), first_name="Иван", phone=PHONE, email=EMAIL)


def page(lead: Lead) -> str:
    return reverse("admin:partners_lead_change", args=[lead.pk])


def test_the_owner_and_the_operator_see_the_contact(lead: Lead) -> None:
    for user in (owner(lead.partner), operator()):
        client = client_of(user)
        text = client.get(page(lead)).content.decode()
        assert "+7 916 123-45-67" in text
        assert EMAIL in text
        assert PHONE in client.get(reverse(LIST)).content.decode()


def test_a_helper_sees_only_that_it_is_there(lead: Lead) -> None:
    client = client_of(colleague(lead.partner))
    for url in (page(lead), reverse(LIST), reverse(LIST) + "?q=Иван", reverse(LIST) + "?phone=yes"):
        text = client.get(url).content.decode()
        assert "+7 ••• 67" in text
        assert "9161234567" not in text
        assert "123-45" not in text
        assert EMAIL not in text
    assert "+7 ••• 67" not in client.get(reverse(LIST) + "?q=9161234").content.decode()


def test_others_see_nothing(lead: Lead) -> None:
    assert client_of(stranger()).get(page(lead)).status_code == 404
    for user in (stranger(), make_user()):
        assert "••• 67" not in client_of(user).get(reverse(LIST)).content.decode()


def test_consents_are_shown_with_their_texts_and_times(lead: Lead) -> None:
    given, withdrawn = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    make_consent(lead, Consent.Kind.OFFERS, given_at=given, withdrawn_at=withdrawn)
    make_consent(lead, Consent.Kind.DATA, given_at=given, text_version=3)
    text = client_of(owner(lead.partner)).get(page(lead)).content.decode()
    for part in ("12:00", "13:00", "отозвано", "текст 3"):  # in Moscow
        assert part in text


def test_the_same_phone_of_another_lead_is_pointed_at(lead: Lead) -> None:
    twin = make_lead(lead.partner, first_name="Двойник", phone=PHONE)
    make_lead(make_partner(), first_name="Чужой", phone=PHONE)
    for user in (owner(lead.partner), operator()):
        text = client_of(user).get(page(lead)).content.decode()
        assert page(twin) in text
        assert "Чужой" not in text
    alone = make_lead(lead.partner, first_name="Без номера")
    make_lead(lead.partner, first_name="Тоже без номера")
    assert "Тоже без номера" not in client_of(operator()).get(page(alone)).content.decode()


def test_an_erased_lead_says_so(lead: Lead) -> None:
    gone = make_lead(lead.partner, first_name="", telegram_id=-7, erased_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert "стёрты" in client_of(owner(lead.partner)).get(page(gone)).content.decode()
