"""Plans of posts in the panel, and crontabs in words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from content.models import PostPlan
from content.posts.crontab_words import sentence
from content.services.posts import plans
from partners import clock, tenancy
from partners.models import Bot
from tests.content.stored_posts import make_publisher
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

LIST = "/admin/content/postplan/"

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher("anna", time_zone="Asia/Novosibirsk")


@pytest.fixture
def client(bot: Bot) -> Client:
    return client_of(owner(bot.partner), "en")


def stored(bot: Bot) -> list[PostPlan]:
    with tenancy.partner(bot.partner_id):
        return list(PostPlan.objects.order_by("pk"))


@pytest.mark.parametrize(
    ("crontab", "words"),
    [
        ("0 10 * * *", "Every day at 10:00"),
        ("0 10,18 * * 1", "On Mondays at 10:00 and 18:00"),
        ("30 9 * * 1-5", "On workdays at 09:30"),
        ("0 9 * * 0", "On Sundays at 09:00"),
        ("0 9 * * 7", "On Sundays at 09:00"),
        ("0 9 * * 2,4,6", "On Tuesdays, on Thursdays and on Saturdays at 09:00"),
        ("0 9 1,15 * *", "On day 1 and 15 of the month at 09:00"),
        ("0 9 1 1 *", "On day 1 of the month in January at 09:00"),
        ("0 9 13 * 5", "On day 13 of the month, and also on Fridays at 09:00"),
        ("0 * * * *", "Every day 24 times a day from 00:00 to 23:00"),
        ("0 9 L * *", ""),
        ("0 9 * * 2#2", ""),
        ("завтра", ""),
    ],
)
def test_a_crontab_in_words(crontab: str, words: str) -> None:
    assert sentence(crontab) == words


@given(st.text(alphabet="0123456789*/,-L#W SUNMON", max_size=40))
def test_words_for_whatever_is_typed(crontab: str) -> None:
    assert isinstance(sentence(crontab), str)


def test_an_owner_makes_changes_and_deletes_a_plan(bot: Bot, client: Client) -> None:
    client.post(f"{LIST}add/", {"kind": "tips", "crontab": " 30  18 * * 2 ", "enabled": "on"})
    [plan] = stored(bot)
    assert (plan.crontab, plan.kind) == ("30 18 * * 2", "tips")
    assert plan.next_at == NOW.replace(day=3, hour=11, minute=30)
    shown = client.get(f"{LIST}{plan.pk}/change/").content.decode()
    assert shown.count("18:30") >= 5
    client.post(f"{LIST}{plan.pk}/change/", {"crontab": "0 9 * * 3", "enabled": "on"})
    assert stored(bot)[0].next_at == NOW.replace(day=4, hour=2, minute=0)
    client.post(f"{LIST}{plan.pk}/change/", {"crontab": "0 9 * * 3"})
    assert stored(bot)[0].next_at is None
    client.post(f"{LIST}{plan.pk}/delete/", {"post": "yes"})
    assert stored(bot) == []


@pytest.mark.parametrize("crontab", ["* * * * *", "каждый день", "0 9 31 2 *", "0 9 * *", "9" * 59])
def test_a_bad_crontab_is_told_and_kept_in_the_form(bot: Bot, client: Client, crontab: str) -> None:
    response = client.post(f"{LIST}add/", {"kind": "tips", "crontab": crontab, "enabled": "on"})
    assert response.status_code == 200
    assert f'value="{crontab}"' in response.content.decode()
    assert stored(bot) == []


def test_what_is_typed_is_told_in_the_partners_zone(bot: Bot, client: Client) -> None:
    look = client.get(f"{LIST}look/", {"crontab": "0 10 * * 1"}).content.decode()
    assert "On Mondays at 10:00" in look
    assert look.count("<li>") == 5
    assert "Asia/Novosibirsk" in look
    chosen = client_of(operator(), "en").get(f"{LIST}look/", {"crontab": "0 10 * * 1", "partner": str(bot.partner_id)})
    assert "Asia/Novosibirsk" in chosen.content.decode()
    bad = client.get(f"{LIST}look/", {"crontab": "<script>" + "9" * 5_000}).content.decode()
    assert "<script>" not in bad
    assert "tone-bad" in bad


def test_the_same_plan_twice_is_told(bot: Bot, client: Client) -> None:
    for _time in range(2):
        answer = client.post(f"{LIST}add/", {"kind": "tips", "crontab": "0 9 * * 3", "enabled": "on"})
    assert answer.status_code == 200
    client.post(f"{LIST}add/", {"kind": "tips", "crontab": "0 9 * * 4", "enabled": "on"})
    second = stored(bot)[1]
    assert client.post(f"{LIST}{second.pk}/change/", {"crontab": "0 9 * * 3", "enabled": "on"}).status_code == 200
    assert {plan.crontab for plan in stored(bot)} == {"0 9 * * 3", "0 9 * * 4"}


def test_a_week_of_plans_for_whoever_has_none(bot: Bot, client: Client) -> None:
    client.post(f"{LIST}week/")
    count = len(stored(bot))
    assert count > 5
    client.post(f"{LIST}week/")
    assert len(stored(bot)) == count
    assert client.get(f"{LIST}week/").status_code == 405


def test_whose_plans(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        plan = plans.save_plan(partner_id=bot.partner_id, kind="tips", crontab="0 9 * * 3", now=NOW)
    page = f"{LIST}{plan.pk}/change/"
    for user, status in (
        (owner(bot.partner), 200),
        (operator(), 200),
        (colleague(bot.partner), 403),
        (stranger(), 404),
    ):
        assert client_of(user).get(page).status_code == status
    other = make_partner()
    client_of(owner(bot.partner)).post(f"{LIST}week/", {"partner": other.pk})
    with tenancy.all_partners():
        assert not PostPlan.objects.filter(partner=other).exists()


def test_thirty_plans_take_no_more_queries_than_one(bot: Bot) -> None:
    client = client_of(operator())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    def add(hour: int) -> None:
        with tenancy.all_partners():
            plans.save_plan(partner_id=make_partner().pk, kind="tips", crontab=f"0 {hour % 24} * * 3", now=NOW)

    add(1)
    queries()
    one = queries()
    for hour in range(30):
        add(hour)
    assert queries() == one
