"""Promotional messages: the consent to them, the topics, the end of them. Behind the partner's door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from content.messages import Message
from funnels import wishes
from funnels.models import Enrollment
from funnels.moves import Decision, Happened
from funnels.schema import PayScreen, ProductScreen
from funnels.services.enrollments import enroll, leave
from funnels.services.scene import Scene, voice_of
from funnels.services.script import Script, definition
from funnels.services.turn_rows import Outcome, Place
from funnels.speech import Voice
from funnels.wishes import Topic
from partners.models import Consent, Lead
from partners.services import consents

OFFERS = Consent.Kind.OFFERS


def ask_once(*, script: Script, outcomes: Sequence[Outcome], now: datetime) -> list[Outcome]:
    """Adds the question about offers for leads who see their first product or pay screen."""
    due = {o.place.lead_id for o in outcomes if not o.place.offers_asked and _shows_what_to_offer(o.decision)}
    if not due:
        return list(outcomes)
    Lead.objects.filter(pk__in=due).update(offers_asked_at=now)
    asked = question(voice_of(script))
    return [_with(o, asked) if o.place.lead_id in due else o for o in outcomes]


def question(voice: Voice) -> Message:
    return voice.consent("offers", decline=wishes.wish("no_offers"))


def _with(outcome: Outcome, message: Message) -> Outcome:
    decision = outcome.decision
    return replace(outcome, decision=replace(decision, messages=(*decision.messages, message)))


def _shows_what_to_offer(decision: Decision) -> bool:
    if not any(event.kind == "screen_shown" for event in decision.events):
        return False
    step = definition(decision.state.version).steps.get(decision.state.step)
    return isinstance(step, ProductScreen | PayScreen)


def accept(*, scene: Scene, lead: Lead, version: int) -> tuple[Happened, ...]:
    """Whoever had stopped everything comes back by it; the sequence that fits begins."""
    if lead.status == Lead.Status.UNSUBSCRIBED:
        lead.status = Lead.Status.WARMING if lead.intent else Lead.Status.NEW
    lead.offers_asked_at = lead.offers_asked_at or scene.now
    lead.save(update_fields=["status", "offers_asked_at"])
    if not consents.give(lead=lead, kind=OFFERS, text_version=version, update_id=scene.update_id, now=scene.now):
        return ()
    enroll(lead=lead, partner=lead.partner, now=scene.now)
    return (scene.happened("consent_given", to=str(OFFERS), version=version),)


def follow_choices(*, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Whoever has agreed to offers and now chooses another branch gets the sequence of that one. After `write`."""
    chose = {o.place.lead_id for o in outcomes if o.place.offers_asked and _branch(o.decision) != _branch(o.place)}
    if not chose:
        return
    agreed = Lead.objects.filter(pk__in=chose, consents__kind=OFFERS, consents__withdrawn_at=None)
    for lead in agreed.select_related("partner").order_by("pk"):
        enroll(lead=lead, partner=lead.partner, now=now)


def _branch(of: Place | Decision) -> tuple[str | None, ...]:
    return of.answers.intent, of.answers.pain, of.answers.goal


def decline(*, scene: Scene, lead: Lead) -> tuple[Happened, ...]:
    """«Нет» to the question; said later, it withdraws a consent that was given."""
    leave(lead_id=lead.pk, reason=Enrollment.Exit.UNSUBSCRIBED, now=scene.now)
    return _withdraw(scene, lead)


def stop(*, scene: Scene, lead: Lead) -> tuple[Happened, ...]:
    """No promotional message from this moment on, whatever is queued."""
    leave(lead_id=lead.pk, reason=Enrollment.Exit.UNSUBSCRIBED, now=scene.now)
    events = _withdraw(scene, lead)
    if lead.status == Lead.Status.UNSUBSCRIBED:
        return events
    lead.status = Lead.Status.UNSUBSCRIBED
    lead.save(update_fields=["status"])
    return *events, scene.happened("unsubscribed")


def _withdraw(scene: Scene, lead: Lead) -> tuple[Happened, ...]:
    if not consents.withdraw(lead=lead, kind=OFFERS, update_id=scene.update_id, now=scene.now):
        return ()
    return (scene.happened("consent_withdrawn", to=str(OFFERS)),)


def change_topic(*, scene: Scene, lead: Lead, topic: Topic, wanted: bool) -> tuple[Happened, ...]:
    """What is queued on an unwanted topic is stopped by `gate` when it is about to leave."""
    field = f"wants_{topic}"
    if getattr(lead, field) == wanted:
        return ()
    setattr(lead, field, wanted)
    lead.save(update_fields=[field])
    return (scene.happened("topic_changed", topic=topic, wanted=wanted),)
