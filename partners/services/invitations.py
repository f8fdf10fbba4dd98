"""One-time links into a partner's panel: for the partner in person, and for helpers. Behind the partner's door.

The token stands in the link alone; what is stored cannot open anything.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import F, Func, JSONField, Q

from partners.audit_values import Values, snapshot
from partners.models import Bot, Invitation, Partner
from partners.services import audit, bots
from partners.services.partners import follow

Kind, State = Invitation.Kind, Invitation.State
Fault = Literal["unknown", "taken", "expired", "bound", "full"]

LIFETIME = timedelta(hours=48)
MOST_WAITING = 5  # links to helpers that nobody has opened; a new one ends the oldest
MOST_HELPERS = 50
KEPT = timedelta(days=30)  # after a link has ended
_TOKEN = re.compile(r"in-[A-Za-z0-9_-]{32}")


class Refused(ValueError):
    """`fault`: nobody made such a link; somebody else has it; it is too old; the bot has another owner;
    there are as many helpers as there may be."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Helper:
    """`name` is empty for somebody entered by number."""

    telegram_id: int
    name: str = ""
    username: str = ""


def looks_like_token(code: str) -> bool:
    """Whether the code of a deep link may be an invitation; no link of a campaign looks like one."""
    return _TOKEN.fullmatch(code) is not None


