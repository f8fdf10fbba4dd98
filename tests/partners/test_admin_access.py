"""Nobody sees a byte of another partner's data in the panel: every address of it is asked by every persona."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from botrunner.models import InboxUpdate
from content.models import OutboxMessage, PayPlanVersion, Product
from funnels.models import Conversation, FunnelEvent, FunnelVersion, LeadMessage
from partners import tenancy
from partners.models import Bot, Destination, Lead, Link, Partner
from tests.factories import NOW, make_bot, make_lead, make_link, make_partner
from tests.funnels.samples import GOOD
from tests.personas import client_of, colleague, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

CANARY = "канарейка"
CANARIES = (CANARY, "kanareyka", "7777001")


@dataclass
class Victim:
    """A partner whose every text has a canary in it."""

    partner: Partner
    bot: Bot
    link: Link
    lead: Lead
    rows: list[Model]


@pytest.fixture
def victim() -> Victim:
    partner = make_partner("kanareyka", name=CANARY, story=CANARY, contact="@kanareyka", topics={CANARY: 1})
    bot = make_bot(partner, username="kanareyka_bot", last_error=CANARY)
    link = make_link(partner, code="kanareyka", campaign=CANARY)
    lead = make_lead(
        partner, first_name=CANARY, username="kanareyka", phone="+77777001", first_link=link, last_link=link
    )
    with tenancy.all_partners():
        destination = Destination.objects.create(partner=partner, slot="kanareyka", url="https://kanareyka.example/")
        version = FunnelVersion.objects.create(partner=partner, number=1, text=GOOD, note=CANARY, created_at=NOW)
        FunnelEvent.objects.create(lead=lead, partner=partner, kind="started", version=version, at=NOW)
        LeadMessage.objects.create(lead=lead, partner=partner, text=CANARY, at=NOW)
        Conversation.objects.create(lead=lead, partner=partner, version=version, step="start", changed_at=NOW)
        aside = InboxUpdate.objects.create(
            partner=partner, bot=bot, update_id=1, payload=CANARY, error=CANARY, received_at=NOW, failed_at=NOW
        )
        outgoing = OutboxMessage.objects.create(
            partner=partner, bot=bot, lead=lead, chat_id=7777001, lane=1, source="broadcast:12", dedupe_key=CANARY,
            state="failed", payload={"text": CANARY}, reason=CANARY, created_at=NOW, not_before=NOW, finished_at=NOW,
        )  # fmt: skip
    return Victim(partner, bot, link, lead, [partner, link, lead, destination, version, aside, outgoing])


def page(row: Model, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def listing(model: type[Model], name: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


def addresses(victim: Victim) -> Iterator[str]:
    """Everything in the panel that could show the victim's rows."""
    for name in ("index", "fleet", "search"):
        yield reverse(f"admin:{name}") + "?s=kanar&q=kanar"
    for model in admin.site._registry:
        for query in ("", "?q=kanar", f"?partner__id__exact={victim.partner.pk}", "?o=1", "?o=-1", "?all="):
            yield listing(model) + query
        yield listing(model, "add")
    for row in victim.rows:
        for name in ("change", "delete", "history"):
            yield page(row, name)
    yield listing(OutboxMessage, "overview")
    yield listing(OutboxMessage) + f"?partner__id__exact={victim.partner.pk}&source=broadcast:12"
    yield listing(Lead) + f"?first_link__id__exact={victim.link.pk}"
    yield listing(Lead) + "?partner__name__startswith=к"
    for name in ("diff", "diagram"):
        yield page(victim.rows[4], name)
    for app, name, field in (
        ("partners", "link", "partner"),
        ("partners", "lead", "first_link"),
        ("partners", "lead", "partner"),
        ("partners", "membership", "partner"),
        ("funnels", "funnelversion", "partner"),
    ):
        query = f"?app_label={app}&model_name={name}&field_name={field}&term=kan"
        yield reverse("admin:autocomplete") + query
        yield reverse("admin:autocomplete") + query.removesuffix("kan")


