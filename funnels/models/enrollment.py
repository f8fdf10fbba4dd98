from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Lead, Partner


class Enrollment(models.Model):
    """A lead in a warm-up sequence. The time of the next message is here; its text is read when it is sent."""

    class State(models.TextChoices):
        ACTIVE = "active", _("goes on")
        FROZEN = "frozen", _("paused")
        FINISHED = "finished", _("finished")
        LEFT = "left", _("left")

    class Exit(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        CONTACT = "contact", _("left a contact")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        BLOCKED = "blocked", _("blocked the bot")
        HUMAN = "human", _("a person took over")
        OTHER_BRANCH = "other_branch", _("chose something else")
        PARTNER = "partner", _("became a partner")
        DECLINED = "declined", _("not interested")
        REMOVED = "removed", _("the sequence is gone")

    # The indexes below begin with these.
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, db_index=False, related_name="enrollments", verbose_name=_("lead")
    )
    sequence = models.CharField(_("sequence"), max_length=24)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ACTIVE)
    position = models.PositiveSmallIntegerField(_("messages before"), default=0)
    next_step = models.CharField(_("next message"), max_length=24, blank=True)
    fire_at = models.DateTimeField(_("next message at"), null=True, blank=True)
    left_over = models.DurationField(_("left of the delay"), null=True, blank=True)  # while frozen
    entered_at = models.DateTimeField(_("entered"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    exit_reason = models.CharField(_("why it ended"), max_length=12, choices=Exit, blank=True)

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(fields=["lead", "sequence", "round"], name="enrollment_round"),
            models.CheckConstraint(
                condition=models.Q(state="active", fire_at__isnull=False)
                | (~models.Q(state="active") & models.Q(fire_at__isnull=True)),
                name="enrollment_timer_by_state",
            ),
        ]
        indexes = [
            # Each partner's by time: a tick takes a batch of one partner, however many are due at the others'.
            models.Index(fields=["partner", "fire_at"], name="enrollment_due", condition=models.Q(state="active")),
            models.Index(fields=["partner", "sequence", "state"], name="enrollment_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.position}"
