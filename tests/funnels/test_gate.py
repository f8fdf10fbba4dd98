"""Whether a promotional message may leave, asked when it is about to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.delivery import Claimed
from funnels.models import FunnelVersion
from funnels.services.gate import Postponed, Reader, Refused, Verdict, decide, judge
from funnels.timing import APART
from partners import tenancy
from partners.models import Bot, Consent, Lead, Partner
from tests.factories import NOW, make_bot, make_consent, make_lead

Lane, State = OutboxMessage.Lane, OutboxMessage.State
SEQUENCE, BROADCAST = "sequence:weight", "broadcast:1"
HOUR = timedelta(hours=1)
PHONES = {
    "": None,
    "+79161234567": None,
    "+998901234567": "Asia/Tashkent",
    "+74232123456": "Asia/Vladivostok",
    "+74012123456": "Europe/Kaliningrad",
    "+493012345678": "Europe/Berlin",
    "+995555123456": "Asia/Tbilisi",
}


def message(lane: OutboxMessage.Lane = Lane.SEQUENCE, **fields: Any) -> Claimed:
    values = {"id": 1, "partner_id": 1, "bot_id": 1, "chat_id": 5, "thread_id": 0, "lead_id": 7, "not_after": None}
    source = SEQUENCE if lane == Lane.SEQUENCE else BROADCAST
    return Claimed(lane=lane, message=Message(Html("Совет")), **{"source": source} | values | fields)


def reader(**fields: Any) -> Reader:
    values: dict[str, Any] = {
        "message_id": 1, "partner_id": 1, "phone": "", "status": "new", "blocked_at": None, "taken_at": None,
        "snoozed_until": None, "wants_tips": True, "wants_offers": True, "wants_business": True, "wants_posts": False,
        "agrees": True,
        "written_at": None, "time_zone": "Europe/Moscow", "quiet_from": time(21), "quiet_to": time(10),
    }  # fmt: skip
    return Reader(**values | fields)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(
    st.sampled_from(sorted(available_timezones())),
    st.sampled_from(sorted(PHONES)),
    st.times(),
    st.times(),
    MOMENTS,
    st.none() | st.timedeltas(timedelta(0), 3 * APART),
    st.sampled_from(Lane.promotional()),
)
def test_nothing_promotional_leaves_inside_quiet_hours(
    partner_zone: str,
    phone: str,
    begin: time,
    end: time,
    now: datetime,
    ago: timedelta | None,
    lane: OutboxMessage.Lane,
) -> None:
    written_at = now - ago if ago is not None else None
    lead = reader(phone=phone, time_zone=partner_zone, quiet_from=begin, quiet_to=end, written_at=written_at)
    clock = now.astimezone(ZoneInfo(PHONES[phone] or partner_zone)).time()
    quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    too_soon = written_at is not None and now - written_at < APART
    match decide(lead, message(lane), now):
        case None:
            assert not quiet
            assert not too_soon
        case Postponed(until):
            assert quiet or too_soon
            assert until > now
            assert decide(lead, message(lane), until) is None  # it does leave one day
        case Refused(reason):
            pytest.fail(reason)


@pytest.mark.parametrize(
    ("fields", "to_sequence", "to_broadcast"),
    [
        ({}, "", ""),
        ({"blocked_at": NOW}, "blocked", "blocked"),
        ({"status": Lead.Status.UNSUBSCRIBED}, "unsubscribed", "unsubscribed"),
        ({"status": Lead.Status.NOT_INTERESTED}, "not_interested", "not_interested"),
        ({"status": Lead.Status.ORDERED}, "ordered", ""),
        ({"taken_at": NOW}, "human took over", "human took over"),
        ({"agrees": False}, "no consent", "no consent"),
    ],
)
def test_who_gets_nothing(fields: dict[str, Any], to_sequence: str, to_broadcast: str) -> None:
    for lane, reason in ((Lane.SEQUENCE, to_sequence), (Lane.BROADCAST, to_broadcast)):
        assert decide(reader(**fields), message(lane), NOW) == (Refused(reason) if reason else None)


def test_who_asked_for_silence_gets_the_sequence_later_and_the_broadcast_never() -> None:
    lead = reader(snoozed_until=NOW + 48 * HOUR)
    assert decide(lead, message(), NOW) == Postponed(NOW + 48 * HOUR)
    assert decide(lead, message(Lane.BROADCAST), NOW) == Refused("asked for silence")
    assert decide(lead, message(Lane.BROADCAST), NOW + 48 * HOUR) is None


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot()


def judged(bot: Bot, *messages: Claimed, now: datetime = NOW) -> dict[int, Verdict]:
    with tenancy.partner(bot.partner_id):
        return judge(messages=messages, now=now)


def a_lead(bot: Bot, **fields: Any) -> Lead:
    lead = make_lead(Partner(pk=bot.partner_id), **fields)
    make_consent(lead)
    return lead


def outgoing(
    bot: Bot, lead: Lead, state: str, claimed_at: datetime, lane: OutboxMessage.Lane = Lane.SEQUENCE
) -> Claimed:
    with tenancy.partner(bot.partner_id):
        row = OutboxMessage.objects.create(
            partner_id=bot.partner_id, bot=bot, lead=lead, chat_id=lead.telegram_id, lane=lane, state=state,
            source="sequence:energy", dedupe_key=f"{lead.pk}:{state}:{claimed_at}", payload={"text": "Совет"},
            created_at=NOW, not_before=NOW, claimed_at=claimed_at,
        )  # fmt: skip
    return message(lane, id=row.pk, lead_id=lead.pk)


@pytest.mark.parametrize(
    ("state", "lane", "counts"),
    [
        (State.SENT, Lane.SEQUENCE, True),
        (State.UNKNOWN, Lane.SEQUENCE, True),
        (State.SENDING, Lane.SEQUENCE, True),
        (State.FAILED, Lane.SEQUENCE, False),
        (State.QUEUED, Lane.SEQUENCE, False),
        (State.SENT, Lane.BROADCAST, True),
        (State.SENT, Lane.ALERT, False),
    ],
)
def test_one_promotional_message_in_20_hours(bot: Bot, state: str, lane: OutboxMessage.Lane, counts: bool) -> None:
    lead = a_lead(bot)
    outgoing(bot, lead, state, NOW - 2 * HOUR, lane)
    due = outgoing(bot, lead, State.SENDING, NOW)
    # 18 hours from noon in Moscow are inside quiet hours, which end at ten.
    ten = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert judged(bot, due) == ({due.id: Postponed(ten)} if counts else {})


def test_the_zone_of_the_leads_phone_goes_before_the_partners(bot: Bot) -> None:
    lead = a_lead(bot, phone="+74232123456")  # Vladivostok: noon in Moscow is 19:00 there
    asked = message(Lane.BROADCAST, lead_id=lead.pk)
    assert judged(bot, asked) == {}
    assert judged(bot, asked, now=NOW + 3 * HOUR) == {asked.id: Postponed(datetime(2026, 3, 3, 0, tzinfo=UTC))}


@pytest.mark.parametrize(
    ("consent", "reason"),
    [(None, "no consent"), ({"kind": Consent.Kind.DATA}, "no consent"), ({"withdrawn_at": NOW}, "no consent")],
)
def test_a_consent_to_offers_is_needed(bot: Bot, consent: dict[str, Any] | None, reason: str) -> None:
    lead = make_lead(Partner(pk=bot.partner_id))
    if consent is not None:
        make_consent(lead, **consent)
    assert judged(bot, message(lead_id=lead.pk)) == {1: Refused(reason)}


TEXT = """\
format: 1
key: weight
title: Проба
topic: tips
entry: {intent: client}
steps:
  - {key: first, after: 24h, text: "Привет"}
