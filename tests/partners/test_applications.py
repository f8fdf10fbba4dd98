"""The decision about an application: what it makes, what it refuses, who may take it, what is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import tenancy
from partners.fields import Secret
from partners.models import Application, AuditEntry, Bot, Invitation, Partner, YandexAccount
from partners.onboarding.sections import YES
from partners.services import application_form, applications, invitations
from tests.factories import make_bot, make_partner, token_of
from tests.partners.applications import TOKEN, make_application, stored
from tests.personas import analyst, client_of, colleague, editor, operator, owner

pytestmark = pytest.mark.django_db

GROUP: dict[str, Any] = {
    "group_id": "-100 123 456",
    **dict.fromkeys(("bot_is_admin", "topics_are_on", "bot_may_manage"), YES),
}


def decide(client: Client, started: Any, do: str, **told: str) -> Any:
    return client.post(f"/admin/partners/application/{started.application.pk}/decide/", {"do": do, **told})


def page_of(client: Client, started: Any) -> str:
    response = client.get(f"/admin/partners/application/{started.application.pk}/change/")
    assert response.status_code == 200
    return str(response.content.decode())


# What it makes


def test_an_approval_makes_everything_and_forgets_the_keys() -> None:
    started = make_application(**GROUP, make_topics=YES)
    user = operator()
    response = decide(client_of(user), started, "approve", slug="anna")
    assert response.status_code == 302
    with tenancy.all_partners():
        partner, bot = Partner.objects.get(), Bot.objects.get()
    assert (partner.slug, partner.name, partner.phone) == ("anna", "Анна Соколова", "+79161234567")
    assert (partner.communication_style, partner.specialization) == ("ty", "weight")
    assert (partner.group_id, partner.shop_link) == (-100_123_456, "https://anna.example/shop")
    assert partner.telegram_id is None  # only a press of a button in the bot says who they are
    assert (bot.token.reveal(), bot.wanted, bot.username) == (TOKEN, Bot.Wanted.RUNNING, "anna_join_bot")
    assert bot.self_test_wanted_at is not None
    assert bot.topics_wanted_at is not None
    row = stored(started)
    assert (row.state, row.partner_key, row.decided_by_id) == (Application.State.APPROVED, partner.pk, user.pk)
    assert not row.token
    assert set(row.consents) == {"consent_data", "consent_rules"}


def test_decisions_are_in_the_audit_log_without_secrets() -> None:
    first, second = make_application(), make_application(token=token_of(8))
    client = client_of(operator())
    decide(client, first, "approve", slug="anna")
    decide(client, second, "reject", reason="Не наш рынок")
    with tenancy.all_partners():
        found = list(AuditEntry.objects.order_by("pk").values_list("model", "action"))
        told = str(list(AuditEntry.objects.values_list("before", "after", "object_name")))
    assert {("partners.partner", "add"), ("partners.application", "change")} <= set(found)
    assert len([model for model, _action in found if model == "partners.application"]) == 2
    for token in (TOKEN, token_of(8)):
        assert token.partition(":")[2] not in told


def test_a_cloud_account_comes_with_it_and_topics_only_if_wanted() -> None:
    started = make_application(submitted=False, folder_id="b1gfolder", **GROUP)
    key = started.application.link_key
    with tenancy.application(key):
        secrets = {"api_key": Secret("AQVNsecret")}
        application_form.save(key=key, answers={}, secrets=secrets, now=timezone.now())
        application_form.submit(key=key, now=timezone.now())
    with tenancy.all_partners():
        applications.approve(application_id=started.application.pk, slug="anna", by=None, now=timezone.now())
        account, bot = YandexAccount.objects.get(), Bot.objects.get()
    assert (account.folder_id, account.api_key.reveal()) == ("b1gfolder", "AQVNsecret")
    assert bot.topics_wanted_at is None


@pytest.mark.parametrize("trouble", ["slug", "bad slug", "token", "unfinished"])
def test_a_refused_approval_makes_nothing(trouble: str) -> None:
    taken = make_bot(make_partner("boris"), token=token_of(77))
    unfinished = {"shop_link": "http://no-https.example"} if trouble == "unfinished" else {}
    token = taken.token.reveal() if trouble == "token" else TOKEN
    started = make_application(submitted=trouble != "unfinished", token=token, **unfinished)
    slug = {"slug": "boris", "bad slug": "Анна!"}.get(trouble, "anna")
    with tenancy.all_partners():
        with pytest.raises(applications.Refused) as refused:
            applications.approve(application_id=started.application.pk, slug=slug, by=None, now=timezone.now())
        assert Partner.objects.count() == 1
    assert token not in str(refused.value)
    row = stored(started)
    assert row.state != Application.State.APPROVED
    assert row.token.reveal() == token


def test_it_is_decided_once() -> None:
    started = make_application()
    client = client_of(operator())
    decide(client, started, "reject", reason="Не наш рынок")
    for do, told in (("approve", {"slug": "anna"}), ("correct", {"note": "…"}), ("reject", {"reason": "…"})):
        decide(client, started, do, **told)
    row = stored(started)
    assert (row.state, row.note, bool(row.token)) == (Application.State.REJECTED, "Не наш рынок", False)
    with tenancy.all_partners():
        assert not Partner.objects.exists()


def test_a_correction_opens_the_form_under_the_same_link_with_the_note() -> None:
    started = make_application()
    decide(client_of(operator()), started, "correct", note="Ссылка <b>не та</b>")
    text = Client().get(f"/join/{started.link}/5/").content.decode()
    assert "Ссылка &lt;b&gt;не та&lt;/b&gt;" in text
    assert stored(started).state == Application.State.DRAFT


def test_a_note_and_a_reason_are_needed() -> None:
    started = make_application()
    for do in ("correct", "reject"):
        decide(client_of(operator()), started, do, note=" ", reason=" ")
    assert stored(started).state == Application.State.SUBMITTED


def test_a_new_link_ends_the_old_one_and_is_shown_once(settings: Any) -> None:
    started = make_application()
    client = client_of(operator())
    text = decide(client, started, "link").content.decode()
    link = text.split(f"{settings.PUBLIC_URL}/join/", 1)[1].split("/", 1)[0]
    assert Client().get(f"/join/{link}/").status_code == 200
    assert Client().get(f"/join/{started.link}/").status_code == 404
    assert link not in page_of(client, started)


def test_what_nobody_finished_is_forgotten() -> None:
    _draft, waiting, approved = (make_application(submitted=number > 0, token=token_of(number)) for number in range(3))
    with tenancy.all_partners():
        applications.approve(application_id=approved.application.pk, slug="anna", by=None, now=timezone.now())
        assert applications.forget_expired(now=timezone.now()) == 0
        assert applications.forget_expired(now=timezone.now() + timedelta(days=31)) == 1
        left = set(Application.objects.values_list("pk", flat=True))
    assert left == {waiting.application.pk, approved.application.pk}


# The applicant after the approval


def test_the_applicant_sees_how_the_bot_is_doing_and_connects(settings: Any) -> None:
    started, visitor = make_application(), Client()
    assert visitor.post(f"/join/{started.link}/connect/").status_code == 404
    decide(client_of(operator()), started, "approve", slug="anna")
    assert 'data-live="no"' in visitor.get(f"/join/{started.link}/").content.decode()
    point = {"code": "group", "ok": False, "title": "Группа не видна", "advice": "Добавьте бота"}
    with tenancy.all_partners():
        Bot.objects.update(state="running", running_generation=1, self_test=[point], self_test_at=timezone.now())
    text = visitor.get(f"/join/{started.link}/live/").content.decode()
    assert 'data-live="no"' in text, "its runner has died"
    with tenancy.all_partners():
        Bot.objects.update(heartbeat_at=timezone.now())
    text = visitor.get(f"/join/{started.link}/live/").content.decode()
    assert 'data-live="yes"' in text
    assert "Добавьте бота" in text
    address = visitor.post(f"/join/{started.link}/connect/").content.decode()
    token = address.split(f"{settings.TELEGRAM_LINK_URL}/anna_join_bot?start=", 1)[1].split('"', 1)[0]
    with tenancy.all_partners():
        partner = Partner.objects.get()
    with tenancy.partner(partner.pk):
        who: dict[str, Any] = {"partner_id": partner.pk, "telegram_id": 42, "now": timezone.now()}
        opened = invitations.open_link(token=token, name="Анна", username="anna", **who)
        invitations.accept(invitation_id=opened.pk, **who)
        partner.refresh_from_db()
    assert partner.telegram_id == 42
    assert visitor.post(f"/join/{started.link}/connect/").status_code == 302
    with tenancy.all_partners():
        assert Invitation.objects.count() == 1


# Who may decide, and what they see


def test_only_operators_see_applications() -> None:
    started, partner = make_application(name="Канарейка"), make_partner()
    for user in (owner(partner), colleague(partner), editor(), analyst()):
        client = client_of(user)
        for path in ("", f"{started.application.pk}/change/", f"{started.application.pk}/live/"):
            response = client.get(f"/admin/partners/application/{path}")
            assert response.status_code in (403, 404)
            assert "Канарейка" not in response.content.decode()
        for do in ("approve", "reject", "correct", "link"):
            response = decide(client, started, do, slug="anna", reason="…", note="…")
            assert response.status_code in (403, 404)
    assert stored(started).state == Application.State.SUBMITTED
    assert "Канарейка" in client_of(operator()).get("/admin/partners/application/").content.decode()


def test_secrets_are_masked_and_names_are_text() -> None:
    name = '</script><img src=x onerror="alert(1)">'
    started = make_application(submitted=False, **dict.fromkeys(("name", "story", "display_name"), name))
    text = page_of(client_of(operator()), started)
    assert "••••••" in text
    assert TOKEN.partition(":")[2] not in text
    assert "<img src=x" not in text
    assert "<img src=x" not in client_of(operator()).get("/admin/partners/application/").content.decode()


def test_problems_stand_where_they_are() -> None:
    started = make_application(submitted=False, shop_link="http://x.example", phone="7")
    text = page_of(client_of(operator()), started)
    assert text.count('<span class="tone-bad">') == 2
    assert 'value="approve" disabled' in text


def test_a_list_costs_the_same_for_one_and_for_thirty() -> None:
    client = client_of(operator())

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/admin/partners/application/").status_code == 200
        return len(queries)

    make_application(token=token_of(1))
    cost()
    one = cost()
    for number in range(2, 31):
        make_application(token=token_of(number))
    assert cost() == one


def test_nothing_is_decided_by_looking() -> None:
    started = make_application()
    client = client_of(operator())
    assert client.get(f"/admin/partners/application/{started.application.pk}/decide/").status_code == 404
    assert decide(client, started, "delete").status_code == 404
    assert (
        client.post(f"/admin/partners/application/{started.application.pk}/change/", {"note": "x"}).status_code == 403
    )
