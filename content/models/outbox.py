from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Bot, Lead, Partner


class OutboxMessage(models.Model):
    """A message that must go out: written in the transaction that promised it, sent by the bot's runner.

    queued → sending → sent | failed | unknown, or queued → skipped; a pause: queued → held → queued.
    Nothing else changes a state.
    """

    class Lane(models.IntegerChoices):
        """The smaller, the sooner; what the funnel answers at once goes past all of them."""

        REPLY = 0, _("replies")
        ALERT = 1, _("alerts")
        POST = 2, _("posts")
        SEQUENCE = 3, _("sequences")
        BROADCAST = 4, _("broadcasts")

        @classmethod
        def promotional(cls) -> tuple[OutboxMessage.Lane, ...]:
            """Those that a lead must have agreed to."""
            return cls.SEQUENCE, cls.BROADCAST

        @classmethod
        def repeatable(cls) -> tuple[OutboxMessage.Lane, ...]:
            """Those that are better sent twice than never."""
            return cls.REPLY, cls.ALERT

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        HELD = "held", _("paused")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not delivered")
        SKIPPED = "skipped", _("not sent")
        UNKNOWN = "unknown", _("perhaps sent")

    # No index of their own: with one on the bot alone the planner reads and sorts a bot's whole queue.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, db_index=False, verbose_name=_("bot"))
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("lead"))
    chat_id = models.BigIntegerField(_("chat"))
    thread_id = models.BigIntegerField(_("topic"), null=True, blank=True)
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane)
    source = models.CharField(_("promised by"), max_length=60, blank=True)  # like "broadcast:12"
    dedupe_key = models.CharField(_("key"), max_length=120)  # the same promise is kept once
    payload = models.JSONField(_("message"))

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message_id = models.BigIntegerField(_("message id"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    not_before = models.DateTimeField(_("not before"))
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outbox")
        constraints = [models.UniqueConstraint(fields=["partner", "dedupe_key"], name="outbox_partner_key")]
        indexes = [
            models.Index(
                fields=["bot", "lane", "not_before", "id"], name="outbox_due", condition=models.Q(state="queued")
            ),
            models.Index(fields=["bot"], name="outbox_sending", condition=models.Q(state="sending")),
            # For the operators' overview, which counts what is open and what was finished lately.
            models.Index(
                fields=["state", "finished_at"],
                name="outbox_troubled",
                condition=models.Q(state__in=["held", "failed", "unknown"]),
            ),
            BrinIndex(fields=["finished_at"], name="outbox_finished", autosummarize=True),
            models.Index(fields=["partner", "source", "state"], name="outbox_source"),
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()} {self.pk}"

    @property
    def is_card(self) -> bool:
        """About the lead, and to somebody else."""
        return self.lane == self.Lane.ALERT
