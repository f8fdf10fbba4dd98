"""A lead's contact: kept with the consent to it, taken back. `consequences` tells the partner. Behind their door."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from content.messages import escape
from content.models import OutboxMessage
from content.outbox import promises
from funnels.contacts import shown_phone
from funnels.dialogue import Consented, Effect, EmailLeft, PhoneLeft, QuestionAsked
from funnels.models import Enrollment
from funnels.moves import Happened
from funnels.services.alerts import tell
from funnels.services.cards import removed_card
from funnels.services.enrollments import leave
from funnels.services.scene import Scene
from funnels.services.sequences import sequences_of
from funnels.wishes import CONTACT
from partners.models import Consent, Lead
from partners.queries import same_phone
from partners.services import consents


def apply(*, scene: Scene, lead: Lead, effect: Effect) -> tuple[Happened, ...]:
    match effect:
        case Consented(version):
            return give_data_consent(scene=scene, lead=lead, version=version)
        case PhoneLeft(phone):
            return keep_phone(scene=scene, lead=lead, phone=phone)
        case EmailLeft(email):
            return keep_email(scene=scene, lead=lead, email=email)
        case QuestionAsked(text):
            return pass_question(scene=scene, text=text)


def give_data_consent(*, scene: Scene, lead: Lead, version: int) -> tuple[Happened, ...]:
    kind = Consent.Kind.DATA
    if not consents.give(lead=lead, kind=kind, text_version=version, update_id=scene.update_id, now=scene.now):
        return ()
    return (scene.happened("consent_given", to=str(kind), version=version),)


def keep_phone(*, scene: Scene, lead: Lead, phone: str) -> tuple[Happened, ...]:
    """The lead's zone follows from the number whenever it is needed, see `zones.zone_for`."""
    lead.phone = phone
    lead.save(update_fields=["phone"])
    withdraw_requests(lead=lead, now=scene.now)
    leave_sequences(lead=lead, now=scene.now)
    duplicates = same_phone(lead).count()
    data = {"what": "phone"} | ({"duplicates": duplicates} if duplicates else {})
    return (scene.happened("contact_left", **data),)


def keep_email(*, scene: Scene, lead: Lead, email: str) -> tuple[Happened, ...]:
    lead.email = email
    lead.save(update_fields=["email"])
    return (scene.happened("contact_left", what="email"),)


def pass_question(*, scene: Scene, text: str) -> tuple[Happened, ...]:
    """The words become a message of the lead, and the alert shows it."""
    return scene.happened("support_asked"), scene.happened("message_received", length=len(text))


def withdraw_requests(*, lead: Lead, now: datetime) -> None:
    """Whoever has left a phone is not asked for it again, not even by what is queued already."""
    promises.withdraw(partner_id=lead.partner_id, lead_id=lead.pk, reason="contact left", now=now, callback=CONTACT)


def leave_sequences(*, lead: Lead, now: datetime) -> None:
    """The sequences that aim at a contact have reached it."""
    running = Enrollment.objects.filter(lead=lead, ended_at=None).values_list("sequence", flat=True)
    sequences = sequences_of(partner_id=lead.partner_id) if running else {}
    if any(sequences[key].leave_on_contact for key in running if key in sequences):
        leave(lead_id=lead.pk, reason=Enrollment.Exit.CONTACT, now=now)


def revoke(*, scene: Scene, lead: Lead) -> tuple[Happened, ...]:
    """Withdraws the consent to data: without it no contact may be kept. Empty if there was nothing."""
    had_contact = bool(lead.phone or lead.email)
    withdrawn = consents.withdraw(lead=lead, kind=Consent.Kind.DATA, update_id=scene.update_id, now=scene.now)
    if not (withdrawn or had_contact):
        return ()
    blank_cards(lead=lead, now=scene.now)
    lead.phone = lead.email = ""
    lead.save(update_fields=["phone", "email"])
    message = removed_card(lead=lead, now=scene.now)
    if lead.partner.lead_notifications:
        tell(lead=lead, message=message, key=f"contact:{lead.pk}:removed:{scene.update_id}", now=scene.now)
    withdrawal = scene.happened("consent_withdrawn", to=str(Consent.Kind.DATA))
    return withdrawal, scene.happened("contact_removed")


def blank_cards(*, lead: Lead, now: datetime) -> None:
    """Cards that repeat the contact: those not sent are taken back, all of them lose their text."""
    repeats = Q()  # `contains` without the i would compare JSON
    for part in filter(None, (lead.phone, lead.phone and shown_phone(lead.phone), escape(lead.email))):
        repeats |= Q(payload__text__icontains=part)
    cards = OutboxMessage.objects.filter(repeats, lead=lead) if repeats else OutboxMessage.objects.none()
    promises.skip(messages=cards, reason="contact removed", now=now)
    promises.blank(messages=cards)
