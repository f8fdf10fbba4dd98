from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners import board, health, queries, tenancy
from partners.admin.fleet import PER_PAGE
from partners.health import Health, Status, Trouble
from partners.models import Bot, BotVitals
from partners.queries import FleetRow
from tests.factories import make_bot, make_lead, make_link, make_partner, token_of
from tests.personas import client_of, operator, owner

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
INDEX = "admin:index"


def status(**fields: object) -> Status:
    values = {"wanted": "running", "wanted_at": NOW, "heartbeat_at": NOW, "running_generation": 1}
    return health.status_of(Bot(**values | fields), NOW)


@pytest.mark.parametrize(
    ("fields", "tone", "attention"),
    [
        ({"state": "running"}, "good", False),
        ({"state": "running", "heartbeat_at": NOW - timedelta(minutes=2)}, "bad", True),
        ({"state": "running", "generation": 2}, "wait", False),
        ({"state": "running", "generation": 2, "wanted_at": NOW - timedelta(minutes=2)}, "wait", True),
        ({"state": "failed"}, "bad", True),
        ({"state": "failed", "generation": 2}, "wait", False),
        ({"state": "starting"}, "wait", False),
        ({"state": "stopped"}, "wait", False),
        ({"state": "stopped", "wanted_at": NOW - timedelta(minutes=2)}, "wait", True),
        ({"state": "stopped", "wanted_at": None}, "wait", True),
        ({"wanted": "stopped", "state": "running"}, "wait", False),
        ({"wanted": "stopped", "state": "running", "heartbeat_at": None}, "off", False),
        ({"wanted": "stopped", "state": "stopped"}, "off", False),
        ({"wanted": "stopped", "state": "failed"}, "off", False),
    ],
)
def test_status_says_what_is_wanted_against_what_is(fields: dict[str, object], tone: str, attention: bool) -> None:
    found = status(**fields)
    assert (found.tone, found.needs_attention) == (tone, attention)
    assert found.word


def test_leads_of_today_are_counted_from_the_partners_midnight() -> None:
    """At 21:30 UTC it is half past midnight in Moscow, but still yesterday in Berlin."""
    moscow, berlin = make_partner(time_zone="Europe/Moscow"), make_partner(time_zone="Europe/Berlin")
    for partner in (moscow, berlin):
        make_lead(partner, created_at=NOW - timedelta(hours=1))
        make_lead(partner, created_at=NOW - timedelta(minutes=10))
    with tenancy.all_partners():
        assert queries.lead_counts(NOW, [moscow.pk, berlin.pk]) == {moscow.pk: (2, 1), berlin.pk: (2, 2)}


def test_trouble_comes_first() -> None:
    make_bot(make_partner(name="А"), wanted="stopped")
    make_bot(make_partner(name="Я"), state="failed", running_generation=1)
    with tenancy.all_partners():
        fleet = board.fleet(NOW)
    assert [row.bot.name for row in fleet.rows] == ["Я", "А"]
    assert (fleet.troubled, fleet.stopped, fleet.running) == (1, 1, 0)
    assert fleet.misses_runner


def test_nobody_misses_a_runner_when_all_bots_are_stopped() -> None:
    make_bot(wanted="stopped")
    with tenancy.all_partners():
        assert not board.fleet(NOW).misses_runner


def test_what_is_measured_counts_and_what_is_not_does_no_harm() -> None:
    alive = {"state": "running", "running_generation": 1, "heartbeat_at": NOW}
    make_bot(make_partner(name="А"), **alive)
    late = make_bot(make_partner(name="Б"), **alive)
    with tenancy.all_partners():
        BotVitals.objects.create(
            bot=late, partner=late.partner, measured_at=NOW, waiting={"0": 120}, failed_hour=10, leads_today=7
        )
        fleet = board.fleet(NOW)
    assert [(row.bot.name, set(row.health.troubles), row.tone) for row in fleet.rows] == [
        ("Б", {Trouble.QUEUE, Trouble.ERRORS}, "bad"),
        ("А", set(), "good"),
    ]
    assert (fleet.troubled, fleet.running, fleet.leads_today) == (1, 2, 7)


