"""The second factor: set up by a picture, asked for behind the password, taken away only by somebody who may."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from pytest_django import Settings

from partners import tenancy
from partners.models import AuditEntry, Authenticator, Membership
from partners.services import second_factor
from tests.factories import make_lead, make_partner
from tests.personas import PASSWORD, client_of, editor, make_user, operator, owner

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action
ELSEWHERE = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
CODE, SETUP, HOME = (reverse(f"admin:{name}") for name in ("second_factor", "second_factor_setup", "index"))


def code_of(user: User, at: datetime | None = None) -> str:
    """What the app shows, or showed at that time."""
    secret = Authenticator.objects.get(user=user).secret.reveal()
    shows = TOTP(bytes.fromhex(secret))
    shows.time = (at or timezone.now()).timestamp()
    return f"{shows.token():06}"


def switched_on(user: User) -> list[str]:
    """The backup codes. The code that was used is one of the past, so the present one is still good."""
    before = timezone.now() - timedelta(seconds=30)
    second_factor.begun(user=user, now=before)
    codes = second_factor.confirm(user=user, code=code_of(user, before), now=before, address="")
    assert codes
    return codes


def come_in(user: User) -> Client:
    client = Client()
    assert client.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


def deeds() -> list[str]:
    with tenancy.all_partners():
        return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_setting_it_up_shows_a_picture_and_the_codes_once() -> None:
    user = operator()
    client = come_in(user)
    page = client.get(SETUP).content.decode()
    assert 'src="data:image/svg+xml' in page
    assert "no-store" in client.get(SETUP).headers["Cache-Control"]
    assert client.get(SETUP).content.decode().count("otpauth") == 0
    done = client.post(SETUP, {"code": code_of(user)})
    codes = re.findall(r"<code>([0-9a-f]{5}-[0-9a-f]{5})</code>", done.content.decode())
    assert len(set(codes)) == second_factor.BACKUP_CODES
    assert client.get(HOME).status_code == 200
    assert not [code for code in codes if code in client.get(SETUP).content.decode()]
    assert deeds() == [Action.LOGIN, Action.FACTOR_ON]


def test_the_secret_and_the_codes_are_not_readable_in_the_database() -> None:
    user = operator()
    codes = switched_on(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM partners_authenticator a")
        [[stored]] = cursor.fetchall()
    assert Authenticator.objects.get().secret.reveal() not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


def test_a_password_alone_opens_nothing_any_more() -> None:
    user, lead = operator(), make_lead(make_partner(), first_name="Канарейка")
    switched_on(user)
    client = come_in(user)
    page = reverse("admin:partners_lead_change", args=[lead.pk])
    for url in (HOME, page, reverse("admin:fleet"), reverse("admin:autocomplete"), reverse("admin:jsi18n")):
        response = client.get(url)
        assert response.status_code == 302
        assert response.headers["Location"].startswith(CODE)
    assert client.post(reverse("admin:partners_lead_act", args=[lead.pk]), {"do": "take"}).headers["Location"] == CODE
    assert client.get(SETUP).headers["Location"] == CODE
    assert "Канарейка" not in client.get(CODE).content.decode()


def test_the_code_opens_and_leads_to_where_one_was_going() -> None:
    user = operator()
    switched_on(user)
    client = come_in(user)
    before = client.session.session_key
    url = reverse("admin:partners_partner_changelist")
    asked = client.get(url)
    response = client.post(asked.headers["Location"], {"code": code_of(user)})
    assert response.headers["Location"] == url
    assert client.get(url).status_code == 200
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_code_page_is_no_open_redirect(elsewhere: str) -> None:
    user = operator()
    switched_on(user)
    response = come_in(user).post(f"{CODE}?next={elsewhere}", {"code": code_of(user)})
    assert response.headers["Location"] == HOME


def test_a_code_works_once() -> None:
    user = operator()
    switched_on(user)
    code = code_of(user)
    assert come_in(user).post(CODE, {"code": code}).status_code == 302
    assert come_in(user).post(CODE, {"code": code}).status_code == 200


def test_a_backup_code_works_once_however_it_is_typed() -> None:
    user = operator()
    first, second, *_rest = switched_on(user)
    assert come_in(user).post(CODE, {"code": f" {first.upper()} "}).status_code == 302
    assert come_in(user).post(CODE, {"code": second.replace("-", "")}).status_code == 302
    assert come_in(user).post(CODE, {"code": first}).status_code == 200


@pytest.mark.parametrize("wrong", ["000000", "٠٠٠٠٠٠", "0000000", "-1", "abc", "1" * 32, "'; --"])
def test_a_wrong_code_is_refused_and_written_down(wrong: str) -> None:
    user = operator()
    switched_on(user)
    client = come_in(user)
    assert client.post(CODE, {"code": wrong}).status_code == 200
    assert client.get(HOME).status_code == 302
    assert deeds()[-1] == Action.FACTOR_FAILED


def test_guessing_becomes_slower_and_slower() -> None:
    user, now = operator(), timezone.now()
    switched_on(user)
    assert second_factor.check(user=user, code="000000", now=now, address="") is None
    with pytest.raises(second_factor.Locked):
        second_factor.check(user=user, code=code_of(user), now=now, address="")


def test_the_second_factor_of_somebody_else_does_not_help() -> None:
    user, other = operator(), operator()
    switched_on(user)
    switched_on(other)
    assert come_in(user).post(CODE, {"code": code_of(other)}).status_code == 200


def test_a_session_left_open_cannot_remove_it() -> None:
    user = operator()
    first, *_rest = switched_on(user)
    client = come_in(user)
    client.post(CODE, {"code": first})
    assert client.post(SETUP, {"do": "off", "code": "no-such-code"}).status_code == 200
    assert second_factor.is_on(user)


def test_removing_it_and_new_codes_take_a_code() -> None:
    user = operator()
    first, second, third, *_rest = switched_on(user)
    client = come_in(user)
    client.post(CODE, {"code": first})
    page = client.post(SETUP, {"do": "codes", "code": second}).content.decode()
    (fresh, *_others) = re.findall(r"<code>([0-9a-f]{5}-[0-9a-f]{5})</code>", page)
    assert third not in page
    assert client.post(SETUP, {"do": "off", "code": fresh}).status_code == 302
    assert not second_factor.is_on(user)
    assert deeds()[-2:] == [Action.FACTOR_CODES, Action.FACTOR_OFF]


def test_where_it_is_required_nothing_opens_before_it_is_set_up(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    partner = make_partner()
    for user in (operator(), editor()):
        client = come_in(user)
        assert client.get(HOME).headers["Location"].startswith(SETUP)
        assert client.post(SETUP, {"code": code_of(user) if client.get(SETUP) else ""}).status_code == 200
        assert client.get(HOME).status_code == 200
    assert come_in(owner(partner)).get(HOME).status_code == 200


def test_nobody_reaches_the_pages_without_a_password_or_a_membership() -> None:
    for client in (Client(), client_of(make_user())):
        for url in (CODE, SETUP):
            assert client.get(url).headers["Location"] == reverse("admin:login")
    assert not Authenticator.objects.exists()


def test_an_operator_resets_it_and_it_is_written_down() -> None:
    chief, user = operator(), make_user(Membership.Role.OWNER, make_partner())
    switched_on(user)
    sent = {"action": "reset_second_factor", "_selected_action": [user.pk]}
    assert client_of(owner(make_partner())).post(reverse("admin:auth_user_changelist"), sent).status_code == 403
    assert second_factor.is_on(user)
    assert client_of(chief).post(reverse("admin:auth_user_changelist"), sent).status_code == 302
    assert not second_factor.is_on(user)
    with tenancy.all_partners():
        entry = AuditEntry.objects.get(action=Action.FACTOR_OFF)
    assert (entry.actor, entry.object_name) == (chief, user.username)


def test_an_operator_does_not_reset_a_superusers() -> None:
    boss = make_user(Membership.Role.OPERATOR, is_superuser=True)
    switched_on(boss)
    sent = {"action": "reset_second_factor", "_selected_action": [boss.pk]}
    assert client_of(operator()).post(reverse("admin:auth_user_changelist"), sent).status_code == 302
    assert second_factor.is_on(boss)


def test_the_command_resets_it(capsys: pytest.CaptureFixture[str]) -> None:
    user = operator()
    switched_on(user)
    call_command("reset_second_factor", user.username)
    assert not second_factor.is_on(user)
    assert deeds()[-1] == Action.FACTOR_OFF
    call_command("reset_second_factor", user.username)
    assert deeds().count(Action.FACTOR_OFF) == 1
    assert user.username in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")


def test_a_device_that_was_reset_lets_no_old_session_on(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = operator()
    first, *_rest = switched_on(user)
    client = come_in(user)
    client.post(CODE, {"code": first})
    assert client.get(HOME).status_code == 200
    second_factor.reset(user=user, by=None, now=timezone.now())
    assert client.get(HOME).headers["Location"].startswith(SETUP)


def test_the_picture_says_what_apps_read() -> None:
    user = make_user("", None, username="anna@example.org")
    waiting = second_factor.begun(user=user, now=datetime.now(tz=timezone.get_current_timezone()))
    assert second_factor.provisioning_url(waiting).startswith("otpauth://totp/Curator%3Aanna%40example.org?secret=")
