"""What each role may do on the web: the whole table, and that the pages keep to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.urls import reverse

from partners import tenancy
from partners.access import is_operator, sees_all_partners
from partners.models import Membership, Partner
from partners.permissions import PERMISSIONS
from tests.factories import make_bot, make_lead, make_partner
from tests.personas import analyst, client_of, colleague, editor, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

ROLES = ("operator", "editor", "analyst", "owner", "assistant")
LETTERS = {
    "v": "view", "a": "add", "c": "change", "d": "delete",
    "h": "handle", "r": "read", "p": "play", "w": "answer",
}  # fmt: skip
# Whoever changes partners/permissions.py says it here once more, and sees the change beside the other roles.
#                                    operator editor analyst owner assistant
TABLE = """
analytics.report                     v      v      v      v      v
auth.user                            vac    -      -      -      -
botrunner.inboxupdate                vc     -      -      -      -
content.aiaccount                    v      -      -      -      -
content.aiuse                        v      -      v      -      -
content.document                     vacd   vacd   v      -      -
content.idea                         va     va     -      -      -
content.lessonprogress               v      -      -      -      -
content.mediaitem                    vac    vac    v      vac    v
content.offer                        vacd   vacd   -      -      -
content.outboxmessage                vc     -      -      v      v
content.payplanversion               vacd   v      -      -      -
content.pictureorder                 v      v      -      -      -
content.post                         vac    vac    v      vac    v
content.postnumbers                  v      v      v      v      v
content.postplan                     vacd   vacd   v      vacd   -
content.product                      vacd   vacd   v      -      -
content.regressionquestion           vacd   vacd   -      -      -
content.story                        vac    vac    -      -      -
django_celery_beat.crontabschedule   vacd   -      -      -      -
django_celery_beat.intervalschedule  vacd   -      -      -      -
django_celery_beat.periodictask      vacd   -      -      -      -
funnels.alert                        v      -      -      v      v
funnels.broadcast                    vacd   -      v      vacd   -
funnels.enrollment                   v      -      -      v      -
funnels.funnelversion                vacdp  vacdp  v      p      -
funnels.question                     vw     -      -      v      v
funnels.sequencepause                ad     -      -      -      -
funnels.textoverride                 vcd    vcd    -      vcd    -
partners.application                 vc     -      -      -      -
partners.auditentry                  v      -      -      -      -
partners.backup                      va     -      -      -      -
partners.bot                         vac    v      v      v      v
partners.contact                     v      -      -      v      -
partners.destination                 vacd   -      v      vacd   -
partners.incident                    vh     -      -      -      -
partners.lead                        vhr    -      v      vhr    vhr
partners.link                        vacd   v      v      vac    v
partners.membership                  vacd   -      -      -      -
partners.partner                     vac    v      v      vc     -
partners.runner                      v      -      -      -      -
partners.yandexaccount               vacd   -      -      -      -
"""
BY_ROLE: dict[str, Callable[[Partner], User]] = {
    "operator": lambda _partner: operator(),
    "editor": lambda _partner: editor(),
    "analyst": lambda _partner: analyst(),
    "owner": owner,
    "assistant": colleague,
}
EVERY = pytest.mark.parametrize("role", ROLES)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def expected(role: str) -> set[str]:
    found = set()
    for line in TABLE.strip().splitlines():
        label, *cells = line.split()
        app, model = label.split(".")
        found |= {f"{app}.{LETTERS[letter]}_{model}" for letter in cells[ROLES.index(role)] if letter != "-"}
    return found


@EVERY
def test_a_role_may_exactly_what_the_table_says(role: str) -> None:
    assert PERMISSIONS[role] == expected(role)
    assert BY_ROLE[role](make_partner()).get_all_permissions() == expected(role)


def test_every_role_is_in_the_table() -> None:
    assert {*ROLES} == {*Membership.Role.values} == {*PERMISSIONS}


@EVERY
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_lists_and_the_pages_for_adding_keep_to_the_table(role: str, model: type[Model]) -> None:
    partner = make_partner()
    client, opts = client_of(BY_ROLE[role](partner)), model._meta
    for page, action in (("changelist", ("view", "change")), ("add", ("add",))):
        status = client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}")).status_code
        may = any(f"{opts.app_label}.{each}_{opts.model_name}" in expected(role) for each in action)
        # A page may refuse more than the table does (nothing adds an alert by hand), never less.
        assert status in ((200, 302, 403, 404) if may and page == "add" else (200, 302) if may else (403, 404))


@pytest.mark.parametrize("make", [editor, analyst])
def test_who_works_for_the_network_sees_all_partners_and_is_no_operator(make: Callable[[], User]) -> None:
    make_partner("anna", name="Анна")
    make_partner("boris", name="Борис")
    user = make()
    assert sees_all_partners(user)
    assert not is_operator(user)
    page = client_of(user).get(reverse("admin:partners_partner_changelist")).content.decode()
    assert "Анна" in page
    assert "Борис" in page


@pytest.mark.parametrize("make", [editor, analyst])
def test_editors_and_analysts_meet_no_contact_and_no_token(make: Callable[[], User]) -> None:
    partner = make_partner("anna", contact="@anna_k", phone="+79990001122", telegram_id=7777001)
    bot = make_bot(partner)
    lead = make_lead(partner, first_name="Мария", username="maria_l", phone="+79993334455", email="m@example.org")
    client = client_of(make())
    addresses = [
        reverse("admin:index"),
        reverse("admin:partners_partner_changelist"),
        reverse("admin:partners_partner_change", args=[partner.pk]),
        reverse("admin:partners_lead_changelist"),
        reverse("admin:partners_lead_change", args=[lead.pk]),
        *(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in MODELS),
    ]
    secrets = ["anna_k", "9990001122", "999 000", "7777001", "maria_l", "3334455", "m@example.org", bot.token.reveal()]
    for address in addresses:
        body = client.get(address).content.decode()
        assert [secret for secret in (*secrets, "Мария") if secret in body] == [], address


@pytest.mark.parametrize("make", [editor, analyst])
@pytest.mark.parametrize(
    "query", ["phone__startswith=%2B7", "email__contains=m", "username=maria", "telegram_id__gt=1", "first_name=М"]
)
def test_a_contact_is_not_guessed_letter_by_letter(make: Callable[[], User], query: str) -> None:
    make_lead(make_partner(), first_name="М", username="maria", phone="+79993334455", email="m@example.org")
    response = client_of(make()).get(reverse("admin:partners_lead_changelist") + "?" + query)
    assert response.status_code in (400, 403)


def test_a_helper_does_not_guess_a_phone_either() -> None:
    partner = make_partner()
    lead = make_lead(partner, phone="+79993334455")
    url = reverse("admin:partners_lead_changelist") + "?phone__startswith=%2B7"
    assert client_of(colleague(partner)).get(url).status_code == 400
    assert str(lead) in client_of(owner(partner)).get(url).content.decode()


@pytest.mark.parametrize("make", [editor, analyst])
def test_nobody_but_operators_commands_bots_or_gives_roles(make: Callable[[], User]) -> None:
    bot, client = make_bot(), client_of(make())
    user = make_user()
    assert client.post(reverse("admin:fleet_command", args=[bot.pk, "stop"])).status_code == 403
    assert client.post(reverse("admin:auth_user_change", args=[user.pk])).status_code == 403
    assert client.get(reverse("admin:partners_auditentry_changelist")).status_code == 403


def test_an_editor_writes_for_the_whole_network_and_an_analyst_writes_nothing() -> None:
    url = reverse("admin:content_offer_add")
    assert client_of(editor()).get(url).status_code == 200
    assert client_of(analyst()).get(url).status_code == 403


@pytest.mark.parametrize(("role", "has_partner"), [("editor", True), ("analyst", True), ("owner", False)])
def test_a_role_has_a_partner_or_has_none(role: str, has_partner: bool) -> None:
    partner = make_partner() if has_partner else None
    with pytest.raises(IntegrityError), tenancy.all_partners(), transaction.atomic():
        Membership.objects.create(user=make_user(), role=role, partner=partner)


def test_a_stranger_is_still_a_stranger() -> None:
    lead = make_lead(make_partner())
    assert client_of(stranger()).get(reverse("admin:partners_lead_change", args=[lead.pk])).status_code == 404