def invite(*, partner: Partner, kind: Invitation.Kind, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """The token for t.me/<bot>?start=…: to be shown once, it cannot be read again."""
    waiting = Invitation.objects.filter(partner=partner, kind=kind, state=State.WAITING)
    kept = 0 if kind == Kind.OWNER else MOST_WAITING - 1
    waiting.filter(pk__in=list(waiting.values_list("pk", flat=True)[kept:])).delete()
    token = f"in-{secrets.token_urlsafe(24)}"
    Invitation.objects.create(
        partner=partner, kind=kind, token_hash=_hash(token), created_at=now, expires_at=now + lifetime
    )
    return token


def open_link(*, partner_id: int, token: str, telegram_id: int, name: str, username: str, now: datetime) -> Invitation:
    """From now on it is this person's alone; they may open it again. Raises Refused."""
    found = Invitation.objects.select_for_update().filter(partner_id=partner_id, token_hash=_hash(token)).first()
    if found is None:
        raise Refused("unknown")
    if found.state != State.WAITING:
        if found.telegram_id == telegram_id:
            return found
        raise Refused("taken")
    _check_age(found, now)
    found.state, found.opened_at = State.OPENED, now
    found.telegram_id, found.name, found.username = telegram_id, name[:130], username[:64]
    found.save()
    return found


def accept(*, partner_id: int, invitation_id: int, telegram_id: int, now: datetime) -> Invitation:
    """The person wants it. An owner's is confirmed by that, a helper's by the partner. Raises Refused."""
    invitation = _opened_by(partner_id, invitation_id, telegram_id)
    if invitation.state == State.OPENED:
        _check_age(invitation, now)
        if invitation.kind == Kind.OWNER:
            _bind(invitation, now)
        else:
            _settle(invitation, State.ACCEPTED, now)
    return invitation


def decline(*, partner_id: int, invitation_id: int, telegram_id: int, now: datetime) -> Invitation:
    """The person does not want it; what they have accepted stays. Raises Refused."""
    invitation = _opened_by(partner_id, invitation_id, telegram_id)
    if invitation.state == State.OPENED:
        _settle(invitation, State.DECLINED, now)
    return invitation


def confirm(*, partner_id: int, invitation_id: int, by: str, now: datetime) -> Invitation:
    """The partner lets in a helper who has accepted; `by`: the name for the audit log. Raises Refused."""
    invitation = _accepted(partner_id, invitation_id)
    if invitation.state == State.ACCEPTED:
        assert invitation.telegram_id is not None  # somebody has opened it
        partner = Partner.objects.select_for_update().get(pk=partner_id)
        if invitation.telegram_id not in partner.admin_telegram_ids:
            if len(partner.admin_telegram_ids) >= MOST_HELPERS:
                raise Refused("full")
            _save_helpers(partner, [*partner.admin_telegram_ids, invitation.telegram_id], by, now)
        _settle(invitation, State.CONFIRMED, now)
    return invitation


def refuse(*, partner_id: int, invitation_id: int, now: datetime) -> Invitation:
    """The partner does not know this person. Raises Refused."""
    invitation = _accepted(partner_id, invitation_id)
    if invitation.state == State.ACCEPTED:
        _settle(invitation, State.DECLINED, now)
    return invitation


def remove_helper(*, partner_id: int, telegram_id: int, by: str, now: datetime) -> bool:
    """False if it is no helper, any more."""
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    if telegram_id not in partner.admin_telegram_ids:
        return False
    _save_helpers(partner, [helper for helper in partner.admin_telegram_ids if helper != telegram_id], by, now)
    return True


def helpers_of(partner: Partner) -> list[Helper]:
    """In the order in which they came."""
    known: dict[int, Helper] = {}
    named = Invitation.objects.filter(partner=partner, telegram_id__in=partner.admin_telegram_ids)
    for telegram_id, name, username in named.order_by("pk").values_list("telegram_id", "name", "username"):
        known[telegram_id or 0] = Helper(telegram_id or 0, name, username)
    return [known.get(telegram_id, Helper(telegram_id)) for telegram_id in partner.admin_telegram_ids]


def forget_ended(*, now: datetime) -> int:
    """How many were deleted, of all partners. A helper's name is known from their invitation: that stays with them."""
    as_json = Func(F("telegram_id"), function="to_jsonb", output_field=JSONField())
    of_helper = Q(telegram_id__isnull=False, partner__admin_telegram_ids__contains=as_json)
    deleted, _by_model = Invitation.objects.filter(expires_at__lt=now - KEPT).exclude(of_helper).delete()
    return deleted


def _opened_by(partner_id: int, invitation_id: int, telegram_id: int) -> Invitation:
    mine = Invitation.objects.select_for_update().filter(partner_id=partner_id, telegram_id=telegram_id)
    found = mine.filter(pk=invitation_id).first()
    if found is None:
        raise Refused("unknown")
    return found


def _accepted(partner_id: int, invitation_id: int) -> Invitation:
    helpers = Invitation.objects.select_for_update().filter(partner_id=partner_id, kind=Kind.HELPER)
    found = helpers.filter(pk=invitation_id).exclude(state__in=(State.WAITING, State.OPENED)).first()
    if found is None:
        raise Refused("unknown")
    return found


def _check_age(invitation: Invitation, now: datetime) -> None:
    if now >= invitation.expires_at:
        raise Refused("expired")


def _bind(invitation: Invitation, now: datetime) -> None:
    partner = Partner.objects.select_for_update().get(pk=invitation.partner_id)
    if partner.telegram_id not in (None, invitation.telegram_id):
        raise Refused("bound")
    before = snapshot(partner)
    partner.telegram_id = invitation.telegram_id
    follow(partner=partner, changed={"telegram_id"})
    partner.save(update_fields=["telegram_id", "unreachable"])
    _record(partner, before, f"Telegram {invitation.telegram_id}", now)
    _settle(invitation, State.CONFIRMED, now)
    _wake_bot(partner.pk)


def _save_helpers(partner: Partner, telegram_ids: list[int], by: str, now: datetime) -> None:
    before = snapshot(partner)
    partner.admin_telegram_ids = telegram_ids
    partner.save(update_fields=["admin_telegram_ids"])
    _record(partner, before, by, now)
    _wake_bot(partner.pk)


def _record(partner: Partner, before: Values, by: str, now: datetime) -> None:
    audit.record(
        actor=None,
        actor_name=by,
        action=audit.Action.CHANGE,
        about=partner,
        before=before,
        after=snapshot(partner),
        now=now,
    )


def _wake_bot(partner_id: int) -> None:
    """Its menus of commands are others now."""
    if bot := Bot.objects.only("pk").filter(partner_id=partner_id).first():
        bots.notify(bot)


def _settle(invitation: Invitation, state: Invitation.State, now: datetime) -> None:
    invitation.state, invitation.settled_at = state, now
    invitation.save(update_fields=["state", "settled_at"])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
