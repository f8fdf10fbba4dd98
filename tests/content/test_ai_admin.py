"""The operators' pages about AI: what it cost, why it did not answer, and no secret."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.ai.troubles import SENTENCES, Trouble
from content.models import AiAccount, AiUse
from partners import clock, tenancy
from partners.fields import Secret
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

USES, ACCOUNTS = reverse("admin:content_aiuse_changelist"), reverse("admin:content_aiaccount_changelist")


def make_uses(count: int, **fields: object) -> None:
    partner = make_partner()
    values = {
        "partner": partner,
        "day": NOW.date(),
        "at": NOW,
        "expires_at": NOW,
        "purpose": "answer",
        "provider": "yandex",
    }
    with tenancy.all_partners():
        AiUse.objects.bulk_create(AiUse(request_key=f"{number}", **values | fields) for number in range(count))


def test_it_says_why_and_what_it_cost() -> None:
    make_uses(1, state="failed", trouble="forbidden")
    make_uses(1, state="charged", roubles=Decimal("0.0125"), tokens_in=50, tokens_out=12)
    text = client_of(operator()).get(USES).content.decode()
    for words in (str(SENTENCES[Trouble.FORBIDDEN]), "0,0125\u202f₽", "50 + 12"):
        assert words in text


def test_an_account_that_rests_says_why_and_shows_no_token() -> None:
    until = clock.now() + timedelta(minutes=5)
    row = AiAccount.objects.create(
        key="yandex:b1g:0a", failures=3, trouble="billing", rests_until=until, token=Secret("t1.canary")
    )
    client = client_of(operator())
    for address in (ACCOUNTS, reverse("admin:content_aiaccount_change", args=[row.pk])):
        text = client.get(address).content.decode()
        assert str(SENTENCES[Trouble.BILLING]) in text
        assert "t1.canary" not in text


@pytest.mark.parametrize("address", [USES, ACCOUNTS])
def test_only_operators_look(address: str) -> None:
    partner = make_partner()
    assert client_of(operator()).get(address).status_code == 200
    for user in (owner(partner), colleague(partner), stranger()):
        assert client_of(user).get(address).status_code in (302, 403)


def test_thirty_rows_cost_as_many_queries_as_one() -> None:
    client = client_of(operator())
    make_uses(1)
    client.get(USES)
    with CaptureQueriesContext(connection) as few:
        client.get(USES)
    make_uses(30)
    with CaptureQueriesContext(connection) as many:
        client.get(USES)
    assert len(many) == len(few)
