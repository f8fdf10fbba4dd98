"""The brake: what mostly fails, and not because of single recipients, pauses itself before it has tried everybody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from content.messages import Html, escape
from content.models import OutboxMessage
from content.outbox.words import is_of_recipient, reason_words, source_words
from funnels.models import Broadcast
from funnels.services import broadcasts, pauses
from funnels.services.broadcast_end import tell_author
from funnels.services.operators import tell_operators
from partners import tenancy
from partners.models import Partner

State = OutboxMessage.State
RECENT = 20  # finished messages of a source that are looked at
LEAST = 10  # of them must be there: three failures are no burst
TRIED = (State.SENT, State.FAILED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Burst:
    """So many of the last messages failed, mostly for this reason."""

    failed: int
    of: int
    reason: str


def must_brake(*, failed: int, of: int) -> bool:
    """More than half of enough."""
    return of >= LEAST and failed * 2 > of


def look_after(*, message_ids: Collection[int], now: datetime) -> None:
    """Looks at the sources of these messages, which have just failed. After the commit.

    A pause locks the places of a sequence, which a lead's turn locks before it locks messages of the outbox.
    """
    transaction.on_commit(lambda: _look(message_ids, now), robust=True)


def _look(message_ids: Collection[int], now: datetime) -> None:
    with tenancy.all_partners():
        failed = OutboxMessage.objects.filter(pk__in=message_ids, lane__in=OutboxMessage.Lane.promotional())
        sources = set(failed.values_list("partner_id", "source"))
    for partner_id, source in sorted(sources):
        with tenancy.partner(partner_id):
            check(partner_id=partner_id, source=source, now=now)


def check(*, partner_id: int, source: str, now: datetime) -> bool:
    """Whether it was paused by this look. Behind the partner's door."""
    burst = _burst(partner_id, source)
    if burst is None:
        return False
    why = _("%(failed)s of the last %(of)s messages did not arrive: %(reason)s") % {
        "failed": burst.failed,
        "of": burst.of,
        "reason": reason_words(burst.reason),
    }
    if not _pause(partner_id, source, why, now):
        return False
    key = f"brake:{source}:{int(now.timestamp())}"
    tell_operators(partner_id=partner_id, key=key, text=_notice(partner_id, source, why), now=now)
    return True


def _burst(partner_id: int, source: str) -> Burst | None:
    tried = OutboxMessage.objects.filter(partner_id=partner_id, source=source, state__in=TRIED)
    recent = list(tried.order_by("-finished_at", "-pk").values_list("state", "reason")[:RECENT])
    reasons = [reason for state, reason in recent if state != State.SENT and not is_of_recipient(reason)]
    if not must_brake(failed=len(reasons), of=len(recent)):
        return None
    return Burst(len(reasons), len(recent), max(reasons, key=reasons.count))


def _pause(partner_id: int, source: str, why: str, now: datetime) -> bool:
    kind, _colon, key = source.partition(":")
    if kind == "sequence":
        return pauses.pause(partner_id=partner_id, sequence=key, now=now, reason=why)
    broadcast = Broadcast.objects.filter(pk=int(key)).first() if kind == "broadcast" and key.isdecimal() else None
    if broadcast is None or not broadcasts.pause(broadcast=broadcast, now=now, reason=why):
        return False
    tell_author(broadcast=broadcast, now=now)
    return True


def _notice(partner_id: int, source: str, why: str) -> Html:
    name = Partner.objects.values_list("name", flat=True).get(pk=partner_id)
    query = urlencode([("partner__id__exact", str(partner_id)), ("source", source)])
    words = {
        "partner": escape(name),
        "source": escape(source_words(source)),
        "why": escape(why),
        "url": escape(f"{settings.PUBLIC_URL}{reverse('admin:content_outboxmessage_changelist')}?{query}"),
    }
    return Html(_("⛔️ <b>%(partner)s: %(source)s is paused.</b>\n%(why)s\n%(url)s") % words)
