"""Coming in: how often one may try, what is written down, for how long a session lasts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from partners import tenancy, throttle
from partners.models import AuditEntry
from tests.factories import make_partner
from tests.personas import PASSWORD, client_of, make_user, operator, owner

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
Action = AuditEntry.Action


@pytest.fixture
def address() -> str:
    """Of nobody before: the counters are in Redis, which outlives a test."""
    return f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.LOGIN_TRIES, settings.LOGIN_TRIES_ADDRESS = 3, 6


def attempt(address: str, name: str, password: str = "wrong") -> str:
    response = Client().post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)
    return "in" if response.status_code == 302 else response.content.decode()


def is_locked(page: str) -> bool:
    return "Слишком много попыток" in page or "Too many attempts" in page


def entries() -> list[AuditEntry]:
    with tenancy.all_partners():
        return list(AuditEntry.objects.order_by("pk"))


def test_after_a_few_wrong_passwords_even_the_right_one_waits(address: str) -> None:
    user = operator()
    assert [is_locked(attempt(address, user.username)) for _number in range(3)] == [False] * 3
    assert is_locked(attempt(address, user.username, PASSWORD))


def test_the_lock_is_of_one_login_from_one_address(address: str) -> None:
    user, colleague = operator(), operator()
    for _number in range(4):
        attempt(address, user.username)
    assert attempt(address, colleague.username, PASSWORD) == "in"
    assert attempt(address + "1", user.username, PASSWORD) == "in"


def test_an_address_that_tries_everybody_is_stopped(address: str) -> None:
    pages = [attempt(address, f"somebody{number}") for number in range(7)]
    assert [is_locked(page) for page in pages] == [False] * 6 + [True]


def test_the_right_password_forgets_the_wrong_ones(address: str) -> None:
    user = operator()
    for _round in range(2):
        attempt(address, user.username)
        attempt(address, user.username)
        assert attempt(address, user.username, PASSWORD) == "in"


def test_many_who_come_in_lock_nobody_out(address: str) -> None:
    user = operator()
    assert {attempt(address, user.username, PASSWORD) for _number in range(8)} == {"in"}


def test_the_case_of_a_name_does_not_give_more_tries(address: str) -> None:
    name = operator().username
    pages = [attempt(address, each) for each in (name, name.upper(), name.title(), name)]
    assert is_locked(pages[-1])


def test_without_redis_one_comes_in(address: str, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert attempt(address, operator().username, PASSWORD) == "in"


def test_no_name_lies_in_redis(address: str) -> None:
    throttle.attempt(what="test", whose="anna", most=1, seconds=60)
    assert "anna" not in throttle._key("test", "anna")


def test_a_login_a_failure_and_a_logout_are_written_down(address: str) -> None:
    user = operator()
    attempt(address, user.username)
    attempt(address, user.username, PASSWORD)
    client = client_of(user)
    client.post(reverse("admin:logout"), REMOTE_ADDR=address)
    found = [(entry.action, entry.actor, entry.object_name, entry.address) for entry in entries()]
    assert found == [
        (Action.LOGIN_FAILED, None, user.username, address),
        (Action.LOGIN, user, user.username, address),
        (Action.LOGOUT, user, user.username, address),
    ]


def test_a_password_in_the_wrong_field_is_not_written_down(address: str) -> None:
    attempt(address, "My-Secret-Password-1")
    assert "My-Secret-Password-1" not in str([vars(entry) for entry in entries()])
    assert [entry.action for entry in entries()] == [Action.LOGIN_FAILED]


def test_a_flood_writes_one_entry_about_the_lock(address: str) -> None:
    for _number in range(8):
        attempt(address, "nobody")
    assert [entry.action for entry in entries()].count(Action.LOGIN_REFUSED) == 1


@pytest.mark.parametrize(
    ("make", "hours"), [(lambda: operator(), 12), (lambda: owner(make_partner()), 14 * 24)], ids=["operator", "owner"]
)
def test_whoever_sees_all_partners_logs_in_every_day(address: str, make: Callable[[], User], hours: int) -> None:
    client = Client(REMOTE_ADDR=address)
    client.post(LOGIN, {"username": make().username, "password": PASSWORD})
    assert client.session.get_expiry_age() == pytest.approx(hours * 3600, abs=60)


def test_a_session_known_before_the_login_is_of_no_use(address: str) -> None:
    client, user = Client(REMOTE_ADDR=address), operator()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    client.post(LOGIN, {"username": user.username, "password": PASSWORD})
    assert client.session.session_key != session.session_key


def test_a_login_without_access_stays_outside(address: str) -> None:
    assert attempt(address, make_user().username, PASSWORD) != "in"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_login_is_no_open_redirect(address: str, elsewhere: str) -> None:
    sent = {"username": operator().username, "password": PASSWORD, "next": elsewhere}
    assert "evil" not in Client(REMOTE_ADDR=address).post(LOGIN, sent).headers["Location"]
