from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from partners import tenancy
from partners.fields import Secret
from partners.models import Bot, Destination, Membership, Partner, YandexAccount
from partners.queries import no_signals
from tests.factories import NOW, make_bot, make_partner, token_of
from tests.personas import PASSWORD, client_of, make_user, operator, owner

pytestmark = pytest.mark.django_db

ADD = "/admin/partners/partner/add/"


def change(partner: Partner) -> str:
    return reverse("admin:partners_partner_change", args=[partner.pk])


def data(**changes: Any) -> dict[str, Any]:
    """What the form sends for a partner without a bot and an account in Yandex Cloud."""
    values = {
        "slug": "anna",
        "name": "Анна",
        "specialization": "all",
        "communication_style": "vy",
        "shop_link": "https://nl.example/anna",
        "country": "RU",
        "time_zone": "Europe/Moscow",
        "admin_telegram_ids": "",
        "topics": "{}",
        "work_from": "09:00",
        "work_to": "21:00",
        "digest_at": "09:00",
        "quiet_from": "21:00",
        "quiet_to": "10:00",
        "bot-TOTAL_FORMS": "0",
        "bot-INITIAL_FORMS": "0",
        "yandex-TOTAL_FORMS": "0",
        "yandex-INITIAL_FORMS": "0",
    }
    return values | changes


def with_bot(token: str, **changes: Any) -> dict[str, Any]:
    return data(**{"bot-TOTAL_FORMS": "1", "bot-0-new_token": token} | changes)


def errors(client: Client, url: str, values: dict[str, Any]) -> str:
    response = client.post(url, values)
    assert response.status_code == 200, "the form was accepted"
    return response.content.decode()


def test_a_partner_with_a_bot_is_added_through_the_service() -> None:
    token = token_of(1)
    response = client_of(operator()).post(ADD, with_bot(token))
    assert response.status_code == 302
    with tenancy.all_partners():
        bot = Bot.objects.select_related("partner").get()
    assert (bot.partner.slug, bot.token.reveal(), bot.wanted) == ("anna", token, "running")
    assert bot.wanted_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "../x"),
        ("shop_link", "http://nl.example"),
        ("shop_link", "javascript:alert(1)"),
        ("time_zone", "Mars/Base"),
        ("country", "R1"),
        ("admin_telegram_ids", "x"),
        ("admin_telegram_ids", "[1]"),
        ("admin_telegram_ids", "-5"),
        ("admin_telegram_ids", "9" * 30),
        ("topics", "[1]"),
        ("topics", '{"a": "b"}'),
        ("work_from", "25:00"),
        ("digest_at", ""),
        ("quiet_to", "21:00"),
    ],
)
def test_bad_fields_are_refused(field: str, value: str) -> None:
    errors(client_of(operator()), ADD, data(**{field: value}))
    with tenancy.all_partners():
        assert not Partner.objects.exists()


def test_helpers_are_typed_with_commas() -> None:
    client = client_of(operator())
    client.post(ADD, with_bot(token_of(7), admin_telegram_ids="910000007, 910000008"))
    with tenancy.all_partners():
        partner = Partner.objects.get()
    assert partner.admin_telegram_ids == [910000007, 910000008]
    page = client.get(change(partner)).content.decode()
    assert 'value="910000007, 910000008"' in page


def test_a_bad_or_foreign_token_is_refused_and_not_shown_again() -> None:
    taken = make_bot().token.reveal()
    client = client_of(operator())
    for token in ("12345:short-secret", taken):
        text = errors(client, ADD, with_bot(token))
        assert token not in text
    with tenancy.all_partners():
        assert Partner.objects.count() == 1


def test_secrets_never_come_out() -> None:
    partner = make_partner("anna")
    bot = make_bot(partner)
    with tenancy.all_partners():
        YandexAccount.objects.create(
            partner=partner, folder_id="b1g", api_key=Secret("AQVN-secret"), private_key=Secret("PEM-secret")
        )
    client = client_of(operator())
    for url in (change(partner), reverse("admin:partners_partner_changelist"), reverse("admin:index")):
        text = client.get(url).content.decode()
        for secret in (bot.token.reveal(), "AQVN-secret", "PEM-secret", "•"):
            assert secret not in text


