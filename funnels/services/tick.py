"""The tick: due places become messages in the outbox, and the next times are set, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence as Batch
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, Max, Min, OuterRef, QuerySet, Subquery

from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.models import Enrollment, FunnelEvent
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.services import tick_rows
from funnels.services.enrollments import STALE, Exit, State, clockwork_of, ended
from funnels.services.pauses import freeze_late_comers
from funnels.services.script import Script, script_for
from funnels.services.sequences import sequences_of
from funnels.services.warmup_messages import compose
from funnels.warmup import Fire, Missed, Place, Wait, enter, look, standing, variant_text
from partners.models import Bot, Lead

ORDER_SLOTS = ("shop", "registration")


def due_partners(*, now: datetime) -> list[int]:
    """Whose sequences have something due and whose bot can say it. Behind the operators' door.

    While a bot is off or has failed its places wait: their late policies decide when it is back.
    """
    due = Enrollment.objects.filter(partner_id=OuterRef("partner_id"), state=State.ACTIVE, fire_at__lte=now)
    bots = _speaking().filter(Exists(due))
    return list(bots.order_by("partner_id").values_list("partner_id", flat=True))


def oldest_due(*, now: datetime) -> datetime | None:
    """Since when the first of those waits. A look into the index for each bot. Behind the operators' door."""
    active = Enrollment.objects.filter(partner_id=OuterRef("partner_id"), state=State.ACTIVE)
    first = Subquery(active.order_by("fire_at").values("fire_at")[:1])
    found: datetime | None = _speaking().aggregate(first=Min(first))["first"]
    return found if found and found <= now else None


def _speaking() -> QuerySet[Bot]:
    return Bot.objects.filter(wanted=Bot.Wanted.RUNNING).exclude(state=Bot.State.FAILED)


def tick(*, partner_id: int, now: datetime, limit: int = 500) -> int:
    """How many places were looked at; call again while it is `limit`. Behind the partner's door."""
    freeze_late_comers(partner_id=partner_id, now=now)
    bot = Bot.objects.select_related("partner").filter(partner_id=partner_id).first()
    batch = tick_rows.take_due(now=now, limit=limit) if bot else []
    if bot and batch:
        Tick(bot=bot, now=now).do(batch)
    return len(batch)


