"""Who changed what: every way to change something in the panel leaves an entry that nobody can change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from partners import audit_values, tenancy
from partners.admin.base import PanelAdmin
from partners.fields import MASK, Secret
from partners.models import AuditEntry, Membership, Partner
from tests.factories import NOW, make_bot, make_lead, make_link, make_partner, token_of
from tests.personas import analyst, client_of, colleague, editor, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action
LOG = "admin:partners_auditentry_changelist"


def entries() -> list[AuditEntry]:
    with tenancy.all_partners():
        return list(AuditEntry.objects.order_by("pk"))


def fields_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back unchanged."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    values = {
        form.add_prefix(name): form[name].value()
        for form in forms
        for name in form.fields
    }  # fmt: skip
    return {name: "" if value is None else value for name, value in values.items()}


@pytest.fixture
def partner() -> Partner:
    return make_partner("anna", name="Анна", phone="+79990001122")


def save_partner(user: User, partner: Partner, **changed: Any) -> None:
    client, url = client_of(user), reverse("admin:partners_partner_change", args=[partner.pk])
    response = client.post(url, fields_of(client, url) | changed, REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 302, response.context["errors"]


def test_a_form_tells_who_when_what_before_and_after(partner: Partner) -> None:
    user = operator()
    save_partner(user, partner, name="Анна П.")
    (entry,) = entries()
    assert (entry.actor, entry.actor_name, entry.address) == (user, user.username, "203.0.113.7")
    assert (entry.action, entry.model, entry.object_id) == (Action.CHANGE, "partners.partner", str(partner.pk))
    assert (entry.before, entry.after) == ({"name": "Анна"}, {"name": "Анна П."})
    assert entry.partner_id == partner.pk


def test_a_token_and_a_phone_leave_only_that_they_changed(partner: Partner) -> None:
    bot = make_bot(partner)
    old, new = bot.token.reveal(), token_of(99).replace("test", "TEST")
    with tenancy.all_partners():
        before = audit_values.snapshot(bot) | audit_values.snapshot(partner)
        bot.token, partner.phone = Secret(new), "+79993334455"
        after = audit_values.snapshot(bot) | audit_values.snapshot(partner)
    changed = audit_values.changes(before, after)
    assert changed == ({"token": MASK, "phone": MASK}, {"token": MASK, "phone": MASK})
    written = json.dumps([before, after, changed])
    assert not [secret for secret in (old, new, "9990001122", "9993334455") if secret in written]


def test_a_new_password_is_masked() -> None:
    user, chief = make_user(Membership.Role.EDITOR), operator()
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    sent = {"password1": "Another-Long-1", "password2": "Another-Long-1", "usable_password": "true"}
    assert client_of(chief).post(url, sent).status_code == 302
    (entry,) = entries()
    assert (entry.model, entry.before, entry.after) == ("auth.user", {"password": MASK}, {"password": MASK})


def test_a_role_given_in_an_inline_is_an_entry(partner: Partner) -> None:
    user, client = make_user(), client_of(operator())
    url = reverse("admin:auth_user_change", args=[user.pk])
    sent = fields_of(client, url) | {"membership-0-role": "editor", "is_active": "on"}
    assert client.post(url, sent).status_code == 302
    added = [entry for entry in entries() if entry.model == "partners.membership"]
    assert [(entry.action, entry.after["role"]) for entry in added] == [(Action.ADD, "editor")]
    sent = fields_of(client, url) | {"membership-0-role": "analyst", "is_active": "on"}
    assert client.post(url, sent).status_code == 302
    assert (entries()[-1].before, entries()[-1].after) == ({"role": "editor"}, {"role": "analyst"})


def test_a_button_that_calls_a_service_is_an_entry_without_the_leads_contact(partner: Partner) -> None:
    lead = make_lead(partner, first_name="Канарейка", username="canary", phone="+77777001234")
    url = reverse("admin:partners_lead_act", args=[lead.pk])
    assert client_of(owner(partner)).post(url, {"do": "contacted"}).status_code == 302
    (entry,) = entries()
    assert (entry.before["status"], entry.after["status"]) == ("new", "contacted")
    assert (entry.object_name, entry.partner_id) == (f"№ {lead.pk}", partner.pk)
    written = json.dumps([entry.before, entry.after, entry.object_name], ensure_ascii=False)
    assert not [canary for canary in ("Канарейка", "canary", "77777001234") if canary in written]


def test_an_action_of_a_list_names_its_rows(partner: Partner) -> None:
    with tenancy.all_partners():
        links = [make_link(partner), make_link(partner)]
    sent = {"action": "delete_selected", "_selected_action": [link.pk for link in links], "post": "yes"}
    assert client_of(operator()).post(reverse("admin:partners_link_changelist"), sent).status_code == 302
    assert [(entry.action, entry.object_id) for entry in entries()] == [
        (Action.DELETE, str(link.pk)) for link in reversed(links)
    ]
    assert entries()[0].before["code"] == links[1].code


def test_added_and_deleted_rows_are_kept_in_the_log(partner: Partner) -> None:
    client = client_of(owner(partner))
    assert client.post(reverse("admin:partners_destination_add"), {"slot": "blog", "url": "https://a.example/"})
    (added,) = entries()
    assert (added.action, added.after["slot"], added.partner_id) == (Action.ADD, "blog", partner.pk)
    assert client.post(reverse("admin:partners_destination_delete", args=[added.object_id]), {"post": "yes"})
    assert entries()[-1].action == Action.DELETE
    assert entries()[-1].before["url"] == "https://a.example/"


def test_a_command_to_a_bot_is_an_entry(partner: Partner) -> None:
    bot = make_bot(partner)
    url = reverse("admin:fleet_command", args=[bot.pk, "restart"])
    assert client_of(operator()).post(url, headers={"X-Requested-With": "fetch"}).status_code == 200
    (entry,) = entries()
    assert (entry.model, entry.object_id, entry.place) == ("partners.bot", str(bot.pk), url)


def test_what_was_refused_or_mistaken_or_only_looked_at_is_no_entry(partner: Partner) -> None:
    lead, client = make_lead(partner), client_of(owner(partner))
    act = reverse("admin:partners_lead_act", args=[lead.pk])
    assert client_of(stranger()).post(act, {"do": "contacted"}).status_code == 404
    assert client.post(act, {"do": "nonsense"}).status_code == 404
    assert client_of(colleague(partner)).post(reverse("admin:partners_link_add"), {}).status_code == 403
    assert client.post(reverse("admin:partners_link_add"), {"code": "not a code"}).status_code == 200
    assert client.get(reverse("admin:partners_lead_change", args=[lead.pk])).status_code == 200
    assert entries() == []


@pytest.mark.parametrize("everybody", [False, True])
def test_nobody_changes_or_deletes_an_entry(partner: Partner, everybody: bool) -> None:
    save_partner(operator(), partner, name="Анна П.")
    with tenancy.all_partners() if everybody else tenancy.partner(partner.pk):
        assert AuditEntry.objects.count() == 1
        assert AuditEntry.objects.update(actor_name="nobody") == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM partners_auditentry")
            assert cursor.rowcount == 0
    assert entries()[0].actor_name != "nobody"


def test_only_operators_read_the_log(partner: Partner) -> None:
    save_partner(operator(), partner, name="Анна П.")
    page = reverse("admin:partners_auditentry_change", args=[entries()[0].pk])
    for user in (owner(partner), colleague(partner), stranger(), editor(), analyst()):
        assert [client_of(user).get(url).status_code for url in (reverse(LOG), page)] == [403, 403]
    client = client_of(operator())
    assert "Анна П." in client.get(reverse(LOG)).content.decode()
    assert reverse("admin:partners_partner_change", args=[partner.pk]) in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=Галина", 1), ("q=203.0.113.9", 1), ("action__exact=login", 1), ("model=partners.bot", 1), ("q=nobody", 0)],
)
def test_the_log_is_searched_and_filtered(query: str, count: int) -> None:
    with tenancy.all_partners():
        AuditEntry.objects.create(at=NOW, actor_name="galina", action=Action.LOGIN, object_name="Галина")
        AuditEntry.objects.create(at=NOW, actor_name="x", action=Action.CHANGE, model="partners.bot", object_id="1")
        AuditEntry.objects.create(at=NOW, actor_name="x", action=Action.PRESS, address="203.0.113.9")
    assert client_of(operator()).get(f"{reverse(LOG)}?{query}").context["cl"].result_count == count


def test_a_name_in_the_log_is_text(partner: Partner) -> None:
    save_partner(operator(), partner, name="<script>alert(1)</script>")
    client = client_of(operator())
    for url in (reverse(LOG), reverse("admin:partners_auditentry_change", args=[entries()[0].pk])):
        page = client.get(url).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_a_long_log_costs_as_many_queries_as_a_short_one(partner: Partner) -> None:
    client = client_of(operator())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LOG)).status_code == 200
        return len(captured)

    def add(count: int) -> None:
        with tenancy.all_partners():
            for number in range(count):
                AuditEntry.objects.create(
                    at=NOW, actor_name="x", action=Action.CHANGE, partner=partner, model="partners.partner",
                    object_id=partner.pk, before={"name": "a"}, after={"name": str(number)},
                )  # fmt: skip

    add(1)
    client.get(reverse(LOG))
    few = queries()
    add(29)
    assert queries() == few


def test_every_page_of_the_panel_takes_part() -> None:
    """Who is not a PanelAdmin would not tell of new rows and inlines."""
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, PanelAdmin)] == []


def test_a_long_text_is_cut_around_what_changed() -> None:
    before, after = audit_values.changes({"text": "а" * 5_000 + "до"}, {"text": "а" * 5_000 + "после"})
    assert before["text"].endswith("до")
    assert after["text"].endswith("после")
    assert len(after["text"]) <= audit_values.MOST + 2


texts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=900))


@given(texts, texts)
def test_changes_name_exactly_what_differs_and_stay_short(before: dict[str, str], after: dict[str, str]) -> None:
    old, new = audit_values.changes(before, after)
    assert {*old, *new} == {name for name in {*before, *after} if before.get(name, "") != after.get(name, "")}
    assert all(len(text) <= audit_values.MOST + 2 for text in (*old.values(), *new.values()))
    for name in old.keys() & new.keys():
        assert old[name] != new[name]