def existing(bot: Bot, token: str = "", **changes: Any) -> dict[str, Any]:
    return with_bot(
        token,
        **{"slug": bot.partner.slug, "bot-INITIAL_FORMS": "1", "bot-0-id": bot.pk, "bot-0-partner": bot.partner_id}
        | changes,
    )


def test_an_empty_token_keeps_the_stored_one() -> None:
    bot = make_bot(make_partner("anna"))
    response = client_of(operator()).post(change(bot.partner), existing(bot, **{"bot-0-display_name": "Помощник"}))
    assert response.status_code == 302
    with tenancy.all_partners():
        kept = Bot.objects.get()
    assert (kept.token, kept.generation, kept.display_name) == (bot.token, 1, "Помощник")


def test_a_new_token_starts_the_bot_anew() -> None:
    bot = make_bot(make_partner("anna"))
    token = token_of(999)
    assert client_of(operator()).post(change(bot.partner), existing(bot, token)).status_code == 302
    with tenancy.all_partners():
        changed = Bot.objects.get()
    assert (changed.token.reveal(), changed.generation) == (token, 2)


def test_a_yandex_account_needs_a_key_and_keeps_it() -> None:
    partner = make_partner("anna")
    client = client_of(operator())
    account = {"yandex-TOTAL_FORMS": "1", "yandex-0-folder_id": "b1g", "yandex-0-model": "yandexgpt-lite/latest"}
    errors(client, change(partner), data(**account))
    assert client.post(change(partner), data(**account, **{"yandex-0-new_api_key": "AQVN"})).status_code == 302
    with tenancy.all_partners():
        stored = YandexAccount.objects.get()
    again = account | {"yandex-INITIAL_FORMS": "1", "yandex-0-id": stored.pk, "yandex-0-partner": partner.pk}
    again["yandex-0-folder_id"] = "b2g"
    assert client.post(change(partner), data(**again)).status_code == 302
    with tenancy.all_partners():
        stored.refresh_from_db()
    assert (stored.folder_id, stored.api_key.reveal()) == ("b2g", "AQVN")


def test_a_partner_edits_the_own_profile_and_nothing_else() -> None:
    partner = make_partner("anna", group_id=-100)
    bot = make_bot(partner)
    sent = data(slug="stolen", story="Моя история", group_id="-7") | {
        "bot-TOTAL_FORMS": "1", "bot-INITIAL_FORMS": "1", "bot-0-id": bot.pk, "bot-0-new_token": token_of(77),
    }  # fmt: skip
    client = client_of(owner(partner))
    assert client.post(change(partner), sent).status_code == 302
    with tenancy.all_partners():
        partner.refresh_from_db()
        assert Bot.objects.get().token == bot.token
    assert (partner.slug, partner.story, partner.group_id) == ("anna", "Моя история", -100)
    text = client.get(change(partner)).content.decode()
    for absent in ("new_token", 'name="slug"', 'name="group_id"', "yandex"):
        assert absent not in text
    assert client.get(ADD).status_code == 403


def test_a_partner_chooses_the_own_hours() -> None:
    partner = make_partner("anna", telegram_id=777, digest_due_at=NOW, unreachable="blocked")
    client = client_of(owner(partner))
    page = client.get(change(partner)).content.decode()
    assert 'type="time" name="digest_at" value="09:00"' in page
    hours = {"work_from": "22:00", "work_to": "06:00", "digest_at": "07:30", "quiet_from": "20:00", "quiet_to": "11:00"}
    assert client.post(change(partner), data(**hours)).status_code == 302
    with tenancy.all_partners():
        partner.refresh_from_db()
    assert {name: getattr(partner, name).strftime("%H:%M") for name in hours} == hours
    assert partner.digest_due_at is None  # the next tick plans it for the new hour
    assert (partner.telegram_id, partner.unreachable) == (777, "blocked")