def test_every_bot_has_its_square_and_a_name_breaks_none() -> None:
    for number in range(PER_PAGE + 2):
        make_bot(make_partner(name=f'"><i>{number}'), wanted="stopped")
    text = client_of(operator()).get(reverse("admin:fleet")).content.decode()
    assert text.count('<a class="tone-off"') == PER_PAGE + 2
    assert text.count("data-bot=") == PER_PAGE
    assert 'title="&quot;&gt;&lt;i&gt;0: ' in text
    assert "<i>" not in text


def test_a_row_tells_what_is_known_of_its_bot() -> None:
    bot = make_bot(state="running", running_generation=1, heartbeat_at=timezone.now())
    with tenancy.all_partners():
        BotVitals.objects.create(
            bot=bot, partner=bot.partner, measured_at=timezone.now(), waiting={"1": 90}, failed_hour=1, failed_day=2,
            aside_hour=3, aside_day=4, calls_hour=200, throttled_hour=10, ai_hour=4, ai_failed_hour=1, ai_rests=True,
            ai_spent=12.5, ai_cap=100,
        )  # fmt: skip
    text = client_of(operator()).get(reverse("admin:fleet")).content.decode()
    for told in (
        "оповещения 1 мин",
        "1 / 2",
        "3 / 4",
        "5\N{NO-BREAK SPACE}% / —",
        "12,50 / 100 ₽",
        "25\N{NO-BREAK SPACE}%, <b",
    ):
        assert told in text, told


@pytest.mark.parametrize(
    ("fields", "buttons"),
    [
        ({"wanted": "stopped"}, ["start", "self-test"]),
        ({"state": "failed"}, ["start", "stop", "self-test"]),
        ({"state": "running"}, ["restart", "stop", "self-test"]),
    ],
)
def test_only_the_commands_that_make_sense(fields: dict[str, Any], buttons: list[str]) -> None:
    make_bot(**fields)
    text = client_of(operator()).get(reverse("admin:fleet")).content.decode()
    assert re.findall(r'data-command="([a-z-]+)"', text) == buttons


def test_a_self_test_is_awaited_until_it_is_newer_than_the_wish() -> None:
    def awaited(wanted: datetime | None, done: datetime | None) -> bool:
        return FleetRow(Bot(self_test_wanted_at=wanted, self_test_at=done), Health(Status("", ""))).test_is_awaited

    assert awaited(NOW, None)
    assert awaited(NOW, NOW - timedelta(seconds=1))
    assert not awaited(NOW, NOW)
    assert not awaited(None, None)


def test_home_page_shows_a_bot_with_its_trouble(client: Client) -> None:
    token = token_of(5)
    make_bot(
        make_partner(name='<b>&"'),
        state="failed",
        running_generation=1,
        last_error=f"Telegram refused {token}",
        self_test=[
            {"code": "token", "ok": True, "title": "Токен", "advice": ""},
            {"code": "group", "ok": False, "title": "Группа", "advice": "<i>Добавьте</i> бота"},
        ],
    )
    text = client_of(operator()).get(reverse(INDEX)).content.decode()
    assert "&lt;b&gt;&amp;&quot;" in text
    assert "не работает" in text
    assert token not in text
    assert "Telegram refused •••" in text
    assert "✅" in text
    assert "❌" in text
    assert "&lt;i&gt;Добавьте&lt;/i&gt; бота" in text
    assert "Процесс ботов не работает" in text


