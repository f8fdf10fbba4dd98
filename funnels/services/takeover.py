"""A person takes a dialogue over from the bot, and gives it back. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.messages import Html, Message
from funnels.card_text import Say, named
from funnels.models import Alert, Conversation, Enrollment, FunnelEvent
from funnels.services.alerts import floods, settle, tell
from funnels.services.cards import Rows, facts_of, press, voice_for, write_button
from funnels.services.enrollments import leave
from partners.models import Lead

HEARD = "heard"  # the button under a passed on message: it must not replace the words


def take(*, lead: Lead, now: datetime) -> bool:
    """From now on the bot does not answer this lead. False if it is so already."""
    if lead.taken_at is not None:
        return False
    lead.taken_at = now
    lead.save(update_fields=["taken_at"])
    _record(lead, FunnelEvent.Kind.DIALOGUE_TAKEN, now)
    leave(lead_id=lead.pk, reason=Enrollment.Exit.HUMAN, now=now)
    Conversation.objects.filter(lead=lead).update(asking="")  # nobody would hear the answer
    settle(lead=lead, state=Alert.State.HANDLED, now=now)
    return True


def give_back(*, lead: Lead, now: datetime) -> bool:
    """The bot answers again; its sequences do not begin again. False if nobody had taken the lead."""
    if lead.taken_at is None:
        return False
    lead.taken_at = None
    lead.save(update_fields=["taken_at"])
    _record(lead, FunnelEvent.Kind.DIALOGUE_RETURNED, now)
    return True


def pass_on(*, lead: Lead, say: Say, text: str, update_id: int, now: datetime) -> None:
    """What a taken lead does in the bot goes to whoever has taken them, whether they want other alerts or not."""
    if floods(lead=lead, now=now):
        return
    voice, facts = voice_for(lead.partner), facts_of(lead=lead, now=now)
    said = voice.say(say, {"name": Html(f"<b>{named(facts)}</b>")})
    quoted = f"\n{voice.quote(text)}" if text else ""
    rows: Rows = (*filter(None, (write_button(lead, voice),)), (press(lead, voice, "give", HEARD),))
    message = Message(Html(f"{said}{quoted}"), buttons=rows)
    tell(lead=lead, message=message, key=f"heard:{lead.pk}:{update_id}", now=now)


def _record(lead: Lead, kind: FunnelEvent.Kind, now: datetime) -> None:
    FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, at=now)