def test_what_hangs_on_a_field_changes_with_it() -> None:
    bot = make_bot(make_partner("anna", telegram_id=777, digest_due_at=NOW, unreachable="blocked"))
    client = client_of(operator())
    assert client.post(change(bot.partner), existing(bot, telegram_id="777", name="Анна П.")).status_code == 302
    with tenancy.all_partners():
        partner = Partner.objects.get()
    assert (partner.digest_due_at, partner.unreachable) == (NOW, "blocked")
    assert client.post(change(bot.partner), existing(bot, telegram_id="778")).status_code == 302
    with tenancy.all_partners():
        partner = Partner.objects.get()
    assert (partner.digest_due_at, partner.unreachable) == (NOW, "")


@pytest.mark.parametrize("fields", [{}, {"telegram_id": 7, "unreachable": "blocked"}])
def test_the_pages_say_that_a_partner_hears_nothing(fields: dict[str, Any]) -> None:
    silent, heard = make_partner("anna", **fields), make_partner("boris", telegram_id=8)
    said = escape(no_signals(silent))
    for partner in (silent, heard):
        make_bot(partner)
        for user in (operator(), owner(partner)):
            text = client_of(user).get(change(partner)).content.decode()
            assert (said in text) is (partner == silent)
    assert client_of(operator()).get(reverse("admin:index")).content.decode().count(said) == 1
    assert said in client_of(owner(silent)).get(reverse("admin:index")).content.decode()


def test_a_partner_is_never_deleted_here() -> None:
    partner = make_partner()
    url = reverse("admin:partners_partner_delete", args=[partner.pk])
    assert client_of(operator()).post(url, {"post": "yes"}).status_code == 403
    assert client_of(make_user("operator", is_superuser=True)).post(url, {"post": "yes"}).status_code == 403


def test_destinations_take_https_only() -> None:
    partner = make_partner()
    client = client_of(owner(partner))
    url = reverse("admin:partners_destination_add")
    errors(client, url, {"slot": "blog", "url": "http://blog.example"})
    assert client.post(url, {"slot": "blog", "url": "https://blog.example"}).status_code == 302
    with tenancy.all_partners():
        assert Destination.objects.get().partner == partner


def user_form(**changes: Any) -> dict[str, Any]:
    password = "another-long-password"
    values = {
        "username": "vera",
        "password1": password,
        "password2": password,
        "usable_password": "true",
        "membership-TOTAL_FORMS": "1",
        "membership-INITIAL_FORMS": "0",
    }
    return values | changes


def test_an_operator_makes_a_login_for_a_partner() -> None:
    partner = make_partner()
    membership = {"membership-0-role": "owner", "membership-0-partner": partner.pk}
    response = client_of(operator()).post(reverse("admin:auth_user_add"), user_form(**membership))
    assert response.status_code == 302
    with tenancy.all_partners():
        assert Membership.objects.get(user__username="vera").partner == partner
    client = Client()
    assert client.login(username="vera", password="another-long-password")
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_partners_login_needs_a_partner() -> None:
    sent = user_form(**{"membership-0-role": "owner"})
    text = errors(client_of(operator(), "en"), reverse("admin:auth_user_add"), sent)
    assert "login needs one." in text


def test_an_operator_cannot_become_a_superuser() -> None:
    superuser = make_user("operator", is_superuser=True)
    client = client_of(operator())
    change_user = reverse("admin:auth_user_change", args=[superuser.pk])
    assert client.post(change_user, {"username": "mine"}).status_code == 403
    password = {"password1": "x-long-password-x", "password2": "x-long-password-x", "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[superuser.pk])
    assert client.post(url, password).status_code == 403
    superuser.refresh_from_db()
    assert superuser.check_password(PASSWORD)
    own = User.objects.get(username__startswith="operator2")
    sent = {"username": own.username, "is_superuser": "on", "is_staff": "on", "membership-TOTAL_FORMS": "0",
            "membership-INITIAL_FORMS": "0"}  # fmt: skip
    client.post(reverse("admin:auth_user_change", args=[own.pk]), sent)
    own.refresh_from_db()
    assert not own.is_superuser
