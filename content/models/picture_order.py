from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.ai.troubles import sentence_of
from content.models.media import MediaItem
from content.models.post import Post
from partners.models import Partner


class PictureOrder(models.Model):
    """A picture that a model draws for a revision of a post: ordered, looked at until it is done, for an hour.

    waiting → ordered → done | failed. `due_at`: when it is ordered, or looked at again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to be ordered")
        ORDERED = "ordered", _("being drawn")
        DONE = "done", _("drawn")
        FAILED = "failed", _("not drawn")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="orders", verbose_name=_("post"))
    prompt = models.CharField(_("what to draw"), max_length=500)
    seed = models.BigIntegerField(_("seed"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=20, blank=True)  # a Trouble
    operation = models.CharField(_("operation"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("next look"), null=True, blank=True)
    picture = models.ForeignKey(
        MediaItem, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("picture")
    )

    class Meta:
        verbose_name = _("ordered picture")
        verbose_name_plural = _("ordered pictures")
        ordering = ("-asked_at", "-id")
        indexes = [
            models.Index(fields=["due_at"], name="picture_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.pk}"

    @property
    def sentence(self) -> str:
        """Why it failed, for the partner and the operator."""
        return sentence_of(self.reason) if self.reason else ""