"""


def test_a_topic_that_is_off(bot: Bot) -> None:
    with tenancy.all_partners():
        FunnelVersion.objects.create(
            kind=FunnelVersion.Kind.SEQUENCE, key="weight", number=1, text=TEXT, created_at=NOW,
            status=FunnelVersion.Status.PUBLISHED,
        )  # fmt: skip
    lead = a_lead(bot, wants_tips=False)
    sequence = message(id=1, partner_id=bot.partner_id, lead_id=lead.pk)
    broadcast = message(Lane.BROADCAST, id=2, partner_id=bot.partner_id, lead_id=lead.pk)
    assert judged(bot, sequence, broadcast) == {1: Refused("topic is off")}


def test_only_promotional_messages_to_leads_are_asked_about(bot: Bot) -> None:
    lead = make_lead(Partner(pk=bot.partner_id), blocked_at=NOW)
    assert judged(bot, message(Lane.ALERT, lead_id=lead.pk), message(lead_id=None)) == {}


def test_no_further_query_for_every_lead(bot: Bot, django_assert_num_queries: Callable[[int], Any]) -> None:
    messages = [message(id=number, lead_id=a_lead(bot).pk) for number in range(30)]
    with tenancy.partner(bot.partner_id), django_assert_num_queries(0):  # the one statement goes past Django
        assert judge(messages=messages, now=NOW) == {}
