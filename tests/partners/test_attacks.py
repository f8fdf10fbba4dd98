"""What somebody tries who wants in, or wants more than is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from partners import tenancy
from partners.models import Partner
from tests.factories import make_partner
from tests.personas import client_of, colleague, operator, owner, stranger
from tests.wall_rows import make_full_partner

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
FORGED = (
    *("https:%2F%2Fevil.example", "//evil.example", "WyJodHRwczovL2V2aWwuZXhhbXBsZSJd:x", "..%2f..%2fadmin"),
    "a" * 4_000,
)


def names_of(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def addresses_of(row: Model) -> Iterator[str]:
    """Every page of the panel that takes one number, with the number of this row."""
    for name in sorted({*names_of(admin.site._registry[type(row)].get_urls())}):
        try:
            yield reverse(f"admin:{name}", args=[row.pk])
        except NoReverseMatch:
            continue


def rows_of(partner: Partner) -> Iterator[Model]:
    with tenancy.all_partners():
        for model in admin.site._registry:
            fields = {field.name for field in model._meta.concrete_fields}
            if model is Partner:
                yield partner
            elif "partner" in fields and (row := model._base_manager.filter(partner=partner).first()):
                yield row


def state_of(row: Model) -> dict[str, object]:
    with tenancy.all_partners():
        found = type(row)._base_manager.filter(pk=row.pk).values().first()
    assert found is not None, f"{row._meta.label} is gone"
    return found


def test_no_address_with_somebody_elses_number_does_anything() -> None:
    partner = make_full_partner("anna")
    rows = list(rows_of(partner))
    assert len(rows) > 15
    before = [state_of(row) for row in rows]
    client = client_of(stranger())
    sent = {"post": "yes", "do": "take", "_save": "1", "revision": "1", "name": "Взлом", "text": "Взлом"}
    for row in rows:
        for address in addresses_of(row):
            for response in (client.get(address), client.post(address, sent)):
                assert response.status_code in (400, 403, 404, 405), (address, response.status_code)
    assert [state_of(row) for row in rows] == before


def test_the_addresses_exist_at_all() -> None:
    """Or the test above could not fail: their owner and the operator open many of them."""
    partner = make_full_partner("anna")
    addresses = [address for row in rows_of(partner) for address in addresses_of(row)]
    for user, least in ((operator(), 20), (owner(partner), 10), (colleague(partner), 3)):
        client = client_of(user)
        opened = (address for address in addresses if client.get(address).status_code == 200)
        assert sum(1 for _address in islice(opened, least)) == least


@pytest.mark.parametrize("path", ["r", "p"])
@pytest.mark.parametrize("token", FORGED)
def test_a_tracked_link_that_we_did_not_sign_leads_nowhere(path: str, token: str) -> None:
    response = Client().get(f"/{path}/{token}")
    assert response.status_code == 404
    assert "Location" not in response.headers


def test_a_form_of_another_site_is_refused() -> None:
    partner = make_full_partner("anna")
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner(partner))
    for address in (LOGIN, reverse("admin:logout"), reverse("admin:partners_destination_add")):
        assert client.post(address, {"slot": "x", "url": "https://evil.example/"}).status_code == 403


def test_a_form_too_large_is_refused_before_it_is_read() -> None:
    assert Client().post(LOGIN, {"username": "x" * 6_000_000, "password": "x"}).status_code == 400
    assert Client().post(LOGIN, {f"field{number}": "x" for number in range(2_001)}).status_code == 400


def test_another_host_name_is_refused() -> None:
    assert Client().get(LOGIN, headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("page", ["admin:login", "admin:index", "healthz", "join:begin"])
def test_every_page_has_its_headers(page: str) -> None:
    headers = client_of(operator()).get(reverse(page)).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert ("'unsafe-eval'" in policy) is page.startswith("admin:")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_of_the_panel_are_kept_by_no_cache() -> None:
    headers = client_of(owner(make_partner())).get(reverse("admin:partners_lead_changelist")).headers
    assert "no-store" in headers["Cache-Control"]


def test_a_password_of_an_owner_does_not_open_users() -> None:
    client = client_of(owner(make_partner()))
    for name in ("auth_user_changelist", "auth_user_add", "django_celery_beat_periodictask_changelist"):
        assert client.get(reverse(f"admin:{name}")).status_code == 403