def leaks(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code in (200, 302, 400, 403, 404), (address, response.status_code)
    body = b"".join(response) if response.streaming else response.content
    return [canary for canary in CANARIES if canary in body.decode()]


def test_a_stranger_finds_nothing_at_any_address(victim: Victim) -> None:
    client = client_of(stranger())
    found = {address: leaked for address in addresses(victim) if (leaked := leaks(client, address))}
    assert found == {}


def test_the_canaries_can_be_found_at_all(victim: Victim) -> None:
    """Or the test above could not fail: the operator meets them nearly everywhere."""
    client = client_of(operator())
    changed = [page(row, "change") for row in victim.rows]
    listed = [listing(model) for model in (Partner, Lead, Link, Destination, FunnelVersion, InboxUpdate)]
    assert {*changed, *listed} <= set(addresses(victim))
    assert [address for address in (*changed, *listed) if not leaks(client, address)] == []


@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_rows_of_others_are_not_there(victim: Victim, name: str) -> None:
    client = client_of(stranger())
    for row in victim.rows:
        assert client.get(page(row, name)).status_code in (403, 404)
        assert client.post(page(row, name), {"post": "yes"}).status_code in (403, 404)


# What each role may open: (model, owner, colleague).
LISTS: tuple[tuple[type[Model], bool, bool], ...] = (
    (Partner, True, False),
    (Lead, True, True),
    (Link, True, True),
    (Destination, True, False),
    (FunnelVersion, False, False),
    (InboxUpdate, False, False),
    (Product, False, False),
    (PayPlanVersion, False, False),
    (User, False, False),
)


@pytest.mark.parametrize(("model", "owners", "colleagues"), LISTS)
def test_lists_by_role(victim: Victim, model: type[Model], owners: bool, colleagues: bool) -> None:
    for user, allowed in (
        (owner(victim.partner), owners),
        (colleague(victim.partner), colleagues),
        (operator(), True),
        (make_user(), None),
    ):
        status = client_of(user).get(listing(model)).status_code
        assert status == (302 if allowed is None else 200 if allowed else 403)


def test_owner_and_colleague_see_their_own(victim: Victim) -> None:
    make_lead(make_partner(), first_name="Чужой")
    for user in (owner(victim.partner), colleague(victim.partner)):
        text = client_of(user).get(listing(Lead)).content.decode()
        assert CANARY in text
        assert "Чужой" not in text
        assert client_of(user).get(page(victim.lead, "change")).status_code == 200


def test_a_colleague_changes_nothing(victim: Victim) -> None:
    client = client_of(colleague(victim.partner))
    assert client.get(listing(Link, "add")).status_code == 403
    assert client.post(page(victim.link, "change"), {"code": "new"}).status_code == 403
    assert client.post(listing(Link, "add"), {"code": "new"}).status_code == 403
    assert client.get(page(victim.partner, "change")).status_code == 403
    with tenancy.all_partners():
        assert Link.objects.get().code == "kanareyka"


def test_leads_are_read_only_for_everybody(victim: Victim) -> None:
    for user in (operator(), owner(victim.partner), colleague(victim.partner)):
        client = client_of(user)
        assert client.get(listing(Lead, "add")).status_code == 403
        assert client.get(page(victim.lead, "delete")).status_code == 403


def test_the_partner_of_a_new_link_is_set_by_the_server(victim: Victim) -> None:
    user = stranger()
    client = client_of(user)
    assert 'name="partner"' not in client.get(listing(Link, "add")).content.decode()
    response = client.post(listing(Link, "add"), {"code": "mine", "partner": victim.partner.pk})
    assert response.status_code == 302
    with tenancy.all_partners():
        link = Link.objects.get(code="mine")
    assert link.partner_id == user.membership.partner_id != victim.partner.pk


def test_uniqueness_is_a_sentence_although_the_form_has_no_partner(victim: Victim) -> None:
    client = client_of(owner(victim.partner))
    response = client.post(listing(Link, "add"), {"code": "kanareyka"})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    own = client_of(stranger()).post(listing(Link, "add"), {"code": "kanareyka"})
    assert own.status_code == 302  # another partner may have the same code


def test_actions_reach_only_own_rows(victim: Victim) -> None:
    """Django offers deletion of selected rows: a stranger's selection of foreign rows is empty."""
    with tenancy.all_partners():
        destination = Destination.objects.get()
    data = {"action": "delete_selected", "_selected_action": [destination.pk], "post": "yes"}
    client_of(stranger()).post(listing(Destination), data)
    with tenancy.all_partners():
        assert Destination.objects.filter(pk=destination.pk).exists()
    client_of(owner(victim.partner)).post(listing(Destination), data)
    with tenancy.all_partners():
        assert not Destination.objects.filter(pk=destination.pk).exists()


def test_bots_obey_operators_only(victim: Victim) -> None:
    for user in (owner(victim.partner), colleague(victim.partner), stranger()):
        for command in ("start", "stop", "restart", "self-test"):
            url = reverse("admin:fleet_command", args=[victim.bot.pk, command])
            assert client_of(user).post(url).status_code == 403
    with tenancy.all_partners():
        assert Bot.objects.get().wanted == Bot.Wanted.RUNNING


def test_versions_are_published_by_operators_only(victim: Victim) -> None:
    for user in (owner(victim.partner), colleague(victim.partner), stranger()):
        client = client_of(user)
        for name in ("publish", "copy"):
            assert client.post(page(victim.rows[4], name)).status_code in (403, 404)
        assert client.post(reverse("admin:funnels_funnelversion_check"), {"text": "x"}).status_code == 403
    with tenancy.all_partners():
        assert FunnelVersion.objects.get().status == "draft"


def test_without_a_membership_the_panel_is_closed() -> None:
    client = client_of(make_user())
    assert client.get(reverse("admin:index")).status_code == 302
    response = Client().post(reverse("admin:login"), {"username": "nobody1", "password": "a-long-test-password"})
    assert response.status_code == 200
    assert "доступа к панели" in response.content.decode()


def test_is_staff_is_not_needed() -> None:
    user = make_user("operator", is_staff=False)
    assert client_of(user).get(reverse("admin:index")).status_code == 200
