"""The tick: due places become messages in the outbox, and the next times are set, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from content.messages import Button, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels import callbacks, template, wishes
from funnels.facts import Facts, LeadFacts
from funnels.models import Enrollment, FunnelEvent
from funnels.render import sequence_variables
from funnels.schema import AskButton, ContactButton, GoButton, LinkButton
from funnels.sequence_schema import Sequence, SequenceButton, SequenceStep, SnoozeButton
from funnels.services.clicks import Tracked, tracked_url
from funnels.services.enrollments import Exit, State, clockwork_of
from funnels.services.pauses import freeze_late_comers
from funnels.services.script import Script, script_for
from funnels.services.sequences import sequences_of
from funnels.warmup import Fire, Missed, Place, Wait, look, variant_text
from partners.models import Bot, Lead, Partner

STALE = timedelta(hours=3)  # in the outbox; a later attempt would come at a time that nobody planned


def due_partners(*, now: datetime) -> list[int]:
    """Whose sequences have something due. Behind the operators' door."""
    due = Enrollment.objects.filter(state=State.ACTIVE, fire_at__lte=now)
    return list(due.values_list("partner_id", flat=True).distinct().order_by("partner_id"))


def tick(*, partner_id: int, now: datetime, limit: int = 500) -> int:
    """How many places were looked at; call again while it is `limit`. Behind the partner's door."""
    freeze_late_comers(partner_id=partner_id, now=now)
    due = Enrollment.objects.select_for_update(of=("self",), skip_locked=True).select_related("lead")
    batch = list(due.filter(state=State.ACTIVE, fire_at__lte=now).order_by("fire_at")[:limit])
    bot = Bot.objects.select_related("partner").filter(partner_id=partner_id).first()
    if batch and bot is not None:
        Tick(partner=bot.partner, bot=bot, now=now).do(batch)
    return len(batch)


class Tick:
    """One batch of one partner."""

    def __init__(self, *, partner: Partner, bot: Bot, now: datetime) -> None:
        self.partner, self.bot, self.now = partner, bot, now
        self.script: Script = script_for(partner_id=partner.pk, now=now)
        self.sequences = sequences_of(partner_id=partner.pk)
        self.promises: dict[str, list[Promise]] = {}
        self.events: list[FunnelEvent] = []
        self.wrote_to: dict[int, Lead] = {}

    def do(self, batch: Iterable[Enrollment]) -> None:
        for enrollment in batch:
            # A lead in two sequences: the second one sees what the first has just decided.
            enrollment.lead = self.wrote_to.get(enrollment.lead_id, enrollment.lead)
            self._look(enrollment)
        fields = ["state", "position", "next_step", "fire_at", "ended_at", "exit_reason"]
        Enrollment.objects.bulk_update(batch, fields)
        Lead.objects.bulk_update(self.wrote_to.values(), ["last_promo_at"])
        FunnelEvent.objects.bulk_create(self.events)
        for sequence, promises in self.promises.items():
            promise(
                partner_id=self.partner.pk,
                bot_id=self.bot.pk,
                lane=OutboxMessage.Lane.SEQUENCE,
                promises=promises,
                now=self.now,
                source=f"sequence:{sequence}",
            )

    def _look(self, enrollment: Enrollment) -> None:
        lead, sequence = enrollment.lead, self.sequences.get(enrollment.sequence)
        if reason := _gone(lead, sequence):
            self._end(enrollment, State.LEFT, reason)
            return
        assert sequence is not None
        assert enrollment.fire_at is not None
        place = Place(enrollment.position, enrollment.next_step, enrollment.fire_at)
        clockwork = clockwork_of(lead=lead, partner=self.partner, now=self.now)
        match look(sequence, place, clockwork, self.now):
            case Wait(later):
                self._move(enrollment, later)
            case Missed(step, then):
                self._happened(enrollment, step, missed=True)
                self._move(enrollment, then)
            case Fire(step, then):
                self._say(enrollment, sequence, step)
                self._move(enrollment, then)
            case None:
                self._end(enrollment, State.FINISHED)

    def _say(self, enrollment: Enrollment, sequence: Sequence, step: SequenceStep) -> None:
        lead = enrollment.lead
        variant, text = variant_text(step, lead.pk)
        said = Promise(
            chat_id=lead.telegram_id,
            key=f"sequence:{enrollment.pk}:{step.key}",
            message=self._message(enrollment, sequence, step, text),
            not_before=self.now,
            lead_id=lead.pk,
            not_after=self.now + STALE,
        )
        self.promises.setdefault(sequence.key, []).append(said)
        lead.last_promo_at = self.now
        self.wrote_to[lead.pk] = lead
        self._happened(enrollment, step, **({"variant": variant} if step.variants else {}))

    def _message(self, enrollment: Enrollment, sequence: Sequence, step: SequenceStep, text: str) -> Message:
        script = self.script
        facts = Facts(LeadFacts(enrollment.lead.first_name), script.partner, script.products, script.plan, _no_link)
        buttons = [tuple(self._button(enrollment, step, button) for button in row) for row in step.buttons]
        buttons.append((Button("🔕 Отписаться", wishes.wish("stop")),))
        said = template.render(text, script.partner.style, sequence_variables(facts))
        return Message(said, buttons=tuple(buttons), picture=step.picture)

    def _button(self, enrollment: Enrollment, step: SequenceStep, button: SequenceButton) -> Button:
        label = template.label(button.text, self.script.partner.style)
        if isinstance(button, LinkButton):
            where = f"{enrollment.sequence}:{step.key}"
            tracked = Tracked(self.partner.pk, enrollment.lead_id, 0, where, button.slot)
            return Button(label, url=tracked_url(tracked))
        return Button(label, _callback(button))

    def _move(self, enrollment: Enrollment, then: Place | None) -> None:
        if then is None:
            self._end(enrollment, State.FINISHED)
        else:
            enrollment.position, enrollment.next_step, enrollment.fire_at = then.position, then.step, then.fire_at

    def _end(self, enrollment: Enrollment, state: str, reason: str = "") -> None:
        enrollment.state, enrollment.exit_reason, enrollment.ended_at = state, reason, self.now
        enrollment.fire_at, enrollment.next_step = None, ""

    def _happened(self, enrollment: Enrollment, step: SequenceStep, **data: object) -> None:
        self.events.append(
            FunnelEvent(
                partner=self.partner,
                lead_id=enrollment.lead_id,
                kind=FunnelEvent.Kind.WARMUP_SENT,
                step=f"{enrollment.sequence}:{step.key}",
                data=data,
                at=self.now,
            )
        )


def _callback(button: GoButton | AskButton | SnoozeButton | ContactButton) -> str:
    match button:
        case GoButton():
            return callbacks.jump(button.to)
        case AskButton():
            return callbacks.ASK_NOW
        case SnoozeButton():
            return wishes.wish("snooze")
        case ContactButton():
            return wishes.CONTACT


def _gone(lead: Lead, sequence: Sequence | None) -> str:
    if lead.blocked_at is not None:
        return Exit.BLOCKED
    if lead.status == Lead.Status.UNSUBSCRIBED:
        return Exit.UNSUBSCRIBED
    return Exit.REMOVED if sequence is None else ""


def _no_link(slot: str, step: str) -> str:
    return ""