def test_home_page_of_a_partner_has_own_bot_and_leads_but_no_commands() -> None:
    partner, other = make_partner(name="Своя"), make_partner(name="Чужая")
    make_bot(partner)
    make_bot(other)
    make_lead(partner, first_name="</script><img src=x onerror=alert(1)>")
    make_lead(other, first_name="Секрет")
    text = client_of(owner(partner)).get(reverse(INDEX)).content.decode()
    assert "Своя" in text
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text
    for absent in ("Чужая", "Секрет", "data-command", f'data-bot="{other.pk}"'):
        assert absent not in text


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("start", {"wanted": "stopped"}, {"wanted": "running"}),
        ("stop", {}, {"wanted": "stopped"}),
        ("restart", {}, {"wanted": "running", "generation": 2}),
    ],
)
def test_commands_change_what_is_wanted(command: str, before: dict[str, Any], after: dict[str, object]) -> None:
    bot = make_bot(**before)
    response = client_of(operator()).post(reverse("admin:fleet_command", args=[bot.pk, command]))
    assert response.status_code == 302
    with tenancy.all_partners():
        bot.refresh_from_db()
    assert {name: getattr(bot, name) for name in after} == after


def test_a_self_test_is_asked_for() -> None:
    bot = make_bot()
    url = reverse("admin:fleet_command", args=[bot.pk, "self-test"])
    response = client_of(operator()).post(url, headers={"X-Requested-With": "fetch"})
    assert "Идёт самопроверка" in response.content.decode()
    with tenancy.all_partners():
        bot.refresh_from_db()
    assert bot.self_test_wanted_at is not None


def test_commands_need_post_a_known_word_a_bot_and_a_csrf_token() -> None:
    bot, user = make_bot(), operator()
    url = reverse("admin:fleet_command", args=[bot.pk, "stop"])
    client = client_of(user)
    assert client.get(url).status_code == 405
    assert client.post(reverse("admin:fleet_command", args=[bot.pk, "explode"])).status_code == 404
    assert client.post(reverse("admin:fleet_command", args=[bot.pk + 1, "stop"])).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post(url).status_code == 403


def test_search_finds_partners_and_bots() -> None:
    make_bot(make_partner(name="Анна"), username="anna_bot")
    make_bot(make_partner(name="Борис"), username="boris_bot")
    client = client_of(operator())
    for word in ("анна", "ANNA_bot"):
        text = client.get(reverse("admin:fleet"), {"q": word}).content.decode()
        assert "Анна" in text
        assert "Борис" not in text


def fill(count: int) -> None:
    for _ in range(count):
        partner = make_partner()
        make_bot(partner)
        link = make_link(partner)
        make_lead(partner, first_link=link, last_link=link, created_at=timezone.now(), last_seen_at=timezone.now())


def queries_for(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "name", [INDEX, "admin:fleet"] + [f"admin:partners_{model}_changelist" for model in ("partner", "lead", "link")]
)
def test_one_row_and_thirty_cost_the_same_queries(name: str) -> None:
    client = client_of(operator())
    fill(1)
    one = queries_for(client, reverse(name))
    fill(29)
    assert queries_for(client, reverse(name)) == one


def test_the_partners_home_page_costs_the_same_for_many_leads() -> None:
    partner = make_partner()
    make_bot(partner)
    make_lead(partner)
    client = client_of(owner(partner))
    one = queries_for(client, reverse(INDEX))
    for _ in range(29):
        make_lead(partner)
    assert queries_for(client, reverse(INDEX)) == one


def test_links_to_bots_lead_into_the_sandbox_where_it_plays_telegram(settings: Any) -> None:
    partner = make_partner("anna")
    make_bot(partner, username="anna_bot")
    link = make_link(partner, code="spring")
    settings.TELEGRAM_LINK_URL = "http://127.0.0.1:8081"
    client = client_of(operator())
    assert 'href="http://127.0.0.1:8081/anna_bot"' in client.get(reverse(INDEX)).content.decode()
    page = client.get(reverse("admin:partners_link_change", args=[link.pk])).content.decode()
    assert 'data-copy="http://127.0.0.1:8081/anna_bot?start=spring"' in page
    settings.TELEGRAM_LINK_URL = "https://t.me"
    assert 'href="https://t.me/anna_bot"' in client.get(reverse(INDEX)).content.decode()
