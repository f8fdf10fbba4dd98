from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Lead, Partner


class Alert(models.Model):
    """What the partner was told about a lead: once per lead, trigger and day of the partner's zone."""

    class Trigger(models.TextChoices):
        CONTACT_LEFT = "contact_left", _("left a contact")
        LINK_CLICKED = "link_clicked", _("went to order")
        HIGH_ENGAGEMENT = "high_engagement", _("is very active")
        REGISTRATION_STARTED = "registration_started", _("began to register")
        QUESTION_UNANSWERED = "question_unanswered", _("needs an answer")

    class State(models.TextChoices):
        OPEN = "open", _("not handled")
        HANDLED = "handled", _("handled")
        IRRELEVANT = "irrelevant", _("irrelevant")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="alerts", verbose_name=_("lead"))
    trigger = models.CharField(_("trigger"), max_length=24, choices=Trigger)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    remind_at = models.DateTimeField(_("told again at"), null=True, blank=True)
    wished = models.BooleanField(_("asked for a reminder"), default=False, db_default=False)  # at `remind_at`
    reminders = models.PositiveSmallIntegerField(_("told again"), default=0)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["lead", "trigger", "day"], name="alert_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["remind_at"], name="alert_due", condition=models.Q(remind_at__isnull=False)),
            models.Index(fields=["partner", "state", "-at"], name="alert_partner_state"),
        ]

    def __str__(self) -> str:
        return self.get_trigger_display()
