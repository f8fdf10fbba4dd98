from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from funnels.models.version import FunnelVersion
from partners.models import Lead, Partner


class CurrentTransaction(Func):
    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class FunnelEvent(models.Model):
    """Something that happened to a lead. Append-only: every statistic is computed from these rows.

    `data` holds no personal data and no texts, so that events survive the erasure of a lead.
    """

    class Kind(models.TextChoices):
        STARTED = "started", _("opened the bot")
        SCREEN_SHOWN = "screen_shown", _("saw a screen")
        BUTTON_PRESSED = "button_pressed", _("pressed a button")
        OUTDATED_PRESSED = "outdated_pressed", _("pressed an old button")
        QUESTION_ASKED = "question_asked", _("wants to ask")
        MESSAGE_RECEIVED = "message_received", _("wrote a message")
        LINK_CLICKED = "link_clicked", _("followed a link")
        WARMUP_SENT = "warmup_sent", _("a warm-up message was prepared")
        SEQUENCE_ENTERED = "sequence_entered", _("entered a sequence")
        SEQUENCE_ENDED = "sequence_ended", _("a sequence ended")
        BOT_BLOCKED = "bot_blocked", _("blocked the bot")
        BOT_UNBLOCKED = "bot_unblocked", _("unblocked the bot")
        CONTACT_ASKED = "contact_asked", _("was asked for a contact")
        CONTACT_LEFT = "contact_left", _("left a contact")
        CONTACT_REMOVED = "contact_removed", _("took the contact back")
        CONSENT_GIVEN = "consent_given", _("gave a consent")
        CONSENT_WITHDRAWN = "consent_withdrawn", _("withdrew a consent")
        UNSUBSCRIBED = "unsubscribed", _("stopped promotional messages")
        TOPIC_CHANGED = "topic_changed", _("changed the topics")
        SUPPORT_ASKED = "support_asked", _("asked the partner")
        DIALOGUE_TAKEN = "dialogue_taken", _("a person took over")
        DIALOGUE_RETURNED = "dialogue_returned", _("the bot took over again")
        STATUS_CHANGED = "status_changed", _("the partner changed the status")
        DATA_EXPORTED = "data_exported", _("exported the data")
        ERASED = "erased", _("was erased")

    # The indexes below begin with these.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, db_index=False, related_name="events", verbose_name=_("lead")
    )
    kind = models.CharField(_("what happened"), max_length=24, choices=Kind)
    version = models.ForeignKey(
        FunnelVersion, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("funnel version")
    )
    step = models.CharField(_("step"), max_length=50, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)
    at = models.DateTimeField(_("when"))
    # Ids and times are given before the commit, so by neither can a reader tell what it has seen; by this it can.
    txid = models.BigIntegerField(_("transaction"), db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("funnel event")
        verbose_name_plural = _("funnel events")
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=["lead", "at"], name="funnelevent_lead_at"),
            models.Index(fields=["partner", "kind", "at"], name="funnelevent_partner_kind_at"),
            BrinIndex(fields=["txid"], pages_per_range=32, name="funnelevent_txid"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.step}".strip()


class LeadMessage(models.Model):
    """What a lead wrote in their own words. Personal: erased with the lead's data."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="messages", verbose_name=_("lead"))
    text = models.TextField(_("text"), max_length=4_096)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["lead", "at"], name="leadmessage_lead_at")]

    def __str__(self) -> str:
        return self.text[:60]
