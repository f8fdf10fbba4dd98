"""The outbox in the panel: queues, messages, decisions about them, the sum."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import OutboxMessage
from content.outbox.overview import overview, totals
from content.outbox.words import reason_words
from partners import clock, tenancy
from partners.models import Bot
from tests.factories import make_bot, make_lead, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

State, Lane = OutboxMessage.State, OutboxMessage.Lane
LIST = "/admin/content/outboxmessage/"
OVERVIEW = f"{LIST}overview/"
CARD = "Новый контакт: +7 916 123-45-67"


@pytest.fixture
def bot() -> Bot:
    return make_bot(make_partner(name="Анна"))


def message(bot: Bot, state: str = State.UNKNOWN, **fields: Any) -> OutboxMessage:
    now = clock.now()
    with tenancy.all_partners():
        number = OutboxMessage.objects.count() + 1
        values = {
            "partner_id": bot.partner_id, "bot": bot, "chat_id": 500 + number, "lane": Lane.BROADCAST,
            "source": "broadcast:12", "dedupe_key": str(number), "payload": {"text": f"<b>{CARD}</b>"},
            "created_at": now, "not_before": now, "claimed_at": now, "attempts": 1,
        }  # fmt: skip
        if state in (State.SENT, State.FAILED, State.UNKNOWN, State.SKIPPED):
            values["finished_at"] = now
        return OutboxMessage.objects.create(**values | {"state": state} | fields)


def states(bot: Bot) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("state", "reason"))


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def change_page(row: OutboxMessage) -> str:
    return reverse("admin:content_outboxmessage_change", args=[row.pk])


# The overview


def test_queues_per_bot_and_lane(bot: Bot) -> None:
    now = clock.now()
    message(bot, State.QUEUED, not_before=now - timedelta(minutes=3))
    message(bot, State.QUEUED, not_before=now + timedelta(hours=3))
    message(bot, State.HELD, lane=Lane.SEQUENCE)
    message(bot, State.SENDING, lane=Lane.SEQUENCE)
    message(bot, State.SENT, lane=Lane.ALERT)
    message(bot, State.SENT, lane=Lane.ALERT, finished_at=now - timedelta(hours=2))
    message(bot, State.FAILED, reason="blocked")
    message(bot, State.FAILED, reason="blocked")
    message(bot, State.FAILED, reason="blocked", finished_at=now - timedelta(days=2))
    with tenancy.all_partners():
        (found,) = overview(now=now)
    alerts, sequences, broadcasts = found.lanes
    assert (alerts.lane, alerts.sent) == (Lane.ALERT, 1)
    assert (sequences.held, sequences.sending) == (1, 1)
    assert (broadcasts.due, broadcasts.later, broadcasts.failed) == (1, 1, {"blocked": 2})
    assert broadcasts.oldest == now - timedelta(minutes=3)
    assert not found.needs_attention
    assert (totals([found]).due, totals([found]).held, totals([found]).sent) == (1, 1, 1)


def test_what_needs_attention_comes_first(bot: Bot) -> None:
    late, unknown = make_bot(make_partner(name="Вера")), make_bot(make_partner(name="Яна"))
    message(bot, State.SENT)
    message(late, State.QUEUED, not_before=clock.now() - timedelta(hours=2))
    message(unknown, State.UNKNOWN)
    text = text_of(client_of(operator()), OVERVIEW)
    assert text.index("Вера") < text.index("Яна") < text.index("Анна")
    assert "2 ч назад" in text
    with tenancy.all_partners():
        assert [one.needs_attention for one in overview(now=clock.now())] == [True, True, False]


def test_the_links_of_the_overview_find_the_messages(bot: Bot) -> None:
    wrong = "Bad Request: can't parse & <entities>"
    message(bot, State.FAILED, reason=wrong, chat_id=777_001)
    message(bot, State.FAILED, reason="blocked", chat_id=777_002)
    client = client_of(operator())
    assert "can&#x27;t parse &amp; &lt;entities&gt;" in text_of(client, OVERVIEW)
    query = {
        "partner__id__exact": str(bot.partner_id),
        "lane__exact": "4",
        "state__exact": "failed",
        "reason": wrong,
    }
    listed = client.get(LIST, query).content.decode()
    assert "777001" in listed
    assert "777002" not in listed


def test_each_persona_sees_their_own_queues(bot: Bot) -> None:
    row = message(bot)
    for who, sees in (
        (operator(), True),
        (owner(bot.partner), True),
        (colleague(bot.partner), True),
        (stranger(), False),
    ):
        client = client_of(who)
        assert (f"№ {row.pk}" in text_of(client, LIST) or f">{row.pk}<" in text_of(client, LIST)) is sees
        assert ("Анна" in text_of(client, OVERVIEW)) is sees
        assert client.get(change_page(row)).status_code == (200 if sees else 404)
    assert Client().get(OVERVIEW).status_code == 302


@pytest.mark.parametrize("url", [OVERVIEW, LIST, f"{LIST}?source=broadcast:12"])
def test_one_bot_and_thirty_cost_the_same_queries(bot: Bot, url: str) -> None:
    client = client_of(operator())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            text_of(client, url)
        return len(captured)

    message(bot, lead=make_lead(bot.partner))
    one = queries()
    for _number in range(29):
        other = make_bot()
        message(other, lead=make_lead(other.partner))
        message(other, State.QUEUED)
    assert queries() == one


# Who reads what


def test_the_text_is_shown_to_those_who_may_see_contacts(bot: Bot) -> None:
    row = message(bot)
    readers: list[tuple[User, bool]] = [
        (operator(), True), (owner(bot.partner), True), (colleague(bot.partner), False),
    ]  # fmt: skip
    for who, reads in readers:
        client = client_of(who)
        assert (CARD in text_of(client, change_page(row))) is reads
        assert CARD not in text_of(client, LIST)


def test_the_page_tells_the_history(bot: Bot) -> None:
    row = message(bot, State.FAILED, reason="Bad Request: chat not found", attempts=3, message_id=4_321)
    text = text_of(client_of(operator()), change_page(row))
    for words in ("chat not found", "4321", "3 "):
        assert words in text
    erased = message(bot, payload={"text": ""})
    assert 'value="send_again"' not in text_of(client_of(operator()), change_page(erased))


def test_nobody_edits_or_adds_a_message(bot: Bot) -> None:
    client, row = client_of(operator()), message(bot)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get(reverse("admin:content_outboxmessage_delete", args=[row.pk])).status_code == 403
    client.post(change_page(row), {"state": "sent"})
    assert states(bot) == [(State.UNKNOWN, "")]


# Decisions


def press(who: User, action: str, *rows: OutboxMessage, confirmed: bool = True) -> Any:
    data: dict[str, Any] = {"action": action, "_selected_action": [row.pk for row in rows], "count": len(rows)}
    return client_of(who).post(LIST, data | ({"confirmed": "yes"} if confirmed else {}), follow=True)


def told(response: Any) -> list[tuple[str, bool]]:
    """The kinds of what an operator is told, and whether it is about one message."""
    return [(one.level_tag, str(one).startswith("1 ")) for one in response.context["messages"]]


@pytest.mark.parametrize(
    ("action", "after"), [("send_again", (State.QUEUED, "")), ("drop", (State.SKIPPED, "dropped"))]
)
def test_a_decision_is_confirmed_first(bot: Bot, action: str, after: tuple[str, str]) -> None:
    rows = [message(bot), message(bot, State.FAILED, reason="blocked"), message(bot, State.SENT)]
    before = states(bot)
    asked = press(operator(), action, *rows, confirmed=False).content.decode()
    assert [f'name="_selected_action" value="{row.pk}"' in asked for row in rows] == [True, True, False]
    assert states(bot) == before
    press(operator(), action, *rows)
    assert states(bot) == [after, after, (State.SENT, "")]


def test_what_moved_on_meanwhile_is_told(bot: Bot) -> None:
    rows = [message(bot), message(bot, State.SENT)]
    for after in ([("success", True), ("warning", True)], [("warning", False)]):
        assert told(press(operator(), "send_again", *rows)) == after
        assert states(bot) == [(State.QUEUED, ""), (State.SENT, "")]
    assert told(press(operator(), "drop", *rows, confirmed=False)) == [("warning", False)]


def test_all_that_the_filters_find(bot: Bot) -> None:
    """More than a page holds, and more than a form can carry."""
    failed = [message(bot, State.FAILED, reason="blocked") for _ in range(60)]
    message(bot, State.FAILED, reason="no answer")
    client, url = client_of(operator()), f"{LIST}?reason=blocked"
    data = {"action": "drop", "_selected_action": [failed[0].pk], "select_across": "1", "index": "0"}
    asked = client.post(url, data).content.decode()
    assert 'name="count" value="60"' in asked
    assert asked.count('name="_selected_action"') == 50
    done = client.post(url, data | {"confirmed": "yes", "count": "60"}, follow=True)
    assert told(done) == [("success", False)]
    assert states(bot) == [(State.SKIPPED, "dropped")] * 60 + [(State.FAILED, "no answer")]


def test_only_operators_decide(bot: Bot) -> None:
    row = message(bot)
    for who in (owner(bot.partner), colleague(bot.partner), stranger()):
        for action in ("send_again", "drop"):
            press(who, action, row)
        assert 'value="send_again"' not in text_of(client_of(who), LIST)
    assert states(bot) == [(State.UNKNOWN, "")]
    assert 'value="send_again"' not in text_of(client_of(owner(bot.partner)), change_page(row))
    assert 'value="send_again"' in text_of(client_of(operator()), change_page(row))


# The sum


def test_the_sum_stands_over_the_messages_of_one_source(bot: Bot) -> None:
    for state, reason in ((State.SENT, ""), (State.FAILED, "blocked"), (State.SKIPPED, "no consent"), (State.HELD, "")):
        message(bot, state, reason=reason)
    message(make_bot(), State.SENT)
    query = f"{LIST}?source=broadcast:12"
    for who, url in ((operator(), f"{query}&partner__id__exact={bot.partner_id}"), (owner(bot.partner), query)):
        text = text_of(client_of(who), url)
        for words in ("<dd>4</dd>", reason_words("blocked"), reason_words("no consent")):
            assert words in text
    assert "tally-sum" not in text_of(client_of(operator()), query)
    foreign = f"{query}&partner__id__exact={bot.partner_id}"
    assert "<dd>4</dd>" not in text_of(client_of(stranger()), foreign)
