"""/forget_me: nothing personal of a lead is left, what happened stays as statistics. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.messages import Message
from content.models import OutboxMessage
from content.outbox import promises
from content.services.posts import numbers
from funnels import digest
from funnels.models import Alert, Conversation, Enrollment, FunnelEvent, LeadMessage, Question
from funnels.services.alerts import settle
from funnels.services.enrollments import leave
from funnels.services.scene import voice_of
from funnels.services.script import script_for
from partners.models import Lead
from partners.services import consents

PERSONAL = (
    "first_name", "last_name", "username", "language_code", "phone", "email", "intent", "pain", "detail", "goal",
)  # fmt: skip


def forget(*, partner_id: int, telegram_id: int, update_id: int, now: datetime) -> tuple[Message, ...]:
    """What to answer. Whoever is not known (any more) is not made a lead by asking."""
    voice = voice_of(script_for(partner_id=partner_id, now=now))
    # Before the lead is locked: whoever is just answering one takes them in this order. And of no lead as well.
    _erase_questions(partner_id, telegram_id, now)
    numbers.forget_person(partner_id=partner_id, telegram_id=telegram_id)
    lead = Lead.objects.select_for_update().filter(partner_id=partner_id, telegram_id=telegram_id).first()
    if lead is None:
        return (voice.plain("already_forgotten", edits=True),)
    consents.withdraw(lead=lead, kind=None, update_id=update_id, now=now)
    erase(lead=lead, now=now)
    return (voice.plain("forgotten", edits=True),)


def erase(*, lead: Lead, now: datetime) -> None:
    leave(lead_id=lead.pk, reason=Enrollment.Exit.UNSUBSCRIBED, now=now)
    settle(lead=lead, state=Alert.State.IRRELEVANT, now=now)
    _erase_questions(lead.partner_id, lead.telegram_id, now)
    numbers.forget_person(partner_id=lead.partner_id, telegram_id=lead.telegram_id)
    _erase_messages(lead, now)
    LeadMessage.objects.filter(lead=lead).delete()
    Conversation.objects.filter(lead=lead).delete()
    kind = FunnelEvent.Kind.ERASED
    FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, at=now)
    for name in PERSONAL:
        setattr(lead, name, "")
    lead.telegram_id = anonymous_id(lead)  # a new /start makes a new lead
    lead.status = Lead.Status.UNSUBSCRIBED
    lead.blocked_at = lead.erased_at = now
    lead.score = lead.customer_score = lead.business_score = 0  # in no list of people to call
    lead.score_due_at = lead.taken_at = None
    lead.save()


def anonymous_id(lead: Lead) -> int:
    """People's ids are positive, groups never become leads."""
    return -lead.pk


def _erase_questions(partner_id: int, telegram_id: int, now: datetime) -> None:
    """What the person asked, also in the partner's group, where no lead is known, and what was answered there.

    What was answered from stays, as statistics.
    """
    asked = Question.objects.filter(partner_id=partner_id, asker_id=telegram_id)
    # Locked by whoever is about to answer it, until the answer is in the outbox.
    numbers = list(asked.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not numbers:
        return
    questions = Question.objects.filter(pk__in=numbers)
    questions.filter(state__in=Question.OPEN).update(state=Question.State.DROPPED, reason="erased", finished_at=now)
    questions.filter(state=Question.State.UNANSWERED, settled_at=None).update(settled_at=now)  # nothing left to answer
    questions.filter(chat_id=telegram_id).update(chat_id=0)
    questions.update(text="", answer=[], asker_id=0)
    keys = rf"^(late-)?answer:({'|'.join(map(str, numbers))}):"
    answers = OutboxMessage.objects.filter(partner_id=partner_id, dedupe_key__regex=keys)
    promises.skip(messages=answers, reason="erased", now=now)
    promises.blank(messages=answers)


def _erase_messages(lead: Lead, now: datetime) -> None:
    """What was to be sent to the person, or to the partner about them."""
    messages = OutboxMessage.objects.filter(lead=lead)
    promises.skip(messages=messages, reason="erased", now=now)
    promises.blank(messages=messages)
    digests = OutboxMessage.objects.filter(
        partner_id=lead.partner_id, source=digest.SOURCE
    )  # with names on their buttons
    promises.skip(messages=digests, reason="erased", now=now)
    promises.blank(messages=digests)
    messages.filter(chat_id=lead.telegram_id).update(chat_id=anonymous_id(lead))
