"""The last question before a promotional message leaves: may this lead get it, now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from content.models import OutboxMessage
from content.outbox.delivery import Claimed
from funnels.services.sequences import sequences_of
from funnels.timing import QuietHours, allowed_at
from funnels.wishes import Topic
from funnels.zones import zone_for
from partners.fastsql import fetch
from partners.models import Lead

Lane, Status = OutboxMessage.Lane, Lead.Status


@dataclass(frozen=True, slots=True)
class Refused:
    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    until: datetime


Verdict = Refused | Postponed


class Reader(NamedTuple):
    """A lead and their partner's hours; `written_at`: when the last promotional message of any kind went to them."""

    message_id: int
    partner_id: int
    phone: str
    status: str
    blocked_at: datetime | None
    taken_at: datetime | None
    snoozed_until: datetime | None
    wants_tips: bool
    wants_offers: bool
    wants_business: bool
    wants_posts: bool
    agrees: bool
    written_at: datetime | None
    time_zone: str
    quiet_from: time
    quiet_to: time


# One statement for thousands of leads a minute. What is perhaps sent counts as sent, and a broadcast like a warm-up:
# the consent says «не чаще раза в день».
READERS = """
SELECT m.id, l.partner_id, l.phone, l.status, l.blocked_at, l.taken_at, l.snoozed_until,
    l.wants_tips, l.wants_offers, l.wants_business, l.wants_posts,
    EXISTS (SELECT FROM partners_consent c WHERE c.lead_id = l.id AND c.kind = 'offers' AND c.withdrawn_at IS NULL),
    (
        SELECT max(w.claimed_at) FROM content_outboxmessage w
        WHERE w.lead_id = l.id AND w.lane = ANY(%b) AND w.state IN ('sending', 'sent', 'unknown') AND w.id <> m.id
    ),
    p.time_zone, p.quiet_from, p.quiet_to
FROM unnest(%b::bigint[], %b::bigint[]) AS m (id, lead_id)
JOIN partners_lead l ON l.id = m.lead_id
JOIN partners_partner p ON p.id = l.partner_id
"""


def judge(*, messages: Sequence[Claimed], now: datetime) -> dict[int, Verdict]:
    """By message, for those that may not leave now; those that may are missing. One query unless a topic is off."""
    asked = {message.id: message for message in messages if message.lane in Lane.promotional() and message.lead_id}
    if not asked:
        return {}
    lanes = [int(lane) for lane in Lane.promotional()]
    rows = fetch(READERS, [lanes, list(asked), [message.lead_id for message in asked.values()]])
    verdicts = {row[0]: decide(Reader(*row), asked[row[0]], now) for row in rows}
    return {id_: verdict for id_, verdict in verdicts.items() if verdict}


def decide(reader: Reader, message: Claimed, now: datetime) -> Verdict | None:
    """None: it may leave."""
    if reason := _refusal(reader, message, now):
        return Refused(reason)
    asked = now
    if message.lane == Lane.SEQUENCE and reader.snoozed_until is not None:
        asked = max(now, reader.snoozed_until)
    zone = zone_for(phone=reader.phone, partner_zone=ZoneInfo(reader.time_zone), now=now).zone
    quiet = QuietHours(reader.quiet_from, reader.quiet_to)
    until = allowed_at(asked=asked, last_sent=reader.written_at, quiet=quiet, zone=zone)
    return Postponed(until) if until > now else None


def _refusal(reader: Reader, message: Claimed, now: datetime) -> str:
    if reader.blocked_at is not None:
        return "blocked"
    if reader.status in (Status.UNSUBSCRIBED, Status.NOT_INTERESTED):
        return reader.status
    if reader.status == Status.ORDERED and message.lane == Lane.SEQUENCE:
        return "ordered"
    if reader.taken_at is not None:
        return "human took over"
    if not reader.agrees:
        return "no consent"
    if message.lane == Lane.BROADCAST and reader.snoozed_until is not None and reader.snoozed_until > now:
        return "asked for silence"
    return _unwanted(reader, message.source)


def _unwanted(reader: Reader, source: str) -> str:
    is_notice = source.startswith("post_notice:")
    if not is_notice and reader.wants_tips and reader.wants_offers and reader.wants_business:
        return ""
    wanted: bool = getattr(reader, f"wants_{topic_of(partner_id=reader.partner_id, source=source)}")
    return "" if wanted else "topic is off"


def topic_of(*, partner_id: int, source: str) -> Topic:
    """A sequence tells its topic, a notice is of posts; a broadcast, and whatever else is promotional, is an offer."""
    kind, _colon, key = source.partition(":")
    if kind == "post_notice":
        return "posts"
    sequence = sequences_of(partner_id=partner_id).get(key) if kind == "sequence" else None
    return sequence.topic if sequence else "offers"