class Tick:
    """One batch of one partner."""

    def __init__(self, *, bot: Bot, now: datetime) -> None:
        self.partner, self.bot, self.now = bot.partner, bot, now
        self.sequences = sequences_of(partner_id=self.partner.pk)
        self.last_clicks: dict[int, datetime] = {}
        self.promises: list[Promise] = []
        self.events: list[tuple[int, str, dict[str, object]]] = []
        self.ends: list[FunnelEvent] = []
        self.wrote_to: set[int] = set()

    @cached_property
    def script(self) -> Script:
        return script_for(partner_id=self.partner.pk, now=self.now)

    def do(self, batch: Batch[Enrollment]) -> None:
        self.last_clicks = self._order_clicks(batch)
        for enrollment in batch:
            self._look(enrollment)
        self._write(batch)
        lane = OutboxMessage.Lane.SEQUENCE
        promise(partner_id=self.partner.pk, bot_id=self.bot.pk, lane=lane, promises=self.promises, now=self.now)

    def miss(self, batch: Batch[Enrollment]) -> None:
        """Whatever is due is not sent, as if it were too late for it."""
        for enrollment in batch:
            sequence = self.sequences.get(enrollment.sequence)
            if sequence is None:
                self._end(enrollment, State.LEFT, Exit.REMOVED)
                continue
            position = standing(sequence, _place(enrollment))
            if position is None:
                self._move(enrollment, sequence, None)
                continue
            clockwork = clockwork_of(lead=enrollment.lead, partner=self.partner, now=self.now)
            self._happened(enrollment, sequence.steps[position], missed=True)
            self._move(enrollment, sequence, enter(sequence, clockwork, self.now, position=position + 1))
        self._write(batch)

    def _write(self, batch: Batch[Enrollment]) -> None:
        partner_id = self.partner.pk
        tick_rows.write(partner_id=partner_id, batch=batch, wrote_to=self.wrote_to, events=self.events, now=self.now)
        FunnelEvent.objects.bulk_create(self.ends)

    def _order_clicks(self, batch: Batch[Enrollment]) -> dict[int, datetime]:
        """When those who may be asked for a contact now last followed a link to order or to register."""
        asked = {enrollment.lead_id for enrollment in batch if self._asks_contact(enrollment)}
        if not asked:
            return {}
        clicks = FunnelEvent.objects.filter(
            lead_id__in=asked, kind=FunnelEvent.Kind.LINK_CLICKED, data__slot__in=ORDER_SLOTS
        )
        return dict(clicks.order_by().values_list("lead_id").annotate(Max("at")))

    def _asks_contact(self, enrollment: Enrollment) -> bool:
        sequence = self.sequences.get(enrollment.sequence)
        position = standing(sequence, _place(enrollment)) if sequence and not enrollment.lead.phone else None
        return sequence is not None and position is not None and sequence.steps[position].asks_contact

    def _look(self, enrollment: Enrollment) -> None:
        lead, sequence = enrollment.lead, self.sequences.get(enrollment.sequence)
        if reason := _gone(lead, sequence):
            self._end(enrollment, State.LEFT, reason)
            return
        assert sequence is not None
        clockwork = clockwork_of(lead=lead, partner=self.partner, now=self.now)
        match look(sequence, _place(enrollment), clockwork, self.now):
            case Wait(later):
                self._move(enrollment, sequence, later)
            case Missed(step, then):
                self._happened(enrollment, step, missed=True)
                self._move(enrollment, sequence, then)
            case Fire(step, then):
                self._say(enrollment, step)
                self._move(enrollment, sequence, then)
            case None:
                self._move(enrollment, sequence, None)

    def _say(self, enrollment: Enrollment, step: SequenceStep) -> None:
        lead, sequence = enrollment.lead, enrollment.sequence
        variant, text = variant_text(step, lead.pk)
        may_ask = not lead.phone and not (step.asks_contact and self._clicked(enrollment))
        said = Promise(
            chat_id=lead.telegram_id,
            key=f"sequence:{enrollment.pk}:{step.key}",
            message=compose(
                script=self.script, lead=lead, sequence=sequence, step=step, text=text, may_ask_contact=may_ask
            ),
            not_before=self.now,
            lead_id=lead.pk,
            not_after=self.now + STALE,
            source=f"sequence:{sequence}",
        )
        self.promises.append(said)
        lead.last_promo_at = self.now
        self.wrote_to.add(lead.pk)
        self._happened(enrollment, step, **({"variant": variant} if step.variants else {}))

    def _clicked(self, enrollment: Enrollment) -> bool:
        last = self.last_clicks.get(enrollment.lead_id)
        return last is not None and last >= enrollment.entered_at

    def _move(self, enrollment: Enrollment, sequence: Sequence, then: Place | None) -> None:
        if then is None:
            self._end(enrollment, State.FINISHED)
            enrollment.position = len(sequence.steps)
        else:
            enrollment.position, enrollment.next_step, enrollment.fire_at = then.position, then.step, then.fire_at

    def _end(self, enrollment: Enrollment, state: str, reason: str = "") -> None:
        enrollment.state, enrollment.exit_reason, enrollment.ended_at = state, reason, self.now
        enrollment.fire_at, enrollment.next_step = None, ""
        self.ends.append(ended(enrollment.lead, enrollment.sequence, reason, self.now))

    def _happened(self, enrollment: Enrollment, step: SequenceStep, **data: object) -> None:
        self.events.append((enrollment.lead_id, f"{enrollment.sequence}:{step.key}", data))


def _place(enrollment: Enrollment) -> Place:
    assert enrollment.fire_at is not None
    return Place(enrollment.position, enrollment.next_step, enrollment.fire_at)


def _gone(lead: Lead, sequence: Sequence | None) -> str:
    """Whoever makes a lead leave does it at once; this is what they might have missed."""
    if lead.blocked_at is not None:
        return Exit.BLOCKED
    if lead.status == Lead.Status.UNSUBSCRIBED:
        return Exit.UNSUBSCRIBED
    if lead.taken_at is not None:
        return Exit.HUMAN
    return Exit.REMOVED if sequence is None else ""
